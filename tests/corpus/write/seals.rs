//! Seals: who seals, what, and to whom.

use breakglass::crypto::digest::Digest;
use breakglass::record::card::Role;
use breakglass::record::finding::Rule;
use breakglass::record::policy::Policy;
use breakglass::record::seal::{Credentials, Kind, Seal};

use super::{base, spoiled};
use crate::world::{World, actor, text};

const ALL: [&str; 3] = ["alice", "bob", "carol"];

pub fn write() {
    let world = World::begin(Policy::default());
    world.seal("prod", Kind::Root, 2, &ALL);
    base(&world.bytes());
    let new = |world: &World| world.make_seal("other", Kind::Root, 2, &ALL, Credentials::New).seal;
    let next = |world: &World| world.make_seal("prod", Kind::Root, 2, &ALL, Credentials::New).seal;
    let (stranger, prod) = (actor("mallory", &[Role::Custodian]), world.generation("prod").seal);
    let fred = world.person("fred").card.digest();
    type Change<'a> = &'a dyn Fn(&mut Seal);
    let case =
        |name: &str, about: &str, rule: Option<Rule>, seal: &dyn Fn(&World) -> Seal, change: Change<'_>| {
            spoiled(&world, name, about, rule, |world| {
                let mut seal = seal(world);
                change(&mut seal);
                world.forge(seal, &[world.signs("dan")])
            });
        };
    case("seal-new-vault", "A second vault; nobody has checked yet.", None, &new, &|_| {});
    case("seal-next-generation", "The next generation; nobody has checked yet.", None, &next, &|_| {});
    for (name, about, who) in [
        ("seal-by-a-custodian", "A seal by a custodian alone.", &["alice"][..]),
        ("seal-by-two", "A seal by two administrators.", &["dan", "erin"]),
    ] {
        spoiled(&world, name, about, Rule::SealSigner, |world| {
            let signers: Vec<_> = who.iter().map(|who| world.signs(who)).collect();
            world.forge(new(world), &signers)
        });
    }
    let wrong = |name, about, rule, change: Change<'_>| case(name, about, Some(rule), &new, change);
    let of_next = |name, about, rule, change: Change<'_>| case(name, about, Some(rule), &next, change);
    let rule = Rule::SealGeneration;
    wrong("seal-generation-2-first", "A vault begins with generation 2.", rule, &|seal| seal.generation = 2);
    wrong("seal-generation-0", "A generation 0.", rule, &|seal| seal.generation = 0);
    of_next("seal-generation-again", "A generation is sealed twice.", rule, &|seal| seal.generation = 1);
    of_next("seal-generation-left-out", "A generation is left out.", rule, &|seal| seal.generation = 3);
    let rule = Rule::SealVault;
    wrong("seal-name-taken", "Another vault's name.", rule, &|seal| seal.name = text("prod"));
    of_next("seal-name-changed", "A vault's name changed.", rule, &|seal| seal.name = text("prod2"));
    of_next("seal-kind-changed", "A vault's kind changed.", rule, &|seal| seal.kind = Kind::Canary);
    of_next("seal-account-changed", "A vault's account changed.", rule, &|seal| seal.account = text("9"));
    of_next("seal-partition-changed", "Its partition changed.", rule, &|seal| {
        seal.partition = text("aws-cn")
    });
    let rule = Rule::SealThreshold;
    wrong("seal-threshold-0", "A threshold of 0.", rule, &|seal| seal.threshold = 0);
    wrong("seal-threshold-1", "A threshold of 1.", rule, &|seal| seal.threshold = 1);
    wrong("seal-threshold-above-shares", "A threshold above the shares.", rule, &|seal| seal.threshold = 4);
    wrong("seal-shares-fewer-than-said", "Fewer shares than said.", rule, &|seal| seal.total_shares = 4);
    wrong("seal-shares-more-than-said", "More shares than said.", rule, &|seal| seal.total_shares = 2);
    let rule = Rule::SealShares;
    wrong("seal-shares-out-of-order", "Shares out of order.", rule, &|seal| seal.shares.swap(0, 1));
    wrong("seal-share-index-gap", "An index is left out.", rule, &|seal| {
        seal.shares[2].index = 4.try_into().unwrap();
    });
    wrong("seal-share-index-again", "An index stands there twice.", rule, &|seal| {
        seal.shares[2].index = 2.try_into().unwrap();
    });
    wrong("seal-custodian-twice", "One custodian holds two shares.", rule, &|seal| {
        seal.shares[2].custodian = seal.shares[0].custodian.clone();
        seal.shares[2].card = seal.shares[0].card;
    });
    let rule = Rule::SealCustodian;
    wrong("seal-to-another-card", "A share is sealed to another card.", rule, &|seal| {
        seal.shares[2].card = Digest::of(b"another card");
    });
    wrong("seal-to-a-stranger", "A share is sealed to somebody unknown.", rule, &|seal| {
        seal.shares[2].custodian = stranger.id().clone();
        seal.shares[2].card = stranger.card.digest();
    });
    wrong("seal-to-no-custodian", "A share is sealed to somebody who is no custodian.", rule, &|seal| {
        seal.shares[2].custodian = text("fred");
        seal.shares[2].card = fred;
    });
    let rule = Rule::SealKeys;
    wrong("seal-recipient-of-a-vault", "A vault key was used before.", rule, &|seal| {
        seal.recipient = prod.recipient.clone();
    });
    wrong("seal-recipient-of-a-person", "The vault key is somebody's.", rule, &|seal| {
        seal.recipient = world.person("alice").identity.to_recipient();
    });
    of_next("seal-release-key-again", "A release key was used before.", rule, &|seal| {
        seal.release_key = prod.release_key;
    });
    wrong("seal-release-key-of-a-person", "The release key is somebody's.", rule, &|seal| {
        seal.release_key = world.person("alice").card.card().verifying_key;
    });
    spoiled(&world, "threshold-fragile", "Every share is needed.", Rule::ThresholdFragile, |world| {
        world.seal("fragile", Kind::Root, 3, &ALL)
    });
    spoiled(
        &world,
        "threshold-disjoint",
        "Two quorums with nobody in common.",
        Rule::ThresholdDisjoint,
        |world| world.seal("wide", Kind::Root, 2, &["alice", "bob", "carol", "erin"]),
    );
    spoiled(&world, "seal-not-in-force", "One custodian has not checked yet.", Rule::NotInForce, |world| {
        world.check("alice");
        world.check("carol");
    });
    spoiled(&world, "seal-in-force", "Every custodian has checked.", None, |world| {
        ALL.iter().for_each(|who| world.check(who));
    });
}
