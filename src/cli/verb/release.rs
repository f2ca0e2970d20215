//! `release`: approvals become credentials — logged first, shown then.

use std::path::{Path, PathBuf};

use secrecy::ExposeSecret as _;
use serde_json::json;
use zeroize::Zeroizing;

use crate::ceremony::approve::{ApprovalFile, Carried};
use crate::ceremony::release::{Gathered, ReleaseError, gather};
use crate::ceremony::request::Session;
use crate::cli::args::Release;
use crate::cli::ask::deviations::confirm_deviations;
use crate::cli::ask::prompt::Terminal;
use crate::cli::context::{Answer, Context, peek};
use crate::cli::files::footing::{self, Footing, Ways};
use crate::cli::files::people::Somebody;
use crate::cli::reveal;
use crate::cli::reveal::state::{About, State};
use crate::cli::reveal::values::{Lines, lines_at};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::verb::close::act;
use crate::cli::verb::request::session_path;
use crate::cli::verb::vote::read_request;
use crate::crypto::digest::Digest;
use crate::escrow::Asked;
use crate::hands::console::{self, Output};
use crate::hands::sandbox::{self, FileAccess};
use crate::hands::store::MAX_PAYLOAD_FILE;
use crate::hands::{clock, files};
use crate::ledger::log::Draft;
use crate::record::environment::{Environment, Sandbox};
use crate::record::request::{Deviation, End, Outcome, Purpose};
use crate::secret::payload::{Fields, TOTP};
use crate::value::names::{FieldName, KeyName};
use crate::value::time::Time;

/// The most bytes of a session file, and of an approval file.
const MAX_SESSION_FILE: u64 = 64 << 10;
const MAX_APPROVAL_FILE: u64 = 1 << 20;

/// Releases, or with `--withdraw` ends the request without a release.
pub fn release(args: Release, context: &mut Context<'_>) -> Result<Answer, Failure> {
    if !args.print.is_empty() && context.output != Output::Elsewhere {
        let leads = match context.output {
            Output::Terminal => "is a terminal here",
            _ => "leads nowhere here: it is closed, or /dev/null",
        };
        return Err(Failure::new(Exit::Usage, format!("--print writes to standard output, which {leads}"))
            .next("pipe it to where it is needed, or leave --print out: then it is shown field by field"));
    }
    if args.print.is_empty() && !args.withdraw && (context.scripted || !console::exists()) {
        return Err(Failure::new(Exit::Usage, "there is no terminal to show anything on")
            .next("name the fields that are wanted: --print password"));
    }
    let carried = read_request(&args.request)?;
    must_be_open(&carried.asked().record, &args, context)?;
    let requester = Somebody::unlock(&args.signer, || Some(carried.reading().escrow.clone()))?;
    let session_file = args.session.clone().unwrap_or_else(|| session_path(&args.request));
    let bytes = files::read(&session_file, MAX_SESSION_FILE)
        .map_err(|error| failures::not_read(&session_file, &error))?;
    let session = Session::open(&requester.identities, &bytes)
        .map_err(|error| failures::session(&session_file, &error))?;
    let how = Releasing {
        requester: &requester,
        carried: &carried,
        session: &session,
        session_file: &session_file,
        approvals: &args.approvals,
        continue_in: args.continue_in.as_deref(),
        accepted: &args.accepted,
        time: args.at.time,
        print: &args.print,
    };
    if args.withdraw {
        how.carry_out(&mut |footing, brought, context| withdraw(footing, &how, brought, context), context)
    } else {
        how.release(&mut confirm, context)
    }
}

/// What to do where a release was logged and shown, and its end could not be logged.
const NOT_ENDED: &str = "the release is logged, and was shown; without its end it counts as if everything had been \
    shown: end it on a sound medium, with --withdraw";

