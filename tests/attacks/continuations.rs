//! An emergency that goes on in another file, from what there is.

use breakglass::ceremony::approve::keepsakes;
use breakglass::ceremony::check::holdings;
use breakglass::ceremony::continuation::{Base, base};
use breakglass::crypto::digest::Digest;
use breakglass::escrow::Reading;
use breakglass::ledger::draft::Draft;
use breakglass::ledger::error::LedgerError;
use breakglass::ledger::log::Ledger;
use breakglass::record::book::Book;
use breakglass::record::book::StatementDraft;
use breakglass::record::finding::Rule;
use breakglass::record::head::Head;
use breakglass::record::repair::Continue;
use breakglass::record::seal::{Credentials, Kind};
use breakglass::record::statement::{Action, HeadFrom};
use data_encoding::BASE64;

use crate::world::{CANARY, MemoryMedium, World, adoption, text};

const THREE: [&str; 3] = ["alice", "bob", "carol"];

/// Somebody's book learns what there is to keep of their shares.
fn keep(world: &World, who: &str) {
    let reading = world.reading();
    let held = holdings(&reading.escrow, world.person(who).id(), &[]);
    let draft = StatementDraft {
        escrow: reading.escrow.id,
        head: reading.escrow.head,
        head_from: HeadFrom::Log,
        time: world.tick(),
        keeps: keepsakes(&reading, &held),
        named: Vec::new(),
        says: Action { request: Digest::of(b"none"), done: text("kept") }.into(),
    };
    drop(world.book(who, draft));
}

/// Carol goes on from `base` on an empty medium.
fn go_on(world: &World, base: Base) -> Result<Reading, LedgerError> {
    let medium = MemoryMedium::new(Default::default());
    let draft = Draft { time: world.tick(), says: base.says, signers: vec![world.signs("carol")] };
    Ledger::continue_on(medium, &base.records, draft).map(|ledger| ledger.reading().clone())
}

fn generations(reading: &Reading, vault: &str) -> Vec<u32> {
    let vault = reading.escrow.vault_named(&text(vault)).unwrap();
    vault.generations.iter().map(|one| one.seal.generation).collect()
}

#[test]
fn a_seal_by_a_threshold_of_custodians_does_not_stop_a_continuation() {
    let world = World::ready();
    let sealed = world.make_seal("prod", Kind::Root, 2, &THREE, Credentials::New);
    world.append(sealed.seal, &[world.signs("alice"), world.signs("bob")]).unwrap();
    keep(&world, "carol");
    let book: &Book = &world.person("carol").book.borrow();
    let reading = go_on(&world, base(None, None, Some(book), &|_| false).unwrap()).unwrap();
    assert_eq!(generations(&reading, "prod"), [1, 2]);
}

#[test]
fn a_book_tells_who_may_have_sealed_its_newest_shares() {
    let world = World::ready();
    let to = |who: &[&str], by: &[&str]| {
        let sealed = world.make_seal("prod", Kind::Root, 2, who, Credentials::New);
        let by: Vec<_> = by.iter().map(|who| world.signs(who)).collect();
        world.append(sealed.seal, &by).unwrap();
    };
    // Carol and Erin hold nothing of the first generation together, and Alice nothing of the second.
    to(&["bob", "carol", "erin"], &["alice", "bob"]);
    to(&["alice", "bob"], &["carol", "erin"]);
    keep(&world, "alice");
    let book: &Book = &world.person("alice").book.borrow();
    let reading = go_on(&world, base(None, None, Some(book), &|_| false).unwrap()).unwrap();
    assert_eq!(generations(&reading, "prod"), [1, 2, 3]);
}

#[test]
fn a_book_that_followed_two_histories_does_not_stop_a_continuation() {
    let world = World::ready();
    keep(&world, "carol");
    let fork = world.bytes();
    for _ in 0..2 {
        world.set_bytes(fork.clone());
        let sealed = world.make_seal("prod", Kind::Root, 2, &THREE, Credentials::New);
        world.append(sealed.seal, &[world.signs("dan")]).unwrap();
        keep(&world, "carol");
    }
    let book: &Book = &world.person("carol").book.borrow();
    let reading = go_on(&world, base(None, None, Some(book), &|_| false).unwrap()).unwrap();
    assert_eq!(generations(&reading, "prod"), [1, 2]);
}

#[test]
fn seals_behind_damage_are_still_there() {
    let world = World::ready();
    let mut log = world.bytes();
    // A byte of the first seal is another; the requester is no custodian, and has no book.
    log[world.records()[1].start as usize + 300] ^= 1;
    let reading = go_on(&world, base(Some(&log), None, None, &|_| false).unwrap()).unwrap();
    assert!(reading.escrow.vault_named(&text("prod")).is_none(), "its seal is damaged");
    assert_eq!(generations(&reading, CANARY), [1]);
    assert!(reading.escrow.has_gaps());
}

#[test]
fn a_log_whose_numbers_were_driven_up_goes_on() {
    let world = World::ready();
    // Somebody enrolled leaves out as many numbers as can be left out.
    keep(&world, "carol");
    let far = Head { size: 1, seq: 1 << 53, hash: Digest::of(b"far") };
    let says = Continue { from: far, last: Some(world.head()), left: None, kept: Vec::new() };
    world.append(says.clone(), &[world.signs("alice")]).unwrap_err();
    world.forge_framed(says, &[world.signs("alice")], |entry| {
        entry.seq = far.seq + 1;
        entry.prev = far.hash;
    });
    keep(&world, "carol");
    let log = world.bytes();
    go_on(&world, base(Some(&log), None, None, &|_| false).unwrap()).unwrap();
    let book: &Book = &world.person("carol").book.borrow();
    let reading = go_on(&world, base(None, None, Some(book), &|_| false).unwrap()).unwrap();
    assert_eq!(generations(&reading, "prod"), [1]);
}

#[test]
fn a_seal_that_was_invented_among_missing_records_is_found_out() {
    let world = World::ready();
    let start = world.bytes();
    world.check("alice");
    world.check("bob");
    let (whole, from) = (world.bytes(), world.head());
    // It was never in the log that is missing.
    world.set_bytes(start.clone());
    let invented = world.make_seal("prod", Kind::Root, 2, &THREE, Credentials::New);
    world.append(invented.seal, &[world.signs("alice"), world.signs("bob")]).unwrap();
    let record = BASE64.encode(&world.bytes()[start.len()..]);
    world.set_bytes(start.clone());
    let says = Continue { from, last: Some(world.head()), left: None, kept: vec![record] };
    world.forge_framed(says, &[world.signs("carol")], |entry| {
        entry.seq = from.seq + 1;
        entry.prev = from.hash;
    });
    assert_eq!(generations(&world.reading(), "prod"), [1, 2]);
    // It cannot keep the real records out.
    world.adopt(adoption(&start, &whole), &["alice", "bob"]).unwrap();
    assert!(!world.reading().escrow.has_gaps());
    assert!(world.verify().findings.iter().any(|found| found.rule == Rule::AdoptConflict));
}
