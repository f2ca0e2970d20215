//! A log as it was read.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::crypto::digest::Digest;
use crate::escrow::rules::admit::walk;
use crate::escrow::state::Escrow;
use crate::record::chain::{LogRecord, unreadable};
use crate::record::finding::{Broken, Finding, Rule, Severity};
use crate::record::head::HeadFile;
use crate::record::note::beginnings;
use crate::record::repair::Began;
use crate::value::public;

/// A log as it was read: the escrow that it amounts to, and everything that was found on the way.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The bytes that were read.
    pub bytes: Vec<u8>,
    /// The escrow, as of the last good record.
    pub escrow: Escrow,
    /// Where each good record begins.
    pub starts: Vec<u64>,
    /// What was found, in the order of the log.
    pub findings: Vec<Finding>,
}

impl Reading {
    /// Reads a log from its genesis on, as far as it can be read.
    ///
    /// # Errors
    /// A [`Finding`], if not even the genesis can be read: then there is no escrow.
    pub fn of(bytes: Vec<u8>) -> Result<Reading, Finding> {
        Reading::remembering(bytes, BTreeSet::new())
    }

    /// Reads a log, and remembers the escrow as it was at more records than the log itself asks for: from there
    /// branches can be adopted.
    ///
    /// # Errors
    /// As [`Reading::of`].
    pub(crate) fn remembering(bytes: Vec<u8>, more: BTreeSet<Digest>) -> Result<Reading, Finding> {
        public::work(|| Reading::walked(bytes, &more))
    }

    fn walked(bytes: Vec<u8>, more: &BTreeSet<Digest>) -> Result<Reading, Finding> {
        let reading = Reading::walked_once(bytes, more.clone(), false)?;
        if reading.escrow.missed.is_empty() {
            return Ok(reading);
        }
        // Only what was verified can ask for the escrow as it was: so where branches fork is known at the end. The reading may
        // have ended at a record that rests on a branch which could not be taken yet: what is behind it asks too.
        let behind = reading.escrow.forks(reading.tail());
        let more = reading.escrow.missed.keys().chain(more).copied().chain(behind).collect();
        Reading::walked_once(reading.bytes, more, true)
    }

    fn walked_once(bytes: Vec<u8>, more: BTreeSet<Digest>, knows_forks: bool) -> Result<Reading, Finding> {
        let size = bytes.len() as u64;
        let genesis = |broken: Broken| broken.size(size).at(0, 0);
        let first = LogRecord::take(&bytes, 0).map_err(|error| genesis(unreadable(&error)))?;
        let mut escrow = Escrow::begin(&first).map_err(genesis)?;
        escrow.wanted = Arc::new(more);
        escrow.knows_forks = knows_forks;
        escrow.remember();
        let findings = escrow.succeeds.map(|other| succession(&other).at(0, 0)).into_iter().collect();
        let mut reading = Reading { bytes: Vec::new(), escrow, starts: vec![0], findings };
        reading.go_on(bytes);
        // What is added later may ask for more.
        reading.escrow.knows_forks = false;
        Ok(reading)
    }

    /// Continues reading in `bytes`, which begin with everything that was read before.
    fn go_on(&mut self, bytes: Vec<u8>) {
        let at = self.escrow.head.size as usize;
        let starts = &mut self.starts;
        let walked = walk(&mut self.escrow, &bytes[at..], at as u64, &mut self.findings, &mut |record| {
            starts.push(record.start);
        });
        if let Err(broken) = walked {
            let found = trouble(&self.escrow, &bytes, broken);
            let seq = self.escrow.head.seq + 1;
            self.escrow.expose_signed_in(&bytes[self.escrow.head.size as usize..], seq);
            if found.rule == Rule::Torn {
                let tail = &bytes[self.escrow.head.size as usize..];
                if let Some(began) = Began::of(tail) {
                    self.escrow.expose_begun(began, seq);
                }
            }
            self.findings.push(found);
        }
        self.bytes = bytes;
    }

