//! The form of records, their signatures, and the chain.

use breakglass::crypto::digest::Digest;
use breakglass::record::card::Role;
use breakglass::record::finding::{Rule, Severity};
use breakglass::record::frame::RecordBody;
use breakglass::record::request::EndOutcome;
use breakglass::record::retire::Retire;
use breakglass::record::statements::Statements;
use breakglass::value::names::KeyName;
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use crate::Case;
use crate::genesis::breaks_changed;
use crate::world::{World, actor, dawn, text};

/// A record of alice's that nothing rests on, with one of bob's behind it that verifies.
const MIDDLE: u64 = 6;

/// A world whose record [`MIDDLE`] is that.
fn quiet() -> World {
    let world = World::ready();
    world.append(nothing(), &[world.signs("alice")]).unwrap();
    assert_eq!(world.head().seq, MIDDLE);
    world.append(nothing(), &[world.signs("bob")]).unwrap();
    world
}

/// Changes the text of one record, and leaves the others as they are.
fn edit(world: &World, seq: u64, change: impl FnOnce(&str) -> String) -> u64 {
    let record = &world.records()[seq as usize];
    let (start, end) = (record.start as usize, record.end as usize);
    let mut bytes = world.bytes();
    let text = std::str::from_utf8(&bytes[start..end]).unwrap();
    let changed = change(text);
    assert_ne!(changed, text, "the edit changes something");
    bytes.splice(start..end, changed.into_bytes());
    world.set_bytes(bytes);
    seq
}

/// Changes one byte of the first signature's blob: 4 bytes of key id, then 64 of signature.
fn edit_blob(text: &str, at: usize) -> String {
    let blob = text.trim_end().rsplit(' ').next().unwrap();
    let mut bytes = BASE64.decode(blob.as_bytes()).unwrap();
    bytes[at] ^= 1;
    text.replace(blob, &BASE64.encode(&bytes))
}

fn nothing() -> Statements {
    Statements { statements: Vec::new() }
}

#[test]
fn record_malformed() {
    let world = quiet();
    Case::of(&world).each_breaks(
        Rule::RecordMalformed,
        vec![
            Box::new(|world| edit(world, MIDDLE, |text| text.replace("\"seq\":", "\"sex\":"))),
            Box::new(|world| edit(world, MIDDLE, |text| text.replacen("\"seq\":6", "\"seq\":-6", 1))),
            Box::new(|world| {
                edit(world, MIDDLE, |text| text.replacen("breakglass/v1/", "breakglass/v0/", 1))
            }),
            Box::new(|world| edit(world, MIDDLE, |text| format!("x{text}"))),
            // Another byte where its empty line should be. It hides where the next record begins, not the one
            // after that.
            Box::new(|world| {
                world.append(nothing(), &[world.signs("carol")]).unwrap();
                let mut bytes = world.bytes();
                bytes[world.records()[MIDDLE as usize].end as usize - 1] = b'x';
                world.set_bytes(bytes);
                MIDDLE
            }),
        ],
    );
}

#[test]
fn record_field() {
    let world = World::ready();
    let case = Case::of(&world);
    let seq = world.forge(More { statements: Vec::new(), also: 1 }, &[world.signs("alice")]);
    case.breaks(Rule::RecordField, seq);
    assert_eq!(world.reading().escrow.head.seq, seq, "it is a link of the chain all the same");
}

/// A kind that is known, with a field more.
#[derive(Clone, Serialize, Deserialize)]
struct More {
    statements: Vec<String>,
    also: u8,
}

impl RecordBody for More {
    const KIND: &'static str = "statements";
}

