//! Vaults: in force or not, checks and drills.

use breakglass::audit::status::DutyKind;
use breakglass::record::policy::Policy;
use breakglass::record::request::EndOutcome;
use breakglass::record::request::Purpose;
use breakglass::record::retire::Retire;
use breakglass::record::seal::Kind;
use breakglass::value::time::Seconds;

use crate::world::{CANARY, World, text};
use crate::{DAY, THREE, at, drill, is, kinds, overdue, shown, shows};

#[test]
fn nothing_is_sealed() {
    let world = World::begin(Policy::default());
    is(
        &shown(&world, world.now()),
        "
Example Corp, at 2026-11-23 08:01 UTC
words   EIGHT WORDS
log     sound as far as it goes: 1 record, the last at 2026-11-23 08:01

No vault is sealed.

No request is open.

NOTHING IS DUE",
    );
}

#[test]
fn checks_are_missing() {
    let world = World::begin(Policy::default());
    world.seal("prod", Kind::Root, 2, &THREE);
    world.seal(CANARY, Kind::Canary, 2, &THREE);
    world.check("alice");
    is(
        &shown(&world, world.now()),
        "
Example Corp, at 2026-11-23 08:05 UTC
words   EIGHT WORDS
log     sound as far as it goes: 4 records, the last at 2026-11-23 08:05

VAULT                   KIND    ACCOUNT       GEN  SHARES  STATE
prod                    root    123456789012  1    2 of 3  NOT IN FORCE
  no check yet: bob, carol
canary-2-of-3-ecd32c36  canary  canary        1    2 of 3  NOT IN FORCE
  no check yet: bob, carol
  no drill yet; the first due by 2027-02-23 08:03

No request is open.

TO DO
due now       first check by bob: prod and canary-2-of-3-ecd32c36
    breakglass check --all --as bob/bob
due now       first check by carol: prod and canary-2-of-3-ecd32c36
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
    shows(&later, "OVERDUE 1m    first check by bob: prod and canary-2-of-3-ecd32c36");
}

#[test]
fn in_force_until_checks_and_drill_are_due() {
    let world = World::ready();
    is(
        &shown(&world, world.now()),
        "
Example Corp, at 2026-11-23 08:09 UTC
words   EIGHT WORDS
log     sound as far as it goes: 6 records, the last at 2026-11-23 08:09

VAULT                   KIND    ACCOUNT       GEN  SHARES  STATE
prod                    root    123456789012  1    2 of 3  in force
canary-2-of-3-ecd32c36  canary  canary        1    2 of 3  in force
  no drill yet; the first due by 2027-02-23 08:03

No request is open.

Later: check by 2027-02-23 08:04, drill by 2027-02-23 08:03.
NOTHING IS DUE",
    );
    // In the last quarter of its time, a check or a drill is to be done; before that it is not spoken of.
    let (first, sealed) = (world.generation("prod").checks[&text("alice")], world.generation(CANARY).time);
    assert_eq!(kinds(&at(&world, sealed.after(Seconds(69 * DAY - 1)))), []);
    assert_eq!(kinds(&at(&world, sealed.after(Seconds(69 * DAY)))), [DutyKind::Drill]);
    assert_eq!(kinds(&at(&world, first.after(Seconds(69 * DAY)))), [DutyKind::Drill, DutyKind::Check]);
    is(
        &shown(&world, world.now().after(Seconds(92 * DAY - 120))),
        "
Example Corp, at 2027-02-23 08:07 UTC
words   EIGHT WORDS
log     sound as far as it goes: 6 records, the last at 2026-11-23 08:09

VAULT                   KIND    ACCOUNT       GEN  SHARES  STATE
prod                    root    123456789012  1    2 of 3  in force
  check OVERDUE since: alice 2027-02-23, bob 2027-02-23
  check due by: carol 2027-02-23
canary-2-of-3-ecd32c36  canary  canary        1    2 of 3  in force
  check OVERDUE since: alice 2027-02-23, bob 2027-02-23
  check due by: carol 2027-02-23
  no drill yet; the first OVERDUE since 2027-02-23 08:03

No request is open.

TO DO
OVERDUE 4m    drill by alice, bob, carol: practise an emergency on the canary
    breakglass drill canary-2-of-3-ecd32c36
OVERDUE 3m    check by alice: prod and canary-2-of-3-ecd32c36
    breakglass check --all --as alice/alice
OVERDUE 1m    check by bob: prod and canary-2-of-3-ecd32c36
    breakglass check --all --as bob/bob
due in 1m     check by carol: prod and canary-2-of-3-ecd32c36
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
fn what_is_overdue_comes_before_what_is_due_at_once() {
    let world = World::ready();
    world.pass(Seconds(93 * DAY));
    THREE.iter().for_each(|who| world.check(who));
    world.seal("prod-b", Kind::Root, 2, &THREE);
    let kinds = kinds(&at(&world, world.now()));
    assert_eq!(kinds, [&[DutyKind::Drill][..], &[DutyKind::Check; 3]].concat());
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
prod                    root    123456789012  1    2 of 3  in force
canary-2-of-3-ecd32c36  canary  canary        1    2 of 3  in force
  last drill 2027-02-24 08:19; the next due by 2027-05-27 08:19

REQUEST   VAULT                   WHO    SINCE             STATE
REQUEST.  canary-2-of-3-ecd32c36  carol  2027-02-24 08:16  RELEASED
  drill, window until 2027-02-24 12:15; approved by alice, bob (2 of 2)
  released 2027-02-24 08:19
  no end is logged: assume that these were shown: password, totp

TO DO
due now       request REQUEST. of canary-2-of-3-ecd32c36 was never ended: carol
              runs `release` once more and finishes it
    breakglass release REQUEST-FILE alice.bga bob.bga --as carol/carol
Later: check by 2027-05-27 08:10, drill by 2027-05-27 08:19.
NOTHING IS OVERDUE: 1 thing to do",
    );
    world.end(&asking, EndOutcome::Released);
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
    world.end(&asking, EndOutcome::Released);
    let later = world.now().after(Seconds(91 * DAY));
    shows(
        &shown(&world, later),
        "
other                   root    123456789012  1    2 of 3  in force
  check due by: alice 2027-02-23, bob 2027-02-23, erin 2027-02-23
  no canary, so no drill; the first due by 2027-02-23 08:10
both                    root    123456789012  1    3 of 3  in force
  check due by: alice 2027-02-23, bob 2027-02-23, carol 2027-02-23
  no canary, so no drill; the first due by 2027-02-23 08:11",
    );
    shows(
        &shown(&world, later),
        "
due in 23h    drill by alice, bob, erin: they have no canary; the next `seal`
              for them makes one",
    );
    assert_eq!(overdue(&at(&world, later.after(Seconds(2 * DAY))))[..2], [DutyKind::Drill; 2]);
}

#[test]
fn whoever_retired_owes_no_check_and_is_asked_for_nothing() {
    let world = World::begin(Policy::default());
    world.seal("prod", Kind::Root, 2, &THREE);
    world.seal(CANARY, Kind::Canary, 2, &THREE);
    ["bob", "carol"].iter().for_each(|who| world.check(who));
    world.append(Retire::of(text("alice"), text("left")), &[world.signs("dan")]).unwrap();
    let asking = world.ask("carol", "prod", world.question(Purpose::Emergency));
    let files = world.approvals(&["bob", "carol"], &asking);
    world.release(&asking, &files).unwrap();
    let screen = shown(&world, world.now());
    shows(
        &screen,
        "
prod                    root    123456789012  1    2 of 3  EXPOSED
  exposed 2026-11-23 08:10; new credentials due by 2026-11-24 08:10
  all who are left are needed to open it
  no check yet: alice
  retired, but still holding a share: alice",
    );
    shows(
        &screen,
        "
due in 23h    renew prod: seal new credentials, set them at the provider
    breakglass seal prod --generation 2 --threshold 2 --custodian bob \\
      --custodian carol --as dan/dan
due in 2d     close request REQUEST. of prod (not by carol)
    breakglass close --request REQUEST. --as bob/bob",
    );
    assert_eq!(kinds(&at(&world, world.now())), [DutyKind::Rotation, DutyKind::Close]);
    // Too few are left to seal to: others have to be chosen first.
    world.append(Retire::of(text("bob"), text("left")), &[world.signs("dan")]).unwrap();
    let status = at(&world, world.now());
    let rotation = status.duties.iter().find(|duty| duty.kind == DutyKind::Rotation).unwrap();
    assert_eq!(rotation.command, None);
}

#[test]
fn long_names_stand_whole_and_leave_the_columns_alone() {
    let world = World::begin(Policy::default());
    let long = "a-vault-of-a-name-that-goes-on-for-longer-than-its-column-has-it";
    assert_eq!(long.len(), 64);
    world.seal(long, Kind::Root, 2, &THREE);
    world.seal(CANARY, Kind::Canary, 2, &THREE);
    THREE.iter().for_each(|who| world.check(who));
    let asking = world.ask("carol", long, world.question(Purpose::Emergency));
    let files = world.approvals(&["alice", "bob"], &asking);
    world.release(&asking, &files).unwrap();
    let screen = shown(&world, world.now());
    shows(
        &screen,
        &format!(
            "
VAULT                   KIND    ACCOUNT       GEN  SHARES  STATE
{long}
                        root    123456789012  1    2 of 3  EXPOSED"
        ),
    );
    shows(&screen, &format!("{long}\nREQUEST.         carol  2026-11-23 08:10  RELEASED"));
    shows(&screen, &format!("    breakglass seal \\\n      {long} \\\n      --generation 2 --as dan/dan"));
}
