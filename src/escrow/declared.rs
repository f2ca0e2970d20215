//! What repairs declare: records that are missing, and what can be disavowed.

use crate::crypto::digest::Digest;
use crate::record::head::Head;
use crate::value::names::{KeyName, PersonId};

/// Records that the log was continued without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The last record before them.
    pub after: u64,
    /// The last of them, as it was declared.
    pub until: Head,
    /// The record that declares them missing; `None` of an excerpt.
    pub(super) record: Option<Digest>,
    /// Whether that is believed, unless it is disavowed.
    pub(super) is_believed: bool,
    /// The latest head among them that a statement names.
    pub(super) proved: Option<Head>,
}

/// A record that can be disavowed: a repair, or one of a kind that this version does not know.
#[derive(Debug, Clone)]
pub(crate) struct Disavowable {
    /// Its kind.
    pub(crate) kind: String,
    /// Its number in the log.
    pub(crate) seq: u64,
    /// Its signers, who do not disavow it.
    pub(crate) by: Vec<KeyName>,
}

impl Disavowable {
    /// The people who signed it.
    pub(crate) fn signers(&self) -> impl Iterator<Item = &PersonId> {
        self.by.iter().filter_map(KeyName::person)
    }

    /// Whether a person signed it.
    pub(crate) fn is_by(&self, person: &PersonId) -> bool {
        self.signers().any(|signer| signer == person)
    }
}
