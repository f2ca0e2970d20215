//! Duties: what has to be done, by whom, by when, and the command for it.

use std::collections::BTreeMap;

use crate::audit::obligations::Obligations;
use crate::audit::status::duty::{Duty, DutyKind};
use crate::audit::status::facts::{CheckStatus, Progress, RequestStatus, Upcoming, VaultStatus};
use crate::audit::status::people::{acting, find_person};
use crate::audit::status::rotation::rotation;
use crate::crypto::digest::Digest;
use crate::escrow::{Escrow, RequestState};
use crate::record::card::Role;
use crate::record::finding::Finding;
use crate::record::seal::Kind;
use crate::value::names::{PersonId, VaultName};
use crate::value::time::Time;

/// Everything that has to be done, the most urgent first.
pub fn duties(
    escrow: &Escrow,
    owed: &Obligations<'_>,
    vaults: &[VaultStatus],
    requests: &[RequestStatus],
    now: Time,
) -> Vec<Duty> {
    let mut duties: Vec<Duty> = vaults.iter().filter_map(|vault| rotation(escrow, vault)).collect();
    duties.extend(requests.iter().flat_map(|request| request_duties(escrow, request)));
    duties.extend(escrow.requests.iter().filter_map(|asked| notice(escrow, owed, asked, now)));
    duties.extend(checks(vaults));
    duties.extend(vaults.iter().filter_map(|vault| drill(escrow, vault)));
    duties.sort_by_key(|duty| (!duty.overdue, !duty.at_once, duty.due, duty.kind));
    duties
}

/// One duty for everything that is missing or changed among the sealed files, which another copy may have.
pub fn files(wrong: &[Finding], now: Time) -> Option<Duty> {
    let mut vaults: Vec<VaultName> = Vec::new();
    for vault in wrong.iter().filter_map(|found| found.particulars.vault.as_ref()) {
        if !vaults.contains(vault) {
            vaults.push(vault.clone());
        }
    }
    let of = match vaults.as_slice() {
        [] => return None,
        [one] => one.to_string(),
        [one, other] => format!("{one} and {other}"),
        many => format!("{} vaults", many.len()),
    };
    Some(Duty {
        kind: DutyKind::Files,
        overdue: false,
        at_once: true,
        due: now,
        vaults,
        request_id: None,
        what: format!(
            "find the sealed files of {of} in another copy: this brings it up to date and names what both lack"
        ),
        command: Some("breakglass copy THE-COPY".to_owned()),
    })
}

/// The next check and the next drill, if none is due yet.
pub fn upcoming(vaults: &[VaultStatus]) -> Vec<Upcoming> {
    let checks = vaults.iter().flat_map(|vault| &vault.checks).map(|check| (check.to_do, check.due));
    let drills = vaults.iter().filter_map(|vault| vault.drill.as_ref()).map(|drill| (drill.to_do, drill.due));
    let first = |kind, all: &[(bool, Time)]| {
        let due = all.iter().map(|(_, due)| *due).min()?;
        all.iter().all(|(to_do, _)| !to_do).then_some(Upcoming { kind, due })
    };
    let (checks, drills): (Vec<_>, Vec<_>) = (checks.collect(), drills.collect());
    let both = [first(DutyKind::Check, &checks), first(DutyKind::Drill, &drills)];
    both.into_iter().flatten().collect()
}

/// The custodians of a vault's current generation, by index.
fn custodians<'a>(escrow: &'a Escrow, vault: &Digest) -> Vec<&'a PersonId> {
    let shares = escrow.vault(vault).into_iter().flat_map(|vault| &vault.current().seal.shares);
    shares.map(|share| &share.custodian).collect()
}

