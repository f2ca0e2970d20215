//! Why a log cannot be used or added to.

use std::io;

use crate::record::finding::Finding;
use crate::record::note::MAX_NOTE;
use crate::record::repair::TooMuchDamage;

/// Why a log cannot be used or added to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The medium failed.
    #[error("the log cannot be {action}: {error}")]
    Io {
        /// What was being done.
        action: &'static str,
        /// What the medium said.
        error: io::Error,
    },
    /// The log cannot be built on.
    #[error("the log is not sound: {} {}", .0.rule, .0.detail)]
    Unsound(Finding),
    /// The new record would break a rule. Nothing was written.
    #[error("the record would break the rule {}: {}", .0.rule, .0.detail)]
    Refused(Finding),
    /// The new record is too large. Nothing was written.
    #[error("the record has {0} bytes; at most {MAX_NOTE} are possible")]
    TooLarge(usize),
    /// What was read again is not what was written.
    #[error("the medium does not give back what was written to it")]
    Unfaithful,
    /// The damaged end is too large for a record.
    #[error(transparent)]
    TooMuchDamage(#[from] TooMuchDamage),
    /// Records of another copy do not follow from this log's end.
    #[error("the records do not follow from the end of this log")]
    NotAhead,
    /// An earlier append failed on this medium.
    #[error("an earlier write to this log failed; the medium is not to be trusted")]
    Unusable,
}

impl LedgerError {
    pub(super) fn io(action: &'static str) -> impl FnOnce(io::Error) -> LedgerError {
        move |error| LedgerError::Io { action, error }
    }
}
