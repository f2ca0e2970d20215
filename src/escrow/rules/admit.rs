//! One record after another.

use crate::escrow::rules::{
    adopt, continuation, end, genesis, recovered, release, request, retire, seal, statements,
};
use crate::escrow::state::Escrow;
use crate::record::chain::{LogRecord, unreadable};
use crate::record::finding::{Broken, Finding, Rule};
use crate::record::kinds::Record;

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
    pub(crate) fn admit(&mut self, record: &LogRecord, findings: &mut Vec<Finding>) -> Result<(), Broken> {
        // 1. Signature, by keys that the log brought in before.
        self.verify(record)?;
        // 2. Place in the chain.
        match &record.says {
            Record::Continue(says) => continuation::follows(self, record, says)?,
            _ => record.follows(&self.id, &self.head)?,
        }
        // 3. Content, by the rules of its kind.
        let mut report = |broken: Broken| findings.push(broken.at(record.frame.seq, record.start));
        if record.frame.time < self.time {
            let (found, expected) = (record.frame.time, self.time);
            let broken = Broken::new(Rule::TimeBackwards, format!("{found} after {expected}"));
            report(broken.expected(expected).found(found));
        }
        let outcome = match &record.says {
            Record::Genesis(_) => {
                Err(Broken::new(Rule::GenesisFirst, "a second genesis").kind(record.says.kind().to_owned()))
            }
            Record::Seal(says) => seal::admit(self, record, says, &mut report),
            Record::Request(says) => request::admit(self, record, says, &mut report),
            Record::Release(says) => release::admit(self, record, says, &mut report),
            Record::End(says) => end::admit(self, record, says, &mut report),
            Record::Statements(says) => statements::admit(self, record, says, &mut report),
            Record::Recovered(says) => recovered::admit(self, record, says, &mut report),
            Record::Continue(says) => continuation::admit(self, record, says, &mut report),
            Record::Adopt(says) => adopt::admit(self, record, says, &walk, &mut report),
            Record::Retire(says) => retire::admit(self, record, says),
            Record::Unknown(kind) => {
                report(Broken::new(Rule::UnknownKind, format!("`{kind}`")).kind(kind));
                Ok(())
            }
        };
        if let Err(broken) = outcome {
            report(broken);
        }
        self.head = record.head();
        self.time = record.frame.time;
        self.history.insert(record.frame.seq, record.head());
        Ok(())
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
        let record = LogRecord::take_at(&bytes[at..], start).map_err(|error| unreadable(&error))?;
        escrow.admit(&record, findings)?;
        escrow.remember();
        each(&record);
        at += (record.end - start) as usize;
    }
    Ok(())
}
