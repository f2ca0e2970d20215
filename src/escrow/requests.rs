//! The rules of requests, releases and ends.

use std::collections::BTreeSet;

use super::statements::{Collected, check_approval, embedded};
use super::{Broken, Escrow};
use crate::crypto::digest::Digest;
use crate::record::approvers::Approvers;
use crate::record::chain::Record;
use crate::record::deviation::Deviation;
use crate::record::finding::Rule;
use crate::record::request::{End, MAX_ITEMS, MAX_TOTP_CODES, Outcome, Purpose, Reason, Release, Request};
use crate::record::seal::Kind;
use crate::record::statement::Stated;
use crate::value::names::{KeyName, PersonId};
use crate::value::time::Time;

/// A request, and what became of it.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What it asks.
    pub request: Request,
    /// The digest of its record: what approvals name it by.
    pub record: Digest,
    /// Its number in the log.
    pub seq: u64,
    /// Its time.
    pub time: Time,
    /// Its releases, in order.
    pub releases: Vec<Released>,
    /// Its end.
    pub end: Option<Ended>,
    /// Its closing.
    pub closed: Option<super::Closed>,
}

impl Asked {
    /// Whether anything was released for it.
    pub fn is_released(&self) -> bool {
        !self.releases.is_empty()
    }
}

/// A release of a request.
#[derive(Debug, Clone)]
pub struct Released {
    /// The digest of its record.
    pub record: Digest,
    /// Its number in the log.
    pub seq: u64,
    /// Its time.
    pub time: Time,
    /// Whose approvals it rests on.
    pub approvers: BTreeSet<PersonId>,
}

/// The end of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// What it says.
    pub end: End,
    /// Its number in the log.
    pub seq: u64,
    /// Its time.
    pub time: Time,
}

pub(super) fn admit_request(
    escrow: &mut Escrow,
    record: &Record,
    request: &Request,
    report: &mut impl FnMut(Rule, String),
) -> Result<(), Broken> {
    if record.frame.by != [KeyName::Person(request.requester.clone()), KeyName::Session] {
        return Err((Rule::RequestSigner, format!("the requester is `{}`", request.requester)));
    }
    let named = format!("{} generation {}", request.name, request.generation);
    let vault = escrow.vault(&request.vault).filter(|vault| vault.name == request.name);
    let sealed = vault.and_then(|vault| vault.generation(request.generation));
    let (Some(vault), Some(_)) = (vault, sealed.filter(|one| one.record == request.seal)) else {
        return Err((Rule::RequestSeal, named));
    };
    if (request.purpose == Purpose::Drill) != (vault.kind == Kind::Canary) {
        return Err((
            Rule::RequestPurpose,
            format!("{} of {named}, a {} vault", request.purpose, vault.kind),
        ));
    }
    check_content(request)?;
    if escrow.is_used(&request.session_recipient) || escrow.is_used(request.session_key) {
        return Err((Rule::RequestSession, named));
    }
    escrow.take_key(&request.session_recipient);
    escrow.take_key(request.session_key);
    if request.reason == Reason::Other && request.purpose == Purpose::Emergency {
        report(Rule::ReasonOther, format!("`{}` asks for {named}", request.requester));
    }
    for deviation in &request.deviations {
        report(Rule::RequestDeviation, format!("{deviation}, in the request for {named}"));
    }
    if escrow.has_retired(&request.requester) {
        report(Rule::RetiredPerson, format!("`{}` asks for {named}", request.requester));
    }
    escrow.places.insert(record.hash, escrow.requests.len());
    escrow.requests.push(Asked {
        request: request.clone(),
        record: record.hash,
        seq: record.frame.seq,
        time: record.frame.time,
        releases: Vec::new(),
        end: None,
        closed: None,
    });
    Ok(())
}

/// A window that is one, and lists within their bounds, without repeats.
fn check_content(request: &Request) -> Result<(), Broken> {
    let fields: BTreeSet<_> = request.fields.iter().collect();
    let why = if request.not_after < request.not_before {
        "its window ends before it begins"
    } else if request.fields.is_empty() || fields.len() != request.fields.len() {
        "it asks for no field, or for one twice"
    } else if request.fields.len() > MAX_ITEMS || request.actions.len() > MAX_ITEMS {
        "it lists too many fields or actions"
    } else if request.totp_codes > MAX_TOTP_CODES {
        "it asks for too many TOTP codes"
    } else {
        return Ok(());
    };
    Err((Rule::RequestContent, why.to_owned()))
}

