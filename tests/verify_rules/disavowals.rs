//! What is believed of missing records, and repairs that are disavowed.

use breakglass::audit::verify::Evidence;
use breakglass::crypto::digest::Digest;
use breakglass::record::agree::{Agree, Proposal};
use breakglass::record::deviation::Deviation;
use breakglass::record::disavow::Disavow;
use breakglass::record::finding::Rule;
use breakglass::record::head::{Head, HeadFile};
use breakglass::record::repair::{Continue, Recovered};
use breakglass::record::request::Purpose;
use breakglass::record::retire::Retire;

use crate::records::Novel;
use crate::world::{Asking, World, text};
use crate::{Case, Spoil};

/// Where the log would be ten records later, as nobody knows it.
fn invented(world: &World) -> Head {
    let head = world.head();
    Head { size: head.size + 5000, seq: head.seq + 10, hash: Digest::of(b"the last") }
}

/// Somebody continues the log without the records up to `from`. Gives the digest of the record, and its number.
fn leave_out(world: &World, who: &str, from: Head) -> (Digest, u64) {
    let says = Continue { from, last: Some(world.head()), left: None, kept: Vec::new() };
    let seq = world.forge_framed(says, &[world.signs(who)], |entry| {
        entry.seq = from.seq + 1;
        entry.prev = from.hash;
    });
    (world.head().hash, seq)
}

/// Fred retires.
fn without_fred() -> World {
    let world = World::ready();
    world.append(Retire::of(text("fred"), text("left")), &[world.signs("dan")]).unwrap();
    world
}

/// Whether records are reported as missing, up to which one.
fn missing(world: &World) -> Option<u64> {
    let report = world.verify();
    let found = report.findings.iter().find(|one| one.rule == Rule::RecordsMissing);
    found.and_then(|one| one.particulars.last)
}

/// What verify says, given this head.
fn told_by(world: &World, head: Head) -> Vec<Rule> {
    let file = HeadFile::new(world.id(), head);
    let evidence = Evidence { heads: vec![("a.head".to_owned(), file)], ..Evidence::default() };
    world.verify_with(&evidence).findings.iter().map(|one| one.rule).collect()
}

/// A statement by somebody who saw `head`, in the log.
fn seen(world: &World, who: &str, head: Head) {
    let proposal = Proposal::of(&world.disavow_with(Digest::of(b"none"), &[]), Digest::of(b"none"));
    let says = Agree::Proposal(proposal);
    let statement = world.forge_statement(world.signs(who), says, |entry| entry.head = head);
    world.forge_collected("bob", &[&statement]);
}

/// What is derived of a request.
fn derived(world: &World, asking: &Asking) -> Vec<Deviation> {
    let escrow = world.reading().escrow;
    escrow.request(&asking.record).unwrap().circumstances.derived.iter().copied().collect()
}

#[test]
fn repair_retired() {
    // What a retired person declares missing is not believed, and a head among it shows that it is missing.
    let world = without_fred();
    let (case, last, from) = (Case::of(&world), world.head(), invented(&world));
    let inside = Head { seq: last.seq + 3, size: last.size + 900, hash: Digest::of(b"one of them") };
    leave_out(&world, "fred", from);
    let found = case.new_finding(&world.verify(), Rule::RepairRetired, &[Rule::Continued]);
    assert_eq!(found.seq, Some(from.seq + 1));
    let declared = world.bytes();
    for head in [inside, from] {
        assert!(told_by(&world, head).contains(&Rule::HeadTruncated), "{head:?}");
    }
    assert!(!told_by(&world, last).contains(&Rule::HeadTruncated));
    // Neither their own statement nor that of somebody else who retired proves anything; anybody else's does.
    seen(&world, "fred", inside);
    assert_eq!(missing(&world), None);
    seen(&world, "alice", inside);
    assert_eq!(missing(&world), Some(inside.seq));
    assert!(!told_by(&world, inside).contains(&Rule::HeadTruncated), "it is known");
    assert!(told_by(&world, from).contains(&Rule::HeadTruncated));
    // A release builds on it: then it is believed. The request names it before.
    world.set_bytes(declared);
    let asking = world.ask("carol", "prod", world.question(Purpose::Emergency));
    assert!(derived(&world, &asking).contains(&Deviation::MissingRecords));
    let files = world.approvals(&["alice", "bob"], &asking);
    assert_eq!(missing(&world), None);
    world.release(&asking, &files).unwrap();
    assert_eq!(missing(&world), Some(from.seq));
    // What they keep of a damaged tail is theirs, too.
    let world = without_fred();
    let case = Case::of(&world);
    world.forge(Recovered::of(&[0; 9]).unwrap(), &[world.signs("fred")]);
    case.new_finding(&world.verify(), Rule::RepairRetired, &[Rule::Recovered]);
    // Of everybody else it is believed.
    let world = World::ready();
    leave_out(&world, "fred", from);
    assert_eq!(missing(&world), Some(from.seq));
}

/// Fred invents missing records. Gives the digest of his record.
fn invent(world: &World) -> Digest {
    leave_out(world, "fred", invented(world));
    world.head().hash
}

