//! What thieves do. As every move, each says whether it had its effect.

use std::rc::Rc;

use breakglass::ceremony::approve::ApprovalFile;
use breakglass::record::armour::{self, Label};
use breakglass::record::bundle::Bundle;
use breakglass::record::chain::LogRecord;
use breakglass::record::statement::SignedStatement;
use breakglass::value::names::{KeyName, PersonId};

use crate::dice::{any, approved, files, is_open_at, is_sound, records, safe};
use crate::people::end;
use crate::safes::{Condition, Safes};
use crate::world::Fault;

pub fn too_few(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    let Some(open) = any(safes, dice[1]) else { return false };
    let open = open.borrow();
    let files: Vec<_> = files(&open).into_iter().take(usize::from(dice[2] & 1)).collect();
    assert!(safes.release(at, &open.asking, &files, Fault::None).is_err());
    true
}

pub fn twice(safes: &Safes, dice: &[u8; 4]) -> bool {
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

pub fn replay_approval(safes: &Safes, dice: &[u8; 4]) -> bool {
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
pub fn forge_approval(safes: &Safes, dice: &[u8; 4]) -> bool {
    let at = safe(dice);
    let Some(open) = any(safes, dice[1]).filter(|open| !open.borrow().approvals.is_empty()) else {
        return false;
    };
    let open = open.borrow();
    let (whose, file) = &open.approvals[0];
    let content = armour::unwrap_as(Label::Approval, file).unwrap();
    let bundle = Bundle::parse(&content).unwrap();
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
    let forged = armour::wrap(Label::Approval, &[forged, ciphertext.into_bytes()].concat());
    assert!(safes.release(at, &open.asking, &[file.clone(), forged], Fault::None).is_err());
    true
}

/// A thief has another request's session, and these approvals.
pub fn steal_session(safes: &Safes, dice: &[u8; 4]) -> bool {
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

pub fn after_end(safes: &Safes, dice: &[u8; 4]) -> bool {
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

pub fn replay_record(safes: &Safes, dice: &[u8; 4]) -> bool {
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
