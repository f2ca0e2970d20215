//! Generations: whose word holds, what ends an exposure, and what one administrator cannot do alone.

use breakglass::ceremony::request::RequestPlan;
use breakglass::crypto::digest::Digest;
use breakglass::escrow::Vault;
use breakglass::record::agree::Agree;
use breakglass::record::confirm::SignIn;
use breakglass::record::finding::Rule;
use breakglass::record::request::{EndOutcome, Purpose};
use breakglass::record::retire::Retire;
use breakglass::record::seal::{Credentials, Kind};
use breakglass::value::names::KeyName;

use crate::world::{World, text};

const ALL: [&str; 3] = ["alice", "bob", "carol"];

/// The number of the first seal of `prod`.
const SEAL: u64 = 1;

fn left(who: &str) -> Retire {
    Retire::of(text(who), text("left the company"))
}

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

#[test]
fn a_verdict_by_two_is_turned_by_a_satisfying_set_alone() {
    let (world, seal) = renewed();
    says(&world, "dan", works(&world));
    says(&world, "bob", fails());
    assert_eq!(current(&world), 1, "one word turns another");
    assert_eq!(found(&world, Rule::ConfirmedAlone), [seal]);
    says(&world, "alice", works(&world));
    assert_eq!(current(&world), 2, "two words hold");
    assert_eq!(found(&world, Rule::ConfirmedAlone), [0; 0]);
    says(&world, "carol", fails());
    assert_eq!(current(&world), 1, "a satisfying set turns what two people held: bob and carol");
    says(&world, "dan", works(&world));
    says(&world, "alice", works(&world));
    assert_eq!(current(&world), 1, "dan holds no share, so that dan and alice are no satisfying set");
    says(&world, "bob", works(&world));
    assert_eq!(current(&world), 2);
}

#[test]
fn too_few_checks_are_no_reason_to_open_what_is_dead() {
    let (world, _) = renewed();
    world.confirm("prod", 2, &["dan", "carol"]);
    assert!(prod(&world).generation(2).unwrap().checks.is_empty());
    assert_eq!(current(&world), 2, "confirmed, and checked by nobody");
}

#[test]
fn an_exposure_ends_by_a_confirmation_alone() {
    let world = World::ready();
    world.released();
    assert_eq!(found(&world, Rule::Exposed), [SEAL]);
    world.seal("prod", Kind::Root, 2, &ALL);
    let second = world.head().seq;
    assert_eq!(found(&world, Rule::Exposed), [SEAL], "nothing has changed at the provider yet");
    says(&world, "dan", works(&world));
    assert_eq!(found(&world, Rule::Exposed), [0; 0]);
    says(&world, "dan", fails());
    assert_eq!(found(&world, Rule::Exposed), [SEAL], "giving it up revives it");
    // What is sealed again without new credentials ends nothing.
    let same = world.make_seal("prod", Kind::Root, 2, &ALL, Credentials::Same);
    world.append(same.seal, &[world.signs("dan")]).unwrap();
    world.confirm("prod", 3, &["dan", "alice"]);
    assert_eq!(found(&world, Rule::Exposed), [SEAL]);
    // Nor does what was exposed itself when it was confirmed.
    says(&world, "alice", fails());
    world.seal("prod", Kind::Root, 2, &ALL);
    let fourth = world.head().seq;
    let question = RequestPlan { generation: Some(4.into()), ..world.question(Purpose::Maintenance) };
    let asking = world.ask("carol", "prod", question);
    let files = world.approvals(&["alice", "bob"], &asking);
    world.release(&asking, &files).unwrap();
    world.confirm("prod", 4, &["dan", "alice"]);
    assert_eq!(found(&world, Rule::Exposed), [SEAL, fourth]);
    assert!(second < fourth);
}

#[test]
fn one_administrator_takes_no_vote() {
    let world = World::ready();
    let mut records = Vec::new();
    for who in ["bob", "carol"] {
        records.push(world.append(left(who), &[world.signs("dan")]).unwrap().record());
    }
    // Two who retired, says one administrator, seal the next generation all the same: to themselves and to alice.
    let sealed = world.make_seal("prod", Kind::Root, 2, &ALL, Credentials::New);
    let bytes = world.bytes();
    world.append(sealed.seal.clone(), &[world.signs("bob"), world.signs("carol")]).unwrap();
    world.set_bytes(bytes);
    // Once the electors have countersigned one retirement, they do not.
    world.agree("alice", Agree::Record(records[1]));
    world.agree("bob", Agree::Record(records[1]));
    let seq = world.forge(sealed.seal, &[world.signs("bob"), world.signs("carol")]);
    assert_eq!(found(&world, Rule::SealSigner), [seq]);
}

#[test]
fn whatever_a_release_key_signed_exposes() {
    let world = World::ready();
    let asking = world.emergency();
    let (name, key) = (world.release_name("prod"), world.keys("prod").release_key);
    let stranger = || (KeyName::Person(text("mallory")), asking.session.key());
    let release = || world.release_of(&asking, 1, &[]);
    let (other, bytes) = (KeyName::release(&Digest::of(b"another vault"), 1), world.bytes());
    let cases: Vec<Box<dyn Fn() -> u64>> = vec![
        // Alone; with somebody who is not asked; under another name; with somebody whom nobody knows; not a release.
        Box::new(|| world.forge(release(), &[(name.clone(), &key)])),
        Box::new(|| world.forge(release(), &[(name.clone(), &key), world.signs("erin")])),
        Box::new(|| world.forge(release(), &[(other.clone(), &key)])),
        Box::new(|| world.forge(release(), &[(name.clone(), &key), stranger()])),
        Box::new(|| world.forge(world.end_of(&asking, EndOutcome::Released), &[(name.clone(), &key)])),
        // In the wrong place, and behind a record that ends the reading.
        Box::new(|| {
            let signers = [(name.clone(), &key), asking.signs()];
            world.forge_framed(release(), &signers, |record| record.seq += 1)
        }),
        Box::new(|| {
            world.forge(world.end_of(&asking, EndOutcome::NotReleased), &[stranger()]);
            world.forge(release(), &[(name.clone(), &key)])
        }),
    ];
    for (at, case) in cases.iter().enumerate() {
        case();
        assert_eq!(found(&world, Rule::Exposed), [SEAL], "case {at}");
        world.set_bytes(bytes.clone());
    }
    assert_eq!(found(&world, Rule::Exposed), [0; 0], "the request alone exposes nothing");
    world.forge(release(), &[(name.clone(), world.person("erin").signer.key()), stranger()]);
    assert_eq!(found(&world, Rule::Exposed), [0; 0], "nor does the name of a release key");
}
