//! Renewals: the requester seals the next generation during a release.

use breakglass::crypto::digest::Digest;
use breakglass::record::confirm::SignIn;
use breakglass::record::finding::Rule;
use breakglass::record::request::{EndOutcome, Purpose, Request};
use breakglass::record::seal::{Credentials, Kind, Seal};
use breakglass::value::names::KeyName;
use breakglass::value::time::Seconds;

use crate::retirements::retire;
use crate::world::{CANARY, World, text};
use crate::{Case, Spoil};

const ALL: [&str; 3] = ["alice", "bob", "carol"];

#[test]
fn request_renews() {
    let world = World::ready();
    let card = |who: &str| world.person(who).card.digest();
    let asks = |vault: &'static str, renews: Vec<Digest>| -> Spoil<'_> {
        Box::new(move |world: &World| {
            let purpose = if vault == "prod" { Purpose::Maintenance } else { Purpose::Drill };
            let (request, session) = world.make_request("carol", vault, world.question(purpose));
            let signers = [world.signs("carol"), (KeyName::Session, session.key())];
            world.forge(Request { renews: renews.clone(), ..request }, &signers)
        })
    };
    let bad = vec![
        asks("prod", vec![card("alice")]),
        asks("prod", vec![card("alice"), card("alice")]),
        asks("prod", vec![card("alice"), card("dan")]),
        asks("prod", vec![card("alice"), Digest::of(b"nobody")]),
        asks(CANARY, ALL.map(card).into()),
    ];
    Case::of(&world).each_breaks(Rule::RequestRenews, bad);
    let all = ALL.map(card).to_vec();
    world.released_to_renew(&ALL, &[]);
    assert_eq!(world.reading().escrow.requests[0].request.renews, all);
}

/// A seal that names a release, by whom, after something happened.
fn renewed(
    who: &'static [&'static str],
    by: &'static str,
    release: Digest,
    change: impl Fn(&mut Seal) + 'static,
) -> Spoil<'static> {
    Box::new(move |world: &World| {
        let mut seal = world.renewal(who, release);
        change(&mut seal);
        world.forge(seal, &[world.signs(by)])
    })
}

#[test]
fn seal_renews() {
    let world = World::ready();
    let (asking, release) = world.released_to_renew(&ALL, &[]);
    let rule = Rule::SealRenews;
    let bad = vec![
        renewed(&ALL, "carol", Digest::of(b"no release"), |_| {}),
        renewed(&["alice", "bob"], "carol", release, |_| {}),
        renewed(&["alice", "bob", "carol", "erin"], "carol", release, |_| {}),
        renewed(&ALL, "carol", release, |seal| seal.threshold = 3),
        renewed(&ALL, "carol", release, |seal| seal.vault = Digest::of(b"another vault")),
    ];
    Case::of(&world).each_breaks(rule, bad);
    let start = world.bytes();
    // The request is over, or its window.
    world.end(&asking, EndOutcome::Released);
    Case::of(&world).each_breaks(rule, vec![renewed(&ALL, "carol", release, |_| {})]);
    world.set_bytes(start.clone());
    let late = Seconds(5 * 3600);
    world.pass(late);
    Case::of(&world).each_breaks(rule, vec![renewed(&ALL, "carol", release, |_| {})]);
    // One generation, and one more for each that is given up.
    let world = World::ready();
    let (_, release) = world.released_to_renew(&ALL, &[]);
    world.append_seal_by("carol", world.renewal(&ALL, release));
    Case::of(&world).each_breaks(rule, vec![renewed(&ALL, "carol", release, |_| {})]);
    let given_up = world.confirmed("carol", "prod", 2, SignIn::Failed(text("the codes are refused")));
    world.collect("carol", &[&given_up]).unwrap();
    world.append_seal_by("carol", world.renewal(&ALL, release));
    let prod = &world.reading().escrow.vaults[0];
    assert_eq!(prod.newest().seal.generation, 3);
    others();
}

/// Somebody else's card needs a satisfying set of approvers who compared its words; nobody is left out but by rule.
fn others() {
    let more = ["alice", "bob", "carol", "erin"];
    for (compared, holds) in [
        (&[][..], false),
        (&[("alice", &["erin"][..])], false),
        (&[("alice", &["erin"]), ("bob", &["erin"])], true),
    ] {
        let world = World::ready();
        let (_, release) = world.released_to_renew(&more, compared);
        let seal = world.renewal(&more, release);
        if holds {
            world.append_seal_by("carol", seal);
            let changed = world.verify().findings.iter().any(|one| one.rule == Rule::SealChangedPeople);
            assert!(!changed, "the electors among the approvers chose erin");
        } else {
            let case = Case::of(&world);
            let seq = world.forge(seal, &[world.signs("carol")]);
            case.breaks(Rule::SealRenews, seq);
        }
    }
    let world = World::ready();
    let (_, release) = world.released_to_renew(&["alice", "bob"], &[]);
    let case = Case::of(&world);
    let seq = world.forge(world.renewal(&["alice", "bob"], release), &[world.signs("carol")]);
    case.breaks(Rule::SealRenews, seq);
    // By anybody else it is signed in nobody's place.
    let world = World::ready();
    let (_, release) = world.released_to_renew(&ALL, &[]);
    let by = |who| renewed(&ALL, who, release, |_| {});
    Case::of(&world).each_breaks(Rule::SealSigner, vec![by("alice"), by("dan")]);
    // That an administrator alone retired somebody hinders nothing; the next goes to the electors, who keep the vote.
    world.append(retire("bob"), &[world.signs("dan")]).unwrap();
    world.append_seal_by("carol", world.renewal(&ALL, release));
    let seal = world.make_seal("prod", Kind::Root, 2, &ALL, Credentials::New).seal;
    world.append(seal, &[world.signs("alice"), world.signs("carol")]).unwrap();
}
