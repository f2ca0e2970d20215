//! Seals: who seals, what, and to whom.

use breakglass::crypto::digest::Digest;
use breakglass::crypto::envelope::Identity;
use breakglass::record::card::Role;
use breakglass::record::finding::Rule;
use breakglass::record::groups::GroupsError;
use breakglass::record::seal::{Credentials, Group, Kind, Seal, SealedTo};
use breakglass::value::names::GroupName;

use crate::world::{World, actor, text};
use crate::{Case, Spoil};

/// A change to a good seal.
type Change<'a> = Box<dyn Fn(&mut Seal) + 'a>;

const ALL: [&str; 3] = ["alice", "bob", "carol"];

/// The seal of a new vault, which nothing is wrong with.
fn new_vault(world: &World) -> Seal {
    world.make_seal("other", Kind::Root, 2, &ALL, Credentials::New).seal
}

/// The seal of the next generation of `prod`, which nothing is wrong with.
fn next_generation(world: &World) -> Seal {
    world.make_seal("prod", Kind::Root, 2, &ALL, Credentials::New).seal
}

/// Each change makes a good seal into one that breaks `rule`.
#[track_caller]
fn each_breaks(rule: Rule, seal: fn(&World) -> Seal, changes: &[&dyn Fn(&mut Seal)]) {
    let world = World::ready();
    let spoil = |change: &dyn Fn(&mut Seal), world: &World| {
        let mut seal = seal(world);
        change(&mut seal);
        world.forge(seal, &[world.signs("dan")])
    };
    let spoils = changes.iter().map(|change| -> Spoil<'_> { Box::new(move |world| spoil(change, world)) });
    Case::of(&world).each_breaks(rule, spoils.collect());
    // The control: without the change, nothing is wrong but that nobody checked yet, nor confirmed what is renewed.
    let case = Case::of(&world);
    let seq = spoil(&|_| {}, &world);
    let renewed = world.reading().escrow.vaults.iter().any(|vault| vault.generations.len() > 1);
    let also: &[Rule] = if renewed { &[Rule::GenerationUndecided] } else { &[] };
    case.says(&world.verify(), Rule::NotInForce, Some(seq), also);
}

#[test]
fn seal_signer() {
    let world = World::ready();
    let case = Case::of(&world);
    case.each_breaks(
        Rule::SealSigner,
        vec![
            Box::new(|world| world.forge(new_vault(world), &[world.signs("alice")])),
            Box::new(|world| world.forge(new_vault(world), &[world.signs("fred")])),
            Box::new(|world| world.forge(new_vault(world), &[world.signs("dan"), world.signs("erin")])),
        ],
    );
    let seq = world.forge(new_vault(&world), &[world.signs("erin")]);
    case.says(&world.verify(), Rule::NotInForce, Some(seq), &[]);
}

#[test]
fn seal_generation() {
    each_breaks(Rule::SealGeneration, new_vault, &[&|seal| seal.generation = 2, &|seal| seal.generation = 0]);
    each_breaks(
        Rule::SealGeneration,
        next_generation,
        &[&|seal| seal.generation = 1, &|seal| seal.generation = 3],
    );
}

#[test]
fn seal_vault() {
    each_breaks(Rule::SealVault, new_vault, &[&|seal| seal.name = text("prod")]);
    each_breaks(
        Rule::SealVault,
        next_generation,
        &[
            &|seal| seal.name = text("prod2"),
            &|seal| seal.kind = Kind::Canary,
            &|seal| seal.account = text("999999999999"),
            &|seal| seal.partition = text("aws-cn"),
        ],
    );
}

#[test]
fn seal_threshold() {
    each_breaks(
        Rule::SealThreshold,
        new_vault,
        &[
            &|seal| seal.threshold = 0,
            &|seal| seal.threshold = 1,
            &|seal| seal.threshold = 4,
            &|seal| seal.total_shares = 4,
            &|seal| seal.total_shares = 2,
            &|seal| seal.shares.truncate(1),
        ],
    );
}

#[test]
fn seal_shares() {
    each_breaks(
        Rule::SealShares,
        new_vault,
        &[
            &|seal| seal.shares.swap(0, 1),
            &|seal| seal.shares[2].index = 4.try_into().unwrap(),
            &|seal| seal.shares[2].index = 2.try_into().unwrap(),
            &|seal| {
                seal.shares[2].custodian = seal.shares[0].custodian.clone();
                seal.shares[2].card = seal.shares[0].card;
            },
        ],
    );
}

#[test]
fn seal_custodian() {
    let stranger = actor("mallory", &[Role::Custodian]);
    each_breaks(
        Rule::SealCustodian,
        new_vault,
        &[&|seal| seal.shares[2].card = Digest::of(b"another card"), &|seal| {
            seal.shares[2].custodian = stranger.id().clone();
            seal.shares[2].card = stranger.card.digest();
        }],
    );
    // Somebody enrolled, who is no custodian.
    let world = World::ready();
    let case = Case::of(&world);
    let mut seal = new_vault(&world);
    let fred = world.person("fred");
    seal.shares[2].custodian = fred.id().clone();
    seal.shares[2].card = fred.card.digest();
    let seq = world.forge(seal, &[world.signs("dan")]);
    case.breaks(Rule::SealCustodian, seq);
}

/// Two groups, security of alice and operations of bob and carol: one of each is needed.
fn grouped(seal: &mut Seal) {
    let group = |name: &str, total| Group { name: text(name), threshold: 1, total };
    seal.groups = vec![group("security", 1), group("operations", 2)];
    seal.groups_needed = Some(2);
    for (share, name) in seal.shares.iter_mut().zip(["security", "operations", "operations"]) {
        share.group = Some(text(name));
    }
}

#[test]
fn seal_groups() {
    let changes: [&dyn Fn(&mut Seal); 15] = [
        &|seal| seal.groups_needed = None,
        &|seal| seal.groups.clear(),
        &|seal| seal.shares[1].group = None,
        &|seal| {
            seal.groups.clear();
            seal.groups_needed = None;
        },
        &|seal| seal.groups_needed = Some(0),
        &|seal| seal.groups_needed = Some(3),
        &|seal| seal.groups_needed = Some(1),
        &|seal| seal.groups[0].threshold = 0,
        &|seal| seal.groups[1].threshold = 3,
        &|seal| seal.groups[1].threshold = 2,
        &|seal| seal.groups[1].total = 3,
        &|seal| seal.groups[1].total = 1,
        &|seal| seal.groups.swap(0, 1),
        &|seal| {
            seal.groups[1].name = text("security");
            seal.shares.iter_mut().for_each(|share| share.group = Some(text("security")));
        },
        &|seal| seal.shares[2].group = Some(text("security")),
    ];
    let changes: Vec<Change<'_>> = changes
        .into_iter()
        .map(|change| -> Change<'_> {
            Box::new(move |seal| {
                grouped(seal);
                change(seal);
            })
        })
        .collect();
    let changes: Vec<&dyn Fn(&mut Seal)> = changes.iter().map(|change| &**change as _).collect();
    each_breaks(Rule::SealGroups, new_vault, &changes);
    each_breaks(Rule::SealGroups, next_generation, &changes);
    // 17 groups of one, two of which are needed.
    let world = World::ready();
    let mut seal = new_vault(&world);
    grouped(&mut seal);
    seal.check_groups().unwrap();
    let one = seal.shares[0].clone();
    let names: Vec<GroupName> = (1..=17).map(|at| text(&format!("group-{at}"))).collect();
    let named = |name: &GroupName| Group { name: name.clone(), threshold: 1, total: 1 };
    seal.groups = names.iter().map(named).collect();
    seal.shares = names.iter().map(|name| SealedTo { group: Some(name.clone()), ..one.clone() }).collect();
    assert_eq!(seal.check_groups(), Err(GroupsError::TooMany(17)));
    seal.groups.pop();
    seal.shares.pop();
    assert_eq!(seal.check_groups(), Ok(()));
    // The control: groups that fit are sealed like any others, and each of security is needed.
    let case = Case::of(&world);
    let mut seal = new_vault(&world);
    grouped(&mut seal);
    let seq = world.forge(seal, &[world.signs("dan")]);
    case.says(&world.verify(), Rule::NotInForce, Some(seq), &[Rule::ThresholdFragile]);
}

