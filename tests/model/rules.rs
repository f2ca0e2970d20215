//! The rules, as functions of what the log says. None of them looks at what is true in the world (`real`,
//! `live`, `forged`), except where it asks who holds the keys with which a signature was made.

use crate::mutants::Mutant;
use crate::setting::Model;
use crate::state::{
    Card, EVERYBODY, Each, GENERATIONS, Generation, People, Person, PersonState, Slot, State, THRESHOLD,
    VAULTS, Vault, Verdict, Word,
};

/// Who signs together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// Everybody who can. Honest people are among them, and have agreed.
    Together,
    /// The dishonest people, with every key that they hold.
    Dishonest,
}

/// What `open` says and does before anybody is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    pub first: Slot,
    /// The deviation `undecided`.
    pub undecided: bool,
    /// Every generation that may be the live one.
    pub candidates: [bool; GENERATIONS],
}

impl Model {
    /// Whose voice a card speaks with. "A card from an administrator's `admit`, not countersigned, counts as that
    /// administrator's own wherever two people, a second, another or an unnamed one are asked for."
    pub fn voice(&self, state: &State, vault: Vault, person: Person, card: Card) -> Person {
        match (card, state.people[person].admitted) {
            (Card::Admitted, Some(admitted))
                if !admitted.countersigned[vault] && !self.breaks(Mutant::OwnCardsAreOthers) =>
            {
                admitted.by
            }
            _ => person,
        }
    }

    /// Whether a person's retirement takes their vote in a vault, and their word on its generations. One that an
    /// administrator signed alone does so only once it is countersigned.
    pub fn is_retired_for(&self, state: &State, vault: Vault, person: Person) -> bool {
        state.people[person].retired_for[vault]
    }

    /// Whether a person has retired as far as the whole escrow goes: "`retire` by electors of V holds for V only; by
    /// an administrator everywhere", and here at once.
    pub fn is_retired(&self, state: &State, person: Person) -> bool {
        let PersonState { retired_by_administrator, retired_for, .. } = state.people[person];
        retired_by_administrator || retired_for == [true; VAULTS]
    }

    pub fn administers(&self, state: &State, person: Person) -> bool {
        self.setting.administrators[person] && !self.is_retired(state, person)
    }

    pub fn administers_vault(&self, state: &State, vault: Vault, person: Person) -> bool {
        self.administers(state, person) && !self.is_retired_for(state, vault, person)
    }

    // ── Electors ──

