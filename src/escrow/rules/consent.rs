//! Quorum consent: statements by which people agree to a record before it is written, embedded in it.

use std::collections::BTreeSet;

use crate::crypto::digest::Digest;
use crate::escrow::state::Escrow;
use crate::escrow::statements::LoggedStatement;
use crate::escrow::verified::embedded;
use crate::record::agree::{Agree, Proposal};
use crate::record::finding::{Broken, Rule};
use crate::record::statement::{SignedStatement, Statement};
use crate::value::names::PersonId;

/// The consents that a record embeds.
pub(super) struct Consents(Vec<SignedStatement>);

impl Consents {
    /// Reads the consents to `proposal`: good statements by different people, none of which counted before.
    ///
    /// # Errors
    /// `rule`, with what is wrong.
    pub(super) fn of(
        escrow: &Escrow,
        agrees: &[String],
        proposal: &Proposal,
        rule: Rule,
    ) -> Result<Consents, Broken> {
        let (mut consents, mut people) = (Vec::new(), BTreeSet::new());
        for (at, note) in agrees.iter().enumerate() {
            let in_place = |broken: Broken| broken.statement(at as u64 + 1);
            let signed = embedded(escrow, note).map_err(|broken| {
                let why = broken.detail.clone();
                in_place(broken.breaks(rule, why))
            })?;
            let broken = |why: &str| {
                let why = format!("the consent of `{}` {why}", signed.person);
                Err(in_place(Broken::new(rule, why).by(&signed)))
            };
            match &signed.statement.says {
                Statement::Agree(Agree::Proposal(agreed)) if agreed == proposal => {}
                _ => return broken("is to something else"),
            }
            if !people.insert(signed.person.clone()) {
                return broken("is there twice");
            }
            if escrow.spent.contains_key(&signed.note.digest()) {
                return broken("counted before");
            }
            consents.push(signed);
        }
        Ok(Consents(consents))
    }

    /// Who consents.
    pub(super) fn people(&self) -> Vec<PersonId> {
        self.0.iter().map(|signed| signed.person.clone()).collect()
    }

    /// Who consents, each by which statement.
    pub(super) fn statements(&self) -> Vec<(PersonId, Digest)> {
        self.0.iter().map(|signed| (signed.person.clone(), signed.note.digest())).collect()
    }

    /// Keeps them as statements of the log that the record `seq` embeds, and lets none count again.
    pub(super) fn keep(self, escrow: &mut Escrow, seq: u64, report: &mut impl FnMut(Broken)) {
        for statement in self.0 {
            let digest: Digest = statement.note.digest();
            escrow.spent.insert(digest, ());
            if !escrow.has_statement(&digest) {
                escrow.keep(LoggedStatement { statement, seq, embedded: true }, report);
            }
        }
    }
}
