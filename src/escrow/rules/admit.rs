//! One record after another.

use crate::escrow::rules::{
    adopt, continuation, custody, decommission, disavow, end, genesis, recovered, release, request, retire,
    seal, statements, succeeded,
};
use crate::escrow::signers::{is_genesis, may_seal};
use crate::escrow::state::{Countersignable, Escrow, Subject};
use crate::escrow::vaults::Released;
use crate::record::chain::{LogRecord, unreadable};
use crate::record::finding::{Broken, Finding, Rule};
use crate::record::kinds::Record;
use crate::record::note::NoteError;

impl Escrow {
    /// Begins with the genesis record.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub fn begin(record: &LogRecord) -> Result<Escrow, Broken> {
        genesis::begin(record)
    }

    /// Takes the next record. Findings are added to `findings`; a record that breaks a rule of severity
    /// [`Tampered`](crate::record::finding::Severity::Tampered) or [`Fork`](crate::record::finding::Severity::Fork)
    /// changes nothing but the head.
    ///
    /// # Errors
    /// The rule that makes it no record of this log at all: it is not signed as it says, or it does not
    /// follow from the record before it.
    pub(crate) fn admit(
        &mut self,
        record: &mut LogRecord,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Broken> {
        // 1. Signature, by keys that the log brought in before.
        self.verify(record).or_else(|broken| self.look_again(record, broken))?;
        // 2. Place in the chain.
        match record.says.follows() {
            Some((from, last)) => continuation::follows(self, record, &from, last.as_ref())?,
            None => record.follows(&self.id, &self.head)?,
        }
        // 3. Content, by the rules of its kind.
        let (seq, start) = (record.frame.seq, record.start);
        let mut report = |broken: Broken| findings.push(broken.at(seq, start));
        if record.frame.time < self.time {
            let (found, expected) = (record.frame.time, self.time);
            let broken = Broken::new(Rule::TimeBackwards, format!("{found} after {expected}"));
            report(broken.expected(expected).found(found));
        }
        let branch = record.take_branch();
        let admitted = match branch {
            Some(branch) => adopt::admit(self, record, branch, &walk, &mut report),
            None => self.admit_content(record, &mut report),
        };
        if let Err(broken) = admitted {
            report(broken.in_newer_log(!self.newer.is_empty()));
        }
        if !matches!(record.says, Record::AdoptPart(_)) {
            self.leave_parts();
        }
        self.note_date(record);
        self.head = record.head();
        self.time = record.frame.time;
        self.history.insert(record.frame.seq, record.head());
        Ok(())
    }

    /// What is said of a record whose signatures do not hold. Its form comes first. The keys of a genesis are in it: so
    /// another escrow's is whole, and in the wrong place.
    fn look_again(&self, record: &LogRecord, broken: Broken) -> Result<(), Broken> {
        match &record.says {
            // What is not signed is no record, however large it is.
            Record::Faulty(faulty) if matches!(faulty.error, NoteError::TooLargeForKind { .. }) => {
                let broken = Broken::new(Rule::RecordMalformed, faulty.error.to_string());
                Err(broken.note_error(&faulty.error))
            }
            Record::Faulty(faulty) => Err(unreadable(&faulty.error)),
            Record::Genesis(_) if is_genesis(record) => record.follows(&self.id, &self.head).and(Err(broken)),
            _ => Err(broken),
        }
    }

    fn admit_content(&mut self, record: &LogRecord, report: &mut impl FnMut(Broken)) -> Result<(), Broken> {
        match &record.says {
            Record::Genesis(_) => {
                Err(Broken::new(Rule::GenesisFirst, "a second genesis").kind(record.says.kind().to_owned()))
            }
            Record::Seal(says) => seal::admit(self, record, says, report),
            Record::Request(says) => request::admit(self, record, says, report),
            Record::Release(says) => release::admit(self, record, says, report),
            Record::End(says) => end::admit(self, record, says, report),
            Record::Statements(says) => statements::admit(self, record, says, report),
            Record::Recovered(says) => recovered::admit(self, record, says, report),
            Record::Continue(says) => continuation::admit(self, record, says, report),
            // The branch was taken out of it.
            Record::Adopt(_) => Ok(()),
            Record::AdoptPart(says) => adopt::admit_part(self, record, says),
            Record::Retire(says) => retire::admit(self, record, says, report),
            Record::Custody(says) => custody::admit(self, record, says, report),
            Record::Decommission(says) => decommission::admit(self, record, says, report),
            Record::Succeeded(says) => succeeded::admit(self, record, says, report),
            Record::Disavow(says) => disavow::admit(self, record, says, report),
            Record::Unknown(kind) => {
                self.expose_signed(record);
                if may_seal(self, &record.frame.by, None) {
                    self.newer.insert(record.hash, ());
                }
                self.may_be_disavowed(record);
                let (seq, by) = (record.frame.seq, record.frame.by.clone());
                self.signed.insert(record.hash, Countersignable { subject: Subject::Unknown, seq, by });
                report(Broken::new(Rule::UnknownKind, format!("`{kind}`")).kind(kind));
                Ok(())
            }
            Record::Faulty(faulty) => {
                self.expose_signed(record);
                Err(unreadable(&faulty.error))
            }
        }
    }

    /// Who signed with a release key held the vault key, whatever the record says.
    fn expose_signed(&mut self, record: &LogRecord) {
        let signed = record.frame.by.iter().filter_map(|name| self.signed_by_release_key(name, &record.note));
        let exposed: Vec<_> = signed.map(|one| (one.seal.vault, one.record)).collect();
        for (vault, seal) in exposed {
            if let Some(generation) = self.sealed_mut(&vault, &seal) {
                generation.expose(Released::by_key(record, None, Vec::new()));
            }
        }
    }
}

/// Admits the records in `bytes`, of which the first begins at byte `base` of its log; `each` is told of every one.
///
/// # Errors
/// What is wrong with the first that is not a record of this log. Those before it are admitted.
pub(in crate::escrow) fn walk(
    escrow: &mut Escrow,
    bytes: &[u8],
    base: u64,
    findings: &mut Vec<Finding>,
    each: &mut dyn FnMut(&LogRecord),
) -> Result<(), Broken> {
    let mut at = 0;
    while at < bytes.len() {
        let start = base + at as u64;
        let mut record = LogRecord::take_at(&bytes[at..], start).map_err(|error| unreadable(&error))?;
        escrow.admit(&mut record, findings)?;
        escrow.remember();
        each(&record);
        at += (record.end - start) as usize;
    }
    Ok(())
}