    /// "The people of its newest generation that was sealed or later countersigned by a satisfying set of the
    /// previous electors, or that has the same people, cards and structure as theirs." Computed at each record and
    /// never backwards: a generation keeps what `elects` said of it. "A given-up generation keeps its electors."
    pub fn electors<'a>(&self, state: &'a State, vault: Vault) -> Option<&'a Generation> {
        let elected = state.vaults[vault].sealed().filter(|(_, generation)| {
            let given_up = matches!(generation.verdict, Verdict::GivenUp(_));
            generation.elects && !(given_up && self.breaks(Mutant::GivenUpKeepsNoElectors))
        });
        elected.max_by_key(|(slot, generation)| (generation.number, *slot)).map(|(_, generation)| generation)
    }

    /// The card that a person's place is with: "the card of the seal, or one that replaced it and was countersigned
    /// for V. Until countersigned a replacement takes nothing from the old card."
    fn card_in_force(&self, state: &State, vault: Vault, person: Person, held: Card) -> Card {
        let takes_over = state.people[person].admitted.is_some_and(|admitted| {
            admitted.countersigned[vault] || self.breaks(Mutant::AdmittedCardTakesOver)
        });
        if held != Card::None && takes_over { Card::Admitted } else { held }
    }

    /// The votes of a vault: who may act in an administrator's place for it, and with which card.
    pub fn votes(&self, state: &State, vault: Vault) -> Each<Card> {
        let mut votes = Each::default();
        let Some(electors) = self.electors(state, vault) else { return votes };
        for person in electors.holders().filter(|person| !self.is_retired_for(state, vault, *person)) {
            votes[person] = self.card_in_force(state, vault, person, electors.held[person]);
        }
        votes
    }

    fn signs(&self, state: &State, side: Side, person: Person, card: Card) -> bool {
        side == Side::Together || self.is_dishonest(state, person, card)
    }

    /// Whether a satisfying set of a vault's electors signs, or has agreed by statements that are embedded. Each is
    /// counted once. "Nobody countersigns themselves": `about` is the person whom it is about.
    pub fn electors_sign(&self, state: &State, vault: Vault, side: Side, about: Option<Person>) -> bool {
        let vaults = if self.breaks(Mutant::AnyVaultsElectors) { 0..VAULTS } else { vault..vault + 1 };
        vaults.into_iter().any(|vault| {
            let mut voices = People::default();
            for (person, card) in self.votes(state, vault).cards() {
                if self.signs(state, side, person, card) && about != Some(person) {
                    voices[self.voice(state, vault, person, card)] = true;
                }
            }
            voices.count() >= THRESHOLD
        })
    }

    /// Whether shares sealed to these cards give the votes to nobody new.
    pub fn same_as_electors(&self, state: &State, vault: Vault, held: &Each<Card>) -> bool {
        self.electors(state, vault).is_some() && *held == self.electors_cards(state, vault)
    }

    /// The cards that the next generation is sealed to: those in force of the electors; "people whose retirement
    /// counts are left out if the threshold is still met".
    pub fn electors_cards(&self, state: &State, vault: Vault) -> Each<Card> {
        let Some(electors) = self.electors(state, vault) else { return Each::default() };
        let (mut cards, mut left) = (Each::default(), Each::default());
        for person in electors.holders() {
            cards[person] = self.card_in_force(state, vault, person, electors.held[person]);
            let hinders = self.breaks(Mutant::RetirementCountsInRenewals)
                && state.people[person].retired_by_administrator;
            if !hinders && !self.is_retired_for(state, vault, person) {
                left[person] = cards[person];
            }
        }
        if left.cards().count() >= THRESHOLD { left } else { cards }
    }

    // ── Current ──

    /// "Current is the highest confirmed generation, checked or not; where none is confirmed, the highest with a
    /// threshold of checks; where all were given up, the newest." Where none is confirmed or checked, and some are
    /// not given up, the highest of these.
    pub fn current(&self, state: &State, vault: Vault) -> Slot {
        let rank = |generation: &Generation| match generation.verdict_in_effect() {
            Verdict::Confirmed(_) => 3,
            Verdict::GivenUp(_) => 0,
            _ if generation.checked => 2,
            _ => 1,
        };
        let all = state.vaults[vault].sealed();
        all.max_by_key(|(slot, generation)| (rank(generation), generation.number, *slot))
            .map_or(0, |(slot, _)| slot)
    }

    /// Which generations may be the live one, and which is tried first: "Where a newer generation is neither
    /// confirmed nor given up, or current rests on one person's word, `open` and the request say so (deviation
    /// `undecided`), and the older is tried first."
    ///
    /// Taken by its letter, that rule says nothing of a generation that became current by its checks alone, or that one
    /// person gave up. So the candidates are all generations from the highest that two people confirmed, without those
    /// that two people gave up; and `undecided` is said unless there is one, confirmed by two (decision 31).
    pub fn plan(&self, state: &State, vault: Vault) -> Plan {
        let generations = &state.vaults[vault].generations;
        let is = |verdict: Verdict, two: fn(Word) -> Verdict| {
            verdict == two(Word::Two)
                || self.breaks(Mutant::OneWordDecides)
                    && EVERYBODY.iter().any(|person| verdict == two(Word::One(*person)))
        };
        let settled = generations.iter().filter(|one| is(one.verdict, Verdict::Confirmed));
        let lowest = settled.map(|generation| generation.number).max().unwrap_or(1);
        let newest = state.vaults[vault].newest_number();
        let mut candidates =
            generations.map(|one| one.number >= lowest && !is(one.verdict, Verdict::GivenUp));
        if candidates == [false; GENERATIONS] {
            candidates = generations.map(|generation| generation.number == newest);
        }
        let named = || (0..GENERATIONS).filter(|slot| candidates[*slot]);
        let first = named().min_by_key(|slot| (generations[*slot].number, *slot)).unwrap_or(0);
        let undecided = named().count() > 1 || !is(generations[first].verdict, Verdict::Confirmed);
        let current = self.current(state, vault);
        if self.breaks(Mutant::CurrentIsTakenAsLive) {
            return Plan { first: current, undecided: false, candidates };
        }
        if self.breaks(Mutant::OnlyNewerIsUndecided) {
            let newer = generations.iter().any(|generation| {
                generation.number > generations[current].number
                    && generation.verdict_in_effect() == Verdict::None
            });
            let one = matches!(generations[current].verdict, Verdict::Confirmed(Word::One(_)));
            let first = if newer || one { first } else { current };
            return Plan { first, undecided: newer || one, candidates };
        }
        Plan { first, undecided, candidates }
    }

    /// Whether credentials count as exposed. "Exposure ends only by the confirm of a later unexposed generation whose
    /// exposed fields are all new; giving that one up revives it."
    pub fn is_exposed(&self, state: &State, vault: Vault, slot: Slot) -> bool {
        let generations = &state.vaults[vault].generations;
        let ends = |later: &Generation| {
            let confirmed = later.confirmed_unexposed && later.is_confirmed();
            later.number > generations[slot].number && (confirmed || self.breaks(Mutant::SealEndsExposure))
        };
        generations[slot].exposed.is_some() && !generations.iter().any(ends)
    }

    // ── Opening and renewing ──

    /// Whether two people's shares open a generation. Always: whatever is wrong is a deviation, and "too few checks
    /// are a deviation and red in status, never a reason to open a generation whose password is dead".
    pub fn opens(&self, state: &State, vault: Vault, slot: Slot, approvers: [Person; 2]) -> bool {
        let retired = |person: Person| {
            state.people[person].retired_by_administrator || self.is_retired_for(state, vault, person)
        };
        let refused = self.breaks(Mutant::RetiredSharesAreRefused) && approvers.into_iter().any(retired)
            || self.breaks(Mutant::OnlyCurrentOpens) && slot != self.current(state, vault);
        !refused
    }

    /// Whether a request for a generation may ask to renew it.
    ///
    /// "Only for a generation whose people are the vault's electors" would leave people who opened an administrator's
    /// seal, confirmed and not countersigned, unable to renew it. So it is whichever generation was opened (decision
    /// 31). That shares of retired people helped to open it does no harm, since the cards of the next are decided by
    /// rule. But the requester has not retired, nor has an administrator for whom their card still speaks.
    pub fn may_renew(&self, state: &State, vault: Vault, slot: Slot, (person, card): (Person, Card)) -> bool {
        let generation = &state.vaults[vault].generations[slot];
        if self.breaks(Mutant::OnlyElectorsRenew)
            && self.electors(state, vault).is_some_and(|electors| electors.held != generation.held)
        {
            return false;
        }
        !self.is_retired_for(state, vault, self.voice(state, vault, person, card))
    }

    /// The cards that a renewal of a generation is sealed to, if there are enough. What never had the vote goes to
    /// its own cards, of which those that nobody countersigned have to be `compared` by the approvers: their four
    /// words were confirmed.
    pub fn renewal_cards(
        &self,
        state: &State,
        vault: Vault,
        slot: Slot,
        compared: impl Fn(Person, Card) -> bool,
    ) -> Option<Each<Card>> {
        let generation = &state.vaults[vault].generations[slot];
        if generation.elects {
            return Some(self.electors_cards(state, vault));
        }
        let mut cards = generation.held;
        for person in EVERYBODY {
            let own = self.voice(state, vault, person, cards[person]) == person;
            if !own && !compared(person, cards[person]) {
                cards[person] = Card::None;
            }
        }
        (cards.cards().count() >= THRESHOLD).then_some(cards)
    }

    /// Everything that the log says of each vault, to be compared.
    pub fn verdicts_of_the_log(&self, state: &State) -> impl PartialEq + std::fmt::Debug + use<> {
        let of_generation = |vault: Vault, slot: Slot| {
            let held = state.vaults[vault].generations[slot].held;
            let renew = EVERYBODY.map(|person| self.may_renew(state, vault, slot, (person, held[person])));
            let words = EVERYBODY.map(|person| self.may_state(state, vault, slot, person));
            let cards = self.renewal_cards(state, vault, slot, |_, _| false);
            (self.is_exposed(state, vault, slot), renew, words, cards)
        };
        [0, 1].map(|vault| {
            let votes = (self.votes(state, vault), self.electors_sign(state, vault, Side::Together, None));
            let generations = [0, 1, 2].map(|slot| of_generation(vault, slot));
            (self.current(state, vault), self.plan(state, vault), votes, generations)
        })
    }
}
