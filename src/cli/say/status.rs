//! The status on a terminal of 80 columns. Words carry the meaning and colour only repeats it; what has to be done comes
//! last, where the eye is when the prompt comes back.

use crate::audit::status::{
    DrillStatus, ExposedStatus, Holders, OneWord, Progress, RequestStatus, Status, Upcoming, VaultStatus,
};
use crate::cli::say::layout::{COLUMNS, counted, day, indented, length, list, moment, table, typed};
use crate::cli::say::painted::{Painted, Tone};
use crate::record::finding::{Finding, Rule};
use crate::value::fingerprint::Words;
use crate::value::text::clipped;
use crate::value::time::Time;

/// How many columns it takes to say when something is due.
const WHEN: usize = "OVERDUE 999d".len();

/// At most so many findings about the log itself are shown here; `verify` shows all.
const TROUBLES: usize = 3;

/// The status as lines of at most 80 columns. Only a name that is too long for its line is longer.
pub fn screen(status: &Status) -> Vec<Painted> {
    let mut lines = files(status);
    lines.extend(trouble(status));
    lines.extend(heading(status));
    lines.push(Painted::new());
    lines.extend(vaults(&status.vaults));
    lines.push(Painted::new());
    lines.extend(requests(&status.requests));
    lines.push(Painted::new());
    lines.extend(to_do(status));
    lines.push(verdict(status));
    lines
}

fn quiet(text: impl Into<String>) -> Painted {
    Painted::of(Tone::Quiet, text)
}

fn by_or_since(overdue: bool, due: Time) -> Painted {
    match overdue {
        true => Painted::of(Tone::Bad, format!("OVERDUE since {}", moment(due))),
        false => format!("due by {}", moment(due)).into(),
    }
}

/// What cannot be opened with the files here, and which of them are missing or changed.
fn files(status: &Status) -> Vec<Painted> {
    let mut lines = Vec::new();
    for found in status.files.iter().take(TROUBLES) {
        let word =
            if found.rule == Rule::VaultNotOpenable { "NOT OPENABLE" } else { found.severity().word() };
        lines.extend(indented(
            0,
            &Painted::of(Tone::Bad, word).and(Tone::Plain, format!(": {}", found.detail)),
        ));
    }
    if let Some(more) = status.files.len().checked_sub(TROUBLES).filter(|more| *more > 0) {
        lines.push(format!("and {more} more: `breakglass verify` lists them.").into());
    }
    if !lines.is_empty() {
        lines.push(Painted::new());
    }
    lines
}

fn trouble(status: &Status) -> Vec<Painted> {
    let mut lines = Vec::new();
    for found in status.trouble.iter().take(TROUBLES) {
        let what = Painted::of(Tone::Bad, found.severity().word());
        lines.extend(indented(0, &what.and(Tone::Plain, format!(": {}", found.rule.meaning()))));
        let place = found.place().map_or(String::new(), |place| format!("{place}: "));
        lines.extend(indented(2, &format!("{place}{}", found.detail).into()));
    }
    if let Some(more) = status.trouble.len().checked_sub(TROUBLES).filter(|more| *more > 0) {
        lines.push(format!("and {more} more.").into());
    }
    if !lines.is_empty() {
        let warning = Painted::of(Tone::Bad, "Add nothing to this log.").and(Tone::Plain, " Run ");
        let warning = warning.and(Tone::Strong, "`breakglass verify`");
        lines.push(warning.and(Tone::Plain, ", and compare other copies."));
        lines.push("Below is only the part of the log that could be read.".into());
        lines.push(Painted::new());
    }
    lines
}

