//! Ends a request without a release.

use crate::ceremony::release::gather;
use crate::cli::context::{Answer, Context};
use crate::cli::files::open_log::OpenLog;
use crate::cli::files::release::releasing::{ReadApprovals, Releasing, append_end, distinct};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::outcomes::release::WithdrawOutcome;
use crate::record::request::{End, EndOutcome};

/// Ends the request; the approvals that were given are recorded.
pub(crate) fn withdraw(
    log: &mut OpenLog,
    how: &Releasing<'_>,
    read: ReadApprovals,
    context: &mut Context<'_>,
) -> Result<Answer, Failure> {
    read.warn(context);
    let (request, session) = (&how.request(), how.session);
    let approvals = read.approvals;
    let escrow = log.ledger.escrow();
    let gathered =
        gather(escrow, request, session, approvals).map_err(|error| failures::release(&error, &[]))?;
    let asked = &escrow.request(request).expect("gather found it").clone();
    let outcome = if asked.is_released() { EndOutcome::Released } else { EndOutcome::NotReleased };
    let bad = gathered.bad_shares();
    let end = End {
        request: *request,
        outcome,
        // A release that was interrupted may have shown everything: the end must not claim that it did not.
        shown: if asked.is_released() { distinct(asked.request.fields.clone()) } else { Vec::new() },
        totp_steps: Vec::new(),
        approvals: gathered.approvals(),
        bad_shares: bad,
    };
    append_end(log, session, end)?;
    Ok(Answer::of(Exit::Done, &WithdrawOutcome { request_id: *request, outcome }))
}