fn spoil<'a>(record: Digest, who: &'static [&'static str]) -> Spoil<'a> {
    Box::new(move |world: &World| world.forge(world.disavow_with(record, who), &[world.signs("carol")]))
}

#[test]
fn disavow_record() {
    let world = World::ready();
    let (seal, check) = (world.records()[1].hash, world.records()[3].hash);
    let case = Case::of(&world);
    let both: &[&str] = &["dan", "erin"];
    let none = Digest::of(b"none");
    case.each_breaks(Rule::DisavowRecord, vec![spoil(seal, both), spoil(check, both), spoil(none, both)]);
    // Once is enough.
    world.forge(Recovered::of(&[0; 9]).unwrap(), &[world.signs("fred")]);
    let record = world.head().hash;
    world.append(world.disavow_with(record, both), &[world.signs("carol")]).unwrap();
    Case::of(&world)
        .each_breaks(Rule::DisavowRecord, vec![spoil(record, both), spoil(record, &["alice", "bob"])]);
}

#[test]
fn disavow_signer() {
    let world = World::ready();
    world.forge(Recovered::of(&[0; 9]).unwrap(), &[world.signs("dan")]);
    let record = world.head().hash;
    let other = Digest::of(b"another record");
    let case = Case::of(&world);
    case.each_breaks(
        Rule::DisavowSigner,
        vec![
            // Nobody; too few; one twice; the signer; one of each; people without a say; consents to something else.
            spoil(record, &[]),
            spoil(record, &["erin"]),
            spoil(record, &["alice"]),
            spoil(record, &["erin", "erin"]),
            spoil(record, &["dan", "erin"]),
            spoil(record, &["alice", "erin"]),
            spoil(record, &["alice", "fred"]),
            Box::new(move |world: &World| {
                let agrees = world.disavow_with(other, &["alice", "bob"]).agrees;
                let says = Disavow { agrees, ..world.disavow_with(record, &[]) };
                world.forge(says, &[world.signs("carol")])
            }),
            // Two bring it in.
            Box::new(move |world: &World| {
                let says = world.disavow_with(record, &["alice", "bob"]);
                world.forge(says, &[world.signs("alice"), world.signs("bob")])
            }),
        ],
    );
    // Of an elector who signed it the vote does not count either.
    world.forge(Recovered::of(&[0; 9]).unwrap(), &[world.signs("alice")]);
    let by_alice = world.head().hash;
    Case::of(&world).each_breaks(Rule::DisavowSigner, vec![spoil(by_alice, &["alice", "bob"])]);
    world.append(world.disavow_with(by_alice, &["bob", "carol"]), &[world.signs("alice")]).unwrap();
    // An administrator who has retired is none.
    let world = World::ready();
    let record = invent(&world);
    let says = world.disavow_with(record, &["dan", "erin"]);
    world.append(Retire::of(text("erin"), text("left")), &[world.signs("dan")]).unwrap();
    world.forge(says, &[world.signs("carol")]);
    assert!(world.verify().findings.iter().any(|one| one.rule == Rule::DisavowSigner));
}

#[test]
fn disavowed() {
    for who in [["dan", "erin"], ["alice", "bob"]] {
        let world = World::ready();
        let (last, from) = (world.head(), invented(&world));
        let inside = Head { seq: last.seq + 3, size: last.size + 900, hash: Digest::of(b"one of them") };
        let record = invent(&world);
        assert_eq!(missing(&world), Some(from.seq));
        let case = Case::of(&world);
        let says = world.disavow_with(record, &who);
        let place = world.append(says, &[world.signs("carol")]).unwrap().head().seq;
        let report = world.verify();
        assert_eq!(missing(&world), None);
        let before: Vec<_> = case.before.findings.iter().map(|one| one.rule).collect();
        let mut expected: Vec<_> = before.into_iter().filter(|rule| *rule != Rule::RecordsMissing).collect();
        expected.push(Rule::Disavowed);
        let mut now: Vec<_> = report.findings.iter().map(|one| one.rule).collect();
        expected.sort();
        now.sort();
        assert_eq!(now, expected, "it stays a finding");
        assert!(report.findings.iter().any(|one| one.rule == Rule::Disavowed && one.seq == Some(place)));
        // Nobody is asked about it any more, and what somebody knows of it counts.
        let asking = world.ask("carol", "prod", world.question(Purpose::Emergency));
        assert_eq!(derived(&world, &asking), []);
        for head in [inside, from] {
            assert!(told_by(&world, head).contains(&Rule::HeadTruncated), "{head:?}");
        }
        let files = world.approvals(&["alice", "bob"], &asking);
        world.release(&asking, &files).unwrap();
        assert_eq!(missing(&world), None, "a release makes nobody believe it");
        seen(&world, "fred", inside);
        assert_eq!(missing(&world), None, "nor does its signer");
        seen(&world, "alice", inside);
        assert_eq!(missing(&world), Some(inside.seq));
    }
    exposures_stay();
    newer_records();
}

/// What a damaged end exposed is exposed whatever is said of it.
fn exposures_stay() {
    let world = World::ready();
    let asking = world.emergency();
    world.set_bytes([world.bytes(), vec![0; 9]].concat());
    world.recover("fred").unwrap();
    let record = world.head().hash;
    let is_exposed = || world.verify().findings.iter().any(|one| one.rule == Rule::Exposed);
    assert!(is_exposed());
    world.append(world.disavow_with(record, &["dan", "erin"]), &[world.signs("carol")]).unwrap();
    assert!(is_exposed());
    drop(asking);
}

/// What an unknown record may have brought in is expected no more.
fn newer_records() {
    let world = World::ready();
    world.forge(Novel { text: "hello".to_owned() }, &[world.signs("dan")]);
    let record = world.head().hash;
    let unknown = Retire::of(text("zoe"), text("she left"));
    let rule_of = |world: &World| {
        let seq = world.forge(unknown.clone(), &[world.signs("erin")]);
        let report = world.verify();
        report.findings.iter().find(|one| one.seq == Some(seq)).map(|one| one.rule)
    };
    let before = world.bytes();
    assert_eq!(rule_of(&world), Some(Rule::RecordNewerReference));
    world.set_bytes(before);
    world.append(world.disavow_with(record, &["alice", "bob"]), &[world.signs("carol")]).unwrap();
    assert_eq!(rule_of(&world), Some(Rule::RetirePerson));
}
