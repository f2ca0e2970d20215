//! Ends a request without a release.

use crate::ceremony::release::{gather, received};
use crate::ceremony::request::Session;
use crate::cli::context::{Answer, Context};
use crate::cli::files::open_log::OpenLog;
use crate::cli::files::release::releasing::{ReadApprovals, Releasing, append_end, distinct};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::outcomes::release::WithdrawOutcome;
use crate::record::request::{End, EndOutcome};
use crate::value::names::KeyName;

/// Ends the request; the approvals that were given are recorded. Without its session the requester signs, and what the
/// approvals carry stays unopened.
pub(crate) fn withdraw(
    log: &mut OpenLog,
    how: &Releasing<'_>,
    session: Option<&Session>,
    read: ReadApprovals,
    context: &mut Context<'_>,
) -> Result<Answer, Failure> {
    read.warn(context);
    let request = &how.request();
    let escrow = log.ledger.escrow();
    let failed = |error| failures::release(&error, &[]);
    let (approvals, bad_shares) = match session {
        Some(session) => {
            let gathered = gather(escrow, request, session, read.approvals).map_err(failed)?;
            (gathered.approvals(), gathered.bad_shares())
        }
        None => (received(escrow, request, read.approvals).map_err(failed)?, Vec::new()),
    };
    let asked = escrow.request(request).expect("the approvals were found to be of it");
    let outcome = if asked.is_released() { EndOutcome::Released } else { EndOutcome::NotReleased };
    let end = End {
        request: *request,
        outcome,
        // A release that was interrupted may have shown everything: the end must not claim that it did not.
        shown: if asked.is_released() { distinct(asked.request.fields.clone()) } else { Vec::new() },
        totp_steps: Vec::new(),
        approvals,
        bad_shares,
    };
    let requester = &how.requester.signer;
    let signer = match session {
        Some(session) => (KeyName::Session, session.key()),
        None => (requester.key_name(), requester.key()),
    };
    append_end(log, signer, end)?;
    Ok(Answer::of(Exit::Done, &WithdrawOutcome { request_id: *request, outcome }))
}
