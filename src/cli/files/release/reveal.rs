//! The release itself: logged first, shown then.

use serde_json::json;

use crate::ceremony::release::{Gathered, ReleaseError, gather};
use crate::cli::context::{Answer, Context};
use crate::cli::files::open_log::{self, Footing};
use crate::cli::files::people::Somebody;
use crate::cli::files::release::releasing::{Agreeing, Brought, Releasing, append_end, distinct};
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
use crate::record::request::{End, Outcome, Purpose};
use crate::secret::payload::TOTP;
use crate::value::names::FieldName;
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
        self.carry_out(
            &mut |footing, brought, context| reveal(self, footing, brought, agree, context),
            context,
        )
    }
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
    footing.ledger.vouch(&authorized.verified);
    // Persist, then reveal.
    let appended = footing
        .ledger
        .append(authorized.draft(session, now))
        .map_err(|error| failures::ledger(&footing.path, &error).or_next(open_log::ELSEWHERE))?;
    // Nobody is asked for a path any more. A demonstration has more to do afterwards.
    if !context.scripted && sandbox::state() != Sandbox::None {
        sandbox::close(&rest(how, footing, context));
    }
    let fields = authorized.reveal(&appended, &payload).map_err(failed)?;
    let shown = if how.print.is_empty() {
        shown::show(&fields, asked, appended.head().seq, how, footing, context)?
    } else {
        shown::print(&fields, asked, how, context)?
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
    let mut access = FileAccess::default();
    access.changes_within(&context.escrow);
    for file in [&footing.path, &how.requester.book, how.session_file] {
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
fn next_steps(asked: &RequestState, requester: &Somebody) -> String {
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
