//! Heads against a log: was its end removed, or its past rewritten?

use std::fmt;

use crate::escrow::Escrow;
use crate::record::finding::{Broken, Finding, Rule};
use crate::record::head::Head;
use crate::value::names::PersonId;

/// Where a head was kept.
#[derive(Clone, Copy)]
pub(crate) enum Keeper<'a> {
    /// A head file, by its name.
    File(&'a str),
    /// The book of this person.
    Book(&'a PersonId),
}

impl fmt::Display for Keeper<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Keeper::File(name) => write!(out, "{name}"),
            Keeper::Book(person) => write!(out, "the book of `{person}`"),
        }
    }
}

/// What a head that was kept elsewhere says about the log; `None` if it agrees.
pub(crate) fn compare(escrow: &Escrow, head: &Head, keeper: Keeper<'_>) -> Option<Finding> {
    let is_missing = escrow.is_shown_missing_by(head);
    if !is_missing && escrow.may_be_ancestor(head) {
        return None;
    }
    // Size and hash both count: a log that has another size at that record is another log.
    let broken = if is_missing {
        left_out(head, keeper)
    } else if head.seq > escrow.head.seq {
        truncated(&escrow.head, head, keeper)
    } else {
        forked(escrow.head_at(head.seq), head, keeper)
    };
    let broken = match keeper {
        Keeper::File(name) => broken.file(name.to_owned()),
        Keeper::Book(person) => broken.person(person),
    };
    Some(broken.head(*head).about(head.seq))
}

fn truncated(last: &Head, head: &Head, keeper: Keeper<'_>) -> Broken {
    let what = format!(
        "{keeper} knows record {} at {} bytes, but the log ends with record {} at {} bytes",
        head.seq, head.size, last.seq, last.size
    );
    Broken::new(Rule::HeadTruncated, what).expected(head.seq).found(last.seq)
}

/// A head among records of which nobody but whoever left them out said that they are missing.
fn left_out(head: &Head, keeper: Keeper<'_>) -> Broken {
    let what = format!("{keeper} knows record {} at {} bytes, which is missing here", head.seq, head.size);
    Broken::new(Rule::HeadTruncated, what).expected(head.seq)
}

/// `ours` is the log's own head at that record; `None` if records are missing there.
fn forked(ours: Option<&Head>, head: &Head, keeper: Keeper<'_>) -> Broken {
    let (seq, short) = (head.seq, head.hash.short());
    let what = format!("{keeper} knows record {seq} as {short}, but the log holds another");
    let broken = Broken::new(Rule::HeadFork, what);
    match ours {
        Some(ours) if ours.hash == head.hash => broken.expected(head.size).found(ours.size),
        Some(ours) => broken.expected(head.hash).found(ours.hash),
        None => broken.expected(head.hash),
    }
}

/// A finding for each place at which the log was continued without records that are believed, or proved, to exist.
pub fn missing(escrow: &Escrow) -> impl Iterator<Item = Finding> {
    escrow.gaps().iter().filter_map(|gap| {
        let (until, by) = (escrow.missing_until(gap)?, escrow.declared_by(gap));
        let (first, last) = (gap.after + 1, until.seq);
        let who = by.map_or(String::new(), |repair| {
            let names: Vec<String> = repair.signers().map(|person| format!("`{person}`")).collect();
            format!(", left out by {}", names.join(" and "))
        });
        let detail = format!("records {first} to {last}{who}; the last of them is {}", until.hash);
        let broken = Broken::new(Rule::RecordsMissing, detail).head(until);
        let broken = broken.where_known(by.map(|repair| &repair.by), Broken::signers);
        Some(broken.first(first).last(last).about(first))
    })
}

/// A finding for each part of a branch that was begun to be adopted, and was not: what the branch says does not count.
pub fn unadopted(escrow: &Escrow) -> impl Iterator<Item = Finding> {
    escrow
        .unadopted()
        .map(|(seq, by)| Broken::new(Rule::AdoptUnfinished, format!("record {seq}")).signers(by).about(seq))
}

/// The number of the last record of this log that the head vouches for: 0 if the head is of a branch.
pub fn knows(escrow: &Escrow, head: &Head) -> u64 {
    if escrow.is_elsewhere(head) { 0 } else { head.seq }
}
