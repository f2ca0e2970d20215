//! The release itself: logged first, then shown.

use std::collections::BTreeSet;
use std::path::Path;

use crate::ceremony::release::{Gathered, ReleaseError, gather};
use crate::ceremony::request::Session;
use crate::cli::context::{Answer, Context};
use crate::cli::files::open_log::{self, OpenLog};
use crate::cli::files::release::releasing::{Agreeing, ReadApprovals, Releasing, append_end, distinct};
use crate::cli::files::release::shown::{self, ShownFields};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::files::ANOTHER_COPY;
use crate::cli::say::outcome::Outcome;
use crate::cli::say::outcomes::release::{NotCanaryOutcome, ReleaseOutcome};
use crate::cli::terminal::confirm::confirm_deviations;
use crate::crypto::digest::Digest;
use crate::escrow::RequestState;
use crate::hands::sandbox::{self, FileAccess};
use crate::hands::store::MAX_PAYLOAD_FILE;
use crate::hands::{console, files};
use crate::record::deviation::Deviation;
use crate::record::environment::{Environment, Sandbox};
use crate::record::request::{End, EndOutcome};
use crate::secret::payload::{Fields, TOTP};
use crate::value::names::{FieldName, KeyName, PersonId};

/// What to do if a release was logged and shown, but its end could not be logged.
const NOT_ENDED: &str = "the release is logged, and it was shown; until its end is logged too, everything that was \
    asked for counts as shown: end the request with --withdraw, on a good drive";

/// What is said if the terminal is gone before anything was looked at, and what to do then.
const CUT_OFF: &str =
    "the terminal is gone, and nothing was looked at; the release is logged, and the request is open";
const AGAIN: &str = "run the same command again, with the same approvals; or end the request with --withdraw";

impl Releasing<'_> {
    /// Logs the release, and shows or prints what was asked for.
    pub(crate) fn release(
        &self,
        session: &Session,
        agree: &mut Agreeing<'_>,
        context: &mut Context<'_>,
    ) -> Result<Answer, Failure> {
        self.carry_out(&mut |log, read, context| reveal(self, session, log, read, agree, context), context)
    }
}

fn reveal(
    how: &Releasing<'_>,
    session: &Session,
    log: &mut OpenLog,
    mut read: ReadApprovals,
    agree: &mut Agreeing<'_>,
    context: &mut Context<'_>,
) -> Result<Answer, Failure> {
    let approvals = std::mem::take(&mut read.approvals);
    let now = Context::time(how.time);
    let request = &how.request();
    let escrow = log.ledger.escrow();
    let gathered =
        gather(escrow, request, session, approvals).map_err(|error| failures::release(&error, &[]))?;
    let asked = &escrow.request(request).expect("gather found it").clone();
    prints_what_was_asked(how, asked)?;
    enough(&gathered, read, context)?;
    // Whatever can fail should fail before there is a record: the payload is read now, and its digest compared.
    let payload_path =
        context.directory().payload(&asked.request.name, asked.request.generation, &asked.request.seal);
    let payload = read_payload(&payload_path)?;
    let environment = context.environment();
    // Deviations that the request names are not asked about again: the approvers have signed them.
    let derived = gathered.deviations(&environment, now);
    let deviations = deviations(derived, asked, how, &log.deviations)?;
    if how.print.is_empty() {
        warn_of(&environment, context);
        agree(asked, &gathered)?;
    }
    let bad_shares = gathered.bad_shares();
    let failed = |error: ReleaseError| not_released(&error, &payload_path);
    let authorized = gathered.reconstruct(&payload, deviations, environment).map_err(failed)?;
    let approvers = authorized.approvers.clone();
    // From here on a newly made log may hold a release, or the beginning of one: it stays, whatever happens.
    std::mem::take(&mut log.created).keep();
    log.ledger.vouch(&authorized.verified);
    // Persist, then reveal. `append` syncs the record, reads it again and returns the proof; without that proof the
    // payload cannot be opened below. If it fails, nobody has seen anything.
    let appended = log
        .ledger
        .append(authorized.draft(session, now))
        .map_err(|error| failures::ledger(&log.path, &error).or_next(open_log::ELSEWHERE))?;
    close_sandbox(how, log, context);
    let record = appended.head().seq;
    let fields = match authorized.reveal(&appended, &payload) {
        Err(ReleaseError::NotCanary) => {
            let found = Unmasked { request: *request, record, bad_shares };
            return not_canary(how, session, log, found, context);
        }
        revealed => revealed.map_err(failed)?,
    };
    let shown = give(&fields, asked, record, how, log, context)?;
    must_have_decided(&shown, asked, how)?;
    // The end says what was in fact shown. Until it is logged, auditors assume that everything asked for was.
    end(log, session, shown.end(*request, bad_shares))?;
    Ok(answer(how, asked, record, approvers, shown.fields, context))
}

/// Shows or prints what was asked for.
fn give(
    fields: &Fields,
    asked: &RequestState,
    record: u64,
    how: &Releasing<'_>,
    log: &mut OpenLog,
    context: &mut Context<'_>,
) -> Result<ShownFields, Failure> {
    if how.print.is_empty() {
        shown::show(fields, asked, record, how, log, context)
    } else {
        shown::print(fields, asked, how, context)
    }
}

/// Logs the end, by the session.
fn end(log: &mut OpenLog, session: &Session, end: End) -> Result<(), Failure> {
    append_end(log, (KeyName::Session, session.key()), end).map_err(|failure| failure.or_next(NOT_ENDED))
}

