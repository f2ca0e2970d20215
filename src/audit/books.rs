//! Books against a log: what people say they stated, and what the log says they stated.

use std::collections::BTreeMap;

use crate::audit::handed::Approved;
use crate::audit::heads::{self, Keeper};
use crate::escrow::Escrow;
use crate::record::book::{Book, BookError, BookReading, BookRecord};
use crate::record::finding::{Broken, Finding, Rule};
use crate::record::statement::{BookRef, Statement};
use crate::value::names::PersonId;

/// What a book says about the log.
#[derive(Debug, Default)]
pub struct BookReport {
    /// What does not agree.
    pub findings: Vec<Finding>,
    /// Approvals that the book records.
    pub approvals: Vec<Approved>,
    /// The number of the newest record of this log that the book knows.
    pub newest: Option<u64>,
}

/// Compares the book of `owner`, as bytes, with the log. A damaged end is told, and the good records count.
pub fn compare(escrow: &Escrow, owner: &PersonId, bytes: &[u8]) -> BookReport {
    let mut report = BookReport::default();
    let Some(person) = escrow.people.get(owner) else {
        let broken = Broken::new(Rule::BookChain, format!("`{owner}` does not belong to this escrow"));
        report.findings.push(broken.person(owner).general());
        return report;
    };
    let BookReading { book, error, good, .. } =
        BookReading::of(owner, &person.verifying_key(), bytes.to_vec());
    if let Some(error) = &error {
        let is_damage = matches!(error, BookError::Torn { .. });
        let rule = if is_damage { Rule::BookDamaged } else { Rule::BookChain };
        let broken = of_book_error(Broken::new(rule, format!("`{owner}`: {error}")).person(owner), error);
        if !is_damage {
            report.findings.push(broken.general());
            return report;
        }
        report.findings.push(broken.size((bytes.len() - good) as u64).general());
    }
    report.newest = ours(escrow, &book).map(|(_, record)| heads::knows(escrow, &record.head)).max();
    report.findings.extend(parted(escrow, &book));
    for (_, record) in ours(escrow, &book) {
        if let Statement::Approval(approval) = &record.says {
            let approval = approval.clone();
            report.approvals.push(Approved { person: owner.clone(), time: record.time, approval });
        }
    }
    report.findings.extend(lost(&book));
    reconcile(escrow, &book, error.is_some(), &mut report.findings);
    report
}

/// The records about this escrow.
fn ours<'a>(escrow: &'a Escrow, book: &'a Book) -> impl Iterator<Item = &'a (BookRef, BookRecord)> {
    book.records().filter(|(_, record)| record.escrow == escrow.id)
}

/// Finds what is in the book and not in the log, and the other way round.
fn reconcile(escrow: &Escrow, book: &Book, is_damaged: bool, findings: &mut Vec<Finding>) {
    let owner = book.owner();
    let key = |at: &BookRef| (at.number, at.hash);
    let logged = || escrow.statements.iter().filter(|collected| collected.statement.person == *owner);
    let mut stated: BTreeMap<_, Vec<&Statement>> = BTreeMap::new();
    for collected in logged() {
        let statement = &collected.statement.statement;
        stated.entry(key(&statement.book)).or_default().push(&statement.says);
    }
    for (at, record) in ours(escrow, book) {
        if !stated.get(&key(at)).is_some_and(|says| says.contains(&&record.says)) {
            findings.push(unlogged(owner, at.number, record).general());
        }
    }
    let records: BTreeMap<_, _> = book.records().map(|(at, record)| (key(at), record)).collect();
    for collected in logged() {
        let statement = &collected.statement.statement;
        let number = statement.book.number;
        // What is behind a damaged end, or is lost, cannot be told.
        let is_beyond = is_damaged && number >= book.next_number();
        let is_lost = book.says_lost(number) && !records.contains_key(&key(&statement.book));
        let told = records.get(&key(&statement.book)).is_some_and(|record| record.says == statement.says);
        if !told && !is_beyond && !is_lost {
            let what =
                format!("{} by `{owner}`: it names record {number} of the book", statement.says.kind());
            let broken = of_statement(Broken::new(Rule::BookSilent, what), owner, &statement.says);
            findings.push(broken.book_record(number).about(collected.seq));
        }
    }
}

/// What the book says of itself: where it begins again after records that are lost, be they about this escrow or another.
fn lost(book: &Book) -> impl Iterator<Item = Finding> {
    book.records().filter_map(|(at, record)| {
        let (owner, first) = (book.owner(), record.lost?);
        let what = format!("`{owner}`, record {}: those from {first} on are lost", at.number);
        let broken = Broken::new(Rule::BookLost, what).person(owner).book_record(at.number);
        Some(broken.first(first).time(record.time).general())
    })
}

fn unlogged(owner: &PersonId, number: u64, record: &BookRecord) -> Broken {
    let (kind, time) = (record.says.kind(), record.time);
    let what = format!("`{owner}`, record {number}: {kind} of {time}");
    of_statement(Broken::new(Rule::BookUnlogged, what), owner, &record.says).book_record(number).time(time)
}

fn of_statement(broken: Broken, owner: &PersonId, says: &Statement) -> Broken {
    let broken = broken.person(owner).kind(says.kind().to_string());
    broken.where_known(says.request(), Broken::request)
}

fn of_book_error(broken: Broken, error: &BookError) -> Broken {
    match error {
        BookError::Note { number, error } | BookError::Torn { number, error } => {
            broken.book_record(*number).note_error(error)
        }
        BookError::Broken { number } => broken.book_record(*number),
    }
}

/// The worst contradiction between a book's heads and the log. Every head counts, not only the newest: the book's owner
/// may have followed a rewritten log.
pub fn parted(escrow: &Escrow, book: &Book) -> Option<Finding> {
    let known = book.records().filter(|(_, record)| record.escrow == escrow.id);
    let contradictions =
        known.filter_map(|(_, record)| heads::compare(escrow, &record.head, Keeper::Book(book.owner())));
    contradictions.max_by_key(Finding::severity)
}

/// The newest record that a book knows among those that are missing from the log. Nobody can tell whether it was the one
/// that is missing; but a log that is continued without it does not count what it says.
pub fn lacking(escrow: &Escrow, book: &Book) -> Option<u64> {
    let known = book.records().filter(|(_, record)| record.escrow == escrow.id);
    known.map(|(_, record)| record.head).filter(|head| escrow.is_missing(head)).map(|head| head.seq).max()
}
