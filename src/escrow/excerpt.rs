//! An excerpt of a log: the small form in which a request travels if the log is too large.
//!
//! It begins with the head of the record before the request, then come genesis, the records that matter for the request,
//! each whole and in the order of their numbers, and the request. Everything between them is left out, as if the log had
//! been continued without it: what is kept is judged by the rules of a `continue`, and so is what may be missing.

use std::collections::BTreeMap;

use data_encoding::BASE64;

use crate::crypto::digest::Digest;
use crate::escrow::reading::Reading;
use crate::escrow::requests::RequestState;
use crate::escrow::rules::MAX_SEQ;
use crate::escrow::state::Escrow;
use crate::escrow::vaults::Vault;
use crate::record::chain::{LogRecord, unreadable};
use crate::record::finding::{Broken, Finding, Rule, Severity};
use crate::record::head::{Head, HeadFile};
use crate::record::statement::Statement;

/// How an excerpt begins, and a log does not.
const BEGINNING: &[u8] = b"{\"escrow\":";

/// The most bytes of what is kept. In base64 it fits into one `continue`.
const MAX_KEPT: usize = 8 << 20;

/// The most bytes of one record of statements that is kept.
const MAX_STATEMENTS: usize = 64 << 10;

/// An excerpt that was read and verified.
#[derive(Debug, Clone)]
pub struct Excerpt {
    /// The escrow, as far as the excerpt shows it, as of the request at its end.
    pub escrow: Escrow,
    genesis: Vec<u8>,
    /// What is kept and the request, by number.
    records: BTreeMap<u64, Vec<u8>>,
}

impl Excerpt {
    /// Whether these bytes are an excerpt, and not a log.
    pub(crate) fn is_one(bytes: &[u8]) -> bool {
        bytes.starts_with(BEGINNING)
    }

    /// Reads an excerpt, and verifies everything in it.
    ///
    /// # Errors
    /// A [`Finding`]: the first thing that is wrong with it.
    pub fn read(bytes: &[u8]) -> Result<Excerpt, Finding> {
        let found = |broken: Broken, at: usize| broken.at(0, at as u64);
        let length = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| end + 1);
        let (line, records) = bytes.split_at(length);
        let no_head = |why: &str| found(Broken::new(Rule::ContinueFrom, why), 0);
        let before = HeadFile::parse(line).map_err(|error| no_head(&error.to_string()))?;
        let first = LogRecord::take(records, 0).map_err(|error| found(unreadable(&error), length))?;
        let mut escrow = Escrow::begin(&first).map_err(|broken| found(broken, length))?;
        if before.escrow != escrow.id {
            return Err(found(Broken::new(Rule::ChainEscrow, "the head is another escrow's"), 0));
        }
        let from = before.head();
        if from.seq == 0 || from.seq > MAX_SEQ || from.size > MAX_SEQ {
            return Err(no_head("nothing is left out before it, or too much"));
        }
        let genesis = records[..first.end as usize].to_vec();
        let mut excerpt = Excerpt { escrow: escrow.clone(), genesis, records: BTreeMap::new() };
        escrow.leave_out(from, None);
        let mut findings = Vec::new();
        let (mut at, mut last) = (first.end as usize, 0);
        loop {
            let one = LogRecord::take_at(&records[at..], at as u64)
                .map_err(|error| found(unreadable(&error), length + at))?;
            let end = one.end as usize;
            if one.frame.seq > from.seq {
                break;
            }
            let mut report = |broken: Broken| findings.push(broken.at(one.frame.seq, (length + at) as u64));
            let kept = escrow.keep_record(&records[at..end], last, from, &mut report);
            last = kept.map_err(|broken| broken.at(one.frame.seq, (length + at) as u64))?;
            excerpt.records.insert(last, records[at..end].to_vec());
            at = end;
        }
        let mut request = LogRecord::take_at(&records[at..], from.size)
            .map_err(|error| found(unreadable(&error), length + at))?;
        let seq = request.frame.seq;
        let place = |broken: Broken| broken.at(seq, (length + at) as u64);
        escrow.head = from;
        escrow.admit(&mut request, &mut findings).map_err(place)?;
        let size = (request.end - from.size) as usize;
        if at + size != records.len() || escrow.request(&request.hash).is_none() {
            let why = "the excerpt does not end with its request";
            return Err(place(Broken::new(Rule::RecordMalformed, why)));
        }
        if let Some(serious) = findings.into_iter().find(|one| one.severity() >= Severity::Torn) {
            return Err(serious);
        }
        excerpt.records.insert(request.frame.seq, records[at..].to_vec());
        Ok(Excerpt { escrow, ..excerpt })
    }

    /// The genesis record.
    pub(crate) fn genesis(&self) -> &[u8] {
        &self.genesis
    }

    /// What it has of the records after `seq`, each whole and in base64, in the order of their numbers. The last is the
    /// request.
    pub(crate) fn records_after(&self, seq: u64) -> impl Iterator<Item = String> {
        self.records.range(seq + 1..).map(|(_, record)| BASE64.encode(record))
    }

    /// Whether a log may be an older state of the one that this is an excerpt of: it ends before the request, and what both
    /// have is the same.
    pub(crate) fn may_follow(&self, log: &Escrow) -> bool {
        let same = |(seq, record): (&u64, &Vec<u8>)| {
            log.head_at(*seq).is_none_or(|head| head.hash == Digest::of(record))
        };
        log.id == self.escrow.id && log.head.seq < self.escrow.head.seq && self.records.iter().all(same)
    }

    /// The bytes of the record `hash`, numbered `seq`.
    pub(crate) fn record_bytes(&self, seq: u64, hash: &Digest) -> Option<&[u8]> {
        let bytes = if seq == 0 { Some(&self.genesis) } else { self.records.get(&seq) };
        bytes.filter(|bytes| Digest::of(bytes) == *hash).map(Vec::as_slice)
    }
}

