//! The form of records, their signatures, and the chain.

use breakglass::crypto::digest::Digest;
use breakglass::record::card::Role;
use breakglass::record::finding::Rule;
use breakglass::record::frame::RecordBody;
use breakglass::value::names::KeyName;
use serde::{Deserialize, Serialize};

use super::edits::{add_order, edit_blob};
use super::log_case::{LogCase, nothing, spoiled};
use super::put::base;
use crate::world::{World, actor, dawn};

/// A record of alice's that nothing rests on, with one of bob's behind it that verifies.
const MIDDLE: u64 = 2;

/// A small world whose record [`MIDDLE`] is that.
fn quiet() -> World {
    let world = World::begin(breakglass::record::policy::Policy::default());
    base(&world.bytes());
    for who in ["dan", "alice", "bob"] {
        world.append(nothing(), &[world.signs(who)]).unwrap();
    }
    world
}

/// Changes one record, and leaves the others as they are.
fn edit(world: &World, seq: u64, change: impl FnOnce(&str) -> String) {
    let record = &world.records()[seq as usize];
    let (start, end) = (record.start as usize, record.end as usize);
    let mut bytes = world.bytes();
    let changed = change(std::str::from_utf8(&bytes[start..end]).unwrap());
    assert_ne!(changed.as_bytes(), &bytes[start..end], "the edit changes something");
    bytes.splice(start..end, changed.into_bytes());
    world.set_bytes(bytes);
}

/// A kind of record that this version does not know.
#[derive(Clone, Serialize, Deserialize)]
struct Novel {
    text: String,
}

impl RecordBody for Novel {
    const KIND: &'static str = "novel";
}

pub fn write() {
    let world = quiet();
    malformed(&world);
    non_canonical(&world);
    fields(&world);
    kinds(&world);
    let world = quiet();
    signers(&world);
    signatures(&world);
    torn();
    chain();
}

/// A change of some text in the record [`MIDDLE`], to another.
fn replaced(world: &World, name: &str, about: &str, rule: Rule, [from, to]: [&str; 2]) {
    spoiled(world, name, about, rule, |world| edit(world, MIDDLE, |text| text.replacen(from, to, 1)));
}

fn malformed(world: &World) {
    for (name, about, from, to) in [
        ("record-field-unknown", "A field has an unknown name.", "\"seq\":", "\"sex\":"),
        ("record-number-negative", "A number has a sign.", "\"seq\":2", "\"seq\":-2"),
        ("record-number-fraction", "A number has a fraction.", "\"seq\":2", "\"seq\":2.0"),
        ("record-number-zero-led", "A number has a leading zero.", "\"seq\":2", "\"seq\":02"),
        ("record-number-too-large", "A number has 65 bits.", "\"seq\":2", "\"seq\":18446744073709551616"),
        ("record-preceded", "Something stands before the record.", "{", "x{"),
        ("record-key-repeated", "A key stands there twice.", "\"seq\":2", "\"seq\":2,\"seq\":2"),
        ("record-key-missing", "A key is missing.", "\"seq\":2,", ""),
        ("record-null", "A value is null.", "[]", "null"),
        ("record-digest-in-capitals", "A digest is in capitals.", "\"prev\":\"", "\"prev\":\"A"),
        ("record-time-with-fraction", "A time has a fraction.", "Z\",\"by\"", ".5Z\",\"by\""),
        ("record-time-with-offset", "A time is not in UTC.", "Z\",\"by\"", "+01:00\",\"by\""),
        (
            "record-signature-line-unknown",
            "A signature line does not parse.",
            "\u{2014} alice ",
            "\u{2014} alice  ",
        ),
        (
            "record-signature-line-hyphen",
            "A signature line begins with a hyphen.",
            "\u{2014} alice",
            "- alice",
        ),
    ] {
        replaced(world, name, about, Rule::RecordMalformed, [from, to]);
    }
}

