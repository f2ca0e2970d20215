//! Approvals: for another request, too late, too often, or none at all.

use breakglass::ceremony::approve::ApprovalFile;
use breakglass::record::request::{EndOutcome, Request};

use crate::laid::Laid;
use crate::world::{Asking, World};

fn request_of(world: &World, asking: &Asking) -> Request {
    world.reading().escrow.request(&asking.record).unwrap().request.as_ref().clone()
}

#[test]
fn an_approval_of_a_textually_identical_other_request_does_not_count() {
    let laid = Laid::ready();
    let mut question = laid.world.question(breakglass::record::request::Purpose::Emergency);
    // Neither is behind the other's clock.
    question.not_before = laid.now().after(breakglass::value::time::Seconds(120));
    let first = laid.world.ask("carol", "prod", question.clone());
    let second = laid.world.ask("carol", "prod", question);
    // All that people would read is the same.
    let (one, other) = (request_of(&laid.world, &first), request_of(&laid.world, &second));
    let same = Request {
        session_recipient: other.session_recipient.clone(),
        session_key: other.session_key,
        ..one.clone()
    };
    assert!(same == other && one != other, "they differ in nothing but their fresh keys");
    laid.lay_asking(&second);
    let bad = laid.world.approve("bob", &first);
    laid.sets_aside("bob", &second, &bad, "the approval by `bob` is of another request");
}

#[test]
fn an_approval_handed_to_another_session_does_not_open() {
    // The note is of this request, and the share in it was encrypted for the other's session.
    let laid = Laid::ready();
    let (first, second) = (laid.world.emergency(), laid.world.emergency());
    laid.lay_asking(&second);
    let sealed = laid.sealed("prod", 1);
    let other = ApprovalFile::parse(&laid.world.approve("bob", &first)).unwrap();
    let bad = laid.approval("bob", &second, &sealed, &other.ciphertext, |_| {});
    laid.sets_aside("bob", &second, &bad, "none of the given identities can open it");
}

#[test]
fn an_approval_after_the_end_releases_nothing() {
    let laid = Laid::ready();
    let asking = laid.emergency();
    let early = ("alice", laid.world.approve("alice", &asking));
    laid.disk.copy("req.session.age", "kept.age");
    laid.world.end(&asking, EndOutcome::NotReleased);
    let late = ("bob", laid.world.approve("bob", &asking));
    let ended = laid.world.head().seq;
    let run = laid.releases_nothing(4, &[early, late]);
    run.what(&format!("the request ended in record {ended}")).next("make a new request");
    // The late approval is still known to the log where somebody collects it: it handed a share over.
    laid.disk.run("collect bob.bga --as carol/carol").ok().shows("approval by bob");
    laid.verify("").ok().shows("APPROVALS-UNRELEASED");
}

#[test]
fn one_custodian_twice_counts_once() {
    let laid = Laid::ready();
    let asking = laid.emergency();
    // Two approvals of hers, of different ciphertexts and times.
    let [first, second] = [0, 1].map(|_| laid.world.approve("alice", &asking));
    assert_ne!(first, second);
    let run = laid.releases_nothing(5, &[("first", first.clone()), ("second", second.clone())]);
    run.at("approval by `alice`: `alice` approved twice, and counts once").what("1 of the 2 approvals");
    let bob = laid.world.approve("bob", &asking);
    laid.releases(&[("first", first), ("second", second), ("bob", bob)]).says("alice and bob");
}

#[test]
fn a_release_that_counts_one_custodian_twice_is_tampering() {
    let laid = Laid::ready();
    let asking = laid.emergency();
    let files = [0, 1].map(|_| laid.world.approve("alice", &asking));
    let key = laid.world.keys("prod").release_key;
    let signers = [(laid.world.release_name("prod"), &key), asking.signs()];
    let release = laid.world.release_of(&asking, 1, &files);
    laid.breaks("RELEASE-APPROVAL", release, &signers);
}

#[test]
fn a_release_by_the_release_key_without_approvals_is_tampering() {
    let laid = Laid::ready();
    let asking = laid.emergency();
    let key = laid.world.keys("prod").release_key;
    let signers = [(laid.world.release_name("prod"), &key), asking.signs()];
    for approved in [&[][..], &["alice"]] {
        let files = laid.world.approvals(approved, &asking);
        laid.breaks("RELEASE-QUORUM", laid.world.release_of(&asking, 1, &files), &signers);
    }
    // It is not believed, and still it tells that somebody held the vault key.
    let good = laid.world.bytes();
    let seq = laid.world.forge(laid.world.release_of(&asking, 1, &[]), &signers);
    laid.is_judged(10, "RELEASE-QUORUM", seq);
    laid.verify("").exits(10).shows("EXPOSED").shows("prod generation 1");
    laid.restore(good);
    // With a threshold of approvals it is a release.
    let files = laid.world.approvals(&["alice", "bob"], &asking);
    laid.world.forge(laid.world.release_of(&asking, 1, &files), &signers);
    laid.lay();
    laid.verify("").ok();
}
