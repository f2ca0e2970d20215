//! Clocks that are wrong, and dates that somebody wrote as they liked.

use breakglass::record::agree::Agree;
use breakglass::record::finding::Rule;
use breakglass::record::policy::{Notices, Policy};
use breakglass::record::request::{End, EndOutcome, Purpose};
use breakglass::record::seal::Kind;
use breakglass::value::time::Seconds;

use super::log_case::{LogCase, small};
use super::put::base;
use crate::world::{Asking, CANARY, DAY, EARLY, LATE, World, adoption, text};

const THREE: [&str; 3] = ["alice", "bob", "carol"];

pub fn write() {
    let world = small();
    releases(&world);
    quorum(&world);
    checks(&world);
    first_checks();
    closings(&world);
    notices();
    confirmations(&world);
    damage(&world);
    branches(&world);
}

/// What is done in a world, which is then as it was.
fn within(world: &World, act: impl FnOnce()) {
    let before = world.kept();
    act();
    world.go_back(&before);
}

/// A log as it is now.
fn now(name: &str, about: &str, rule: Rule, world: &World) {
    LogCase::of(name, about, rule).of_world(world);
}

/// A log at the end of the time for a rotation, and a second later.
fn due(name: &str, about: &str, world: &World, asking: &Asking) {
    let due = world.began(asking).after(Seconds(DAY));
    LogCase::of(name, about, Rule::Exposed).write(world.bytes(), due);
    let (name, late) = (format!("{name}-overdue"), due.after(Seconds(1)));
    LogCase::of(&name, "The same, a second later.", Rule::RotationOverdue).write(world.bytes(), late);
}

fn others_write(world: &World) {
    ["dan", "erin"].iter().for_each(|who| {
        world.writes(who);
    });
}

fn releases(world: &World) {
    let names = ["1970", "9999", "30-days-ahead", "9-hours-ahead"];
    for (clock, said) in world.wrong_clocks().into_iter().zip(names) {
        let named = |what: &str| format!("time-{what}-{said}");
        within(world, || {
            let asking = world.released_by_clocks(Some(clock), None);
            due(&named("release"), "The release is by a wrong clock.", world, &asking);
        });
        within(world, || {
            let asking = world.released_by_clocks(None, Some(clock));
            due(&named("approval"), "One of the approvals is by a wrong clock.", world, &asking);
        });
        within(world, || {
            let asking = world.released();
            world.by_clock(clock, || world.writes("erin"));
            world.writes("dan");
            due(&named("record-behind"), "The record behind it is by a wrong clock.", world, &asking);
        });
        within(world, || {
            world.by_clock(clock, || world.writes("erin"));
            let asking = world.released();
            due(&named("record-before"), "The record before it is by a wrong clock.", world, &asking);
        });
    }
    LogCase::of("time-verified-in-1970", "Whoever verifies has a flat battery.", None)
        .write(world.bytes(), text(EARLY));
    within(world, || {
        others_write(world);
        world.by_clock(text(LATE), || world.released());
        let about = "Everybody signed on one laptop of 9999: bounded by now.";
        now("time-one-laptop-9999", about, Rule::Exposed, world);
        others_write(world);
        world.pass(Seconds(2 * DAY));
        let about = "And by what others wrote after it.";
        now("time-one-laptop-9999-bounded", about, Rule::RotationOverdue, world);
    });
}

fn quorum(world: &World) {
    within(world, || {
        let asking = world.emergency();
        let alice = world.by_clock(text(LATE), || world.approve("alice", &asking));
        let files = [alice, world.approve("bob", &asking)];
        let approvals = world.release_of(&asking, 1, &files).approvals;
        let nothing = world.end_of(&asking, EndOutcome::NotReleased);
        world.append(End { approvals, ..nothing }, &[asking.signs()]).unwrap();
        world.pass(Seconds(DAY));
        let about = "Approvals without a release, one of them of 9999.";
        now("time-quorum-9999", about, Rule::RotationOverdue, world);
    });
}

fn first_checks() {
    let world = World::begin(Policy::default());
    world.seal("prod", Kind::Root, 2, &THREE);
    base(&world.bytes());
    within(&world, || {
        THREE.iter().for_each(|who| world.by_clock(text(LATE), || world.check(who)));
        now("time-checks-9999", "Three checks of 9999 are none.", Rule::TimeFuture, &world);
        others_write(&world);
        now("time-checks-9999-others", "By what others wrote.", Rule::TimeFuture, &world);
        THREE.iter().for_each(|who| world.check(who));
        now("time-checks-again", "Made once more, by a clock that is right.", Rule::TimeFuture, &world);
    });
    let at = world.tick();
    world.by_clock(at.after(Seconds(3540)), || THREE.iter().for_each(|who| world.check(who)));
    let about = "A first check that is an hour ahead; the others are more than that.";
    LogCase::of("time-an-hour-ahead", about, Rule::TimeFuture).write(world.bytes(), at);
}

