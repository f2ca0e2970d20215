//! Clocks that are wrong: in 1970, in 2100, at the end of time, and going backwards. None of them refuses an
//! emergency, and each of them is told.

use breakglass::record::policy::Policy;
use breakglass::record::request::Purpose;
use breakglass::record::seal::Kind;
use breakglass::record::statements::Statements;
use breakglass::value::time::Seconds;

use crate::disk::{Disk, RequestState, asking};
use crate::judged::PASSWORD;
use crate::laid::Laid;
use crate::world::{DAY, EARLY, LATE, World, text};

const TIME_SET: &str = "--accept-deviation time-set --accept-deviation clock-behind";

/// An emergency whose whole way goes by a clock that was set to `time`.
#[track_caller]
fn an_emergency_at(time: &str) {
    let disk = Disk::sealed();
    // What is out of order is said, and waits for a yes.
    let line = format!("{} --as carol/carol -o req.bgr --json --time {time}", asking("prod"));
    disk.refuses(4, &line.replace(" --json", "")).what("the time was set by hand").next("time-set");
    let json = disk.run(&format!("{line} {TIME_SET}")).ok().json();
    assert_eq!(json["deviations"][0], "time-set");
    let of = |key: &str| json[key].as_str().unwrap().to_owned();
    let asked = RequestState { id: of("request_id"), words: of("session_words") };
    for who in ["alice", "bob"] {
        let line =
            format!("approve req.bgr --as {who}/{who} -o {who}.bga --time {time} {TIME_SET} --session-words");
        disk.line(&line).arg(&asked.words).run().ok().says("DEVIATION: the time was set by hand");
    }
    let line = format!("release req.bgr alice.bga bob.bga --as carol/carol --print totp --time {time}");
    let run = disk.run(&format!("{line} {TIME_SET}")).ok();
    assert!(run.out.starts_with("totp: "), "{}", run.out);
    // The auditor is told of it, by whichever clock: it is a finding.
    for now in ["1970-01-01T00:00:00Z", time, "9999-12-30T22:00:00Z"] {
        disk.run(&format!("verify --time {now}"))
            .exits(14)
            .shows("DEVIATION")
            .shows("time-set, in the request");
    }
    let run = disk.run("verify").exits(14).shows("TIME-BACKWARDS");
    run.shows(&format!(" {time}"));
}

#[test]
fn a_clock_in_1970_refuses_no_emergency_and_is_told() {
    an_emergency_at("1970-01-01T00:00:00Z");
}

#[test]
fn a_clock_in_2100_refuses_no_emergency_and_is_told() {
    an_emergency_at("2100-02-28T23:59:59Z");
}

#[test]
fn a_clock_at_the_end_of_time_refuses_no_emergency_and_is_told() {
    an_emergency_at("9999-12-30T22:00:00Z");
}

#[test]
fn a_clock_that_goes_backwards_refuses_no_emergency_and_is_told() {
    // Asked in 2100, approved in 1970, released now.
    let disk = Disk::sealed();
    let line = format!("{} --as carol/carol -o req.bgr --json", asking("prod"));
    let json = disk.run(&format!("{line} --time 2100-01-01T00:00:00Z {TIME_SET}")).ok().json();
    for who in ["alice", "bob"] {
        let line = format!("approve req.bgr --as {who}/{who} -o {who}.bga --session-words");
        let words = disk.line(&line).arg(json["session_words"].as_str().unwrap());
        let words = words.arg("--time").arg("1970-01-01T00:00:00Z");
        let words = ["outside-window", "clock-behind"]
            .into_iter()
            .fold(words, |words, code| words.arg("--accept-deviation").arg(code));
        let run = words.run().ok().says("it is now  1970-01-01T00:00:00Z");
        run.says("DEVIATION: the request's time window has not begun, or is over")
            .says("DEVIATION: the clock is behind");
    }
    let line = "release req.bgr alice.bga bob.bga --as carol/carol --print password";
    disk.refuses(4, line).what("the request's time window has not begun, or is over").next("outside-window");
    let accepted = "--accept-deviation outside-window --accept-deviation clock-behind";
    disk.run(&format!("{line} {accepted}")).ok().shows("password: ");
    let run = disk.run("verify").exits(14).shows("TIME-BACKWARDS").shows("after 2100-01-01T00:00:00Z");
    run.shows("RELEASE-WINDOW").shows("outside-window, in the release of prod");
}

#[test]
fn records_of_1970_and_2100_stop_nobody() {
    // Not by --time: by machines whose clocks were wrong, and whose tool said nothing of it.
    let laid = Laid::ready();
    let nothing = || Statements { statements: Vec::new() };
    for time in ["2100-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "9999-12-30T22:00:00Z"] {
        let bob = [laid.world.signs("bob")];
        laid.world.forge_framed(nothing(), &bob, |entry| entry.time = text(time));
    }
    laid.lay();
    let run = laid.verify("").ok().shows("TIME-BACKWARDS");
    run.shows("1970-01-01T00:00:00Z after 2100-01-01T00:00:00Z").shows("record 7, byte ");
    let asking = laid.emergency();
    let files = ["alice", "bob"].map(|who| (who, laid.world.approve(who, &asking)));
    let run = laid.releases(&files);
    assert_eq!(run.out, PASSWORD);
    laid.verify("").exits(14).shows("after 9999-12-30T22:00:00Z").shows("TIME-BACKWARDS");
}

