//! What has to hold whatever happens, and whether it does.

use crate::acts::Act;
use crate::credentials::sealed;
use crate::rules::Side;
use crate::setting::Model;
use crate::state::{
    Card, EVERYBODY, Each, Generation, Missing, People, Person, Slot, State, THRESHOLD, VAULTS, Vault,
    Verdict, Word,
};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Invariant {
    /// Honest people who are a satisfying set of the current generation, and whose retirement does not count, can
    /// state what they see of it, open it, and renew it.
    CurrentPeopleCanAct,
    /// No act moves the start of an exposure later: not `recovered`, and nothing else.
    NoDeadlineMovesLater,
    /// What its release key signed counts as exposed, until a confirm ends that.
    ReleaseKeyExposes,
    /// No two people with sound shares of a generation are refused, retired or not, current or not; and honest people
    /// can renew what they opened.
    SharesAreNeverRefused,
    /// Where `open` would take credentials that the provider does not, it says `undecided`, and names those that are
    /// live.
    OpenSaysWhatIsUndecided,
    /// What only people signed whose retirement counts changes nothing that was granted, and ends nothing. (That
    /// their shares open is [`Invariant::SharesAreNeverRefused`].)
    RetiredPeopleGrantNothing,
    /// Dishonest people who are not a satisfying set, an administrator among them, never have the votes of a vault,
    /// never change by themselves what its electors decided, and are never handed the shares by an honest renewal.
    NobodyGainsAVaultAlone,
    /// An exposure ends by a confirm and by nothing else; that of the live credentials never without `undecided`.
    OnlyAConfirmEndsExposure,
    /// Honest people who together can open what is live can renew it; and if enough of them have not retired, they
    /// can open and confirm what they renewed, and nobody dishonest can.
    HonestQuorumCanRenew,
}

pub const INVARIANTS: [Invariant; 9] = [
    Invariant::CurrentPeopleCanAct,
    Invariant::NoDeadlineMovesLater,
    Invariant::ReleaseKeyExposes,
    Invariant::SharesAreNeverRefused,
    Invariant::OpenSaysWhatIsUndecided,
    Invariant::RetiredPeopleGrantNothing,
    Invariant::NobodyGainsAVaultAlone,
    Invariant::OnlyAConfirmEndsExposure,
    Invariant::HonestQuorumCanRenew,
];

/// What only electors, or people who have not retired, can change.
#[derive(PartialEq)]
struct Authority {
    votes: Each<Card>,
    retired: People,
    countersigned: People,
}

impl Model {
    /// Whether an invariant holds of a state, as far as a vault goes. Of the others nothing is asked.
    pub fn holds_of(&self, invariant: Invariant, state: &State, vault: Vault) -> bool {
        let of_vault = &state.vaults[vault];
        match invariant {
            Invariant::CurrentPeopleCanAct => self.current_people_can_act(state, vault),
            Invariant::SharesAreNeverRefused => of_vault.sealed().all(|(slot, generation)| {
                pairs(generation).all(|pair| self.opens(state, vault, slot, pair))
                    && (!self.has_honest_pair(state, generation) || self.can_renew(state, vault, slot))
            }),
            Invariant::OpenSaysWhatIsUndecided => {
                let (plan, live) = (self.plan(state, vault), usize::from(of_vault.live));
                plan.candidates[live] && (plan.first == live || plan.undecided) || self.is_theirs(vault)
            }
            Invariant::NobodyGainsAVaultAlone => {
                let votes = self.votes(state, vault);
                votes.cards().filter(|(person, card)| self.is_dishonest(state, *person, *card)).count()
                    < THRESHOLD
                    && of_vault.sealed().all(|(_, generation)| {
                        generation.sealer.is_some_and(|person| self.setting.dishonest[person])
                            || self.shares(state, generation).1 < THRESHOLD
                    })
                    || self.is_theirs(vault)
            }
            Invariant::OnlyAConfirmEndsExposure => {
                of_vault.live().exposed.is_none()
                    || self.is_exposed(state, vault, usize::from(of_vault.live))
                    || self.plan(state, vault).undecided
                    || self.is_theirs(vault)
            }
            Invariant::HonestQuorumCanRenew => self.honest_quorum_can_renew(state, vault),
            Invariant::NoDeadlineMovesLater
            | Invariant::ReleaseKeyExposes
            | Invariant::RetiredPeopleGrantNothing => true,
        }
    }

