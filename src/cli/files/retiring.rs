//! Retiring somebody with the consent of electors.

use crate::cli::context::Context;
use crate::cli::files::consent::ConsentsAtHand;
use crate::cli::files::people::LocalPerson;
use crate::cli::files::signers::signers;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::outcomes::retire::RetireOutcome;
use crate::escrow::Escrow;
use crate::hands::clock;
use crate::hands::store::ChainFile;
use crate::ledger::draft::Draft;
use crate::ledger::log::Ledger;
use crate::record::agree::Proposal;
use crate::record::retire::Retire;
use crate::value::names::PersonId;

/// Fails unless the person belongs to the escrow and has not retired where it would hold.
pub(crate) fn must_be_here(escrow: &Escrow, says: &Retire) -> Result<(), Failure> {
    let Retire { person, vault, .. } = says;
    if !escrow.people.contains_key(person) {
        let what = format!("`{person}` does not belong to this escrow");
        return Err(failures::no_person(&what, person, escrow.people.keys()));
    }
    let gone = match vault {
        Some(vault) => escrow.has_lost_vote(person, vault),
        None => escrow.has_retired(person),
    };
    if gone {
        return Err(Failure::new(Exit::BadInput, format!("`{person}` has already retired"))
            .next("there is nothing left to do; `breakglass log --kind retire` shows when"));
    }
    Ok(())
}

/// Logs the consent of `people`, and the retirement itself once enough electors consent.
pub(crate) fn retire_with_consent(
    says: &Retire,
    people: &[LocalPerson],
    ledger: &mut Ledger<ChainFile>,
    context: &mut Context<'_>,
) -> Result<RetireOutcome, Failure> {
    let escrow = ledger.escrow();
    must_be_here(escrow, says)?;
    for one in people {
        one.must_belong_to(escrow)?;
        must_have_vote(escrow, says, one.signer.person())?;
    }
    let proposal = Proposal::of(&says.proposed(), escrow.id);
    let gathered = ConsentsAtHand::of(&proposal, people, escrow, context)?;
    let consents = gathered.people();
    if !escrow.electors_agree(says.vault.as_ref(), &consents) {
        let record = gathered.keep(ledger, &people[0], context)?;
        return Ok(RetireOutcome::proposed(ledger.escrow(), says, record, consents, gathered.first()));
    }
    let says = Retire { agrees: gathered.embedded(), ..says.clone() };
    append(says, people, consents, ledger, context)
}

/// Appends a retirement, and warns where the holders left have become few.
pub(crate) fn append(
    says: Retire,
    people: &[LocalPerson],
    consents: Vec<PersonId>,
    ledger: &mut Ledger<ChainFile>,
    context: &mut Context<'_>,
) -> Result<RetireOutcome, Failure> {
    let draft = Draft { time: clock::now(), says: says.clone(), signers: signers(&people[..1]) };
    let appended = ledger.append(draft).map_err(|error| failures::ledger(&context.log(), &error))?;
    let record = appended.head().seq;
    let outcome = RetireOutcome::done(ledger.escrow(), &says, record, consents);
    for warning in &outcome.warnings {
        context.warn(warning);
    }
    Ok(outcome)
}

fn must_have_vote(escrow: &Escrow, says: &Retire, person: &PersonId) -> Result<(), Failure> {
    if escrow.has_vote(person, says.vault.as_ref()) {
        return Ok(());
    }
    let (what, next) = match says.vault.and_then(|vault| escrow.vault(&vault)) {
        Some(vault) => (
            format!("`{person}` is not an elector of {}", vault.name),
            "an administrator retires people everywhere, without --vault; the electors of a vault are its custodians, once enough of them have checked",
        ),
        None => (
            format!("`{person}` is not an administrator of this escrow"),
            "an administrator has to sign, or electors of every root vault: --as A --as B; for one vault alone: --vault NAME",
        ),
    };
    Err(Failure::new(Exit::NotAuthorised, what).next(next))
}
