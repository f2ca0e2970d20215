//! The ledger: a log that can be appended to, and the only maker of [`Appended`].
//!
//! Persist, then reveal. An append is one write, made durable, read again from the medium and verified as
//! read; only then is there an `Appended`, and without it no payload can be opened. A
//! record that a reader would call broken is refused before it is written.

use std::collections::BTreeSet;

use data_encoding::BASE64;

use crate::crypto::digest::Digest;
use crate::crypto::sign::SigningKey;
use crate::escrow::{Escrow, KnownLogs, Reading, VerifiedStatement};
use crate::ledger::draft::{Draft, Drafted};
use crate::ledger::error::LedgerError;
use crate::ledger::medium::Medium;
use crate::record::chain::LogRecord;
use crate::record::finding::{Finding, Rule, Severity};
use crate::record::frame::RecordBody;
use crate::record::head::Head;
use crate::record::kinds::Record;
use crate::record::note::Note;
use crate::record::repair::{Adopt, AdoptPart, Continue, Recovered};
use crate::value::names::KeyName;
use crate::value::public;
use crate::value::time::Time;

/// Proof that a record is in the log: written, made durable, read again and verified. Only
/// [`Ledger::append`] makes one.
#[derive(Debug)]
pub struct Appended {
    record: Digest,
    head: Head,
    release_of: Option<(Digest, u32)>,
}

impl Appended {
    /// For a record that is on the medium. Only this file makes one.
    fn of(record: &LogRecord) -> Appended {
        let release_of = match &record.says {
            Record::Release(release) => Some((release.request, release.attempt)),
            _ => None,
        };
        Appended { record: record.hash, head: record.head(), release_of }
    }

    /// The digest of the record.
    pub fn record(&self) -> Digest {
        self.record
    }

    /// If the record is a release: the request that it answers, and its attempt number.
    pub fn release_of(&self) -> Option<(Digest, u32)> {
        self.release_of
    }

    /// The log's end, which is the record.
    pub fn head(&self) -> Head {
        self.head
    }
}

/// The most bytes of a branch that a record is given here: so much of it can be kept if the record is torn.
const MAX_PIECE: usize = 4 << 20;

/// The records of another branch that are to be adopted.
#[derive(Debug, Clone, Copy)]
pub struct Branch<'a> {
    /// The last record that both branches have.
    pub from: Head,
    /// The bytes of the records after it.
    pub records: &'a [u8],
}

/// A log that is open for appending.
pub struct Ledger<M> {
    medium: M,
    reading: Reading,
    usable: bool,
}

impl<M: Medium> Ledger<M> {
    /// Reads the log on `medium` from its genesis on. It may be unsound: see [`Ledger::sound`].
    ///
    /// # Errors
    /// [`LedgerError`], if it cannot be read at all.
    pub fn open(mut medium: M) -> Result<Ledger<M>, LedgerError> {
        let bytes = public::work(|| medium.read()).map_err(LedgerError::io("read"))?;
        let reading = Reading::of(bytes).map_err(LedgerError::Unsound)?;
        Ok(Ledger { medium, reading, usable: true })
    }

    /// The same for a log of which part may be known already: that part is not verified again.
    ///
    /// # Errors
    /// As [`Ledger::open`].
    pub(crate) fn open_known(mut medium: M, known: &KnownLogs) -> Result<Ledger<M>, LedgerError> {
        let bytes = public::work(|| medium.read()).map_err(LedgerError::io("read"))?;
        let reading = known.take(bytes).map_err(LedgerError::Unsound)?;
        Ok(Ledger { medium, reading, usable: true })
    }

    /// What was read, when nothing more is to be appended.
    pub(crate) fn into_reading(self) -> Reading {
        self.reading
    }

    /// Writes a genesis record to an empty medium, and opens the log that it begins.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn begin(medium: M, genesis: &Note) -> Result<Ledger<M>, LedgerError> {
        Ledger::fill(medium, LogRecord::bytes_of(genesis))
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
    /// [`LedgerError`]; nothing is written if `base` or the continuation is invalid.
    pub fn continue_on(medium: M, base: &[u8], draft: Draft<'_, Continue>) -> Result<Ledger<M>, LedgerError> {
        let before = public::work(|| Reading::of(base.to_vec())).map_err(LedgerError::Unsound)?;
        let from = draft.says.from;
        let note = draft.after(before.escrow.id, &from)?;
        Ledger::fill(medium, public::work(|| [base, &LogRecord::bytes_of(&note)].concat()))
    }

    /// Whether nothing is wrong with the log but a damaged tail, which [`Ledger::recover`] can keep.
    pub fn is_torn(&self) -> bool {
        self.reading.unsound().is_some_and(|finding| finding.rule == Rule::Torn)
    }

    /// Replaces a damaged tail with a record that keeps its bytes.
    ///
    /// # Errors
    /// [`LedgerError`]; the damaged log is unchanged then.
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
        let bytes = [self.reading.good_bytes(), &LogRecord::bytes_of(&note)].concat();
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
    /// [`LedgerError::NotAhead`], if `ahead` does not begin with this log.
    pub fn catch_up(&mut self, ahead: &Reading) -> Result<(), LedgerError> {
        // `ahead` was read as a whole, so its reading is taken over: the new records may adopt a branch that forked at an
        // old one, and the escrow as it was there is needed to judge them.
        let more = ahead.bytes.strip_prefix(self.reading.bytes.as_slice()).ok_or(LedgerError::NotAhead)?;
        if let Some(finding) = ahead.unsound() {
            return Err(LedgerError::Refused(finding.clone()));
        }
        public::work(|| {
            self.write(self.escrow().head.size, more)?;
            self.reading = ahead.clone();
            Ok(())
        })
    }

