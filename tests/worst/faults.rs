//! Every field of every kind with something else in it, signed and in its place at the end of a log: what was signed is
//! never damage, and nobody takes it out of the log.

use std::collections::BTreeSet;

use breakglass::crypto::digest::Digest;
use breakglass::crypto::sign::SigningKey;
use breakglass::escrow::Reading;
use breakglass::ledger::log::Ledger;
use breakglass::record::custody::{Custody, InCustody};
use breakglass::record::decommission::Decommission;
use breakglass::record::finding::{Rule, Severity};
use breakglass::record::head::{Head, HeadFile};
use breakglass::record::kinds::RecordKind;
use breakglass::record::policy::Policy;
use breakglass::record::repair::Continue;
use breakglass::record::request::EndOutcome;
use breakglass::record::retire::Retire;
use breakglass::record::statements::Statements;
use breakglass::record::succeeded::Succeeded;
use breakglass::value::names::KeyName;

use crate::forge::{self, first_line};
use crate::laid::Laid;
use crate::ordered::Json;
use crate::world::{Asking, Signs, World, text};

/// A world with a record of each kind in it, and whose session the request's is.
fn every_kind() -> (World, Asking) {
    let world = World::ready();
    let retire = Retire::of(text("carol"), text("she left"));
    world.append(retire, &[world.signs("dan")]).unwrap();
    let fork = world.bytes();
    let branch = world.a_check_from(&fork);
    world.check("bob");
    world.adopt(branch, &["dan", "alice"]).unwrap();
    let parted = world.a_check_from(&fork);
    world.adopt_in_parts(&parted, &[64], &["dan", "alice"]);
    world.set_bytes([&world.bytes()[..], b"{\"type\":\"breakglass/v1/en"].concat());
    world.recover("alice").unwrap();
    let from = world.head();
    let says = Continue { from, last: None, left: None, kept: Vec::new() };
    let continued = world.append(says, &[world.signs("erin")]).unwrap();
    world.append(world.disavow_with(continued.record(), &["alice", "bob"]), &[world.signs("dan")]).unwrap();
    let asking = world.released();
    world.end(&asking, EndOutcome::Released);
    let what = InCustody::Medium(text("the drive with the payloads"));
    let custody = Custody { what, place: text("the safe on floor 3"), bag: None, because: None };
    world.append(custody, &[world.signs("alice"), world.signs("bob")]).unwrap();
    let vault = world.generation("prod").seal.vault;
    let unused = Decommission { vault, because: text("the account is closed"), agrees: Vec::new() };
    world.forge(unused, &[world.signs("dan"), world.signs("alice")]);
    let hash = Digest::of(b"another escrow");
    let successor = HeadFile::new(hash, Head { size: 4000, seq: 0, hash });
    world.forge(Succeeded { successor, agrees: Vec::new() }, &[world.signs("dan")]);
    (world, asking)
}

/// What a value may be taken for, and is not.
fn others(value: &Json) -> Vec<Json> {
    let long = format!("\"{}\"", "a".repeat(5000));
    let texts = [
        "null",
        "0",
        "-1",
        "1.5",
        "18446744073709551615",
        "18446744073709551616",
        "\"\"",
        "\"x\u{202e}\"",
        "\"x\"",
        "true",
        "[]",
        "{}",
        "[[[]]]",
        "{\"also\":{\"more\":1}}",
        "[\"x\",\"x\"]",
        &long,
    ];
    let mut others: Vec<_> = texts.iter().map(|text| Json::Leaf((*text).to_owned())).collect();
    if let Json::List(list) = value {
        others.push(Json::List(list.iter().chain(list).cloned().collect()));
    }
    others.retain(|other| other.write() != value.write());
    others
}

/// The keys that signed a record.
fn signers<'a>(
    world: &'a World,
    asking: &'a Asking,
    release: &'a SigningKey,
    names: &[KeyName],
) -> Vec<Signs<'a>> {
    let key = |name: &KeyName| match name {
        KeyName::Person(id) => world.signs(id.as_str()),
        KeyName::Session => asking.signs(),
        KeyName::Release { .. } => (name.clone(), release),
    };
    names.iter().map(key).collect()
}

