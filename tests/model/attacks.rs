//! Attacks and accidents that the rules were made for, one by one.

use crate::acts::{Act, To};
use crate::mutants::Mutant;
use crate::rules::Side::{Dishonest, Together};
use crate::setting::{ALONE, BESIDE, Model, SANDBOX, Setting};
use crate::state::Person::{Ann, Bob, Carol, Dave};
use crate::state::{Card, Missing, State, Verdict, Word};

const PROD: usize = 0;
const SECOND: usize = 1;

fn rules_of(setting: &'static Setting) -> Model {
    Model { setting, broken: None }
}

fn broken(setting: &'static Setting, mutant: Mutant) -> Model {
    Model { setting, broken: Some(mutant) }
}

impl Model {
    /// Each of these acts happens, and changes something.
    fn play(&self, acts: &[Act]) -> State {
        self.play_on(self.start(), acts)
    }

    fn play_on(&self, start: State, acts: &[Act]) -> State {
        acts.iter().fold(start, |state, act| {
            let next = self.apply(&state, *act);
            next.filter(|next| *next != state).unwrap_or_else(|| panic!("{act:?} changes nothing"))
        })
    }

    /// Whether no reader takes an act, or it changes nothing.
    fn is_void(&self, state: &State, act: Act) -> bool {
        self.apply(state, act).is_none_or(|next| next == *state)
    }
}

/// Ann replaces the cards of both custodians, as lost, with keys of her own. The next honest renewal goes to the old
/// cards, and nothing that Ann signs makes hers count.
#[test]
fn one_administrator_replaces_two_cards_and_is_handed_nothing_by_the_next_renewal() {
    let replaced = [Act::Check(SECOND, 0), Act::Admit { person: Bob, by: Ann, forged: true }];
    let renewed = |model: &Model, vault| {
        let state = model.play_on(model.play(&replaced), &[Act::Renew(vault, 0, Together)]);
        state.vaults[vault].generations[1]
    };
    let model = rules_of(&ALONE);
    for vault in [PROD, SECOND] {
        let state = model.play(&replaced);
        for person in [Bob, Carol] {
            assert!(state.people[person].admitted.is_some_and(|card| card.forged));
            assert!(model.is_void(&state, Act::Countersign(vault, person, Dishonest)));
            assert!(
                model.is_void(&state, Act::Countersign(vault, person, Together)),
                "honest electors compare words"
            );
        }
        let next = renewed(&model, vault);
        assert_eq!((next.held[Bob], next.held[Carol]), (Card::First, Card::First));
        assert!(model.shares(&state, &next).1 < 2);
        let lax = broken(&ALONE, Mutant::AdmittedCardTakesOver);
        assert!(lax.shares(&state, &renewed(&lax, vault)).1 >= 2, "the attack is one");
    }
}

/// Ann enrolls Dave with keys of her own, seals a generation to the two of them, confirms it alone, and decommissions
/// the vault as its administrator and one of its holders.
#[test]
fn one_administrator_does_not_decommission_with_a_card_of_her_own() {
    let acts = [
        Act::Admit { person: Dave, by: Ann, forged: true },
        Act::Seal(PROD, Ann, To::DaveFor(Bob)),
        Act::Confirm(PROD, 1, Ann),
    ];
    let model = rules_of(&ALONE);
    let state = model.play(&acts);
    assert_eq!(model.current(&state, PROD), 1, "one person's word takes effect …");
    let plan = model.plan(&state, PROD);
    assert!(plan.undecided && plan.first == 0, "… as a finding");
    assert!(model.is_void(&state, Act::Confirm(PROD, 1, Dave)), "a card of hers is not a second person");
    assert!(model.is_void(&state, Act::Decommission(PROD)));
    let lax = broken(&ALONE, Mutant::OwnCardsAreOthers);
    assert!(lax.play_on(state, &[Act::Decommission(PROD)]).vaults[PROD].decommissioned, "the attack is one");
}

/// Whomever Ann retires alone, the honest custodians open, renew and confirm as before.
#[test]
fn one_retirement_leaves_an_honest_quorum_able_to_renew() {
    let model = rules_of(&ALONE);
    for (vault, person) in [(PROD, Bob), (PROD, Carol), (SECOND, Bob), (SECOND, Carol)] {
        let state = model.play(&[
            Act::Retire { person, by: Ann },
            Act::Renew(vault, 0, Together),
            Act::Switch(vault, 1),
            Act::Confirm(vault, 1, person),
            Act::Confirm(vault, 1, if person == Bob { Carol } else { Bob }),
        ]);
        assert_eq!(state.vaults[vault].generations[1].verdict, Verdict::Confirmed(Word::Two));
        assert!(!model.plan(&state, vault).undecided && !model.is_exposed(&state, vault, 0));
        assert_eq!(model.current(&state, vault), 1);
    }
    let strict = broken(&ALONE, Mutant::RetirementCountsInRenewals);
    let state = strict.play(&[Act::Retire { person: Bob, by: Ann }, Act::Renew(PROD, 0, Together)]);
    assert_eq!(state.vaults[PROD].generations[1].held[Bob], Card::None, "the attack is one");
}

