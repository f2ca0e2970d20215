//! What becomes of media, and how copies come together again. As every move, each says whether it had its effect.

use breakglass::escrow::Reading;
use breakglass::record::repair::Adopt;
use data_encoding::BASE64;

use crate::dice::{is_sound, records, safe};
use crate::safes::{Condition, Safes};

pub fn reorder(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    if !is_sound(safes, at) {
        return false;
    }
    let mut all = records(&safes.safes.borrow()[at].bytes);
    if all.len() < 3 {
        return false;
    }
    let first = 1 + usize::from(dice[1]) % (all.len() - 2);
    all.swap(first, first + 1);
    safes.spoil(at, all.concat(), Condition::Tampered);
    true
}

pub fn flip(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    if !is_sound(safes, at) {
        return false;
    }
    // Not in the last record, where it would be a damaged tail.
    let mut all = records(&safes.safes.borrow()[at].bytes);
    let one = usize::from(dice[1]) % (all.len() - 1);
    let place = (usize::from(dice[2]) << 8 | usize::from(dice[3])) % all[one].len();
    all[one][place] ^= 1 << (dice[0] >> 1 & 7);
    safes.spoil(at, all.concat(), Condition::Tampered);
    true
}

pub fn tear(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    if !is_sound(safes, at) {
        return false;
    }
    let bytes = safes.safes.borrow()[at].bytes.clone();
    let last = records(&bytes).pop().unwrap().len();
    let cut = 1 + (usize::from(dice[1]) << 8 | usize::from(dice[2])) % (last - 1);
    safes.spoil(at, bytes[..bytes.len() - cut].to_vec(), Condition::Torn);
    true
}

pub fn zeros(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    if !is_sound(safes, at) {
        return false;
    }
    let bytes = safes.safes.borrow()[at].bytes.clone();
    let block = vec![0; 1 + usize::from(dice[1]) * 16];
    safes.spoil(at, [bytes, block].concat(), Condition::Torn);
    true
}

pub fn lose(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    safes.spoil(at, Vec::new(), Condition::Gone);
    true
}

/// Everything after some record is cut off, between records: no log shows it, and the books do.
pub fn roll_back(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    if !is_sound(safes, at) {
        return false;
    }
    let all = records(&safes.safes.borrow()[at].bytes);
    // The genesis and what follows it stay: without them it is another escrow, or none.
    let Some(most) = all.len().checked_sub(4).filter(|most| *most > 0) else { return false };
    let keep = all.len() - 1 - usize::from(dice[1]) % most.min(3);
    safes.spoil(at, all[..keep].concat(), Condition::Sound);
    true
}

pub fn catch_up(safes: &Safes, dice: &[u8; 4]) -> bool {
    let (behind, ahead) = (safe(dice), 1 - safe(dice));
    let ahead = safes.safes.borrow()[ahead].clone();
    if ahead.condition != Condition::Sound || !is_sound(safes, behind) {
        return false;
    }
    let ours = safes.safes.borrow()[behind].bytes.clone();
    let done =
        safes.at(behind, |world| world.ledger().catch_up(&Reading::of(ahead.bytes.clone()).unwrap()).is_ok());
    assert_eq!(done, ahead.bytes.starts_with(&ours), "a copy catches up if and only if it is behind");
    done && ours != ahead.bytes
}

pub fn adopt(safes: &Safes, dice: &[u8; 4]) -> bool {
    let (ours, theirs) = (safe(dice), 1 - safe(dice));
    if !is_sound(safes, ours) || !is_sound(safes, theirs) {
        return false;
    }
    let theirs = safes.safes.borrow()[theirs].bytes.clone();
    safes.at(ours, |world| {
        let escrow = world.reading().escrow;
        let other = Reading::of(theirs.clone()).unwrap();
        if escrow.is_ancestor(&other.escrow.head) {
            return false;
        }
        let from = other.records().filter(|record| escrow.may_part_at(&record.head())).last();
        let from = from.expect("they have the genesis in common").head();
        if from == escrow.head && !escrow.has_gaps() {
            return false;
        }
        let records = BASE64.encode(&theirs[from.size as usize..]);
        let says = Adopt { from, parts: 0, records };
        let before = world.bytes();
        let adopted = world.adopt(says, &["alice", "bob"]).is_ok();
        if adopted {
            // Every head of the other branch is known from now on, and every release in it counts.
            let after = world.reading().escrow;
            assert!(other.records().all(|record| after.may_be_ancestor(&record.head())));
            for asked in &other.escrow.requests {
                let here = after.request(&asked.record).expect("every request of the branch is here");
                let known = |one: &breakglass::escrow::ReleaseState| {
                    here.releases.iter().any(|it| it.record == one.record)
                };
                assert!(asked.releases.iter().all(known));
            }
        } else {
            assert_eq!(world.bytes(), before);
        }
        adopted
    })
}

/// A damaged or lost copy is replaced by the other safe's.
pub fn copy_over(safes: &Safes, dice: &[u8; 4]) -> bool {
    let (bad, good) = (safe(dice), 1 - safe(dice));
    if is_sound(safes, bad) || !is_sound(safes, good) {
        return false;
    }
    let bytes = safes.safes.borrow()[good].bytes.clone();
    safes.spoil(bad, bytes, Condition::Sound);
    true
}
