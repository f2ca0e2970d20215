//! Acts about a vault's generations: check, open, seal, set at the provider, confirm.

use crate::acts::To;
use crate::mutants::Mutant;
use crate::rules::Side;
use crate::setting::Model;
use crate::state::Person::Dave;
use crate::state::{
    Card, EVERYBODY, Each, GENERATIONS, Generation, Person, Since, Slot, State, VAULTS, Vault, Verdict, Word,
};

impl Model {
    pub fn tick(&self, state: &State) -> Option<State> {
        let mut next = *state;
        for generation in next.vaults.iter_mut().flat_map(|vault| &mut vault.generations) {
            generation.exposed = generation.exposed.map(|_| Since::Before);
        }
        Some(next)
    }

    /// Checks count for the first generation, and where none is confirmed.
    pub fn check(&self, state: &State, vault: Vault, slot: Slot) -> Option<State> {
        if slot > 0 && state.vaults[vault].generations.iter().any(Generation::is_confirmed) {
            return None;
        }
        let mut next = *state;
        let generation = next.vaults[vault].generations.get_mut(slot).filter(|one| one.sealed())?;
        generation.checked = true;
        self.first_votes(&mut next, vault, slot);
        Some(next)
    }

    /// "Generation 1: all its people, once a satisfying set has checked or approved in a release; its seal gives the
    /// vote, countersigned or not."
    fn first_votes(&self, state: &mut State, vault: Vault, slot: Slot) {
        state.vaults[vault].generations[slot].elects |= slot == 0;
    }

    /// Every pair of holders can open what they hold shares of, and what comes of it is the same. They open what may
    /// be live.
    pub fn open(&self, state: &State, vault: Vault, slot: Slot) -> Option<State> {
        if !self.may_be_live(state, vault, slot) {
            return None;
        }
        let mut next = *state;
        self.first_votes(&mut next, vault, slot);
        self.expose(&mut next, vault, slot, Since::Now);
        next.vaults[vault].decommissioned = false;
        self.believe_what_a_release_follows(&mut next);
        Some(next)
    }

    pub fn may_be_live(&self, state: &State, vault: Vault, slot: Slot) -> bool {
        usize::from(state.vaults[vault].live) == slot || self.plan(state, vault).candidates[slot]
    }

    /// "Whatever a release key signed exposes its generation, whoever else signed."
    pub fn stray_release(&self, state: &State, vault: Vault, slot: Slot) -> Option<State> {
        let mut next = *state;
        let generation = &next.vaults[vault].generations[slot];
        if !self.may_be_live(state, vault, slot)
            || !generation.sealer.is_some_and(|person| self.setting.dishonest[person])
        {
            return None;
        }
        if !self.breaks(Mutant::InvalidReleaseExposesNothing) {
            self.expose(&mut next, vault, slot, Since::Now);
        }
        Some(next)
    }

    /// Puts a generation behind the others of its vault. In the world its password is one that can be set at the
    /// provider if the live one is known in that moment.
    pub fn put(&self, state: &mut State, vault: Vault, generation: Generation) -> Option<()> {
        let all = &mut state.vaults[vault];
        let real = all.live().exposed.is_some();
        let (number, slot) = (all.newest_number() + 1, all.room(self.setting.generations[vault])?);
        all.generations[slot] = Generation { number, real, ..generation };
        all.decommissioned = false;
        Some(())
    }

    /// An honest requester renews what was just opened and signed in with it, and has compared the words of each
    /// card that is new. A dishonest one needs one honest approver, or shares of their own, and seals what they like;
    /// who is an administrator has no need of it.
    pub fn renew(&self, state: &State, vault: Vault, slot: Slot, side: Side) -> Option<State> {
        let held = state.vaults[vault].generations[slot].held;
        let (requester, card) = held.cards().find(|(person, card)| {
            self.is_dishonest(state, *person, *card) == (side == Side::Dishonest)
                && self.may_renew(state, vault, slot, (*person, *card))
        })?;
        let pointless = match side {
            Side::Together => usize::from(state.vaults[vault].live) != slot,
            Side::Dishonest => self.dishonest().any(|one| self.administers_vault(state, vault, one)),
        };
        if pointless {
            return None;
        }
        let compared = |person: Person, card: Card| {
            side == Side::Dishonest || self.controller(state, person, card) == person
        };
        let cards = self.renewal_cards(state, vault, slot, compared)?;
        let mut next = self.open(state, vault, slot)?;
        let elects = next.vaults[vault].generations[slot].elects;
        let sealer = (side == Side::Dishonest).then(|| self.controller(state, requester, card));
        self.put(&mut next, vault, Generation { sealer, held: cards, elects, ..Generation::default() })?;
        Some(next)
    }

