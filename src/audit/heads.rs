//! Heads against a log: was its end cut off, or its past rewritten?

use crate::escrow::Escrow;
use crate::record::finding::{Finding, Rule};
use crate::record::head::Head;

/// What a head that was taken home says about the log; `None` where it agrees. `whence` names where the head
/// was kept.
pub fn compare(escrow: &Escrow, head: &Head, whence: &str) -> Option<Finding> {
    if escrow.may_be_ancestor(head) {
        return None;
    }
    let last = &escrow.head;
    // Size and hash decide: a log of another size at that record is another log.
    let rule = if head.seq > last.seq { Rule::HeadTruncated } else { Rule::HeadFork };
    let detail = match rule {
        Rule::HeadTruncated => format!(
            "{whence} knows record {} at {} bytes, and the log ends with record {} at {} bytes",
            head.seq, head.size, last.seq, last.size
        ),
        _ => {
            format!("{whence} knows record {} as {}, and the log holds another", head.seq, head.hash.short())
        }
    };
    Some(Finding { rule, seq: Some(head.seq), offset: None, detail })
}

/// Where the log went on without records that are known of.
pub fn missing(escrow: &Escrow) -> impl Iterator<Item = Finding> {
    escrow.gaps().iter().map(|gap| {
        let (first, last) = (gap.after + 1, gap.until.seq);
        let detail = format!("records {first} to {last}; the last of them is {}", gap.until.hash);
        Finding { rule: Rule::RecordsMissing, seq: Some(first), offset: None, detail }
    })
}

/// The number of the last record of this log that whoever took `head` home is known to have seen.
pub fn knows(escrow: &Escrow, head: &Head) -> u64 {
    if escrow.is_elsewhere(head) { 0 } else { head.seq }
}
