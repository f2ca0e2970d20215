//! A guided opening: request, approvals and release as one flow. The records and files are those of the three commands,
//! so that an opening that is interrupted here can be finished with them.

use std::path::{Path, PathBuf};

use crate::audit::files::SealedGeneration;
use crate::ceremony::release::Gathered;
use crate::cli::ask::open::approvals::ApprovalDialog;
use crate::cli::ask::open::dialog::{OpenDialog, readable};
use crate::cli::ask::open::questions::{self, RequestAnswers};
use crate::cli::context::{Answer, Context};
use crate::cli::files::finder::FileFinder;
use crate::cli::files::lodge::{LoggedRequest, RequestDraft, lodge};
use crate::cli::files::open_log::OpenOptions;
use crate::cli::files::release::releasing::Releasing;
use crate::cli::files::requests::{find_vault, read_request, request_must_be_new, session_path};
use crate::cli::files::sealed::look_at;
use crate::cli::flags::Opening;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::release::releasing;
use crate::cli::terminal::decide;
use crate::cli::terminal::prompt::Terminal;
use crate::escrow::RequestState;
use crate::hands::clock::SetTime;
use crate::record::deviation::Deviation;
use crate::record::request::Purpose;
use crate::value::names::VaultName;
use crate::value::time::Time;

/// Opens a vault, from the first question to the last.
pub(crate) fn guided(
    vault: VaultName,
    purpose: Purpose,
    opening: Opening,
    outer: &mut Context<'_>,
) -> Result<Answer, Failure> {
    if outer.scripted {
        return Err(Failure::new(Exit::Usage, "there is nobody to ask")
            .next("use `request`, `approve` and `release`, which take every answer as a flag"));
    }
    let mut terminal = Terminal::open("the questions of a guided opening")?.plain(outer.plain);
    let mut said = terminal.as_writer();
    let context = &mut outer.saying(&mut said);
    let log = readable(context)?;
    let escrow = &log.escrow;
    let known = find_vault(escrow, &vault, opening.generation.as_ref())?;
    let asked = opening.generation.as_ref().map(|name| known.named(name)).transpose();
    let asked = asked.map_err(|error| failures::not_named(&vault, &error))?;
    let generation = asked.unwrap_or_else(|| known.first_to_try());
    let files = look_at(&context.directory(), SealedGeneration::of(escrow, known, generation));
    let not_openable = Some(files).filter(|files| !files.is_openable());
    let finder = FileFinder::of(context);
    let seal = &generation.seal;
    let mut dialog = OpenDialog { escrow, seal, purpose, opening: &opening, finder, not_openable };
    dialog.introduce(&mut terminal)?;
    let answers = questions::ask(&mut dialog, &mut terminal)?;
    carry_out(vault, &dialog, answers, &mut terminal, context)
}

/// Logs the request, collects approvals, and releases.
fn carry_out(
    vault: VaultName,
    dialog: &OpenDialog<'_>,
    answers: RequestAnswers,
    terminal: &mut Terminal,
    context: &mut Context<'_>,
) -> Result<Answer, Failure> {
    let opening = dialog.opening;
    let set = answers.time;
    let now = Context::time(set.map(SetTime::now));
    let folder = opening.output.clone().unwrap_or_else(|| folder(&vault, now));
    let request = folder.join("request.bgr");
    request_must_be_new(&request)?;
    let (requester, plan) = answers.into_plan(dialog, now, context.environment());
    let continue_in = opening.continue_in.as_deref();
    // The yes to the summary was also a yes to the time in it.
    let accepted: Vec<_> = opening.accepted.iter().copied().chain(set.map(|_| Deviation::TimeSet)).collect();
    let options = OpenOptions { continue_in, carried: None, accepted: &accepted, time: now };
    let draft = RequestDraft { vault, plan, output: &request, options, time_set: set.is_some() };
    let LoggedRequest { asked: logged, session } = lodge(&requester, draft, context)?;
    terminal.say(&format!(
        "\nThe request is logged: {}. Its files are in {}.",
        logged.record.short(),
        folder.display()
    ))?;
    // Approvers elsewhere decide on the file, so those here decide on the same bytes.
    let carried = read_request(&request, &context.known)?;
    let approvals = ApprovalDialog {
        open: dialog,
        requester: &requester,
        carried: &carried,
        session: &session,
        folder: &folder,
        time: set,
    };
    let done = approvals.collect(terminal, context).and_then(|files| {
        // Collecting approvals can take hours, and a time that was set by hand has to move on with them.
        let time = set.map(SetTime::now);
        let how = Releasing {
            requester: &requester,
            carried: &carried,
            session_file: &session_path(&request),
            approvals: &files,
            continue_in,
            accepted: &accepted,
            time,
            print: &[],
        };
        how.release(
            &session,
            &mut |asked, gathered| challenge(asked, gathered, Context::time(time), terminal),
            context,
        )
    });
    done.map_err(|failure| how_to_continue(failure, &logged, &approvals, continue_in, context))
}

/// A directory of its own for each opening.
fn folder(vault: &VaultName, now: Time) -> PathBuf {
    let stamp: String = now.to_string().chars().filter(char::is_ascii_alphanumeric).collect();
    PathBuf::from(format!("{vault}-{stamp}"))
}

/// What to say if the flow stops after the request was logged: what is recorded, and how to continue.
fn how_to_continue(
    failure: Failure,
    logged: &RequestState,
    approvals: &ApprovalDialog<'_>,
    continue_in: Option<&Path>,
    context: &Context<'_>,
) -> Failure {
    let id = logged.record.short();
    let log = continue_in.map_or_else(|| context.peek(), |path| context.peek_at(path));
    if log.and_then(|log| log.escrow.request(&logged.record)?.end.clone()).is_some() {
        return failure.or_next(&format!("request {id} has ended: see `breakglass log --request {id}`"));
    }
    let (folder, prefix) = (approvals.folder.display(), approvals.requester.prefix().display());
    let place = continue_in.map_or_else(
        || context.place(),
        |path| format!("{} --continue-in {}", context.place(), path.display()),
    );
    let on = format!(
        "request {id} is logged and still open. For each approval that is missing:\n\
         breakglass approve {folder}/request.bgr --as THEIRS -o {folder}/THEIRS.bga\n\
         and then, with --withdraw if you want to end it instead:\n\
         breakglass release {folder}/request.bgr {folder}/*.bga --as {prefix}{place}"
    );
    // "Run the same command again" would make another request.
    if failure.exit == Exit::Interrupted { failure.next(on) } else { failure.or_next(&on) }
}

/// Says what is about to be logged, and has the account's id typed as a yes to it.
fn challenge(
    asked: &RequestState,
    gathered: &Gathered<'_>,
    now: Time,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let (account, summary) = (gathered.account(), releasing(asked, gathered, now));
    let mut question = "Logged first, never taken back. Type the account id to release it:";
    loop {
        if decide::ask(terminal, &summary, question)? == account.as_str() {
            return Ok(());
        }
        question = "That is not the account id; Ctrl-C stops. Type the account id:";
    }
}
