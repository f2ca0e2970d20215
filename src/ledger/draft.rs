//! A record before it has its place.

use crate::crypto::digest::Digest;
use crate::crypto::sign::SigningKey;
use crate::ledger::error::LedgerError;
use crate::record::frame::{FramedRecord, RecordBody};
use crate::record::head::Head;
use crate::record::kinds::largest;
use crate::record::note::{MAX_NOTE, Note};
use crate::value::names::KeyName;
use crate::value::time::Time;

/// What signature lines need, of the room that a record has.
const FOR_SIGNATURES: usize = 16 << 10;

/// The most bytes of a record's line, with its line feed, of the kinds that can be largest.
pub const MAX_LINE: usize = MAX_NOTE - FOR_SIGNATURES;

/// A record before it has its place: what it says, who signs, and when.
pub struct Draft<'a, S> {
    /// When.
    pub time: Time,
    /// What.
    pub says: S,
    /// By whom, in order.
    pub signers: Vec<(KeyName, &'a SigningKey)>,
}

impl<S: RecordBody> Draft<'_, S> {
    /// Signs it as record `seq`, after the one with the digest `prev`.
    ///
    /// # Errors
    /// [`LedgerError::TooLarge`].
    pub fn at(self, escrow: Digest, seq: u64, prev: Digest) -> Result<Note, LedgerError> {
        let record = FramedRecord {
            escrow: Some(escrow),
            seq,
            prev,
            time: self.time,
            by: self.signers.iter().map(|(name, _)| name.clone()).collect(),
            says: self.says,
        };
        let length = Note::line_length(&record);
        let limit = largest(S::KIND.parse().ok()).min(MAX_NOTE) - FOR_SIGNATURES;
        if length > limit {
            return Err(LedgerError::TooLarge { size: length, limit });
        }
        Ok(Note::sign(&record, &self.signers))
    }

    pub(super) fn after(self, escrow: Digest, head: &Head) -> Result<Note, LedgerError> {
        self.at(escrow, head.seq + 1, head.hash)
    }
}