fn heading(status: &Status) -> Vec<Painted> {
    let name = Painted::of(Tone::Strong, clipped(status.name.as_str(), COLUMNS - 25));
    let (tone, sound) = match status.trouble.is_empty() {
        true => (Tone::Plain, "sound as far as it goes"),
        false => (Tone::Bad, "NOT SOUND, see above"),
    };
    let records = counted(status.head.seq + 1, "record");
    let log = format!(": {records}, the last at {}", moment(status.last));
    let mut lines = vec![
        name.and(Tone::Quiet, format!(", at {} UTC", moment(status.now))),
        quiet("words   ").and(Tone::Plain, Words::of(&status.id).to_string()),
        quiet("log     ").and(tone, sound).and(Tone::Quiet, log),
    ];
    let below = |tone, text: &str| Painted::from("        ").and(tone, text);
    if status.is_clock_behind() {
        let behind = below(Tone::Bad, "THE CLOCK IS BEHIND");
        lines.push(behind.and(Tone::Plain, " the last record: set it, or give --time"));
    }
    if status.findings == 0 {
        return lines;
    }
    let findings = counted(status.findings, "finding");
    let findings = below(Tone::Due, &findings).and(Tone::Plain, " about what happened: ");
    lines.push(findings.and(Tone::Strong, "`breakglass verify`"));
    lines
}

fn vaults(vaults: &[VaultStatus]) -> Vec<Painted> {
    if vaults.is_empty() {
        return vec!["No vault is sealed.".into()];
    }
    let rows = vaults.iter().map(|vault| (vault_row(vault), vault_details(vault))).collect();
    table(["VAULT", "KIND", "ACCOUNT", "GEN", "SHARES", "STATE"], rows, 0)
}

fn vault_row(vault: &VaultStatus) -> [Painted; 6] {
    let (tone, state) = match () {
        () if vault.openable == Some(false) => (Tone::Bad, "NOT OPENABLE"),
        () if !vault.exposed.is_empty() => (Tone::Bad, "EXPOSED"),
        () if !vault.in_force => (Tone::Due, "NOT IN FORCE"),
        () => (Tone::Good, "in force"),
    };
    [
        Painted::of(Tone::Strong, vault.name.to_string()),
        vault.kind.to_string().into(),
        clipped(vault.account.as_str(), 14).into(),
        vault.generation.to_string().into(),
        format!("{} of {}", vault.threshold, vault.total_shares).into(),
        Painted::of(tone, state),
    ]
}

fn vault_details(vault: &VaultStatus) -> Vec<Painted> {
    let mut details: Vec<Painted> = vault.exposed.iter().map(|one| exposed(vault, one)).collect();
    if vault.given_up {
        let what = format!("GIVEN UP: no generation of {} is said to work; seal new credentials", vault.name);
        details.push(Painted::of(Tone::Bad, what));
    }
    if vault.undecided {
        details.extend(undecided(vault).map(|line| Painted::of(Tone::Bad, line)));
    } else if vault.newest_generation != vault.generation {
        details.push(quiet(format!("generation {} is sealed, but not current", vault.newest_generation)));
    }
    details.extend(match vault.holders {
        Holders::Enough => None,
        Holders::Just => Some(Painted::of(Tone::Due, "all who are left are needed to open it")),
        Holders::Few => Some(Painted::of(Tone::Bad, "TOO FEW ARE LEFT TO OPEN IT")),
    });
    if !vault.missing.is_empty() {
        details.push(missing(vault));
    }
    details.extend(late(vault, true));
    details.extend(late(vault, false));
    if !vault.retired.is_empty() {
        details.push(Painted::of(
            Tone::Due,
            format!("retired, but still holding a share: {}", list(&vault.retired)),
        ));
    }
    details.extend(vault.drill.as_ref().map(|drill| drilled(vault, drill)));
    details.iter().flat_map(|detail| indented(2, detail)).collect()
}