#[test]
fn what_was_signed_is_never_damage_whatever_it_says() {
    let (world, asking) = every_kind();
    let release = world.keys("prod").release_key;
    let whole = world.bytes();
    let records = world.records();
    let mut kinds = BTreeSet::new();
    for record in records.iter().skip(1) {
        if !kinds.insert(record.says.kind().to_owned()) {
            continue;
        }
        let before = &whole[..record.start as usize];
        let signers = signers(&world, &asking, &release, &record.frame.by);
        let line = Json::read(&first_line(record.note.as_bytes()));
        let (mut fields, known) = (0, Reading::of(before.to_vec()).unwrap());
        for (what, line) in line.changed(&others) {
            let what = format!("a {} of which {what}", record.says.kind());
            let bytes = [before, &forge::signed(&line.write(), &signers), b"\n"].concat();
            let reading = known.clone().resume(bytes.clone()).unwrap();
            let torn = reading.findings.iter().any(|finding| finding.rule == Rule::Torn);
            assert!(!torn, "{what}: {:?}", reading.findings);
            fields += 1;
            // What `check` does with it is tried of some: it reads the whole log again.
            if fields % 16 != 0 {
                continue;
            }
            world.set_bytes(bytes.clone());
            assert!(!Ledger::open(world.medium()).unwrap().is_torn(), "{what}");
            if reading.unsound().is_some() {
                assert!(world.recover("alice").is_err(), "{what}");
            }
            assert!(world.bytes() == bytes, "{what}: nothing was taken away");
        }
        assert!(fields > 100, "{}: {fields}", record.says.kind());
    }
    let all: BTreeSet<_> = RecordKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect();
    assert_eq!(kinds.len() + 1, all.len(), "each kind but genesis: {kinds:?}");
}

