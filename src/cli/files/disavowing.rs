//! Disavowing a record with the consent of several people.

use crate::cli::context::Context;
use crate::cli::files::consent::ConsentsAtHand;
use crate::cli::files::people::LocalPerson;
use crate::cli::files::signers::signers;
use crate::cli::files::subjects::Wanted;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::outcomes::disavow::DisavowOutcome;
use crate::crypto::digest::Digest;
use crate::escrow::{Disavowable, Escrow};
use crate::hands::clock;
use crate::hands::store::ChainFile;
use crate::ledger::draft::Draft;
use crate::ledger::log::Ledger;
use crate::record::agree::Proposal;
use crate::record::disavow::Disavow;
use crate::value::names::PersonId;

/// The record that `id` names, if it can be disavowed.
pub(crate) fn find_repair(escrow: &Escrow, id: &str) -> Result<Digest, Failure> {
    let wanted = Wanted::of(id);
    let found: Vec<Digest> = escrow
        .disavowable()
        .filter(|(digest, repair)| wanted.fits(digest, repair.seq))
        .map(|(digest, _)| *digest)
        .collect();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(Failure::new(Exit::BadInput, format!("there is nothing to disavow under `{id}`")).next(
            "give the number of a `continue`, a `recovered` or a record of an unknown kind, or at least 8 digits of its digest; `breakglass log` lists what there is",
        )),
        _ => Err(Failure::new(Exit::BadInput, format!("several records are meant by `{id}`"))
            .next("give at least 8 digits of the digest of the one that you mean")),
    }
}

/// Logs the consent of `people`, and the record itself once enough of them consent.
pub(crate) fn disavow_with_consent(
    says: &Disavow,
    people: &[LocalPerson],
    ledger: &mut Ledger<ChainFile>,
    context: &mut Context<'_>,
) -> Result<DisavowOutcome, Failure> {
    let escrow = ledger.escrow();
    let repair = must_stand(escrow, &says.record)?.clone();
    for one in people {
        one.must_belong_to(escrow)?;
        must_have_say(escrow, &repair, one.signer.person())?;
    }
    let proposal = Proposal::of(&says.proposed(), says.record);
    let gathered = ConsentsAtHand::of(&proposal, people, escrow, context)?;
    let consents = gathered.people();
    if !escrow.may_disavow(&repair, &consents) {
        let record = gathered.keep(ledger, &people[0], context)?;
        return Ok(DisavowOutcome::proposed(says, &repair, record, consents, gathered.first()));
    }
    let draft = Draft {
        time: clock::now(),
        says: Disavow { agrees: gathered.embedded(), ..says.clone() },
        signers: signers(&people[..1]),
    };
    let appended = ledger.append(draft).map_err(|error| failures::ledger(&context.log(), &error))?;
    Ok(DisavowOutcome::done(says, &repair, appended.head().seq, consents))
}

/// Fails unless the log holds the record as one that can be disavowed, and was not.
fn must_stand<'a>(escrow: &'a Escrow, record: &Digest) -> Result<&'a Disavowable, Failure> {
    if escrow.is_disavowed(record) {
        return Err(Failure::new(Exit::BadInput, format!("{} was disavowed already", record.short()))
            .next("there is nothing left to do; `breakglass log --kind disavow` shows by whom"));
    }
    escrow.disavowable().find(|(digest, _)| *digest == record).map(|(_, repair)| repair).ok_or_else(|| {
        Failure::new(Exit::BadInput, format!("this log has no record {} to disavow", record.short()))
            .next("use the log that holds it, or `adopt` the branch that does")
    })
}

/// Fails unless a person is an administrator or has a vote, and did not sign the record themselves.
fn must_have_say(escrow: &Escrow, repair: &Disavowable, person: &PersonId) -> Result<(), Failure> {
    if repair.is_by(person) {
        return Err(Failure::new(
            Exit::NotAuthorised,
            format!("`{person}` signed record {} themselves", repair.seq),
        )
        .next("two others have to consent: administrators, or a threshold of one vault's electors"));
    }
    if escrow.is_administrator(person) || escrow.has_vote(person, None) {
        return Ok(());
    }
    let what = format!("`{person}` is neither an administrator nor an elector");
    Err(Failure::new(Exit::NotAuthorised, what)
        .next("two administrators have to consent, or a threshold of one vault's electors: --as A --as B"))
}
