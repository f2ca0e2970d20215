//! The log itself: gaps, damage, findings, and the clock it is read by.

use breakglass::crypto::digest::Digest;
use breakglass::record::finding::Severity;
use breakglass::record::head::Head;
use breakglass::record::repair::Continue;
use breakglass::record::request::Purpose;
use breakglass::record::seal::Credentials;
use breakglass::record::seal::Kind;
use breakglass::value::time::Time;

use crate::world::World;
use crate::{THREE, at, shown, shows};

#[test]
fn a_gap_is_told_at_the_top() {
    let world = World::ready();
    let (tail, missing) = (world.head(), Digest::of(b"missing"));
    let from = Head { size: tail.size + 4000, seq: tail.seq + 3, hash: missing };
    let says = Continue { from, last: Some(tail), left: None, kept: Vec::new() };
    world.forge_framed(says, &[world.signs("alice")], |entry| {
        entry.seq = from.seq + 1;
        entry.prev = from.hash;
    });
    let status = at(&world, world.now());
    assert_eq!(status.worst(), Some(Severity::Truncated));
    let screen = shown(&world, world.now());
    assert!(
        screen.starts_with(&format!(
            "TRUNCATED: Records that should be in this log are missing.
  record 6: records 6 to 8, left out by `alice`; the last of them is
    {missing}
Add nothing to this log. Run `breakglass verify`, and compare other copies.
Below is only the part of the log that could be read.

Example Corp, at 2026-11-23 08:10 UTC
words   EIGHT WORDS
log     NOT SOUND, see above: 10 records, the last at 2026-11-23 08:10
"
        )),
        "{screen}"
    );
    shows(&screen, "TRUNCATED: the log is not sound; see the top, and `breakglass verify`");
}

#[test]
fn damage_is_told_at_the_top_and_what_is_good_below_it() {
    let world = World::ready();
    let good = world.bytes();
    world.set_bytes([&good[..], b"{\"type\":"].concat());
    let status = at(&world, world.now());
    assert_eq!((status.worst(), status.vaults.len()), (Some(Severity::Torn), 2));
    let screen = shown(&world, world.now());
    assert!(
        screen.starts_with("TORN: The log ends in bytes that are not a record.\n  record 6, byte "),
        "{screen}"
    );
    // Many rules broken: the worst are told, and how many more there are.
    world.set_bytes(good);
    for _ in 0..5 {
        let seal = world.make_seal("prod", Kind::Root, 2, &THREE, Credentials::New).seal;
        world.forge(breakglass::record::seal::Seal { generation: 9, ..seal }, &[world.signs("dan")]);
    }
    let status = at(&world, world.now());
    assert_eq!((status.worst(), status.trouble.len()), (Some(Severity::Tampered), 5));
    let screen = shown(&world, world.now());
    shows(&screen, "and 2 more.");
    assert_eq!(screen.lines().filter(|line| line.starts_with("TAMPERED: A generation")).count(), 3);
}

#[test]
fn findings_about_what_happened_are_counted() {
    let world = World::ready();
    let question = world.question(Purpose::Emergency);
    let question = breakglass::ceremony::request::RequestPlan {
        reason: breakglass::record::request::Reason::Other,
        ..question
    };
    world.ask("carol", "prod", question);
    assert_eq!(at(&world, world.now()).findings, 1);
    shows(&shown(&world, world.now()), "        1 finding about what happened: `breakglass verify`");
}

#[test]
fn a_clock_that_is_behind_is_not_taken_for_good_news() {
    let world = World::ready();
    let last = world.reading().escrow.time;
    assert!(!at(&world, last).is_clock_behind());
    let stopped = Time::from_unix(0).unwrap();
    shows(
        &shown(&world, stopped),
        "
Example Corp, at 1970-01-01 00:00 UTC
words   EIGHT WORDS
log     sound as far as it goes: 6 records, the last at 2026-11-23 08:09
        THE CLOCK IS BEHIND the last record: set it, or give --time",
    );
}
