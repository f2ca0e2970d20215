//! The duty to renew exposed credentials: change them at the provider, seal them, confirm them.

use crate::audit::status::duty::{Duty, DutyKind};
use crate::audit::status::facts::VaultStatus;
use crate::audit::status::people::{acting, find_person};
use crate::escrow::{Escrow, Generation, GenerationName, Vault};
use crate::record::card::Role;
use crate::record::seal::Kind;
use crate::value::names::PersonId;

/// One duty for all exposed generations of a vault: new credentials settle each of them once they are confirmed.
pub(super) fn rotation(escrow: &Escrow, status: &VaultStatus) -> Option<Duty> {
    let exposed = status.exposed.iter().min_by_key(|exposed| exposed.due)?;
    let vault = escrow.vault(&status.id)?;
    let name = &vault.name;
    // Credentials that were sealed under another name since are not asked for a second time.
    let elsewhere = escrow.vaults.iter().find(|other| {
        let sealed_since = other.generations.first().is_some_and(|first| first.time >= exposed.since);
        let same = other.partition == vault.partition && other.account == vault.account;
        other.id != vault.id && other.kind == Kind::Root && same && sealed_since
    });
    let (what, command) = match (sealed_anew(vault, status), elsewhere) {
        (Some(next), _) if vault.kind == Kind::Canary => (
            format!("{name} was no canary, and is one again: once what it held is changed, somebody says so"),
            confirm(escrow, next, "--not-tested WHAT-IT-HELD"),
        ),
        (Some(next), _) => (
            format!(
                "{} is sealed: once somebody has signed in at the provider with it, they say so",
                escrow.title_of(next)
            ),
            confirm(escrow, next, "--signed-in"),
        ),
        (None, Some(other)) => (
            format!(
                "{name} still counts as exposed, although {} was sealed for the same account since",
                other.name
            ),
            None,
        ),
        (None, None) if vault.kind == Kind::Canary => (
            format!(
                "{name} is no canary: find out what it holds, and have that changed; the next `seal` for its people \
                makes another"
            ),
            None,
        ),
        (None, None) => (
            format!("renew {name}: seal new credentials, set them at the provider"),
            seal_next(escrow, vault, status),
        ),
    };
    Some(Duty {
        kind: DutyKind::Rotation,
        overdue: exposed.overdue,
        at_once: false,
        due: exposed.due,
        vaults: vec![name.clone()],
        request_id: None,
        what,
        command,
    })
}

/// The newest generation, if it is later than every exposed one and nobody has said yet what became of it.
fn sealed_anew<'a>(vault: &'a Vault, status: &VaultStatus) -> Option<&'a Generation> {
    let newest = vault.newest();
    let later = status.exposed.iter().all(|exposed| exposed.generation < newest.seal.generation);
    (later && newest.standing().is_none()).then_some(newest)
}

/// The command with which a holder says `how` they know that it is live.
fn confirm(escrow: &Escrow, next: &Generation, how: &str) -> Option<String> {
    let holder = next.custodians().find(|person| !escrow.has_retired(person))?;
    let name = &next.seal.name;
    let number = match escrow.shares_its_number(next) {
        true => GenerationName::whole(next.seal.generation, &next.record),
        false => next.seal.generation.into(),
    };
    Some(format!("breakglass confirm {name} --generation {number} {how} {}", acting(holder)))
}

/// The command that seals the next generation: to the same people, as far as none of them has retired.
fn seal_next(escrow: &Escrow, vault: &Vault, status: &VaultStatus) -> Option<String> {
    let signer = find_person(escrow, Role::Administrator, &[], None)?;
    let before = vault.electors().unwrap_or(vault.newest());
    let number = vault.newest().seal.generation.checked_add(1)?;
    let has_left = |id: &&PersonId| escrow.has_retired_from(id, &status.id);
    let to = if before.custodians().any(|id| has_left(&id)) {
        let staying: Vec<&PersonId> = before.custodians().filter(|id| !has_left(id)).collect();
        if staying.len() < usize::from(before.seal.threshold) {
            return None;
        }
        let staying: Vec<String> = staying.iter().map(|id| format!("--custodian {id} ")).collect();
        format!("--threshold {} {}", before.seal.threshold, staying.concat())
    } else {
        String::new()
    };
    Some(format!("breakglass seal {} --generation {number} {to}{}", vault.name, acting(signer)))
}
