//! What people, thieves and media do. Each move says whether it had its effect: there may be nothing to do it with.

use std::cell::RefCell;
use std::rc::Rc;

use breakglass::ceremony::approve::ApprovalFile;
use breakglass::escrow::Reading;
use breakglass::record::bundle::Bundle;
use breakglass::record::chain::LogRecord;
use breakglass::record::repair::Adopt;
use breakglass::record::request::{End, Outcome};
use breakglass::record::retire::Retire;
use breakglass::record::seal::{Credentials, Kind};
use breakglass::record::statement::SignedStatement;
use breakglass::value::names::{KeyName, PersonId};
use data_encoding::BASE64;

use crate::safes::{CUSTODIANS, Condition, Open, Safes};
use crate::world::{Asking, Fault};

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
pub const MOVES: [(&str, usize, Play); 26] = [
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

fn safe(dice: &[u8; 4]) -> usize {
    usize::from(dice[0] & 1)
}

fn who(dice: u8) -> &'static str {
    CUSTODIANS[usize::from(dice) % CUSTODIANS.len()]
}

/// Whether people can work at a safe as if nothing had happened.
fn is_sound(safes: &Safes, at: usize) -> bool {
    safes.condition(at) == Condition::Sound
}

/// One of the requests.
fn any(safes: &Safes, dice: u8) -> Option<Rc<RefCell<Open>>> {
    let open = safes.open.borrow();
    (!open.is_empty()).then(|| Rc::clone(&open[open.len() - 1 - usize::from(dice) % open.len().min(3)]))
}

/// One of the requests with a threshold of approvals.
fn approved(safes: &Safes, dice: u8) -> Option<Rc<RefCell<Open>>> {
    let open = safes.open.borrow();
    let ready: Vec<_> = open.iter().filter(|open| open.borrow().approvals.len() >= 2).collect();
    (!ready.is_empty()).then(|| Rc::clone(ready[ready.len() - 1 - usize::from(dice) % ready.len()]))
}

fn files(open: &Open) -> Vec<Vec<u8>> {
    open.approvals.iter().map(|(_, file)| file.clone()).collect()
}

/// Whether a safe's log is sound, and holds the request, without its end.
fn is_open_at(safes: &Safes, at: usize, asking: &Asking) -> bool {
    is_sound(safes, at)
        && safes
            .at(at, |world| world.reading().escrow.request(&asking.record).is_some_and(|it| it.end.is_none()))
}

fn ask(safes: &Safes, dice: &[u8; 4]) -> bool {
    let open = safes.ask(safe(dice), who(dice[1]));
    // Most are approved at once: by nobody, one, two or all three.
    for person in CUSTODIANS.iter().take([0, 2, 2, 3, 1, 2][usize::from(dice[3]) % 6]) {
        safes.approve(&open, person);
    }
    true
}

fn approve(safes: &Safes, dice: &[u8; 4]) -> bool {
    let Some(open) = any(safes, dice[1]) else { return false };
    let person = who(dice[2]);
    if open.borrow().approvals.iter().any(|(who, _)| *who == person) {
        return false;
    }
    safes.approve(&open, person);
    true
}