pub(super) fn admit_release(
    escrow: &mut Escrow,
    record: &Record,
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
    record: &Record,
    release: &Release,
    report: &mut impl FnMut(Rule, String),
) -> Result<(Vec<Collected>, Released), Broken> {
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
        approvals.push(Collected { statement, seq: record.frame.seq, embedded: true });
    }
    if !approvers.are_enough() {
        return Err((Rule::ReleaseQuorum, approvers.tally()));
    }
    let released = Released {
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
    asked: &Asked,
    release: &Release,
    released: &Released,
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

pub(super) fn admit_end(
    escrow: &mut Escrow,
    record: &Record,
    end: &End,
    report: &mut impl FnMut(Rule, String),
) -> Result<(), Broken> {
    let short = end.request.short();
    let Some(asked) = escrow.request(&end.request) else {
        return Err((Rule::EndRequest, format!("request {short}")));
    };
    let request = &asked.request;
    let may = [KeyName::Session, KeyName::Person(request.requester.clone())];
    if record.frame.by.len() != 1 || !may.contains(&record.frame.by[0]) {
        return Err((Rule::EndSigner, format!("request {short}")));
    }
    if let Some(ended) = &asked.end {
        return Err((Rule::EndTwice, format!("request {short} ended in record {}", ended.seq)));
    }
    let shown = !end.shown.is_empty() || !end.totp_steps.is_empty();
    let contradicts = match end.outcome {
        Outcome::Released => !asked.is_released(),
        Outcome::NotReleased => asked.is_released() || shown,
    };
    if contradicts {
        return Err((Rule::EndShown, format!("request {short}: {}", end.outcome)));
    }
    let mut approvals = Vec::new();
    for note in &end.approvals {
        let statement = embedded(escrow, note)?;
        let Stated::Approval(approval) = &statement.statement.says else {
            return Err((Rule::StatementMalformed, format!("a `{}` among approvals", statement.note.kind())));
        };
        if approval.request != end.request {
            let why = format!("an approval by `{}` of another request", statement.person);
            return Err((Rule::StatementRequest, why));
        }
        check_approval(escrow, &statement.person, approval)?;
        approvals.push(Collected { statement, seq: record.frame.seq, embedded: true });
    }
    let unasked = end.shown.iter().find(|field| !request.fields.contains(field));
    if let Some(field) = unasked {
        report(Rule::EndUnasked, format!("`{field}` was shown"));
    }
    let steps: BTreeSet<_> = end.totp_steps.iter().collect();
    if steps.len() > request.totp_codes as usize {
        report(Rule::EndUnasked, format!("{} TOTP codes, {} asked for", steps.len(), request.totp_codes));
    }
    for approval in approvals {
        escrow.keep(approval, report);
    }
    let ended = Ended { end: end.clone(), seq: record.frame.seq, time: record.frame.time };
    escrow.request_mut(&end.request).expect("it was found above").end = Some(ended);
    Ok(())
}

/// What was out of order about a release at `now`, beyond what its request says.
pub fn release_deviations(
    escrow: &Escrow,
    asked: &Asked,
    approvers: &BTreeSet<PersonId>,
    now: Time,
) -> Vec<Deviation> {
    let request = &asked.request;
    let mut found = Vec::new();
    if !request.is_open_at(now) {
        found.push(Deviation::OutsideWindow);
    }
    if approvers.contains(&request.requester) && !escrow.policy.requester_may_approve {
        found.push(Deviation::RequesterApproves);
    }
    if now < escrow.time {
        found.push(Deviation::ClockBehind);
    }
    if approvers.iter().any(|person| escrow.has_retired(person)) {
        found.push(Deviation::RetiredPerson);
    }
    if escrow.has_gaps() {
        found.push(Deviation::MissingRecords);
    }
    found.retain(|deviation| !request.deviations.contains(deviation));
    found
}
