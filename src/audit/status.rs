//! The status: where an escrow stands at one moment, and what has to be done next. It rests on the log alone.

mod duties;
mod screen;

pub use duties::{Duty, DutyKind};
pub use screen::screen;

use serde::Serialize;

use crate::audit::heads;
use crate::audit::obligations::{self, Deadline, Drill};
use crate::crypto::digest::Digest;
use crate::escrow::{Asked, Escrow, Generation, Reading, Vault};
use crate::finding::{Finding, Severity};
use crate::log::head::Head;
use crate::names::{FieldName, PersonId, VaultName};
use crate::request::Purpose;
use crate::statement::Stated;
use crate::text::FreeText;
use crate::time::Time;
use crate::vault::{AccountId, Kind};

/// Where an escrow stands.
#[derive(Debug, Clone)]
pub struct Status {
    /// The moment.
    pub now: Time,
    /// The escrow's id.
    pub id: Digest,
    /// Its name.
    pub name: FreeText,
    /// The end of the log, as far as it is good.
    pub head: Head,
    /// The time of its last good entry.
    pub last: Time,
    /// What makes the log unfit to build on, or is missing from it; worst first.
    pub trouble: Vec<Finding>,
    /// How many findings about what happened `verify` has besides.
    pub findings: usize,
    /// The vaults: exposed ones first, then those that are not in force; canaries last, and otherwise in the
    /// order of their first seals.
    pub vaults: Vec<VaultStatus>,
    /// The requests that nothing concludes yet, in order.
    pub requests: Vec<RequestStatus>,
    /// What has to be done, the most urgent first.
    pub duties: Vec<Duty>,
    /// What comes next where nothing of its kind is due yet.
    pub upcoming: Vec<Upcoming>,
}

/// Where a vault stands.
#[derive(Debug, Clone, Serialize)]
pub struct VaultStatus {
    /// Its name.
    pub name: VaultName,
    /// Its id.
    pub id: Digest,
    /// Real credentials, or a canary.
    pub kind: Kind,
    /// The provider's partition.
    pub partition: VaultName,
    /// The account.
    pub account: AccountId,
    /// The current generation.
    pub generation: u32,
    /// The newest generation.
    pub newest_generation: u32,
    /// How many shares of the current generation reconstruct.
    pub threshold: u8,
    /// How many shares the current generation has.
    pub total_shares: u8,
    /// Whether every custodian of the newest generation has checked.
    pub in_force: bool,
    /// Whose check of the newest generation is missing.
    pub missing: Vec<PersonId>,
    /// Who retired, and holds a share of the newest generation.
    pub retired: Vec<PersonId>,
    /// The checks of the current and the newest generation.
    pub checks: Vec<CheckStatus>,
    /// The generations whose credentials somebody may know.
    pub exposed: Vec<ExposedStatus>,
    /// The canary of the same custodians, of a root vault that has one.
    pub canary: Option<VaultName>,
    /// The drill: with the canary, or with the root vault where there is none.
    pub drill: Option<DrillStatus>,
}

/// Where a custodian's checks of one generation stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckStatus {
    /// The custodian.
    pub custodian: PersonId,
    /// The generation.
    pub generation: u32,
    /// The last check; `None` before the first.
    pub last: Option<Time>,
    /// By when the next one is due.
    pub due: Time,
    /// Whether that has passed.
    pub overdue: bool,
    /// Whether it is to be done now: it is overdue, the first, or in the last quarter of its time.
    pub to_do: bool,
}

/// A generation that is exposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExposedStatus {
    /// The generation.
    pub generation: u32,
    /// Since when.
    pub since: Time,
    /// By when new credentials are due.
    pub due: Time,
    /// Whether that has passed.
    pub overdue: bool,
}

/// Where the drills of a set of custodians stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DrillStatus {
    /// The last drill; `None` before the first.
    pub last: Option<Time>,
    /// By when the next one is due.
    pub due: Time,
    /// Whether that has passed.
    pub overdue: bool,
    /// Whether it is to be done now: it is overdue, or in the last quarter of its time.
    pub to_do: bool,
}

/// How far a request has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Progress {
    /// Nothing was released yet, and its window is not over.
    Waiting,
    /// Nothing was released, and its window is over.
    WindowOver,
    /// Credentials were released.
    Released,
}

/// A request that nothing concludes yet.
#[derive(Debug, Clone, Serialize)]
pub struct RequestStatus {
    /// The digest of its record.
    pub request_id: Digest,
    /// The vault.
    pub vault: VaultName,
    /// The generation.
    pub generation: u32,
    /// What it is for.
    pub purpose: Purpose,
    /// Who asks.
    pub requester: PersonId,
    /// Since when.
    pub since: Time,
    /// How far it has come.
    pub progress: Progress,
    /// How many approvals a release needs.
    pub needed: u8,
    /// Whose approvals the log holds. Others may be under way.
    pub approved_by: Vec<PersonId>,
    /// Whose denials the log holds.
    pub denied_by: Vec<PersonId>,
    /// When it was first released.
    pub released: Option<Time>,
    /// The last moment of its window.
    pub window_until: Time,
    /// Whether a release has no end.
    pub unended: bool,
    /// The fields that must be assumed to have been shown, where a release has no end.
    pub assume_shown: Vec<FieldName>,
    /// By when its closing list is due.
    pub close_due: Option<Time>,
    /// Whether that has passed.
    pub close_overdue: bool,
}

/// The next duty of a kind that is not due yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Upcoming {
    /// What.
    pub kind: DutyKind,
    /// By when.
    pub due: Time,
}