    /// Whether an invariant holds of what an act did.
    pub fn holds_across(&self, invariant: Invariant, before: &State, act: Act, after: &State) -> bool {
        match invariant {
            Invariant::NoDeadlineMovesLater => sealed(before).all(|(vault, slot, generation)| {
                let now = after.vaults[vault].generations[slot].exposed;
                generation.exposed.is_none_or(|start| now.is_none_or(|now| now <= start))
            }),
            Invariant::ReleaseKeyExposes => act
                .release_key()
                .is_none_or(|(vault, slot)| after.vaults[vault].generations[slot].exposed.is_some()),
            Invariant::RetiredPeopleGrantNothing => {
                !self.only_retired_sign(before, act)
                    || self.nothing_granted(before, after) && self.nothing_ended(before, after)
            }
            Invariant::NobodyGainsAVaultAlone => {
                !self.only_dishonest_sign(act)
                    || (0..VAULTS)
                        .filter(|vault| !self.is_theirs(*vault))
                        .all(|vault| self.authority(before, vault) == self.authority(after, vault))
                        && !decommissioned(before, after)
            }
            Invariant::OnlyAConfirmEndsExposure => {
                matches!(act, Act::Confirm(..) | Act::Turn(..) | Act::JoinConfirm(..) | Act::JoinRotation(..))
                    || self.nothing_ended(before, after)
            }
            _ => true,
        }
    }

    fn authority(&self, state: &State, vault: Vault) -> Authority {
        let admitted = state.people.0.map(|person| person.admitted);
        Authority {
            votes: self.votes(state, vault),
            retired: Each(state.people.0.map(|person| person.retired_for[vault])),
            countersigned: Each(admitted.map(|card| card.is_some_and(|card| card.countersigned[vault]))),
        }
    }

    fn nothing_granted(&self, before: &State, after: &State) -> bool {
        let verdicts =
            |state: &State| state.vaults.map(|vault| vault.generations.map(|one| one.verdict_in_effect()));
        let believed = |state: &State| matches!(state.missing, Missing::Believed(_));
        before.people == after.people
            && !decommissioned(before, after)
            && verdicts(before) == verdicts(after)
            && believed(before) == believed(after)
            && (0..VAULTS).all(|vault| self.authority(before, vault) == self.authority(after, vault))
    }

    fn nothing_ended(&self, before: &State, after: &State) -> bool {
        sealed(before).all(|(vault, slot, _)| {
            !self.is_exposed(before, vault, slot) || self.is_exposed(after, vault, slot)
        })
    }

    /// Whether nobody honest signs.
    fn only_dishonest_sign(&self, act: Act) -> bool {
        match act {
            // Approvers sign a renewal, too.
            Act::Renew(..) => false,
            Act::Decommission(_) | Act::Turn(..) => true,
            Act::Countersign(_, _, side)
            | Act::CountersignSeal(_, _, side)
            | Act::RetireFor(_, _, side)
            | Act::Disavow(side) => side == Side::Dishonest,
            Act::Seal(_, by, _)
            | Act::Admit { by, .. }
            | Act::Retire { by, .. }
            | Act::Continue(by)
            | Act::Confirm(_, _, by)
            | Act::GiveUp(_, _, by)
            | Act::JoinSeal(_, by)
            | Act::JoinConfirm(_, _, by)
            | Act::JoinRetirement { by, .. } => self.setting.dishonest[by],
            _ => false,
        }
    }