    /// Reads the log in `bytes`, of which this is what was known before: if it begins with what was read, and nothing
    /// was wrong there, only what follows is verified.
    ///
    /// # Errors
    /// As [`Reading::of`].
    pub fn resume(mut self, bytes: Vec<u8>) -> Result<Reading, Finding> {
        public::work(|| {
            let is_whole = self.tail().is_empty() && bytes.starts_with(&self.bytes);
            if !is_whole {
                return Reading::walked(bytes, &BTreeSet::new());
            }
            self.go_on(bytes);
            // The new records may adopt a branch that forked at an old one, and the escrow as it was there was not kept. So
            // the log is read from its beginning.
            if self.escrow.missed.is_empty() {
                Ok(self)
            } else {
                Reading::walked(self.bytes, &BTreeSet::new())
            }
        })
    }

    /// Takes the records that `bytes` hold into the escrow, at the end of the log, and tells `each` of them. The bytes of
    /// the log stay as they were: they are added once they lie on the medium. If it fails, some of the records may have
    /// been taken, and this reading must not be used any more.
    ///
    /// # Errors
    /// A [`Finding`]: what keeps one of them from being a record of this log.
    pub(crate) fn admit(&mut self, bytes: &[u8], each: &mut dyn FnMut(&LogRecord)) -> Result<(), Finding> {
        let (from, starts) = (self.escrow.head.size, &mut self.starts);
        walk(&mut self.escrow, bytes, from, &mut self.findings, &mut |record| {
            starts.push(record.start);
            each(record);
        })
        .map_err(|broken| broken.at(self.escrow.head.seq + 1, self.escrow.head.size))
    }

    /// The good records, taken apart again.
    pub fn records(&self) -> impl Iterator<Item = LogRecord> + '_ {
        self.starts.iter().map(|start| LogRecord::take(&self.bytes, *start).expect("it was read before"))
    }

    /// The bytes of the log up to the end of its last good record.
    pub fn good_bytes(&self) -> &[u8] {
        &self.bytes[..self.escrow.head.size as usize]
    }

    /// The bytes after the last good record.
    pub fn tail(&self) -> &[u8] {
        &self.bytes[self.escrow.head.size as usize..]
    }

    /// The bytes of the record `hash`, numbered `seq`: where it stands, or as it was kept.
    pub(crate) fn record_bytes(&self, seq: u64, hash: &Digest) -> Option<&[u8]> {
        if let Some(kept) = self.escrow.kept.get(hash) {
            return Some(kept);
        }
        let end = self.escrow.history.get(&seq).filter(|head| head.hash == *hash)?.size;
        let at = self.starts.partition_point(|start| *start < end).checked_sub(1)?;
        self.bytes.get(self.starts[at] as usize..end as usize)
    }

    /// The first finding that forbids adding to the log: anything torn, forked or tampered with.
    pub fn unsound(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.severity() >= Severity::Torn)
    }

    /// The bytes before the first record that forbids adding to the log; all of them, if none does.
    pub(crate) fn sound_bytes(&self) -> &[u8] {
        let end = self.unsound().and_then(|finding| finding.offset).unwrap_or(self.escrow.head.size);
        &self.bytes[..end.min(self.escrow.head.size) as usize]
    }
}

/// What is told of an escrow that carries another one's duties on.
fn succession(other: &HeadFile) -> Broken {
    let what = format!("escrow {}, up to record {}", other.escrow.short(), other.seq);
    Broken::new(Rule::Succeeds, what).escrow(other.escrow).head(other.head())
}

/// Names what is in the place of the next record: a damaged tail, if no valid record follows it, and tampering
/// otherwise. A record that is properly signed but in the wrong place is never a damaged tail.
fn trouble(escrow: &Escrow, bytes: &[u8], mut broken: Broken) -> Finding {
    let start = escrow.head.size;
    let tail = &bytes[start as usize..];
    let damaged = matches!(
        broken.rule,
        Rule::RecordMalformed
            | Rule::RecordField
            | Rule::RecordNonCanonical
            | Rule::RecordSigners
            | Rule::RecordKeyId
            | Rule::RecordSignature
    );
    let mut places = std::iter::once(0).chain(beginnings(tail));
    if damaged && !places.any(|at| escrow.is_whole_at(&tail[at..])) {
        let why = format!("{} bytes after the last good record: {}", tail.len(), broken.detail);
        broken = broken.breaks(Rule::Torn, why);
    }
    broken.size(tail.len() as u64).at(escrow.head.seq + 1, start)
}
