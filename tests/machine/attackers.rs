//! What people do with programs of their own, and with clocks, books and files that are not as they should be. As every
//! move, each says whether it had its effect.

use std::cell::RefCell;
use std::rc::Rc;

use breakglass::ceremony::approve::ApprovalFile;
use breakglass::ceremony::release::gather;
use breakglass::crypto::digest::Digest;
use breakglass::escrow::Reading;
use breakglass::record::frame::RecordBody;
use breakglass::record::head::Head;
use breakglass::record::retire::Retire;
use serde::{Deserialize, Serialize};

use crate::dice::{approved, files, is_open_at, is_sound, safe, who};
use crate::safes::{Open, Safes};
use crate::world::environment;

/// The end of what a requester plans looks like the screen of a drill.
const DRILL: &str =
    "  vault      canary-2-of-3-0a1b2c3d generation 1 (canary)  account    canary  purpose    drill";

/// Carol asks with a program of her own: nothing is listed, the window never ends, and what she plans fills screens. Often
/// she has retired. The genuine program of whoever approves shows all of it.
pub fn ask_silently(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    if !is_sound(safes, at) {
        return false;
    }
    let (asking, generation) = safes.at(at, |world| {
        let carol = world.person("carol").id();
        if dice[1] & 1 == 0 && !world.reading().escrow.has_retired(carol) {
            world.append(Retire::of(carol.clone(), "left".parse().unwrap()), &[world.signs("dan")]).unwrap();
        }
        let mut generation = None;
        let asking = world.ask_silently(|request| {
            if dice[2] & 1 == 0 {
                request.not_after = "9999-12-30T22:00:00Z".parse().unwrap();
            }
            let planned = format!("{}{DRILL}", "what is planned, ".repeat(20));
            request.actions = vec![planned.parse().unwrap(); usize::from(dice[3] % 64)];
            generation = Some((request.vault, request.generation));
        });
        (asking, generation.unwrap())
    });
    let open = Rc::new(RefCell::new(Open { asking, generation, approvals: Vec::new() }));
    safes.open.borrow_mut().push(Rc::clone(&open));
    for person in ["alice", "bob"] {
        safes.approve(&open, person);
    }
    true
}

/// One person's program invents that records are missing, up to a head that nobody ever had.
pub fn invent_gap(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    if !is_sound(safes, at) {
        return false;
    }
    safes.at(at, |world| {
        let head = world.head();
        let seq = head.seq + 1 + u64::from(dice[2]);
        let hash = Digest::of(&dice[1..]);
        world.continue_after(who(dice[1]), Head { size: head.size + 1000, seq, hash });
        world.reading().escrow.has_gaps()
    })
}

/// Somebody checks, or asks, on a machine whose clock is wrong.
pub fn wrong_clock(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    if !is_sound(safes, at) {
        return false;
    }
    let clock = safes.world.wrong_clocks()[usize::from(dice[2] & 3)];
    safes.world.by_clock(clock, || safes.at(at, |world| world.check(who(dice[1]))));
    true
}

/// Somebody's book is gone.
pub fn lose_book(safes: &Safes, dice: &[u8; 4]) -> bool {
    let person = who(dice[1]);
    if safes.world.person(person).book.borrow().records().next().is_none() {
        return false;
    }
    safes.lose_book(person);
    true
}

/// The payload at a safe is missing or changed when a threshold of custodians stands there: nothing is logged, nothing is shown,
/// and the request goes on with another copy of it.
pub fn change_payload(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    let Some(open) = approved(safes, dice[1]) else { return false };
    let open = open.borrow();
    if !is_open_at(safes, at, &open.asking) {
        return false;
    }
    safes.at(at, |world| {
        let escrow = world.reading().escrow;
        let request = &escrow.request(&open.asking.record).unwrap().request;
        let sealed = world.files_of(&escrow.generation(&request.vault, request.generation).unwrap().seal);
        let mut payload = sealed.payload.clone();
        match dice[2] % 3 {
            0 => payload.clear(),
            1 => payload.truncate(payload.len() / 2),
            _ => {
                let place = usize::from(dice[3]) % payload.len();
                payload[place] ^= 1;
            }
        }
        let files = files(&open).iter().map(|file| ApprovalFile::parse(file).unwrap()).collect();
        let Ok(gathered) = gather(&escrow, &open.asking.record, &open.asking.session, files) else {
            return false;
        };
        let deviations = gathered.deviations(&environment(), world.now());
        assert!(
            gathered.reconstruct(&payload, deviations, environment()).is_err(),
            "another payload is taken"
        );
        true
    })
}

/// What no program of this version writes.
#[derive(Serialize, Deserialize)]
struct Junk {
    junk: String,
}

impl RecordBody for Junk {
    const KIND: &'static str = "junk";
}

/// An auditor appends what nobody knows, of any size: it stops nobody.
pub fn junk(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    if !is_sound(safes, at) {
        return false;
    }
    // Most are small; one in sixteen is larger than any record may be.
    let size = if dice[1] & 15 == 0 { 1 << 20 } else { usize::from(dice[2]) << 6 };
    safes.at(at, |world| {
        world.forge(Junk { junk: "x".repeat(size) }, &[world.signs("fred")]);
    });
    let bytes = safes.safes.borrow()[at].bytes.clone();
    Reading::of(bytes).is_ok_and(|reading| reading.unsound().is_none())
}
