//! Two branches that sealed one number apart: both seals stay, and each is judged by itself.

use breakglass::escrow::Generation;
use breakglass::record::confirm::SignIn;
use breakglass::record::decommission::Decommission;
use breakglass::record::finding::Rule;
use breakglass::record::seal::Kind;
use breakglass::record::statement::{Check, CheckedShare, SignedStatement};

use crate::world::{World, adoption, text};

const PEOPLE: [&str; 3] = ["alice", "bob", "carol"];
const TWO: [&str; 2] = ["alice", "bob"];

/// A log whose `prod` has a second generation of its own, and the bytes of one that has another.
struct Apart {
    world: World,
    fork: Vec<u8>,
    other: Vec<u8>,
}

impl Apart {
    /// What else happens on each of them, once it has sealed.
    fn new(there: impl Fn(&World), here: impl Fn(&World)) -> Apart {
        let world = World::ready();
        let fork = world.bytes();
        world.seal("prod", Kind::Root, 2, &PEOPLE);
        there(&world);
        let other = world.bytes();
        world.set_bytes(fork.clone());
        world.seal("prod", Kind::Root, 2, &PEOPLE);
        here(&world);
        Apart { world, fork, other }
    }

    fn join(&self) {
        self.world.adopt(adoption(&self.fork, &self.other), &TWO).unwrap();
    }

    /// The first generation, this log's own second one, and that of the branch.
    fn generations(&self) -> Vec<Generation> {
        self.world.reading().escrow.vault_named(&text("prod")).unwrap().generations.iter().cloned().collect()
    }

    /// Which of them alice has checked.
    fn checked_by_alice(&self) -> [bool; 3] {
        let alice = self.world.person("alice").id().clone();
        let checked: Vec<bool> =
            self.generations().iter().map(|one| one.checks.contains_key(&alice)).collect();
        checked.try_into().unwrap()
    }

    /// Alice's statement that she checked her share of a second generation.
    fn check_of(&self, share: impl Fn(&[Generation]) -> CheckedShare) -> SignedStatement {
        self.world.state("alice", Check::of(vec![share(&self.generations())]))
    }

    fn has(&self, rule: Rule) -> usize {
        self.world.verify().findings.iter().filter(|one| one.rule == rule).count()
    }
}

fn by_number(generations: &[Generation]) -> CheckedShare {
    let seal = &generations[1].seal;
    CheckedShare { vault: seal.vault, generation: 2, index: 1, seal: None }
}

#[test]
fn what_both_branches_had_already_puts_a_vault_in_no_use_again() {
    let apart = Apart::new(|_| {}, |_| {});
    let Apart { world, other, .. } = &apart;
    apart.join();
    let vault = world.generation("prod").seal.vault;
    let because = text("the account is closed");
    let says = Decommission { vault, because, agrees: Vec::new() };
    world.append(says, &[world.signs("dan"), world.signs("alice")]).unwrap();
    let ours = world.bytes();
    world.set_bytes(other.clone());
    world.check("bob");
    let theirs = world.bytes();
    world.set_bytes(ours);
    world.adopt(adoption(other, &theirs), &TWO).unwrap();
    assert!(world.reading().escrow.vault(&vault).unwrap().decommissioned);
}

#[test]
fn a_number_alone_means_the_seal_of_the_branch_that_it_was_said_on() {
    let apart = Apart::new(|_| {}, |_| {});
    let Apart { world, other, .. } = &apart;
    let ours = world.bytes();
    world.set_bytes(other.clone());
    let said_there = apart.check_of(by_number);
    world.set_bytes(ours);
    apart.join();
    let joined = world.bytes();
    world.collect("bob", &[&said_there]).unwrap();
    assert_eq!(apart.checked_by_alice(), [true, false, true], "the first was checked before they parted");
    world.set_bytes(joined);
    world.collect("bob", &[&apart.check_of(by_number)]).unwrap();
    assert_eq!(apart.checked_by_alice(), [true, true, false]);
}

#[test]
fn a_share_is_named_by_its_seal() {
    let apart = Apart::new(|_| {}, |_| {});
    apart.join();
    let world = &apart.world;
    let joined = world.bytes();
    let named = |generations: &[Generation], at: usize| CheckedShare {
        seal: Some(generations[at].record),
        ..by_number(generations)
    };
    world.collect("bob", &[&apart.check_of(|all| named(all, 2))]).unwrap();
    assert_eq!(apart.checked_by_alice(), [true, false, true]);
    // Whoever checks names what a number alone does not tell.
    world.set_bytes(joined.clone());
    world.check("alice");
    assert_eq!(apart.checked_by_alice(), [true; 3]);
    // The seal has the number that is said.
    world.set_bytes(joined);
    assert_eq!(apart.has(Rule::CheckShare), 0);
    world.forge_collected("bob", &[&apart.check_of(|all| named(all, 0))]);
    assert_eq!(apart.has(Rule::CheckShare), 1);
}

#[test]
fn a_rotation_that_is_live_there_is_current_here() {
    let apart = Apart::new(|world| world.confirm("prod", 2, &TWO), |_| {});
    apart.join();
    let escrow = apart.world.reading().escrow;
    let vault = escrow.vault_named(&text("prod")).unwrap();
    let all = apart.generations();
    assert_eq!(vault.current().record, all[2].record);
    // This log's own may have been set after it, and is not replaced by it.
    assert!(vault.is_undecided());
    assert_eq!(apart.has(Rule::GenerationUndecided), 1);
    let says = breakglass::record::confirm::Confirm {
        vault: vault.id,
        generation: 2,
        seal: all[1].record,
        outcome: SignIn::Failed(text("it was never set")),
    };
    let given_up = apart.world.state("carol", says);
    apart.world.collect("carol", &[&given_up]).unwrap();
    assert_eq!(apart.has(Rule::GenerationUndecided), 0);
    assert_eq!(apart.generations().iter().filter(|one| one.is_given_up()).count(), 1);
    // What is next is after both.
    apart.world.seal("prod", Kind::Root, 2, &PEOPLE);
    assert_eq!(apart.generations().last().unwrap().seal.generation, 3);
}

#[test]
fn of_two_confirmed_seals_with_one_number_one_is_given_up() {
    let confirmed = |world: &World| world.confirm("prod", 2, &TWO);
    let apart = Apart::new(confirmed, confirmed);
    assert_eq!(apart.has(Rule::GenerationUndecided), 0);
    apart.join();
    assert_eq!(apart.has(Rule::GenerationUndecided), 2);
    assert!(apart.world.reading().escrow.vault_named(&text("prod")).unwrap().is_undecided());
}