#[test]
fn seal_fields() {
    each_breaks(Rule::SealFields, new_vault, &[&|seal| seal.new_fields = vec![text("password")]]);
    each_breaks(
        Rule::SealFields,
        next_generation,
        &[&|seal| seal.new_fields = vec![text("password"), text("password")], &|seal| {
            seal.new_fields = vec![text("password")];
            seal.credentials = Credentials::Same;
        }],
    );
    // A password that is new while the TOTP seed was carried over.
    let world = World::ready();
    let case = Case::of(&world);
    let mut seal = next_generation(&world);
    seal.new_fields = vec![text("password")];
    let seq = world.forge(seal, &[world.signs("dan")]);
    case.says(&world.verify(), Rule::NotInForce, Some(seq), &[Rule::GenerationUndecided]);
}

#[test]
fn seal_keys() {
    let world = World::ready();
    let prod = world.generation("prod").seal.as_ref().clone();
    let (alice, asking) = (world.person("alice"), world.emergency());
    let (session, session_key) =
        (asking.session.identity().to_recipient(), asking.session.key().verifying_key());
    let changes: [Change<'_>; 6] = [
        Box::new(|seal| seal.recipient = prod.recipient.clone()),
        Box::new(|seal| seal.release_key = prod.release_key),
        Box::new(|seal| seal.recipient = alice.identity.to_recipient()),
        Box::new(|seal| seal.release_key = alice.card.card().verifying_key),
        Box::new(|seal| seal.recipient = session.clone()),
        Box::new(|seal| seal.release_key = session_key),
    ];
    let case = Case::of(&world);
    for seal in [new_vault, next_generation] {
        let spoils = changes.iter().map(|change| -> Spoil<'_> {
            Box::new(move |world| {
                let mut seal = seal(world);
                change(&mut seal);
                world.forge(seal, &[world.signs("dan")])
            })
        });
        case.each_breaks(Rule::SealKeys, spoils.collect());
    }
    // A fresh recipient is nothing to complain about.
    let mut seal = new_vault(&world);
    seal.recipient = Identity::generate().to_recipient();
    let seq = world.forge(seal, &[world.signs("dan")]);
    case.says(&world.verify(), Rule::NotInForce, Some(seq), &[]);
}

