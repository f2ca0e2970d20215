//! The rules of logs that are continued elsewhere.

use std::sync::Arc;

use data_encoding::BASE64;

use crate::crypto::digest::Digest;
use crate::escrow::declared::Gap;
use crate::escrow::rules::{decommission, request, retire, seal, statements, succeeded};
use crate::escrow::signers::by_one_person;
use crate::escrow::state::Escrow;
use crate::record::chain::{LogRecord, unreadable};
use crate::record::deviation::Deviation;
use crate::record::finding::{Broken, Rule};
use crate::record::head::Head;
use crate::record::kinds::Record;
use crate::record::repair::{Continue, Damage};
use crate::value::names::PersonId;

/// The highest number up to which records can be left out: far beyond any log, and far from where numbers end.
pub const MAX_SEQ: u64 = 1 << 53;

/// Whether a `continue` follows what it says it follows, and whether records are missing before it. It takes
/// the place of the chain's own check: only here may numbers be left out.
pub(super) fn follows(
    escrow: &Escrow,
    record: &LogRecord,
    from: &Head,
    last: Option<&Head>,
) -> Result<(), Broken> {
    let (frame, tail) = (&record.frame, &escrow.head);
    let broken = |why: String| Broken::new(Rule::ContinueFrom, why).head(*from);
    if frame.escrow.as_ref() != Some(&escrow.id) {
        let broken = Broken::new(Rule::ChainEscrow, "it continues another escrow's log");
        return Err(broken.expected(escrow.id).where_known(frame.escrow, Broken::found));
    }
    // If nothing is left out, no number is too high: otherwise one record with a huge number could stop every
    // later continuation.
    if (from.seq > MAX_SEQ && from != tail)
        || from.seq.checked_add(1) != Some(frame.seq)
        || frame.prev != from.hash
    {
        let why = format!("it is numbered {}, after {}", frame.seq, from.seq);
        return Err(misplaced(broken(why), record, from));
    }
    // The signature covers this very beginning, so the record cannot be moved to another one to leave records out.
    let before = last.unwrap_or(from);
    if before != tail {
        let why = format!("it was not made on a log that ends with {}", tail.seq);
        return Err(broken(why).expected(tail.hash).found(before.hash));
    }
    if last.is_some() && from.seq <= tail.seq {
        let why = format!("it follows {}, and {} is here", from.seq, tail.seq);
        return Err(broken(why).record(tail.seq));
    }
    Ok(())
}

fn broken(says: &Continue, why: impl Into<String>) -> Broken {
    Broken::new(Rule::ContinueFrom, why).head(says.from)
}

/// Why the record is not the one after `from`.
fn misplaced(broken: Broken, record: &LogRecord, from: &Head) -> Broken {
    let frame = &record.frame;
    match from.seq.checked_add(1) {
        Some(next) if next != frame.seq => broken.expected(next).found(frame.seq),
        _ if frame.prev != from.hash => broken.expected(from.hash).found(frame.prev),
        _ => broken.limit(MAX_SEQ),
    }
}

pub(super) fn admit(
    escrow: &mut Escrow,
    record: &LogRecord,
    says: &Continue,
    report: &mut impl FnMut(Broken),
) -> Result<(), Broken> {
    let who = by_one_person(record)?;
    if let Some(left) = says.left.as_ref().filter(|left| left.bytes.is_some() || left.zeros != 0) {
        let broken = broken(says, "it keeps bytes of the file that was left behind");
        return Err(broken.size(left.size).digest(left.digest));
    }
    let tail = escrow.head;
    let missing = says.last.is_some();
    if !missing && !says.kept.is_empty() {
        let broken = Broken::new(Rule::ContinueKept, "it keeps records although none are missing");
        return Err(broken.head(says.from).limit(0_u64).found(says.kept.len()));
    }
    if !missing {
        report(continued(record, who, says));
        escrow.take_repair(record, Deviation::ContinuedElsewhere, report);
        return Ok(());
    }
    // All or nothing: a continuation with one bad record changes nothing.
    let mut after = escrow.clone();
    after.may_be_disavowed(record);
    after.leave_out(says.from, Some(record.hash));
    let (mut last, mut found) = (tail.seq, Vec::new());
    for kept in &says.kept {
        last = after.take_kept(kept, last, says.from, &mut |broken| found.push(broken))?;
    }
    *escrow = after;
    found.into_iter().for_each(&mut *report);
    report(continued(record, who, says));
    escrow.take_repair(record, Deviation::ContinuedElsewhere, report);
    Ok(())
}

