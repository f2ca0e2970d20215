//! Deviations that follow from the log and that nobody listed, and words that this version does not know.

use breakglass::crypto::digest::Digest;
use breakglass::record::deviation::Deviation;
use breakglass::record::environment::{Environment, Memory, Sandbox};
use breakglass::record::finding::Rule;
use breakglass::record::head::Head;
use breakglass::record::policy::Policy;
use breakglass::record::request::Request;
use breakglass::record::seal::Kind;
use breakglass::value::time::Seconds;

use super::edits::edited;
use super::log_case::{small, spoiled};
use super::put::base;
use super::retirements::retire;
use crate::world::{World, environment, text};

const RULE: Rule = Rule::DeviationUndeclared;

pub fn write() {
    let world = small();
    windows(&world);
    logs(&world);
    words(&world);
    let world = small();
    generations();
    machines();
    approvals();
    releases(&world);
}

fn silent(
    world: &World,
    name: &str,
    about: &str,
    rule: impl Into<Option<Rule>>,
    change: &dyn Fn(&mut Request),
) {
    spoiled(world, name, about, rule, |world| world.ask_silently(change));
}

fn windows(world: &World) {
    let window = |name: &str, about: &str, rule: Option<Rule>, from: &str, to: &str| {
        silent(world, name, about, rule, &|request| {
            (request.not_before, request.not_after) = (text(from), text(to))
        });
    };
    let now = "2026-11-23T08:05:00Z";
    window("undeclared-window-long", "300 days.", Some(RULE), now, "2027-09-19T08:05:00Z");
    window("undeclared-window-last", "Until the last moment.", Some(RULE), now, "9999-12-30T22:00:00Z");
    let far = ["9999-01-01T00:00:00Z", "9999-01-01T01:00:00Z"];
    window("undeclared-window-far", "An hour, in the far future.", Some(RULE), far[0], far[1]);
    let early = "2026-11-22T09:00:00Z";
    window("window-begun-before", "A day, begun before.", None, early, "2026-11-23T09:00:00Z");
    let about = "A second more than a day, begun before.";
    window("undeclared-window-begun-before", about, Some(RULE), early, "2026-11-23T09:00:01Z");
}

fn logs(world: &World) {
    let head = world.head();
    let far = Head { size: 1 << 40, seq: 1 << 53, hash: Digest::of(b"invented") };
    let case = |name: &str, about: &str, rule: Rule, before: &dyn Fn(&World)| {
        spoiled(world, name, about, rule, |world| {
            before(world);
            world.ask_silently(|_| {})
        });
    };
    case("undeclared-retired", "Somebody asks who had retired.", RULE, &|world| {
        world.forge(retire("carol"), &[world.signs("dan")]);
    });
    case("undeclared-continue", "The log goes on, says its requester.", RULE, &|world| {
        world.continue_after("carol", head)
    });
    case("undeclared-gap", "Numbers up to the highest are left out.", RULE, &|world| {
        world.continue_after("carol", far)
    });
    case("undeclared-damage", "The log was damaged, says its requester.", RULE, &|world| {
        world.recover_nothing("carol")
    });
    case("repair-seen", "Somebody else has stated something since.", Rule::Continued, &|world| {
        world.continue_after("carol", head);
        world.check("alice");
    });
    case("undeclared-repair-seen-by-its-signer", "Only its signer has.", RULE, &|world| {
        world.continue_after("carol", head);
        world.check("carol");
    });
    case("undeclared-repair-seen-by-the-retired", "Only somebody who had retired has.", RULE, &|world| {
        world.forge(retire("bob"), &[world.signs("dan")]);
        world.continue_after("carol", world.head());
        world.check("bob");
    });
    case("undeclared-repair-not-seen", "Only on the log before it.", RULE, &|world| {
        let early = world.checked("alice");
        world.continue_after("carol", head);
        world.forge_collected("bob", &[&early]);
    });
}

