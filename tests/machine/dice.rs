//! What the dice of a move choose: a safe, somebody, a request; and the records of a log.

use std::cell::RefCell;
use std::rc::Rc;

use breakglass::record::chain::LogRecord;

use crate::safes::{CUSTODIANS, Condition, Open, Safes};
use crate::world::Asking;

pub fn safe(dice: &[u8; 4]) -> usize {
    usize::from(dice[0] & 1)
}

pub fn who(dice: u8) -> &'static str {
    CUSTODIANS[usize::from(dice) % CUSTODIANS.len()]
}

/// Whether people can work at a safe as if nothing had happened.
pub fn is_sound(safes: &Safes, at: usize) -> bool {
    safes.condition(at) == Condition::Sound
}

/// One of the requests.
pub fn any(safes: &Safes, dice: u8) -> Option<Rc<RefCell<Open>>> {
    let open = safes.open.borrow();
    (!open.is_empty()).then(|| Rc::clone(&open[open.len() - 1 - usize::from(dice) % open.len().min(3)]))
}

/// One of the requests with a threshold of approvals.
pub fn approved(safes: &Safes, dice: u8) -> Option<Rc<RefCell<Open>>> {
    let open = safes.open.borrow();
    let ready: Vec<_> = open.iter().filter(|open| open.borrow().approvals.len() >= 2).collect();
    (!ready.is_empty()).then(|| Rc::clone(ready[ready.len() - 1 - usize::from(dice) % ready.len()]))
}

pub fn files(open: &Open) -> Vec<Vec<u8>> {
    open.approvals.iter().map(|(_, file)| file.clone()).collect()
}

/// Whether a safe's log is sound, and holds the request, without its end.
pub fn is_open_at(safes: &Safes, at: usize, asking: &Asking) -> bool {
    is_sound(safes, at)
        && safes
            .at(at, |world| world.reading().escrow.request(&asking.record).is_some_and(|it| it.end.is_none()))
}

/// The places of a log's records.
pub fn records(bytes: &[u8]) -> Vec<Vec<u8>> {
    let (mut all, mut at) = (Vec::new(), 0);
    while let Ok(record) = LogRecord::take(bytes, at) {
        all.push(bytes[at as usize..record.end as usize].to_vec());
        at = record.end;
    }
    all
}
