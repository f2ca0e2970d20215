//! Consents to a record that several people decide: those that the log holds, and those that are stated now.

use data_encoding::BASE64;

use crate::cli::context::Context;
use crate::cli::files::people::LocalPerson;
use crate::cli::files::statements;
use crate::cli::say::exit::Failure;
use crate::crypto::digest::Digest;
use crate::escrow::Escrow;
use crate::hands::store::ChainFile;
use crate::ledger::log::Ledger;
use crate::record::agree::{Agree, Proposal};
use crate::record::statement::SignedStatement;
use crate::value::names::PersonId;

/// Everybody's consent to one record.
pub(crate) struct ConsentsAtHand {
    known: Vec<SignedStatement>,
    fresh: Vec<SignedStatement>,
}

impl ConsentsAtHand {
    /// The consents to `proposal` that the log holds, and that of each of `people` who has not consented yet.
    pub(crate) fn of(
        proposal: &Proposal,
        people: &[LocalPerson],
        escrow: &Escrow,
        context: &mut Context<'_>,
    ) -> Result<ConsentsAtHand, Failure> {
        let known: Vec<SignedStatement> = escrow.consents_to(proposal).into_iter().cloned().collect();
        let mut fresh = Vec::new();
        for one in people {
            if known.iter().all(|statement| statement.person != *one.signer.person()) {
                let says = Agree::Proposal(proposal.clone()).into();
                fresh.push(one.state(statements::draft(one, escrow, says), context)?);
            }
        }
        Ok(ConsentsAtHand { known, fresh })
    }

    fn all(&self) -> impl Iterator<Item = &SignedStatement> {
        self.known.iter().chain(&self.fresh)
    }

    /// Who consents.
    pub(crate) fn people(&self) -> Vec<PersonId> {
        self.all().map(|statement| statement.person.clone()).collect()
    }

    /// The consents, as the record embeds them.
    pub(crate) fn embedded(&self) -> Vec<String> {
        self.all().map(|statement| BASE64.encode(statement.note.as_bytes())).collect()
    }

    /// What others agree with: the first consent, by its digest.
    pub(crate) fn first(&self) -> Option<Digest> {
        self.all().next().map(|statement| statement.note.digest())
    }

    /// Appends the consents that the log does not hold, in a record that `who` signs; its number, if there is one.
    pub(crate) fn keep(
        &self,
        ledger: &mut Ledger<ChainFile>,
        who: &LocalPerson,
        context: &Context<'_>,
    ) -> Result<Option<u64>, Failure> {
        if self.fresh.is_empty() {
            return Ok(None);
        }
        statements::append(ledger, &context.log(), &self.fresh, who).map(Some)
    }
}
