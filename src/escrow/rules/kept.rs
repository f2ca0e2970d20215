//! Who may have had the vote where records are missing. Those that passed it on may be among them, so that more people are
//! believed than the electors who are known, and nobody else: whoever holds enough shares of one generation that is known.

use std::collections::BTreeSet;

use crate::escrow::signers::is_by_administrator;
use crate::escrow::state::Escrow;
use crate::escrow::vaults::{Generation, Vault};
use crate::record::seal::{Kind, Seal};
use crate::value::names::{KeyName, PersonId};

impl Vault {
    /// The generations whose people may have the vote: that of the electors and later ones, or all where none are known.
    fn may_elect(&self) -> impl Iterator<Item = &Generation> {
        let electors = self.electors().map_or(0, |one| one.seal.generation);
        self.generations.iter().filter(move |one| one.seal.generation >= electors)
    }

    /// Whether a satisfying set of people who may have the vote is among these.
    fn may_be_satisfied_by(&self, people: &[PersonId]) -> bool {
        self.may_elect().any(|one| self.is_enough_for(one, people))
    }

    /// Whether these people are one, and nobody else is among them.
    fn may_be_electors(&self, people: &[PersonId]) -> bool {
        let holds = |one: &Generation| people.iter().all(|person| one.seal.share_of(person).is_some());
        let all_vote = !people.iter().any(|person| self.has_lost_vote(person));
        all_vote && self.may_elect().any(|one| holds(one) && self.is_enough_for(one, people))
    }

    fn is_enough_for(&self, one: &Generation, people: &[PersonId]) -> bool {
        let agrees = |person: &PersonId| people.contains(person) && !self.has_lost_vote(person);
        one.seal.is_satisfied_by(|share| agrees(&share.custodian))
    }

    /// Whether a person may hold a share of the current generation, whichever that is.
    pub(super) fn may_be_held_by(&self, person: &PersonId) -> bool {
        self.may_elect().any(|one| one.seal.share_of(person).is_some()) && !self.has_lost_vote(person)
    }

    /// Whether a seal is to nobody but holders of one generation whose people may have the vote, with its threshold.
    fn may_be_renewed_by(&self, seal: &Seal) -> bool {
        self.may_elect().any(|one| {
            let holds = |person, card| one.seal.share_of(person).is_some_and(|share| share.card == card);
            let structure = one.seal.threshold == seal.threshold && one.seal.groups == seal.groups;
            structure && seal.shares.iter().all(|share| holds(&share.custodian, share.card))
        })
    }
}

impl Escrow {
    /// Whether the electors of `vault` may be among these people, or without a vault, those of every root vault: as far as it
    /// is known that a vault has any, and otherwise those of one.
    pub(super) fn electors_may_agree(&self, vault: Option<&Vault>, people: &[PersonId]) -> bool {
        if let Some(vault) = vault {
            return vault.may_be_satisfied_by(people);
        }
        if self.vaults_with_electors().next().is_some() {
            return self.vaults_with_electors().all(|one| one.may_be_satisfied_by(people));
        }
        self.root_vaults().any(|one| one.may_be_satisfied_by(people))
    }

    /// Whether the signers of a seal may have been allowed to sign it: one administrator, people who may be a satisfying
    /// set of electors and nobody else, or one person who renewed it to those people.
    pub(super) fn may_have_sealed(&self, seal: &Seal, by: &[KeyName]) -> bool {
        let vault = self.vault(&seal.vault);
        if is_by_administrator(self, by) {
            return true;
        }
        if seal.renews.is_some() && seal.kind == Kind::Root {
            let alone = matches!(by, [KeyName::Person(_)]);
            return alone && vault.is_some_and(|vault| vault.may_be_renewed_by(seal));
        }
        let people: Vec<PersonId> = by.iter().filter_map(|name| name.person().cloned()).collect();
        let different: BTreeSet<&PersonId> = people.iter().collect();
        different.len() == by.len()
            && match vault {
                Some(vault) => vault.may_be_electors(&people),
                None => self.root_vaults().any(|one| one.may_be_electors(&people)),
            }
    }
}
