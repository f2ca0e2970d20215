//! The sealing itself: files first, then the log, or nothing.

use std::path::{Path, PathBuf};

use crate::ceremony::seal as ceremony;
use crate::ceremony::seal::Sealed;
use crate::cli::context::Context;
use crate::cli::files::open_log;
use crate::cli::files::people::LocalPerson;
use crate::cli::files::sealing::batch::Batch;
use crate::cli::files::sealing::consent::confirm_machine;
use crate::cli::files::sealing::draft::SealDraft;
use crate::cli::files::sealing::plan::{Planned, plan, warnings};
use crate::cli::files::signers::signers;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::outcomes::seal::LoggedSeal;
use crate::crypto::digest::Digest;
use crate::crypto::envelope::Identity;
use crate::hands::files::{self, Created};
use crate::hands::store::{ChainFile, EscrowDir};
use crate::hands::{clock, console};
use crate::ledger::draft::Draft;
use crate::ledger::error::LedgerError;
use crate::ledger::log::Ledger;
use crate::record::environment::Environment;
use crate::record::seal::{Kind, Seal};
use crate::secret::canary::canary_fields;
use crate::secret::payload::Fields;
use crate::value::public;

/// Seals what was read, and logs it. Warns of an unwise threshold, unless a dialogue has shown that already.
pub(crate) fn commit(
    draft: &SealDraft,
    people: &[LocalPerson],
    at_hand: &[Identity],
    batch: &Batch,
    is_warned: bool,
    context: &mut Context<'_>,
) -> Result<Vec<LoggedSeal>, Failure> {
    let mut ledger = open_log::plain(&people[0], clock::now(), context)?;
    let before = context.environment();
    let planned = public::work(|| plan(ledger.escrow(), draft, batch.facts(), &before))?;
    for one in planned.iter().filter(|one| one.plan.kind == Kind::Root && !is_warned) {
        for warning in warnings(&one.plan.name, one.plan.threshold) {
            context.warn(&warning);
        }
    }
    // From here on a signal is only noted: stopping between two files must not leave half a sealing behind.
    console::listen().map_err(|error| {
        Failure::new(Exit::Machine, format!("Ctrl-C and other signals cannot be caught: {error}"))
            .next("run it again; if it keeps failing, use another machine")
    })?;
    let mut created = Created::default();
    let mut sealed: Vec<LoggedSeal> = Vec::with_capacity(planned.len());
    let (escrow, after) = (ledger.escrow().id, ledger.escrow().head.hash);
    for Planned { plan, of_batch } in &planned {
        go_on()?;
        let mut rng = Context::rng();
        let mut seal = |fields: &Fields| {
            let done = ceremony::seal(&escrow, plan, fields, at_hand, &mut rng)
                .map_err(|error| failures::seal(&error).at(plan.name.as_str()))?;
            Ok((done, public::work(|| fields.names().cloned().collect())))
        };
        // One vault's secrets at a time are in memory.
        let (done, fields) = match of_batch {
            Some(at) => batch.with_fields(*at, seal)?,
            None => seal(&canary_fields(&plan.name))?,
        };
        take_away_unlogged(&ledger, &done.seal, context)?;
        write(&done, &after, &mut created, context)?;
        let totp_from = of_batch.and_then(|at| batch.totp_from(at));
        public::work(|| sealed.push(LoggedSeal { seal: done.seal.clone(), fields, totp_from }));
    }
    go_on()?;
    let now = context.environment();
    confirm_machine(ledger.escrow(), &draft.accepted, Some(&before), context)?;
    log(&mut ledger, people, &mut sealed, &now, created, context)?;
    for LoggedSeal { seal, .. } in &sealed {
        context.directory().unmark(&seal.name, seal.generation, &after);
    }
    context.keep(ledger);
    Ok(sealed)
}

/// The folder of a generation.
fn place_of(directory: &EscrowDir, seal: &Seal) -> PathBuf {
    directory.vaults().join(seal.name.as_str()).join(seal.generation.to_string())
}

/// Writes the files of a generation.
fn write(done: &Sealed, after: &Digest, created: &mut Created, context: &Context<'_>) -> Result<(), Failure> {
    let (directory, seal) = (context.directory(), &done.seal);
    let written = public::work(|| {
        directory.write_generation(
            &seal.name,
            seal.generation,
            &done.payload,
            &done.sealed_shares,
            after,
            created,
        )
    });
    written.map_err(|error| failures::not_written(&place_of(&directory, seal), &error))
}

/// Logs the seals. What they say of the memory is what held when the last secret had been sealed.
fn log(
    ledger: &mut Ledger<ChainFile>,
    people: &[LocalPerson],
    sealed: &mut [LoggedSeal],
    now: &Environment,
    created: Created,
    context: &Context<'_>,
) -> Result<(), Failure> {
    sealed.iter_mut().for_each(|one| one.seal.environment.memory = now.memory);
    let draft =
        |one: &LoggedSeal| Draft { time: clock::now(), says: one.seal.clone(), signers: signers(people) };
    let logged = public::work(|| ledger.append_all(sealed.iter().map(draft).collect()));
    match logged {
        Ok(_) => {
            created.keep();
            Ok(())
        }
        Err(error) => Err(not_logged(&error, ledger.escrow().head.size, &context.log(), created)),
    }
}

/// Removes the files of a generation that the log does not know: an earlier sealing was interrupted before it was
/// logged. It never reported success, so nobody relies on them; a warning names each.
fn take_away_unlogged(
    ledger: &Ledger<ChainFile>,
    seal: &Seal,
    context: &mut Context<'_>,
) -> Result<(), Failure> {
    let sealed = ledger.escrow().vaults.iter().flat_map(|vault| &vault.generations);
    let mut seals = sealed.map(|one| &one.seal);
    if seals.any(|one| one.name == seal.name && one.generation == seal.generation) {
        return Ok(());
    }
    let directory = context.directory();
    let knows = |hash: &Digest| ledger.reading().records().any(|record| record.hash == *hash);
    let taken = public::work(|| directory.take_away_unlogged(&seal.name, seal.generation, &knows))
        .map_err(|error| failures::not_written(&place_of(&directory, seal), &error))?;
    for path in taken {
        context.warn(&format!(
            "{}: left over from a sealing that was interrupted before it was logged; removed",
            path.display()
        ));
    }
    Ok(())
}

/// Fails if somebody pressed Ctrl-C.
fn go_on() -> Result<(), Failure> {
    if !console::interrupted() {
        return Ok(());
    }
    Err(Failure::new(Exit::Interrupted, "stopped; nothing was sealed, and nothing was left behind")
        .next("run the same command again"))
}

/// Removes the sealed files again, unless the log no longer has the `size` it had: then the seal may be in it, and the
/// files of a logged seal must not be lost.
fn not_logged(error: &LedgerError, size: u64, log: &Path, created: Created) -> Failure {
    let failure = failures::ledger(log, error);
    if files::size_of(log).is_ok_and(|now| now == size) {
        return failure;
    }
    created.keep();
    failure.or_next("the sealed files are kept, since the log may hold their seal: run `breakglass verify`")
}