impl Status {
    /// The worst that is wrong with the log; `None` where nothing is.
    pub fn worst(&self) -> Option<Severity> {
        self.trouble.iter().map(Finding::severity).max()
    }

    /// Whether the clock is behind the log's last entry: then less may seem due than is.
    pub fn is_clock_behind(&self) -> bool {
        self.now < self.last
    }

    /// Whether something should have been done by now.
    pub fn is_overdue(&self) -> bool {
        self.duties.iter().any(|duty| duty.overdue)
    }
}

/// Where the escrow of a log that was read stands at `now`.
pub fn status(reading: &Reading, now: Time) -> Status {
    let escrow = &reading.escrow;
    let mut trouble: Vec<Finding> =
        reading.findings.iter().filter(|found| found.severity() >= Severity::Torn).cloned().collect();
    trouble.extend(heads::missing(escrow));
    trouble.sort_by_key(|found| std::cmp::Reverse(found.severity()));
    let findings = reading.findings.iter().filter(|found| found.severity() == Severity::Finding).count();
    let mut vaults: Vec<VaultStatus> =
        escrow.vaults.iter().map(|vault| vault_status(escrow, vault, now)).collect();
    drills(escrow, now, &mut vaults);
    for exposure in obligations::exposed_by_log(escrow) {
        let Deadline { due, since } = exposure.rotation;
        let seal = &exposure.generation.seal;
        let overdue = exposure.rotation.is_overdue(now);
        let exposed = ExposedStatus { generation: seal.generation, since, due, overdue };
        vaults.iter_mut().filter(|vault| vault.id == seal.vault).for_each(|vault| {
            vault.exposed.push(exposed.clone());
        });
    }
    // What somebody has to look at comes first, then real credentials.
    vaults.sort_by_key(|vault| (vault.exposed.is_empty(), vault.in_force, vault.kind == Kind::Canary));
    let requests: Vec<RequestStatus> =
        escrow.requests.iter().filter_map(|asked| request_status(escrow, asked, now)).collect();
    let (duties, upcoming) = (duties::duties(escrow, &vaults, &requests), duties::upcoming(&vaults));
    Status {
        now,
        id: escrow.id,
        name: escrow.name.clone(),
        head: escrow.head,
        last: escrow.time,
        trouble,
        findings,
        vaults,
        requests,
        duties,
        upcoming,
    }
}

fn vault_status(escrow: &Escrow, vault: &Vault, now: Time) -> VaultStatus {
    let (current, newest) = (vault.current(), vault.newest());
    let missing: Vec<PersonId> = newest.unchecked().into_iter().cloned().collect();
    let custodians = newest.seal.shares.iter().map(|share| &share.custodian);
    let retired = custodians.filter(|person| escrow.has_retired(person)).cloned().collect();
    // Both are kept fit: the one that opens now, and the one that will.
    let other = (current.record != newest.record).then_some(newest);
    let checks = std::iter::once(current).chain(other);
    VaultStatus {
        name: vault.name.clone(),
        id: vault.id,
        kind: vault.kind,
        partition: vault.partition.clone(),
        account: vault.account.clone(),
        generation: current.seal.generation,
        newest_generation: newest.seal.generation,
        threshold: current.seal.threshold,
        total_shares: current.seal.total_shares,
        in_force: missing.is_empty(),
        missing,
        retired,
        checks: checks.flat_map(|generation| check_status(escrow, generation, now)).collect(),
        exposed: Vec::new(),
        canary: None,
        drill: None,
    }
}

fn check_status(escrow: &Escrow, generation: &Generation, now: Time) -> Vec<CheckStatus> {
    let owed = obligations::checks(escrow, generation);
    owed.map(|owed| CheckStatus {
        custodian: owed.custodian.clone(),
        generation: generation.seal.generation,
        last: owed.last,
        due: owed.next.due,
        overdue: owed.next.is_overdue(now),
        to_do: owed.last.is_none() || owed.next.is_near(now),
    })
    .collect()
}

/// The drills, each beside its canary, so that it is told once however many vaults the canary stands for.
fn drills(escrow: &Escrow, now: Time, vaults: &mut [VaultStatus]) {
    for vault in escrow.vaults.iter().filter(|vault| vault.kind == Kind::Root) {
        let Drill { canary, last, next } = obligations::drill(escrow, vault);
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

/// A request stands open until it ended without a release, or was closed. A drill needs no closing list: it is
/// over with its end.
fn request_status(escrow: &Escrow, asked: &Asked, now: Time) -> Option<RequestStatus> {
    let request = &asked.request;
    let closing = obligations::closing(escrow, asked);
    if asked.closed.is_some() || (asked.end.is_some() && closing.is_none()) {
        return None;
    }
    let stated = |says: fn(&Stated) -> Option<&Digest>| {
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
        needed: escrow.generation(&request.vault, request.generation).map_or(0, |one| one.seal.threshold),
        approved_by: stated(|says| match says {
            Stated::Approval(approval) => Some(&approval.request),
            _ => None,
        }),
        denied_by: stated(|says| match says {
            Stated::Denial(denial) => Some(&denial.request),
            _ => None,
        }),
        released: asked.releases.first().map(|release| release.time),
        window_until: request.not_after,
        unended,
        assume_shown: if unended { request.fields.clone() } else { Vec::new() },
        close_due: closing.map(|closing| closing.due),
        close_overdue: closing.is_some_and(|closing| closing.is_overdue(now)),
    })
}
