//! Earlier approvals of the same generation that were never released.

use crate::crypto::digest::Digest;
use crate::escrow::{Escrow, RequestState};
use crate::record::book::Book;
use crate::record::statement::{Approval, Statement};
use crate::value::names::PersonId;
use crate::value::time::Time;

/// An approval that is not known to have been released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreleased {
    /// Who approved.
    pub person: PersonId,
    /// When.
    pub time: Time,
    /// The request.
    pub request: Digest,
}

/// Approvals of the generation that `asked` is about, for other requests, that were never released.
pub(crate) fn unreleased(escrow: &Escrow, book: &Book, asked: &RequestState) -> Vec<Unreleased> {
    let request = &asked.request;
    let of_generation = |approval: &Approval| {
        approval.vault == request.vault
            && approval.generation == request.generation
            && approval.request != asked.record
            && escrow.request(&approval.request).is_none_or(|other| other.request.seal == request.seal)
            && !escrow.request(&approval.request).is_some_and(RequestState::is_released)
    };
    let logged = escrow.statements.iter().map(|collected| {
        let signed = &collected.statement;
        (signed.person.clone(), signed.statement.time, &signed.statement.says)
    });
    let own = book.records().filter(|(_, record)| record.escrow == escrow.id);
    let own = own.map(|(_, record)| (book.owner().clone(), record.time, &record.says));
    let mut found: Vec<Unreleased> = Vec::new();
    for (person, time, says) in logged.chain(own) {
        if let Statement::Approval(approval) = says
            && of_generation(approval)
        {
            let one = Unreleased { person, time, request: approval.request };
            if !found.contains(&one) {
                found.push(one);
            }
        }
    }
    found
}
