//! Generations: who may confirm them, whose word holds, which one is current, and who has the vote.

use breakglass::crypto::digest::Digest;
use breakglass::escrow::Vault;
use breakglass::record::agree::Agree;
use breakglass::record::confirm::{Confirm, SignIn};
use breakglass::record::finding::Rule;
use breakglass::record::seal::{Credentials, Kind};
use breakglass::record::statement::Statement;

use crate::retirements::retire;
use crate::world::{CANARY, World, text};
use crate::{Case, Spoil};

const ALL: [&str; 3] = ["alice", "bob", "carol"];

/// The number of the first seal of `prod`.
const SEAL: u64 = 1;

fn works(world: &World) -> SignIn {
    SignIn::SignedIn(world.now())
}

fn fails() -> SignIn {
    SignIn::Failed(text("the codes are refused"))
}

/// The next generation of `prod`, with new credentials for the same people; the number of its seal.
fn renewed() -> (World, u64) {
    let world = World::ready();
    world.seal("prod", Kind::Root, 2, &ALL);
    let seal = world.head().seq;
    (world, seal)
}

fn prod(world: &World) -> Vault {
    world.reading().escrow.vault_named(&text("prod")).unwrap().clone()
}

fn current(world: &World) -> u32 {
    prod(world).current().seal.generation
}

/// What is found of `rule`, by the number of the record.
fn found(world: &World, rule: Rule) -> Vec<u64> {
    world.verify().findings.iter().filter(|one| one.rule == rule).filter_map(|one| one.seq).collect()
}

fn says(world: &World, who: &str, outcome: SignIn) {
    let statement = world.confirmed(who, "prod", 2, outcome);
    world.collect(who, &[&statement]).unwrap();
}

fn forge(world: &World, who: &str, says: impl Into<Statement>) -> u64 {
    let statement = world.forge_statement(world.signs(who), says, |_| {});
    world.forge_collected(who, &[&statement])
}

#[test]
fn confirm_generation() {
    let world = World::ready();
    let good = || world.confirm_of("prod", 1, works(&world));
    let canary = || world.confirm_of(CANARY, 1, works(&world));
    Case::of(&world).each_breaks(
        Rule::ConfirmGeneration,
        vec![
            Box::new(|world| forge(world, "alice", Confirm { generation: 2, ..good() })),
            Box::new(|world| forge(world, "alice", Confirm { seal: Digest::of(b"another seal"), ..good() })),
            Box::new(|world| {
                forge(world, "alice", Confirm { vault: Digest::of(b"another vault"), ..good() })
            }),
            Box::new(|world| forge(world, "alice", canary())),
        ],
    );
}

#[test]
fn confirm_holder() {
    let world = World::ready();
    let spoil = |who: &'static str| -> Spoil<'_> {
        Box::new(move |world: &World| forge(world, who, world.confirm_of("prod", 1, works(world))))
    };
    // Another administrator, and an auditor: neither holds a share, nor sealed it.
    Case::of(&world).each_breaks(Rule::ConfirmHolder, vec![spoil("erin"), spoil("fred")]);
    world.confirm("prod", 1, &["dan", "alice"]);
    assert_eq!(found(&world, Rule::ConfirmedAlone), [0; 0], "who sealed it may, and who holds a share");
}

#[test]
fn agree_subject() {
    let world = World::ready();
    let nothing = Digest::of(b"nothing");
    let genesis = world.id();
    let spoil =
        |with: Agree| -> Spoil<'_> { Box::new(move |world: &World| forge(world, "alice", with.clone())) };
    let subjects = [Agree::Record(nothing), Agree::Record(genesis), Agree::Statement(nothing)];
    Case::of(&world).each_breaks(Rule::AgreeSubject, subjects.map(spoil).into());
    // A statement that stands before it in the same record is there.
    let first = world.confirmed("dan", "prod", 1, works(&world));
    let second = world.state("bob", Agree::Statement(first.note.digest()));
    world.collect("dan", &[&first, &second]).unwrap();
    assert!(prod(&world).current().is_confirmed());
    assert_eq!(found(&world, Rule::ConfirmedAlone), [0; 0]);
}

