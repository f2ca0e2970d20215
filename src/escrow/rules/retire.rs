//! The rules of retirements.

use crate::crypto::digest::Digest;
use crate::escrow::rules::consent::Consents;
use crate::escrow::signers::is_by_administrator;
use crate::escrow::state::{Countersignable, Escrow, Retirement, Subject};
use crate::record::agree::Proposal;
use crate::record::chain::LogRecord;
use crate::record::finding::{Broken, Rule};
use crate::record::retire::Retire;
use crate::value::names::KeyName;

pub(super) fn admit(
    escrow: &mut Escrow,
    record: &LogRecord,
    retire: &Retire,
    report: &mut impl FnMut(Broken),
) -> Result<(), Broken> {
    let enough = |consents: &Consents| escrow.electors_agree(retire.vault.as_ref(), &consents.people());
    let consents = consents(escrow, record, retire, enough)?;
    take(escrow, record, retire, consents, report)
}

/// Takes a retirement that stands among missing records.
pub(super) fn admit_kept(
    escrow: &mut Escrow,
    record: &LogRecord,
    retire: &Retire,
    report: &mut impl FnMut(Broken),
) -> Result<(), Broken> {
    let vault = retire.vault.map(|id| escrow.vault(&id));
    let enough = |consents: &Consents| match vault {
        Some(None) => false,
        vault => escrow.electors_may_agree(vault.flatten(), &consents.people()),
    };
    let consents = consents(escrow, record, retire, enough)?;
    take(escrow, record, retire, consents, report)
}

/// The consents that a retirement rests on: none where an administrator signs, and otherwise `enough`.
fn consents(
    escrow: &Escrow,
    record: &LogRecord,
    retire: &Retire,
    enough: impl FnOnce(&Consents) -> bool,
) -> Result<Consents, Broken> {
    let (by, person) = (&record.frame.by, &retire.person);
    let proposal = Proposal::of(&retire.proposed(), escrow.id);
    let consents = Consents::of(escrow, &retire.agrees, &proposal, Rule::RetireSigner)
        .map_err(|broken| broken.person(person).signers(by))?;
    let may = match (retire.agrees.is_empty(), by.as_slice()) {
        (true, by) => retire.vault.is_none() && is_by_administrator(escrow, by),
        (false, [KeyName::Person(_)]) => enough(&consents),
        (false, _) => false,
    };
    if may {
        return Ok(consents);
    }
    let broken = told(escrow, retire, Rule::RetireSigner, format!("`{person}`")).signers(by);
    Err(broken.where_known(retire.vault, Broken::vault_id))
}

/// A rule that is broken, or what is told, of a retirement.
fn told(escrow: &Escrow, retire: &Retire, rule: Rule, what: String) -> Broken {
    let name = retire.vault.and_then(|id| escrow.vault(&id)).map(|vault| &vault.name);
    Broken::new(rule, what).person(&retire.person).where_known(name, Broken::vault)
}

fn take(
    escrow: &mut Escrow,
    record: &LogRecord,
    retire: &Retire,
    consents: Consents,
    report: &mut impl FnMut(Broken),
) -> Result<(), Broken> {
    let (person, seq, time) = (&retire.person, record.frame.seq, record.frame.time);
    let retired = match retire.vault {
        Some(vault) => escrow.has_lost_vote(person, &vault),
        None => escrow.has_retired(person),
    };
    let is_known = escrow.people.contains_key(person);
    if retired || !is_known {
        let broken = told(escrow, retire, Rule::RetirePerson, format!("`{person}`"));
        return Err(if is_known { broken } else { broken.names_what_is_not_here() });
    }
    if retire.vault.is_none()
        && let Some(person) = escrow.people.get_mut(person)
    {
        person.retired = Some(time);
    }
    let counts = |vault: &Digest| match &retire.vault {
        Some(only) => only == vault,
        None => !retire.agrees.is_empty(),
    };
    escrow.vaults.change(|vault| counts(&vault.id), |vault| vault.retire(person, time));
    let name = retire.vault.and_then(|id| escrow.vault(&id)).map(|vault| &vault.name);
    let place = name.map_or("everywhere".to_owned(), |vault| format!("for {vault}"));
    report(told(escrow, retire, Rule::Retired, format!("`{person}`, {place}")).signers(&record.frame.by));
    let (person, vault, by) = (person.clone(), retire.vault, record.frame.by.clone());
    let subject = Subject::Retire(Retirement { person, vault, time, consents: consents.statements() });
    escrow.signed.insert(record.hash, Countersignable { subject, seq, by });
    consents.keep(escrow, seq, report);
    Ok(())
}