    /// Whether everybody who signs has retired: for the vault that it is about, or else for the escrow.
    fn only_retired_sign(&self, state: &State, act: Act) -> bool {
        let all_dishonest = |vault| self.dishonest().all(|one| self.is_retired_for(state, vault, one));
        match act {
            Act::Countersign(vault, _, Side::Dishonest)
            | Act::CountersignSeal(vault, _, Side::Dishonest)
            | Act::RetireFor(vault, _, Side::Dishonest)
            | Act::Decommission(vault)
            | Act::Turn(vault, _) => all_dishonest(vault),
            Act::Disavow(Side::Dishonest) => (0..VAULTS).all(all_dishonest),
            Act::Confirm(vault, slot, person) | Act::GiveUp(vault, slot, person) => {
                let generation = &state.vaults[vault].generations[slot];
                let voice = self.voice(state, vault, person, generation.held[person]);
                let alone = match generation.verdict {
                    Verdict::Confirmed(Word::One(first))
                    | Verdict::GivenUp(Word::One(first))
                    | Verdict::Waits(_, first) => first == voice,
                    _ => true,
                };
                self.is_retired_for(state, vault, voice)
                    || state.people[voice].retired_by_administrator && alone
            }
            Act::Seal(vault, by, _) => self.is_retired(state, by) || self.is_retired_for(state, vault, by),
            Act::Admit { by, .. } | Act::Retire { by, .. } | Act::Continue(by) => self.is_retired(state, by),
            Act::JoinSeal(..) | Act::JoinConfirm(..) | Act::JoinRetirement { .. } => true,
            _ => false,
        }
    }

    fn current_people_can_act(&self, state: &State, vault: Vault) -> bool {
        let slot = self.current(state, vault);
        let generation = &state.vaults[vault].generations[slot];
        let mut people = self.honest_and_heard(state, vault, generation);
        let (Some(one), Some(other)) = (people.next(), people.next()) else { return true };
        [one, other].into_iter().chain(people).all(|person| self.may_state(state, vault, slot, person))
            && self.opens(state, vault, slot, [one, other])
            && self.can_renew(state, vault, slot)
    }

    fn honest_quorum_can_renew(&self, state: &State, vault: Vault) -> bool {
        let slot = usize::from(state.vaults[vault].live);
        let generation = &state.vaults[vault].generations[slot];
        if !self.has_honest_pair(state, generation) {
            return true;
        }
        let own = |person, card| self.controller(state, person, card) == person;
        let Some(held) = self.renewal_cards(state, vault, slot, own) else { return false };
        let next = Generation { held, ..Generation::default() };
        let votes = self.votes(state, vault);
        let votes = votes.cards().filter(|(person, card)| !self.is_dishonest(state, *person, *card));
        let in_office = self.honest_and_heard(state, vault, generation).count() >= THRESHOLD
            && votes.count() >= THRESHOLD;
        let good = self.honest_and_heard(state, vault, &next).count() >= THRESHOLD
            && (self.shares(state, &next).1 < THRESHOLD || self.is_theirs(vault));
        self.can_renew(state, vault, slot) && (good || !in_office)
    }

    /// The honest holders of a generation whose retirement does not count, nor that of an administrator for whom
    /// their card still speaks.
    fn honest_and_heard<'a>(
        &'a self,
        state: &'a State,
        vault: Vault,
        generation: &'a Generation,
    ) -> impl Iterator<Item = Person> + 'a {
        generation.holders().filter(move |person| {
            let card = generation.held[*person];
            let voice = self.voice(state, vault, *person, card);
            !self.is_dishonest(state, *person, card) && !self.is_retired_for(state, vault, voice)
        })
    }

    fn has_honest_pair(&self, state: &State, generation: &Generation) -> bool {
        self.shares(state, generation).0 >= THRESHOLD
    }

    /// Whether somebody honest, holder or not, may request a renewal of a generation, and it comes to enough cards.
    /// Vacuous if all of them have retired.
    fn can_renew(&self, state: &State, vault: Vault, slot: Slot) -> bool {
        let own = |person, card| self.controller(state, person, card) == person;
        let mut office = EVERYBODY.into_iter().filter(|person| {
            let known = self.setting.enrolled[*person] && !self.setting.dishonest[*person];
            known && !self.is_retired_for(state, vault, *person)
        });
        let requester = |person| self.may_renew(state, vault, slot, (person, Card::First));
        office.clone().count() == 0
            || office.any(requester) && self.renewal_cards(state, vault, slot, own).is_some()
    }
}

/// Every two holders.
fn pairs(generation: &Generation) -> impl Iterator<Item = [Person; 2]> + '_ {
    let others = |one: Person| generation.holders().filter(move |other| *other > one);
    generation.holders().flat_map(move |one| others(one).map(move |other| [one, other]))
}

/// Whether an act took a vault out of use. A later seal or release may put it back.
fn decommissioned(before: &State, after: &State) -> bool {
    before
        .vaults
        .iter()
        .zip(&after.vaults)
        .any(|(before, after)| !before.decommissioned && after.decommissioned)
}