    /// Re-reads the log, keeping a snapshot of the escrow at each of `more`; branches can be adopted only from a
    /// snapshot.
    fn remember(&mut self, more: BTreeSet<Digest>) -> Result<(), LedgerError> {
        if !more.is_empty() {
            let bytes = public::work(|| self.reading.bytes.clone());
            self.reading = Reading::remembering(bytes, more).map_err(LedgerError::Unsound)?;
        }
        Ok(())
    }

    /// Adopts the records of another branch, in as many records as that takes, in one write. Both signers are enrolled people;
    /// the first of them signs the parts. `agrees` is asked before anything is written: it is shown the log as it would be,
    /// and what is found because of the branch.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] with the rule that the adoption would break, and [`LedgerError::Declined`]; nothing is written
    /// then.
    pub fn adopt(
        &mut self,
        draft: Draft<'_, Branch<'_>>,
        agrees: impl FnOnce(&Escrow, &[Finding]) -> bool,
    ) -> Result<Vec<Appended>, LedgerError> {
        let Draft { time, says: Branch { from, records }, signers } = draft;
        // The branch is judged from the state of the escrow where it forked, so that state has to be remembered first.
        let mut more = self.escrow().forks(records);
        more.insert(from.hash);
        self.remember(more)?;
        let mut pieces = records.chunks(MAX_PIECE);
        let last = pieces.next_back().unwrap_or_default();
        let adopt = Adopt { from, parts: pieces.len() as u64, records: BASE64.encode(last) };
        let mut notes = self.next();
        for piece in pieces {
            let says = AdoptPart { records: BASE64.encode(piece) };
            notes.put(Draft { time, says, signers: signers.iter().take(1).cloned().collect() })?;
        }
        notes.put(Draft { time, says: adopt, signers })?;
        self.append_agreed(&notes.into_notes(), agrees)
    }

    /// Remembers statements that this program has verified, so that an append does not verify them again.
    pub(crate) fn vouch<'a>(&mut self, statements: impl IntoIterator<Item = &'a VerifiedStatement>) {
        statements.into_iter().for_each(|statement| self.reading.escrow.vouch(statement));
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
    /// [`LedgerError`]. After an error of the medium the ledger appends nothing more.
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
        public::work(|| {
            let mut notes = self.next();
            drafts.into_iter().try_for_each(|draft| notes.put(draft))?;
            self.append_notes(&notes.into_notes())
        })
    }

    fn next(&self) -> Drafted {
        Drafted::after(self.escrow().id, &self.escrow().head)
    }

    fn append_notes(&mut self, notes: &[Note]) -> Result<Vec<Appended>, LedgerError> {
        self.append_agreed(notes, |_, _| true)
    }

    fn append_agreed(
        &mut self,
        notes: &[Note],
        agrees: impl FnOnce(&Escrow, &[Finding]) -> bool,
    ) -> Result<Vec<Appended>, LedgerError> {
        public::work(|| {
            let bytes: Vec<u8> = notes.iter().flat_map(LogRecord::bytes_of).collect();
            self.append_verified(&bytes, agrees)
        })
    }

    fn append_verified(
        &mut self,
        bytes: &[u8],
        agrees: impl FnOnce(&Escrow, &[Finding]) -> bool,
    ) -> Result<Vec<Appended>, LedgerError> {
        if let Some(finding) = self.reading.unsound() {
            return Err(LedgerError::Unsound(finding.clone()));
        }
        let size = self.escrow().head.size;
        // 1. What a reader would call broken is not written.
        // 2. Nor is what whoever was asked does not agree to.
        // 3. Only what is on the medium counts: it is read again, and has to be the very bytes that were judged.
        let known = self.reading.findings.len();
        let appended = self.admit(bytes).and_then(|appended| {
            if !agrees(&self.reading.escrow, &self.reading.findings[known..]) {
                return Err(LedgerError::Declined);
            }
            self.write(size, bytes).map(|()| appended)
        });
        match appended {
            Ok(appended) => {
                self.reading.bytes.extend_from_slice(bytes);
                Ok(appended)
            }
            // `admit` has already changed what is known of the log. What is not on the medium must not stay in it.
            Err(error) => {
                let bytes = std::mem::take(&mut self.reading.bytes);
                self.reading = Reading::of(bytes).map_err(LedgerError::Unsound)?;
                Err(error)
            }
        }
    }

    /// Admits the records in `bytes` to what was read of the log. What it returns is proof only once they are on the
    /// medium.
    fn admit(&mut self, bytes: &[u8]) -> Result<Vec<Appended>, LedgerError> {
        let known = self.reading.findings.len();
        let mut appended = Vec::new();
        self.reading
            .admit(bytes, &mut |record| appended.push(Appended::of(record)))
            .map_err(LedgerError::Refused)?;
        let new = &self.reading.findings[known..];
        match new.iter().find(|finding| finding.severity() >= Severity::Torn) {
            Some(finding) => Err(LedgerError::Refused(finding.clone())),
            None => Ok(appended),
        }
    }

    /// One write at the end, which is at `size`, synced and read again from the medium. After a failure nobody knows what
    /// the medium holds, so nothing is tried again on it.
    fn write(&mut self, size: u64, bytes: &[u8]) -> Result<(), LedgerError> {
        if !self.usable {
            return Err(LedgerError::Unusable);
        }
        self.usable = false;
        self.medium.append(size, bytes).map_err(LedgerError::io("written"))?;
        let again = self.medium.reread(size).map_err(LedgerError::io("read again"))?;
        if again != bytes {
            return Err(LedgerError::Unfaithful);
        }
        self.usable = true;
        Ok(())
    }
}
