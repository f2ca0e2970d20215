//! Why a log cannot be used or appended to.

use std::io;

use crate::record::finding::Finding;
use crate::record::repair::TooMuchDamage;

/// Why a log cannot be used or appended to.
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
    /// The log is torn, forked or tampered with.
    #[error("the log is not sound: {} {}", .0.rule, .0.detail)]
    Unsound(Finding),
    /// The new record would break a rule. Nothing was written.
    #[error("the record would break the rule {}: {}", .0.rule, .0.detail)]
    Refused(Finding),
    /// The new record is too large. Nothing was written.
    #[error("the record's line has {size} bytes, and may have at most {limit}")]
    TooLarge {
        /// How many it has.
        size: usize,
        /// How many it may have.
        limit: usize,
    },
    /// What was read again is not what was written.
    #[error("the drive does not return what was written to it")]
    Unfaithful,
    /// The damaged tail is too large for a record.
    #[error(transparent)]
    TooMuchDamage(#[from] TooMuchDamage),
    /// Records of another copy do not follow from this log's end.
    #[error("the records do not follow the last record of this log")]
    NotAhead,
    /// Whoever was asked did not agree to what was judged. Nothing was written.
    #[error("nobody agreed to it")]
    Declined,
    /// An earlier append failed on this medium.
    #[error("an earlier write to this log failed, so the drive cannot be trusted")]
    Unusable,
}

impl LedgerError {
    pub(super) fn io(action: &'static str) -> impl FnOnce(io::Error) -> LedgerError {
        move |error| LedgerError::Io { action, error }
    }
}
