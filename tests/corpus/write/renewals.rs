//! Renewals: the requester seals the next generation during a release.

use breakglass::crypto::digest::Digest;
use breakglass::record::confirm::SignIn;
use breakglass::record::finding::Rule;
use breakglass::record::repair::Continue;
use breakglass::record::request::EndOutcome;
use breakglass::record::seal::Seal;
use breakglass::value::time::Seconds;
use data_encoding::BASE64;

use super::log_case::{small, spoiled};
use super::put::base;
use super::retirements::retire;
use crate::world::{World, text};

const ALL: [&str; 3] = ["alice", "bob", "carol"];
const MORE: [&str; 4] = ["alice", "bob", "carol", "erin"];

pub fn write() {
    let world = small();
    asked(&world);
    chosen(&world);
    let start = world.bytes();
    let (asking, release) = world.released_to_renew(&ALL, &[]);
    base(&world.bytes());
    sealed(&world, release);
    let (rule, seal) = (Rule::SealRenews, |world: &World| world.renewal(&ALL, release));
    spoiled(&world, "renewed-after-the-end", "The request had ended.", rule, |world| {
        world.end(&asking, EndOutcome::Released);
        forge(world, "carol", seal(world))
    });
    let late = world.bytes();
    kept(&world, start, seal(&world));
    world.set_bytes(late);
    world.pass(Seconds(5 * 3600));
    spoiled(&world, "renewed-late", "The window was over.", rule, |world| forge(world, "carol", seal(world)));
}

fn forge(world: &World, who: &str, seal: Seal) -> u64 {
    world.forge(seal, &[world.signs(who)])
}

fn asked(world: &World) {
    let card = |who: &str| world.person(who).card.digest();
    for (name, about, renews) in [
        ("request-renews-to-too-few", "It lists fewer cards than the threshold.", vec![card("alice")]),
        ("request-renews-twice", "It lists a card twice.", vec![card("alice"), card("bob"), card("bob")]),
        (
            "request-renews-to-nobody",
            "It lists a card of nobody.",
            vec![card("alice"), Digest::of(b"nobody")],
        ),
        ("request-renews-to-an-auditor", "It lists no custodian's card.", vec![card("alice"), card("fred")]),
    ] {
        spoiled(world, name, about, Rule::RequestRenews, |world| {
            world.ask_silently(|request| request.renews = renews)
        });
    }
}

/// To whom the approvers may let the requester renew.
fn chosen(world: &World) {
    let one: &[(&str, &[&str])] = &[("alice", &["erin"])];
    let two: &[(&str, &[&str])] = &[("alice", &["erin"]), ("bob", &["erin"])];
    let rule = Rule::SealRenews;
    for (name, about, rule, who, compared) in [
        ("renewed-to-another", "Nobody compared the words of another card.", rule, &MORE[..], &[][..]),
        ("renewed-to-another-by-one", "One approver did.", rule, &MORE, one),
        ("renewed-to-another-by-two", "Two did.", Rule::GenerationUndecided, &MORE, two),
        ("renewed-without-one", "Somebody is left out.", rule, &ALL[..2], &[]),
    ] {
        spoiled(world, name, about, rule, |world| {
            let (_, release) = world.released_to_renew(who, compared);
            forge(world, "carol", world.renewal(who, release))
        });
    }
}

fn sealed(world: &World, release: Digest) {
    let seal = |world: &World| world.renewal(&ALL, release);
    let (rule, undecided) = (Rule::SealRenews, Rule::GenerationUndecided);
    spoiled(world, "renewed", "By the requester, during the release.", undecided, |world| {
        forge(world, "carol", seal(world))
    });
    let about = "An administrator alone had retired one of them.";
    spoiled(world, "renewed-though-retired", about, undecided, |world| {
        world.append(retire("bob"), &[world.signs("dan")]).unwrap();
        forge(world, "carol", seal(world))
    });
    for who in ["alice", "dan"] {
        let name = format!("renewed-by-{who}");
        spoiled(world, &name, "Not by the requester.", Rule::SealSigner, |world| {
            forge(world, who, seal(world))
        });
    }
    spoiled(world, "renewed-without-a-release", "A release that is not there.", rule, |world| {
        forge(world, "carol", Seal { renews: Some(Digest::of(b"no release")), ..seal(world) })
    });
    spoiled(world, "renewed-to-fewer", "To fewer cards than are listed.", rule, |world| {
        forge(world, "carol", world.renewal(&ALL[..2], release))
    });
    spoiled(world, "renewed-with-another-threshold", "Another threshold.", rule, |world| {
        forge(world, "carol", Seal { threshold: 3, ..seal(world) })
    });
    spoiled(world, "renewed-twice", "The first one is not given up.", rule, |world| {
        forge(world, "carol", seal(world));
        forge(world, "carol", seal(world))
    });
    spoiled(world, "renewed-again", "The first one was given up.", undecided, |world| {
        forge(world, "carol", seal(world));
        let failed = SignIn::Failed(text("the codes are refused"));
        let statement = world.confirmed("carol", "prod", 2, failed);
        world.collect("carol", &[&statement]).unwrap();
        forge(world, "carol", seal(world))
    });
}

/// The seal of a renewal stood among missing records, and is kept.
fn kept(world: &World, start: Vec<u8>, seal: Seal) {
    let before = world.bytes();
    forge(world, "carol", seal);
    let kept = vec![BASE64.encode(&world.bytes()[before.len()..])];
    let from = world.head();
    world.set_bytes(start);
    let about = "The seal of a renewal stood among missing records.";
    spoiled(world, "continue-kept-renewal", about, Rule::GenerationUndecided, |world| {
        let says = Continue { from, last: Some(world.head()), left: None, kept };
        world.forge_framed(says, &[world.signs("carol")], |entry| {
            entry.seq = from.seq + 1;
            entry.prev = from.hash;
        })
    });
}
