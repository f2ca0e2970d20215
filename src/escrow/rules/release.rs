//! The rules of releases.

use crate::escrow::requests::{ReleaseState, RequestState};
use crate::escrow::state::Escrow;
use crate::escrow::statements::LoggedStatement;
use crate::escrow::verified::embedded;
use crate::record::approvers::Approvers;
use crate::record::chain::LogRecord;
use crate::record::finding::{Broken, Rule};
use crate::record::request::Release;
use crate::value::names::KeyName;

pub(super) fn admit(
    escrow: &mut Escrow,
    record: &LogRecord,
    release: &Release,
    report: &mut impl FnMut(Rule, String),
) -> Result<(), Broken> {
    let short = release.request.short();
    let Some(asked) = escrow.request(&release.request) else {
        return Err((Rule::ReleaseRequest, format!("request {short}")));
    };
    let request = &asked.request;
    let key = KeyName::release(&request.vault, request.generation);
    if record.frame.by != [key, KeyName::Session] {
        return Err((Rule::ReleaseSigner, format!("request {short}")));
    }
    let (vault, generation) = (request.vault, request.generation);
    let outcome = check_release(escrow, record, release, report);
    // Whatever else is wrong with it, whoever signed this record held the vault key.
    if let Some(generation) = escrow.generation_mut(&vault, generation) {
        generation.released.get_or_insert(record.frame.time);
    }
    let (approvals, released) = outcome?;
    for approval in approvals {
        escrow.keep(approval, report);
    }
    let asked = escrow.request_mut(&release.request).expect("it was found above");
    asked.releases.push(released);
    Ok(())
}

fn check_release(
    escrow: &Escrow,
    record: &LogRecord,
    release: &Release,
    report: &mut impl FnMut(Rule, String),
) -> Result<(Vec<LoggedStatement>, ReleaseState), Broken> {
    let short = release.request.short();
    let asked = escrow.request(&release.request).ok_or((Rule::ReleaseRequest, short.clone()))?;
    let request = &asked.request;
    let generation = escrow.generation(&request.vault, request.generation);
    let generation = generation.ok_or((Rule::ReleaseRequest, short.clone()))?;
    if let Some(ended) = &asked.end {
        return Err((Rule::ReleaseEnded, format!("request {short} ended in record {}", ended.seq)));
    }
    if u64::from(release.attempt) != asked.releases.len() as u64 + 1 {
        let next = asked.releases.len() + 1;
        return Err((Rule::ReleaseAttempt, format!("attempt {}, where {next} is next", release.attempt)));
    }
    let mut approvers = Approvers::of(&asked.record, &generation.seal);
    let mut approvals = Vec::new();
    for note in &release.approvals {
        let broken = |(_, why): Broken| (Rule::ReleaseApproval, why);
        let statement = embedded(escrow, note).map_err(broken)?;
        approvers.count(&statement).map_err(|refusal| (Rule::ReleaseApproval, refusal.to_string()))?;
        approvals.push(LoggedStatement { statement, seq: record.frame.seq, embedded: true });
    }
    if !approvers.are_enough() {
        return Err((Rule::ReleaseQuorum, approvers.tally()));
    }
    let released = ReleaseState {
        record: record.hash,
        seq: record.frame.seq,
        time: record.frame.time,
        approvers: approvers.into_people(),
    };
    report_release(escrow, asked, release, &released, report);
    Ok((approvals, released))
}

fn report_release(
    escrow: &Escrow,
    asked: &RequestState,
    release: &Release,
    released: &ReleaseState,
    report: &mut impl FnMut(Rule, String),
) {
    let request = &asked.request;
    for deviation in &release.deviations {
        report(Rule::RequestDeviation, format!("{deviation}, in the release of {}", request.name));
    }
    for person in released.approvers.iter().filter(|person| escrow.has_retired(person)) {
        report(Rule::RetiredPerson, format!("`{person}` approved request {}", asked.record.short()));
    }
    if !request.is_open_at(released.time) {
        let window = format!("{} to {}", request.not_before, request.not_after);
        report(Rule::ReleaseWindow, format!("released at {}, asked for {window}", released.time));
    }
    if released.approvers.contains(&request.requester) {
        let rule = if escrow.policy.requester_may_approve {
            Rule::RequesterApproved
        } else {
            Rule::RequesterForbidden
        };
        report(rule, format!("`{}`", request.requester));
    }
}