#[test]
fn a_field_that_is_not_known_breaks_the_content_and_not_the_chain() {
    let laid = Laid::ready();
    let asking = laid.emergency();
    let files = laid.world.approvals(&["alice", "bob"], &asking);
    let release = laid.world.release_of(&asking, 1, &files);
    let key = laid.world.keys("prod").release_key;
    let signers = [(laid.world.release_name("prod"), &key), asking.signs()];
    let more = |line: &str| forge::swapped(line, r#""attempt":1"#, r#""attempt":1,"also":true"#);
    let bytes = forge::record(&laid.world, release, &signers, more);
    let seq = laid.world.head().seq + 1;
    laid.world.set_bytes([laid.world.bytes(), bytes].concat());
    laid.is_judged(10, "RECORD-FIELD", seq);
    // Who signed it held the vault key, and what follows it has its place.
    let bob = laid.world.forge(Statements { statements: Vec::new() }, &[laid.world.signs("bob")]);
    let reading = laid.world.reading();
    assert_eq!(reading.escrow.head.seq, bob);
    let exposed = laid.world.verify().findings.iter().any(|one| one.rule == Rule::Exposed);
    assert!(exposed, "{:?}", laid.world.verify().findings);
}

#[test]
fn an_index_that_is_no_share_is_told_as_such() {
    let laid = Laid::ready();
    let mut sealed = laid.made("prod");
    sealed.seal.shares[0].index = 0;
    laid.breaks("SEAL-SHARES", sealed.seal, &[laid.world.signs("dan")]);
}

#[test]
fn a_genesis_of_another_escrow_behind_the_log_is_no_damage() {
    let laid = Laid::ready();
    let good = laid.world.bytes();
    let other = World::begin(Policy::default()).bytes();
    let seq = laid.world.head().seq + 1;
    // Alone it is in the wrong place; behind damage it shows that the damage is none.
    laid.world.set_bytes([&good[..], &other].concat());
    laid.is_judged(10, "CHAIN-SEQ", seq);
    laid.world.set_bytes([&good[..], b"damage\n", &other].concat());
    laid.is_judged(10, "RECORD-MALFORMED", seq);
    laid.restore(good);
}

/// What a newer program may have written, by these people, of this type.
fn newer(world: &World, kind: &str, says: &str, signers: &[Signs<'_>]) -> Vec<u8> {
    let nothing = Statements { statements: Vec::new() };
    forge::record(world, nothing, signers, |line| {
        let line = forge::swapped(line, "breakglass/v1/statements", kind);
        forge::swapped(&line, r#"{"statements":[]}"#, says)
    })
}

#[test]
fn what_is_newer_is_known_as_such_and_checked_all_through() {
    let laid = Laid::ready();
    let asking = laid.emergency();
    let key = laid.world.keys("prod").release_key;
    let by = [laid.world.signs("alice"), asking.signs(), (laid.world.release_name("prod"), &key)];
    let good = laid.world.bytes();
    for signer in &by {
        let signer = std::slice::from_ref(signer);
        for kind in ["breakglass/v1/novel", "breakglass/v2/seal", "breakglass/v9999/x"] {
            let put = |says: &str| {
                laid.world.set_bytes(good.clone());
                laid.world.set_bytes([&good[..], &newer(&laid.world, kind, says, signer)].concat());
                laid.world.verify().findings.into_iter().map(|one| one.rule).collect::<Vec<_>>()
            };
            let found = put(r#"{"a":[1,{"b":"\n"}],"c":[]}"#);
            assert!(found.contains(&Rule::UnknownKind), "{kind}: {found:?}");
            assert!(found.iter().all(|rule| rule.severity() < Severity::Finding), "{kind}: {found:?}");
            // Who held the vault key is known by their signature, whatever it says.
            assert_eq!(
                found.contains(&Rule::Exposed),
                matches!(signer[0].0, KeyName::Release { .. }),
                "{found:?}"
            );
            for (says, rule) in [
                (r#"{"a": 1}"#, Rule::RecordNonCanonical),
                (r#"{"a":"\u0061"}"#, Rule::RecordNonCanonical),
                (r#"{"a":null}"#, Rule::RecordMalformed),
                (r#"{"a":1,"a":2}"#, Rule::RecordMalformed),
                (r#"{"a":{"type":"breakglass/v1/end"}}"#, Rule::RecordMalformed),
                (r#"{},"also":1"#, Rule::RecordField),
            ] {
                let found = put(says);
                assert!(found.contains(&rule) && !found.contains(&Rule::Torn), "{kind} {says}: {found:?}");
            }
        }
    }
}

#[test]
fn what_only_a_newer_record_can_have_brought_in_cannot_be_judged() {
    let laid = Laid::ready();
    let world = &laid.world;
    let good = world.bytes();
    let judged = |newer_by: Option<&str>| {
        world.set_bytes(good.clone());
        if let Some(who) = newer_by {
            let record = newer(world, "breakglass/v2/admit", "{}", &[world.signs(who)]);
            world.set_bytes([world.bytes(), record].concat());
        }
        let nobody = Retire::of(text("zoe"), text("she left"));
        world.forge(nobody, &[world.signs("dan")]);
        world.verify().findings.into_iter().map(|one| one.rule).collect::<Vec<_>>()
    };
    assert!(judged(None).contains(&Rule::RetirePerson));
    // A custodian alone brings in nobody.
    assert!(judged(Some("alice")).contains(&Rule::RetirePerson));
    let found = judged(Some("dan"));
    assert!(found.contains(&Rule::RecordNewerReference) && !found.contains(&Rule::RetirePerson), "{found:?}");
    // Nobody has to stop for it, and everything else stays as strict as it was.
    assert!(world.reading().unsound().is_none());
    world.forge_framed(Statements { statements: Vec::new() }, &[world.signs("bob")], |entry| entry.seq += 1);
    assert!(world.verify().findings.iter().any(|one| one.rule == Rule::ChainSeq));
}
