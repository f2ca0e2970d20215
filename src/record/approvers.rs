//! The one place that counts approvers.
//!
//! The release ceremony counts here before it combines shares, and `verify` counts here when it reads a
//! release. Two counts that could differ would be two thresholds.

use std::collections::BTreeSet;

use crate::crypto::digest::Digest;
use crate::record::seal::Seal;
use crate::record::statement::{SignedStatement, Statement};
use crate::value::names::PersonId;

/// The distinct custodians who approved one request.
pub struct Approvers<'a> {
    request: Digest,
    seal: &'a Seal,
    people: BTreeSet<PersonId>,
}

/// Why a statement is not one more approval of the request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It is a statement of another kind.
    #[error("the statement by `{0}` is not an approval")]
    NotAnApproval(PersonId),
    /// It approves something else.
    #[error("the approval by `{0}` is of another request")]
    OtherRequest(PersonId),
    /// The generation has no share of theirs, or another one.
    #[error("the approval by `{0}` is not of the share that was sealed to them")]
    OtherShare(PersonId),
    /// They approved already.
    #[error("`{0}` approved twice, and counts once")]
    Twice(PersonId),
}

impl<'a> Approvers<'a> {
    /// Nobody yet, of those to whom `seal` gave shares: the seal of the generation that `request`, by the digest of
    /// its record, asks for.
    pub fn of(request: &Digest, seal: &'a Seal) -> Approvers<'a> {
        Approvers { request: *request, seal, people: BTreeSet::new() }
    }

    /// Counts a statement whose signature was verified.
    ///
    /// # Errors
    /// [`Refusal`], where it does not add an approver.
    pub fn count(&mut self, signed: &SignedStatement) -> Result<(), Refusal> {
        let person = signed.person.clone();
        let Statement::Approval(approval) = &signed.statement.says else {
            return Err(Refusal::NotAnApproval(person));
        };
        if approval.request != self.request {
            return Err(Refusal::OtherRequest(person));
        }
        let seal = self.seal;
        let own = seal.share_of(&person).filter(|own| {
            own.index == approval.index
                && approval.vault == seal.vault
                && approval.generation == seal.generation
        });
        if own.is_none() {
            return Err(Refusal::OtherShare(person));
        }
        if !self.people.insert(person.clone()) {
            return Err(Refusal::Twice(person));
        }
        Ok(())
    }

    /// Whether enough distinct custodians approved: the threshold, or with groups enough of enough groups.
    pub(crate) fn are_enough(&self) -> bool {
        self.seal.is_satisfied_by(|share| self.people.contains(&share.custodian))
    }

    /// `1 of the 2 approvals that are needed`, for people.
    pub(crate) fn tally(&self) -> String {
        format!("{} of the {} approvals that are needed", self.people.len(), self.seal.threshold)
    }

    /// The custodians.
    pub(crate) fn into_people(self) -> BTreeSet<PersonId> {
        self.people
    }
}