impl Reading {
    /// The excerpt of this log, which ends with a request; `None` if it does not, or if nothing could be left out.
    pub fn excerpt(&self) -> Option<Vec<u8>> {
        let escrow = &self.escrow;
        let asked = escrow.requests.last().filter(|asked| asked.seq == escrow.head.seq)?;
        let before = *escrow.head_at(asked.seq - 1).filter(|before| before.seq > 0)?;
        let genesis = self.record_bytes(0, &escrow.id)?;
        let request = self.record_bytes(asked.seq, &asked.record)?;
        let mut first = Escrow::begin(&LogRecord::take(genesis, 0).ok()?).ok()?;
        let mut bytes = HeadFile::new(escrow.id, before).to_line().into_bytes();
        bytes.extend_from_slice(genesis);
        first.leave_out(before, None);
        let mut last = 0;
        for record in self.worth_keeping(asked, &before).values() {
            // What the rules do not let an excerpt keep is left out: it must not stop the request.
            if let Ok(seq) = first.keep_record(record, last, before, &mut |_| {}) {
                last = seq;
                bytes.extend_from_slice(record);
            }
        }
        bytes.extend_from_slice(request);
        Some(bytes)
    }

    /// The records up to `before` that matter most for a request, at most [`MAX_KEPT`] bytes of them, by number: the seal
    /// that is asked for, who retired, the other seals of that vault, who checked their shares of it, and other seals.
    fn worth_keeping(&self, asked: &RequestState, before: &Head) -> BTreeMap<u64, &[u8]> {
        let (escrow, request) = (&self.escrow, &asked.request);
        let of_vault =
            |vault: &Vault| vault.generations.iter().rev().map(|one| (one.seq, one.record)).collect();
        let seals: Vec<(u64, Digest)> = escrow.vault(&request.vault).map(of_vault).unwrap_or_default();
        let others: Vec<(u64, Digest)> = escrow.vaults.iter().rev().flat_map(of_vault).collect();
        let asked_for = escrow.asked_for(request);
        let asked_for = asked_for.map(|one| (one.seq, one.record));
        let checks = escrow.statements.iter().rev().filter(|one| match &one.statement.statement.says {
            Statement::Check(check) => check.shares.iter().any(|share| share.vault == request.vault),
            Statement::Confirm(confirm) => confirm.vault == request.vault,
            Statement::Agree(_) => true,
            _ => false,
        });
        let checks = checks.filter_map(|one| Some((one.seq, escrow.head_at(one.seq)?.hash)));
        let large = |one: (u64, Digest)| (one, MAX_KEPT);
        let wanted = asked_for.into_iter().chain(self.retirements()).chain(seals).map(large);
        let wanted =
            wanted.chain(checks.map(|one| (one, MAX_STATEMENTS))).chain(others.into_iter().map(large));
        let (mut kept, mut room) = (BTreeMap::new(), MAX_KEPT);
        for ((seq, hash), most) in wanted {
            let is_new = (1..=before.seq).contains(&seq) && !kept.contains_key(&seq);
            let record =
                self.record_bytes(seq, &hash).filter(|record| is_new && record.len() <= most.min(room));
            if let Some(record) = record {
                room -= record.len();
                kept.insert(seq, record);
            }
        }
        kept
    }

    /// The records by which people retired, vaults were decommissioned and the escrow was succeeded, the newest first.
    fn retirements(&self) -> Vec<(u64, Digest)> {
        const KINDS: [&[u8]; 3] = [
            b"{\"type\":\"breakglass/v1/retire\"",
            b"{\"type\":\"breakglass/v1/decommission\"",
            b"{\"type\":\"breakglass/v1/succeeded\"",
        ];
        let here = self.starts.iter().rev().filter_map(|start| self.bytes.get(*start as usize..));
        let all = here.chain(self.escrow.kept.values().map(|kept| &**kept));
        let taken = all
            .filter(|bytes| KINDS.iter().any(|kind| bytes.starts_with(kind)))
            .map(|bytes| LogRecord::take_at(bytes, 0));
        taken.filter_map(|one| one.ok().map(|one| (one.frame.seq, one.hash))).collect()
    }
}
