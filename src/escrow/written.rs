//! Who dated a record.

use crate::value::names::PersonId;
use crate::value::time::Time;

/// A person's signature on a record, and the record's time.
#[derive(Debug, Clone)]
pub(super) struct Written {
    /// Who signed.
    pub(super) person: PersonId,
    /// The time that the record claims.
    pub(super) time: Time,
    /// Its number; of the `adopt`, for what a branch brought in.
    pub(super) seq: u64,
}