fn continued(record: &LogRecord, who: &PersonId, says: &Continue) -> Broken {
    let from = format!("by `{who}`, after record {}, {}", says.from.seq, says.from.hash.short());
    let broken = match &says.left {
        Some(Damage { size, digest, .. }) => {
            let what = format!("{from}; left behind: {size} bytes, {digest}");
            Broken::new(Rule::Continued, what).head(says.from).size(*size).digest(*digest)
        }
        None => Broken::new(Rule::Continued, from).head(says.from),
    };
    broken.signers(&record.frame.by)
}

impl Escrow {
    /// Leaves out the records after the end of the log, up to and including `until`, as `record` declares.
    pub(in crate::escrow) fn leave_out(&mut self, until: Head, record: Option<Digest>) {
        self.gaps.push(Gap { after: self.head.seq, until, record, is_believed: true, proved: None });
        self.elsewhere.insert(until, until.hash);
    }

    /// Takes a record in base64 that stood among missing records: see [`Escrow::keep_record`].
    fn take_kept(
        &mut self,
        kept: &str,
        last: u64,
        until: Head,
        report: &mut impl FnMut(Broken),
    ) -> Result<u64, Broken> {
        let bytes = BASE64.decode(kept.as_bytes()).map_err(|error| {
            Broken::new(Rule::ContinueKept, error.to_string()).cause(Rule::RecordMalformed)
        })?;
        self.keep_record(&bytes, last, until, report)
    }

    /// Takes a record that stood among missing records, behind record `last` and not behind `until`. Gives its number.
    /// Where it breaks a rule nothing is changed.
    pub(in crate::escrow) fn keep_record(
        &mut self,
        bytes: &[u8],
        last: u64,
        until: Head,
        report: &mut impl FnMut(Broken),
    ) -> Result<u64, Broken> {
        let broken = |why: String| Broken::new(Rule::ContinueKept, why);
        let one = LogRecord::take_at(bytes, 0)
            .map_err(|error| unreadable(&error).breaks(Rule::ContinueKept, error.to_string()))?;
        let seq = one.frame.seq;
        let whole = one.frame.escrow == Some(self.id) && one.end == bytes.len() as u64;
        if !whole || seq <= last || seq > MAX_SEQ {
            return Err(broken(format!("record {seq}")).record(seq));
        }
        if seq > until.seq || (seq == until.seq && one.hash != until.hash) {
            return Err(broken(format!("record {seq}")).record(seq).head(until));
        }
        let in_place = |inner: Broken| {
            let why = format!("record {seq}: {} {}", inner.rule, inner.detail);
            inner.breaks(Rule::ContinueKept, why).record(seq)
        };
        self.verify(&one).map_err(in_place)?;
        match &one.says {
            Record::Seal(says) => seal::admit_kept(self, &one, says, report),
            Record::Retire(says) => retire::admit_kept(self, &one, says, report),
            Record::Decommission(says) => decommission::admit_kept(self, &one, says, report),
            Record::Succeeded(says) => succeeded::admit_kept(self, &one, says, report),
            Record::Statements(says) => statements::admit(self, &one, says, report),
            Record::Request(says) => request::admit(self, &one, says, report),
            other => {
                let kind = other.kind();
                return Err(broken(format!("a `{kind}`")).kind(kind.to_owned()).record(seq));
            }
        }
        .map_err(in_place)?;
        self.note_date(&one);
        self.kept.insert(one.hash, Arc::from(bytes));
        Ok(seq)
    }

    /// Those of `candidates`, records in base64 in the order of their numbers, that a continuation of this log without
    /// the records up to `until` may keep.
    pub(crate) fn keepable(&self, until: Head, candidates: impl Iterator<Item = String>) -> Vec<String> {
        let (mut after, mut last) = (self.clone(), self.head.seq);
        after.leave_out(until, None);
        let fits = |kept: &String| match after.take_kept(kept, last, until, &mut |_| {}) {
            Ok(seq) => {
                last = seq;
                true
            }
            Err(_) => false,
        };
        candidates.filter(fits).collect()
    }
}
