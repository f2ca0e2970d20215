//! The release itself: logged first, shown then.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::json;

use crate::ceremony::release::{Gathered, ReleaseError, gather};
use crate::cli::context::{Answer, Context};
use crate::cli::files::open_log::{self, OpenLog};
use crate::cli::files::people::LocalPerson;
use crate::cli::files::release::releasing::{Agreeing, ReadApprovals, Releasing, append_end, distinct};
use crate::cli::files::release::shown;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::terminal::confirm::confirm_deviations;
use crate::escrow::RequestState;
use crate::hands::files;
use crate::hands::sandbox::{self, FileAccess};
use crate::hands::store::MAX_PAYLOAD_FILE;
use crate::record::deviation::Deviation;
use crate::record::environment::{Environment, Sandbox};
use crate::record::request::Purpose;
use crate::secret::payload::TOTP;
use crate::value::names::{FieldName, PersonId};
use crate::value::time::Time;

/// What to do where a release was logged and shown, and its end could not be logged.
const NOT_ENDED: &str = "the release is logged, and was shown; without its end it counts as if everything had been \
    shown: end it on a sound medium, with --withdraw";

impl Releasing<'_> {
    /// Logs the release, and shows or prints what was asked for.
    pub(crate) fn release(
        &self,
        agree: &mut Agreeing<'_>,
        context: &mut Context<'_>,
    ) -> Result<Answer, Failure> {
        self.carry_out(&mut |log, read, context| reveal(self, log, read, agree, context), context)
    }
}

fn reveal(
    how: &Releasing<'_>,
    log: &mut OpenLog,
    mut read: ReadApprovals,
    agree: &mut Agreeing<'_>,
    context: &mut Context<'_>,
) -> Result<Answer, Failure> {
    let approvals = std::mem::take(&mut read.approvals);
    let now = Context::time(how.time);
    let (request, session) = (&how.request(), how.session);
    let escrow = log.ledger.escrow();
    let gathered =
        gather(escrow, request, session, approvals).map_err(|error| failures::release(&error, &[]))?;
    let asked = &escrow.request(request).expect("gather found it").clone();
    prints_what_was_asked(how, asked)?;
    enough(&gathered, read, context)?;
    // Whatever can fail without a record fails before there is one: the payload is read now, and its digest compared.
    let payload_path = context.directory().payload(&asked.request.name, asked.request.generation);
    let payload = files::read_own(&payload_path, MAX_PAYLOAD_FILE)
        .map_err(|error| failures::not_read(&payload_path, &error))?;
    let environment = context.environment();
    // What the approvers have signed already is not asked about again.
    let mut of_machine = environment.deviations(escrow.policy.strict_air_gap);
    of_machine.retain(|deviation| !asked.request.deviations.contains(deviation));
    let deviations = deviations(&gathered, asked, how, &log.deviations, of_machine, now)?;
    if how.print.is_empty() {
        warn_of(&environment, context);
        agree(asked, &gathered)?;
    }
    let bad_shares = gathered.bad_shares();
    let failed = |error: ReleaseError| not_released(&error, &payload_path);
    let authorized = gathered.reconstruct(&payload, deviations, environment).map_err(failed)?;
    let approvers = authorized.approvers.clone();
    // From here on the file may hold a release, or the beginning of one: it stays, whatever happens.
    std::mem::take(&mut log.created).keep();
    log.ledger.vouch(&authorized.verified);
    // Persist, then reveal. `append` syncs the record and reads it again; without the proof of that which it gives,
    // the payload cannot be opened below. Whatever stops it, nobody has seen anything.
    let appended = log
        .ledger
        .append(authorized.draft(session, now))
        .map_err(|error| failures::ledger(&log.path, &error).or_next(open_log::ELSEWHERE))?;
    // Nobody is asked for a path any more. A demonstration has more to do afterwards.
    if !context.scripted && sandbox::state() != Sandbox::None {
        sandbox::close(&rest(how, log, context));
    }
    let fields = authorized.reveal(&appended, &payload).map_err(failed)?;
    let entry = appended.head().seq;
    let shown = if how.print.is_empty() {
        shown::show(&fields, asked, entry, how, log, context)?
    } else {
        shown::print(&fields, asked, how, context)?
    };
    // The end says what was in fact shown: auditors take everything that was asked for as shown until it is there.
    append_end(log, session, shown.end(*request, bad_shares))
        .map_err(|failure| failure.or_next(NOT_ENDED))?;
    Ok(answer(how, asked, entry, &approvers, &shown.fields, context))
}