fn request_duties(escrow: &Escrow, request: &RequestStatus) -> Vec<Duty> {
    let short = request.request_id.short();
    let (vault, requester) = (&request.vault, &request.requester);
    let of = |kind, overdue, due, what, command| Duty {
        kind,
        overdue,
        at_once: [DutyKind::Answer, DutyKind::End].contains(&kind),
        due,
        vaults: vec![vault.clone()],
        request_id: Some(request.request_id),
        what,
        command: Some(command),
    };
    let mut duties = Vec::new();
    let own = escrow.request(&request.request_id).map(|asked| asked.request.vault);
    let first = own.map(|vault| custodians(escrow, &vault)).unwrap_or_default();
    if request.progress == Progress::Waiting {
        let asked: Vec<&PersonId> =
            first.iter().copied().filter(|id| !request.approved_by.contains(id)).collect();
        let approver = find_person(escrow, Role::Custodian, &asked, Some(requester)).unwrap_or(requester);
        let needed = usize::from(request.needed).saturating_sub(request.approved_by.len());
        let what = match needed {
            0 => format!("request {short} of {vault} has its approvals: {requester} releases it"),
            1 => format!("answer request {short} of {vault}: 1 more approval is needed"),
            more => format!("answer request {short} of {vault}: {more} more approvals are needed"),
        };
        let command = match needed {
            0 => release_with(request),
            _ => format!("breakglass approve REQUEST-FILE {} -o {approver}.bga", acting(approver)),
        };
        duties.push(of(DutyKind::Answer, false, request.window_until, what, command));
    }
    if let Some(due) = request.close_due {
        let closer = find_person(escrow, Role::Custodian, &first, Some(requester)).unwrap_or(requester);
        let what = format!("close request {short} of {vault} (not by {requester})");
        let command = format!("breakglass close --request {short} {}", acting(closer));
        duties.push(of(DutyKind::Close, request.close_overdue, due, what, command));
    }
    if request.progress == Progress::WindowOver {
        let what = format!("request {short} of {vault}: its window is over; {requester} ends it");
        let command = format!("breakglass release REQUEST-FILE --withdraw {}", acting(requester));
        duties.push(of(DutyKind::End, false, request.window_until, what, command));
    }
    // It is still open because it has no end: releasing it again and finishing records what was shown.
    if request.progress == Progress::Released && request.close_due.is_none() {
        let what = format!(
            "request {short} of {vault} was never ended: {requester} runs `release` once more and finishes it"
        );
        duties.push(of(DutyKind::End, false, request.window_until, what, release_with(request)));
    }
    duties
}

/// The acknowledgement of a release's notice. It stays due when the request is closed.
fn notice(escrow: &Escrow, owed: &Obligations<'_>, asked: &RequestState, now: Time) -> Option<Duty> {
    let notice = owed.notice(asked)?;
    let (short, vault) = (asked.record.short(), &asked.request.name);
    let command = |id: &PersonId| {
        let release = asked.releases.first()?.record.short();
        Some(format!("breakglass agree {release} {}", acting(id)))
    };
    Some(Duty {
        kind: DutyKind::Notice,
        overdue: notice.is_overdue(now),
        at_once: true,
        due: notice.due,
        vaults: vec![vault.clone()],
        request_id: Some(asked.record),
        what: format!("acknowledge the notice of the release of {vault} for request {short}"),
        command: escrow.may_acknowledge(asked).first().and_then(command),
    })
}

/// The command that releases with the approvals that the log knows of.
fn release_with(request: &RequestStatus) -> String {
    let approvals: Vec<String> = request.approved_by.iter().map(|id| format!("{id}.bga")).collect();
    format!("breakglass release REQUEST-FILE {} {}", approvals.join(" "), acting(&request.requester))
}

/// One check for each custodian, of all their vaults at once.
fn checks(vaults: &[VaultStatus]) -> Vec<Duty> {
    let mut owed: BTreeMap<&PersonId, Vec<(&VaultName, &CheckStatus)>> = BTreeMap::new();
    for vault in vaults {
        for check in vault.checks.iter().filter(|check| check.to_do || check.overdue) {
            owed.entry(&check.custodian).or_default().push((&vault.name, check));
        }
    }
    let duty = |(person, owed): (&PersonId, Vec<(&VaultName, &CheckStatus)>)| {
        let mut names: Vec<&VaultName> = owed.iter().map(|(vault, _)| *vault).collect();
        names.dedup();
        let of = match names.len() {
            1 | 2 => names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(" and "),
            many => format!("{many} vaults"),
        };
        let first = owed.iter().any(|(_, check)| check.last.is_none());
        let what = if first { "first check" } else { "check" };
        Duty {
            kind: DutyKind::Check,
            overdue: owed.iter().any(|(_, check)| check.overdue),
            at_once: first,
            due: owed.iter().map(|(_, check)| check.due).min().expect("there is one"),
            vaults: names.into_iter().cloned().collect(),
            request_id: None,
            what: format!("{what} by {person}: {of}"),
            command: Some(format!("breakglass check --all {}", acting(person))),
        }
    };
    owed.into_iter().map(duty).collect()
}

fn drill(escrow: &Escrow, vault: &VaultStatus) -> Option<Duty> {
    let drill = vault.drill.as_ref().filter(|drill| drill.to_do || drill.overdue)?;
    let people = custodians(escrow, &vault.id);
    let names: Vec<&str> = people.iter().map(|id| id.as_str()).collect();
    let names = names.join(", ");
    let (what, command) = match vault.kind {
        Kind::Canary => {
            let command = format!("breakglass drill {}", vault.name);
            (format!("drill by {names}: practise an emergency on the canary"), Some(command))
        }
        Kind::Root => {
            (format!("drill by {names}: they have no canary; the next `seal` for them makes one"), None)
        }
    };
    Some(Duty {
        kind: DutyKind::Drill,
        overdue: drill.overdue,
        at_once: false,
        due: drill.due,
        vaults: vec![vault.name.clone()],
        request_id: None,
        what,
        command,
    })
}
