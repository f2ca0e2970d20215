//! What a status consists of. Its parts are what programs read, key by key.

use serde::Serialize;

use crate::audit::status::duty::{Duty, DutyKind};
use crate::crypto::digest::Digest;
use crate::record::confirm::GenerationVerdict;
use crate::record::finding::{Finding, Severity};
use crate::record::head::Head;
use crate::record::request::Purpose;
use crate::record::seal::{AccountId, Kind};
use crate::value::names::{FieldName, PersonId, VaultName};
use crate::value::text::FreeText;
use crate::value::time::Time;

/// Where an escrow stands.
#[derive(Debug, Clone)]
pub struct Status {
    /// The moment.
    pub now: Time,
    /// The escrow's id.
    pub id: Digest,
    /// Its name.
    pub name: FreeText,
    /// The head of the log's good part.
    pub head: Head,
    /// The time of its last good record.
    pub last: Time,
    /// What makes the log unfit to build on, or is missing from it; worst first.
    pub trouble: Vec<Finding>,
    /// What is wrong with the sealed files; what cannot be opened first. Empty if there is no folder of them.
    pub files: Vec<Finding>,
    /// How many findings about what happened `verify` has besides.
    pub findings: usize,
    /// The vaults: those that cannot be opened first, then exposed ones, then those that are not in force; canaries
    /// last, and otherwise in the order of their first seals.
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
    /// Whether it is open which generation's credentials are live.
    pub undecided: bool,
    /// The verdict that rests on one person's word: that on the current generation, or on a higher one.
    pub one_word: Option<OneWord>,
    /// Whether the current generation is given up: no credentials are known to be live.
    pub given_up: bool,
    /// The generation to be tried first.
    pub first_to_try: u32,
    /// Whether the holders of the current generation who have not retired are enough to open it.
    pub holders: Holders,
    /// How many shares of the current generation reconstruct.
    pub threshold: u8,
    /// How many shares the current generation has.
    pub total_shares: u8,
    /// Whether the current generation can be opened with the files here; `None` if they were not looked at.
    pub openable: Option<bool>,
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
    /// The drill: with the canary, or with the root vault if there is no canary.
    pub drill: Option<DrillStatus>,
}

/// A verdict on a generation with which no second person has agreed so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OneWord {
    /// The generation.
    pub generation: u32,
    /// What is said of it.
    pub verdict: GenerationVerdict,
    /// Who says so: one person, or people of whom none is a holder who did not seal it.
    pub by: Vec<PersonId>,
    /// The digest of the statement with which a second person agrees.
    pub statement: Digest,
}

/// How many of those who hold shares are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holders {
    /// Nobody has retired, or one more may.
    Enough,
    /// So many have retired that everybody left is needed.
    Just,
    /// So many have retired that the rest cannot open the vault.
    Few,
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
    /// The fields that must be assumed to have been shown, if a release has no end.
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
    /// The worst thing wrong with the log or the sealed files; `None` if nothing is.
    pub fn worst(&self) -> Option<Severity> {
        self.trouble.iter().chain(&self.files).map(Finding::severity).max()
    }

    /// Whether the clock is behind the log's last record: then less may seem due than is.
    pub fn is_clock_behind(&self) -> bool {
        self.now < self.last
    }

    /// Whether something should have been done by now.
    pub(crate) fn is_overdue(&self) -> bool {
        self.duties.iter().any(|duty| duty.overdue)
    }
}