#[test]
fn threshold_fragile() {
    let world = World::ready();
    let case = Case::of(&world);
    world.seal("fragile", Kind::Root, 3, &ALL);
    case.breaks_and(Rule::ThresholdFragile, world.head().seq, &[Rule::NotInForce]);
}

#[test]
fn threshold_disjoint() {
    let world = World::ready();
    let case = Case::of(&world);
    world.seal("wide", Kind::Root, 2, &["alice", "bob", "carol", "erin"]);
    case.breaks_and(Rule::ThresholdDisjoint, world.head().seq, &[Rule::NotInForce]);
    let world = World::ready();
    let case = Case::of(&world);
    world.seal("wide", Kind::Root, 3, &["alice", "bob", "carol", "erin"]);
    case.says(&world.verify(), Rule::NotInForce, Some(world.head().seq), &[]);
}

#[test]
fn not_in_force() {
    let world = World::ready();
    let case = Case::of(&world);
    world.seal("prod", Kind::Root, 2, &ALL);
    let seq = world.head().seq;
    let found = case.says(&world.verify(), Rule::NotInForce, Some(seq), &[Rule::GenerationUndecided]);
    assert_eq!(found.detail, "prod generation 2 waits for the check of `alice`, `bob`, `carol`");
    world.check("alice");
    world.check("carol");
    let found = case.says(&world.verify(), Rule::NotInForce, Some(seq), &[Rule::GenerationUndecided]);
    assert_eq!(found.detail, "prod generation 2 waits for the check of `bob`");
    world.check("bob");
    assert!(world.verify().findings.iter().all(|finding| finding.rule != Rule::NotInForce));
}
