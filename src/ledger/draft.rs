//! A record before it has its place.

use crate::crypto::digest::Digest;
use crate::crypto::sign::SigningKey;
use crate::ledger::error::LedgerError;
use crate::record::chain::LogRecord;
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

/// Records that are signed, each after the last, and not in the log yet.
pub(super) struct Drafted {
    escrow: Digest,
    seq: u64,
    prev: Digest,
    notes: Vec<Note>,
}

impl Drafted {
    /// None yet, after `head`.
    pub(super) fn after(escrow: Digest, head: &Head) -> Drafted {
        Drafted { escrow, seq: head.seq + 1, prev: head.hash, notes: Vec::new() }
    }

    /// Signs one more.
    ///
    /// # Errors
    /// As [`Draft::at`].
    pub(super) fn put<S: RecordBody>(&mut self, draft: Draft<'_, S>) -> Result<(), LedgerError> {
        let note = draft.at(self.escrow, self.seq, self.prev)?;
        self.seq += 1;
        self.prev = Digest::of(&LogRecord::bytes_of(&note));
        self.notes.push(note);
        Ok(())
    }

    /// All of them.
    pub(super) fn into_notes(self) -> Vec<Note> {
        self.notes
    }
}
