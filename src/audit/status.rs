//! The status: how an escrow stands at one moment, and what has to be done next, from the log alone.

mod duties;
mod duty;
mod facts;
mod people;
mod rotation;

pub use duty::{Duty, DutyKind};
pub use facts::{
    CheckStatus, DrillStatus, ExposedStatus, Holders, OneWord, Progress, RequestStatus, Status, Upcoming,
    VaultStatus,
};

use std::collections::BTreeMap;

use crate::audit::files::{GenerationFiles, SealedFiles};
use crate::audit::obligations::{Deadline, Drill, Obligations};
use crate::audit::{generations, heads};
use crate::crypto::digest::Digest;
use crate::escrow::{Escrow, Generation, Reading, RequestState, Vault};
use crate::record::finding::{Finding, Rule, Severity};
use crate::record::seal::Kind;
use crate::record::statement::Statement;
use crate::value::names::PersonId;
use crate::value::time::Time;

/// How the escrow of a log that was read stands at `now`, and what its sealed `files` are like.
pub fn status(reading: &Reading, files: &SealedFiles, now: Time) -> Status {
    let escrow = &reading.escrow;
    let mut trouble: Vec<Finding> =
        reading.findings.iter().filter(|found| found.severity() >= Severity::Torn).cloned().collect();
    trouble.extend(heads::missing(escrow));
    trouble.extend(heads::unadopted(escrow));
    trouble.sort_by_key(|found| std::cmp::Reverse(found.severity()));
    // To whom something was sealed is over and done: no other copy mends that.
    let dealt = files.findings().into_iter().filter(|found| found.rule == Rule::FileRecipients).count();
    let owed = Obligations::of(escrow, now, &[]);
    let findings = owed.dated_ahead().len()
        + reading.findings.iter().filter(|found| found.severity() == Severity::Finding).count()
        + dealt;
    let looked_at = files.by_record();
    let mut vaults: Vec<VaultStatus> =
        escrow.vaults.iter().map(|vault| vault_status(escrow, &owed, vault, &looked_at, now)).collect();
    drills(escrow, &owed, now, &mut vaults);
    for exposure in owed.exposures() {
        let Deadline { due, since } = exposure.rotation;
        let seal = &exposure.generation.seal;
        let overdue = exposure.rotation.is_overdue(now);
        let exposed = ExposedStatus { generation: seal.generation, since, due, overdue };
        vaults.iter_mut().filter(|vault| vault.id == seal.vault).for_each(|vault| {
            vault.exposed.push(exposed.clone());
        });
    }
    // What needs attention comes first, then real credentials.
    vaults.sort_by_key(|vault| {
        let openable = vault.openable != Some(false);
        (openable, vault.exposed.is_empty(), vault.in_force, vault.kind == Kind::Canary)
    });
    let requests: Vec<RequestStatus> =
        escrow.requests.iter().filter_map(|asked| request_status(escrow, &owed, asked, now)).collect();
    let files = wrong(files);
    let mut duties = duties::duties(escrow, &owed, &vaults, &requests, now);
    // A copy that lacks files is of no use in an emergency, whatever else is due.
    duties.splice(..0, duties::files(&files, now));
    let upcoming = duties::upcoming(&vaults);
    Status {
        now,
        id: escrow.id,
        name: escrow.name.clone(),
        head: escrow.head,
        last: escrow.time,
        trouble,
        files,
        findings,
        vaults,
        requests,
        duties,
        upcoming,
    }
}

/// What is wrong with the files that are needed: what cannot be opened first, then the worst.
fn wrong(files: &SealedFiles) -> Vec<Finding> {
    let mut found = files.findings();
    found.retain(|found| found.severity() >= Severity::Finding && found.rule != Rule::FileRecipients);
    found.sort_by_key(|found| (found.rule != Rule::VaultNotOpenable, std::cmp::Reverse(found.severity())));
    found
}