/// A threshold of custodians stands there with their keys: whatever became of the log, they get in.
fn release(safes: &Safes, dice: &[u8; 4]) -> bool {
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

fn end(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    let Some(open) = any(safes, dice[1]) else { return false };
    let open = open.borrow();
    if !is_open_at(safes, at, &open.asking) {
        return false;
    }
    safes.at(at, |world| {
        let released = world.reading().escrow.request(&open.asking.record).unwrap().is_released();
        let end = if released {
            world.end_of(&open.asking, Outcome::Released)
        } else {
            End::nothing(open.asking.record)
        };
        world.append(end, &[open.asking.signs()]).unwrap();
    });
    true
}

fn check(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    if !is_sound(safes, at) {
        return false;
    }
    safes.at(at, |world| world.check(who(dice[1])));
    true
}

/// A check that was made at one safe, and written to a file, is taken at the other, or at the same one later; unless
/// its head is of another history.
fn collect(safes: &Safes, dice: &[u8; 4]) -> bool {
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

fn seal(safes: &Safes, dice: &[u8; 4]) -> bool {
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

fn crash(safes: &Safes, dice: &[u8; 4]) -> bool {
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
fn crash_after(safes: &Safes, dice: &[u8; 4]) -> bool {
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

fn too_few(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    let Some(open) = any(safes, dice[1]) else { return false };
    let open = open.borrow();
    let files: Vec<_> = files(&open).into_iter().take(usize::from(dice[2] & 1)).collect();
    assert!(safes.release(at, &open.asking, &files, Fault::None).is_err());
    true
}

fn twice(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    let Some(open) = any(safes, dice[1]).filter(|open| !open.borrow().approvals.is_empty()) else {
        return false;
    };
    let open = open.borrow();
    let (_, file) = &open.approvals[usize::from(dice[2]) % open.approvals.len()];
    let same = vec![file.clone(); 2 + usize::from(dice[3] & 3)];
    assert!(safes.release(at, &open.asking, &same, Fault::None).is_err());
    true
}

fn replay_approval(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    let (Some(open), Some(other)) = (any(safes, dice[1]), approved(safes, dice[2])) else { return false };
    if Rc::ptr_eq(&open, &other) {
        return false;
    }
    let (open, other) = (open.borrow(), other.borrow());
    let mut stolen = files(&other);
    stolen.extend(files(&open).into_iter().take(1));
    assert!(safes.release(at, &open.asking, &stolen, Fault::None).is_err());
    true
}

/// Fred belongs to the escrow and holds no share. He signs in alice's name, under his own, or changes what she
/// signed.
fn forge_approval(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    let Some(open) = any(safes, dice[1]).filter(|open| !open.borrow().approvals.is_empty()) else {
        return false;
    };
    let open = open.borrow();
    let (whose, file) = &open.approvals[0];
    let bundle = Bundle::parse(file).unwrap();
    let ApprovalFile { note, ciphertext } = ApprovalFile::parse(file).unwrap();
    let mut statement = SignedStatement::parse(note).unwrap().statement;
    let fred = safes.world.person("fred");
    let forged = match dice[2] % 3 {
        0 => {
            let name = if *whose == "alice" { "bob" } else { "alice" };
            let name: PersonId = name.parse().unwrap();
            statement.by = vec![KeyName::Person(name.clone())];
            LogRecord::bytes_of(&SignedStatement::sign(&name, fred.signer.key(), statement).note)
        }
        1 => {
            statement.by = vec![fred.signer.key_name()];
            LogRecord::bytes_of(&SignedStatement::sign(fred.id(), fred.signer.key(), statement).note)
        }
        _ => {
            let text = String::from_utf8(bundle.records.to_vec()).unwrap();
            let other = if *whose == "alice" { "bob" } else { "alice" };
            let text = text.replace(&format!("\"{whose}\""), &format!("\"{other}\""));
            text.replace(&format!("\u{2014} {whose} "), &format!("\u{2014} {other} ")).into_bytes()
        }
    };
    let forged = [forged, ciphertext.into_bytes()].concat();
    assert!(safes.release(at, &open.asking, &[file.clone(), forged], Fault::None).is_err());
    true
}

/// A thief has another request's session, and these approvals.
fn steal_session(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    let (Some(open), Some(other)) = (approved(safes, dice[1]), any(safes, dice[2])) else { return false };
    if Rc::ptr_eq(&open, &other) {
        return false;
    }
    let (open, mut other) = (open.borrow(), other.borrow_mut());
    let own = std::mem::replace(&mut other.asking.record, open.asking.record);
    let outcome = safes.release(at, &other.asking, &files(&open), Fault::None);
    other.asking.record = own;
    assert!(outcome.is_err());
    true
}

fn after_end(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    let Some(open) = approved(safes, dice[1]) else { return false };
    if is_open_at(safes, at, &open.borrow().asking) {
        end(safes, dice);
    }
    let open = open.borrow();
    if is_open_at(safes, at, &open.asking) || !is_sound(safes, at) {
        return false;
    }
    assert!(safes.release(at, &open.asking, &files(&open), Fault::None).is_err());
    true
}

/// The places of a log's records.
fn records(bytes: &[u8]) -> Vec<Vec<u8>> {
    let (mut all, mut at) = (Vec::new(), 0);
    while let Ok(record) = LogRecord::take(bytes, at) {
        all.push(bytes[at as usize..record.end as usize].to_vec());
        at = record.end;
    }
    all
}

fn replay_record(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    if !is_sound(safes, at) {
        return false;
    }
    let bytes = safes.safes.borrow()[at].bytes.clone();
    let all = records(&bytes);
    let stolen = &all[usize::from(dice[1]) % all.len()];
    safes.spoil(at, [&bytes[..], stolen].concat(), Condition::Tampered);
    true
}

fn reorder(safes: &Safes, dice: &[u8; 4]) -> bool {
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

fn flip(safes: &Safes, dice: &[u8; 4]) -> bool {
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

fn tear(safes: &Safes, dice: &[u8; 4]) -> bool {
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

fn zeros(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    if !is_sound(safes, at) {
        return false;
    }
    let bytes = safes.safes.borrow()[at].bytes.clone();
    let block = vec![0; 1 + usize::from(dice[1]) * 16];
    safes.spoil(at, [bytes, block].concat(), Condition::Torn);
    true
}

fn lose(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    safes.spoil(at, Vec::new(), Condition::Gone);
    true
}

/// Everything after some record is cut off, between records: no log shows it, and the books do.
fn roll_back(safes: &Safes, dice: &[u8; 4]) -> bool {
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

fn catch_up(safes: &Safes, dice: &[u8; 4]) -> bool {
    let (behind, ahead) = (safe(dice), 1 - safe(dice));
    let ahead = safes.safes.borrow()[ahead].clone();
    if ahead.condition != Condition::Sound || !is_sound(safes, behind) {
        return false;
    }
    let ours = safes.safes.borrow()[behind].bytes.clone();
    let done = safes.at(behind, |world| world.ledger().catch_up(&ahead.bytes).is_ok());
    assert_eq!(done, ahead.bytes.starts_with(&ours), "a copy catches up if and only if it is behind");
    done && ours != ahead.bytes
}

fn adopt(safes: &Safes, dice: &[u8; 4]) -> bool {
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
        let says = Adopt { from, records: BASE64.encode(&theirs[from.size as usize..]) };
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
fn copy_over(safes: &Safes, dice: &[u8; 4]) -> bool {
    let (bad, good) = (safe(dice), 1 - safe(dice));
    if is_sound(safes, bad) || !is_sound(safes, good) {
        return false;
    }
    let bytes = safes.safes.borrow()[good].bytes.clone();
    safes.spoil(bad, bytes, Condition::Sound);
    true
}

/// Somebody retires, and their keys still count: it is marked, and refuses nothing.
fn retire(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    if !is_sound(safes, at) {
        return false;
    }
    let person = who(dice[1]);
    safes.at(at, |world| {
        if world.reading().escrow.has_retired(world.person(person).id()) {
            return false;
        }
        let says = Retire { person: world.person(person).id().clone(), because: "left".parse().unwrap() };
        world.append(says, &[world.signs("dan")]).is_ok()
    })
}
