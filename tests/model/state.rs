//! What the model knows at one moment. Of everything there are two sides: what the **log** says, which is all that
//! a rule may look at, and what is true in the **world**, which only people and the invariants know.

use std::ops::{Index, IndexMut};

pub const PEOPLE: usize = 4;
pub const VAULTS: usize = 2;
/// The most generations that any vault has, those of adopted branches among them.
pub const GENERATIONS: usize = 3;
/// Every vault here is opened by any two of its people.
pub const THRESHOLD: usize = 2;

pub type Vault = usize;
/// The place of a generation in its vault, in the order in which they came into the log. Not its number: a branch
/// may bring in a second generation 2.
pub type Slot = usize;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Person {
    #[default]
    Ann,
    Bob,
    Carol,
    Dave,
}

pub const EVERYBODY: [Person; PEOPLE] = [Person::Ann, Person::Bob, Person::Carol, Person::Dave];

/// One thing for each person.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Each<T>(pub [T; PEOPLE]);

impl<T> Index<Person> for Each<T> {
    type Output = T;

    fn index(&self, person: Person) -> &T {
        &self.0[person as usize]
    }
}

impl<T> IndexMut<Person> for Each<T> {
    fn index_mut(&mut self, person: Person) -> &mut T {
        &mut self.0[person as usize]
    }
}

/// Some of the people.
pub type People = Each<bool>;

impl People {
    pub fn count(&self) -> usize {
        self.0.iter().filter(|is_one| **is_one).count()
    }
}

/// Which of a person's cards something is with.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Card {
    #[default]
    None,
    /// The one in genesis.
    First,
    /// The one that an administrator admitted later: it replaces the first, or enrolls the person.
    Admitted,
}

impl Each<Card> {
    /// Those who have one.
    pub fn cards(&self) -> impl Iterator<Item = (Person, Card)> + '_ {
        EVERYBODY.into_iter().zip(self.0).filter(|(_, card)| *card != Card::None)
    }
}

/// A card from an administrator's `admit`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Admitted {
    pub by: Person,
    /// In the log: whether electors of each vault have countersigned it.
    pub countersigned: [bool; VAULTS],
    /// In the world: whether its keys are the administrator's own, under another person's name.
    pub forged: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PersonState {
    pub admitted: Option<Admitted>,
    /// An administrator's `retire`, which nobody has countersigned.
    pub retired_by_administrator: bool,
    /// A `retire` that counts for a vault: its electors signed or countersigned it.
    pub retired_for: [bool; VAULTS],
}

/// On whose word a verdict rests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Word {
    One(Person),
    Two,
}

/// What `confirm` and `confirm --failed` amount to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Verdict {
    #[default]
    None,
    Confirmed(Word),
    GivenUp(Word),
    /// A word that takes no effect before a second person agrees.
    Waits(bool, Person),
}

/// Times are told apart as far as a deadline needs it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Since {
    Before,
    Now,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Generation {
    /// 0: not sealed.
    pub number: u8,
    /// None if it is one of its honest holders: then it does not matter which.
    pub sealer: Option<Person>,
    /// The card that each person's share is sealed to.
    pub held: Each<Card>,
    /// Whether its people became the electors with it.
    pub elects: bool,
    /// Whether a satisfying set has checked its shares.
    pub checked: bool,
    pub verdict: Verdict,
    /// Since when it counts as exposed, whether or not a confirm has ended that.
    pub exposed: Option<Since>,
    /// Whether it was unexposed when it was first confirmed.
    pub confirmed_unexposed: bool,
    /// In the world: whether it holds a password that its sealer means to set at the provider.
    pub real: bool,
}

impl Generation {
    pub fn sealed(&self) -> bool {
        self.number > 0
    }

    pub fn is_confirmed(&self) -> bool {
        matches!(self.verdict, Verdict::Confirmed(_))
    }

    /// The verdict, as far as it has taken effect.
    pub fn verdict_in_effect(&self) -> Verdict {
        if matches!(self.verdict, Verdict::Waits(..)) { Verdict::None } else { self.verdict }
    }

