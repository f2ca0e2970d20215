//! Approvals: for another request, too late, too often, or none at all.

use breakglass::record::request::{Outcome, Request};

use crate::ground::Ground;
use crate::world::{Asking, World};

fn request_of(world: &World, asking: &Asking) -> Request {
    world.reading().escrow.request(&asking.record).unwrap().request.clone()
}

#[test]
fn an_approval_of_a_textually_identical_other_request_does_not_count() {
    let ground = Ground::ready();
    let mut question = ground.world.question(breakglass::record::request::Purpose::Emergency);
    // Neither is behind the other's clock.
    question.not_before = ground.now().after(breakglass::value::time::Seconds(120));
    let first = ground.world.ask("carol", "prod", question.clone());
    let second = ground.world.ask("carol", "prod", question);
    // All that people would read is the same.
    let (one, other) = (request_of(&ground.world, &first), request_of(&ground.world, &second));
    let same = Request {
        session_recipient: other.session_recipient.clone(),
        session_key: other.session_key,
        ..one.clone()
    };
    assert!(same == other && one != other, "they differ in nothing but their fresh keys");
    ground.lay_asking(&second);
    let bad = ground.world.approve("bob", &first);
    ground.sets_aside("bob", &second, &bad, "the approval by `bob` is of another request");
}

#[test]
fn an_approval_handed_to_another_session_does_not_open() {
    // The note is of this request, and the share in it was encrypted for the other's session.
    let ground = Ground::ready();
    let (first, second) = (ground.world.emergency(), ground.world.emergency());
    ground.lay_asking(&second);
    let sealed = ground.sealed("prod", 1);
    let other = String::from_utf8(ground.world.approve("bob", &first)).unwrap();
    let ciphertext = &other[other.find("-----BEGIN").unwrap()..];
    let bad = ground.approval("bob", &second, &sealed, ciphertext, |_| {});
    ground.sets_aside("bob", &second, &bad, "no identity that was given opens it");
}

#[test]
fn an_approval_after_the_end_releases_nothing() {
    let ground = Ground::ready();
    let asking = ground.emergency();
    let early = ("alice", ground.world.approve("alice", &asking));
    ground.disk.copy("req.session.age", "kept.age");
    ground.world.end(&asking, Outcome::NotReleased);
    let late = ("bob", ground.world.approve("bob", &asking));
    let ended = ground.world.head().seq;
    let run = ground.releases_nothing(4, &[early, late]);
    run.what(&format!("the request ended in record {ended}")).next("make a new request");
    // The late approval is still known to the log where somebody collects it: it handed a share over.
    ground.disk.run("collect bob.bga --as carol/carol").ok().shows("approval by bob");
    ground.verify("").ok().shows("APPROVALS-UNRELEASED");
}

#[test]
fn one_custodian_twice_counts_once() {
    let ground = Ground::ready();
    let asking = ground.emergency();
    // Two approvals of hers, of different ciphertexts and times.
    let [first, second] = [0, 1].map(|_| ground.world.approve("alice", &asking));
    assert_ne!(first, second);
    let run = ground.releases_nothing(5, &[("first", first.clone()), ("second", second.clone())]);
    run.at("approval of `alice`: `alice` approved twice, and counts once").what("1 of the 2 approvals");
    let bob = ground.world.approve("bob", &asking);
    ground.releases(&[("first", first), ("second", second), ("bob", bob)]).says("alice and bob");
}

#[test]
fn a_release_that_counts_one_custodian_twice_is_tampering() {
    let ground = Ground::ready();
    let asking = ground.emergency();
    let files = [0, 1].map(|_| ground.world.approve("alice", &asking));
    let key = ground.world.keys("prod").release_key;
    let signers = [(ground.world.release_name("prod"), &key), asking.signs()];
    let release = ground.world.release_of(&asking, 1, &files);
    ground.breaks("RELEASE-APPROVAL", release, &signers);
}

#[test]
fn a_release_by_the_release_key_without_approvals_is_tampering() {
    let ground = Ground::ready();
    let asking = ground.emergency();
    let key = ground.world.keys("prod").release_key;
    let signers = [(ground.world.release_name("prod"), &key), asking.signs()];
    for approved in [&[][..], &["alice"]] {
        let files = ground.world.approvals(approved, &asking);
        ground.breaks("RELEASE-QUORUM", ground.world.release_of(&asking, 1, &files), &signers);
    }
    // It is not believed, and still it tells that somebody held the vault key.
    let good = ground.world.bytes();
    let seq = ground.world.forge(ground.world.release_of(&asking, 1, &[]), &signers);
    ground.is_judged(10, "RELEASE-QUORUM", seq);
    ground.verify("").exits(10).shows("EXPOSED").shows("prod generation 1");
    ground.restore(good);
    // With a threshold of approvals it is a release.
    let files = ground.world.approvals(&["alice", "bob"], &asking);
    ground.world.forge(ground.world.release_of(&asking, 1, &files), &signers);
    ground.lay();
    ground.verify("").ok();
}
