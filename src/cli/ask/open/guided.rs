//! A guided opening: request, approvals and release as one flow. The records and files are those of the three commands,
//! so that whatever is cut off here goes on there.

use std::path::{Path, PathBuf};

use crate::ceremony::release::Gathered;
use crate::ceremony::request::RequestPlan;
use crate::cli::ask::open::approvals::Table;
use crate::cli::ask::open::dialog::{Flow, readable};
use crate::cli::ask::open::questions;
use crate::cli::context::{Answer, Context, peek};
use crate::cli::files::finder::Near;
use crate::cli::files::lodge::{Asking, Lodged, lodge};
use crate::cli::files::open_log::Ways;
use crate::cli::files::release::releasing::Releasing;
use crate::cli::files::requests::{
    fields_or_usual, find_vault, read_request, request_must_be_new, session_path,
};
use crate::cli::flags::Opening;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::painted::{Painted, Tone};
use crate::cli::terminal::prompt::Terminal;
use crate::escrow::RequestState;
use crate::hands::clock::SetTime;
use crate::record::deviation::Deviation;
use crate::record::request::Purpose;
use crate::value::names::{PersonId, VaultName};
use crate::value::time::Time;

/// Opens a vault, from the first question to the last.
pub(crate) fn guided(
    vault: VaultName,
    purpose: Purpose,
    opening: Opening,
    outer: &mut Context<'_>,
) -> Result<Answer, Failure> {
    if outer.scripted {
        return Err(Failure::new(Exit::Usage, "nobody is there to be asked")
            .next("use `request`, `approve` and `release`, which take every answer as a flag"));
    }
    let mut terminal = Terminal::open("the questions of a guided opening")?.plain(outer.plain);
    let mut said = terminal.as_writer();
    let context = &mut outer.saying(&mut said);
    let escrow = readable(context)?;
    let known = find_vault(&escrow, &vault)?;
    let number = opening.generation.unwrap_or_else(|| known.current().seal.generation);
    let seal = known.generation(number).map_or(&known.current().seal, |generation| &generation.seal);
    let near = Near::of(context);
    let mut flow = Flow { escrow: &escrow, seal, purpose, opening: &opening, near };
    flow.introduce(&mut terminal)?;
    let asked = questions::ask(&mut flow, &mut terminal)?;
    let requester = asked.requester;
    let set = asked.time;
    let time = || set.map(SetTime::now);
    let now = Context::time(time());
    let folder = opening.output.clone().unwrap_or_else(|| folder(&vault, now));
    let request = folder.join("request.bgr");
    request_must_be_new(&request)?;
    let question = RequestPlan {
        purpose,
        reason: asked.reason,
        ticket: asked.ticket,
        justification: asked.justification,
        actions: asked.actions,
        fields: fields_or_usual(opening.fields.clone()),
        totp_codes: opening.totp_codes,
        not_before: now,
        expires: opening.expires,
        generation: opening.generation,
        known: Vec::new(),
        environment: context.environment(),
    };
    let continue_in = opening.continue_in.as_deref();
    // The yes to the summary was a yes to the time in it.
    let accepted: Vec<_> = opening.accepted.iter().copied().chain(set.map(|_| Deviation::TimeSet)).collect();
    let ways = Ways { continue_in, carried: None, accepted: &accepted, time: now };
    let asking = Asking { vault, question, output: &request, ways, time_set: set.is_some() };
    let Lodged { asked: lodged, session } = lodge(&requester, asking, context)?;
    terminal.say(&format!(
        "\nThe request is logged: {}. Its files are in {}.",
        lodged.record.short(),
        folder.display()
    ))?;
    let carried = read_request(&request)?;
    let releasing = |approvals: &[PathBuf], terminal: &mut Terminal, context: &mut Context<'_>| {
        let how = Releasing {
            requester: &requester,
            carried: &carried,
            session: &session,
            session_file: &session_path(&request),
            approvals,
            continue_in,
            accepted: &accepted,
            time: time(),
            print: &[],
        };
        how.release(&mut |asked, gathered| challenge(asked, gathered, asked_time(&how), terminal), context)
    };
    let table = Table {
        flow: &flow,
        requester: &requester,
        carried: &carried,
        session: &session,
        folder: &folder,
        time: set,
    };
    let done =
        table.collect(&mut terminal, context).and_then(|files| releasing(&files, &mut terminal, context));
    done.map_err(|failure| goes_on(failure, &lodged, &table, continue_in, context))
}

fn asked_time(how: &Releasing<'_>) -> Time {
    Context::time(how.time)
}

/// A directory of its own for each opening.
fn folder(vault: &VaultName, now: Time) -> PathBuf {
    let stamp: String = now.to_string().chars().filter(char::is_ascii_alphanumeric).collect();
    PathBuf::from(format!("{vault}-{stamp}"))
}

/// Whatever stops the flow after the request was logged: what is recorded, and how it goes on.
fn goes_on(
    failure: Failure,
    lodged: &RequestState,
    table: &Table<'_>,
    continue_in: Option<&Path>,
    context: &Context<'_>,
) -> Failure {
    let id = lodged.record.short();
    let escrow = continue_in.map_or_else(|| context.peek(), peek);
    if escrow.and_then(|escrow| escrow.request(&lodged.record)?.end.clone()).is_some() {
        return failure.or_next(&format!("request {id} has ended: see `breakglass log --request {id}`"));
    }
    let (folder, prefix) = (table.folder.display(), table.requester.prefix().display());
    let place = continue_in.map_or_else(
        || context.place(),
        |path| format!("{} --continue-in {}", context.place(), path.display()),
    );
    let on = format!(
        "request {id} is logged and still open. Each approval that is missing:\n\
         breakglass approve {folder}/request.bgr --as THEIRS -o {folder}/THEIRS.bga\n\
         and then, or with --withdraw to end it:\n\
         breakglass release {folder}/request.bgr {folder}/*.bga --as {prefix}{place}"
    );
    // To run the same command again would be another request.
    if failure.exit == Exit::Interrupted { failure.next(on) } else { failure.or_next(&on) }
}

/// What is about to be logged, and the account's id typed as a yes to it.
fn challenge(
    asked: &RequestState,
    gathered: &Gathered<'_>,
    now: Time,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let people: Vec<_> = gathered.approvers().iter().map(PersonId::as_str).collect();
    let account = gathered.account();
    let request = &asked.request;
    terminal.show(&Painted::of(Tone::Due, "\nABOUT TO BE RELEASED"))?;
    terminal.say(&format!(
        "  vault      {} generation {}, account {account}\n  request    {} by {}\n  \
         approved   by {}\n  shown      {}\n  it is now  {now}\n\
         The release is logged first, and cannot be taken back.",
        request.name,
        request.generation,
        asked.record.short(),
        request.requester,
        people.join(" and "),
        questions::shown(&request.fields, request.totp_codes),
    ))?;
    loop {
        let typed = terminal.ask("Type the account id to release it:")?;
        if typed == account.as_str() {
            return Ok(());
        }
        terminal.say("  that is not its account id; Ctrl-C stops, and nothing is released")?;
    }
}