fn checks(world: &World) {
    within(world, || {
        world.pass(Seconds(50 * DAY));
        world.check("carol");
        world.by_clock(text(EARLY), || {
            let asking = world.ask("dan", "prod", world.question(Purpose::Maintenance));
            let files = world.approvals(&["alice", "bob"], &asking);
            world.release(&asking, &files).unwrap();
        });
        let about = "Three people sign on a flat battery after a check.";
        now("time-one-laptop-1970", about, Rule::RotationOverdue, world);
    });
    within(world, || {
        let asking = world.ask("carol", CANARY, world.question(Purpose::Drill));
        let files = world.approvals(&["alice", "bob"], &asking);
        world.by_clock(text(LATE), || world.release(&asking, &files).map(|_| ()).unwrap());
        now("time-drill-9999", "A drill of 9999 is none.", Rule::TimeFuture, world);
    });
}

fn closings(world: &World) {
    within(world, || {
        let asking = world.released();
        world.end(&asking, EndOutcome::Released);
        let (released, before) = (world.now(), world.kept());
        let day_2 = released.after(Seconds(2 * DAY));
        world.pass(Seconds(9 * DAY));
        others_write(world);
        world.by_clock(day_2, || world.close("alice", &asking));
        now("time-closing-backdated", "Closed on day 9, dated day 2.", Rule::CloseOverdue, world);
        world.go_back(&before);
        world.by_clock(day_2, || world.close("alice", &asking));
        world.pass(Seconds(9 * DAY));
        now("time-closing-in-time", "Closed on day 2.", Rule::RotationOverdue, world);
        world.go_back(&before);
        world.by_clock(text(LATE), || world.close("alice", &asking));
        now("time-closing-9999", "A closing of 9999 is none.", Rule::TimeFuture, world);
    });
}

fn notices() {
    let notices = Notices { to: vec![text("security@example.com")], within: Seconds(6 * 3600) };
    let world = World::ready_with(Policy { notices: Some(notices), ..Policy::default() });
    base(&world.bytes());
    let asking = world.released_by_clocks(Some(text(LATE)), None);
    now("time-notice", "Whoever released it has a clock of 9999.", Rule::NoticeMissing, &world);
    let late = world.began(&asking).after(Seconds(6 * 3600 + 1));
    let about = "And nobody acknowledged it in time.";
    LogCase::of("time-notice-overdue", about, Rule::NoticeOverdue).write(world.bytes(), late);
    let release = world.reading().escrow.requests[0].releases[0].record;
    world.by_clock(text(LATE), || world.agree("dan", Agree::Record(release)));
    now("time-notice-9999", "Acknowledged in 9999: not yet.", Rule::NoticeMissing, &world);
    world.agree("dan", Agree::Record(release));
    now("time-notice-again", "And once more today.", Rule::TimeFuture, &world);
}

fn confirmations(world: &World) {
    within(world, || {
        world.released();
        world.seal("prod", Kind::Root, 2, &THREE);
        within(world, || {
            world.by_clock(text(LATE), || world.confirm("prod", 2, &["dan", "alice"]));
            now("time-confirm-9999", "Confirmed in 9999: the exposure stays.", Rule::Exposed, world);
            world.confirm("prod", 2, &["bob"]);
            now("time-confirm-again", "And once more today.", Rule::TimeFuture, world);
        });
        world.by_clock(text(EARLY), || world.confirm("prod", 2, &["dan", "alice"]));
        now("time-confirm-1970", "Confirmed by a flat battery.", Rule::NotInForce, world);
    });
}

fn damage(world: &World) {
    let damaged = || world.set_bytes([&world.bytes()[..], &[0; 3]].concat());
    within(world, || {
        world.emergency();
        let due = world.now().after(Seconds(DAY));
        damaged();
        let torn = world.kept();
        for (clock, said) in [(EARLY, "1970"), (LATE, "9999")] {
            world.go_back(&torn);
            world.by_clock(text(clock), || world.recover("erin")).unwrap();
            let name = format!("time-recovered-{said}");
            let about = "A damaged end, put away by a wrong clock: due right now.";
            LogCase::of(&name, about, Rule::Exposed).write(world.bytes(), due);
            let late = due.after(Seconds(1));
            let name = format!("{name}-overdue");
            LogCase::of(&name, "The same, a second later.", Rule::RotationOverdue).write(world.bytes(), late);
        }
    });
    within(world, || {
        world.emergency();
        world.pass(Seconds(DAY));
        world.writes("erin");
        within(world, || {
            damaged();
            now("time-damage-one-later", "One person wrote after the window.", Rule::Exposed, world);
        });
        world.writes("dan");
        damaged();
        now("time-damage-window-over", "Two people wrote after the window.", Rule::Torn, world);
    });
}

fn branches(world: &World) {
    within(world, || {
        let fork = world.bytes();
        world.released();
        let branch = adoption(&fork, &world.bytes());
        world.set_bytes(fork);
        world.pass(Seconds(5 * DAY));
        others_write(world);
        world.adopt(branch, &["alice", "bob"]).unwrap();
        let about = "A release on a branch, adopted five days later.";
        now("time-branch", about, Rule::RotationOverdue, world);
    });
}