    /// An honest administrator seals while the live credentials are released, and to cards whose owners they know. To
    /// the electors' cards an honest requester does the same.
    pub fn seal(&self, state: &State, vault: Vault, by: Person, to: To) -> Option<State> {
        let honest = !self.setting.dishonest[by];
        let able = !honest || to != To::Electors && state.vaults[vault].live().exposed.is_some();
        if !able || !self.administers_vault(state, vault, by) {
            return None;
        }
        let usual = if self.electors(state, vault).is_some() {
            self.electors_cards(state, vault)
        } else {
            state.vaults[vault].generations[0].held
        };
        let held = self.sealed_to(state, vault, by, to, usual)?;
        let unknown = |(person, card): (Person, Card)| {
            let theirs = self.controller(state, person, card) == person && !self.setting.dishonest[person];
            card != usual[person] && !theirs
        };
        if to != To::Electors && held == usual || honest && held.cards().any(unknown) {
            return None;
        }
        let elects = self.same_as_electors(state, vault, &held);
        let mut next = *state;
        self.put(&mut next, vault, Generation { sealer: Some(by), held, elects, ..Generation::default() })?;
        Some(next)
    }

    fn sealed_to(
        &self,
        state: &State,
        vault: Vault,
        by: Person,
        to: To,
        usual: Each<Card>,
    ) -> Option<Each<Card>> {
        let mut held = usual;
        match to {
            To::Electors => {}
            To::NewestCards => {
                for (person, _) in
                    usual.cards().filter(|(person, _)| state.people[*person].admitted.is_some())
                {
                    held[person] = Card::Admitted;
                }
            }
            To::DaveFor(person) => {
                // Dave is a newcomer, or an honest administrator who does it himself.
                let known = if self.setting.enrolled[Dave] { by == Dave } else { true };
                let dave = if self.setting.enrolled[Dave] { Card::First } else { Card::Admitted };
                let there = dave == Card::First || state.people[Dave].admitted.is_some();
                // "A share MUST NOT be sealed to a retired person."
                if !known || !there || held[person] == Card::None || self.is_retired_for(state, vault, Dave) {
                    return None;
                }
                (held[person], held[Dave]) = (Card::None, dave);
            }
        }
        Some(held)
    }

    /// In the world: from the live password to that of a later generation, which nobody honest has given up.
    pub fn switch(&self, state: &State, vault: Vault, slot: Slot) -> Option<State> {
        let all = &state.vaults[vault];
        let (live, later) = (all.live(), &all.generations[slot]);
        let given_up = match later.verdict {
            Verdict::GivenUp(Word::One(person)) | Verdict::Waits(false, person) => {
                !self.setting.dishonest[person]
            }
            Verdict::GivenUp(Word::Two) => true,
            _ => false,
        };
        if !later.real || given_up || live.exposed.is_none() || later.number <= live.number {
            return None;
        }
        let mut next = *state;
        next.vaults[vault].live = slot as u8;
        Some(next)
    }

    /// Honest people state what they saw: they signed in with it, or could not with what should have become live.
    /// Dishonest ones state the opposite.
    pub fn state_verdict(
        &self,
        state: &State,
        vault: Vault,
        slot: Slot,
        person: Person,
        good: bool,
    ) -> Option<State> {
        let generation = &state.vaults[vault].generations[slot];
        let live = usize::from(state.vaults[vault].live);
        let seen = if good {
            live == slot
        } else {
            live != slot && generation.number >= state.vaults[vault].generations[live].number
        };
        let honest = !self.is_dishonest(state, person, generation.held[person]);
        let would = if honest { seen } else { good != (live == slot) };
        if !generation.sealed() || !would || !self.may_state(state, vault, slot, person) {
            return None;
        }
        Some(self.stated(state, vault, slot, person, good))
    }

    /// A verdict by two is turned by dishonest people, if the rules let them, in a vault that is not theirs. Honest
    /// people have no reason to: two of whom one is honest were not wrong.
    pub fn turn(&self, state: &State, vault: Vault, slot: Slot) -> Option<State> {
        let verdict = state.vaults[vault].generations[slot].verdict;
        let by_two = matches!(verdict, Verdict::Confirmed(Word::Two) | Verdict::GivenUp(Word::Two));
        (by_two && !self.is_theirs(vault) && self.dishonest_holders_sign(state, vault, slot))
            .then(|| self.turned(state, vault, slot))
    }

    /// "`decommission` (an administrator and a holder, or electors) stops new duties, not running ones; a later seal
    /// or release ends it." The two are different people.
    /// Dishonest people try to, with a vault that is not theirs.
    pub fn decommission(&self, state: &State, vault: Vault) -> Option<State> {
        let signs = |person: Person, card: Card| self.is_dishonest(state, person, card);
        let held = state.vaults[vault].generations[self.current(state, vault)].held;
        let with_a_holder = EVERYBODY.into_iter().any(|administrator| {
            signs(administrator, Card::First)
                && self.administers_vault(state, vault, administrator)
                && held.cards().any(|(person, card)| {
                    signs(person, card) && self.voice(state, vault, person, card) != administrator
                })
        });
        let mut next = *state;
        next.vaults[vault].decommissioned = !self.is_theirs(vault);
        (with_a_holder || self.electors_sign(state, vault, Side::Dishonest, None)).then_some(next)
    }
}

/// Every generation of every vault that is sealed.
pub fn sealed(state: &State) -> impl Iterator<Item = (Vault, Slot, &Generation)> {
    let places = (0..VAULTS).flat_map(|vault| (0..GENERATIONS).map(move |slot| (vault, slot)));
    places
        .map(|(vault, slot)| (vault, slot, &state.vaults[vault].generations[slot]))
        .filter(|(_, _, generation)| generation.sealed())
}
