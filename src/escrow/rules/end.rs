//! The rules of ends.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::crypto::digest::Digest;
use crate::escrow::requests::EndState;
use crate::escrow::rules::statements::check_approval;
use crate::escrow::state::Escrow;
use crate::escrow::statements::LoggedStatement;
use crate::escrow::verified::embedded;
use crate::record::chain::LogRecord;
use crate::record::finding::{Broken, Rule};
use crate::record::request::{End, EndOutcome, Purpose};
use crate::record::statement::Statement;
use crate::value::names::KeyName;

pub(super) fn admit(
    escrow: &mut Escrow,
    record: &LogRecord,
    end: &End,
    report: &mut impl FnMut(Broken),
) -> Result<(), Broken> {
    let short = end.request.short();
    let Some(asked) = escrow.request(&end.request) else {
        let broken = Broken::new(Rule::EndRequest, format!("request {short}")).request(end.request);
        return Err(broken.names_what_is_not_here());
    };
    let request = &asked.request;
    let may = [KeyName::Session, KeyName::Person(request.requester.clone())];
    if record.frame.by.len() != 1 || !may.contains(&record.frame.by[0]) {
        let broken = asked.broken(Rule::EndSigner, format!("request {short}"));
        return Err(broken.person(&request.requester).signers(&record.frame.by));
    }
    if let Some(ended) = &asked.end {
        let why = format!("request {short} ended in record {}", ended.seq);
        return Err(asked.broken(Rule::EndTwice, why).record(ended.seq));
    }
    let shown = !end.shown.is_empty() || !end.totp_steps.is_empty();
    let contradicts = match end.outcome {
        EndOutcome::Released => !asked.is_released(),
        EndOutcome::NotReleased => asked.is_released() || shown,
        EndOutcome::NotCanary => !asked.is_released() || shown || request.purpose != Purpose::Drill,
    };
    if contradicts {
        let broken = asked.broken(Rule::EndShown, format!("request {short}: {}", end.outcome));
        let shown = Some(&end.shown).filter(|shown| !shown.is_empty());
        return Err(broken.found(end.outcome.as_str()).where_known(shown, Broken::fields));
    }
    let approvals = approvals_of(escrow, record, end)?;
    let in_codes = end.totp_steps.iter().map(|code| &code.field);
    let unasked = end.shown.iter().chain(in_codes).find(|field| !request.fields.contains(field));
    if let Some(field) = unasked {
        report(asked.broken(Rule::EndUnasked, format!("`{field}` was shown")).field(field));
    }
    let steps: BTreeSet<_> = end.totp_steps.iter().collect();
    if steps.len() > request.totp_codes as usize {
        let (found, limit) = (steps.len(), request.totp_codes);
        let broken = asked.broken(Rule::EndUnasked, format!("{found} TOTP codes, {limit} asked for"));
        report(broken.limit(u64::from(limit)).found(found));
    }
    if end.outcome == EndOutcome::NotCanary {
        report(asked.broken(Rule::NotCanary, format!("request {short}")));
        escrow.unmask(&end.request);
    }
    for approval in approvals {
        escrow.keep(approval, report);
    }
    let ended = EndState { end: end.clone(), seq: record.frame.seq, time: record.frame.time };
    escrow.request_mut(&end.request).expect("it was found above").end = Some(Arc::new(ended));
    Ok(())
}

impl Escrow {
    /// Marks that the canary which a request asked for holds something else.
    fn unmask(&mut self, request: &Digest) {
        let Some(asked) = self.request(request) else { return };
        let (vault, seal) = (asked.request.vault, asked.request.seal);
        if let Some(generation) = self.sealed_mut(&vault, &seal) {
            generation.is_unmasked = true;
        }
    }
}

/// The approvals that came in and were not used: each a good one of its maker's share, of this request.
fn approvals_of(escrow: &Escrow, record: &LogRecord, end: &End) -> Result<Vec<LoggedStatement>, Broken> {
    let mut approvals = Vec::new();
    for (at, note) in end.approvals.iter().enumerate() {
        let in_place = |broken: Broken| broken.statement(at as u64 + 1).request(end.request);
        let statement = embedded(escrow, note).map_err(in_place)?;
        let Statement::Approval(approval) = &statement.statement.says else {
            let why = format!("a `{}` among approvals", statement.note.kind());
            return Err(in_place(Broken::new(Rule::StatementMalformed, why).by(&statement)));
        };
        if approval.request != end.request {
            let why = format!("an approval by `{}` of another request", statement.person);
            let broken = Broken::new(Rule::StatementRequest, why).by(&statement);
            return Err(in_place(broken.expected(end.request).found(approval.request)));
        }
        check_approval(escrow, &statement, approval).map_err(in_place)?;
        approvals.push(LoggedStatement { statement, seq: record.frame.seq, embedded: true });
    }
    Ok(approvals)
}
