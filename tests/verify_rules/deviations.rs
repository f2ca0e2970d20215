//! Deviations that follow from the log, and that nobody listed.

use breakglass::ceremony::approve::ApprovalFile;
use breakglass::crypto::digest::Digest;
use breakglass::record::deviation::Deviation;
use breakglass::record::environment::{Environment, Memory, Sandbox};
use breakglass::record::finding::Rule;
use breakglass::record::head::Head;
use breakglass::record::policy::Policy;
use breakglass::record::request::Request;
use breakglass::record::retire::Retire;
use breakglass::record::seal::Kind;
use breakglass::value::time::Seconds;

use crate::world::{Asking, World, environment, text};

const ALL: [&str; 3] = ["alice", "bob", "carol"];

/// What verify finds undeclared, each with the kind of record or statement that does not list it.
fn undeclared(world: &World) -> Vec<String> {
    let findings = world.verify().findings;
    let found = findings.into_iter().filter(|finding| finding.rule == Rule::DeviationUndeclared);
    let mut found: Vec<String> = found
        .map(|finding| {
            let particulars = finding.particulars;
            format!("{} {}", particulars.kind.unwrap(), particulars.deviation.unwrap())
        })
        .collect();
    found.sort();
    found
}

fn retire(world: &World, who: &str) {
    world.append(Retire::of(text(who), text("left")), &[world.signs("dan")]).unwrap();
}

/// What is undeclared in carol's silent request, on a log that `before` prepared.
fn in_a_request(before: &dyn Fn(&World), change: &dyn Fn(&mut Request)) -> Vec<String> {
    let world = World::ready_with(Policy { strict_air_gap: true, ..Policy::default() });
    before(&world);
    world.ask_silently(change);
    undeclared(&world)
}

fn the_window() {
    let window = |from: &str, to: &str| {
        let (from, to) = (text(from), text(to));
        in_a_request(&|_| {}, &|request| (request.not_before, request.not_after) = (from, to))
    };
    let long = ["request long-window"];
    assert_eq!(window("2026-11-23T08:00:00Z", "2027-09-19T08:00:00Z"), long);
    assert_eq!(window("2026-11-23T08:00:00Z", "9999-12-30T22:00:00Z"), long);
    // A short one, in the far future or from the distant past on.
    assert_eq!(window("9999-01-01T00:00:00Z", "9999-01-01T01:00:00Z"), long);
    assert_eq!(window("2020-01-01T00:00:00Z", "2026-11-23T09:00:00Z"), long);
    assert!(window("2026-11-23T08:00:00Z", "2026-11-24T08:00:00Z").is_empty(), "a day is allowed");
}

fn the_log() {
    let nothing = |_: &mut Request| {};
    assert!(in_a_request(&|_| {}, &nothing).is_empty());
    assert_eq!(in_a_request(&|world| retire(world, "carol"), &nothing), ["request retired-person"]);
    let far = Head { size: 1 << 40, seq: 1 << 53, hash: Digest::of(b"invented") };
    let invented = in_a_request(&|world| world.continue_after("carol", far), &nothing);
    assert_eq!(invented, ["request continued-elsewhere", "request missing-records"]);
    let elsewhere = ["request continued-elsewhere"];
    let go_on = |world: &World| world.continue_after("carol", world.head());
    assert_eq!(in_a_request(&go_on, &nothing), elsewhere);
    assert_eq!(in_a_request(&|world| world.recover_nothing("carol"), &nothing), ["request damaged-log"]);
    // Her own word does not make it two people's, nor does that of somebody who retired; alice's does.
    for (who, expected) in [("carol", &elsewhere[..]), ("bob", &elsewhere), ("alice", &[])] {
        let before = |world: &World| {
            retire(world, "bob");
            go_on(world);
            world.check(who);
        };
        assert_eq!(in_a_request(&before, &nothing), expected, "{who}");
    }
    // A statement on the log as it was before the repair is no sign that anybody has seen it.
    let before = |world: &World| {
        let early = world.checked("alice");
        go_on(world);
        world.collect("bob", &[&early]).unwrap();
    };
    assert_eq!(in_a_request(&before, &nothing), elsewhere);
}

fn the_generation() {
    let world = World::begin(Policy::default());
    world.seal("prod", Kind::Root, 2, &ALL);
    world.check("alice");
    world.ask_silently(|_| {});
    assert_eq!(undeclared(&world), ["request not-in-force"]);
    let other = |world: &World| drop(world.seal("prod", Kind::Root, 2, &ALL));
    let second = in_a_request(&other, &|_| {});
    assert_eq!(second, ["request undecided"]);
    let world = World::ready();
    other(&world);
    let seal = world.reading().escrow.vault_named(&text("prod")).unwrap().newest().clone();
    world.ask_silently(|request| (request.generation, request.seal) = (2, seal.record));
    assert_eq!(undeclared(&world), ["request not-current", "request not-in-force", "request undecided"]);
}