/// What a release, or a withdrawal, rests on.
pub struct Releasing<'a> {
    /// The requester, whose identities are unlocked.
    pub requester: &'a Somebody,
    /// The request file.
    pub carried: &'a Carried,
    /// Its session.
    pub session: &'a Session,
    /// Where the session is kept; it is destroyed with the request's end.
    pub session_file: &'a Path,
    /// The approvals' files.
    pub approvals: &'a [PathBuf],
    /// Where to go on, where the log cannot be added to.
    pub continue_in: Option<&'a Path>,
    /// What was confirmed beforehand.
    pub accepted: &'a [Deviation],
    /// The time, where it was set by hand.
    pub time: Option<Time>,
    /// The fields to be written to standard output; none where they are shown on the terminal.
    pub print: &'a [FieldName],
}

/// What is done with the approvals on a log that can be added to.
type Doing<'a> = dyn FnMut(&mut Footing, Brought, &mut Context<'_>) -> Result<Answer, Failure> + 'a;

/// Asks for a yes to a release.
pub type Agreeing<'a> = dyn FnMut(&Asked, &Gathered<'_>) -> Result<(), Failure> + 'a;

impl Releasing<'_> {
    /// Logs the release, and shows or prints what was asked for.
    pub fn release(&self, agree: &mut Agreeing<'_>, context: &mut Context<'_>) -> Result<Answer, Failure> {
        self.carry_out(
            &mut |footing, brought, context| reveal(self, footing, brought, agree, context),
            context,
        )
    }

    fn carry_out(&self, doing: &mut Doing<'_>, context: &mut Context<'_>) -> Result<Answer, Failure> {
        let brought = Brought::read(self.approvals);
        let ways = Ways {
            continue_in: self.continue_in,
            carried: Some(self.carried),
            accepted: self.accepted,
            time: Context::time(self.time),
        };
        let mut footing = Footing::find(self.requester, &ways, context)?;
        let done = doing(&mut footing, brought, context)?;
        footing.created.keep();
        if let Err(error) = files::destroy(self.session_file) {
            let place = self.session_file.display();
            context.warn(&format!("warning: {place} could not be destroyed ({error}): destroy it yourself"));
        }
        Ok(done)
    }

    fn request(&self) -> Digest {
        self.carried.asked().record
    }
}

/// The approvals that were brought, and the files among them that are none: one bad file must not stop an
/// emergency that the others can meet.
struct Brought {
    approvals: Vec<ApprovalFile>,
    odd: Vec<Failure>,
}

impl Brought {
    fn read(paths: &[PathBuf]) -> Brought {
        let mut brought = Brought { approvals: Vec::new(), odd: Vec::new() };
        for path in paths {
            let read =
                files::read_public(path, MAX_APPROVAL_FILE).map_err(|error| failures::not_read(path, &error));
            let parsed = read.and_then(|bytes| {
                ApprovalFile::parse(&bytes).map_err(|error| failures::approval_file(path, &error))
            });
            match parsed {
                Ok(file) => brought.approvals.push(file),
                Err(failure) => brought.odd.push(failure),
            }
        }
        brought
    }

    fn warn(&self, context: &mut Context<'_>) {
        for failure in &self.odd {
            let place = failure.at.as_deref().unwrap_or_default();
            context.warn(&format!("set aside: {place}: {}", failure.what));
        }
    }
}

/// Fails where the request ended: its session is gone by then, and that is not what there is to say.
fn must_be_open(request: &Digest, args: &Release, context: &Context<'_>) -> Result<(), Failure> {
    let elsewhere = args.continue_in.as_deref().and_then(peek);
    let escrow = elsewhere.or_else(|| context.peek());
    match escrow.as_ref().and_then(|escrow| escrow.request(request)?.end.as_ref()) {
        Some(ended) => {
            let failure = failures::release(&ReleaseError::Ended(ended.seq), &[]);
            let session = args.session.clone().unwrap_or_else(|| session_path(&args.request));
            // It goes with the request's end, unless this program was killed in between.
            Err(match session.symlink_metadata() {
                Ok(_) => {
                    failure.or_next(&format!("destroy {}: it serves nobody any more", session.display()))
                }
                Err(_) => failure,
            })
        }
        None => Ok(()),
    }
}