/// Fails where something is to be printed that the approvers have not seen in the request.
fn prints_what_was_asked(how: &Releasing<'_>, asked: &RequestState) -> Result<(), Failure> {
    const ONLY: &str = "only what the approvers saw in the request is shown; make a new request for more";
    if let Some(other) = how.print.iter().find(|field| !asked.request.fields.contains(field)) {
        return Err(Failure::new(Exit::NotAuthorised, format!("`{other}` was not asked for")).next(ONLY));
    }
    let codes = how.print.iter().filter(|field| field.as_str() == TOTP).count();
    if codes > asked.request.totp_codes as usize {
        let what = format!("{codes} TOTP codes are wanted, and {} were asked for", asked.request.totp_codes);
        return Err(Failure::new(Exit::NotAuthorised, what).next(ONLY));
    }
    Ok(())
}

/// Fails unless the good approvals are enough; says which were set aside.
fn enough(gathered: &Gathered<'_>, read: ReadApprovals, context: &mut Context<'_>) -> Result<(), Failure> {
    if let Err(error) = gathered.enough() {
        // A file that is no approval may be the one that is missing.
        return Err(match read.unreadable.into_iter().next() {
            Some(failure) => failure,
            None => failures::release(&error, &gathered.set_aside),
        });
    }
    if !gathered.set_aside.is_empty() {
        context.warn(&failures::set_aside(&gathered.set_aside));
    }
    read.warn(context);
    Ok(())
}

/// Why nothing is released; where it is the payload's fault, its file is named.
fn not_released(error: &ReleaseError, payload: &Path) -> Failure {
    let failure = failures::release(error, &[]);
    match error {
        ReleaseError::OtherPayload | ReleaseError::Envelope(_) | ReleaseError::Payload(_) => {
            failure.at(payload.display())
        }
        _ => failure,
    }
}

fn answer(
    how: &Releasing<'_>,
    asked: &RequestState,
    entry: u64,
    approvers: &BTreeSet<PersonId>,
    shown: &[FieldName],
    context: &mut Context<'_>,
) -> Answer {
    let people: Vec<_> = approvers.iter().map(|id| id.as_str()).collect();
    let names: Vec<_> = shown.iter().map(FieldName::as_str).collect();
    let text = format!(
        "released on the approvals of {}; logged as entry {entry}\nshown: {}; request {} has ended\n{}",
        people.join(" and "),
        if names.is_empty() { "nothing".to_owned() } else { names.join(", ") },
        asked.record.short(),
        next_steps(asked, how.requester),
    );
    if !how.print.is_empty() {
        // Standard output holds what was printed, and nothing else.
        context.warn(&text);
        return Answer::done("", serde_json::Value::Null);
    }
    let json = json!({ "request_id": asked.record, "entry": entry, "approvers": people, "shown": names });
    Answer::done(text, json)
}

/// The files that are still needed when secrets are shown: the log, the book, and the session that is destroyed.
fn rest(how: &Releasing<'_>, log: &OpenLog, context: &Context<'_>) -> FileAccess {
    let mut access = FileAccess::default();
    access.changes_within(&context.escrow);
    for file in [&log.path, &how.requester.book, how.session_file] {
        access.changes_beside(file);
    }
    access
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
fn next_steps(asked: &RequestState, requester: &LocalPerson) -> String {
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

fn deviations(
    gathered: &Gathered<'_>,
    asked: &RequestState,
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