/// Dave retires Ann. From a copy of the log from before that, she seals the next generation, retires two and confirms
/// what she sealed; two people adopt her branch in good faith. The seal is there, and that is all.
#[test]
fn a_revoked_administrators_branch_grants_and_clears_nothing() {
    let model = rules_of(&BESIDE);
    let state = model.play(&[Act::Open(PROD, 0), Act::Tick, Act::Retire { person: Ann, by: Dave }]);
    let state = model.play_on(state, &[Act::JoinSeal(PROD, Ann)]);
    assert!(model.is_void(&state, Act::Seal(PROD, Ann, To::Electors)), "nor without a branch");
    for person in [Bob, Carol, Dave] {
        assert!(model.is_void(&state, Act::JoinRetirement { person, by: Ann }));
    }
    // Nobody has countersigned that Ann retired: as a holder, she may be the second of two, and not the first.
    let said = model.play_on(state, &[Act::Confirm(PROD, 1, Ann)]);
    let retired = model.play_on(state, &[Act::RetireFor(PROD, Ann, Together)]);
    assert!(model.is_void(&retired, Act::Confirm(PROD, 1, Ann)));
    assert!(model.is_void(&retired, Act::JoinConfirm(PROD, 1, Ann)));
    for state in [said, retired] {
        assert!(model.is_exposed(&state, PROD, 0), "the rotation is due as it was");
        assert_eq!(model.current(&state, PROD), 0);
        let plan = model.plan(&state, PROD);
        assert!(plan.undecided && plan.first == 0);
    }
    let lax = broken(&BESIDE, Mutant::RetiredWordIsEnough);
    let state = lax.play_on(state, &[Act::Confirm(PROD, 1, Ann)]);
    assert!(!lax.is_exposed(&state, PROD, 0), "the attack is one");
}

/// What a branch reports counts, here a release and a live rotation, though this log has sealed another generation of
/// the same number. Both stay, and `open` names both until one is given up.
#[test]
fn a_live_rotation_on_another_branch_is_not_lost() {
    let model = rules_of(&BESIDE);
    let state = model.play(&[Act::Renew(PROD, 0, Together), Act::JoinRotation(PROD, 0)]);
    let [_, ours, theirs] = &state.vaults[PROD].generations;
    assert_eq!((ours.number, theirs.number), (2, 2));
    let plan = model.plan(&state, PROD);
    assert!(plan.undecided && plan.candidates == [false, true, true]);
    let state = model.play_on(state, &[Act::GiveUp(PROD, 1, Bob), Act::GiveUp(PROD, 1, Carol)]);
    let plan = model.plan(&state, PROD);
    assert!(!plan.undecided && plan.first == 2, "the other was given up by two");
}

/// A retired person invents missing records. That is believed once a release follows, and can be taken back; what was
/// exposed stays so.
#[test]
fn an_invented_gap_is_not_believed_and_can_be_disavowed() {
    let model = rules_of(&BESIDE);
    let state = model.play(&[Act::Retire { person: Ann, by: Dave }, Act::Continue(Ann)]);
    assert_eq!(state.missing, Missing::Claimed(Ann));
    let state = model.play_on(state, &[Act::Open(PROD, 0)]);
    assert_eq!(state.missing, Missing::Believed(Ann));
    assert!(model.is_void(&state, Act::Disavow(Dishonest)));
    let state = model.play_on(state, &[Act::Disavow(Together)]);
    assert!(state.missing == Missing::Nothing && model.is_exposed(&state, PROD, 0));
}

/// The custodians of a sandbox neither retire anybody of another vault, nor countersign or decommission there.
#[test]
fn the_custodians_of_a_sandbox_do_nothing_to_another_vault() {
    let model = rules_of(&SANDBOX);
    let state = model.play(&[Act::Check(SECOND, 0)]);
    for person in [Ann, Bob] {
        assert!(model.is_void(&state, Act::RetireFor(PROD, person, Dishonest)));
    }
    assert!(model.is_void(&state, Act::Decommission(PROD)));
    let lax = broken(&SANDBOX, Mutant::AnyVaultsElectors);
    assert!(!lax.is_void(&state, Act::RetireFor(PROD, Bob, Dishonest)), "the attack is one");
}

/// An honest administrator sealed a generation to himself in Bob's place. It is in use, though nobody countersigned it.
/// The people who open it can renew it: the next goes to the same people, and gives them no vote.
#[test]
fn what_was_opened_can_be_renewed_though_its_people_have_no_vote() {
    let acts = [
        Act::Open(PROD, 0),
        Act::Seal(PROD, Dave, To::DaveFor(Bob)),
        Act::Switch(PROD, 1),
        Act::Confirm(PROD, 1, Carol),
        Act::Confirm(PROD, 1, Dave),
    ];
    let model = rules_of(&BESIDE);
    let state = model.play(&acts);
    assert!(!state.vaults[PROD].generations[1].elects);
    let state = model.play_on(state, &[Act::Renew(PROD, 1, Together)]);
    let next = state.vaults[PROD].generations[2];
    assert!(next.held == state.vaults[PROD].generations[1].held && !next.elects);
    assert!(model.votes(&state, PROD)[Dave] == Card::None && model.votes(&state, PROD)[Bob] == Card::First);
    let strict = broken(&BESIDE, Mutant::OnlyElectorsRenew);
    assert!(
        strict.is_void(&strict.play(&acts), Act::Renew(PROD, 1, Together)),
        "with that rule they could not"
    );
}
