//! The ledger: a log that can be appended to, and the only maker of [`Appended`].
//!
//! Persist, then reveal. An append is one write, made durable, read again from the medium and verified as
//! read; only then is there an `Appended`, and without it no payload can be opened. What this file would
//! call broken on reading is refused before it is written.

use std::collections::BTreeSet;
use std::io;

use data_encoding::BASE64;

use crate::crypto::digest::Digest;
use crate::crypto::sign::SigningKey;
use crate::escrow::{Escrow, Reading, forks};
use crate::record::chain::{Record, rule_of};
use crate::record::finding::{Finding, Rule, Severity};
use crate::record::frame::{Entry, RecordBody};
use crate::record::head::Head;
use crate::record::kinds::Said;
use crate::record::note::{MAX_NOTE, Note};
use crate::record::repair::{Adopt, Continue, Recovered, TooMuchDamage};
use crate::value::names::KeyName;
use crate::value::public;
use crate::value::time::Time;

/// Where a log lies. It is locked for as long as the value lives.
pub trait Medium {
    /// Reads everything.
    ///
    /// # Errors
    /// Whatever the medium says.
    fn read(&mut self) -> io::Result<Vec<u8>>;

    /// Writes `bytes` at the end, which must be at `size`, in one write, and makes them durable.
    ///
    /// # Errors
    /// Whatever the medium says; after that the medium is not to be trusted.
    fn append(&mut self, size: u64, bytes: &[u8]) -> io::Result<()>;

    /// Puts `bytes` in the place of everything, so that at any moment the medium holds either what was there or
    /// `bytes`, and makes them durable.
    ///
    /// # Errors
    /// Whatever the medium says; what was there is still there then.
    fn replace(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Reads again, from the medium and not from memory, everything from byte `from` on.
    ///
    /// # Errors
    /// Whatever the medium says.
    fn reread(&mut self, from: u64) -> io::Result<Vec<u8>>;
}

/// Proof that a record is in the log: written, made durable, read again and verified. Only
/// [`Ledger::append`] makes one.
#[derive(Debug)]
pub struct Appended {
    record: Digest,
    head: Head,
    release_of: Option<(Digest, u32)>,
}

impl Appended {
    /// The digest of the record.
    pub fn record(&self) -> Digest {
        self.record
    }

    /// Where the record is a release: the request that it answers, and its attempt number.
    pub fn release_of(&self) -> Option<(Digest, u32)> {
        self.release_of
    }

    /// The log's end, which is the record.
    pub fn head(&self) -> Head {
        self.head
    }
}

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
    fn io(action: &'static str) -> impl FnOnce(io::Error) -> LedgerError {
        move |error| LedgerError::Io { action, error }
    }
}

/// A log that is open for appending.
pub struct Ledger<M> {
    medium: M,
    reading: Reading,
    usable: bool,
}

/// The most bytes of a record's line, with its line feed: its signature lines need some room too.
pub const MAX_LINE: usize = MAX_NOTE - (64 << 10);

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
    /// Signs it as record `seq`, behind the one with the digest `prev`.
    ///
    /// # Errors
    /// [`LedgerError::TooLarge`].
    pub fn at(self, escrow: Digest, seq: u64, prev: Digest) -> Result<Note, LedgerError> {
        let entry = Entry {
            escrow: Some(escrow),
            seq,
            prev,
            time: self.time,
            by: self.signers.iter().map(|(name, _)| name.clone()).collect(),
            says: self.says,
        };
        let length = Note::line_length(&entry);
        if length > MAX_LINE {
            return Err(LedgerError::TooLarge(length));
        }
        Ok(Note::sign(&entry, &self.signers))
    }

    fn after(self, escrow: Digest, head: &Head) -> Result<Note, LedgerError> {
        self.at(escrow, head.seq + 1, head.hash)
    }
}

impl<M: Medium> Ledger<M> {
    /// Reads the log on `medium` from its genesis on. It may be unsound: see [`Ledger::sound`].
    ///
    /// # Errors
    /// [`LedgerError`], where it cannot be read at all.
    pub fn open(mut medium: M) -> Result<Ledger<M>, LedgerError> {
        let bytes = public::work(|| medium.read()).map_err(LedgerError::io("read"))?;
        let reading = Reading::of(bytes).map_err(LedgerError::Unsound)?;
        Ok(Ledger { medium, reading, usable: true })
    }