fn read_payload(path: &Path) -> Result<Vec<u8>, Failure> {
    files::read_own(path, MAX_PAYLOAD_FILE)
        .map_err(|error| failures::not_read(path, &error).next(ANOTHER_COPY))
}

/// A drill of what is no canary: released, and shown to nobody.
struct Unmasked {
    request: Digest,
    /// The release's record.
    record: u64,
    bad_shares: Vec<PersonId>,
}

/// Ends the request, and says in the log and here what the canary is not.
fn not_canary(
    how: &Releasing<'_>,
    session: &Session,
    log: &mut OpenLog,
    unmasked: Unmasked,
    context: &mut Context<'_>,
) -> Result<Answer, Failure> {
    let Unmasked { request, record, bad_shares } = unmasked;
    let outcome = EndOutcome::NotCanary;
    end(log, session, End { outcome, bad_shares, ..End::nothing(request) })?;
    let asked = log.ledger.escrow().request(&request);
    let vault = asked.map(|asked| asked.request.name.clone());
    let said = NotCanaryOutcome { request_id: request, record, outcome, vault };
    Ok(told(how, Exit::Findings, &said, context))
}

/// Fails if nobody has seen anything, and nobody has decided anything: the emergency may go on where there is a terminal.
fn must_have_decided(shown: &ShownFields, asked: &RequestState, how: &Releasing<'_>) -> Result<(), Failure> {
    let is_open = asked.request.is_open_at(Context::time(how.time));
    if shown.fields.is_empty() && console::was_cut_off() && is_open {
        return Err(Failure::new(Exit::Interrupted, CUT_OFF).next(AGAIN));
    }
    Ok(())
}

/// Fails if `--print` names something that the approvers did not see in the request.
fn prints_what_was_asked(how: &Releasing<'_>, asked: &RequestState) -> Result<(), Failure> {
    const ONLY: &str = "only what the approvers saw in the request can be shown; make a new request for more";
    if let Some(other) = how.print.iter().find(|field| !asked.request.fields.contains(field)) {
        return Err(
            Failure::new(Exit::NotAuthorised, format!("the request does not ask for `{other}`")).next(ONLY)
        );
    }
    let codes = how.print.iter().filter(|field| field.as_str() == TOTP).count();
    if codes > asked.request.totp_codes as usize {
        let what =
            format!("TOTP codes to be printed: {codes}; the request asks for {}", asked.request.totp_codes);
        return Err(Failure::new(Exit::NotAuthorised, what).next(ONLY));
    }
    Ok(())
}

/// Fails unless there are enough good approvals; says which were set aside.
fn enough(gathered: &Gathered<'_>, read: ReadApprovals, context: &mut Context<'_>) -> Result<(), Failure> {
    if let Err(error) = gathered.enough() {
        // The file that is not an approval may be the very one that is missing, so it is named.
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

/// Why nothing is released; if the payload is to blame, its file is named.
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
    record: u64,
    approvers: BTreeSet<PersonId>,
    shown: Vec<FieldName>,
    context: &mut Context<'_>,
) -> Answer {
    let outcome = ReleaseOutcome {
        request_id: asked.record,
        record,
        approvers,
        shown,
        purpose: asked.request.purpose,
        requester: how.requester.prefix().to_owned(),
    };
    told(how, Exit::Done, &outcome, context)
}

/// The answer. With `--print` it is said on standard error: standard output holds what was printed, and nothing else.
fn told(how: &Releasing<'_>, exit: Exit, outcome: &impl Outcome, context: &mut Context<'_>) -> Answer {
    if how.print.is_empty() {
        return Answer::of(exit, outcome);
    }
    context.warn(&outcome.said().to_string());
    Answer::said_already().ending(exit)
}

/// Nobody is asked for a path any more, so the sandbox closes further: a program that holds credentials needs three
/// files. A demonstration runs more commands afterwards, and a sandbox cannot be opened again.
fn close_sandbox(how: &Releasing<'_>, log: &OpenLog, context: &Context<'_>) {
    if !context.scripted && sandbox::state() != Sandbox::None {
        sandbox::close(&rest(how, log, context));
    }
}

/// The files that are still needed once secrets are shown: the log, the book, and the session, to destroy it.
fn rest(how: &Releasing<'_>, log: &OpenLog, context: &Context<'_>) -> FileAccess {
    let mut access = FileAccess::default();
    access.changes_within(&context.escrow);
    for file in [&log.path, &how.requester.book, how.session_file] {
        access.changes_beside(file);
    }
    access
}

/// Warns of what the machine may do with what is shown on it.
fn warn_of(environment: &Environment, context: &mut Context<'_>) {
    if let Some([first, ..]) = environment.recorders.as_deref() {
        context.warn(&format!("warning: this terminal runs under {first}, which may keep what is revealed"));
    }
    if environment.sandbox == Some(Sandbox::NetworkOnly) {
        context.warn("warning: this kernel has no Landlock: this program is kept off the network, but not away from files");
    }
}

/// Every deviation of this release, each confirmed.
fn deviations(
    mut deviations: Vec<Deviation>,
    asked: &RequestState,
    how: &Releasing<'_>,
    confirmed: &[Deviation],
) -> Result<Vec<Deviation>, Failure> {
    if how.time.is_some() {
        deviations.push(Deviation::TimeSet);
    }
    confirm_deviations(&deviations, &[how.accepted, confirmed].concat())?;
    deviations.extend(confirmed.iter().filter(|deviation| !asked.request.deviations.contains(deviation)));
    Ok(distinct(deviations))
}
