//! The rules of logs that go on elsewhere.

use data_encoding::BASE64;

use crate::crypto::digest::Digest;
use crate::escrow::rules::seal;
use crate::escrow::signers::by_one_person;
use crate::escrow::state::{Escrow, Gap};
use crate::record::chain::LogRecord;
use crate::record::finding::{Broken, Rule};
use crate::record::kinds::Record;
use crate::record::repair::Continue;

/// The highest number up to which records can be left out: far beyond any log, and far from where numbers end.
pub const MAX_SEQ: u64 = 1 << 53;

/// How often one log can go on without records.
const MAX_SKIPPED: usize = 64;

/// Whether a `continue` follows what it says it follows, and whether records are missing before it. It takes
/// the place of the chain's own check: only here may numbers be left out.
pub(super) fn follows(escrow: &Escrow, record: &LogRecord, says: &Continue) -> Result<(), Broken> {
    let frame = &record.frame;
    let (from, tail) = (&says.from, &escrow.head);
    if frame.escrow.as_ref() != Some(&escrow.id) {
        return Err((Rule::ChainEscrow, "it continues another escrow's log".to_owned()));
    }
    // Where nothing is left out, no number is too high: whoever drives them up keeps nobody from going on.
    if (from.seq > MAX_SEQ && from != tail)
        || from.seq.checked_add(1) != Some(frame.seq)
        || frame.prev != from.hash
    {
        return Err((Rule::ContinueFrom, format!("it is numbered {}, after {}", frame.seq, from.seq)));
    }
    // It is signed for this very beginning: nobody else can leave records out.
    if says.last.as_ref().unwrap_or(from) != tail {
        return Err((Rule::ContinueFrom, format!("it was not made on a log that ends with {}", tail.seq)));
    }
    if says.last.is_some() && from.seq <= tail.seq {
        return Err((Rule::ContinueFrom, format!("it follows {}, and {} is here", from.seq, tail.seq)));
    }
    Ok(())
}

pub(super) fn admit(
    escrow: &mut Escrow,
    record: &LogRecord,
    says: &Continue,
    report: &mut impl FnMut(Rule, String),
) -> Result<(), Broken> {
    by_one_person(record)?;
    let left = says.left.as_ref();
    if left.is_some_and(|left| left.bytes.is_some() || left.zeros != 0) {
        return Err((Rule::ContinueFrom, "it keeps bytes of the file that was left behind".to_owned()));
    }
    let tail = escrow.head;
    let missing = says.last.is_some();
    if !missing && !says.kept.is_empty() {
        return Err((Rule::ContinueKept, "nothing is missing, and something is kept".to_owned()));
    }
    if missing && escrow.skipped >= MAX_SKIPPED {
        let why = format!("a log can go on without records at most {MAX_SKIPPED} times");
        return Err((Rule::ContinueFrom, why));
    }
    if !missing {
        report(Rule::Continued, continued(says));
        return Ok(());
    }
    // All or nothing: a continuation with one bad record counts for nothing.
    let mut after = escrow.clone();
    let mut last = tail.seq;
    for kept in &says.kept {
        let (seq, hash) = after.take_kept(kept, last, report)?;
        if seq > says.from.seq || (seq == says.from.seq && hash != says.from.hash) {
            return Err((Rule::ContinueKept, format!("record {seq}")));
        }
        last = seq;
    }
    after.gaps.push(Gap { after: tail.seq, until: says.from });
    after.elsewhere.insert(says.from);
    after.skipped += 1;
    *escrow = after;
    report(Rule::Continued, continued(says));
    Ok(())
}

fn continued(says: &Continue) -> String {
    let from = format!("after record {}, {}", says.from.seq, says.from.hash.short());
    let left = says.left.as_ref();
    let left =
        left.map_or(String::new(), |left| format!("; left behind: {} bytes, {}", left.size, left.digest));
    format!("{from}{left}")
}

impl Escrow {
    /// Takes a seal that stood among missing records, behind record `last`. Gives its number and digest. Where it
    /// breaks a rule nothing is changed.
    fn take_kept(
        &mut self,
        kept: &str,
        last: u64,
        report: &mut impl FnMut(Rule, String),
    ) -> Result<(u64, Digest), Broken> {
        let broken = |why: String| (Rule::ContinueKept, why);
        let bytes = BASE64.decode(kept.as_bytes()).map_err(|error| broken(error.to_string()))?;
        let one = LogRecord::take_at(&bytes, 0).map_err(|error| broken(error.to_string()))?;
        let Record::Seal(sealed) = &one.says else {
            return Err(broken(format!("a `{}`", one.says.kind())));
        };
        let seq = one.frame.seq;
        let whole = one.frame.escrow == Some(self.id) && one.end == bytes.len() as u64;
        if !whole || seq <= last || seq > MAX_SEQ {
            return Err(broken(format!("record {seq}")));
        }
        let in_place = |(rule, why): Broken| broken(format!("record {seq}: {rule} {why}"));
        self.verify(&one).map_err(in_place)?;
        seal::admit_kept(self, &one, sealed, report).map_err(in_place)?;
        self.kept.insert(one.hash, bytes);
        Ok((seq, one.hash))
    }

    /// Those of `candidates`, seals in base64 in the order of their numbers, that a continuation of this log may
    /// keep.
    pub fn keepable(&self, candidates: impl Iterator<Item = String>) -> Vec<String> {
        let (mut after, mut last) = (self.clone(), self.head.seq);
        let fits = |kept: &String| match after.take_kept(kept, last, &mut |_, _| {}) {
            Ok((seq, _)) => {
                last = seq;
                true
            }
            Err(_) => false,
        };
        candidates.filter(fits).collect()
    }
}
