//! The rules of releases.

use crate::escrow::deviations::of_release;
use crate::escrow::requests::{ReleaseState, RequestState};
use crate::escrow::state::{Countersignable, Escrow, Subject};
use crate::escrow::statements::LoggedStatement;
use crate::escrow::vaults::Released;
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
    report: &mut impl FnMut(Broken),
) -> Result<(), Broken> {
    let short = release.request.short();
    let Some(asked) = escrow.request(&release.request) else {
        let broken = Broken::new(Rule::ReleaseRequest, format!("request {short}")).request(release.request);
        return Err(broken.names_what_is_not_here());
    };
    let (vault, seal) = (asked.request.vault, asked.request.seal);
    let requester = asked.request.requester.clone();
    let outcome = check_release(escrow, record, release, report);
    // Whatever else is wrong with this record and its other signers, somebody had the vault key: so it counts as a release.
    let by_release_key = |name: &KeyName| matches!(name, KeyName::Release { .. });
    if record.frame.by.iter().any(by_release_key)
        && let Some(generation) = escrow.sealed_mut(&vault, &seal)
    {
        let approvals = outcome.as_ref().map_or(Vec::new(), |(_, released)| released.approvals.clone());
        let by_session = record.frame.by.contains(&KeyName::Session);
        generation.expose(Released::by_key(record, Some(requester).filter(|_| by_session), approvals));
        escrow.use_again(&vault);
    }
    let (approvals, released) = outcome?;
    for approval in approvals {
        escrow.keep(approval, report);
    }
    let asked = escrow.request_mut(&release.request).expect("it was found above");
    asked.releases.push(released);
    let (subject, by) = (Subject::Release { request: release.request }, record.frame.by.clone());
    escrow.signed.insert(record.hash, Countersignable { subject, seq: record.frame.seq, by });
    escrow.begin_vote(&vault, &seal, true);
    escrow.believe_gaps();
    Ok(())
}

fn check_release(
    escrow: &Escrow,
    record: &LogRecord,
    release: &Release,
    report: &mut impl FnMut(Broken),
) -> Result<(Vec<LoggedStatement>, ReleaseState), Broken> {
    let short = release.request.short();
    let unknown = || Broken::new(Rule::ReleaseRequest, short.clone()).request(release.request);
    let asked = escrow.request(&release.request).ok_or_else(unknown)?;
    let request = &asked.request;
    let generation = escrow.asked_for(request).ok_or_else(unknown)?;
    if let Some(ended) = &asked.end {
        let why = format!("request {short} ended in record {}", ended.seq);
        return Err(asked.broken(Rule::ReleaseEnded, why).record(ended.seq));
    }
    let signers = [KeyName::release(&request.vault, request.generation), KeyName::Session];
    if record.frame.by != signers {
        let broken = asked.broken(Rule::ReleaseSigner, format!("request {short}"));
        return Err(broken.expected(&signers[..]).found(record.frame.by.as_slice()));
    }
    if u64::from(release.attempt) != asked.releases.len() as u64 + 1 {
        let next = asked.releases.len() + 1;
        let why = format!("attempt {}, where {next} is next", release.attempt);
        return Err(asked.broken(Rule::ReleaseAttempt, why).expected(next).found(release.attempt));
    }
    let mut approvers = Approvers::of(&asked.record, &generation.seal);
    let mut approvals = Vec::new();
    for (at, note) in release.approvals.iter().enumerate() {
        let in_place = |broken: Broken| asked.concerned(broken).statement(at as u64 + 1);
        let statement = embedded(escrow, note).map_err(|broken| {
            let why = broken.detail.clone();
            in_place(broken.breaks(Rule::ReleaseApproval, why))
        })?;
        approvers.count(&statement).map_err(|refusal| {
            in_place(Broken::new(Rule::ReleaseApproval, refusal.to_string()).by(&statement))
        })?;
        approvals.push(LoggedStatement { statement, seq: record.frame.seq, embedded: true });
    }
    if !approvers.are_enough() {
        let (broken, threshold) =
            (asked.broken(Rule::ReleaseQuorum, approvers.tally()), generation.seal.threshold);
        let people: Vec<_> = approvers.into_people().into_iter().collect();
        return Err(broken.threshold(threshold).found(people.len()).people(people));
    }
    let dated = |one: &LoggedStatement| (one.statement.person.clone(), one.statement.statement.time);
    let released = ReleaseState {
        approvals: approvals.iter().map(dated).collect(),
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
    report: &mut impl FnMut(Broken),
) {
    let request = &asked.request;
    for deviation in &release.deviations {
        let what = format!("{deviation}, in the release of {}", request.name);
        report(asked.broken(Rule::RequestDeviation, what).deviation(*deviation));
    }
    for deviation in of_release(escrow, asked, &released.approvers, &release.environment, released.time) {
        if !release.deviations.contains(&deviation) {
            let what = format!("{deviation}, not listed in the release of {}", request.name);
            report(asked.unlisted(deviation, &request.requester, "release", what));
        }
    }
    for person in released.approvers.iter().filter(|person| escrow.has_retired_from(person, &request.vault)) {
        let what = format!("`{person}` approved request {}", asked.record.short());
        report(asked.broken(Rule::RetiredPerson, what).person(person));
    }
    if !request.is_open_at(released.time) {
        let (time, not_before, not_after) = (released.time, request.not_before, request.not_after);
        let what = format!("released at {time}, asked for {not_before} to {not_after}");
        let broken = asked.broken(Rule::ReleaseWindow, what).time(time);
        report(broken.not_before(not_before).not_after(not_after));
    }
    if released.approvers.contains(&request.requester) {
        let rule = if escrow.policy.requester_may_approve {
            Rule::RequesterApproved
        } else {
            Rule::RequesterForbidden
        };
        report(asked.broken(rule, format!("`{}`", request.requester)).person(&request.requester));
    }
}