fn vault_status<'a>(
    escrow: &'a Escrow,
    owed: &Obligations<'a>,
    vault: &'a Vault,
    files: &BTreeMap<&Digest, &GenerationFiles>,
    now: Time,
) -> VaultStatus {
    let (current, newest) = (vault.current(), vault.newest_kept());
    let missing: Vec<PersonId> = owed.unchecked(newest).into_iter().cloned().collect();
    let has_left = |person: &&PersonId| escrow.has_retired_from(person, &vault.id);
    let retired = newest.custodians().filter(has_left).cloned().collect();
    // Both have to stay sound: the generation that opens now, and the one that will.
    let other = (current.record != newest.record).then_some(newest);
    let checks = std::iter::once(current).chain(other);
    VaultStatus {
        name: vault.name.clone(),
        id: vault.id,
        kind: vault.kind,
        partition: vault.partition.clone(),
        account: vault.account.clone(),
        generation: current.seal.generation,
        newest_generation: vault.newest().seal.generation,
        undecided: vault.is_undecided(),
        one_word: one_word(escrow, vault),
        given_up: current.is_given_up(),
        first_to_try: vault.first_to_try().seal.generation,
        holders: match generations::holders(escrow, vault).map(|found| found.rule) {
            Some(Rule::HoldersFew) => Holders::Few,
            Some(_) => Holders::Just,
            None => Holders::Enough,
        },
        threshold: current.seal.threshold,
        total_shares: current.seal.total_shares,
        openable: files.get(&current.record).map(|files| files.is_openable()),
        in_force: missing.is_empty(),
        missing,
        retired,
        checks: checks.flat_map(|generation| check_status(owed, generation, now)).collect(),
        exposed: Vec::new(),
        canary: None,
        drill: None,
    }
}

/// The highest generation whose verdict waits for a second person, where that matters.
fn one_word(escrow: &Escrow, vault: &Vault) -> Option<OneWord> {
    let waits = |one: &Generation| {
        let verdict = one.standing()?.verdict;
        let statement = escrow.stated_of(one, verdict)?;
        let by = one.speakers().into_iter().cloned().collect();
        Some(OneWord { generation: one.seal.generation, verdict, by, statement })
    };
    vault.on_one_word().filter_map(waits).last()
}

fn check_status<'a>(owed: &Obligations<'a>, generation: &'a Generation, now: Time) -> Vec<CheckStatus> {
    let checks = owed.checks(generation);
    checks
        .map(|owed| CheckStatus {
            custodian: owed.custodian.clone(),
            generation: generation.seal.generation,
            last: owed.last,
            due: owed.next.due,
            overdue: owed.next.is_overdue(now),
            to_do: owed.last.is_none() || owed.next.is_near(now),
        })
        .collect()
}

/// Puts each drill beside its canary, so that it is shown once however many vaults share the canary.
fn drills(escrow: &Escrow, owed: &Obligations<'_>, now: Time, vaults: &mut [VaultStatus]) {
    for vault in escrow.vaults.iter().filter(|vault| vault.kind == Kind::Root && !vault.decommissioned) {
        let Drill { canary, last, next } = owed.drill(vault);
        let drill =
            DrillStatus { last, due: next.due, overdue: next.is_overdue(now), to_do: next.is_near(now) };
        let beside = canary.unwrap_or(vault).id;
        for one in vaults.iter_mut() {
            if one.id == vault.id {
                one.canary = canary.map(|canary| canary.name.clone());
            }
            if one.id == beside {
                one.drill = Some(drill.clone());
            }
        }
    }
}

/// A request is open until it ended without a release, or was closed. A drill does not need a closing list: it is over
/// when it ends.
fn request_status(
    escrow: &Escrow,
    owed: &Obligations<'_>,
    asked: &RequestState,
    now: Time,
) -> Option<RequestStatus> {
    let request = &asked.request;
    let closing = owed.closing(asked);
    if owed.is_closed(asked) || (asked.end.is_some() && closing.is_none()) {
        return None;
    }
    let stated = |says: fn(&Statement) -> Option<&Digest>| {
        let mut people: Vec<PersonId> = Vec::new();
        for signed in escrow.statements.iter().map(|collected| &collected.statement) {
            if says(&signed.statement.says) == Some(&asked.record) && !people.contains(&signed.person) {
                people.push(signed.person.clone());
            }
        }
        people
    };
    let progress = match () {
        () if asked.is_released() => Progress::Released,
        () if now > request.not_after => Progress::WindowOver,
        () => Progress::Waiting,
    };
    let unended = asked.is_released() && asked.end.is_none();
    Some(RequestStatus {
        request_id: asked.record,
        vault: request.name.clone(),
        generation: request.generation,
        purpose: request.purpose,
        requester: request.requester.clone(),
        since: asked.time,
        progress,
        needed: escrow.asked_for(request).map_or(0, |one| one.seal.threshold),
        approved_by: stated(|says| match says {
            Statement::Approval(approval) => Some(&approval.request),
            _ => None,
        }),
        denied_by: stated(|says| match says {
            Statement::Denial(denial) => Some(&denial.request),
            _ => None,
        }),
        released: asked.releases.first().map(|release| release.time),
        window_until: request.not_after,
        unended,
        assume_shown: if unended { request.fields.clone() } else { Vec::new() },
        close_due: closing.as_ref().map(|closing| closing.deadline.due),
        close_overdue: closing.is_some_and(|closing| closing.deadline.is_overdue(now)),
    })
}