#[test]
fn a_request_of_1970_is_released_as_a_finding() {
    let laid = Laid::ready();
    let question = laid.world.question(Purpose::Emergency);
    let early =
        breakglass::ceremony::request::RequestPlan { not_before: text("1970-01-01T00:00:00Z"), ..question };
    let asking = laid.world.ask("carol", "prod", early);
    laid.lay_asking(&asking);
    let [alice, bob] = ["alice", "bob"].map(|who| laid.world.approve(who, &asking));
    laid.disk.write("alice.bga", alice);
    laid.disk.write("bob.bga", bob);
    laid.lay();
    let line = "release req.bgr alice.bga bob.bga --as carol/carol --print password";
    laid.disk.refuses(4, line).what("the request's time window has not begun, or is over");
    let run = laid.disk.run(&format!("{line} --accept-deviation outside-window")).ok();
    assert_eq!(run.out, PASSWORD);
    let run = laid.verify("").exits(14).shows("RELEASE-WINDOW");
    run.shows("asked for 1970-01-01T00:00:00Z to 1970-01-01T04:00:00Z");
}

#[test]
fn a_time_that_is_none_is_usage() {
    let disk = Disk::sealed();
    for time in [
        "1969-12-31T23:59:59Z",
        "9999-12-30T22:00:01Z",
        "10000-01-01T00:00:00Z",
        "-1",
        "0",
        "2026-11-23",
        "2026-11-23T01:02:03+01:00",
        "2026-11-23T01:02:60Z",
        "2026-02-30T00:00:00Z",
        "2026-11-23T01:02:03.5Z",
        "now",
    ] {
        disk.refuses(2, &format!("verify --time={time}")).what("--time");
        let line = format!("{} --as carol/carol -o req.bgr --time={time}", asking("prod"));
        disk.refuses(2, &line).what("--time");
    }
    disk.run("verify --time 1970-01-01T00:00:00Z").ok();
}

/// The last moment there is, and whatever would lie beyond it.
#[test]
fn a_window_beyond_the_end_of_time_ends_there() {
    let disk = Disk::sealed();
    let line = format!("{} --as carol/carol -o req.bgr --expires 2932895d", asking("prod"));
    disk.run(&format!("{line} --accept-deviation long-window")).ok();
    disk.run("log --kind request --json").ok();
    disk.run("verify").exits(14).shows("long-window, in the request for prod");
    let log = String::from_utf8(disk.read("escrow/log")).unwrap();
    assert!(log.contains(r#""not_after":"9999-12-30T22:00:00Z""#), "{log}");
    disk.refuses(2, &line.replace("2932895d", "2932896d").replace("req.bgr", "new.bgr")).what("--expires");
}

#[test]
fn a_policy_that_is_due_beyond_the_end_of_time_stops_no_verify() {
    let policy = Policy {
        rotate_after_release: text("2932895d"),
        close_within: text("2932895d"),
        check_every: text("2932895d"),
        drill_every: text("2932895d"),
        ..Policy::default()
    };
    let laid = Laid::of(World::ready_with(policy));
    let asking = laid.emergency();
    let files = ["alice", "bob"].map(|who| (who, laid.world.approve(who, &asking)));
    laid.releases(&files);
    laid.verify("").exits(14).shows("EXPOSED").shows("CLOSE-MISSING");
    laid.disk.run("verify --time 9999-12-30T22:00:00Z").exits(14).shows("EXPOSED");
}

/// Through the whole program: what three laptops of 9999 check is not checked, and what a laptop of 9999 released is due.
#[test]
fn dates_of_9999_silence_neither_status_nor_verify() {
    let laid = Laid::of(World::begin(Policy::default()));
    let world = &laid.world;
    let three = ["alice", "bob", "carol"];
    world.seal("prod", Kind::Root, 2, &three);
    for who in three {
        world.by_clock(text(LATE), || world.check(who));
    }
    laid.lay();
    let at = |command: &str, days: u64| {
        let later = world.now().after(Seconds(days * DAY));
        laid.disk.run(&format!("{command} --time {later}"))
    };
    at("verify", 0)
        .exits(14)
        .shows("TIME-FUTURE")
        .shows("NOT-IN-FORCE")
        .shows("`carol`, dated 9999-12-30T22:00:00Z");
    at("status", 0).shows("no check yet: alice, bob, carol");
    at("status", 93).exits(15).shows("OVERDUE");
    // They check once more, and somebody releases it in 9999: that is due a day after the approvals.
    three.iter().for_each(|who| world.check(who));
    let asking = world.released_by_clocks(Some(text(LATE)), None);
    laid.lay();
    at("verify", 0)
        .exits(14)
        .shows("EXPOSED")
        .shows("(dated 9999-12-30T22:00:00Z by `carol`; what is dated by `bob` decides)");
    let due = world.began(&asking).after(Seconds(DAY + 1));
    laid.disk.run(&format!("verify --time {due}")).exits(14).shows("ROTATION-OVERDUE");
    laid.disk.run(&format!("status --time {due}")).exits(15).shows("new credentials OVERDUE");
}

/// A flat battery behind a release makes nobody overdue, and neither does that of whoever looks.
#[test]
fn a_flat_battery_makes_nobody_overdue() {
    let laid = Laid::ready();
    let world = &laid.world;
    world.released_by_clocks(Some(text(EARLY)), None);
    world.by_clock(text(EARLY), || world.writes("erin"));
    laid.lay();
    for now in [world.now().to_string(), EARLY.to_owned()] {
        let run = laid.disk.run(&format!("verify --time {now}")).exits(14).shows("EXPOSED");
        assert!(!run.out.contains("OVERDUE") && !run.out.contains("TIME-FUTURE"), "{}", run.out);
        let run = laid.disk.run(&format!("status --time {now}"));
        assert!(run.out.contains("NOTHING IS OVERDUE"), "{}", run.out);
    }
}
