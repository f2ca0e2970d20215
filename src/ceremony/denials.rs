//! Earlier denials: who said no to a request for the same generation.

use crate::crypto::digest::Digest;
use crate::escrow::{Escrow, RequestState};
use crate::record::book::Book;
use crate::record::statement::{Denial, Statement};
use crate::value::names::PersonId;
use crate::value::text::FreeText;
use crate::value::time::Time;

/// Somebody's no to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// Who.
    pub person: PersonId,
    /// When.
    pub time: Time,
    /// To which request.
    pub request: Digest,
    /// Why.
    pub because: FreeText,
}

/// The denials of what `asked` asks for that the log or the approver's own book tells of, the newest first: of this
/// request, and of others for the same generation that were never released.
pub(crate) fn denied(escrow: &Escrow, book: &Book, asked: &RequestState) -> Vec<Denied> {
    let request = &asked.request;
    let is_about_it = |denial: &Denial| {
        escrow.request(&denial.request).is_some_and(|other| {
            let same = (other.request.vault, other.request.seal) == (request.vault, request.seal);
            same && !other.is_released()
        })
    };
    let logged = escrow.statements.iter().map(|collected| {
        let signed = &collected.statement;
        (&signed.person, signed.statement.time, &signed.statement.says)
    });
    let own = book.records().filter(|(_, record)| record.escrow == escrow.id);
    let own = own.map(|(_, record)| (book.owner(), record.time, &record.says));
    let mut found: Vec<Denied> = Vec::new();
    for (person, time, says) in logged.chain(own) {
        if let Statement::Denial(denial) = says
            && is_about_it(denial)
        {
            let Denial { request, because } = denial.clone();
            let one = Denied { person: person.clone(), time, request, because };
            if !found.contains(&one) {
                found.push(one);
            }
        }
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.time));
    found
}
