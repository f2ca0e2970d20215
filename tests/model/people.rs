//! Acts about people: admit, countersign, retire.

use crate::rules::Side;
use crate::setting::Model;
use crate::state::{Admitted, Card, EVERYBODY, Person, Slot, State, THRESHOLD, VAULTS, Vault, Verdict, Word};

impl Model {
    /// "A new card needs an administrator." It replaces the person's first, or enrolls them. A dishonest administrator
    /// enrolls the newcomer, or forges cards: the newcomer's, or those of both Bob and Carol, as lost. Once is enough.
    pub fn admit(&self, state: &State, person: Person, by: Person, forged: bool) -> Option<State> {
        let known = |person: Person| self.setting.enrolled[person];
        let wanted = match (self.setting.dishonest[by], forged) {
            (true, true) => self.setting.forge && person != Person::Carol,
            (true, false) => !known(person),
            (false, _) => !forged && !self.setting.dishonest[person],
        };
        let already = EVERYBODY.into_iter().any(|one| state.people[one].admitted.is_some());
        if already || !wanted || !self.administers(state, by) {
            return None;
        }
        let mut next = *state;
        let card = Some(Admitted { by, countersigned: [false; VAULTS], forged });
        next.people[person].admitted = card;
        if forged && known(person) {
            next.people[Person::Carol].admitted = card;
        }
        Some(next)
    }

    /// Honest electors have compared four words with the person.
    pub fn countersign(&self, state: &State, vault: Vault, person: Person, side: Side) -> Option<State> {
        let forged = state.people[person].admitted?.forged;
        if side == Side::Together && forged || !self.electors_sign(state, vault, side, Some(person)) {
            return None;
        }
        let mut next = *state;
        next.people[person].admitted.as_mut()?.countersigned[vault] = true;
        Some(next)
    }

    /// Honest electors have compared the words of each card that is new to the vault.
    pub fn countersign_seal(&self, state: &State, vault: Vault, slot: Slot, side: Side) -> Option<State> {
        let generation = &state.vaults[vault].generations[slot];
        let own = |person: Person| self.controller(state, person, generation.held[person]) == person;
        let electors = self.electors(state, vault)?;
        let in_office = |person: &Person| {
            !self.is_dishonest(state, *person, generation.held[*person])
                && !self.is_retired_for(state, vault, *person)
        };
        let sensible = generation.number > electors.number
            && generation.verdict != Verdict::GivenUp(Word::Two)
            && generation.holders().all(own)
            && generation.holders().filter(in_office).count() >= THRESHOLD;
        if !generation.sealed()
            || generation.elects
            || side == Side::Together && !sensible
            || !self.electors_sign(state, vault, side, None)
        {
            return None;
        }
        let mut next = *state;
        next.vaults[vault].generations[slot].elects = true;
        for person in EVERYBODY.into_iter().filter(|person| generation.held[*person] == Card::Admitted) {
            next.people[person].admitted.as_mut()?.countersigned[vault] = true;
        }
        Some(next)
    }

    /// Honest administrators retire whom they caught; dishonest ones, one of the others.
    pub fn retire(&self, state: &State, person: Person, by: Person) -> Option<State> {
        let known = self.setting.enrolled[person] || state.people[person].admitted.is_some();
        if !known
            || !self.administers(state, by)
            || self.setting.dishonest[by] == self.setting.dishonest[person]
        {
            return None;
        }
        let already = |one: Person| state.people[one].retired_by_administrator;
        if EVERYBODY
            .into_iter()
            .any(|one| already(one) && self.setting.dishonest[one] != self.setting.dishonest[by])
        {
            return None;
        }
        let mut next = *state;
        next.people[person].retired_by_administrator = true;
        Some(next)
    }

    /// One person at most retires from a vault by its honest electors, who know that no more can be spared.
    pub fn retire_for(&self, state: &State, vault: Vault, person: Person, side: Side) -> Option<State> {
        let revoked = self.setting.administrators[person] && self.setting.dishonest[person];
        let concerned = self.setting.holders[vault][person] || revoked;
        let spared = side == Side::Dishonest || !state.people.0.iter().any(|one| one.retired_for[vault]);
        if !concerned || !spared || !self.electors_sign(state, vault, side, Some(person)) {
            return None;
        }
        let mut next = *state;
        next.people[person].retired_for[vault] = true;
        Some(next)
    }
}