/// What is about to be logged, and a yes to it.
fn confirm(asked: &Asked, gathered: &Gathered<'_>) -> Result<(), Failure> {
    let mut terminal = Terminal::open("a confirmation")?;
    let people: Vec<_> = gathered.approvers().iter().map(|id| id.as_str()).collect();
    let vault = format!("{} generation {}", asked.request.name, asked.request.generation);
    terminal.say(&format!("{vault} is about to be released on the approvals of {}.", people.join(", ")))?;
    if terminal.confirm("The release is logged, and cannot be taken back.")? {
        return Ok(());
    }
    Err(Failure::new(Exit::NotAuthorised, "not released; nothing was logged and nothing was shown")
        .next("run it again to release, or with --withdraw to end the request"))
}

fn reveal(
    how: &Releasing<'_>,
    footing: &mut Footing,
    mut brought: Brought,
    agree: &mut Agreeing<'_>,
    context: &mut Context<'_>,
) -> Result<Answer, Failure> {
    let approvals = std::mem::take(&mut brought.approvals);
    let now = Context::time(how.time);
    let (request, session) = (&how.request(), how.session);
    let escrow = footing.ledger.escrow().clone();
    let gathered =
        gather(&escrow, request, session, approvals).map_err(|error| failures::release(&error, &[]))?;
    let asked = escrow.request(request).expect("gather found it");
    if let Some(other) = how.print.iter().find(|field| !asked.request.fields.contains(field)) {
        return Err(Failure::new(Exit::NotAuthorised, format!("`{other}` was not asked for"))
            .next("only what the approvers saw in the request is shown; make a new request for more"));
    }
    let codes = how.print.iter().filter(|field| field.as_str() == TOTP).count();
    if codes > asked.request.totp_codes as usize {
        let what = format!("{codes} TOTP codes are wanted, and {} were asked for", asked.request.totp_codes);
        return Err(Failure::new(Exit::NotAuthorised, what)
            .next("only what the approvers saw in the request is shown; make a new request for more"));
    }
    if let Err(error) = gathered.enough() {
        if let Some(failure) = brought.odd.into_iter().next() {
            return Err(failure);
        }
        return Err(failures::release(&error, &gathered.set_aside));
    }
    if !gathered.set_aside.is_empty() {
        context.warn(&failures::set_aside(&gathered.set_aside));
    }
    brought.warn(context);
    let payload_path = context.directory().payload(&asked.request.name, asked.request.generation);
    let payload = files::read_own(&payload_path, MAX_PAYLOAD_FILE)
        .map_err(|error| failures::not_read(&payload_path, &error))?;
    let environment = context.environment();
    // What the approvers have signed already is not asked about again.
    let mut of_machine = environment.deviations(escrow.policy.strict_air_gap);
    of_machine.retain(|deviation| !asked.request.deviations.contains(deviation));
    let deviations = deviations(&gathered, asked, how, &footing.deviations, of_machine, now)?;
    if how.print.is_empty() {
        warn_of(&environment, context);
        agree(asked, &gathered)?;
    }
    let bad = gathered.bad_shares();
    let failed = |error: ReleaseError| {
        let failure = failures::release(&error, &[]);
        match error {
            ReleaseError::OtherPayload | ReleaseError::Envelope(_) | ReleaseError::Payload(_) => {
                failure.at(payload_path.display())
            }
            _ => failure,
        }
    };
    let authorized = gathered.reconstruct(&payload, deviations, environment).map_err(failed)?;
    let approvers = authorized.approvers.clone();
    // From here on the file may hold a release, or the beginning of one: it stays, whatever happens.
    std::mem::take(&mut footing.created).keep();
    // Persist, then reveal.
    let appended = footing
        .ledger
        .append(authorized.draft(session, now))
        .map_err(|error| failures::ledger(&footing.path, &error).or_next(footing::ELSEWHERE))?;
    // Nobody is asked for a path any more. A demonstration has more to do afterwards.
    if !context.scripted && sandbox::state() != Sandbox::None {
        sandbox::close(&rest(how, footing, context));
    }
    let fields = authorized.reveal(&appended, &payload).map_err(failed)?;
    let shown = if how.print.is_empty() {
        show(&fields, asked, appended.head().seq, how, footing, context)?
    } else {
        print(&fields, asked, how, context)?
    };
    if shown.fields.is_empty() && !how.print.is_empty() {
        let held: Vec<_> = fields.names().map(FieldName::as_str).collect();
        return Err(Failure::new(Exit::BadInput, "nothing that was named could be shown")
            .next(format!("the vault holds: {}; the request is still open", held.join(", "))));
    }
    let end = End {
        request: *request,
        outcome: Outcome::Released,
        shown: shown.fields.clone(),
        totp_steps: shown.totp_steps,
        approvals: Vec::new(),
        bad_shares: bad,
    };
    append_end(footing, session, end).map_err(|failure| failure.or_next(NOT_ENDED))?;
    let people: Vec<_> = approvers.iter().map(|id| id.as_str()).collect();
    let names: Vec<_> = shown.fields.iter().map(FieldName::as_str).collect();
    let text = format!(
        "released on the approvals of {}; logged as entry {}\nshown: {}; request {} has ended\n{}",
        people.join(" and "),
        appended.head().seq,
        if names.is_empty() { "nothing".to_owned() } else { names.join(", ") },
        request.short(),
        next_steps(asked, how.requester),
    );
    if !how.print.is_empty() {
        // Standard output holds what was printed, and nothing else.
        context.warn(&text);
        return Ok(Answer::done("", serde_json::Value::Null));
    }
    let json =
        json!({ "request_id": request, "entry": appended.head().seq, "approvers": people, "shown": names });
    Ok(Answer::done(text, json))
}

