//! Books against a log: what people say they stated, and what the log says they stated.

use crate::audit::heads;
use crate::audit::obligations::Approved;
use crate::escrow::Escrow;
use crate::record::book::Book;
use crate::record::finding::{Finding, Rule};
use crate::record::statement::Statement;
use crate::value::names::PersonId;

/// What a book tells about the log.
#[derive(Debug, Default)]
pub struct Told {
    /// What does not agree.
    pub findings: Vec<Finding>,
    /// Approvals that the book tells of.
    pub approvals: Vec<Approved>,
    /// The number of the newest record of this log that the book knows.
    pub newest: Option<u64>,
}

/// Compares the book of `owner`, as bytes, with the log.
pub fn compare(escrow: &Escrow, owner: &PersonId, bytes: &[u8]) -> Told {
    let mut told = Told::default();
    let Some(person) = escrow.people.get(owner) else {
        told.findings
            .push(Finding::general(Rule::BookChain, format!("`{owner}` does not belong to this escrow")));
        return told;
    };
    let book = match Book::read(owner, &person.verifying_key(), bytes) {
        Ok(book) => book,
        Err(error) => {
            told.findings.push(Finding::general(Rule::BookChain, format!("`{owner}`: {error}")));
            return told;
        }
    };
    let of = book.entries().filter(|(_, entry)| entry.escrow == escrow.id);
    told.newest = of.map(|(_, entry)| heads::knows(escrow, &entry.head)).max();
    told.findings.extend(parted(escrow, &book));
    for (at, entry) in book.entries().filter(|(_, entry)| entry.escrow == escrow.id) {
        if let Statement::Approval(approval) = &entry.says {
            let approval = approval.clone();
            told.approvals.push(Approved { person: owner.clone(), time: entry.time, approval });
        }
        let logged = escrow.statements.iter().any(|collected| {
            let signed = &collected.statement;
            signed.person == *owner && signed.statement.book == *at && signed.statement.says == entry.says
        });
        if !logged {
            let detail = format!("`{owner}`, record {}: {} of {}", at.number, entry.says.kind(), entry.time);
            told.findings.push(Finding::general(Rule::BookUnlogged, detail));
        }
    }
    for collected in escrow.statements.iter().filter(|collected| collected.statement.person == *owner) {
        let statement = &collected.statement.statement;
        if !book.entries().any(|(at, entry)| *at == statement.book && entry.says == statement.says) {
            let kind = statement.says.kind();
            let detail =
                format!("{kind} by `{owner}`: it names record {} of the book", statement.book.number);
            let seq = Some(collected.seq);
            told.findings.push(Finding { rule: Rule::BookSilent, seq, offset: None, detail });
        }
    }
    told
}

/// Where a book's heads and a log part; the worst finding of them. Every head counts, not only the newest:
/// the book's owner may have followed a rewritten log.
pub fn parted(escrow: &Escrow, book: &Book) -> Option<Finding> {
    let whence = format!("the book of `{}`", book.owner());
    let known = book.entries().filter(|(_, entry)| entry.escrow == escrow.id);
    let parted = known.filter_map(|(_, entry)| heads::compare(escrow, &entry.head, &whence));
    parted.max_by_key(Finding::severity)
}