    pub fn set_verdict(&mut self, verdict: Verdict) {
        let was_confirmed = self.is_confirmed();
        self.verdict = verdict;
        if self.is_confirmed() && !was_confirmed {
            self.confirmed_unexposed = self.exposed.is_none();
        }
    }

    pub fn holders(&self) -> impl Iterator<Item = Person> + '_ {
        self.held.cards().map(|(person, _)| person)
    }
}

/// What a `continue` declared missing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Missing {
    #[default]
    Nothing,
    /// A retired person declared it: a finding, and not believed.
    Claimed(Person),
    Believed(Person),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct VaultState {
    pub generations: [Generation; GENERATIONS],
    pub decommissioned: bool,
    /// In the world: the generation whose password the provider takes.
    pub live: u8,
}

impl VaultState {
    pub fn sealed(&self) -> impl Iterator<Item = (Slot, &Generation)> {
        self.generations.iter().enumerate().filter(|(_, generation)| generation.sealed())
    }

    pub fn live(&self) -> &Generation {
        &self.generations[usize::from(self.live)]
    }

    pub fn newest_number(&self) -> u8 {
        self.sealed().map(|(_, generation)| generation.number).max().unwrap_or(0)
    }

    /// Where the next generation goes, if the model has room for one.
    pub fn room(&self, most: usize) -> Option<Slot> {
        self.generations[..most].iter().position(|generation| !generation.sealed())
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct State {
    pub vaults: [VaultState; VAULTS],
    pub people: Each<PersonState>,
    pub missing: Missing,
}

impl State {
    /// The state with two people's parts exchanged.
    pub fn exchanged(&self, one: Person, other: Person) -> Self {
        let name = |person: Person| match person {
            person if person == one => other,
            person if person == other => one,
            person => person,
        };
        let word = |word| match word {
            Word::One(person) => Word::One(name(person)),
            Word::Two => Word::Two,
        };
        let mut state = *self;
        state.people.0.swap(one as usize, other as usize);
        for admitted in state.people.0.iter_mut().filter_map(|person| person.admitted.as_mut()) {
            admitted.by = name(admitted.by);
        }
        for generation in state.vaults.iter_mut().flat_map(|vault| vault.generations.iter_mut()) {
            generation.held.0.swap(one as usize, other as usize);
            generation.sealer = generation.sealer.map(name);
            generation.verdict = match generation.verdict {
                Verdict::None => Verdict::None,
                Verdict::Confirmed(by) => Verdict::Confirmed(word(by)),
                Verdict::GivenUp(by) => Verdict::GivenUp(word(by)),
                Verdict::Waits(good, by) => Verdict::Waits(good, name(by)),
            };
        }
        state
    }

    /// What the log says, with nothing true of it: no password is the right one, and no card is forged.
    pub fn with_another_world(&self) -> Self {
        let mut state = *self;
        for vault in &mut state.vaults {
            vault.live = (vault.live + 1) % GENERATIONS as u8;
            vault.generations.iter_mut().for_each(|generation| generation.real = !generation.real);
        }
        for admitted in state.people.0.iter_mut().filter_map(|person| person.admitted.as_mut()) {
            admitted.forged = !admitted.forged;
        }
        state
    }

    /// Takes away what makes no difference any more, so that fewer states are told apart: of what a generation that two
    /// people confirmed has superseded, all but the votes; and whether a password that will not be set could be.
    pub fn forget_what_is_over(&mut self) {
        for vault in &mut self.vaults {
            let settled = vault.sealed().filter(|(_, one)| one.verdict == Verdict::Confirmed(Word::Two));
            let settled = settled.map(|(_, one)| one.number).max().unwrap_or(0);
            let votes =
                vault.sealed().filter(|(_, one)| one.elects).max_by_key(|(slot, one)| (one.number, *slot));
            let votes = votes.map(|(slot, _)| slot);
            let live = usize::from(vault.live);
            let number = vault.generations[live].number;
            for (slot, generation) in vault.generations.iter_mut().enumerate() {
                let (elects, held) = (generation.elects && votes == Some(slot), generation.held);
                if generation.number < settled && slot != live {
                    *generation = Generation { number: generation.number, ..Generation::default() };
                    (generation.elects, generation.held) =
                        (elects, if elects { held } else { Each::default() });
                }
                generation.real &=
                    generation.number > number && generation.verdict != Verdict::GivenUp(Word::Two);
                generation.confirmed_unexposed &= generation.number > 1;
            }
        }
    }

    /// One vault and the people, packed.
    pub fn part(&self, vault: Vault) -> Part {
        let mut bits = Bits::default();
        bits.put(1, vault);
        self.people.0.iter().for_each(|person| bits.person(person));
        bits.vault(&self.vaults[vault]);
        [bits.words[0], bits.words[1]]
    }

    /// All of the state in 256 bits, the same for no other: what the search remembers.
    pub fn packed(&self) -> Packed {
        let mut bits = Bits::default();
        self.people.0.iter().for_each(|person| bits.person(person));
        self.vaults.iter().for_each(|vault| bits.vault(vault));
        let (missing, by) = match self.missing {
            Missing::Nothing => (0, Person::Ann),
            Missing::Claimed(by) => (1, by),
            Missing::Believed(by) => (2, by),
        };
        bits.put(2, missing);
        bits.put(2, by as usize);
        bits.words
    }
}

/// A packed state.
pub type Packed = [u64; 4];
/// What an invariant asks of one vault: the vault and the people.
pub type Part = [u64; 2];

/// Writes fields one after another.
#[derive(Default)]
struct Bits {
    words: Packed,
    at: usize,
}

impl Bits {
    fn put(&mut self, width: usize, value: usize) {
        debug_assert!(value < 1 << width, "{value} does not fit {width} bits");
        let (word, shift) = (self.at / 64, self.at % 64);
        self.words[word] |= (value as u64) << shift;
        if shift + width > 64 {
            self.words[word + 1] |= (value as u64) >> (64 - shift);
        }
        self.at += width;
    }

    /// 78 bits.
    fn vault(&mut self, vault: &VaultState) {
        vault.generations.iter().for_each(|generation| self.generation(generation));
        self.put(2, usize::from(vault.live));
        self.put(1, usize::from(vault.decommissioned));
    }

    /// 25 bits.
    fn generation(&mut self, generation: &Generation) {
        let Generation { number, sealer, held, verdict, exposed, .. } = *generation;
        let (kind, word) = match verdict {
            Verdict::None => (0, Word::Two),
            Verdict::Confirmed(word) => (1, word),
            Verdict::GivenUp(word) => (2, word),
            Verdict::Waits(good, by) => (3 + usize::from(good), Word::One(by)),
        };
        let word = match word {
            Word::One(person) => person as usize,
            Word::Two => PEOPLE,
        };
        let flags = [generation.elects, generation.checked, generation.confirmed_unexposed, generation.real];
        let all = flags.iter().fold(0, |all, flag| all << 1 | usize::from(*flag));
        let held = held.0.iter().fold(0, |all, card| all << 2 | *card as usize);
        let exposed = exposed.map_or(0, |since| since as usize + 1);
        let fields = [
            (2, usize::from(number)),
            (3, sealer.map_or(PEOPLE, |person| person as usize)),
            (8, held),
            (4, all),
            (3, kind),
            (3, word),
            (2, exposed),
        ];
        fields.iter().for_each(|(width, value)| self.put(*width, *value));
    }

    /// 9 bits.
    fn person(&mut self, person: &PersonState) {
        let admitted = person.admitted.map_or(0, |admitted| {
            let [first, second] = admitted.countersigned.map(usize::from);
            1 | (admitted.by as usize) << 1 | first << 3 | second << 4 | usize::from(admitted.forged) << 5
        });
        let [first, second] = person.retired_for.map(usize::from);
        self.put(6, admitted);
        self.put(3, usize::from(person.retired_by_administrator) | first << 1 | second << 2);
    }
}