    /// Writes a genesis record to an empty medium, and opens the log that it begins.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn begin(medium: M, genesis: &Note) -> Result<Ledger<M>, LedgerError> {
        Ledger::fill(medium, Record::bytes_of(genesis))
    }

    /// Writes a whole log to an empty medium, and opens it.
    fn fill(medium: M, bytes: Vec<u8>) -> Result<Ledger<M>, LedgerError> {
        public::work(|| Ledger::filled(medium, bytes))
    }

    fn filled(mut medium: M, bytes: Vec<u8>) -> Result<Ledger<M>, LedgerError> {
        let reading = Reading::of(bytes.clone()).map_err(LedgerError::Refused)?;
        if let Some(finding) = reading.unsound() {
            return Err(LedgerError::Refused(finding.clone()));
        }
        medium.append(0, &bytes).map_err(LedgerError::io("written"))?;
        if medium.reread(0).map_err(LedgerError::io("read again"))? != bytes {
            return Err(LedgerError::Unfaithful);
        }
        Ok(Ledger { medium, reading, usable: true })
    }

    /// Writes the records of another log, `base`, and after them where it came from, to an empty medium, and
    /// opens the log that they make.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing is written where `base` and the continuation do not hold.
    pub fn continue_on(medium: M, base: &[u8], draft: Draft<'_, Continue>) -> Result<Ledger<M>, LedgerError> {
        let before = public::work(|| Reading::of(base.to_vec())).map_err(LedgerError::Unsound)?;
        let from = draft.says.from;
        let note = draft.after(before.escrow.id, &from)?;
        Ledger::fill(medium, public::work(|| [base, &Record::bytes_of(&note)].concat()))
    }

    /// Whether nothing is wrong with the log but a damaged end, which [`Ledger::recover`] can keep.
    pub fn is_torn(&self) -> bool {
        self.reading.unsound().is_some_and(|finding| finding.rule == Rule::Torn)
    }

    /// Puts a record in the place of a damaged end, which keeps its bytes.
    ///
    /// # Errors
    /// [`LedgerError`]; the damaged log is as it was then.
    pub fn recover(&mut self, time: Time, signer: (KeyName, &SigningKey)) -> Result<Appended, LedgerError> {
        public::work(|| self.recovered(time, signer))
    }

    fn recovered(&mut self, time: Time, signer: (KeyName, &SigningKey)) -> Result<Appended, LedgerError> {
        if let Some(finding) = self.reading.unsound().filter(|finding| finding.rule != Rule::Torn) {
            return Err(LedgerError::Unsound(finding.clone()));
        }
        let says = Recovered::of(self.reading.tail())?;
        let note =
            Draft { time, says, signers: vec![signer] }.after(self.escrow().id, &self.escrow().head)?;
        let bytes = [self.reading.good_bytes(), &Record::bytes_of(&note)].concat();
        let reading = Reading::of(bytes.clone()).map_err(LedgerError::Refused)?;
        if let Some(finding) = reading.unsound() {
            return Err(LedgerError::Refused(finding.clone()));
        }
        self.usable = false;
        self.medium.replace(&bytes).map_err(LedgerError::io("written"))?;
        if self.medium.reread(0).map_err(LedgerError::io("read again"))? != bytes {
            return Err(LedgerError::Unfaithful);
        }
        let head = reading.escrow.head;
        self.reading = reading;
        self.usable = true;
        Ok(Appended { record: head.hash, head, release_of: None })
    }

    /// Appends the records by which another copy, `ahead`, is longer than this log.
    ///
    /// # Errors
    /// [`LedgerError::NotAhead`], where this log is not how `ahead` begins.
    pub fn catch_up(&mut self, ahead: &[u8]) -> Result<(), LedgerError> {
        public::work(|| self.caught_up(ahead))
    }

    fn caught_up(&mut self, ahead: &[u8]) -> Result<(), LedgerError> {
        let more = ahead.strip_prefix(self.reading.bytes.as_slice()).ok_or(LedgerError::NotAhead)?;
        // As a whole: a branch that the new records adopt may part at one of the old ones.
        let reading = Reading::of(ahead.to_vec()).map_err(LedgerError::Refused)?;
        if let Some(finding) = reading.unsound() {
            return Err(LedgerError::Refused(finding.clone()));
        }
        self.write(more)?;
        self.reading = reading;
        Ok(())
    }

    /// Reads the log again, to know it as it was at `more` records.
    fn remember(&mut self, more: BTreeSet<Digest>) -> Result<(), LedgerError> {
        if !more.is_empty() {
            let bytes = public::work(|| self.reading.bytes.clone());
            self.reading = Reading::remembering(bytes, more).map_err(LedgerError::Unsound)?;
        }
        Ok(())
    }

    /// Brings another branch's records in. Both signers are enrolled people.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] with the rule that keeps the branches from being joined.
    pub fn adopt(&mut self, draft: Draft<'_, Adopt>) -> Result<Appended, LedgerError> {
        // Where the branches part has to be remembered before the branch can be judged.
        let branch = BASE64.decode(draft.says.records.as_bytes()).unwrap_or_default();
        let mut more = forks(&branch);
        more.insert(draft.says.from.hash);
        self.remember(more)?;
        self.append(draft)
    }

    /// What was read.
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    /// The escrow at the log's end.
    pub fn escrow(&self) -> &Escrow {
        &self.reading.escrow
    }

    /// The same, as long as nothing in the log is torn, forked or tampered with.
    ///
    /// # Errors
    /// [`LedgerError::Unsound`] with the first such finding.
    pub fn sound(self) -> Result<Ledger<M>, LedgerError> {
        match self.reading.unsound() {
            Some(finding) => Err(LedgerError::Unsound(finding.clone())),
            None => Ok(self),
        }
    }

    /// Signs a record and appends it.
    ///
    /// # Errors
    /// [`LedgerError`]. After an error of the medium the ledger takes nothing more.
    pub fn append<S: RecordBody>(&mut self, draft: Draft<'_, S>) -> Result<Appended, LedgerError> {
        let note = draft.after(self.escrow().id, &self.escrow().head)?;
        let mut appended = self.append_notes(&[note])?;
        Ok(appended.pop().expect("one record was appended"))
    }

    /// Appends several records in one write, each after the last: one seal of many vaults.
    ///
    /// # Errors
    /// As [`Ledger::append`].
    pub fn append_all<S: RecordBody>(
        &mut self,
        drafts: Vec<Draft<'_, S>>,
    ) -> Result<Vec<Appended>, LedgerError> {
        let head = self.escrow().head;
        let (mut prev, mut notes) = (head.hash, Vec::with_capacity(drafts.len()));
        for (seq, draft) in (head.seq + 1..).zip(drafts) {
            let note = draft.at(self.escrow().id, seq, prev)?;
            prev = Digest::of(&Record::bytes_of(&note));
            notes.push(note);
        }
        self.append_notes(&notes)
    }

    fn append_notes(&mut self, notes: &[Note]) -> Result<Vec<Appended>, LedgerError> {
        let bytes: Vec<u8> = notes.iter().flat_map(Record::bytes_of).collect();
        self.append_bytes(&bytes)
    }

    fn append_bytes(&mut self, bytes: &[u8]) -> Result<Vec<Appended>, LedgerError> {
        public::work(|| self.append_verified(bytes))
    }

    fn append_verified(&mut self, bytes: &[u8]) -> Result<Vec<Appended>, LedgerError> {
        if let Some(finding) = self.reading.unsound() {
            return Err(LedgerError::Unsound(finding.clone()));
        }
        let size = self.escrow().head.size;
        // 1. What reading would call broken is not written.
        let mut after = self.reading.escrow.clone();
        let mut findings = Vec::new();
        let (starts, _) = admit_all(&mut after, size, bytes, &mut findings)?;
        if let Some(finding) = findings.iter().find(|finding| finding.severity() >= Severity::Torn) {
            return Err(LedgerError::Refused(finding.clone()));
        }
        // 2. Only the record as it lies on the medium counts.
        let again = self.write(bytes)?;
        let mut after = self.reading.escrow.clone();
        let (_, appended) = admit_all(&mut after, size, &again, &mut Vec::new())?;
        self.reading.bytes.extend_from_slice(&again);
        self.reading.starts.extend(starts);
        self.reading.findings.extend(findings);
        self.reading.escrow = after;
        Ok(appended)
    }

    /// One write, made durable, and read again from the medium. A failure is not tried again there.
    fn write(&mut self, bytes: &[u8]) -> Result<Vec<u8>, LedgerError> {
        if !self.usable {
            return Err(LedgerError::Unusable);
        }
        let size = self.escrow().head.size;
        self.usable = false;
        self.medium.append(size, bytes).map_err(LedgerError::io("written"))?;
        let again = self.medium.reread(size).map_err(LedgerError::io("read again"))?;
        if again != bytes {
            return Err(LedgerError::Unfaithful);
        }
        self.usable = true;
        Ok(again)
    }
}

/// Admits the records that `bytes` hold, of which the first begins at byte `size` of the log.
fn admit_all(
    escrow: &mut Escrow,
    size: u64,
    bytes: &[u8],
    findings: &mut Vec<Finding>,
) -> Result<(Vec<u64>, Vec<Appended>), LedgerError> {
    let mut starts = Vec::new();
    let mut appended = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (seq, offset) = (Some(escrow.head.seq + 1), Some(escrow.head.size));
        let record = Record::take_at(rest, escrow.head.size).map_err(|error| {
            let (rule, detail) = (rule_of(&error), error.to_string());
            LedgerError::Refused(Finding { rule, seq, offset, detail })
        })?;
        let (seq, offset) = (Some(record.frame.seq), Some(record.start));
        escrow
            .admit(&record, findings)
            .map_err(|(rule, detail)| LedgerError::Refused(Finding { rule, seq, offset, detail }))?;
        escrow.remember();
        starts.push(record.start);
        let release_of = match &record.said {
            Said::Release(release) => Some((release.request, release.attempt)),
            _ => None,
        };
        appended.push(Appended { record: record.hash, head: record.head(), release_of });
        rest = &bytes[(record.end - size) as usize..];
    }
    Ok((starts, appended))
}
