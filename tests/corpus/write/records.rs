//! The form of records, their signatures, and the chain; and of notes that stand alone.

use breakglass::crypto::digest::Digest;
use breakglass::record::card::Role;
use breakglass::record::chain::Record;
use breakglass::record::finding::Rule;
use breakglass::record::frame::RecordBody;
use breakglass::record::note::Note;
use breakglass::record::request::Outcome;
use breakglass::value::names::KeyName;
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use super::genesis::{edited, signed_text};
use super::{LogCase, base, nothing, put, spoiled};
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

/// Changes the first signature's blob: 4 bytes of key id, then 64 of signature.
fn edit_blob(text: &str, change: impl FnOnce(&mut Vec<u8>)) -> String {
    let blob = text.trim_end().rsplit(' ').next().unwrap();
    let mut bytes = BASE64.decode(blob.as_bytes()).unwrap();
    change(&mut bytes);
    text.replace(blob, &BASE64.encode(&bytes))
}

/// The order of the group, little-endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// Adds the group's order to the scalar of a signature: the same number to whoever does not look.
fn add_order(blob: &mut [u8]) {
    let mut carry = 0_u16;
    for (byte, add) in blob[36..].iter_mut().zip(ORDER) {
        carry += u16::from(*byte) + u16::from(add);
        *byte = carry as u8;
        carry >>= 8;
    }
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
    forms();
    signatures();
    torn();
    chain();
    notes();
}

fn forms() {
    let world = quiet();
    for (name, about, rule, from, to) in [
        (
            "record-field-unknown",
            "A field has an unknown name.",
            Rule::RecordMalformed,
            "\"seq\":",
            "\"sex\":",
        ),
        ("record-number-negative", "A number has a sign.", Rule::RecordMalformed, "\"seq\":2", "\"seq\":-2"),
        (
            "record-number-fraction",
            "A number has a fraction.",
            Rule::RecordMalformed,
            "\"seq\":2",
            "\"seq\":2.0",
        ),
        (
            "record-number-zero-led",
            "A number has a leading zero.",
            Rule::RecordMalformed,
            "\"seq\":2",
            "\"seq\":02",
        ),
        (
            "record-number-too-large",
            "A number has 65 bits.",
            Rule::RecordMalformed,
            "\"seq\":2",
            "\"seq\":18446744073709551616",
        ),
        (
            "record-version",
            "The type is of another version.",
            Rule::RecordMalformed,
            "breakglass/v1/",
            "breakglass/v2/",
        ),
        ("record-preceded", "Something stands before the record.", Rule::RecordMalformed, "{", "x{"),
        (
            "record-key-repeated",
            "A key stands there twice.",
            Rule::RecordMalformed,
            "\"seq\":2",
            "\"seq\":2,\"seq\":2",
        ),
        ("record-key-missing", "A key is missing.", Rule::RecordMalformed, "\"seq\":2,", ""),
        ("record-null", "A value is null.", Rule::RecordMalformed, "[]", "null"),
        (
            "record-digest-in-capitals",
            "A digest is in capitals.",
            Rule::RecordMalformed,
            "\"prev\":\"",
            "\"prev\":\"A",
        ),
        (
            "record-time-with-fraction",
            "A time has a fraction.",
            Rule::RecordMalformed,
            "Z\",\"by\"",
            ".5Z\",\"by\"",
        ),
        (
            "record-time-with-offset",
            "A time is not in UTC.",
            Rule::RecordMalformed,
            "Z\",\"by\"",
            "+01:00\",\"by\"",
        ),
        (
            "record-signature-line-unknown",
            "A signature line does not parse.",
            Rule::RecordMalformed,
            "\u{2014} alice ",
            "\u{2014} alice  ",
        ),
        (
            "record-signature-line-hyphen",
            "A signature line begins with a hyphen.",
            Rule::RecordMalformed,
            "\u{2014} alice",
            "- alice",
        ),
        ("record-space", "White space outside strings.", Rule::RecordNonCanonical, "\"seq\":2", "\"seq\": 2"),
        (
            "record-key-order",
            "Keys in another order.",
            Rule::RecordNonCanonical,
            "\"says\":{\"statements\":[]}",
            "@",
        ),
        (
            "record-escape",
            "A letter is escaped.",
            Rule::RecordNonCanonical,
            "[\"alice\"]",
            "[\"\\u0061lice\"]",
        ),
    ] {
        spoiled(&world, name, about, rule, |world| {
            edit(world, MIDDLE, |text| match to {
                "@" => {
                    let says = "\"says\":{\"statements\":[]}";
                    text.replacen(&format!(",{says}"), "", 1).replacen(
                        "\"seq\":2",
                        &format!("{says},\"seq\":2"),
                        1,
                    )
                }
                _ => text.replacen(from, to, 1),
            });
        });
    }
    let about = "An unknown kind is chain-checked, and said.";
    spoiled(&world, "kind-unknown", about, None, |world| {
        world.forge(Novel { text: "hello".to_owned() }, &[world.signs("alice")])
    });
    let stranger = actor("mallory", &[Role::Administrator]);
    let about = "No kind is so new that nobody has to answer for it.";
    spoiled(&world, "kind-unknown-by-a-stranger", about, Rule::RecordSignerUnknown, |world| {
        world.forge(Novel { text: "hello".to_owned() }, &[stranger.signs()])
    });
}

