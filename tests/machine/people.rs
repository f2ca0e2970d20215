//! What people do, and what happens to them. As every move, each says whether it had its effect.

use breakglass::escrow::Reading;
use breakglass::record::request::{End, EndOutcome};
use breakglass::record::retire::Retire;
use breakglass::record::seal::{Credentials, Kind};

use crate::dice::{any, approved, files, is_open_at, is_sound, safe, who};
use crate::safes::{CUSTODIANS, Safes};
use crate::world::Fault;

pub fn ask(safes: &Safes, dice: &[u8; 4]) -> bool {
    if !safes.has_footing(safe(dice), who(dice[1])) {
        return false;
    }
    let open = safes.ask(safe(dice), who(dice[1]));
    // Most are approved at once: by nobody, one, two or all three.
    for person in CUSTODIANS.iter().take([0, 2, 2, 3, 1, 2][usize::from(dice[3]) % 6]) {
        safes.approve(&open, person);
    }
    true
}

pub fn approve(safes: &Safes, dice: &[u8; 4]) -> bool {
    let Some(open) = any(safes, dice[1]) else { return false };
    let person = who(dice[2]);
    if open.borrow().approvals.iter().any(|(who, _)| *who == person) {
        return false;
    }
    safes.approve(&open, person);
    true
}

/// A threshold of custodians stands there with their keys: whatever became of the log, they get in.
pub fn release(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    let Some(open) = approved(safes, dice[1]) else { return false };
    let ended = Reading::of(safes.safes.borrow()[at].bytes.clone()).is_ok_and(|reading| {
        reading.escrow.request(&open.borrow().asking.record).is_some_and(|asked| asked.end.is_some())
    });
    if ended {
        return false;
    }
    safes.release_honestly(at, &open);
    true
}

pub fn end(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    let Some(open) = any(safes, dice[1]) else { return false };
    let open = open.borrow();
    if !is_open_at(safes, at, &open.asking) {
        return false;
    }
    safes.at(at, |world| {
        let released = world.reading().escrow.request(&open.asking.record).unwrap().is_released();
        let end = if released {
            world.end_of(&open.asking, EndOutcome::Released)
        } else {
            End::nothing(open.asking.record)
        };
        world.append(end, &[open.asking.signs()]).unwrap();
    });
    true
}

pub fn check(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    if !is_sound(safes, at) {
        return false;
    }
    safes.at(at, |world| world.check(who(dice[1])));
    true
}

/// A check that was made at one safe, and written to a file, is taken at the other, or at the same one later; unless
/// its head is of another history.
pub fn collect(safes: &Safes, dice: &[u8; 4]) -> bool {
    let (to, person) = (safe(dice), who(dice[1]));
    let from = if dice[2] & 1 == 0 { to } else { 1 - to };
    if !is_sound(safes, from) || !is_sound(safes, to) {
        return false;
    }
    let one = safes.at(from, |world| world.checked(person));
    safes.at(to, |world| {
        if dice[3] & 1 == 0 {
            world.check("carol");
        }
        let escrow = world.reading().escrow;
        let known = escrow.may_be_ancestor(&one.statement.head);
        assert_eq!(escrow.verify_statement(one.note.clone()).is_ok(), known);
        // Where it is known, it may be of a generation that only the other safe knows.
        known && world.collect("carol", &[&one]).is_ok()
    })
}

pub fn seal(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    if !is_sound(safes, at) {
        return false;
    }
    safes.at(at, |world| {
        let sealed = world.make_seal("prod", Kind::Root, 2, &CUSTODIANS, Credentials::New);
        let anybody_retired =
            CUSTODIANS.iter().any(|who| world.reading().escrow.has_retired(world.person(who).id()));
        let logged = world.append(sealed.seal.clone(), &[world.signs("dan")]).is_ok();
        assert_eq!(
            logged, !anybody_retired,
            "nothing is sealed to somebody who retired, and to nobody else not"
        );
        if logged {
            world.keep_sealed(sealed);
        }
        logged
    })
}

pub fn crash(safes: &Safes, dice: &[u8; 4]) -> bool {
    const FAULTS: [Fault; 5] =
        [Fault::Fails, Fault::Loses, Fault::Changes, Fault::Tears, Fault::FailsToReread];
    let at = safe(dice);
    let Some(open) = approved(safes, dice[1]) else { return false };
    let open = open.borrow();
    if !is_open_at(safes, at, &open.asking) {
        return false;
    }
    let fault = FAULTS[usize::from(dice[2]) % FAULTS.len()];
    let shown = safes.release(at, &open.asking, &files(&open), fault);
    assert!(shown.is_err(), "{fault:?}: shown, and the medium failed");
    true
}

/// The release is logged and shown, and nobody ends it: the same again is the next attempt.
pub fn crash_after(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    let Some(open) = approved(safes, dice[1]) else { return false };
    let open = open.borrow();
    if !is_open_at(safes, at, &open.asking) {
        return false;
    }
    for _ in 0..2 {
        safes.release(at, &open.asking, &files(&open), Fault::None).unwrap();
    }
    true
}

/// Somebody retires, and their keys still count: it is marked, and refuses nothing.
pub fn retire(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    if !is_sound(safes, at) {
        return false;
    }
    let person = who(dice[1]);
    safes.at(at, |world| {
        if world.reading().escrow.has_retired(world.person(person).id()) {
            return false;
        }
        let says = Retire::of(world.person(person).id().clone(), "left".parse().unwrap());
        world.append(says, &[world.signs("dan")]).is_ok()
    })
}
