//! Requests, and what a release leaves to be done.

use breakglass::audit::status::DutyKind;
use breakglass::record::confirm::SignIn;
use breakglass::record::request::EndOutcome;
use breakglass::record::request::Purpose;
use breakglass::record::seal::Credentials;
use breakglass::record::seal::Kind;
use breakglass::record::statement::Denial;
use breakglass::value::time::Seconds;

use crate::world::{World, text};
use crate::{DAY, THREE, at, is, kinds, overdue, shown, shows};

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
  emergency, window until 2026-11-23 12:09; no approval in the log, 2 needed

TO DO
due now       answer request REQUEST. of prod: 2 more approvals are needed
    breakglass approve REQUEST-FILE --as alice/alice -o alice.bga
Later: check by 2027-02-23 08:04, drill by 2027-02-23 08:03.
NOTHING IS OVERDUE: 1 thing to do",
    );
    world.collect("bob", &[&denial]).unwrap();
    let until = world.reading().escrow.requests[0].request.not_after;
    assert_eq!(kinds(&at(&world, until)), [DutyKind::Answer]);
    shows(
        &shown(&world, until.after(Seconds(1))),
        "
REQUEST.  prod   carol  2026-11-23 08:10  WINDOW OVER
  emergency, window until 2026-11-23 12:09; no approval in the log, 2 needed
  DENIED by bob

TO DO
due now       request REQUEST. of prod: its window is over; carol ends it
    breakglass release REQUEST-FILE --withdraw --as carol/carol
Later: check by 2027-02-23 08:04, drill by 2027-02-23 08:03.
NOTHING IS OVERDUE: 1 thing to do",
    );
    world.end(&asking, EndOutcome::NotReleased);
    shows(&shown(&world, until.after(Seconds(1))), "No request is open.");
}

/// What is shown of an emergency in which alice and bob approved, and which was released to carol.
const RELEASED: &str = "
Example Corp, at 2026-11-23 08:13 UTC
words   EIGHT WORDS
log     sound as far as it goes: 8 records, the last at 2026-11-23 08:13

VAULT                   KIND    ACCOUNT       GEN  SHARES  STATE
prod                    root    123456789012  1    2 of 3  EXPOSED
  exposed 2026-11-23 08:12; new credentials due by 2026-11-24 08:12
canary-2-of-3-ecd32c36  canary  canary        1    2 of 3  in force
  no drill yet; the first due by 2027-02-23 08:03

REQUEST   VAULT  WHO    SINCE             STATE
REQUEST.  prod   carol  2026-11-23 08:10  RELEASED
  emergency, window until 2026-11-23 12:09; approved by alice, bob (2 of 2)
  released 2026-11-23 08:13; close due by 2026-11-26 08:12
  no end is logged: assume that these were shown: password, totp

TO DO
due in 23h    renew prod: seal new credentials, set them at the provider
    breakglass seal prod --generation 2 --as dan/dan
due in 2d     close request REQUEST. of prod (not by carol)
    breakglass close --request REQUEST. --as alice/alice
Later: check by 2027-02-23 08:04, drill by 2027-02-23 08:03.
NOTHING IS OVERDUE: 2 things to do";

#[test]
fn a_release_exposes_and_is_closed() {
    let world = World::ready();
    let asking = world.released();
    is(&shown(&world, world.now()), RELEASED);
    world.end(&asking, EndOutcome::Released);
    let released = world.began(&asking);
    let (rotate, close) = (released.after(Seconds(DAY)), released.after(Seconds(3 * DAY)));
    let second = Seconds(1);
    assert_eq!(overdue(&at(&world, rotate)), []);
    assert_eq!(overdue(&at(&world, rotate.after(second))), [DutyKind::Rotation]);
    assert_eq!(overdue(&at(&world, close)), [DutyKind::Rotation]);
    assert_eq!(overdue(&at(&world, close.after(second))), [DutyKind::Rotation, DutyKind::Close]);
    shows(
        &shown(&world, close.after(second)),
        "
  exposed 2026-11-23 08:12; new credentials OVERDUE since 2026-11-24 08:12
canary-2-of-3-ecd32c36  canary  canary        1    2 of 3  in force
  no drill yet; the first due by 2027-02-23 08:03

REQUEST   VAULT  WHO    SINCE             STATE
REQUEST.  prod   carol  2026-11-23 08:10  RELEASED
  emergency, window until 2026-11-23 12:09; approved by alice, bob (2 of 2)
  released 2026-11-23 08:13; close OVERDUE since 2026-11-26 08:12

TO DO
OVERDUE 2d    renew prod: seal new credentials, set them at the provider",
    );
    world.close("alice", &asking);
    let closed = at(&world, close.after(second));
    assert_eq!((overdue(&closed), closed.requests.len()), (vec![DutyKind::Rotation], 0));
    // New credentials in the next generation end the exposure once two people have confirmed them.
    world.seal("prod", Kind::Root, 2, &THREE);
    let undecided = "
prod                    root    123456789012  1    2 of 3  EXPOSED
  exposed 2026-11-23 08:12; new credentials due by 2026-11-24 08:12
  not settled which credentials are live: try generation 1 first
  who signed in with generation 2 says so: breakglass confirm prod --signed-in
    TIME
  no check of generation 2 yet: alice, bob, carol";
    shows(&shown(&world, world.now()), undecided);
    world.confirm("prod", 2, &["dan", "alice"]);
    shows(
        &shown(&world, world.now()),
        "
prod                    root    123456789012  2    2 of 3  NOT IN FORCE
  no check yet: alice, bob, carol",
    );
    assert_eq!(kinds(&at(&world, world.now())), [DutyKind::Check; 3]);
    // A vault is named once, though a check of each of its generations is owed.
    let later = at(&world, world.now().after(Seconds(93 * DAY)));
    let check = later.duties.iter().find(|duty| duty.kind == DutyKind::Check).unwrap();
    assert_eq!(check.what, "first check by alice: prod and canary-2-of-3-ecd32c36");
    for who in THREE {
        world.check(who);
    }
    assert_eq!(kinds(&at(&world, world.now())), []);
}

