//! A model of the rules for generations, electors, cards, retirements and repairs, written from the specification
//! and not from the code, and a search of everything that can happen in it. Read [`state`] for what there is, [`acts`]
//! for what can happen, [`rules`] and [`verdicts`] for what the log makes of it, and [`invariants`] for what has to
//! hold whatever happens.
//!
//! There are four people, two vaults and up to three generations of each. A state has two sides: what the log says,
//! which is all that rules look at, and what is true in the world, which only people see: which password the provider
//! takes, who holds the keys of a card, who is honest. The invariants compare the two.
//!
//! `BREAKGLASS_MODEL_STEPS` says how many acts in a row are searched. CI searches eight.

#[path = "model/acts.rs"]
mod acts;
#[path = "model/attacks.rs"]
mod attacks;
#[path = "model/credentials.rs"]
mod credentials;
#[path = "model/invariants.rs"]
mod invariants;
#[path = "model/mutants.rs"]
mod mutants;
#[path = "model/people.rs"]
mod people;
#[path = "model/repairs.rs"]
mod repairs;
#[path = "model/rules.rs"]
mod rules;
#[path = "model/search.rs"]
mod search;
#[path = "model/setting.rs"]
mod setting;
#[path = "model/state.rs"]
mod state;
#[path = "model/verdicts.rs"]
mod verdicts;

use std::collections::{BTreeSet, HashSet};
use std::env;
use std::mem::discriminant;
use std::time::Instant;

use acts::Act;
use invariants::{INVARIANTS, Invariant};
use mutants::Mutant;
use rules::Side;
use search::{MOST_STEPS, Searched, search};
use setting::{ALONE, BESIDE, Model, SANDBOX, SETTINGS, Setting};
use state::{Packed, State};

/// How many acts in a row are searched, unless `BREAKGLASS_MODEL_STEPS` says otherwise. More would keep those waiting
/// who build without optimisation.
const STEPS: usize = 5;

/// How many acts in a row a mutant needs at most.
const STEPS_OF_MUTANTS: usize = 5;

/// Each mutant, where it is looked for, and the invariant that has to fail.
pub const MUTANTS: &[(Mutant, &Setting, Invariant)] = &[
    (Mutant::RetirementSilencesHolders, &ALONE, Invariant::CurrentPeopleCanAct),
    (Mutant::RecoveredRestartsTheDeadline, &ALONE, Invariant::NoDeadlineMovesLater),
    (Mutant::InvalidReleaseExposesNothing, &ALONE, Invariant::ReleaseKeyExposes),
    (Mutant::RetiredSharesAreRefused, &ALONE, Invariant::SharesAreNeverRefused),
    (Mutant::OnlyCurrentOpens, &ALONE, Invariant::SharesAreNeverRefused),
    (Mutant::OnlyElectorsRenew, &BESIDE, Invariant::SharesAreNeverRefused),
    (Mutant::CurrentIsTakenAsLive, &ALONE, Invariant::OpenSaysWhatIsUndecided),
    (Mutant::OnlyNewerIsUndecided, &ALONE, Invariant::OpenSaysWhatIsUndecided),
    (Mutant::OneWordDecides, &ALONE, Invariant::OpenSaysWhatIsUndecided),
    (Mutant::OwnCardsAreOthers, &ALONE, Invariant::OpenSaysWhatIsUndecided),
    (Mutant::OneTurnsTwo, &ALONE, Invariant::OpenSaysWhatIsUndecided),
    (Mutant::BranchPastDecides, &BESIDE, Invariant::RetiredPeopleGrantNothing),
    (Mutant::RetiredContinueIsBelieved, &BESIDE, Invariant::RetiredPeopleGrantNothing),
    (Mutant::RetiredPeopleState, &ALONE, Invariant::RetiredPeopleGrantNothing),
    (Mutant::RetiredWordIsEnough, &BESIDE, Invariant::RetiredPeopleGrantNothing),
    (Mutant::GivenUpKeepsNoElectors, &ALONE, Invariant::NobodyGainsAVaultAlone),
    (Mutant::AdmittedCardTakesOver, &ALONE, Invariant::NobodyGainsAVaultAlone),
    (Mutant::OwnCardsAreOthers, &ALONE, Invariant::NobodyGainsAVaultAlone),
    (Mutant::AnyVaultsElectors, &SANDBOX, Invariant::NobodyGainsAVaultAlone),
    (Mutant::SealEndsExposure, &ALONE, Invariant::OnlyAConfirmEndsExposure),
    (Mutant::DisavowEndsExposure, &BESIDE, Invariant::OnlyAConfirmEndsExposure),
    (Mutant::RetirementCountsInRenewals, &ALONE, Invariant::HonestQuorumCanRenew),
];

