//! What `status` tells in each state, line by line; and that what it says to type is taken.

#[path = "world/mod.rs"]
mod world;

use breakglass::audit::status::{DutyKind, Status, screen, status};
use breakglass::cli::args::Cli;
use breakglass::crypto::digest::Digest;
use breakglass::finding::Severity;
use breakglass::log::entry::Retire;
use breakglass::log::head::Head;
use breakglass::log::repair::Continue;
use breakglass::policy::Policy;
use breakglass::request::{Outcome, Purpose};
use breakglass::statement::Denial;
use breakglass::time::{Seconds, Time};
use breakglass::vault::{Credentials, Kind};
use breakglass::words::Words;
use clap::Parser as _;
use world::{Asking, World, text};

const DAY: u64 = 86_400;
const THREE: [&str; 3] = ["alice", "bob", "carol"];

/// Where the world's escrow stands at `now`.
fn at(world: &World, now: Time) -> Status {
    status(&world.reading(), now)
}

/// The screen, with what differs from run to run replaced, after asking what holds of every screen: it fits,
/// and what is to be typed is taken.
#[track_caller]
fn shown(world: &World, now: Time) -> String {
    let status = at(world, now);
    for duty in &status.duties {
        let Some(command) = &duty.command else { continue };
        if let Err(error) = Cli::try_parse_from(command.split(' ')) {
            panic!("{command}: {error}");
        }
    }
    let lines = screen(&status);
    for line in &lines {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let mut text = lines.join("\n").replace(&Words::of(&world.id()).to_string(), "EIGHT WORDS");
    for asked in &world.reading().escrow.requests {
        text = text.replace(&asked.record.short(), "REQUEST.");
    }
    text
}

/// Asserts that the screen is, or has among its lines, what is expected.
#[track_caller]
fn shows(screen: &str, expected: &str) {
    let expected = expected.trim_start_matches('\n').trim_end();
    let among = format!("\n{screen}\n").contains(&format!("\n{expected}\n"));
    assert!(among, "there is no\n{expected}\nin\n{screen}");
}

/// Asserts that the screen is exactly what is expected.
#[track_caller]
fn is(screen: &str, expected: &str) {
    let expected = expected.trim_start_matches('\n').trim_end();
    assert!(screen == expected, "\n{screen}\nis not\n{expected}");
}

/// Carol drills with alice and bob; the drill is not ended.
fn drill(world: &World) -> Asking {
    let asking = world.ask("carol", "canary", world.question(Purpose::Drill));
    let files = world.approvals(&["alice", "bob"], &asking);
    world.release(&asking, &files).unwrap();
    asking
}

fn kinds(status: &Status) -> Vec<DutyKind> {
    status.duties.iter().map(|duty| duty.kind).collect()
}

fn overdue(status: &Status) -> Vec<DutyKind> {
    status.duties.iter().filter(|duty| duty.overdue).map(|duty| duty.kind).collect()
}

#[test]
fn nothing_is_sealed() {
    let world = World::begin(Policy::default());
    is(
        &shown(&world, world.now()),
        "
Example Corp, at 2026-11-23 08:01 UTC
words   EIGHT WORDS
log     sound as far as it goes: 1 entry, the last at 2026-11-23 08:01

No vault is sealed.

No request is open.

NOTHING IS DUE",
    );
}

#[test]
fn checks_are_missing() {
    let world = World::begin(Policy::default());
    world.seal("prod", Kind::Root, 2, &THREE);
    world.seal("canary", Kind::Canary, 2, &THREE);
    world.check("alice");
    is(
        &shown(&world, world.now()),
        "
Example Corp, at 2026-11-23 08:05 UTC
words   EIGHT WORDS
log     sound as far as it goes: 4 entries, the last at 2026-11-23 08:05

VAULT   KIND    ACCOUNT       GEN  SHARES  STATE
prod    root    123456789012  1    2 of 3  NOT IN FORCE
  no check yet: bob, carol
canary  canary  123456789012  1    2 of 3  NOT IN FORCE
  no check yet: bob, carol
  no drill yet; the first due by 2027-02-23 08:03

No request is open.

TO DO
due now       first check by bob: prod and canary
    breakglass check --all --as bob/bob
due now       first check by carol: prod and canary
    breakglass check --all --as carol/carol
Later: drill by 2027-02-23 08:03.
NOTHING IS OVERDUE: 2 things to do",
    );
    // The first check is due as long after the seal as each later one after the one before.
    let prod = world.generation("prod").time.after(Seconds(92 * DAY));
    assert_eq!(overdue(&at(&world, prod)), []);
    assert_eq!(overdue(&at(&world, prod.after(Seconds(1)))), [DutyKind::Check; 2]);
    let later = shown(&world, prod.after(Seconds(1)));
    shows(
        &later,
        "  no check yet: bob, carol, OVERDUE since 2027-02-23 08:02\n  check due by: alice 2027-02-23",
    );
    shows(&later, "OVERDUE 1m    first check by bob: prod and canary");
}

#[test]
fn in_force_until_checks_and_drill_are_due() {
    let world = World::ready();
    is(
        &shown(&world, world.now()),
        "
Example Corp, at 2026-11-23 08:09 UTC
words   EIGHT WORDS
log     sound as far as it goes: 6 entries, the last at 2026-11-23 08:09

VAULT   KIND    ACCOUNT       GEN  SHARES  STATE
prod    root    123456789012  1    2 of 3  in force
canary  canary  123456789012  1    2 of 3  in force
  no drill yet; the first due by 2027-02-23 08:03

No request is open.

Later: check by 2027-02-23 08:04, drill by 2027-02-23 08:03.
NOTHING IS DUE",
    );
    // In the last quarter of its time, a check or a drill is to be done; before that it is not spoken of.
    let (first, sealed) = (world.generation("prod").checks[&text("alice")], world.generation("canary").time);
    assert_eq!(kinds(&at(&world, sealed.after(Seconds(69 * DAY - 1)))), []);
    assert_eq!(kinds(&at(&world, sealed.after(Seconds(69 * DAY)))), [DutyKind::Drill]);
    assert_eq!(kinds(&at(&world, first.after(Seconds(69 * DAY)))), [DutyKind::Drill, DutyKind::Check]);
    is(
        &shown(&world, world.now().after(Seconds(92 * DAY - 120))),
        "
Example Corp, at 2027-02-23 08:07 UTC
words   EIGHT WORDS
log     sound as far as it goes: 6 entries, the last at 2026-11-23 08:09

VAULT   KIND    ACCOUNT       GEN  SHARES  STATE
prod    root    123456789012  1    2 of 3  in force
  check OVERDUE since: alice 2027-02-23, bob 2027-02-23
  check due by: carol 2027-02-23
canary  canary  123456789012  1    2 of 3  in force
  check OVERDUE since: alice 2027-02-23, bob 2027-02-23
  check due by: carol 2027-02-23
  no drill yet; the first OVERDUE since 2027-02-23 08:03

No request is open.

TO DO
OVERDUE 4m    drill by alice, bob, carol: approve and release as in an emergency
    breakglass request canary --purpose drill --reason other --ticket DRILL \\
      --justification drill --as alice/alice -o drill.bgr
OVERDUE 3m    check by alice: prod and canary
    breakglass check --all --as alice/alice
OVERDUE 1m    check by bob: prod and canary
    breakglass check --all --as bob/bob
due in 1m     check by carol: prod and canary
    breakglass check --all --as carol/carol
OVERDUE: 3 of 4 things to do",
    );
    // Each its own check and its own second.
    assert_eq!(overdue(&at(&world, first.after(Seconds(92 * DAY)))), [DutyKind::Drill]);
    assert_eq!(overdue(&at(&world, first.after(Seconds(92 * DAY + 1)))), [DutyKind::Drill, DutyKind::Check]);
    world.pass(Seconds(100 * DAY));
    world.check("alice");
    assert_eq!(overdue(&at(&world, world.now())), [DutyKind::Drill, DutyKind::Check, DutyKind::Check]);
}

#[test]
fn a_request_waits_and_its_window_ends() {
    let world = World::ready();
    let asking = world.emergency();
    let denial = world.state("bob", Denial { request: asking.record, because: text("no such incident") });
    let waiting = shown(&world, world.now());
    shows(
        &waiting,
        "
REQUEST   VAULT  WHO    SINCE             STATE
REQUEST.  prod   carol  2026-11-23 08:10  waiting
  emergency, window until 2026-11-23 12:09; no approval in the log, 2 are needed

Later: check by 2027-02-23 08:04, drill by 2027-02-23 08:03.
NOTHING IS DUE, and a request is open",
    );
    world.collect("bob", &[&denial]).unwrap();
    let until = world.reading().escrow.requests[0].request.not_after;
    assert_eq!(kinds(&at(&world, until)), []);
    shows(
        &shown(&world, until.after(Seconds(1))),
        "
REQUEST.  prod   carol  2026-11-23 08:10  WINDOW OVER
  emergency, window until 2026-11-23 12:09; no approval in the log, 2 are needed
  DENIED by bob

TO DO
due now       end request REQUEST. of prod, whose window is over, by carol
    breakglass release req.bgr --withdraw --as carol/carol
Later: check by 2027-02-23 08:04, drill by 2027-02-23 08:03.
NOTHING IS OVERDUE: 1 thing to do",
    );
    world.end(&asking, Outcome::NotReleased);
    shows(&shown(&world, until.after(Seconds(1))), "No request is open.");
}

#[test]
fn a_release_exposes_and_is_closed() {
    let world = World::ready();
    let asking = world.released();
    is(
        &shown(&world, world.now()),
        "
Example Corp, at 2026-11-23 08:13 UTC
words   EIGHT WORDS
log     sound as far as it goes: 8 entries, the last at 2026-11-23 08:13

VAULT   KIND    ACCOUNT       GEN  SHARES  STATE
prod    root    123456789012  1    2 of 3  EXPOSED
  exposed 2026-11-23 08:13; new credentials due by 2026-11-24 08:13
canary  canary  123456789012  1    2 of 3  in force
  no drill yet; the first due by 2027-02-23 08:03

REQUEST   VAULT  WHO    SINCE             STATE
REQUEST.  prod   carol  2026-11-23 08:10  RELEASED
  emergency, window until 2026-11-23 12:09; approved by alice, bob (2 of 2)
  released 2026-11-23 08:13; close due by 2026-11-26 08:13
  no end is logged: assume that password, totp were shown

TO DO
due in 24h    new password and MFA for prod at the provider; then seal them
    breakglass seal prod-2 --threshold 2 --custodian alice --custodian bob \\
      --custodian carol --as dan/dan
due in 3d     close request REQUEST. of prod (not by carol)
    breakglass close --request REQUEST. --as alice/alice
Later: check by 2027-02-23 08:04, drill by 2027-02-23 08:03.
NOTHING IS OVERDUE: 2 things to do",
    );
    world.end(&asking, Outcome::Released);
    let released = world.reading().escrow.requests[0].releases[0].time;
    let (rotate, close) = (released.after(Seconds(DAY)), released.after(Seconds(3 * DAY)));
    let second = Seconds(1);
    assert_eq!(overdue(&at(&world, rotate)), []);
    assert_eq!(overdue(&at(&world, rotate.after(second))), [DutyKind::Rotation]);
    assert_eq!(overdue(&at(&world, close)), [DutyKind::Rotation]);
    assert_eq!(overdue(&at(&world, close.after(second))), [DutyKind::Rotation, DutyKind::Close]);
    shows(
        &shown(&world, close.after(second)),
        "
  exposed 2026-11-23 08:13; new credentials OVERDUE since 2026-11-24 08:13
canary  canary  123456789012  1    2 of 3  in force
  no drill yet; the first due by 2027-02-23 08:03

REQUEST   VAULT  WHO    SINCE             STATE
REQUEST.  prod   carol  2026-11-23 08:10  RELEASED
  emergency, window until 2026-11-23 12:09; approved by alice, bob (2 of 2)
  released 2026-11-23 08:13; close OVERDUE since 2026-11-26 08:13

TO DO
OVERDUE 2d    new password and MFA for prod at the provider; then seal them",
    );
    world.close("alice", &asking);
    let closed = at(&world, close.after(second));
    assert_eq!((overdue(&closed), closed.requests.len()), (vec![DutyKind::Rotation], 0));
    // New credentials in the next generation end the exposure.
    world.seal("prod", Kind::Root, 2, &THREE);
    shows(
        &shown(&world, world.now()),
        "
prod    root    123456789012  1    2 of 3  NOT IN FORCE
  generation 2 is sealed, and not current yet
  no check of generation 2 yet: alice, bob, carol",
    );
    assert_eq!(kinds(&at(&world, world.now())), [DutyKind::Check; 3]);
    // A vault is named once, though a check of each of its generations is owed.
    let later = at(&world, world.now().after(Seconds(93 * DAY)));
    let check = later.duties.iter().find(|duty| duty.kind == DutyKind::Check).unwrap();
    assert_eq!(check.what, "first check by alice: prod and canary");
    for who in THREE {
        world.check(who);
    }
    assert_eq!(kinds(&at(&world, world.now())), []);
}

#[test]
fn new_credentials_under_another_name_are_not_sealed_a_second_time() {
    let world = World::ready();
    let asking = world.released();
    world.end(&asking, Outcome::Released);
    world.close("alice", &asking);
    world.seal("prod-2", Kind::Root, 2, &THREE);
    THREE.iter().for_each(|who| world.check(who));
    shows(
        &shown(&world, world.now().after(Seconds(2 * DAY))),
        "
TO DO
OVERDUE 24h   prod stays exposed, although prod-2 of its account was sealed
              since
Later: check by 2027-02-23 08:18, drill by 2027-02-23 08:03.
OVERDUE: 1 of 1 thing to do",
    );
}

#[test]
fn a_vault_that_was_there_before_or_is_of_another_account_holds_no_newer_credentials() {
    let world = World::ready();
    world.seal("mfa", Kind::Root, 2, &THREE);
    world.released();
    let other = world.make_seal("other", Kind::Root, 2, &THREE, Credentials::New).seal;
    let other = breakglass::vault::Seal { account: text("999999999999"), ..other };
    world.append(other, &[world.signs("dan")]).unwrap();
    shows(
        &shown(&world, world.now()),
        "
due in 23h    new password and MFA for prod at the provider; then seal them
    breakglass seal prod-2 --threshold 2 --custodian alice --custodian bob \\
      --custodian carol --as dan/dan",
    );
}

#[test]
fn whoever_asked_is_not_told_to_close_while_somebody_else_can() {
    let world = World::ready();
    let asking = world.ask("alice", "prod", world.question(Purpose::Maintenance));
    let files = world.approvals(&["alice", "bob"], &asking);
    world.release(&asking, &files).unwrap();
    shows(
        &shown(&world, world.now()),
        "
due in 3d     close request REQUEST. of prod (not by alice)
    breakglass close --request REQUEST. --as bob/bob",
    );
}

#[test]
fn what_is_overdue_comes_before_what_is_due_at_once() {
    let world = World::ready();
    world.pass(Seconds(93 * DAY));
    THREE.iter().for_each(|who| world.check(who));
    world.seal("prod-b", Kind::Root, 2, &THREE);
    let kinds = kinds(&at(&world, world.now()));
    assert_eq!(kinds, [&[DutyKind::Drill][..], &[DutyKind::Check; 3]].concat());
}

#[test]
fn a_quorum_of_approvals_without_a_release_exposes_too() {
    let world = World::ready();
    let asking = world.emergency();
    let files = world.approvals(&["alice", "bob"], &asking);
    let approvals = world.release_of(&asking, 1, &files).approvals;
    let end = breakglass::request::End { approvals, ..world.end_of(&asking, Outcome::NotReleased) };
    world.append(end, &[asking.signs()]).unwrap();
    let status = at(&world, world.now());
    assert_eq!((kinds(&status), status.requests.len()), (vec![DutyKind::Rotation], 0));
    shows(&shown(&world, world.now()), "  exposed 2026-11-23 08:12; new credentials due by 2026-11-24 08:12");
}

#[test]
fn a_drill_counts_from_its_release_and_is_over_with_its_end() {
    let world = World::ready();
    world.pass(Seconds(93 * DAY));
    THREE.iter().for_each(|who| world.check(who));
    assert_eq!(overdue(&at(&world, world.now())), [DutyKind::Drill]);
    let asking = drill(&world);
    shows(
        &shown(&world, world.now()),
        "
prod    root    123456789012  1    2 of 3  in force
canary  canary  123456789012  1    2 of 3  in force
  last drill 2027-02-24 08:19; the next due by 2027-05-27 08:19

REQUEST   VAULT   WHO    SINCE             STATE
REQUEST.  canary  carol  2027-02-24 08:16  RELEASED
  drill, window until 2027-02-24 12:15; approved by alice, bob (2 of 2)
  released 2027-02-24 08:19
  no end is logged: assume that password, totp were shown

TO DO
due now       end request REQUEST. of canary: release it again to its end, by
              carol
    breakglass release req.bgr alice.bga bob.bga --as carol/carol
Later: check by 2027-05-27 08:10, drill by 2027-05-27 08:19.
NOTHING IS OVERDUE: 1 thing to do",
    );
    world.end(&asking, Outcome::Released);
    let status = at(&world, world.now());
    assert_eq!((kinds(&status), status.requests.len()), (vec![], 0));
}

#[test]
fn a_drill_on_other_peoples_canary_does_not_count() {
    let world = World::ready();
    world.seal("other", Kind::Root, 2, &["alice", "bob", "erin"]);
    world.seal("both", Kind::Root, 3, &THREE);
    ["alice", "bob", "carol", "erin"].iter().for_each(|who| world.check(who));
    let asking = drill(&world);
    world.end(&asking, Outcome::Released);
    let later = world.now().after(Seconds(91 * DAY));
    shows(
        &shown(&world, later),
        "
other   root    123456789012  1    2 of 3  in force
  check due by: alice 2027-02-23, bob 2027-02-23, erin 2027-02-23
  no canary, so no drill; the first due by 2027-02-23 08:10
both    root    123456789012  1    3 of 3  in force
  check due by: alice 2027-02-23, bob 2027-02-23, carol 2027-02-23
  no canary, so no drill; the first due by 2027-02-23 08:11",
    );
    shows(
        &shown(&world, later),
        "
due in 23h    drill by alice, bob, erin: they have no canary; the next `seal`
              for them makes it",
    );
    assert_eq!(overdue(&at(&world, later.after(Seconds(2 * DAY))))[..2], [DutyKind::Drill; 2]);
}

#[test]
fn whoever_retired_owes_no_check_and_is_asked_for_nothing() {
    let world = World::begin(Policy::default());
    world.seal("prod", Kind::Root, 2, &THREE);
    world.seal("canary", Kind::Canary, 2, &THREE);
    ["bob", "carol"].iter().for_each(|who| world.check(who));
    world.append(Retire { person: text("alice"), because: text("left") }, &[world.signs("dan")]).unwrap();
    let asking = world.ask("carol", "prod", world.question(Purpose::Emergency));
    let files = world.approvals(&["bob", "carol"], &asking);
    world.release(&asking, &files).unwrap();
    let screen = shown(&world, world.now());
    shows(
        &screen,
        "
prod    root    123456789012  1    2 of 3  EXPOSED
  exposed 2026-11-23 08:12; new credentials due by 2026-11-24 08:12
  no check yet: alice
  retired, and still holding a share: alice",
    );
    shows(
        &screen,
        "
due in 24h    new password and MFA for prod at the provider; then seal them
    breakglass seal prod-2 --threshold 2 --custodian bob --custodian carol \\
      --as dan/dan
due in 3d     close request REQUEST. of prod (not by carol)
    breakglass close --request REQUEST. --as bob/bob",
    );
    assert_eq!(kinds(&at(&world, world.now())), [DutyKind::Rotation, DutyKind::Close]);
    // Too few are left to seal to: others have to be chosen first.
    world.append(Retire { person: text("bob"), because: text("left") }, &[world.signs("dan")]).unwrap();
    let status = at(&world, world.now());
    let rotation = status.duties.iter().find(|duty| duty.kind == DutyKind::Rotation).unwrap();
    assert_eq!(rotation.command, None);
}

#[test]
fn the_same_credentials_settle_nothing_and_are_told_once() {
    let world = World::ready();
    for _ in 0..2 {
        let asking = world.released();
        world.end(&asking, Outcome::Released);
        world.close("alice", &asking);
        let same = world.make_seal("prod", Kind::Root, 2, &THREE, Credentials::Same);
        world.append(same.seal.clone(), &[world.signs("dan")]).unwrap();
        world.keep_sealed(same);
    }
    let status = at(&world, world.now());
    assert_eq!(kinds(&status).iter().filter(|kind| **kind == DutyKind::Rotation).count(), 1);
    assert_eq!((status.vaults[0].generation, status.vaults[0].newest_generation), (1, 3));
}

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
            "TRUNCATED: The log went on without records that are known of.
  entry 6: records 6 to 8; the last of them is
    {missing}
Do not build on this log. See `breakglass verify`, and compare other copies.
What follows is no more than what can be read of it.

Example Corp, at 2026-11-23 08:10 UTC
words   EIGHT WORDS
log     NOT SOUND, see above: 10 entries, the last at 2026-11-23 08:10
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
        screen.starts_with("TORN: The log ends in bytes that are no record.\n  entry 6, byte "),
        "{screen}"
    );
    // Many rules broken: the worst are told, and how many more there are.
    world.set_bytes(good);
    for _ in 0..5 {
        let seal = world.make_seal("prod", Kind::Root, 2, &THREE, Credentials::New).seal;
        world.forge(breakglass::vault::Seal { generation: 9, ..seal }, &[world.signs("dan")]);
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
    let question =
        breakglass::ceremony::request::Question { reason: breakglass::request::Reason::Other, ..question };
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
log     sound as far as it goes: 6 entries, the last at 2026-11-23 08:09
        THE CLOCK IS BEHIND the last entry: set it, or give --time",
    );
}

#[test]
fn long_names_stand_whole_and_leave_the_columns_alone() {
    let world = World::begin(Policy::default());
    let long = "a-vault-of-a-name-that-goes-on-for-longer-than-its-column-has-it";
    assert_eq!(long.len(), 64);
    world.seal(long, Kind::Root, 2, &THREE);
    world.seal("canary", Kind::Canary, 2, &THREE);
    THREE.iter().for_each(|who| world.check(who));
    let asking = world.ask("carol", long, world.question(Purpose::Emergency));
    let files = world.approvals(&["alice", "bob"], &asking);
    world.release(&asking, &files).unwrap();
    let screen = shown(&world, world.now());
    shows(
        &screen,
        &format!(
            "
VAULT   KIND    ACCOUNT       GEN  SHARES  STATE
{long}
        root    123456789012  1    2 of 3  EXPOSED"
        ),
    );
    shows(&screen, &format!("{long}\nREQUEST.         carol  2026-11-23 08:10  RELEASED"));
    // The next name is as long as a name can be.
    shows(&screen, &format!("    breakglass seal \\\n      {}-2 \\", &long[..60]));
}
