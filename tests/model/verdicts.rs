//! `confirm` and `confirm --failed`: what they make of a generation, and of the exposure of those before it.

use crate::mutants::Mutant;
use crate::setting::Model;
use crate::state::{Card, EVERYBODY, People, Person, Since, Slot, State, THRESHOLD, Vault, Verdict, Word};

impl Model {
    /// Whether a person's word about a generation counts. "Only holders and the sealer state them."
    pub fn may_state(&self, state: &State, vault: Vault, slot: Slot, person: Person) -> bool {
        let generation = &state.vaults[vault].generations[slot];
        let card = generation.held[person];
        let voice = self.voice(state, vault, person, card);
        let retired = self.is_retired_for(state, vault, voice) && !self.breaks(Mutant::RetiredPeopleState)
            || state.people[person].retired_by_administrator
                && self.breaks(Mutant::RetirementSilencesHolders);
        let takes_part = card != Card::None || generation.sealer == Some(person);
        takes_part && !retired
    }

    /// One person states that a generation is live, or that it failed. "One person's word takes effect as a finding
    /// until a second holder, not the sealer, agreed; a verdict by two is turned only by a satisfying set of that
    /// generation."
    ///
    /// The word of somebody whom an administrator retired, and nobody countersigned it, waits for a second. Silenced,
    /// they could be kept from confirming by one dishonest administrator; believed alone, a revoked one could end an
    /// exposure.
    pub fn stated(&self, state: &State, vault: Vault, slot: Slot, person: Person, good: bool) -> State {
        let mut next = *state;
        let generation = &mut next.vaults[vault].generations[slot];
        let voice = self.voice(state, vault, person, generation.held[person]);
        let alone = !state.people[voice].retired_by_administrator || self.breaks(Mutant::RetiredWordIsEnough);
        let verdict = match (generation.verdict, good) {
            (Verdict::Confirmed(Word::Two) | Verdict::GivenUp(Word::Two), _) => return next,
            (Verdict::Confirmed(Word::One(first)) | Verdict::Waits(true, first), true) if first != voice => {
                Verdict::Confirmed(Word::Two)
            }
            (Verdict::GivenUp(Word::One(first)) | Verdict::Waits(false, first), false) if first != voice => {
                Verdict::GivenUp(Word::Two)
            }
            (_, true) if alone => Verdict::Confirmed(Word::One(voice)),
            (_, false) if alone => Verdict::GivenUp(Word::One(voice)),
            (Verdict::None | Verdict::Waits(..), good) => Verdict::Waits(good, voice),
            (known, _) => known,
        };
        generation.set_verdict(verdict);
        next
    }

    /// Whether a satisfying set of a generation's people speaks: what turns a verdict by two.
    pub fn dishonest_holders_sign(&self, state: &State, vault: Vault, slot: Slot) -> bool {
        let generation = &state.vaults[vault].generations[slot];
        let mut voices = People::default();
        for person in EVERYBODY {
            let card = generation.held[person];
            let signs = self.is_dishonest(state, person, card);
            if card != Card::None && signs && self.may_state(state, vault, slot, person) {
                voices[self.voice(state, vault, person, card)] = true;
            }
        }
        let needed = if self.breaks(Mutant::OneTurnsTwo) { 1 } else { THRESHOLD };
        voices.count() >= needed
    }

    pub fn turned(&self, state: &State, vault: Vault, slot: Slot) -> State {
        let mut next = *state;
        let generation = &mut next.vaults[vault].generations[slot];
        generation.set_verdict(match generation.verdict {
            Verdict::Confirmed(_) => Verdict::GivenUp(Word::Two),
            _ => Verdict::Confirmed(Word::Two),
        });
        next
    }

    /// A release, or what may have been one, counts `since` then. What was known before is not forgotten:
    /// "`recovered` never moves a deadline later".
    pub fn expose(&self, state: &mut State, vault: Vault, slot: Slot, since: Since) {
        let generation = &mut state.vaults[vault].generations[slot];
        generation.exposed = Some(generation.exposed.map_or(since, |known| known.min(since)));
    }
}