fn the_machine() {
    let machine = Environment {
        memory: Some(Memory::Unlocked),
        sandbox: Some(Sandbox::None),
        swap: Some(vec![text("/dev/sda2")]),
        interfaces: Some(vec![text("eth0")]),
        ..environment()
    };
    let found = in_a_request(&|_| {}, &|request| request.environment = machine.clone());
    let words = ["interface-up", "no-sandbox", "swap-on", "unlocked-memory"];
    assert_eq!(found, words.map(|word| format!("request {word}")));
    let world = World::ready();
    let asking = world.emergency();
    let files = world.approvals(&["alice", "bob"], &asking);
    world.release_silently(&asking, &files, |release| release.environment = machine.clone());
    // Without `strict_air_gap` an interface may be up.
    assert_eq!(
        undeclared(&world),
        words[1..].iter().map(|word| format!("release {word}")).collect::<Vec<_>>()
    );
}

/// A world with carol's request in it, which listed everything unless `silent`.
fn asked(policy: Policy, silent: bool) -> (World, Asking) {
    let world = World::ready_with(policy);
    retire(&world, "bob");
    let asking = match silent {
        true => world.ask_silently(|request| request.not_after = text("2027-09-19T08:00:00Z")),
        false => world.emergency(),
    };
    (world, asking)
}

fn collect_approval(world: &World, file: &[u8]) {
    let note = ApprovalFile::parse(file).unwrap().note;
    let signed = world.reading().escrow.verify_statement(note).unwrap();
    world.collect("erin", &[&signed]).unwrap();
}

fn approvals() {
    let forbidden = || Policy { requester_may_approve: false, ..Policy::default() };
    let long = [Deviation::LongWindow];
    for (silent, who, listed, late, expected) in [
        (true, "alice", &[][..], 0, &["approval long-window"][..]),
        (true, "alice", &long, 0, &[]),
        (false, "alice", &[], 5, &["approval outside-window"]),
        (false, "carol", &[], 0, &["approval requester-approves"]),
        (false, "carol", &[Deviation::RequesterApproves], 0, &[]),
        (false, "bob", &[], 0, &["approval retired-person"]),
        (false, "alice", &[], 0, &[]),
    ] {
        let (world, asking) = asked(forbidden(), silent);
        world.pass(Seconds(late * 3600));
        let before = undeclared(&world);
        collect_approval(&world, &world.approve_listing(who, &asking, listed));
        let found: Vec<_> = undeclared(&world).into_iter().filter(|one| !before.contains(one)).collect();
        assert_eq!(found, expected, "{who} {listed:?}");
    }
    // Who retires after the request was made could not know.
    let world = World::ready();
    let asking = world.ask_silently(|_| {});
    retire(&world, "alice");
    collect_approval(&world, &world.approve_listing("alice", &asking, &[]));
    assert!(undeclared(&world).is_empty());
}

fn releases() {
    // What the request did not list is not listed by its release either, though its approvers did.
    let (world, asking) = asked(Policy::default(), true);
    let files = ["alice", "carol"].map(|who| world.approve_listing(who, &asking, &[Deviation::LongWindow]));
    let seq = world.release_silently(&asking, &files, |_| {});
    assert_eq!(undeclared(&world), ["release long-window", "request long-window"]);
    let finding = world.verify().findings.into_iter().rfind(|one| one.rule == Rule::DeviationUndeclared);
    assert_eq!(finding.unwrap().seq, Some(seq));
    // The log is judged anew: what has happened since the request was made has to be listed.
    let (world, asking) = asked(Policy::default(), false);
    let files = ["alice", "carol"].map(|who| world.approve_listing(who, &asking, &[]));
    retire(&world, "alice");
    world.continue_after("erin", world.head());
    world.pass(Seconds(5 * 3600));
    world.release_silently(&asking, &files, |release| release.deviations = vec![Deviation::OutsideWindow]);
    assert_eq!(undeclared(&world), ["release continued-elsewhere", "release retired-person"]);
    // The genuine program lists all of it.
    let (world, asking) = asked(Policy::default(), false);
    let files = world.approvals(&["alice", "carol"], &asking);
    retire(&world, "alice");
    world.continue_after("erin", world.head());
    world.pass(Seconds(5 * 3600));
    world.release(&asking, &files).unwrap();
    assert!(undeclared(&world).is_empty());
}

#[test]
fn deviation_undeclared() {
    the_window();
    the_log();
    the_generation();
    the_machine();
    approvals();
    releases();
}
