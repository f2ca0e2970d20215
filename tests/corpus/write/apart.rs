//! Branches that sealed one number apart, and were joined.

use breakglass::record::finding::Rule;
use breakglass::record::seal::Kind;
use breakglass::record::statement::{Check, CheckedShare};

use super::log_case::{LogCase, small};
use super::put::base;
use crate::world::{World, adoption, text};

const ALL: [&str; 3] = ["alice", "bob", "carol"];
const TWO: [&str; 2] = ["alice", "bob"];

pub fn write() {
    let world = small();
    let fork = world.bytes();
    let ours = sealed(&world, &fork);
    base(&ours);
    let other = sealed(&world, &fork);
    let case = |name: &str, about: &str, rule: Rule, change: &dyn Fn()| {
        world.set_bytes(ours.clone());
        change();
        LogCase::of(&format!("apart-{name}"), about, rule).of_world(&world);
    };
    let join = |other: &[u8]| {
        world.adopt(adoption(&fork, other), &TWO).unwrap();
    };
    let there = |act: &dyn Fn()| {
        world.set_bytes(other.clone());
        act();
        world.bytes()
    };
    let check = |seal: Option<usize>| {
        let escrow = world.reading().escrow;
        let vault = escrow.vault_named(&text("prod")).unwrap();
        let seal = seal.map(|at| vault.generations[at].record);
        world.state("alice", Check::of(vec![CheckedShare { vault: vault.id, generation: 2, index: 1, seal }]))
    };
    world.set_bytes(other.clone());
    let said_there = check(None);
    case("checked-there", "A check of the branch's own seal, collected here.", Rule::AdoptConflict, &|| {
        join(&other);
        world.collect("bob", &[&said_there]).unwrap();
    });
    case("checked-here", "Everybody checks both.", Rule::AdoptConflict, &|| {
        join(&other);
        ALL.into_iter().for_each(|who| world.check(who));
    });
    case("named", "A check of the branch's seal, by its digest.", Rule::AdoptConflict, &|| {
        join(&other);
        world.collect("bob", &[&check(Some(2))]).unwrap();
    });
    case("named-other-number", "A seal that has another number.", Rule::CheckShare, &|| {
        join(&other);
        world.forge_collected("bob", &[&check(Some(0))]);
    });
    let confirmed = there(&|| world.confirm("prod", 2, &TWO));
    case("confirmed-there", "The branch's seal is confirmed.", Rule::GenerationUndecided, &|| {
        join(&confirmed)
    });
    case("confirmed-both", "Both are confirmed.", Rule::GenerationUndecided, &|| {
        world.confirm("prod", 2, &TWO);
        join(&confirmed);
    });
    let released = there(&|| {
        world.released();
    });
    case("released-there", "The branch released the one before.", Rule::Exposed, &|| join(&released));
    case("next", "The next one is after both.", Rule::AdoptConflict, &|| {
        join(&confirmed);
        world.seal("prod", Kind::Root, 2, &ALL);
    });
}

/// The log `from`, with the next generation of `prod`.
fn sealed(world: &World, from: &[u8]) -> Vec<u8> {
    world.set_bytes(from.to_vec());
    world.seal("prod", Kind::Root, 2, &ALL);
    world.bytes()
}
