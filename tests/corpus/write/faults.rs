//! What is signed, and not what its kind says in version 1.

use breakglass::record::chain::LogRecord;
use breakglass::record::finding::Rule;
use breakglass::record::frame::{FramedRecord, RecordBody};
use breakglass::record::note::Note;
use breakglass::record::policy::Policy;
use data_encoding::BASE64;

use super::edits::signed_by;
use super::log_case::{LogCase, nothing, small, spoiled};
use crate::world::{Signs, World};

pub fn write() {
    let world = small();
    contents(&world);
    texts(&world);
    genesis();
}

/// Puts a record at the end of the log whose line is changed before it is signed.
pub fn put<S: RecordBody>(
    world: &World,
    says: S,
    signers: &[Signs<'_>],
    change: impl FnOnce(&str) -> String,
) {
    let tail = world.head();
    let entry = FramedRecord {
        escrow: Some(world.id()),
        seq: tail.seq + 1,
        prev: tail.hash,
        time: world.tick(),
        by: signers.iter().map(|(name, _)| name.clone()).collect(),
        says,
    };
    let note = Note::sign(&entry, signers);
    let line = std::str::from_utf8(note.as_bytes()).unwrap().lines().next().unwrap();
    let record = [signed_by(&change(line), signers), b"\n".to_vec()].concat();
    world.set_bytes([world.bytes(), record].concat());
}

/// A record of alice's, of which a text is another; with one of bob's behind it, where it is a link of the chain.
fn replaced(world: &World, name: &str, about: &str, rule: Rule, [from, to]: [&str; 2], is_link: bool) {
    spoiled(world, name, about, rule, |world| {
        put(world, nothing(), &[world.signs("alice")], |line| {
            assert!(line.contains(from), "{name}: {line}");
            line.replacen(from, to, 1)
        });
        if is_link {
            world.forge(nothing(), &[world.signs("bob")]);
        }
    });
}

fn contents(world: &World) {
    for (name, about, rule, from, to) in [
        (
            "signed-field-unknown",
            "A field that is not known, signed: a link of the chain.",
            Rule::RecordField,
            r#""says":{"#,
            r#""says":{"also":1,"#,
        ),
        (
            "signed-frame-field-unknown",
            "A frame with a field more.",
            Rule::RecordField,
            r#","says""#,
            r#","also":{},"says""#,
        ),
        (
            "signed-field-unknown-and-null",
            "A field that is not known, and null besides: no JSON of a note.",
            Rule::RecordMalformed,
            r#""says":{"#,
            r#""says":{"also":null,"#,
        ),
        (
            "signed-field-malformed-then-unknown",
            "The first in the order of the text decides.",
            Rule::RecordMalformed,
            r#"{"statements":[]}"#,
            r#"{"statements":[1],"also":1}"#,
        ),
        ("signed-value-malformed", "A value of another type.", Rule::RecordMalformed, "[]", "{}"),
        ("signed-key-missing", "What is said is not there.", Rule::RecordMalformed, r#""statements":[]"#, ""),
        (
            "signed-space",
            "White space outside strings.",
            Rule::RecordNonCanonical,
            r#""says":"#,
            r#""says": "#,
        ),
        (
            "signed-key-order",
            "Keys in another order.",
            Rule::RecordNonCanonical,
            r#""by":["alice"],"says":{"statements":[]}"#,
            r#""says":{"statements":[]},"by":["alice"]"#,
        ),
    ] {
        replaced(world, name, about, rule, [from, to], true);
    }
}

/// What is signed, and whose frame cannot be read: it has no place, and is no damage.
fn texts(world: &World) {
    for (name, about, rule, from, to) in [
        (
            "signed-time-malformed",
            "A time that is none.",
            Rule::RecordMalformed,
            r#""time":"2"#,
            r#""time":"x"#,
        ),
        ("signed-by-nobody", "Nobody is named.", Rule::RecordSigners, r#""by":["alice"]"#, r#""by":[]"#),
        (
            "signed-by-a-number",
            "A name that is none.",
            Rule::RecordMalformed,
            r#""by":["alice"]"#,
            r#""by":[1]"#,
        ),
        ("signed-without-seq", "No number.", Rule::RecordMalformed, r#""seq":"#, r#""sex":"#),
        (
            "signed-of-no-type",
            "A type that is none.",
            Rule::RecordMalformed,
            "breakglass/v1/",
            "breakglass/v0/",
        ),
        ("signed-number", "A text that is no object.", Rule::RecordMalformed, "{", "7{"),
    ] {
        replaced(world, name, about, rule, [from, to], false);
    }
    spoiled(world, "signed-behind-damage", "A signed text behind damage.", Rule::RecordMalformed, |world| {
        let good = world.bytes();
        put(world, nothing(), &[world.signs("alice")], |line| {
            line.replacen(r#""by":["alice"]"#, r#""by":[1]"#, 1)
        });
        let bytes = [&good[..], b"x\n", &world.bytes()[good.len()..]].concat();
        world.set_bytes(bytes);
    });
    let other = World::begin(Policy::default()).bytes();
    let about = "Another escrow's genesis behind the log is in the wrong place.";
    spoiled(world, "genesis-of-another-escrow", about, Rule::ChainSeq, |world| {
        world.set_bytes([&world.bytes()[..], &other].concat());
    });
    let about = "Another escrow's genesis behind damage.";
    spoiled(world, "genesis-of-another-escrow-behind-damage", about, Rule::RecordMalformed, |world| {
        world.set_bytes([&world.bytes()[..], b"x\n", &other].concat());
    });
    let about = "Another escrow's genesis is not put away as damage.";
    spoiled(world, "recovered-genesis-of-another-escrow", about, Rule::RecoveredContent, |world| {
        let says = breakglass::record::repair::Recovered::of(&other).unwrap();
        world.forge(says, &[world.signs("alice")])
    });
    let about = "Index 0 in a seal.";
    spoiled(world, "seal-share-index-0", about, Rule::SealShares, |world| {
        let mut seal = world.generation("prod").seal.as_ref().clone();
        (seal.generation, seal.shares[0].index) = (2, 0);
        world.forge(seal, &[world.signs("dan")])
    });
}

/// A genesis with a card that has a field more.
fn genesis() {
    let world = World::begin(Policy::default());
    let dan = world.signs("dan");
    let record = LogRecord::take(&world.bytes(), 0).unwrap();
    let line = std::str::from_utf8(record.note.as_bytes()).unwrap().lines().next().unwrap().to_owned();
    let alice = &world.person("alice").card;
    let card = std::str::from_utf8(alice.note().as_bytes()).unwrap().lines().next().unwrap();
    let more = signed_by(&card.replacen(r#","time""#, r#","also":1,"time""#, 1), &[world.signs("alice")]);
    let line = line.replacen(&BASE64.encode(alice.note().as_bytes()), &BASE64.encode(&more), 1);
    let bytes = [signed_by(&line, &[dan]), b"\n".to_vec()].concat();
    LogCase::of("genesis-card-field-unknown", "A card with a field that is not known.", Rule::RecordField)
        .write(bytes, world.now());
}