/// The files that are still needed when secrets are shown: the log, the book, and the session that is destroyed.
fn rest(how: &Releasing<'_>, footing: &Footing, context: &Context<'_>) -> FileAccess {
    let mut reach = FileAccess::default();
    reach.changes_within(&context.escrow);
    for file in [&footing.path, &how.requester.book, how.session_file] {
        reach.changes_beside(file);
    }
    reach
}

/// Says what is to be known of the machine before anything is shown on it.
fn warn_of(environment: &Environment, context: &mut Context<'_>) {
    if let Some([first, ..]) = environment.recorders.as_deref() {
        context.warn(&format!("warning: this terminal runs under {first}, which may keep what is revealed"));
    }
    if environment.sandbox == Some(Sandbox::NetworkOnly) {
        context.warn("warning: this kernel has no Landlock: the network is closed, and files are not");
    }
}

/// What is to be done after a release.
fn next_steps(asked: &Asked, requester: &Somebody) -> String {
    if asked.request.purpose == Purpose::Drill {
        return "next: nothing; it was a drill, and nothing real was shown".to_owned();
    }
    let id = asked.record.short();
    format!(
        "next: log what you do, while you do it:\n    \
         breakglass action \"what you did\" --request {id} --as {}\n\
         then change the password and the MFA at the provider, and have them sealed;\n\
         a custodian who did not ask closes it:\n    \
         breakglass close --request {id} --as THEIRS",
        requester.prefix().display(),
    )
}

fn distinct<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort();
    items.dedup();
    items
}

fn deviations(
    gathered: &Gathered<'_>,
    asked: &Asked,
    how: &Releasing<'_>,
    confirmed: &[Deviation],
    of_machine: Vec<Deviation>,
    now: Time,
) -> Result<Vec<Deviation>, Failure> {
    let mut deviations = gathered.deviations(now);
    deviations.extend(of_machine);
    if how.time.is_some() {
        deviations.push(Deviation::TimeSet);
    }
    confirm_deviations(&deviations, &[how.accepted, confirmed].concat())?;
    deviations.extend(confirmed.iter().filter(|deviation| !asked.request.deviations.contains(deviation)));
    Ok(distinct(deviations))
}