fn non_canonical(world: &World) {
    let version = ["breakglass/v1/", "breakglass/v2/"];
    replaced(world, "record-version", "The type is of another version.", Rule::RecordSignature, version);
    let rule = Rule::RecordNonCanonical;
    replaced(world, "record-space", "White space outside strings.", rule, ["\"seq\":2", "\"seq\": 2"]);
    spoiled(world, "record-key-order", "Keys in another order.", rule, |world| {
        edit(world, MIDDLE, |text| {
            let says = "\"says\":{\"statements\":[]}";
            let without = text.replacen(&format!(",{says}"), "", 1);
            without.replacen("\"seq\":2", &format!("{says},\"seq\":2"), 1)
        });
    });
    let escaped = ["[\"alice\"]", "[\"\\u0061lice\"]"];
    replaced(world, "record-escape", "A letter is escaped.", rule, escaped);
}

fn fields(world: &World) {
    let says = [r#""says":{"#, r#""says":{"also":1,"#];
    let about = "A field that is not known, not signed, before a record that verifies.";
    replaced(world, "record-field-unsigned", about, Rule::RecordField, says);
}

fn kinds(world: &World) {
    let about = "An unknown kind is chain-checked, and said.";
    spoiled(world, "kind-unknown", about, None, |world| {
        world.forge(Novel { text: "hello".to_owned() }, &[world.signs("alice")])
    });
    let stranger = actor("mallory", &[Role::Administrator]);
    let about = "No kind is so new that nobody has to answer for it.";
    spoiled(world, "kind-unknown-by-a-stranger", about, Rule::RecordSignerUnknown, |world| {
        world.forge(Novel { text: "hello".to_owned() }, &[stranger.signs()])
    });
}

/// A change of the record [`MIDDLE`].
fn spoil(world: &World, name: &str, about: &str, rule: Rule, change: &dyn Fn(&str) -> String) {
    spoiled(world, name, about, rule, |world| edit(world, MIDDLE, change));
}

fn signers(world: &World) {
    let mallory = actor("mallory", &[Role::Administrator]);
    let line = |text: &str| text.split("\n\n").nth(1).unwrap().trim_end().to_owned();
    let spoil = |name, about, rule, change: &dyn Fn(&str) -> String| spoil(world, name, about, rule, change);
    spoil(
        "signers-other-name",
        "The signature line has another name than `by`.",
        Rule::RecordSigners,
        &|text| text.replace("\u{2014} alice ", "\u{2014} bob "),
    );
    spoil(
        "signers-fewer",
        "`by` names one more than there are signature lines.",
        Rule::RecordSigners,
        &|text| text.replacen("[\"alice\"]", "[\"alice\",\"bob\"]", 1),
    );
    spoil(
        "signers-more",
        "There is one signature line more than `by` names.",
        Rule::RecordSigners,
        &|text| {
            let line = line(text);
            text.replacen(&line, &format!("{line}\n{}", line.replace("alice", "bob")), 1)
        },
    );
    spoil("signers-line-twice", "One name has two signature lines.", Rule::RecordMalformed, &|text| {
        let line = line(text);
        text.replacen(&line, &format!("{line}\n{line}"), 1)
    });
    spoil("signer-none", "There is no signature line.", Rule::RecordMalformed, &|text| {
        text.replacen(&format!("{}\n", line(text)), "", 1)
    });
    let about = "A record under a name that the log did not bring in.";
    spoiled(world, "signer-unknown", about, Rule::RecordSignerUnknown, |world| {
        world.forge(nothing(), &[mallory.signs()])
    });
    let about = "A record by `session`, of a kind that has none.";
    spoiled(world, "signer-unknown-session", about, Rule::RecordSignerUnknown, |world| {
        world.forge(nothing(), &[(KeyName::Session, mallory.signer.key())])
    });
}

fn signatures(world: &World) {
    let spoil = |name, about, rule, change: &dyn Fn(&str) -> String| spoil(world, name, about, rule, change);
    spoil("key-id", "The key id is another.", Rule::RecordKeyId, &|text| {
        edit_blob(text, |blob| blob[0] ^= 1)
    });
    spoil("signature-flipped", "One bit of a signature is another.", Rule::RecordSignature, &|text| {
        edit_blob(text, |blob| blob[40] ^= 1)
    });
    spoil(
        "signature-scalar-not-reduced",
        "The signature's scalar is not reduced.",
        Rule::RecordSignature,
        &|text| edit_blob(text, |blob| add_order(blob)),
    );
    spoil("signature-of-other-text", "The text was changed.", Rule::RecordSignature, &|text| {
        text.replacen("2026-11-23", "2026-11-24", 1)
    });
    let about = "Genesis was changed, and records stand behind it.";
    spoiled(world, "genesis-changed", about, Rule::RecordSignature, |world| {
        edit(world, 0, |text| text.replace("Example Corp\",\"cards", "Example Co.\",\"cards"));
    });
}

fn torn() {
    let world = quiet();
    let whole = world.bytes();
    let start = world.records().last().unwrap().start as usize;
    let torn = |name: &str, about: &str, bytes: Vec<u8>| {
        LogCase::of(name, about, Rule::Torn).write(bytes, world.now());
    };
    torn("torn-first-byte", "Of the last record only the first byte is there.", whole[..=start].to_vec());
    torn("torn-text", "The last record ends within its text.", whole[..start + 60].to_vec());
    torn("torn-signature", "The last record ends within its signature.", whole[..whole.len() - 20].to_vec());
    torn(
        "torn-empty-line",
        "The empty line of the last record is missing.",
        whole[..whole.len() - 1].to_vec(),
    );
    torn("torn-zeros", "A block of zeros follows the log.", [whole.clone(), vec![0; 512]].concat());
    torn("torn-line-feed", "A line feed follows the log.", [&whole[..], b"\n"].concat());
    torn("torn-garbage", "Bytes that are no text follow the log.", [&whole[..], &[0xff; 3]].concat());
    let mut zeroed = whole.clone();
    zeroed[start + 100..start + 200].fill(0);
    torn("torn-block", "A block within the last record is zeros.", zeroed);
    let mut flipped = whole.clone();
    let at = flipped.len() - 30;
    flipped[at] = if flipped[at] == b'A' { b'B' } else { b'A' };
    torn("torn-last-signature", "The signature of the last record does not verify.", flipped);
    // The same, with a record behind.
    let about = "A block of zeros stands before a record that verifies.";
    let begin = &whole[..start];
    let bytes = [begin, &[0; 64][..], &whole[start..]].concat();
    LogCase::of("damage-before-a-record", about, Rule::RecordMalformed).write(bytes, world.now());
}

fn chain() {
    let world = quiet();
    let alice = || [world.signs("alice")];
    spoiled(&world, "chain-seq-gap", "A record's number is one too high.", Rule::ChainSeq, |world| {
        world.forge_framed(nothing(), &alice(), |entry| entry.seq += 1)
    });
    spoiled(&world, "chain-seq-again", "A record's number was used before.", Rule::ChainSeq, |world| {
        world.forge_framed(nothing(), &alice(), |entry| entry.seq -= 1)
    });
    spoiled(&world, "chain-record-removed", "A record was taken out.", Rule::ChainSeq, |world| {
        let record = &world.records()[MIDDLE as usize];
        let mut bytes = world.bytes();
        bytes.drain(record.start as usize..record.end as usize);
        world.set_bytes(bytes);
    });
    spoiled(&world, "chain-prev", "A record names another one before it.", Rule::ChainPrev, |world| {
        world.forge_framed(nothing(), &alice(), |entry| entry.prev = Digest::of(b"other"))
    });
    spoiled(&world, "chain-escrow-other", "A record of another escrow.", Rule::ChainEscrow, |world| {
        world.forge_framed(nothing(), &alice(), |entry| entry.escrow = Some(Digest::of(b"other")))
    });
    spoiled(&world, "chain-escrow-absent", "A record that names no escrow.", Rule::ChainEscrow, |world| {
        world.forge_framed(nothing(), &alice(), |entry| entry.escrow = None)
    });
    spoiled(&world, "time-backwards", "Time runs backwards, which is said.", Rule::TimeBackwards, |world| {
        world.forge_framed(nothing(), &alice(), |entry| entry.time = dawn())
    });
}
