//! Seals: who seals, what, and to whom.

use breakglass::crypto::digest::Digest;
use breakglass::record::card::Role;
use breakglass::record::finding::Rule;
use breakglass::record::policy::Policy;
use breakglass::record::seal::{Credentials, Kind, Seal};

use super::log_case::spoiled;
use super::put::base;
use crate::world::{World, actor, text};

const ALL: [&str; 3] = ["alice", "bob", "carol"];

type Change<'a> = &'a dyn Fn(&mut Seal);

pub fn write() {
    let world = &World::begin(Policy::default());
    world.seal("prod", Kind::Root, 2, &ALL);
    base(&world.bytes());
    good(world);
    signers(world);
    vaults(world);
    thresholds(world);
    shares(world);
    custodians(world);
    keys(world);
    warnings(world);
}

/// The first seal of another vault.
fn new(world: &World) -> Seal {
    world.make_seal("other", Kind::Root, 2, &ALL, Credentials::New).seal
}

/// The next seal of `prod`.
fn next(world: &World) -> Seal {
    world.make_seal("prod", Kind::Root, 2, &ALL, Credentials::New).seal
}

/// A case with this seal, signed by dan.
fn case(world: &World, name: &str, about: &str, rule: Option<Rule>, seal: Seal) {
    spoiled(world, name, about, rule, |world| world.forge(seal, &[world.signs("dan")]));
}

/// A new vault's seal, changed so that it breaks a rule.
fn of_new(world: &World, name: &str, about: &str, rule: Rule, change: Change<'_>) {
    let mut seal = new(world);
    change(&mut seal);
    case(world, name, about, Some(rule), seal);
}

/// The next seal of `prod`, changed so that it breaks a rule.
fn of_next(world: &World, name: &str, about: &str, rule: Rule, change: Change<'_>) {
    let mut seal = next(world);
    change(&mut seal);
    case(world, name, about, Some(rule), seal);
}

fn good(world: &World) {
    case(world, "seal-new-vault", "A second vault; nobody has checked yet.", None, new(world));
    case(world, "seal-next-generation", "The next generation; nobody has checked yet.", None, next(world));
}

fn signers(world: &World) {
    for (name, about, who) in [
        ("seal-by-a-custodian", "A seal by a custodian alone.", &["alice"][..]),
        ("seal-by-two", "A seal by two administrators.", &["dan", "erin"]),
    ] {
        spoiled(world, name, about, Rule::SealSigner, |world| {
            let signers: Vec<_> = who.iter().map(|who| world.signs(who)).collect();
            world.forge(new(world), &signers)
        });
    }
}

fn vaults(world: &World) {
    let rule = Rule::SealGeneration;
    of_new(world, "seal-generation-2-first", "A vault begins with generation 2.", rule, &|seal| {
        seal.generation = 2
    });
    of_new(world, "seal-generation-0", "A generation 0.", rule, &|seal| seal.generation = 0);
    of_next(world, "seal-generation-again", "A generation is sealed twice.", rule, &|seal| {
        seal.generation = 1
    });
    of_next(world, "seal-generation-left-out", "A generation is left out.", rule, &|seal| {
        seal.generation = 3
    });
    let rule = Rule::SealVault;
    of_new(world, "seal-name-taken", "Another vault's name.", rule, &|seal| seal.name = text("prod"));
    of_next(world, "seal-name-changed", "A vault's name changed.", rule, &|seal| seal.name = text("prod2"));
    of_next(world, "seal-kind-changed", "A vault's kind changed.", rule, &|seal| seal.kind = Kind::Canary);
    of_next(world, "seal-account-changed", "A vault's account changed.", rule, &|seal| {
        seal.account = text("9")
    });
    of_next(world, "seal-partition-changed", "Its partition changed.", rule, &|seal| {
        seal.partition = text("aws-cn")
    });
}

fn thresholds(world: &World) {
    let rule = Rule::SealThreshold;
    of_new(world, "seal-threshold-0", "A threshold of 0.", rule, &|seal| seal.threshold = 0);
    of_new(world, "seal-threshold-1", "A threshold of 1.", rule, &|seal| seal.threshold = 1);
    of_new(world, "seal-threshold-above-shares", "A threshold above the shares.", rule, &|seal| {
        seal.threshold = 4
    });
    of_new(world, "seal-shares-fewer-than-said", "Fewer shares than said.", rule, &|seal| {
        seal.total_shares = 4
    });
    of_new(world, "seal-shares-more-than-said", "More shares than said.", rule, &|seal| {
        seal.total_shares = 2
    });
}

fn shares(world: &World) {
    let rule = Rule::SealShares;
    of_new(world, "seal-shares-out-of-order", "Shares out of order.", rule, &|seal| seal.shares.swap(0, 1));
    of_new(world, "seal-share-index-gap", "An index is left out.", rule, &|seal| {
        seal.shares[2].index = 4.try_into().unwrap();
    });
    of_new(world, "seal-share-index-again", "An index stands there twice.", rule, &|seal| {
        seal.shares[2].index = 2.try_into().unwrap();
    });
    of_new(world, "seal-custodian-twice", "One custodian holds two shares.", rule, &|seal| {
        seal.shares[2].custodian = seal.shares[0].custodian.clone();
        seal.shares[2].card = seal.shares[0].card;
    });
}

fn custodians(world: &World) {
    let stranger = actor("mallory", &[Role::Custodian]);
    let fred = world.person("fred").card.digest();
    let rule = Rule::SealCustodian;
    of_new(world, "seal-to-another-card", "A share is sealed to another card.", rule, &|seal| {
        seal.shares[2].card = Digest::of(b"another card");
    });
    of_new(world, "seal-to-a-stranger", "A share is sealed to somebody unknown.", rule, &|seal| {
        seal.shares[2].custodian = stranger.id().clone();
        seal.shares[2].card = stranger.card.digest();
    });
    of_new(
        world,
        "seal-to-no-custodian",
        "A share is sealed to somebody who is no custodian.",
        rule,
        &|seal| {
            seal.shares[2].custodian = text("fred");
            seal.shares[2].card = fred;
        },
    );
}

fn keys(world: &World) {
    let prod = world.generation("prod").seal;
    let rule = Rule::SealKeys;
    of_new(world, "seal-recipient-of-a-vault", "A vault key was used before.", rule, &|seal| {
        seal.recipient = prod.recipient.clone();
    });
    of_new(world, "seal-recipient-of-a-person", "The vault key is somebody's.", rule, &|seal| {
        seal.recipient = world.person("alice").identity.to_recipient();
    });
    of_next(world, "seal-release-key-again", "A release key was used before.", rule, &|seal| {
        seal.release_key = prod.release_key;
    });
    of_new(world, "seal-release-key-of-a-person", "The release key is somebody's.", rule, &|seal| {
        seal.release_key = world.person("alice").card.card().verifying_key;
    });
}

fn warnings(world: &World) {
    spoiled(world, "threshold-fragile", "Every share is needed.", Rule::ThresholdFragile, |world| {
        world.seal("fragile", Kind::Root, 3, &ALL)
    });
    spoiled(
        world,
        "threshold-disjoint",
        "Two quorums with nobody in common.",
        Rule::ThresholdDisjoint,
        |world| world.seal("wide", Kind::Root, 2, &["alice", "bob", "carol", "erin"]),
    );
    spoiled(world, "seal-not-in-force", "One custodian has not checked yet.", Rule::NotInForce, |world| {
        world.check("alice");
        world.check("carol");
    });
    spoiled(world, "seal-in-force", "Every custodian has checked.", None, |world| {
        ALL.iter().for_each(|who| world.check(who));
    });
}
