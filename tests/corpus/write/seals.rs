//! Seals: who seals, what, and to whom.

use breakglass::crypto::digest::Digest;
use breakglass::record::card::Role;
use breakglass::record::finding::Rule;
use breakglass::record::policy::Policy;
use breakglass::record::seal::{Credentials, Group, Kind, Seal};

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
    optional(world);
    groups(world);
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
    case(
        world,
        "seal-next-generation",
        "The next generation; nobody has checked yet.",
        Some(Rule::GenerationUndecided),
        next(world),
    );
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
    let prod = world.generation("prod").seal.as_ref().clone();
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

/// What a seal may say besides.
fn optional(world: &World) {
    let mut seal = next(world);
    seal.title = Some(text("Production, at the bank"));
    seal.provider = Some(text("azure"));
    seal.mfa = Some(text("a-word-of-tomorrow"));
    seal.new_fields = vec![text("password")];
    case(
        world,
        "seal-all-optional-fields",
        "A title, a provider and what is new.",
        Some(Rule::GenerationUndecided),
        seal,
    );
    let mut seal = new(world);
    seal.account = text("contoso.onmicrosoft.com / root@contoso");
    case(world, "seal-account-of-another-provider", "An account with blanks in it.", None, seal);
    let rule = Rule::SealFields;
    of_new(world, "seal-new-fields-of-a-first-generation", "Nothing can be carried over.", rule, &|seal| {
        seal.new_fields = vec![text("password")];
    });
    of_next(world, "seal-new-field-twice", "A field is new twice.", rule, &|seal| {
        seal.new_fields = vec![text("password"), text("password")];
    });
    of_next(world, "seal-new-fields-of-the-same", "The same credentials, some new.", rule, &|seal| {
        seal.credentials = Credentials::Same;
        seal.new_fields = vec![text("password")];
    });
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

fn groups(world: &World) {
    let mut seal = new(world);
    grouped(&mut seal);
    case(world, "seal-groups", "One of security and one of operations.", None, seal);
    let mut seal =
        world.make_seal("wide", Kind::Root, 2, &["alice", "bob", "carol", "erin"], Credentials::New).seal;
    let group = |name: &str| Group { name: text(name), threshold: 1, total: 2 };
    seal.groups = vec![group("security"), group("operations")];
    seal.groups_needed = Some(2);
    for (share, name) in seal.shares.iter_mut().zip(["security", "security", "operations", "operations"]) {
        share.group = Some(text(name));
    }
    case(
        world,
        "seal-groups-disjoint",
        "Two sets of people apart, each enough.",
        Some(Rule::ThresholdDisjoint),
        seal,
    );
    let bad: [(&str, &str, Change<'_>); 9] = [
        ("without-a-number", "How many are needed is left out.", &|seal| seal.groups_needed = None),
        ("without-groups", "A number, and no groups.", &|seal| seal.groups.clear()),
        ("share-of-none", "A share of no group.", &|seal| seal.shares[1].group = None),
        ("none-needed", "No group is needed.", &|seal| seal.groups_needed = Some(0)),
        ("too-many-needed", "More groups are needed than there are.", &|seal| seal.groups_needed = Some(3)),
        ("alone", "One person alone is enough.", &|seal| seal.groups_needed = Some(1)),
        ("nobody-needed", "A group of which nobody is needed.", &|seal| seal.groups[0].threshold = 0),
        ("larger-threshold", "The threshold is not the smallest set's.", &|seal| {
            seal.groups[1].threshold = 2
        }),
        ("out-of-order", "The shares are in another order.", &|seal| seal.groups.swap(0, 1)),
    ];
    for (name, about, change) in bad {
        of_new(world, &format!("seal-groups-{name}"), about, Rule::SealGroups, &|seal| {
            grouped(seal);
            change(seal);
        });
    }
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
