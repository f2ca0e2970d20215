//! What people, thieves and media do. Each move says whether it had its effect: there may be nothing to do it with.

use crate::attackers::{ask_silently, change_payload, invent_gap, junk, lose_book, wrong_clock};
use crate::media::{adopt, catch_up, copy_over, flip, lose, reorder, roll_back, tear, zeros};
use crate::people::{approve, ask, check, collect, crash, crash_after, end, release, retire, seal};
use crate::safes::Safes;
use crate::thieves::{
    after_end, forge_approval, replay_approval, replay_record, steal_session, too_few, twice,
};

/// One step of a sequence.
#[derive(Debug, Clone)]
pub struct Move {
    /// Which move: see [`choose`].
    pub number: usize,
    /// What it does it with.
    pub dice: [u8; 4],
}

type Play = fn(&Safes, &[u8; 4]) -> bool;

/// Every move, and how often it is tried beside the others: what needs much to have gone before, more often.
pub const MOVES: [(&str, usize, Play); 32] = [
    ("ask in an emergency", 3, ask),
    ("approve", 5, approve),
    ("release in an emergency", 5, release),
    ("end a request", 6, end),
    ("check", 2, check),
    ("collect a check that was made elsewhere", 2, collect),
    ("seal the next generation", 2, seal),
    ("release on a medium that fails", 10, crash),
    ("release and lose the machine before the end", 10, crash_after),
    ("release under the threshold", 3, too_few),
    ("count one custodian twice", 3, twice),
    ("use an approval of another request", 13, replay_approval),
    ("forge an approval", 3, forge_approval),
    ("use another session", 12, steal_session),
    ("release what has ended", 5, after_end),
    ("append a stolen record again", 1, replay_record),
    ("swap two records", 1, reorder),
    ("flip a bit", 1, flip),
    ("tear the end off", 1, tear),
    ("fill the end with zeros", 1, zeros),
    ("lose the log", 1, lose),
    ("put an older copy back", 1, roll_back),
    ("bring a copy up to date", 8, catch_up),
    ("take the other safe's copy", 5, copy_over),
    ("join two branches", 9, adopt),
    ("retire and be asked all the same", 1, retire),
    ("ask with a program of one's own", 2, ask_silently),
    ("invent that records are missing", 1, invent_gap),
    ("check by a wrong clock", 2, wrong_clock),
    ("lose a book", 2, lose_book),
    ("release with another payload", 8, change_payload),
    ("append what nobody knows", 1, junk),
];

/// The move that a number stands for.
pub fn choose(number: usize) -> (&'static str, Play) {
    let total: usize = MOVES.iter().map(|(_, weight, _)| weight).sum();
    let mut left = number % total;
    for (name, weight, play) in MOVES {
        if left < weight {
            return (name, play);
        }
        left -= weight;
    }
    unreachable!("the number is below the sum of all weights")
}
