//! Acts about the log itself: damage, continuations, branches.

use crate::mutants::Mutant;
use crate::rules::Side;
use crate::setting::Model;
use crate::state::{
    Card, EVERYBODY, Generation, Missing, Person, Since, Slot, State, VAULTS, Vault, Verdict, Word,
};

impl Model {
    /// A damaged tail that began a release exposes the generation that was asked for. It does not matter who signs.
    pub fn recovered(&self, state: &State, vault: Vault, slot: Slot) -> Option<State> {
        if slot != self.current(state, vault) {
            return None;
        }
        let mut next = *state;
        if self.breaks(Mutant::RecoveredRestartsTheDeadline) {
            next.vaults[vault].generations[slot].exposed = None;
        }
        self.expose(&mut next, vault, slot, Since::Now);
        Some(next)
    }

    /// "A retired person's `continue` or `recovered` is a finding, believed of nothing missing unless a valid release
    /// follows it."
    pub fn continue_elsewhere(&self, state: &State, person: Person) -> Option<State> {
        if !self.is_retired(state, person) {
            return None;
        }
        let believed = !self.is_retired(state, person) || self.breaks(Mutant::RetiredContinueIsBelieved);
        let mut next = *state;
        next.missing = match state.missing {
            Missing::Believed(by) => Missing::Believed(by),
            _ if believed => Missing::Believed(person),
            _ => Missing::Claimed(person),
        };
        Some(next)
    }

    pub fn believe_what_a_release_follows(&self, state: &mut State) {
        if let Missing::Claimed(by) = state.missing {
            state.missing = Missing::Believed(by);
        }
    }

    /// "Two administrators, or a satisfying set of one root vault's electors, not its signer, may `disavow`: what it
    /// declares missing goes, never an exposure."
    pub fn disavow(&self, state: &State, side: Side) -> Option<State> {
        let signer = match state.missing {
            Missing::Nothing => None,
            Missing::Claimed(by) | Missing::Believed(by) => Some(by),
        };
        let electors = (0..VAULTS).any(|vault| self.electors_sign(state, vault, side, signer));
        if !electors && !self.two_administrators(state, side, signer) {
            return None;
        }
        let mut next = *state;
        next.missing = Missing::Nothing;
        if self.breaks(Mutant::DisavowEndsExposure) {
            let all = next.vaults.iter_mut().flat_map(|vault| vault.generations.iter_mut());
            all.for_each(|generation| generation.exposed = None);
        }
        Some(next)
    }

    fn two_administrators(&self, state: &State, side: Side, except: Option<Person>) -> bool {
        let signs = |person: &Person| {
            except != Some(*person)
                && self.administers(state, *person)
                && (side == Side::Together || self.setting.dishonest[*person])
        };
        EVERYBODY.iter().filter(|person| signs(person)).count() >= 2
    }

    /// "Requests, releases, ends and exposures of a branch count whoever adopts it."
    pub fn join_release(&self, state: &State, vault: Vault, slot: Slot) -> Option<State> {
        if !self.may_be_live(state, vault, slot) {
            return None;
        }
        let mut next = *state;
        self.expose(&mut next, vault, slot, Since::Before);
        Some(next)
    }

    /// "Seals of a branch always exist and can be opened: where numbers collide both stay, told apart by seal digest".
    /// The branch parted before this log's own next generation, so that the two have one number.
    pub fn join_rotation(&self, state: &State, vault: Vault, slot: Slot) -> Option<State> {
        let parted = &state.vaults[vault];
        let old = parted.generations[slot];
        let (place, (honest, _)) = (parted.room(self.setting.generations[vault])?, self.shares(state, &old));
        if usize::from(parted.live) != slot || honest < 2 || parted.newest_number() == old.number {
            return None;
        }
        let own = |person, card| self.controller(state, person, card) == person;
        old.held.cards().find(|(person, card)| {
            let honest = !self.is_dishonest(state, *person, *card);
            honest && self.may_renew(state, vault, slot, (*person, *card))
        })?;
        let held = self.renewal_cards(state, vault, slot, own)?;
        let mut next = self.join_release(state, vault, slot)?;
        next.vaults[vault].generations[place] = Generation {
            number: old.number + 1,
            sealer: None,
            held,
            elects: old.elects,
            verdict: Verdict::Confirmed(Word::Two),
            confirmed_unexposed: true,
            real: true,
            ..Generation::default()
        };
        next.vaults[vault].live = place as u8;
        Some(next)
    }

    /// "What grants or clears must hold by its branch's past and by this log's state at the adoption." By its past it
    /// does, since nobody was retired from the beginning; a person who has not retired needs no branch for it.
    fn holds_here(&self, state: &State, person: Person) -> bool {
        !self.is_retired(state, person) || self.breaks(Mutant::BranchPastDecides)
    }

    /// A seal by a person who has since retired: it exists, and gives no vote.
    pub fn join_seal(&self, state: &State, vault: Vault, by: Person) -> Option<State> {
        if !self.is_retired(state, by) {
            return None;
        }
        let mut next = *state;
        let number = state.vaults[vault].newest_number().max(2);
        let slot = state.vaults[vault].room(self.setting.generations[vault])?;
        let held = state.vaults[vault].generations[0].held;
        let elects = self.holds_here(state, by) && self.same_as_electors(state, vault, &held);
        next.vaults[vault].generations[slot] =
            Generation { number, sealer: Some(by), held, elects, ..Generation::default() };
        Some(next)
    }

    pub fn join_confirm(&self, state: &State, vault: Vault, slot: Slot, by: Person) -> Option<State> {
        let generation = &state.vaults[vault].generations[slot];
        let takes_part = generation.held[by] != Card::None || generation.sealer == Some(by);
        let retired = self.is_retired_for(state, vault, by);
        let holds_here = !retired || self.breaks(Mutant::BranchPastDecides);
        let wanted = retired && takes_part && generation.sealed() && holds_here;
        wanted.then(|| self.stated(state, vault, slot, by, true))
    }

    pub fn join_retirement(&self, state: &State, person: Person, by: Person) -> Option<State> {
        if !self.is_retired(state, by) || !self.holds_here(state, by) {
            return None;
        }
        let mut next = *state;
        next.people[person].retired_by_administrator = true;
        Some(next)
    }
}
