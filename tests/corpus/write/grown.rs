//! What only somebody who means harm, or bad luck twice over, makes of a log.

use breakglass::record::finding::Rule;
use breakglass::record::repair::{Continue, Recovered};
use breakglass::record::seal::{Credentials, Kind};
use data_encoding::BASE64;

use super::log_case::{small, spoiled};
use super::put::base;
use crate::world::{World, adoption};

const TWO: [&str; 2] = ["alice", "bob"];

pub fn write() {
    whole_records();
    release_behind_another();
    seals_that_were_kept();
    branches_of_branches();
}

fn whole_records() {
    let world = small();
    let before = world.bytes();
    world.check("alice");
    let record = world.bytes()[before.len()..].to_vec();
    world.set_bytes(before);
    base(&world.bytes());
    for (name, about, bytes) in [
        ("recovered-record", "A whole record is kept as if it were damage.", record.clone()),
        ("recovered-zeros-and-record", "So is one behind zeros.", [&[0; 9], &record[..]].concat()),
    ] {
        spoiled(&world, name, about, Rule::RecoveredContent, |world| {
            world.forge(Recovered::of(&bytes).unwrap(), &[world.signs("alice")])
        });
    }
}

fn release_behind_another() {
    let world = small();
    let asking = world.emergency();
    base(&world.bytes());
    let about = "A tail of two damaged records, of which the second began a release.";
    let tail = format!(
        "{{\"type\":\"breakglass/v1/statements\",\n{{\"type\":\"breakglass/v1/release\",\"says\":{{\"request\":\"{}\"",
        asking.record
    );
    spoiled(&world, "recovered-release-behind-another", about, Rule::Recovered, |world| {
        world.forge(Recovered::of(tail.as_bytes()).unwrap(), &[world.signs("alice")])
    });
}

/// The next generation of `prod`, sealed by two custodians, right behind the log's end.
fn sealed_by_custodians(world: &World) -> String {
    let sealed = world.make_seal("prod", Kind::Root, 2, &["alice", "bob", "carol"], Credentials::New);
    let bytes = world.bytes();
    world.forge(sealed.seal, &[world.signs("alice"), world.signs("bob")]);
    let record = BASE64.encode(&world.bytes()[bytes.len()..]);
    world.set_bytes(bytes);
    record
}

fn seals_that_were_kept() {
    let world = small();
    let start = world.bytes();
    let kept = vec![sealed_by_custodians(&world)];
    world.check("alice");
    world.check("bob");
    let (whole, from) = (world.bytes(), world.head());
    world.set_bytes(start.clone());
    base(&start);
    let go_on = |world: &World| {
        let says = Continue { from, last: Some(world.head()), left: None, kept: kept.clone() };
        world.forge_framed(says, &[world.signs("carol")], |entry| {
            entry.seq = from.seq + 1;
            entry.prev = from.hash;
        });
    };
    let about = "A seal by custodians in an administrator's place was kept.";
    spoiled(&world, "continue-kept-by-two-custodians", about, Rule::RecordsMissing, go_on);
    let about = "A seal that was kept is not among the records that were missing.";
    spoiled(&world, "adopt-conflict-invented", about, Rule::AdoptConflict, |world| {
        go_on(world);
        let signers = TWO.map(|who| world.signs(who));
        world.forge(adoption(&start, &whole), &signers)
    });
}

/// The log `from`, and one more check of `who`.
fn grown(world: &World, from: &[u8], who: &str) -> Vec<u8> {
    world.set_bytes(from.to_vec());
    world.check(who);
    world.bytes()
}

fn branches_of_branches() {
    let world = small();
    let root = world.bytes();
    base(&root);
    let [ours, shared, third] = ["alice", "bob", "carol"].map(|who| grown(&world, &root, who));
    world.set_bytes(shared.clone());
    world.adopt(adoption(&root, &third), &TWO).unwrap();
    let both = world.bytes();
    world.set_bytes(ours.clone());
    spoiled(&world, "adopted-with-its-own", "A branch that adopted another.", Rule::Adopted, |world| {
        world.adopt(adoption(&root, &both), &TWO).unwrap()
    });
    let (one, other) = (grown(&world, &shared, "carol"), grown(&world, &shared, "alice"));
    world.set_bytes(ours);
    world.adopt(adoption(&root, &one), &TWO).unwrap();
    let about = "A branch that parts within one that was adopted.";
    spoiled(&world, "adopted-within-another", about, Rule::Adopted, |world| {
        world.adopt(adoption(&shared, &other), &TWO).unwrap()
    });
}