fn words(world: &World) {
    let other: Deviation = serde_json::from_str("\"left-handed-2\"").unwrap();
    let about = "A deviation that this version does not know.";
    silent(world, "deviation-unknown", about, Rule::RequestDeviation, &|request| {
        request.deviations = vec![other]
    });
    for (name, about, word) in [
        ("deviation-capital", "A capital is in no word.", "Left-handed-2"),
        ("deviation-empty", "A word has a letter.", ""),
        ("deviation-33", "A word has 32 bytes.", "left-handed-left-handed-left-hand"),
    ] {
        spoiled(world, name, about, Rule::Torn, |world| {
            world.ask_silently(|request| request.deviations = vec![other]);
            world.set_bytes(edited(&world.bytes(), "left-handed-2", word));
        });
    }
}

fn generations() {
    let world = World::begin(Policy::default());
    world.seal("prod", Kind::Root, 2, &["alice", "bob", "carol"]);
    world.check("alice");
    base(&world.bytes());
    silent(&world, "undeclared-not-in-force", "Too few have checked.", RULE, &|_| {});
    world.check("bob");
    world.seal("prod", Kind::Root, 2, &["alice", "bob", "carol"]);
    base(&world.bytes());
    let seal = world.reading().escrow.vault_named(&text("prod")).unwrap().newest().record;
    let about = "Another generation than the current one, and unchecked.";
    silent(&world, "undeclared-not-current", about, RULE, &|request| {
        (request.generation, request.seal) = (2, seal)
    });
}

fn machines() {
    let world = World::ready_with(Policy { strict_air_gap: true, ..Policy::default() });
    base(&world.bytes());
    for (name, about, machine) in [
        ("memory", "Memory is unlocked.", Environment { memory: Some(Memory::Unlocked), ..environment() }),
        ("sandbox", "There is no sandbox.", Environment { sandbox: Some(Sandbox::None), ..environment() }),
        ("swap", "Swap is on.", Environment { swap: Some(vec![text("/dev/sda2")]), ..environment() }),
        (
            "interface",
            "An interface is up.",
            Environment { interfaces: Some(vec![text("eth0")]), ..environment() },
        ),
    ] {
        let name = format!("undeclared-{name}");
        silent(&world, &name, about, RULE, &|request| request.environment = machine.clone());
    }
}

fn approvals() {
    let world = World::ready_with(Policy { requester_may_approve: false, ..Policy::default() });
    world.append(retire("bob"), &[world.signs("dan")]).unwrap();
    let asking = world.emergency();
    base(&world.bytes());
    let case = |name: &str, about: &str, rule: Option<Rule>, who: &str, listed: &[Deviation]| {
        spoiled(&world, name, about, rule, |world| {
            let file = world.approve_listing(who, &asking, listed);
            let note = breakglass::ceremony::approve::ApprovalFile::parse(&file).unwrap().note;
            let signed = world.reading().escrow.verify_statement(note).unwrap();
            world.forge_collected("alice", &[&signed]);
        });
    };
    case("approval-undeclared-retired", "The approver had retired.", Some(RULE), "bob", &[]);
    case("approval-undeclared-requester", "The requester approves.", Some(RULE), "carol", &[]);
    let listed = [Deviation::RequesterApproves];
    case("approval-requester", "The requester says so.", Some(Rule::RequestDeviation), "carol", &listed);
    world.pass(Seconds(5 * 3600));
    case("approval-undeclared-outside", "The window is over.", Some(RULE), "alice", &[]);
}

fn releases(world: &World) {
    let asking = world.ask_silently(|request| request.not_after = text("2027-09-19T08:05:00Z"));
    let long = [Deviation::LongWindow];
    let files = ["alice", "bob"].map(|who| world.approve_listing(who, &asking, &long));
    let about = "What the request does not list its approvals do, and the release does not.";
    spoiled(world, "release-undeclared", about, RULE, |world| {
        world.release_silently(&asking, &files, |_| {});
    });
    let about = "Its approvals list it, and the release does.";
    spoiled(world, "release-listing-the-undeclared", about, RULE, |world| {
        world.release_silently(&asking, &files, |release| release.deviations = long.to_vec());
    });
    let about = "The log went on since the request was made, and nobody but one says so.";
    spoiled(world, "release-undeclared-continue", about, RULE, |world| {
        world.continue_after("dan", world.head());
        world.release_silently(&asking, &files, |release| release.deviations = long.to_vec());
    });
}