fn steps() -> usize {
    let Ok(steps) = env::var("BREAKGLASS_MODEL_STEPS") else { return STEPS };
    let steps = steps.parse().expect("BREAKGLASS_MODEL_STEPS is a number of acts");
    assert!((1..=MOST_STEPS).contains(&steps), "the model makes 1 to {MOST_STEPS} acts in a row");
    steps
}

/// Whether only a broken rule lets an act change anything.
fn is_hopeless(setting: &Model, act: Act) -> bool {
    match act {
        Act::Countersign(vault, _, side)
        | Act::CountersignSeal(vault, _, side)
        | Act::RetireFor(vault, _, side) => side == Side::Dishonest && !setting.is_theirs(vault),
        Act::Turn(..) | Act::Decommission(_) | Act::JoinConfirm(..) | Act::JoinRetirement { .. } => true,
        _ => false,
    }
}

#[test]
fn the_rules_hold_whatever_happens() {
    let mut made: Vec<(Act, u64)> = Vec::new();
    for setting in SETTINGS {
        let (model, started) = (Model { setting, broken: None }, Instant::now());
        let searched = search(&model, &INVARIANTS, steps());
        let Searched { states, made: here, failure } = searched;
        let (all, times) = (states.iter().sum::<usize>(), here.iter().map(|(_, times)| times).sum::<u64>());
        println!(
            "{}: {all} states {states:?}, {times} acts, {:.1} s",
            setting.name,
            started.elapsed().as_secs_f64()
        );
        assert!(failure.is_none(), "{}: {failure:?}", setting.name);
        for (act, times) in &here {
            assert!(
                *times == 0 || !is_hopeless(&model, *act),
                "{}: {act:?} should change nothing",
                setting.name
            );
        }
        made.extend(here.into_iter().filter(|(act, _)| !is_hopeless(&model, *act)));
    }
    for (act, _) in &made {
        let alike = |other: &&(Act, u64)| discriminant(&other.0) == discriminant(act);
        assert!(made.iter().filter(alike).any(|(_, times)| *times > 0), "nothing like {act:?} ever happens");
    }
}

#[test]
fn each_invariant_fails_when_its_rule_is_broken() {
    for (mutant, setting, invariant) in MUTANTS {
        let model = Model { setting, broken: Some(*mutant) };
        let failure = search(&model, &[*invariant], STEPS_OF_MUTANTS).failure;
        let failure = failure.unwrap_or_else(|| panic!("{mutant:?}: {invariant:?} holds"));
        println!("{mutant:?}: {invariant:?} fails after {:?}", failure.trail);
        assert_eq!(failure.invariant, *invariant);
    }
    for invariant in INVARIANTS {
        assert!(
            MUTANTS.iter().any(|(_, _, noticed)| *noticed == invariant),
            "no mutant is for {invariant:?}"
        );
    }
}

/// Where the search takes two states for one, the same can happen in both. So nothing is missed.
#[test]
fn states_that_count_as_one_have_the_same_future() {
    for setting in SETTINGS {
        let model = Model { setting, broken: None };
        let acts = model.acts();
        let future = |state: &State| -> BTreeSet<Packed> {
            let next = acts.iter().filter_map(|act| model.apply(state, *act));
            next.map(|next| model.canonical(next).1).chain([model.canonical(*state).1]).collect()
        };
        let (mut states, mut compared) = (vec![model.start()], 0);
        for _ in 0..3 {
            let next: Vec<State> = states
                .iter()
                .flat_map(|state| acts.iter().filter_map(|act| model.apply(state, *act)))
                .collect();
            let mut seen = HashSet::new();
            states = next.into_iter().filter(|state| seen.insert(state.packed())).collect();
            for state in &states {
                let (other, _) = model.canonical(*state);
                if other != *state {
                    compared += 1;
                    assert_eq!(future(state), future(&other), "{}: {state:?}", setting.name);
                }
            }
        }
        assert!(compared > 200, "{}: {compared} states were compared", setting.name);
    }
}

/// Rules know the log and nothing else: with another truth about the world they say the same.
#[test]
fn rules_ask_nothing_of_the_world() {
    for setting in SETTINGS {
        let model = Model { setting, broken: None };
        let acts = model.acts();
        let mut states = vec![model.start()];
        for _ in 0..3 {
            let next = states.iter().flat_map(|state| acts.iter().filter_map(|act| model.apply(state, *act)));
            let mut seen = HashSet::new();
            states = next.filter(|state| seen.insert(state.packed())).collect();
        }
        let differ = states.iter().filter(|state| state.with_another_world() != **state).count();
        assert!(differ * 2 > states.len(), "{}: {differ} of {} states", setting.name, states.len());
        for state in &states {
            let other = state.with_another_world();
            assert_eq!(model.verdicts_of_the_log(state), model.verdicts_of_the_log(&other), "{state:?}");
        }
    }
}
