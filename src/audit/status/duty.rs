//! One thing that has to be done.

use serde::Serialize;

use crate::crypto::digest::Digest;
use crate::value::names::VaultName;
use crate::value::time::Time;

/// What kind of thing has to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DutyKind {
    /// The sealed files that are missing or changed here, from another copy of the escrow.
    Files,
    /// New credentials for a vault that is exposed.
    Rotation,
    /// An answer to a request that waits for approvals.
    Answer,
    /// The acknowledgement of a release's notice.
    Notice,
    /// The closing list of a release.
    Close,
    /// The end of a request whose window is over.
    End,
    /// A custodian's check.
    Check,
    /// The exercise on a canary.
    Drill,
}

impl DutyKind {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            DutyKind::Files => "files",
            DutyKind::Rotation => "rotation",
            DutyKind::Answer => "answer",
            DutyKind::Notice => "notice",
            DutyKind::Close => "close",
            DutyKind::End => "end",
            DutyKind::Check => "check",
            DutyKind::Drill => "drill",
        }
    }
}

/// Something that has to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Duty {
    /// What kind.
    pub kind: DutyKind,
    /// Whether it should have been done by now.
    pub overdue: bool,
    /// Whether it can be done now, although it is not overdue.
    pub at_once: bool,
    /// By when.
    pub due: Time,
    /// The vaults that it is about.
    pub vaults: Vec<VaultName>,
    /// The request that it is about.
    pub request_id: Option<Digest>,
    /// What, in words.
    pub what: String,
    /// The command, run by a person who may; `None` if no command of this version does it.
    pub command: Option<String>,
}
