//! What can happen: a record, a statement, or something in the world. [`Model::apply`] says whether it can happen
//! now, and what comes of it. Honest people do only what the genuine program offers and their own eyes confirm: a
//! card is countersigned if it is that person's, a generation is confirmed if it signs in. Dishonest people sign
//! anything; whether it counts is up to the rules.

use crate::rules::Side;
use crate::setting::Model;
use crate::state::{EVERYBODY, Person, Slot, State, VAULTS, Vault};

/// Whom an administrator seals to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum To {
    /// The electors' cards, as the program proposes.
    Electors,
    /// The electors, each with the newest card of theirs in the log.
    NewestCards,
    /// The electors with Dave in the place of one of them.
    DaveFor(Person),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// Time passes: what happened now, happened before.
    Tick,
    /// A satisfying set checks its shares.
    Check(Vault, Slot),
    /// A satisfying set opens a generation: request, approvals, release, end.
    Open(Vault, Slot),
    /// A dishonest sealer signs a release with the release key alone.
    StrayRelease(Vault, Slot),
    /// A generation is opened by a request that `renews`, and its requester seals the next.
    Renew(Vault, Slot, Side),
    /// An administrator seals the next generation.
    Seal(Vault, Person, To),
    /// In the world: people who see the live password set that of a later generation at the provider.
    Switch(Vault, Slot),
    /// One person states that a generation signs in.
    Confirm(Vault, Slot, Person),
    /// One person states that it does not: `confirm --failed`.
    GiveUp(Vault, Slot, Person),
    /// Dishonest people turn a verdict by two.
    Turn(Vault, Slot),
    /// An administrator admits a card of a person. It is forged if its keys are the administrator's own.
    Admit { person: Person, by: Person, forged: bool },
    /// Electors of a vault countersign an admitted card.
    Countersign(Vault, Person, Side),
    /// Electors of a vault countersign an administrator's seal, and its cards.
    CountersignSeal(Vault, Slot, Side),
    /// An administrator retires a person.
    Retire { person: Person, by: Person },
    /// Electors of a vault retire a person for it, or countersign that an administrator did.
    RetireFor(Vault, Person, Side),
    /// Dishonest people decommission a vault.
    Decommission(Vault),
    /// A damaged tail, which may have begun a release, is put away.
    Recovered(Vault, Slot),
    /// A dishonest person continues the log in another file, and invents records that are missing.
    Continue(Person),
    /// Two administrators, or electors, take back what was declared missing.
    Disavow(Side),
    /// A branch is adopted that holds a release. It happened before.
    JoinRelease(Vault, Slot),
    /// A branch is adopted in which honest people opened a generation, renewed it, and confirmed the next.
    JoinRotation(Vault, Slot),
    /// A branch is adopted in which a person, since retired, sealed the next generation to their own wishes.
    JoinSeal(Vault, Person),
    /// The same with a confirm.
    JoinConfirm(Vault, Slot, Person),
    /// The same with a retirement.
    JoinRetirement { person: Person, by: Person },
}

impl Act {
    /// The generation that it is about, if it is about one that is already sealed.
    fn generation(self) -> Option<(Vault, Slot)> {
        match self {
            Act::Check(vault, slot)
            | Act::Open(vault, slot)
            | Act::StrayRelease(vault, slot)
            | Act::Renew(vault, slot, _)
            | Act::Switch(vault, slot)
            | Act::Confirm(vault, slot, _)
            | Act::GiveUp(vault, slot, _)
            | Act::Turn(vault, slot)
            | Act::CountersignSeal(vault, slot, _)
            | Act::Recovered(vault, slot)
            | Act::JoinRelease(vault, slot)
            | Act::JoinRotation(vault, slot)
            | Act::JoinConfirm(vault, slot, _) => Some((vault, slot)),
            _ => None,
        }
    }

    /// The generation whose release key signs, if one does.
    pub fn release_key(self) -> Option<(Vault, Slot)> {
        match self {
            Act::Open(vault, slot)
            | Act::StrayRelease(vault, slot)
            | Act::Renew(vault, slot, _)
            | Act::JoinRelease(vault, slot)
            | Act::JoinRotation(vault, slot) => Some((vault, slot)),
            _ => None,
        }
    }
}