/// What was in fact shown.
#[derive(Default)]
struct Shown {
    fields: Vec<FieldName>,
    totp_steps: Vec<u64>,
}

/// Writes `FIELD: VALUE` lines to standard output.
fn print(
    fields: &Fields,
    asked: &Asked,
    how: &Releasing<'_>,
    context: &mut Context<'_>,
) -> Result<Shown, Failure> {
    let mut shown = Shown::default();
    for wanted in how.print {
        let now = how.time.unwrap_or_else(clock::now).unix();
        let Some(Lines { lines, step }) = lines_at(fields, wanted, now) else {
            context.warn(&format!("warning: {} holds no `{wanted}`", asked.request.name));
            continue;
        };
        for (name, value) in lines {
            let line = Zeroizing::new(format!("{name}: {}\n", value.expose_secret()));
            let written = context.stdout.write_all(line.as_bytes()).and_then(|()| context.stdout.flush());
            written.map_err(|error| {
                Failure::new(Exit::Machine, format!("standard output failed: {error}"))
                    .next("the release is logged; run the same command again, with the same approvals")
            })?;
        }
        shown.fields.push(wanted.clone());
        shown.totp_steps.extend(step);
    }
    shown.fields = distinct(shown.fields);
    Ok(shown)
}

/// Shows what was asked for on the terminal, and logs the actions that are told there.
fn show(
    fields: &Fields,
    asked: &Asked,
    entry: u64,
    how: &Releasing<'_>,
    footing: &mut Footing,
    context: &mut Context<'_>,
) -> Result<Shown, Failure> {
    let mut terminal = Terminal::open("showing the fields")?.plain(context.plain);
    let seal = footing.ledger.escrow().generation(&asked.request.vault, asked.request.generation);
    let about = About {
        vault: asked.request.name.to_string(),
        account: seal.map_or(String::new(), |generation| generation.seal.account.to_string()),
        entry,
        request: asked.record.short(),
    };
    let mut state = State::new(about, fields, &asked.request.fields, asked.request.totp_codes);
    let mut log = |done| act(how.requester, &mut footing.ledger, asked.record, done, context);
    // Whatever becomes of the terminal: what was shown until then is what is logged.
    let ended = reveal::screen::run(&mut state, how.time, &mut terminal, &mut log);
    if let Err(failure) = ended {
        context.warn(&failure.to_string());
    }
    let (fields, totp_steps) = state.shown();
    Ok(Shown { fields, totp_steps })
}

fn append_end(footing: &mut Footing, session: &Session, end: End) -> Result<(), Failure> {
    let signers = vec![(KeyName::Session, session.key())];
    footing
        .ledger
        .append(Draft { time: clock::now(), says: end, signers })
        .map(|_| ())
        .map_err(|error| failures::ledger(&footing.path, &error))
}

fn withdraw(
    footing: &mut Footing,
    how: &Releasing<'_>,
    brought: Brought,
    context: &mut Context<'_>,
) -> Result<Answer, Failure> {
    brought.warn(context);
    let (request, session) = (&how.request(), how.session);
    let approvals = brought.approvals;
    let escrow = footing.ledger.escrow().clone();
    let gathered =
        gather(&escrow, request, session, approvals).map_err(|error| failures::release(&error, &[]))?;
    let asked = escrow.request(request).expect("gather found it");
    let outcome = if asked.is_released() { Outcome::Released } else { Outcome::NotReleased };
    let bad = gathered.bad_shares();
    let end = End {
        request: *request,
        outcome,
        // A release that was cut off may have shown everything: it is not for this command to deny it.
        shown: if asked.is_released() { distinct(asked.request.fields.clone()) } else { Vec::new() },
        totp_steps: Vec::new(),
        approvals: gathered.approvals(),
        bad_shares: bad,
    };
    append_end(footing, session, end)?;
    let text = format!("request {} has ended: {outcome}", request.short());
    Ok(Answer::done(text, json!({ "request_id": request, "outcome": outcome })))
}