#[test]
fn confirmed_alone() {
    let (world, seal) = renewed();
    says(&world, "dan", works(&world));
    assert_eq!(current(&world), 2, "one person's word takes effect");
    assert_eq!(found(&world, Rule::GenerationUndecided), [0; 0]);
    assert_eq!(found(&world, Rule::ConfirmedAlone), [seal]);
    // The sealer's own agreement is no second word, nor is that of somebody without a share.
    let first = world.reading().escrow.statements.last().unwrap().statement.note.digest();
    world.agree("dan", Agree::Statement(first));
    world.agree("erin", Agree::Statement(first));
    assert_eq!(found(&world, Rule::ConfirmedAlone), [seal]);
    assert_eq!(found(&world, Rule::StatementRole).len(), 2);
    world.agree("alice", Agree::Statement(first));
    assert_eq!(found(&world, Rule::ConfirmedAlone), [0; 0]);
}

#[test]
fn generation_undecided() {
    let (world, seal) = renewed();
    assert_eq!(found(&world, Rule::GenerationUndecided), [seal]);
    assert_eq!(current(&world), 1, "the first is checked, and the second is not");
    for who in ALL {
        world.check(who);
    }
    assert_eq!(current(&world), 2, "where none is confirmed, checks decide");
    assert_eq!(prod(&world).first_to_try().seal.generation, 1, "but the older is tried first");
    world.confirm("prod", 1, &["alice", "bob"]);
    assert_eq!(
        current(&world),
        1,
        "checks do not make an unconfirmed generation current where another is confirmed"
    );
    assert_eq!(found(&world, Rule::GenerationUndecided), [seal]);
    says(&world, "alice", works(&world));
    assert_eq!(current(&world), 2);
    assert_eq!(
        prod(&world).first_to_try().seal.generation,
        1,
        "one person's word is not enough to try it first"
    );
    says(&world, "bob", works(&world));
    assert_eq!(prod(&world).first_to_try().seal.generation, 2);
    assert_eq!(found(&world, Rule::GenerationUndecided), [0; 0]);
    assert!(!prod(&world).is_undecided());
}

#[test]
fn generation_given_up() {
    let (world, seal) = renewed();
    for who in ALL {
        world.check(who);
    }
    says(&world, "dan", fails());
    assert_eq!(found(&world, Rule::GenerationGivenUp), [seal]);
    assert_eq!(current(&world), 1, "however many have checked it");
    assert!(prod(&world).is_undecided(), "it rests on one person's word");
    says(&world, "alice", fails());
    assert!(!prod(&world).is_undecided());
    assert_eq!(found(&world, Rule::ConfirmedAlone), [0; 0]);
    // Where all were given up, the newest is current.
    let statement = world.confirmed("alice", "prod", 1, fails());
    world.collect("alice", &[&statement]).unwrap();
    assert_eq!(current(&world), 2);
}

#[test]
fn seal_changed_people() {
    let world = World::ready();
    world.seal("prod", Kind::Root, 2, &["alice", "bob"]);
    let seal = world.head();
    assert_eq!(found(&world, Rule::SealChangedPeople), [seal.seq]);
    world.agree("dan", Agree::Record(seal.hash));
    world.agree("carol", Agree::Record(seal.hash));
    assert_eq!(found(&world, Rule::SealChangedPeople), [seal.seq]);
    world.agree("alice", Agree::Record(seal.hash));
    assert_eq!(found(&world, Rule::SealChangedPeople), [0; 0]);
    // Carol has no vote any more: with her, alice cannot seal.
    let next = world.make_seal("prod", Kind::Root, 2, &ALL, Credentials::New);
    let case = Case::of(&world);
    let seq = world.forge(next.seal.clone(), &[world.signs("alice"), world.signs("carol")]);
    case.breaks(Rule::SealSigner, seq);
}

#[test]
fn retired() {
    let world = World::ready();
    let case = Case::of(&world);
    let seq = world.forge(retire("erin"), &[world.signs("dan")]);
    case.breaks(Rule::Retired, seq);
}

#[test]
fn holders_just() {
    let world = World::ready();
    world.append(retire("carol"), &[world.signs("dan")]).unwrap();
    assert_eq!(found(&world, Rule::HoldersJust), [SEAL]);
}

#[test]
fn holders_few() {
    let world = World::ready();
    for who in ["carol", "bob"] {
        world.append(retire(who), &[world.signs("dan")]).unwrap();
    }
    assert_eq!(found(&world, Rule::HoldersFew), [SEAL]);
    assert_eq!(found(&world, Rule::HoldersJust), [0; 0]);
}