#[test]
fn what_is_sealed_and_not_confirmed_is_not_to_be_sealed_again() {
    let world = World::ready();
    let asking = world.released();
    world.end(&asking, EndOutcome::Released);
    world.seal("prod", Kind::Root, 2, &THREE);
    shows(
        &shown(&world, world.now()),
        "
due in 23h    prod generation 2 is sealed: once somebody has signed in at the
              provider with it, they say so
    breakglass confirm prod --generation 2 --signed-in --as alice/alice",
    );
    // What was given up is followed by another one.
    let failed = world.confirmed("dan", "prod", 2, SignIn::Failed(text("the codes are refused")));
    world.collect("dan", &[&failed]).unwrap();
    shows(&shown(&world, world.now()), "    breakglass seal prod --generation 3 --as dan/dan");
}

#[test]
fn whoever_can_settle_what_one_person_said_is_told_how() {
    let world = World::ready();
    let asking = world.released();
    world.end(&asking, EndOutcome::Released);
    world.seal("prod", Kind::Root, 2, &THREE);
    let signed_in = world.confirmed("dan", "prod", 2, SignIn::SignedIn(world.now()));
    world.collect("dan", &[&signed_in]).unwrap();
    let alone = shown(&world, world.now());
    shows(
        &alone,
        &format!(
            "
  not settled which credentials are live: try generation 1 first
  generation 2 is confirmed by dan alone; a holder who did not seal it agrees:
    breakglass agree {}
",
            signed_in.note.digest().short()
        ),
    );
    assert!(!alone.contains("breakglass confirm"), "{alone}");
    // A third generation is settled by whoever signs in with it.
    world.seal("prod", Kind::Root, 3, &THREE);
    shows(
        &shown(&world, world.now()),
        "
  who signed in with generation 3 says so: breakglass confirm prod --signed-in
    TIME
",
    );
}

#[test]
fn new_credentials_under_another_name_are_not_sealed_a_second_time() {
    let world = World::ready();
    let asking = world.released();
    world.end(&asking, EndOutcome::Released);
    world.close("alice", &asking);
    world.seal("prod-2", Kind::Root, 2, &THREE);
    THREE.iter().for_each(|who| world.check(who));
    shows(
        &shown(&world, world.now().after(Seconds(2 * DAY))),
        "
TO DO
OVERDUE 24h   prod still counts as exposed, although prod-2 was sealed for the
              same account since
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
    let other = breakglass::record::seal::Seal { account: text("999999999999"), ..other };
    world.append(other, &[world.signs("dan")]).unwrap();
    shows(
        &shown(&world, world.now()),
        "
due in 23h    renew prod: seal new credentials, set them at the provider
    breakglass seal prod --generation 2 --as dan/dan",
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
due in 2d     close request REQUEST. of prod (not by alice)
    breakglass close --request REQUEST. --as bob/bob",
    );
}

#[test]
fn a_quorum_of_approvals_without_a_release_exposes_too() {
    let world = World::ready();
    let asking = world.emergency();
    let files = world.approvals(&["alice", "bob"], &asking);
    let approvals = world.release_of(&asking, 1, &files).approvals;
    let end =
        breakglass::record::request::End { approvals, ..world.end_of(&asking, EndOutcome::NotReleased) };
    world.append(end, &[asking.signs()]).unwrap();
    let status = at(&world, world.now());
    assert_eq!((kinds(&status), status.requests.len()), (vec![DutyKind::Rotation], 0));
    shows(&shown(&world, world.now()), "  exposed 2026-11-23 08:11; new credentials due by 2026-11-24 08:11");
}

#[test]
fn the_same_credentials_settle_nothing_and_are_told_once() {
    let world = World::ready();
    for _ in 0..2 {
        let asking = world.released();
        world.end(&asking, EndOutcome::Released);
        world.close("alice", &asking);
        let same = world.make_seal("prod", Kind::Root, 2, &THREE, Credentials::Same);
        world.append(same.seal.clone(), &[world.signs("dan")]).unwrap();
        world.keep_sealed(same);
    }
    let status = at(&world, world.now());
    assert_eq!(kinds(&status).iter().filter(|kind| **kind == DutyKind::Rotation).count(), 1);
    assert_eq!((status.vaults[0].generation, status.vaults[0].newest_generation), (1, 3));
}
