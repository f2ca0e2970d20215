//! Values at the edges of what their form allows, and beyond.

use breakglass::record::card::Role;
use breakglass::record::finding::Rule;
use breakglass::record::policy::Policy;
use breakglass::record::seal::{Credentials, Kind};

use super::edits::{signed_line, signed_text};
use super::log_case::{LogCase, nothing, spoiled};
use super::put::{base, put};
use crate::world::{World, actor, dawn};

pub fn write() {
    lengths();
    sealed_keys();
    let world = &World::begin(Policy::default());
    base(&world.bytes());
    environments(world);
    release_keys(world);
}

/// A genesis whose custodians check at another interval.
fn lengths() {
    let world = World::begin(Policy::default());
    let (name_of_dan, key) = world.signs("dan");
    let log = world.bytes();
    let line = std::str::from_utf8(&log).unwrap().lines().next().unwrap();
    for (name, about, rule, every) in [
        ("genesis-length-longest", "The longest length of time.", None, "70389502h"),
        (
            "genesis-length-too-long",
            "A length of time that is longer than there is time.",
            Some(Rule::RecordMalformed),
            "70389503h",
        ),
        (
            "genesis-length-in-hours",
            "A length of time that would be written in days.",
            Some(Rule::RecordNonCanonical),
            "2208h",
        ),
    ] {
        let changed = line.replacen("\"check_every\":\"92d\"", &format!("\"check_every\":\"{every}\""), 1);
        assert_ne!(changed, line);
        let bytes = [signed_text(&format!("{changed}\n"), &name_of_dan, key), b"\n".to_vec()].concat();
        LogCase::of(name, about, rule).write(bytes, dawn());
    }
}

/// Cards whose sealed signing key is as large as it can be, and larger.
fn sealed_keys() {
    let alice = actor("alice", &[Role::Custodian]);
    let good = alice.card.note().as_bytes();
    let line = std::str::from_utf8(good).unwrap().lines().next().unwrap();
    let (before, _) = line.split_once("\"sealed_signing_key\":\"").unwrap();
    for (name, about, expect, size) in [
        ("sealed-key-of-8192", "A sealed signing key of 8192 bytes.", "good", 8192),
        ("sealed-key-of-8193", "A sealed signing key of 8193 bytes.", "refused", 8193),
    ] {
        let line = format!("{before}\"sealed_signing_key\":\"{}\"}}", "A".repeat(size));
        let lines = [format!("expect: {expect}")];
        put(&format!("card/{name}"), about, &lines, &[("card", &signed_line(&line, &alice))]);
    }
}

/// A seal whose environment lists nothing, which says that there was nothing.
fn environments(world: &World) {
    let mut seal = world.make_seal("prod", Kind::Root, 2, &["alice", "bob", "carol"], Credentials::New).seal;
    seal.environment.swap = Some(Vec::new());
    seal.environment.interfaces = Some(Vec::new());
    seal.environment.recorders = Some(Vec::new());
    let about = "A seal on a machine without swap, interfaces and recorders.";
    spoiled(world, "seal-environment-of-empty-lists", about, None, |world| {
        world.forge(seal, &[world.signs("dan")])
    });
}

/// The name of a release key of a generation that there cannot be.
fn release_keys(world: &World) {
    let name = "release-key-of-generation-2-32";
    let about = "A release key is of a generation that no seal can have.";
    spoiled(world, name, about, Rule::RecordMalformed, |world| {
        let before = world.bytes().len();
        world.forge(nothing(), &[world.signs("dan")]);
        let bytes = world.bytes();
        let (log, record) = bytes.split_at(before);
        let line = std::str::from_utf8(record).unwrap().lines().next().unwrap();
        let line = line.replacen("\"by\":[\"dan\"]", "\"by\":[\"release/0123abcd/4294967296\"]", 1);
        let (own, key) = world.signs("dan");
        let note = signed_text(&format!("{line}\n"), &own, key);
        let note = String::from_utf8(note).unwrap();
        let note = note.replacen("\u{2014} dan ", "\u{2014} release/0123abcd/4294967296 ", 1);
        // A record behind it, so that it is no damaged end.
        let behind = std::str::from_utf8(record).unwrap();
        world.set_bytes([log, note.as_bytes(), b"\n", behind.as_bytes()].concat());
    });
}
