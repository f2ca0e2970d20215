//! The status on a terminal of 80 columns: words carry the meaning, and what has to be done stands last, where
//! the eye is when the prompt comes back.

use super::layout::{COLUMNS, day, indented, length, moment, table, typed};
use super::{DrillStatus, ExposedStatus, Progress, RequestStatus, Status, Upcoming, VaultStatus};
use crate::text::{clipped, wrapped};
use crate::time::Time;
use crate::words::Words;

/// How many columns it takes to say when something is due.
const WHEN: usize = "OVERDUE 999d".len();

/// The most of what is wrong with the log that is told here; `verify` tells all.
const TROUBLES: usize = 3;

/// The status as lines of at most 80 columns. Only a name that is too long for its line is longer.
pub fn screen(status: &Status) -> Vec<String> {
    let mut lines = trouble(status);
    lines.extend(heading(status));
    lines.push(String::new());
    lines.extend(vaults(&status.vaults));
    lines.push(String::new());
    lines.extend(requests(&status.requests));
    lines.push(String::new());
    lines.extend(to_do(status));
    lines.push(verdict(status));
    lines
}

fn by_or_since(overdue: bool, due: Time) -> String {
    let word = if overdue { "OVERDUE since" } else { "due by" };
    format!("{word} {}", moment(due))
}

