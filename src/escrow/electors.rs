//! The electors of a vault: the people who act in an administrator's place for it, and countersign what an administrator
//! does to it. See `docs/spec/generations.md`.

use std::collections::BTreeSet;

use crate::crypto::digest::Digest;
use crate::escrow::state::{Escrow, Subject};
use crate::escrow::vaults::{Generation, Vault};
use crate::record::agree::{Agree, Proposal};
use crate::record::request::Request;
use crate::record::seal::{Kind, Seal};
use crate::record::statement::{SignedStatement, Statement};
use crate::value::names::PersonId;
use crate::value::time::Time;

impl Vault {
    /// The generation whose people are the electors; `None` before there are any.
    pub(crate) fn electors(&self) -> Option<&Generation> {
        self.sealed(self.electors.as_ref()?)
    }

    /// Whether a person has the vote: only a retirement that counts for this vault takes it away.
    pub(crate) fn has_vote(&self, person: &PersonId) -> bool {
        let elected = self.electors().is_some_and(|one| one.seal.share_of(person).is_some());
        elected && !self.has_lost_vote(person)
    }

    /// Whether a person's retirement counts for this vault.
    pub(crate) fn has_lost_vote(&self, person: &PersonId) -> bool {
        self.retired.contains_key(person)
    }

    /// Whether as many of these people have the vote as the threshold of the electors' generation asks for.
    pub(crate) fn is_satisfied_by<'a>(&self, people: impl IntoIterator<Item = &'a PersonId>) -> bool {
        let people: BTreeSet<&PersonId> = people.into_iter().filter(|person| self.has_vote(person)).collect();
        self.electors().is_some_and(|one| one.seal.is_satisfied_by(|share| people.contains(&share.custodian)))
    }

    /// The first generation gives the vote once a satisfying set has checked it, or it was `released`.
    pub(super) fn begin_vote(&mut self, seal: &Digest, released: bool) {
        let first = self.generations.iter().find(|one| one.gives_vote);
        let first = first.filter(|one| one.record == *seal);
        if self.electors.is_none() && first.is_some_and(|one| released || one.has_threshold_of_checks()) {
            self.elect(seal);
        }
    }

    fn elect(&mut self, seal: &Digest) {
        self.electors = Some(*seal);
        self.voted.insert(*seal, ());
    }

    /// Gives the vote to the people of a later generation: not to those of another with the same number, which is none.
    pub(super) fn pass_vote(&mut self, seal: &Digest) {
        let number = |one: &Generation| one.seal.generation;
        let later = self.sealed(seal).map(number);
        if self.electors().map(number).is_some_and(|number| later > Some(number)) {
            self.elect(seal);
        }
    }

    /// The seal that a new one is compared with: of the electors' generation, or of the newest.
    pub(super) fn compared(&self) -> Option<&Seal> {
        self.electors().or(self.generations.last()).map(|one| &*one.seal)
    }

    /// The generations that an administrator sealed to other people, and that gave nobody the vote, nor did a later one.
    pub(crate) fn changed_people(&self) -> impl Iterator<Item = &Generation> {
        let electors = self.electors().map_or(0, |one| one.seal.generation);
        self.generations.iter().filter(move |one| one.changed_people && one.seal.generation > electors)
    }

    /// Notes that a person's retirement counts for this vault.
    pub(super) fn retire(&mut self, person: &PersonId, time: Time) {
        self.retired.entry(person.clone()).or_insert(time);
    }
}

impl Seal {
    /// Whether it has the structure, the people and the cards of another.
    pub(super) fn is_of_the_same_people(&self, other: &Seal) -> bool {
        let cards = |seal: &Seal| -> BTreeSet<(PersonId, Digest)> {
            seal.shares.iter().map(|share| (share.custodian.clone(), share.card)).collect()
        };
        self.opens_like(other) && cards(self) == cards(other)
    }
}

impl Escrow {
    /// The first generation of a vault gives the vote if a satisfying set has checked it by now, or it was `released`.
    pub(super) fn begin_vote(&mut self, vault: &Digest, seal: &Digest, released: bool) {
        if let Some(vault) = self.vault_mut(vault) {
            vault.begin_vote(seal, released);
        }
    }

    /// Whether a person has the vote for a vault, or for any root vault.
    pub(crate) fn has_vote(&self, person: &PersonId, vault: Option<&Digest>) -> bool {
        let mut asked = self.vaults_with_electors().filter(|one| vault.is_none_or(|id| one.id == *id));
        asked.any(|vault| vault.has_vote(person))
    }

    /// Whether a person's retirement counts for a vault.
    pub(crate) fn has_lost_vote(&self, person: &PersonId, vault: &Digest) -> bool {
        self.vault(vault).is_some_and(|vault| vault.has_lost_vote(person))
    }

    /// Whether a satisfying set of the electors of `vault` is among these people; or, without a vault, one of every root vault
    /// that has electors, of which there is one.
    pub(crate) fn electors_agree(&self, vault: Option<&Digest>, people: &[PersonId]) -> bool {
        let mut asked =
            self.vaults_with_electors().filter(|one| vault.is_none_or(|id| one.id == *id)).peekable();
        asked.peek().is_some() && asked.all(|vault| vault.is_satisfied_by(people))
    }

    /// The records that can be countersigned, by digest, with their numbers, who signed them, and what they are.
    pub(crate) fn countersignable(&self) -> impl Iterator<Item = (Digest, u64, Vec<PersonId>, String)> {
        self.signed.iter().filter_map(|(digest, signed)| {
            let what = match &signed.subject {
                Subject::Seal { vault } => {
                    format!("the seal of {}", self.title_of(self.sealed(vault, digest)?))
                }
                Subject::Retire(retired) => format!("the retirement of `{}`", retired.person),
                Subject::Release { request } => {
                    let Request { name, generation, .. } = &*self.request(request)?.request;
                    format!("the release of {name} generation {generation}")
                }
                Subject::Unknown => return None,
            };
            let by = signed.by.iter().filter_map(|name| name.person().cloned()).collect();
            Some((*digest, signed.seq, by, what))
        })
    }

    /// The consents to a proposal that the log holds and no record has embedded yet, one of each person.
    pub(crate) fn consents_to(&self, proposal: &Proposal) -> Vec<&SignedStatement> {
        let mut people = BTreeSet::new();
        let all = self.statements.iter().map(|collected| &collected.statement);
        let consents = all.filter(|signed| {
            matches!(&signed.statement.says, Statement::Agree(Agree::Proposal(agreed)) if agreed == proposal)
        });
        consents
            .filter(|signed| !self.spent.contains_key(&signed.note.digest()) && people.insert(&signed.person))
            .collect()
    }

    /// The root vaults that have electors.
    pub(crate) fn vaults_with_electors(&self) -> impl Iterator<Item = &Vault> {
        self.root_vaults().filter(|vault| vault.electors.is_some())
    }

    /// The vaults with real credentials.
    pub(super) fn root_vaults(&self) -> impl Iterator<Item = &Vault> {
        self.vaults.iter().filter(|vault| vault.kind == Kind::Root)
    }

    /// Whether a person has retired, everywhere or for this vault.
    pub fn has_retired_from(&self, person: &PersonId, vault: &Digest) -> bool {
        self.has_retired(person) || self.vault(vault).is_some_and(|vault| vault.has_lost_vote(person))
    }
}