#[test]
fn record_too_large() {
    let world = World::ready();
    let case = Case::of(&world);
    let seq = world.forge(Novel { text: "x".repeat(1 << 20) }, &[world.signs("alice")]);
    case.breaks(Rule::RecordTooLarge, seq);
    // It stops nobody.
    assert!(world.reading().unsound().is_none());
    let asking = world.emergency();
    let files = world.approvals(&["alice", "bob"], &asking);
    world.release(&asking, &files).unwrap();
    // As large as may be is only not known, and what nobody signed is damage.
    let world = World::ready();
    let rest = {
        let start = world.bytes().len();
        world.forge(Novel { text: String::new() }, &[world.signs("alice")]);
        world.bytes().len() - start - 1
    };
    let world = World::ready();
    world.forge(Novel { text: "x".repeat((1 << 20) - rest) }, &[world.signs("alice")]);
    assert!(world.verify().findings.iter().any(|one| one.rule == Rule::UnknownKind));
    let start = world.bytes().len();
    world.forge(Novel { text: "x".repeat(1 << 20) }, &[world.signs("alice")]);
    let mut bytes = world.bytes();
    bytes[start + 1000] = b'y';
    world.set_bytes(bytes);
    assert!(world.verify().findings.iter().any(|one| one.rule == Rule::Torn));
}

#[test]
fn record_newer_reference() {
    let world = World::ready();
    world.forge(Novel { text: "hello".to_owned() }, &[world.signs("dan")]);
    let case = Case::of(&world);
    let nobody = || Retire::of(text("zoe"), text("she left"));
    let seq = world.forge(nobody(), &[world.signs("dan")]);
    case.breaks(Rule::RecordNewerReference, seq);
}

#[test]
fn record_noncanonical() {
    let world = quiet();
    let case = Case::of(&world);
    let seq = edit(&world, MIDDLE, |text| text.replacen("\"seq\":6", "\"seq\": 6", 1));
    case.breaks(Rule::RecordNonCanonical, seq);
}

#[test]
fn record_signers() {
    let world = quiet();
    let case = Case::of(&world);
    let seq = edit(&world, MIDDLE, |text| text.replace("\u{2014} alice ", "\u{2014} bob "));
    case.breaks(Rule::RecordSigners, seq);
}

#[test]
fn record_signer_unknown() {
    let world = World::ready();
    let mallory = actor("mallory", &[Role::Administrator]);
    let session = actor("stranger", &[Role::Custodian]);
    let anonymous = [(KeyName::Session, session.signer.key())];
    let sealed = world.generation("prod").seal.as_ref().clone();
    Case::of(&world).each_breaks(
        Rule::RecordSignerUnknown,
        vec![
            Box::new(|world| world.forge(sealed.clone(), &[mallory.signs()])),
            Box::new(|world| world.forge(nothing(), &anonymous)),
            // No kind is so new that nobody has to answer for it.
            Box::new(|world| world.forge(Novel { text: "hello".to_owned() }, &anonymous)),
            Box::new(|world| world.forge(Novel { text: "hello".to_owned() }, &[mallory.signs()])),
        ],
    );
}

#[test]
fn record_key_id() {
    let world = quiet();
    let case = Case::of(&world);
    let seq = edit(&world, MIDDLE, |text| edit_blob(text, 0));
    case.breaks(Rule::RecordKeyId, seq);
}

#[test]
fn record_signature() {
    let world = quiet();
    let case = Case::of(&world);
    case.each_breaks(
        Rule::RecordSignature,
        vec![
            Box::new(|world| edit(world, MIDDLE, |text| edit_blob(text, 40))),
            Box::new(|world| edit(world, MIDDLE, |text| text.replacen("2026-11-23", "2026-11-24", 1))),
        ],
    );
    // Behind a damaged request stand only records that its own session key signed: nobody has that key
    // any more, and still it is no torn end.
    let asking = world.released();
    world.end(&asking, EndOutcome::Released);
    let case = Case::of(&world);
    let before = world.reading().escrow.requests[0].seq;
    edit(&world, before, |text| text.replace("INC-42", "INC-43"));
    let report = world.verify();
    let found = report.findings.iter().find(|finding| finding.rule == Rule::RecordSignature);
    let found = found.unwrap_or_else(|| panic!("{:?}", report.findings));
    assert_eq!((found.seq, found.offset), (Some(before), Some(case.places[before as usize])));
    // In genesis too, of which nothing is left then.
    edit(&world, 0, |text| text.replace("Example Corp\",\"cards", "Example Co.\",\"cards"));
    let report = world.verify();
    let [only] = report.findings.as_slice() else { panic!("{:?}", report.findings) };
    assert_eq!((only.rule, only.seq, only.offset), (Rule::RecordSignature, Some(0), Some(0)));
}