/// What is to be tried, and who can settle it: somebody who signs in with the newest generation where nobody has said
/// anything of it, and a second person where one has.
fn undecided(vault: &VaultStatus) -> impl Iterator<Item = String> {
    let VaultStatus { name, first_to_try, newest_generation: newest, one_word, .. } = vault;
    let mut lines =
        vec![format!("not settled which credentials are live: try generation {first_to_try} first")];
    if let Some(OneWord { generation, verdict, by, statement }) = one_word {
        let word = verdict.word();
        lines.push(format!(
            "generation {generation} is {word} by {} alone; a holder who did not seal it agrees: breakglass agree {}",
            list(by),
            statement.short()
        ));
    }
    if one_word.as_ref().is_none_or(|word| word.generation != *newest) {
        lines.push(format!(
            "who signed in with generation {newest} says so: breakglass confirm {name} --signed-in TIME"
        ));
    }
    lines.into_iter()
}

fn exposed(vault: &VaultStatus, exposed: &ExposedStatus) -> Painted {
    let which = match exposed.generation {
        current if current == vault.generation => String::new(),
        other => format!("generation {other} "),
    };
    let mut text = quiet(format!("{which}exposed {}; new credentials ", moment(exposed.since)));
    text.append(by_or_since(exposed.overdue, exposed.due));
    text
}

fn missing(vault: &VaultStatus) -> Painted {
    let of = match vault.newest_generation {
        newest if newest == vault.generation => String::new(),
        newest => format!("of generation {newest} "),
    };
    let mut text = quiet(format!("no check {of}yet: ")).and(Tone::Plain, list(&vault.missing));
    let mut newest = vault.checks.iter().filter(|check| check.generation == vault.newest_generation);
    if let Some(check) = newest.find(|check| check.last.is_none() && check.overdue) {
        text.push(Tone::Quiet, ", ");
        text.append(by_or_since(true, check.due));
    }
    text
}

/// The checks that have to be repeated: those that are overdue, or those that are due soon.
fn late(vault: &VaultStatus, overdue: bool) -> Option<Painted> {
    let again = vault.checks.iter().filter(|check| check.last.is_some() && check.to_do);
    let late: Vec<String> = again
        .filter(|check| check.overdue == overdue)
        .map(|check| {
            let of = match check.generation {
                current if current == vault.generation => String::new(),
                other => format!(" (generation {other})"),
            };
            format!("{}{of} {}", check.custodian, day(check.due))
        })
        .collect();
    let (tone, word) = if overdue { (Tone::Bad, "OVERDUE since") } else { (Tone::Quiet, "due by") };
    let text = quiet("check ").and(tone, word).and(Tone::Quiet, ": ").and(Tone::Plain, late.join(", "));
    (!late.is_empty()).then_some(text)
}

fn drilled(vault: &VaultStatus, drill: &DrillStatus) -> Painted {
    let mut text = quiet(match drill.last {
        Some(last) => format!("last drill {}; the next ", moment(last)),
        None if vault.canary.is_none() && vault.kind == crate::record::seal::Kind::Root => {
            "no canary, so no drill; the first ".to_owned()
        }
        None => "no drill yet; the first ".to_owned(),
    });
    text.append(by_or_since(drill.overdue, drill.due));
    text
}

fn requests(requests: &[RequestStatus]) -> Vec<Painted> {
    if requests.is_empty() {
        return vec!["No request is open.".into()];
    }
    let rows = requests.iter().map(|request| (request_row(request), request_details(request))).collect();
    table(["REQUEST", "VAULT", "WHO", "SINCE", "STATE"], rows, 1)
}

fn request_row(request: &RequestStatus) -> [Painted; 5] {
    let (tone, state) = match request.progress {
        Progress::Waiting => (Tone::Due, "waiting"),
        Progress::WindowOver => (Tone::Due, "WINDOW OVER"),
        Progress::Released => (Tone::Due, "RELEASED"),
    };
    [
        Painted::of(Tone::Strong, request.request_id.short()),
        Painted::of(Tone::Strong, request.vault.to_string()),
        clipped(request.requester.as_str(), 12).into(),
        moment(request.since).into(),
        Painted::of(tone, state),
    ]
}

