//! The chain: records one after another, each naming the digest of the one before.
//!
//! A record is a signed note followed by one empty line, which is part of it. The bare chain proves that
//! nothing before its end was changed; it cannot show that its own end is missing. That is what heads are for.

use crate::crypto::digest::Digest;
use crate::record::finding::{Broken, Rule};
use crate::record::frame::Frame;
use crate::record::head::Head;
use crate::record::kinds;
use crate::record::kinds::Record;
use crate::record::note::{MAX_NOTE, MAX_SIGNATURES, Note, NoteError};
use crate::record::repair::Adopt;

/// A record that was found at its place in a log. Whether it is linked and signed is checked separately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRecord {
    /// The byte at which it begins.
    pub start: u64,
    /// The byte after its last.
    pub end: u64,
    /// The SHA-256 of its bytes: of the note and the empty line.
    pub hash: Digest,
    /// The frame.
    pub frame: Frame,
    /// What it says.
    pub says: Record,
    /// The note.
    pub note: Note,
}

impl LogRecord {
    /// Takes the record that begins at byte `start` of `log`.
    ///
    /// # Errors
    /// [`NoteError`], if no whole record, of a known or unknown kind, begins there.
    pub fn take(log: &[u8], start: u64) -> Result<LogRecord, NoteError> {
        let from = usize::try_from(start).map_err(|_| NoteError::Incomplete)?;
        let bytes = log.get(from..).ok_or(NoteError::Incomplete)?;
        LogRecord::take_at(bytes, start)
    }

    /// Takes the record that `bytes` begin with, and that begins at byte `start` of its log.
    ///
    /// # Errors
    /// As [`LogRecord::take`].
    pub fn take_at(bytes: &[u8], start: u64) -> Result<LogRecord, NoteError> {
        let (note, length) = Note::take(bytes)?;
        match bytes.get(length) {
            Some(b'\n') => {}
            Some(_) => return Err(NoteError::NotASignatureLine(3 + note.signers().count())),
            None => return Err(NoteError::Incomplete),
        }
        let (frame, says) = kinds::read(&note)?;
        let end = start + length as u64 + 1;
        Ok(LogRecord { start, end, hash: Digest::of(&bytes[..=length]), frame, says, note })
    }

    /// The bytes of a record that holds `note`.
    pub fn bytes_of(note: &Note) -> Vec<u8> {
        [note.as_bytes(), b"\n"].concat()
    }

    /// Checks that the record follows `tail` in the escrow.
    ///
    /// # Errors
    /// [`Rule::ChainSeq`], [`Rule::ChainPrev`] or [`Rule::ChainEscrow`], with what was expected.
    pub fn follows(&self, escrow: &Digest, tail: &Head) -> Result<(), Broken> {
        let frame = &self.frame;
        if frame.seq != tail.seq + 1 {
            let (found, expected) = (frame.seq, tail.seq + 1);
            let why = format!("it is numbered {found}, not {expected}");
            return Err(Broken::new(Rule::ChainSeq, why).expected(expected).found(found));
        }
        if frame.prev != tail.hash {
            let why = format!("it follows {}, not {}", frame.prev.short(), tail.hash.short());
            return Err(Broken::new(Rule::ChainPrev, why).expected(tail.hash).found(frame.prev));
        }
        if frame.escrow.as_ref() != Some(escrow) {
            let other = frame.escrow.map_or("none".to_owned(), |id| id.short());
            let why = format!("it belongs to escrow {other}, not {}", escrow.short());
            let broken = Broken::new(Rule::ChainEscrow, why).expected(*escrow);
            return Err(broken.where_known(frame.escrow, Broken::found));
        }
        Ok(())
    }

    /// Takes the branch out of a record that adopts one, and gives up the record's own bytes: branches are within each other,
    /// and only the innermost needs to be held in full.
    pub(crate) fn take_branch(&mut self) -> Option<Adopt> {
        let Record::Adopt(adopt) = &mut self.says else { return None };
        self.note.give_up();
        let records = std::mem::take(&mut adopt.records);
        Some(Adopt { records, ..*adopt })
    }

    /// The head of a log whose last record this is.
    pub fn head(&self) -> Head {
        Head { size: self.end, seq: self.frame.seq, hash: self.hash }
    }
}

/// The rule that a note breaks by not being a readable record, or by not being signed as it says.
pub(crate) fn unreadable(error: &NoteError) -> Broken {
    Broken::new(rule_of(error), error.to_string()).note_error(error)
}

fn rule_of(error: &NoteError) -> Rule {
    match error {
        NoteError::UnknownField { .. } => Rule::RecordField,
        NoteError::TooLargeForKind { .. } => Rule::RecordTooLarge,
        NoteError::NonCanonical(_) => Rule::RecordNonCanonical,
        NoteError::Signers { .. } => Rule::RecordSigners,
        NoteError::KeyId(_) => Rule::RecordKeyId,
        NoteError::BadSignature(_) => Rule::RecordSignature,
        _ => Rule::RecordMalformed,
    }
}

impl Broken {
    /// The particulars that an error about a note has.
    pub(crate) fn note_error(self, error: &NoteError) -> Broken {
        match error {
            NoteError::TooLarge => self.limit(MAX_NOTE as u64),
            NoteError::TooLargeForKind { kind, size, limit } => {
                self.kind(kind).size(*size as u64).limit(*limit as u64)
            }
            NoteError::TooManySignatures => self.limit(MAX_SIGNATURES as u64),
            NoteError::NotASignatureLine(line) => self.line(*line as u64),
            NoteError::DuplicateSignature(name) | NoteError::KeyId(name) | NoteError::BadSignature(name) => {
                self.signer(name)
            }
            NoteError::Trailing(size) => self.size(*size as u64),
            NoteError::WrongType { expected, found } => self.expected(*expected).found(found.clone()),
            NoteError::Malformed { kind, column, .. } | NoteError::UnknownField { kind, column, .. } => {
                self.kind(kind).column(*column as u64)
            }
            NoteError::NonCanonical(kind) => self.kind(kind),
            NoteError::Signers { named, signed } => self.expected(named.clone()).found(signed.clone()),
            // Of bytes that are not a note, nothing is known.
            NoteError::Incomplete | NoteError::NotOurs => self,
        }
    }
}