impl Model {
    /// Everything that can ever happen in this setting.
    pub fn acts(&self) -> Vec<Act> {
        let mut acts = vec![Act::Tick, Act::Disavow(Side::Together), Act::Disavow(Side::Dishonest)];
        for vault in 0..VAULTS {
            (0..self.setting.generations[vault])
                .for_each(|slot| self.acts_about_a_generation(vault, slot, &mut acts));
            acts.push(Act::Decommission(vault));
            for side in [Side::Together, Side::Dishonest] {
                for person in EVERYBODY {
                    acts.extend([Act::Countersign(vault, person, side), Act::RetireFor(vault, person, side)]);
                }
            }
        }
        for by in EVERYBODY {
            if self.setting.dishonest[by] {
                acts.push(Act::Continue(by));
            }
            if self.setting.administrators[by] {
                self.acts_of_an_administrator(by, &mut acts);
            }
        }
        acts
    }

    fn acts_about_a_generation(&self, vault: Vault, slot: Slot, acts: &mut Vec<Act>) {
        acts.extend([
            Act::Check(vault, slot),
            Act::Open(vault, slot),
            Act::StrayRelease(vault, slot),
            Act::Switch(vault, slot),
            Act::Turn(vault, slot),
        ]);
        // The second vault is there for who acts for what; what happens to the log is tried on the first.
        if vault == 0 {
            let joined = [Act::JoinRelease(vault, slot), Act::JoinRotation(vault, slot)];
            acts.extend(joined.into_iter().chain([Act::Recovered(vault, slot)]));
        }
        for side in [Side::Together, Side::Dishonest] {
            acts.extend([Act::Renew(vault, slot, side), Act::CountersignSeal(vault, slot, side)]);
        }
        for person in EVERYBODY {
            acts.extend([Act::Confirm(vault, slot, person), Act::GiveUp(vault, slot, person)]);
            if self.setting.dishonest[person] {
                acts.push(Act::JoinConfirm(vault, slot, person));
            }
        }
    }

    fn acts_of_an_administrator(&self, by: Person, acts: &mut Vec<Act>) {
        let dishonest = self.setting.dishonest[by];
        for vault in 0..VAULTS {
            let to = [To::Electors, To::NewestCards, To::DaveFor(Person::Bob), To::DaveFor(Person::Carol)];
            acts.extend(to.map(|to| Act::Seal(vault, by, to)));
            if dishonest && vault == 0 {
                acts.push(Act::JoinSeal(vault, by));
            }
        }
        for person in EVERYBODY.into_iter().filter(|person| *person != by) {
            acts.extend([Act::Admit { person, by, forged: false }, Act::Retire { person, by }]);
            if dishonest {
                acts.extend([Act::Admit { person, by, forged: true }, Act::JoinRetirement { person, by }]);
            }
        }
    }

    /// What comes of an act. None if it cannot happen now, or if no reader would take it.
    pub fn apply(&self, state: &State, act: Act) -> Option<State> {
        if act.generation().is_some_and(|(vault, slot)| !state.vaults[vault].generations[slot].sealed()) {
            return None;
        }
        match act {
            Act::Tick => self.tick(state),
            Act::Check(vault, slot) => self.check(state, vault, slot),
            Act::Open(vault, slot) => self.open(state, vault, slot),
            Act::StrayRelease(vault, slot) => self.stray_release(state, vault, slot),
            Act::Renew(vault, slot, side) => self.renew(state, vault, slot, side),
            Act::Seal(vault, by, to) => self.seal(state, vault, by, to),
            Act::Switch(vault, slot) => self.switch(state, vault, slot),
            Act::Confirm(vault, slot, person) => self.state_verdict(state, vault, slot, person, true),
            Act::GiveUp(vault, slot, person) => self.state_verdict(state, vault, slot, person, false),
            Act::Turn(vault, slot) => self.turn(state, vault, slot),
            Act::Admit { person, by, forged } => self.admit(state, person, by, forged),
            Act::Countersign(vault, person, side) => self.countersign(state, vault, person, side),
            Act::CountersignSeal(vault, slot, side) => self.countersign_seal(state, vault, slot, side),
            Act::Retire { person, by } => self.retire(state, person, by),
            Act::RetireFor(vault, person, side) => self.retire_for(state, vault, person, side),
            Act::Decommission(vault) => self.decommission(state, vault),
            Act::Recovered(vault, slot) => self.recovered(state, vault, slot),
            Act::Continue(person) => self.continue_elsewhere(state, person),
            Act::Disavow(side) => self.disavow(state, side),
            Act::JoinRelease(vault, slot) => self.join_release(state, vault, slot),
            Act::JoinRotation(vault, slot) => self.join_rotation(state, vault, slot),
            Act::JoinSeal(vault, by) => self.join_seal(state, vault, by),
            Act::JoinConfirm(vault, slot, by) => self.join_confirm(state, vault, slot, by),
            Act::JoinRetirement { person, by } => self.join_retirement(state, person, by),
        }
    }
}