#[test]
fn torn() {
    let world = World::ready();
    let case = Case::of(&world);
    let whole = world.bytes();
    let last = world.head().seq;
    // The end of the last record is missing: its checks are missed, too.
    let start = case.places[last as usize] as usize;
    for length in [start + 1, start + 30, whole.len() - 100, whole.len() - 2, whole.len() - 1] {
        world.set_bytes(whole[..length].to_vec());
        case.breaks_and(Rule::Torn, last, &[Rule::NotInForce, Rule::NotInForce]);
    }
    // Something else follows it.
    for tail in [vec![0; 4096], b"{\"type\":\"breakglass/v1/end\",".to_vec(), vec![b'\n'], vec![0xff; 3]] {
        world.set_bytes([whole.clone(), tail].concat());
        case.breaks(Rule::Torn, last + 1);
    }
    // The last byte, the empty line of the last record, is another one.
    let mut changed = whole.clone();
    changed[whole.len() - 1] = b'x';
    world.set_bytes(changed);
    case.breaks_and(Rule::Torn, last, &[Rule::NotInForce, Rule::NotInForce]);
    // One block of the last record is zeros.
    let mut zeroed = whole.clone();
    zeroed[start + 200..start + 300].fill(0);
    world.set_bytes(zeroed);
    case.breaks_and(Rule::Torn, last, &[Rule::NotInForce, Rule::NotInForce]);
}

#[test]
fn chain_seq() {
    let world = quiet();
    let case = Case::of(&world);
    case.each_breaks(
        Rule::ChainSeq,
        vec![
            Box::new(|world| world.forge_framed(nothing(), &[world.signs("alice")], |entry| entry.seq += 1)),
            Box::new(|world| world.forge_framed(nothing(), &[world.signs("alice")], |entry| entry.seq -= 1)),
            Box::new(|world| {
                world.forge_framed(nothing(), &[world.signs("alice")], |entry| entry.seq = u64::MAX)
            }),
        ],
    );
    // A record is taken out of the middle.
    let record = &world.records()[MIDDLE as usize];
    let mut bytes = world.bytes();
    bytes.drain(record.start as usize..record.end as usize);
    world.set_bytes(bytes);
    case.breaks(Rule::ChainSeq, MIDDLE);
    breaks_changed(Rule::ChainSeq, |entry| entry.seq = 1);
}

#[test]
fn chain_prev() {
    let world = World::ready();
    let case = Case::of(&world);
    let seq =
        world.forge_framed(nothing(), &[world.signs("alice")], |entry| entry.prev = Digest::of(b"other"));
    case.breaks(Rule::ChainPrev, seq);
    breaks_changed(Rule::ChainPrev, |entry| entry.prev = Digest::of(b"before"));
}

#[test]
fn chain_escrow() {
    let world = World::ready();
    Case::of(&world).each_breaks(
        Rule::ChainEscrow,
        vec![
            Box::new(|world| {
                let other = Some(Digest::of(b"other"));
                world.forge_framed(nothing(), &[world.signs("alice")], |entry| entry.escrow = other)
            }),
            Box::new(|world| {
                world.forge_framed(nothing(), &[world.signs("alice")], |entry| entry.escrow = None)
            }),
        ],
    );
    breaks_changed(Rule::ChainEscrow, |entry| entry.escrow = Some(Digest::of(b"before")));
}

#[test]
fn time_backwards() {
    let world = World::ready();
    let case = Case::of(&world);
    let seq = world.forge_framed(nothing(), &[world.signs("alice")], |entry| entry.time = dawn());
    case.breaks(Rule::TimeBackwards, seq);
}

/// A kind of record that this version does not know.
#[derive(Clone, Serialize, Deserialize)]
pub struct Novel {
    pub text: String,
}

impl RecordBody for Novel {
    const KIND: &'static str = "novel";
}

#[test]
fn unknown_kind() {
    let world = World::ready();
    let case = Case::of(&world);
    let seq = world.forge(Novel { text: "hello".to_owned() }, &[world.signs("alice")]);
    case.breaks(Rule::UnknownKind, seq);
    assert!(world.verify().worst() < Some(Severity::Finding));
    assert_eq!(world.reading().escrow.head.seq, seq, "it is a link of the chain all the same");
}
