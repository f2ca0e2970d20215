//! Clocks that are wrong, and dates that somebody wrote as they liked: no single person moves what another owes. See
//! `docs/spec/time.md`.

use breakglass::audit::obligations::Obligations;
use breakglass::record::finding::{Finding, Rule};
use breakglass::record::policy::Policy;
use breakglass::record::request::{EndOutcome, Purpose};
use breakglass::record::seal::Kind;
use breakglass::value::time::{Seconds, Time};

use crate::world::{Asking, CANARY, DAY, EARLY, LATE, World, adoption, text};

/// The number of the seal of `prod`.
const SEAL: u64 = 1;

/// What is found of `rule`.
fn found(world: &World, rule: Rule) -> Vec<Finding> {
    world.verify().findings.into_iter().filter(|finding| finding.rule == rule).collect()
}

/// Since when new credentials are due: as an exposure, overdue or not.
#[track_caller]
fn exposed(world: &World) -> Finding {
    let mut all = [found(world, Rule::Exposed), found(world, Rule::RotationOverdue)].concat();
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

/// When the next check of `prod` by this custodian is due.
fn check_due(world: &World, who: &str) -> Time {
    let escrow = world.reading().escrow;
    let owed = Obligations::of(&escrow, world.now(), &[]);
    let vault = escrow.vault_named(&text("prod")).unwrap();
    let mut checks = owed.checks(vault.current());
    checks.find(|one| one.custodian.as_str() == who).unwrap().next.due
}

/// Two people who had no part in it write something, one after the other.
fn others_write(world: &World) {
    for who in ["dan", "erin"] {
        world.writes(who);
    }
    world.tick();
}

#[test]
fn checks_of_9999_silence_nothing() {
    let world = World::begin(Policy::default());
    world.seal("prod", Kind::Root, 2, &["alice", "bob", "carol"]);
    for who in ["alice", "bob", "carol"] {
        world.by_clock(text(LATE), || world.check(who));
    }
    assert_eq!(found(&world, Rule::TimeFuture).len(), 3);
    assert_eq!(found(&world, Rule::NotInForce).len(), 1);
    let first = check_due(&world, "alice");
    // Nobody's true check counts later because of them, though three people wrote them.
    world.check("alice");
    let counted = check_due(&world, "alice");
    world.pass(Seconds(20 * DAY));
    assert_eq!(check_due(&world, "alice"), counted);
    assert!(first < counted && counted < world.now().after(Seconds(80 * DAY)));
    // Others write on: then it is told by whose dates these are from the future.
    others_write(&world);
    let told = found(&world, Rule::TimeFuture);
    assert!(told.iter().all(|one| one.particulars.signer.is_some()), "{told:?}");
}

#[test]
fn a_wrong_clock_at_a_release_moves_no_deadline() {
    let clocks = World::ready().wrong_clocks();
    for clock in clocks {
        for (carol, alice) in [(Some(clock), None), (None, Some(clock))] {
            let world = World::ready();
            let before = world.now();
            world.released_by_clocks(carol, alice);
            let now = world.now();
            let since = exposed(&world).particulars.since.unwrap();
            assert!(before < since && since <= now, "{clock}: {since}, and not {before} to {now}");
            // Nobody else who wrote or writes by that clock moves it either.
            let log = world.bytes();
            world.by_clock(clock, || world.writes("erin"));
            world.writes("dan");
            assert_eq!(exposed(&world).particulars.since, Some(since), "{clock} behind it");
            world.set_bytes(log);
        }
        let world = World::ready();
        world.by_clock(clock, || world.writes("erin"));
        let before = world.now();
        let asking = world.released();
        assert_eq!(exposed(&world).particulars.since, Some(world.began(&asking)), "{clock} before it");
        assert!(world.began(&asking) > before);
    }
}

#[test]
fn a_flat_battery_that_several_sign_with_is_no_bound_for_others() {
    let world = World::ready();
    let first = check_due(&world, "carol");
    world.pass(Seconds(50 * DAY));
    world.check("carol");
    let counted = check_due(&world, "carol");
    // The next emergency is held by three people on one laptop, behind which nobody writes for a while.
    world.by_clock(text(EARLY), || {
        let asking = world.ask("dan", "prod", world.question(Purpose::Maintenance));
        let files = world.approvals(&["alice", "bob"], &asking);
        world.release(&asking, &files).unwrap();
    });
    assert_eq!(found(&world, Rule::TimeFuture), []);
    assert_eq!(check_due(&world, "carol"), counted);
    assert!(first < counted);
}

#[test]
fn one_laptop_for_all_is_bounded_by_what_others_wrote() {
    for clock in World::ready().wrong_clocks() {
        let world = World::ready();
        let before = world.now();
        others_write(&world);
        world.by_clock(clock, || world.released());
        let since = exposed(&world).particulars.since.unwrap();
        assert!(before < since && since <= world.now(), "{clock}: {since}");
        // What follows holds it where it is, and it is said who dated what.
        others_write(&world);
        let until = world.now();
        world.pass(Seconds(40 * DAY));
        let one = exposed(&world);
        let told = one.particulars;
        assert!(told.since.unwrap() <= until, "{clock}: {:?}", told.since);
        assert_eq!(one.rule, Rule::RotationOverdue, "{clock}");
        assert!(told.time.is_some() && told.signer.is_some(), "{clock}");
        assert_eq!(told.person, Some(text("carol")));
    }
}

/// A release of day 0, and a closing that alice dates to `day`, on day 9, after two others wrote.
fn closed_on_day_9(day: u64) -> (World, Asking) {
    let policy = Policy { rotate_after_release: Seconds(30 * DAY), ..Policy::default() };
    let world = World::ready_with(policy);
    let asking = world.released();
    world.end(&asking, EndOutcome::Released);
    let released = world.now();
    world.pass(Seconds(9 * DAY));
    others_write(&world);
    world.by_clock(released.after(Seconds(day * DAY)), || world.close("alice", &asking));
    (world, asking)
}

#[test]
fn a_closing_of_day_9_is_late_whatever_it_says() {
    for day in [2, 9] {
        let (world, _) = closed_on_day_9(day);
        assert_eq!(found(&world, Rule::CloseOverdue).len(), 1, "dated day {day}");
        assert_eq!(found(&world, Rule::CloseMissing), []);
    }
    // One that the log had on day 2 was in time, whenever it is looked at.
    let world = World::ready();
    let asking = world.released();
    world.pass(Seconds(2 * DAY));
    world.close("alice", &asking);
    world.pass(Seconds(30 * DAY));
    assert_eq!(found(&world, Rule::CloseOverdue), []);
    // One from the future is none, and the next one is.
    let world = World::ready();
    let asking = world.released();
    world.by_clock(text(LATE), || world.close("alice", &asking));
    assert_eq!(found(&world, Rule::TimeFuture).len(), 1);
    assert_eq!(found(&world, Rule::CloseMissing).len(), 1);
    world.close("bob", &asking);
    assert_eq!(found(&world, Rule::CloseMissing), []);
}

#[test]
fn a_check_counts_from_when_it_was_made() {
    let every = Policy::default().check_every;
    let world = World::ready();
    world.pass(Seconds(50 * DAY));
    // A flat battery makes nobody overdue: two others wrote just before.
    ["bob", "carol"].iter().for_each(|who| world.check(who));
    let before = check_due(&world, "bob");
    world.by_clock(text(EARLY), || world.check("alice"));
    assert!(check_due(&world, "alice") >= before);
    // A neighbour's wrong clock moves nothing.
    world.by_clock(text(LATE), || world.writes("erin"));
    world.check("alice");
    let right = check_due(&world, "alice");
    let stated = world.reading().escrow.statements.last().unwrap().statement.statement.time;
    assert_eq!(right, stated.after(every));
    // One out of a drawer is as old as it is.
    let drawn = world.checked("alice");
    let made = world.now();
    world.pass(Seconds(60 * DAY));
    others_write(&world);
    world.collect("bob", &[&drawn]).unwrap();
    assert_eq!(check_due(&world, "alice"), made.after(every));
}

#[test]
fn a_confirmation_of_9999_ends_no_exposure() {
    let world = World::ready();
    world.released();
    world.seal("prod", Kind::Root, 2, &["alice", "bob", "carol"]);
    world.by_clock(text(LATE), || world.confirm("prod", 2, &["dan", "alice"]));
    assert_eq!(found(&world, Rule::TimeFuture).len(), 2);
    assert_eq!(exposed(&world).seq, Some(SEAL));
    world.confirm("prod", 2, &["bob"]);
    assert_eq!(found(&world, Rule::Exposed), []);
    // In 1970 it ends it: nobody else is to suffer for that battery.
    let world = World::ready();
    world.released();
    world.seal("prod", Kind::Root, 2, &["alice", "bob", "carol"]);
    world.by_clock(text(EARLY), || world.confirm("prod", 2, &["dan", "alice"]));
    assert_eq!(found(&world, Rule::Exposed), []);
}

#[test]
fn a_drill_of_9999_is_none() {
    let world = World::ready();
    let next = |world: &World| {
        let escrow = world.reading().escrow;
        let vault = escrow.vault_named(&text("prod")).unwrap().clone();
        Obligations::of(&escrow, world.now(), &[]).drill(&vault).last
    };
    let asking = world.ask("carol", CANARY, world.question(Purpose::Drill));
    let files = world.approvals(&["alice", "bob"], &asking);
    world.by_clock(text(LATE), || world.release(&asking, &files).unwrap());
    assert_eq!(found(&world, Rule::TimeFuture).len(), 1);
    assert_eq!(next(&world), None);
    let again = world.ask("carol", CANARY, world.question(Purpose::Drill));
    let files = world.approvals(&["alice", "bob"], &again);
    world.release(&again, &files).unwrap();
    assert_eq!(next(&world), Some(world.now()));
}

#[test]
fn an_approval_by_a_wrong_clock_moves_no_quorum() {
    for clock in World::ready().wrong_clocks() {
        let world = World::ready();
        let before = world.now();
        let asking = world.emergency();
        let alice = world.by_clock(clock, || world.approve("alice", &asking));
        let files = [alice, world.approve("bob", &asking)];
        let approvals = world.release_of(&asking, 1, &files).approvals;
        let end =
            breakglass::record::request::End { approvals, ..world.end_of(&asking, EndOutcome::NotReleased) };
        world.append(end, &[asking.signs()]).unwrap();
        assert_eq!(found(&world, Rule::QuorumUnreleased).len(), 1);
        let since = exposed(&world).particulars.since.unwrap();
        assert!(before < since && since <= world.now(), "{clock}: {since}");
    }
}

#[test]
fn whoever_recovers_a_damaged_end_moves_nothing() {
    for clock in World::ready().wrong_clocks() {
        let world = World::ready();
        world.emergency();
        world.set_bytes([&world.bytes()[..], &[0; 3]].concat());
        let since = exposed(&world).particulars.since;
        world.by_clock(clock, || world.recover("erin")).unwrap();
        assert_eq!(exposed(&world).particulars.since, since, "{clock}");
        others_write(&world);
        assert_eq!(exposed(&world).particulars.since, since, "{clock}, and later");
    }
}

#[test]
fn a_damaged_end_exposes_only_requests_within_their_window() {
    let damaged = |world: &World| world.set_bytes([&world.bytes()[..], &[0; 3]].concat());
    let world = World::ready();
    world.emergency();
    world.pass(Seconds(DAY));
    // One person may say that the window is over; two have to.
    world.writes("erin");
    let log = world.bytes();
    damaged(&world);
    assert_eq!(exposed(&world).seq, Some(SEAL));
    world.set_bytes(log);
    world.writes("dan");
    let log = world.bytes();
    damaged(&world);
    assert_eq!(found(&world, Rule::Exposed), []);
    // What names the request exposes it all the same: somebody held its key outside of the window.
    let request = world.reading().escrow.requests[0].record;
    let begun = format!("{{\"type\":\"breakglass/v1/release\",\"says\":{{\"request\":\"{request}");
    world.set_bytes([&log[..], begun.as_bytes()].concat());
    assert_eq!(exposed(&world).seq, Some(SEAL));
}

#[test]
fn what_a_branch_brings_in_is_dated_from_its_fork() {
    let world = World::ready();
    let fork = world.bytes();
    let asking = world.released();
    let (branch, until) = (adoption(&fork, &world.bytes()), world.now());
    let since = exposed(&world).particulars.since;
    world.set_bytes(fork);
    world.pass(Seconds(5 * DAY));
    others_write(&world);
    world.adopt(branch, &["alice", "bob"]).unwrap();
    let one = exposed(&world);
    assert_eq!((one.rule, one.particulars.since), (Rule::RotationOverdue, since), "not when it is adopted");
    assert!(since.unwrap() <= until);
    assert!(world.reading().escrow.request(&asking.record).is_some());
}

#[test]
fn whoever_dated_it_wrong_is_named() {
    let world = World::ready();
    world.released_by_clocks(Some(text(LATE)), None);
    let one = exposed(&world);
    let told = one.particulars;
    assert_eq!((told.person, told.time), (Some(text("carol")), Some(text(LATE))));
    let names = told.signer.map(|name| name.to_string());
    assert_eq!(names.as_deref(), Some("bob"), "the last of the others decides");
    assert!(one.detail.contains("dated 9999-12-30T22:00:00Z by `carol`"), "{}", one.detail);
    // Where nothing is out of the ordinary nobody is named.
    let world = World::ready();
    world.released();
    let told = exposed(&world).particulars;
    assert_eq!((told.person, told.time, told.signer), (None, None, None));
}
