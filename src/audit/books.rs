//! Books against a log: what people say they stated, and what the log says they stated.

use crate::audit::heads::{self, Keeper};
use crate::audit::obligations::Approved;
use crate::escrow::Escrow;
use crate::record::book::{Book, BookError, BookRecord};
use crate::record::finding::{Broken, Finding, Rule};
use crate::record::statement::Statement;
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

/// Compares the book of `owner`, as bytes, with the log.
pub fn compare(escrow: &Escrow, owner: &PersonId, bytes: &[u8]) -> BookReport {
    let mut report = BookReport::default();
    let Some(person) = escrow.people.get(owner) else {
        let broken = Broken::new(Rule::BookChain, format!("`{owner}` does not belong to this escrow"));
        report.findings.push(broken.person(owner).general());
        return report;
    };
    let book = match Book::read(owner, &person.verifying_key(), bytes) {
        Ok(book) => book,
        Err(error) => {
            let broken = Broken::new(Rule::BookChain, format!("`{owner}`: {error}")).person(owner);
            report.findings.push(of_book_error(broken, &error).general());
            return report;
        }
    };
    let of = book.records().filter(|(_, record)| record.escrow == escrow.id);
    report.newest = of.map(|(_, record)| heads::knows(escrow, &record.head)).max();
    report.findings.extend(parted(escrow, &book));
    for (at, record) in book.records().filter(|(_, record)| record.escrow == escrow.id) {
        if let Statement::Approval(approval) = &record.says {
            let approval = approval.clone();
            report.approvals.push(Approved { person: owner.clone(), time: record.time, approval });
        }
        let logged = escrow.statements.iter().any(|collected| {
            let signed = &collected.statement;
            signed.person == *owner && signed.statement.book == *at && signed.statement.says == record.says
        });
        if !logged {
            report.findings.push(unlogged(owner, at.number, record).general());
        }
    }
    for collected in escrow.statements.iter().filter(|collected| collected.statement.person == *owner) {
        let statement = &collected.statement.statement;
        if !book.records().any(|(at, record)| *at == statement.book && record.says == statement.says) {
            let (kind, number) = (statement.says.kind(), statement.book.number);
            let what = format!("{kind} by `{owner}`: it names record {number} of the book");
            let broken = of_statement(Broken::new(Rule::BookSilent, what), owner, &statement.says);
            report.findings.push(broken.book_record(number).about(collected.seq));
        }
    }
    report
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
