//! A log that was read before is not verified twice; and it amounts to what a reading from genesis on says, whatever
//! became of it in between.

use breakglass::crypto::sign::verified_so_far;
use breakglass::escrow::Reading;
use breakglass::ledger::draft::Draft;
use breakglass::ledger::error::LedgerError;
use breakglass::record::finding::Rule;
use breakglass::record::request::EndOutcome;
use breakglass::record::retire::Retire;

use crate::world::{World, adoption, text};

/// A log with one of almost everything.
fn eventful() -> World {
    let world = World::ready();
    let asking = world.released();
    world.act("carol", &asking);
    world.end(&asking, EndOutcome::Released);
    world.close("alice", &asking);
    world
}

/// Everything that is known of a log, as text.
fn all_of(reading: &Reading) -> String {
    format!("{reading:?}")
}

/// What is known of the log `after`, when it was `before` a while ago.
fn resumed(before: &[u8], after: &[u8]) -> Reading {
    Reading::of(before.to_vec()).unwrap().resume(after.to_vec()).unwrap()
}

#[test]
fn a_log_that_grew_is_known_as_if_it_had_been_read_from_genesis_on() {
    let world = eventful();
    let (bytes, whole) = (world.bytes(), world.reading());
    for record in world.records() {
        let before = &bytes[..record.end as usize];
        assert_eq!(all_of(&resumed(before, &bytes)), all_of(&whole), "after record {}", record.frame.seq);
    }
}

#[test]
fn only_what_is_new_is_verified() {
    let world = eventful();
    let (before, known) = (world.bytes(), world.reading());
    world.check("alice");
    let (after, records) = (world.bytes(), world.records());
    let so_far = verified_so_far();
    let reading = known.resume(after.clone()).unwrap();
    // The record, and the statement in it.
    assert_eq!(verified_so_far() - so_far, 2);
    assert_eq!(reading.starts.len(), records.len());
    let so_far = verified_so_far();
    reading.resume(after).unwrap();
    assert_eq!(verified_so_far() - so_far, 0);
    assert!(Reading::of(before).is_ok());
    assert!(verified_so_far() - so_far > 20, "the counter counts");
}

#[test]
fn a_log_that_became_another_is_read_anew() {
    let world = World::ready();
    let (root, genesis) = (world.bytes(), world.records()[0].end as usize);
    world.check("alice");
    let ours = world.bytes();
    world.set_bytes(root.clone());
    world.check("bob");
    let theirs = world.bytes();
    let spoiled = |at: usize| {
        let mut bytes = ours.clone();
        bytes[at] ^= 1;
        bytes
    };
    for after in
        [root, theirs, spoiled(genesis + 300), spoiled(ours.len() - 9), ours[..ours.len() - 9].to_vec()]
    {
        let read = Reading::of(after.clone()).unwrap();
        assert_eq!(all_of(&resumed(&ours, &after)), all_of(&read));
    }
}

#[test]
fn damage_that_was_known_is_judged_again() {
    let world = World::ready();
    let root = world.bytes();
    world.check("alice");
    let whole = world.bytes();
    // A tail that was torn, and is whole now; and one that was torn, and is kept now.
    let torn = &whole[..whole.len() - 9];
    assert_eq!(Reading::of(torn.to_vec()).unwrap().unsound().unwrap().rule, Rule::Torn);
    assert_eq!(all_of(&resumed(torn, &whole)), all_of(&Reading::of(whole.clone()).unwrap()));
    world.set_bytes(torn.to_vec());
    world.recover("alice").unwrap();
    assert_eq!(all_of(&resumed(torn, &world.bytes())), all_of(&world.reading()));
    // What was tampered with before stays so, however the log goes on.
    world.set_bytes(root);
    world.forge(Retire::of(text("bob"), text("no role")), &[world.signs("carol")]);
    let before = world.bytes();
    world.forge(Retire::of(text("bob"), text("left")), &[world.signs("dan")]);
    let known = resumed(&before, &world.bytes());
    assert_eq!(known.unsound().unwrap().rule, Rule::RetireSigner);
    assert_eq!(all_of(&known), all_of(&world.reading()));
}

#[test]
fn a_branch_may_part_before_what_was_known() {
    let world = World::ready();
    let root = world.bytes();
    world.check("alice");
    let theirs = world.bytes();
    world.set_bytes(root.clone());
    world.check("bob");
    let ours = world.bytes();
    world.adopt(adoption(&root, &theirs), &["alice", "bob"]).unwrap();
    let joined = world.bytes();
    world.check("carol");
    let after = world.bytes();
    for before in [&root, &ours, &joined] {
        assert_eq!(all_of(&resumed(before, &after)), all_of(&world.reading()));
    }
}

#[test]
fn what_was_refused_leaves_nothing_behind() {
    let world = eventful();
    let mut ledger = world.ledger();
    let before = all_of(ledger.reading());
    let (time, key) = (world.tick(), world.signs("carol"));
    let says = Retire::of(text("bob"), text("no role"));
    let error = ledger.append(Draft { time, says, signers: vec![key] }).unwrap_err();
    assert!(matches!(error, LedgerError::Refused(found) if found.rule == Rule::RetireSigner));
    assert_eq!(all_of(ledger.reading()), before);
    assert_eq!(world.bytes(), ledger.reading().bytes);
}