fn signatures() {
    let world = quiet();
    let mallory = actor("mallory", &[Role::Administrator]);
    let line = |text: &str| text.split("\n\n").nth(1).unwrap().trim_end().to_owned();
    let spoil = |name, about, rule, change: &dyn Fn(&str) -> String| {
        spoiled(&world, name, about, rule, |world| edit(world, MIDDLE, change));
    };
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
    spoiled(&world, "genesis-changed", about, Rule::RecordSignature, |world| {
        edit(world, 0, |text| text.replace("Example Corp\",\"cards", "Example Co.\",\"cards"));
    });
    let about = "A record under a name that the log did not bring in.";
    spoiled(&world, "signer-unknown", about, Rule::RecordSignerUnknown, |world| {
        world.forge(nothing(), &[mallory.signs()])
    });
    let about = "A record by `session`, of a kind that has none.";
    spoiled(&world, "signer-unknown-session", about, Rule::RecordSignerUnknown, |world| {
        world.forge(nothing(), &[(KeyName::Session, mallory.signer.key())])
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

/// The end of a request as a note of its own.
fn notes() {
    let world = World::ready();
    let asking = world.released();
    world.end(&asking, Outcome::Released);
    let record = world.records().pop().unwrap();
    let good = world.bytes()[record.start as usize..record.end as usize - 1].to_vec();
    assert_eq!(Record::bytes_of(&Note::parse(&good).unwrap()).len(), good.len() + 1);
    let key = asking.session.key();
    let verifying = key.verifying_key();
    let case = |name: &str, about: &str, expect: &str, bytes: &[u8]| {
        let lines = [format!("key: {verifying}"), format!("expect: {expect}")];
        put(&format!("note/{name}"), about, &lines, &[("note", bytes)]);
    };
    let text = std::str::from_utf8(&good).unwrap();
    let line = text.lines().next().unwrap();
    let resign = |line: &str| signed_text(&format!("{line}\n"), &KeyName::Session, key);
    assert_eq!(resign(line), good);
    case("good", "The end of a request, by its session.", "good", &good);
    case("followed", "A line feed follows the note.", "malformed", &[&good[..], b"\n"].concat());
    case("cut-off", "The last line feed is missing.", "malformed", &good[..good.len() - 1]);
    case("changed", "The text was changed.", "signature", &edited(&good, "\"totp\"", "\"totq\""));
    case(
        "signed-by-another-name",
        "The line has another name.",
        "signers",
        &edited(&good, "\u{2014} session", "\u{2014} alice"),
    );
    case("line-feeds-of-dos", "Carriage returns.", "malformed", text.replace('\n', "\r\n").as_bytes());
    let blob = |change: &dyn Fn(&mut Vec<u8>)| edit_blob(text, change).into_bytes();
    case("key-id", "Another key id.", "key-id", &blob(&|blob| blob[3] ^= 0x80));
    case(
        "scalar-not-reduced",
        "The scalar and the group's order.",
        "signature",
        &blob(&|blob| add_order(blob)),
    );
    case("r-flipped", "A bit of R.", "signature", &blob(&|blob| blob[5] ^= 2));
    case(
        "blob-short",
        "The signature line has 67 bytes.",
        "malformed",
        &blob(&|blob| {
            blob.pop();
        }),
    );
    case("blob-long", "The signature line has 69 bytes.", "malformed", &blob(&|blob| blob.push(0)));
    let line_end = good.len() - 1;
    let mut trailing = good.clone();
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let last = alphabet.iter().position(|one| *one == good[line_end - 2]).unwrap();
    trailing[line_end - 2] = alphabet[last + 1];
    case("blob-trailing-bits", "The base64 has trailing bits that are not zero.", "malformed", &trailing);
    for (name, about, expect, from, to) in [
        (
            "key-order",
            "Keys in another order.",
            "noncanonical",
            "\"outcome\":\"released\",\"shown\":[\"password\",\"totp\"]",
            "\"shown\":[\"password\",\"totp\"],\"outcome\":\"released\"",
        ),
        (
            "empty-array",
            "An optional array with nothing in it.",
            "noncanonical",
            "\"totp_steps\":[59000000]",
            "\"totp_steps\":[59000000],\"approvals\":[]",
        ),
        ("null", "An optional key is null.", "malformed", "\"totp_steps\":[59000000]", "\"totp_steps\":null"),
        ("letter-escaped", "A letter is escaped.", "noncanonical", "\"password\"", "\"pass\\u0077ord\""),
        ("float", "A number with an exponent.", "malformed", "59000000", "59e6"),
        ("tab", "White space between tokens.", "noncanonical", "\"seq\":", "\t\"seq\":"),
        ("key-unknown", "An unknown key.", "malformed", "\"seq\":", "\"extra\":true,\"seq\":"),
        (
            "key-repeated",
            "A repeated key.",
            "malformed",
            "\"outcome\":\"released\"",
            "\"outcome\":\"released\",\"outcome\":\"released\"",
        ),
        (
            "word-unknown",
            "An outcome that there is not.",
            "malformed",
            "\"outcome\":\"released\"",
            "\"outcome\":\"perhaps\"",
        ),
        (
            "field-name-with-hyphen",
            "A field's name begins with a hyphen.",
            "malformed",
            "\"totp\"",
            "\"-totp\"",
        ),
        ("field-name-reserved", "A field's name is reserved.", "malformed", "\"totp\"", "\"nul\""),
        ("space-before-type", "White space before the type.", "malformed", "{\"type\"", "{ \"type\""),
        ("type-without-comma", "No comma behind the type.", "noncanonical", "v1/end\",", "v1/end\" ,"),
        ("type-in-capitals", "A kind in capitals.", "malformed", "v1/end", "v1/END"),
        (
            "time-too-late",
            "A time behind the last one.",
            "malformed",
            "\"time\":\"2026-11-23",
            "\"time\":\"9999-12-31",
        ),
        ("time-of-leap-second", "A second of 60.", "malformed", "Z\",\"by\"", "@"),
        (
            "kind-other",
            "Another kind than it is read as.",
            "malformed",
            "breakglass/v1/end",
            "breakglass/v1/release",
        ),
        ("by-empty", "Nobody is named.", "signers", "[\"session\"]", "[]"),
    ] {
        assert!(line.contains(from), "{name}: {line}");
        let changed = if to == "@" {
            let at = line.find("Z\",\"by\"").unwrap();
            format!("{}60{}", &line[..at - 2], &line[at..])
        } else {
            line.replacen(from, to, 1)
        };
        case(name, about, expect, &resign(&changed));
    }
}
