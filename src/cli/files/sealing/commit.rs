//! The sealing itself: files first, then the log, or nothing.

use std::path::Path;

use crate::ceremony::seal as ceremony;
use crate::ceremony::seal::Sealed;
use crate::cli::context::Context;
use crate::cli::files::open_log;
use crate::cli::files::people::LocalPerson;
use crate::cli::files::sealing::credentials::VaultCredentials;
use crate::cli::files::sealing::draft::SealDraft;
use crate::cli::files::sealing::plan::{plan, warnings};
use crate::cli::files::signers::signers;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::crypto::digest::Digest;
use crate::crypto::envelope::Identity;
use crate::hands::files::{self, Created};
use crate::hands::store::ChainFile;
use crate::hands::{clock, console};
use crate::ledger::draft::Draft;
use crate::ledger::error::LedgerError;
use crate::ledger::log::Ledger;
use crate::record::seal::{Kind, Seal};

/// Seals what was read, and logs it. Warns of an unwise threshold, unless a dialogue has shown that already.
pub(crate) fn commit(
    draft: &SealDraft,
    people: &[LocalPerson],
    at_hand: &[Identity],
    all: Vec<VaultCredentials>,
    is_warned: bool,
    context: &mut Context<'_>,
) -> Result<Vec<Sealed>, Failure> {
    let mut ledger = open_log::plain(&people[0], clock::now(), context)?;
    let ready = plan(ledger.escrow(), draft, all, &context.environment())?;
    for one in ready.iter().filter(|one| one.plan.kind == Kind::Root && !is_warned) {
        for warning in warnings(&one.plan.name, one.plan.threshold) {
            context.warn(&warning);
        }
    }
    let directory = context.directory();
    let mut created = Created::default();
    let mut sealed: Vec<Sealed> = Vec::with_capacity(ready.len());
    let (escrow, after) = (ledger.escrow().id, ledger.escrow().head.hash);
    // From here on a signal is only noted: stopping between two files must not leave half a sealing behind.
    console::listen().map_err(|error| {
        Failure::new(Exit::Machine, format!("Ctrl-C and other signals cannot be caught: {error}"))
            .next("run it again; if it keeps failing, use another machine")
    })?;
    for one in &ready {
        go_on()?;
        let done = ceremony::seal(&escrow, &one.plan, &one.fields, at_hand, &mut Context::rng())
            .map_err(|error| failures::seal(&error).at(one.plan.name.as_str()))?;
        let seal = &done.seal;
        take_away_unlogged(&ledger, seal, context)?;
        directory
            .write_generation(
                &seal.name,
                seal.generation,
                &done.payload,
                &done.sealed_shares,
                &after,
                &mut created,
            )
            .map_err(|error| {
                failures::not_written(&directory.payload(&seal.name, seal.generation), &error)
            })?;
        sealed.push(done);
    }
    go_on()?;
    let draft = |one: &Sealed| Draft { time: clock::now(), says: one.seal.clone(), signers: signers(people) };
    match ledger.append_all(sealed.iter().map(draft).collect()) {
        Ok(_) => created.keep(),
        Err(error) => return Err(not_logged(&error, ledger.escrow().head.size, &context.log(), created)),
    }
    for seal in sealed.iter().map(|one| &one.seal) {
        directory.unmark(&seal.name, seal.generation, &after);
    }
    context.keep(ledger);
    Ok(sealed)
}

/// Removes the files of a generation that the log does not know: an earlier sealing was interrupted before it was
/// logged. It never reported success, so nobody relies on them; a warning names each.
fn take_away_unlogged(
    ledger: &Ledger<ChainFile>,
    seal: &Seal,
    context: &mut Context<'_>,
) -> Result<(), Failure> {
    if ledger.escrow().vault_named(&seal.name).is_some() {
        return Ok(());
    }
    let directory = context.directory();
    let knows = |hash: &Digest| ledger.reading().records().any(|record| record.hash == *hash);
    let taken = directory
        .take_away_unlogged(&seal.name, seal.generation, &knows)
        .map_err(|error| failures::not_written(&directory.payload(&seal.name, seal.generation), &error))?;
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