fn list<'a, T: std::fmt::Display + 'a>(all: impl IntoIterator<Item = &'a T>) -> String {
    all.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn trouble(status: &Status) -> Vec<String> {
    let mut lines = Vec::new();
    for found in status.trouble.iter().take(TROUBLES) {
        lines.extend(indented(0, &format!("{}: {}", found.severity().word(), found.rule.meaning())));
        let place = found.place().map_or(String::new(), |place| format!("{place}: "));
        lines.extend(indented(2, &format!("{place}{}", found.detail)));
    }
    if let Some(more) = status.trouble.len().checked_sub(TROUBLES).filter(|more| *more > 0) {
        lines.push(format!("and {more} more."));
    }
    if !lines.is_empty() {
        lines.push("Do not build on this log. See `breakglass verify`, and compare other copies.".to_owned());
        lines.push("What follows is no more than what can be read of it.".to_owned());
        lines.push(String::new());
    }
    lines
}

fn heading(status: &Status) -> Vec<String> {
    let sound = if status.trouble.is_empty() { "sound as far as it goes:" } else { "NOT SOUND, see above:" };
    let entries = match status.head.seq + 1 {
        1 => "1 entry".to_owned(),
        many => format!("{many} entries"),
    };
    let mut lines = vec![
        format!("{}, at {} UTC", clipped(status.name.as_str(), COLUMNS - 25), moment(status.now)),
        format!("words   {}", Words::of(&status.id)),
        format!("log     {sound} {entries}, the last at {}", moment(status.last)),
    ];
    if status.is_clock_behind() {
        lines.push("        THE CLOCK IS BEHIND the last entry: set it, or give --time".to_owned());
    }
    match status.findings {
        0 => {}
        1 => lines.push("        1 finding about what happened: `breakglass verify`".to_owned()),
        many => lines.push(format!("        {many} findings about what happened: `breakglass verify`")),
    }
    lines
}

fn vaults(vaults: &[VaultStatus]) -> Vec<String> {
    if vaults.is_empty() {
        return vec!["No vault is sealed.".to_owned()];
    }
    let rows: Vec<_> = vaults.iter().map(|vault| (vault_row(vault), vault_details(vault))).collect();
    table(["VAULT", "KIND", "ACCOUNT", "GEN", "SHARES", "STATE"], &rows, 0)
}

fn vault_row(vault: &VaultStatus) -> [String; 6] {
    let state = match () {
        () if !vault.exposed.is_empty() => "EXPOSED",
        () if !vault.in_force => "NOT IN FORCE",
        () => "in force",
    };
    [
        vault.name.to_string(),
        vault.kind.to_string(),
        clipped(vault.account.as_str(), 14),
        vault.generation.to_string(),
        format!("{} of {}", vault.threshold, vault.total_shares),
        state.to_owned(),
    ]
}

fn vault_details(vault: &VaultStatus) -> Vec<String> {
    let mut details: Vec<String> = vault.exposed.iter().map(|one| exposed(vault, one)).collect();
    if vault.newest_generation != vault.generation {
        details.push(format!("generation {} is sealed, and not current yet", vault.newest_generation));
    }
    if !vault.missing.is_empty() {
        details.push(missing(vault));
    }
    details.extend(late(vault, true));
    details.extend(late(vault, false));
    if !vault.retired.is_empty() {
        details.push(format!("retired, and still holding a share: {}", list(&vault.retired)));
    }
    details.extend(vault.drill.as_ref().map(|drill| drilled(vault, drill)));
    details.iter().flat_map(|detail| indented(2, detail)).collect()
}

fn exposed(vault: &VaultStatus, exposed: &ExposedStatus) -> String {
    let which = match exposed.generation {
        current if current == vault.generation => String::new(),
        other => format!("generation {other} "),
    };
    let due = by_or_since(exposed.overdue, exposed.due);
    format!("{which}exposed {}; new credentials {due}", moment(exposed.since))
}

fn missing(vault: &VaultStatus) -> String {
    let mut newest = vault.checks.iter().filter(|check| check.generation == vault.newest_generation);
    let overdue = newest.find(|check| check.last.is_none() && check.overdue);
    let overdue = overdue.map_or(String::new(), |check| format!(", {}", by_or_since(true, check.due)));
    let of = match vault.newest_generation {
        newest if newest == vault.generation => String::new(),
        newest => format!("of generation {newest} "),
    };
    format!("no check {of}yet: {}{overdue}", list(&vault.missing))
}

/// The checks that are to be done again: those that are overdue, or those that are due soon.
fn late(vault: &VaultStatus, overdue: bool) -> Option<String> {
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
    let word = if overdue { "OVERDUE since" } else { "due by" };
    (!late.is_empty()).then(|| format!("check {word}: {}", late.join(", ")))
}

fn drilled(vault: &VaultStatus, drill: &DrillStatus) -> String {
    let due = by_or_since(drill.overdue, drill.due);
    match drill.last {
        Some(last) => format!("last drill {}; the next {due}", moment(last)),
        None if vault.canary.is_none() && vault.kind == crate::vault::Kind::Root => {
            format!("no canary, so no drill; the first {due}")
        }
        None => format!("no drill yet; the first {due}"),
    }
}

fn requests(requests: &[RequestStatus]) -> Vec<String> {
    if requests.is_empty() {
        return vec!["No request is open.".to_owned()];
    }
    let rows: Vec<_> =
        requests.iter().map(|request| (request_row(request), request_details(request))).collect();
    table(["REQUEST", "VAULT", "WHO", "SINCE", "STATE"], &rows, 1)
}

fn request_row(request: &RequestStatus) -> [String; 5] {
    let state = match request.progress {
        Progress::Waiting => "waiting",
        Progress::WindowOver => "WINDOW OVER",
        Progress::Released => "RELEASED",
    };
    [
        request.request_id.short(),
        request.vault.to_string(),
        clipped(request.requester.as_str(), 12),
        moment(request.since),
        state.to_owned(),
    ]
}

fn request_details(request: &RequestStatus) -> Vec<String> {
    let mut details = Vec::new();
    let votes = match request.approved_by.len() {
        0 => format!("no approval in the log, {} are needed", request.needed),
        some => format!("approved by {} ({some} of {})", list(&request.approved_by), request.needed),
    };
    let until = moment(request.window_until);
    details.push(format!("{}, window until {until}; {votes}", request.purpose));
    if !request.denied_by.is_empty() {
        details.push(format!("DENIED by {}", list(&request.denied_by)));
    }
    if let Some(released) = request.released {
        let due = |due| format!("; close {}", by_or_since(request.close_overdue, due));
        let close = request.close_due.map_or(String::new(), due);
        details.push(format!("released {}{close}", moment(released)));
    }
    if request.unended {
        details.push(format!("no end is logged: assume that {} were shown", list(&request.assume_shown)));
    }
    details.iter().flat_map(|detail| indented(2, detail)).collect()
}

fn to_do(status: &Status) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    if !status.duties.is_empty() {
        lines.push("TO DO".to_owned());
    }
    for duty in &status.duties {
        let when = match () {
            () if duty.overdue => format!("OVERDUE {}", length(status.now.since(duty.due))),
            () if duty.at_once => "due now".to_owned(),
            () => format!("due in {}", length(duty.due.since(status.now))),
        };
        for (at, line) in wrapped(&duty.what, COLUMNS - WHEN - 2).into_iter().enumerate() {
            lines.push(format!("{:WHEN$}  {line}", if at == 0 { when.as_str() } else { "" }));
        }
        lines.extend(duty.command.iter().flat_map(|command| typed(command)));
    }
    let next: Vec<String> = status
        .upcoming
        .iter()
        .map(|next: &Upcoming| format!("{} by {}", next.kind.as_str(), moment(next.due)))
        .collect();
    if !next.is_empty() {
        lines.push(format!("Later: {}.", next.join(", ")));
    }
    lines
}

fn verdict(status: &Status) -> String {
    let overdue = status.duties.iter().filter(|duty| duty.overdue).count();
    let things = |count: usize| if count == 1 { "1 thing".to_owned() } else { format!("{count} things") };
    if let Some(worst) = status.worst() {
        return format!("{}: the log is not sound; see the top, and `breakglass verify`", worst.word());
    }
    match (overdue, status.duties.len(), status.requests.len()) {
        (0, 0, 0) => "NOTHING IS DUE".to_owned(),
        (0, 0, 1) => "NOTHING IS DUE, and a request is open".to_owned(),
        (0, 0, many) => format!("NOTHING IS DUE, and {many} requests are open"),
        (0, all, _) => format!("NOTHING IS OVERDUE: {} to do", things(all)),
        (overdue, all, _) => format!("OVERDUE: {overdue} of {} to do", things(all)),
    }
}