fn request_details(request: &RequestStatus) -> Vec<Painted> {
    let mut details = Vec::new();
    let about = quiet(format!("{}, window until {}; ", request.purpose, moment(request.window_until)));
    details.push(match request.approved_by.len() {
        0 => about.and(Tone::Plain, format!("no approval in the log, {} needed", request.needed)),
        some => about
            .and(Tone::Plain, format!("approved by {}", list(&request.approved_by)))
            .and(Tone::Quiet, format!(" ({some} of {})", request.needed)),
    });
    if !request.denied_by.is_empty() {
        details.push(Painted::of(Tone::Bad, format!("DENIED by {}", list(&request.denied_by))));
    }
    if let Some(released) = request.released {
        let mut text = quiet(format!("released {}", moment(released)));
        if let Some(due) = request.close_due {
            text.push(Tone::Quiet, "; close ");
            text.append(by_or_since(request.close_overdue, due));
        }
        details.push(text);
    }
    if request.unended {
        let shown = list(&request.assume_shown);
        details
            .push(Painted::of(Tone::Due, format!("no end is logged: assume that these were shown: {shown}")));
    }
    details.iter().flat_map(|detail| indented(2, detail)).collect()
}

fn to_do(status: &Status) -> Vec<Painted> {
    let mut lines: Vec<Painted> = Vec::new();
    if !status.duties.is_empty() {
        lines.push(quiet("TO DO"));
    }
    for duty in &status.duties {
        let (tone, when) = match () {
            () if duty.overdue => (Tone::Bad, format!("OVERDUE {}", length(status.now.since(duty.due)))),
            () if duty.at_once => (Tone::Due, "due now".to_owned()),
            () => (Tone::Due, format!("due in {}", length(duty.due.since(status.now)))),
        };
        let what = Painted::from(duty.what.as_str()).wrapped(COLUMNS - WHEN - 2);
        for (at, line) in what.into_iter().enumerate() {
            let when = if at == 0 { when.as_str() } else { "" };
            let mut text =
                Painted::of(tone, when).and(Tone::Plain, " ".repeat(2 + WHEN.saturating_sub(when.len())));
            text.append(line);
            lines.push(text);
        }
        lines.extend(duty.command.iter().flat_map(|command| typed(command)));
    }
    let next: Vec<String> = status
        .upcoming
        .iter()
        .map(|next: &Upcoming| format!("{} by {}", next.kind.as_str(), moment(next.due)))
        .collect();
    if !next.is_empty() {
        lines.push(quiet(format!("Later: {}.", next.join(", "))));
    }
    lines
}

fn verdict(status: &Status) -> Painted {
    let overdue = status.duties.iter().filter(|duty| duty.overdue).count();
    if let Some(worst) = status.trouble.first().map(Finding::severity) {
        let text = Painted::of(Tone::Bad, worst.word())
            .and(Tone::Plain, ": the log is not sound; see the top, and ");
        return text.and(Tone::Strong, "`breakglass verify`");
    }
    if let Some(worst) = status.files.first() {
        let word =
            if worst.rule == Rule::VaultNotOpenable { "NOT OPENABLE" } else { worst.severity().word() };
        let what = ": sealed files are missing or changed; see the top";
        return Painted::of(Tone::Bad, word).and(Tone::Plain, what);
    }
    match (overdue, status.duties.len()) {
        (0, 0) => Painted::of(Tone::Good, "NOTHING IS DUE"),
        (0, all) => Painted::of(Tone::Due, "NOTHING IS OVERDUE")
            .and(Tone::Plain, format!(": {} to do", counted(all, "thing"))),
        (overdue, all) => Painted::of(Tone::Bad, "OVERDUE")
            .and(Tone::Plain, format!(": {overdue} of {} to do", counted(all, "thing"))),
    }
}
