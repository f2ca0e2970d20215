//! Who the four people are. Each setting is searched on its own.

use crate::mutants::Mutant;
use crate::state::Person::{Ann, Bob, Carol, Dave};
use crate::state::{
    Card, EVERYBODY, Each, Generation, PEOPLE, Packed, People, Person, State, VAULTS, Vault, VaultState,
    Verdict, Word,
};

pub struct Setting {
    pub name: &'static str,
    /// By their roles on their first cards.
    pub administrators: People,
    /// Who signs whatever helps. Everybody else does as the genuine program and their own eyes tell them.
    pub dishonest: People,
    /// Who has a card in genesis.
    pub enrolled: People,
    pub holders: [People; VAULTS],
    /// How many generations each vault can have.
    pub generations: [usize; VAULTS],
    /// Whether dishonest administrators forge cards here.
    pub forge: bool,
    /// Whether Bob and Carol play the same part, so that states that differ by their names are one.
    pub alike: bool,
}

const fn people<const N: usize>(names: [Person; N]) -> People {
    let mut set = [false; PEOPLE];
    let mut at = 0;
    while at < N {
        set[names[at] as usize] = true;
        at += 1;
    }
    Each(set)
}

/// One administrator, who is dishonest and holds a share of the first vault. Only she can enroll Dave.
pub const ALONE: Setting = Setting {
    name: "one administrator",
    administrators: people([Ann]),
    dishonest: people([Ann]),
    enrolled: people([Ann, Bob, Carol]),
    holders: [people([Ann, Bob, Carol]), people([Bob, Carol])],
    generations: [3, 2],
    forge: true,
    alike: true,
};

/// Two administrators, of whom Ann is dishonest. Dave, the other, holds nothing.
pub const BESIDE: Setting = Setting {
    name: "two administrators",
    administrators: people([Ann, Dave]),
    dishonest: people([Ann]),
    enrolled: people([Ann, Bob, Carol, Dave]),
    holders: [people([Ann, Bob, Carol]), people([Bob, Carol])],
    generations: [3, 1],
    forge: false,
    alike: true,
};

/// Both custodians of the second vault, a sandbox, are dishonest. The administrator is not.
pub const SANDBOX: Setting = Setting {
    name: "a sandbox's custodians",
    administrators: people([Ann]),
    dishonest: people([Carol, Dave]),
    enrolled: people([Ann, Bob, Carol, Dave]),
    holders: [people([Ann, Bob, Carol]), people([Carol, Dave])],
    generations: [3, 2],
    forge: false,
    alike: false,
};

pub const SETTINGS: [&Setting; 3] = [&ALONE, &BESIDE, &SANDBOX];

/// The rules in one setting: those of the specification, or with one of them broken.
pub struct Model {
    pub setting: &'static Setting,
    pub broken: Option<Mutant>,
}

impl Model {
    pub fn breaks(&self, mutant: Mutant) -> bool {
        self.broken == Some(mutant)
    }

    /// The first vault is in use: its first generation is live, checked and confirmed. The second was just sealed.
    pub fn start(&self) -> State {
        let mut state = State::default();
        for (vault, holders) in self.setting.holders.iter().enumerate() {
            let in_use = vault == 0;
            let mut first = Generation {
                number: 1,
                sealer: Some(Ann),
                elects: in_use,
                checked: in_use,
                real: true,
                ..Generation::default()
            };
            if in_use {
                first.set_verdict(Verdict::Confirmed(Word::Two));
            }
            for person in EVERYBODY.into_iter().filter(|person| holders[*person]) {
                first.held[person] = Card::First;
            }
            let mut all = VaultState::default();
            all.generations[0] = first;
            state.vaults[vault] = all;
        }
        state
    }

    /// In the world: who holds the keys of a card.
    pub fn controller(&self, state: &State, person: Person, card: Card) -> Person {
        match (card, state.people[person].admitted) {
            (Card::Admitted, Some(admitted)) if admitted.forged => admitted.by,
            _ => person,
        }
    }

    /// In the world: whether the keys of a card are a dishonest person's.
    pub fn is_dishonest(&self, state: &State, person: Person, card: Card) -> bool {
        self.setting.dishonest[self.controller(state, person, card)]
    }

    /// In the world: how many shares of a generation are honest people's own, and how many are not.
    pub fn shares(&self, state: &State, generation: &Generation) -> (usize, usize) {
        let dishonest = generation
            .holders()
            .filter(|person| self.is_dishonest(state, *person, generation.held[*person]))
            .count();
        (generation.holders().count() - dishonest, dishonest)
    }

    /// Whether the vault was the dishonest people's own from the beginning: what they do to it is their affair.
    pub fn is_theirs(&self, vault: Vault) -> bool {
        let holders = self.setting.holders[vault];
        EVERYBODY.iter().filter(|person| holders[**person] && self.setting.dishonest[**person]).count() >= 2
    }

    /// The dishonest people.
    pub fn dishonest(&self) -> impl Iterator<Item = Person> + '_ {
        EVERYBODY.into_iter().filter(|person| self.setting.dishonest[*person])
    }

    /// The same for all states that differ only by the names of people who play the same part, or by what no rule
    /// asks for any more.
    pub fn canonical(&self, mut state: State) -> (State, Packed) {
        if self.broken.is_none() {
            state.forget_what_is_over();
        }
        let packed = state.packed();
        if !self.setting.alike {
            return (state, packed);
        }
        let exchanged = state.exchanged(Bob, Carol);
        let other = exchanged.packed();
        if other < packed { (exchanged, other) } else { (state, packed) }
    }
}
