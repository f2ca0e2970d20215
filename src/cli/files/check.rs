//! A custodian opens their own shares, and states that they are sound.

use std::path::Path;

use crate::audit::files::{GenerationFiles, SealedGeneration};
use crate::ceremony::approve::keepsakes;
use crate::ceremony::check as ceremony;
use crate::ceremony::check::{CheckError, Held};
use crate::cli::context::Context;
use crate::cli::files::open_log;
use crate::cli::files::people::LocalPerson;
use crate::cli::files::sealed::look_at;
use crate::cli::files::statements::{Carrier, carry};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::files::{ANOTHER_COPY, not_openable};
use crate::cli::say::outcomes::check::CheckOutcome;
use crate::escrow::{Escrow, Generation};
use crate::hands::store::{EscrowDir, MAX_SEALED_SHARE};
use crate::hands::{clock, files};
use crate::record::book::StatementDraft;
use crate::record::statement::HeadFrom;
use crate::value::names::VaultName;

/// Checks the shares of an unlocked custodian: of the vaults that are named, or of all if none is.
pub(crate) fn check_as(
    custodian: &LocalPerson,
    vaults: &[VaultName],
    output: Option<&Path>,
    context: &mut Context<'_>,
) -> Result<CheckOutcome, Failure> {
    let person = custodian.signer.person().clone();
    let mut ledger = open_log::plain(custodian, clock::now(), context)?;
    let escrow = ledger.escrow();
    custodian.must_know(escrow, &context.log())?;
    if let Some(unknown) = vaults.iter().find(|name| escrow.vault_named(name).is_none()) {
        return Err(failures::no_vault(escrow, unknown));
    }
    let holdings = ceremony::holdings(escrow, &person, vaults);
    let files = look_at_each(&context.directory(), escrow, &holdings);
    let (openable, others): (Vec<_>, Vec<_>) =
        holdings.into_iter().zip(&files).partition(|(_, files)| files.is_openable());
    if openable.is_empty() && !others.is_empty() {
        return Err(nothing_openable(&files, context));
    }
    let mut held = Vec::new();
    let mut titles = Vec::new();
    for (generation, _) in openable {
        let seal = &generation.seal;
        let path = context.directory().sealed_share(&seal.name, seal.generation, &generation.record, &person);
        let bytes =
            files::read_own(&path, MAX_SEALED_SHARE).map_err(|error| failures::not_read(&path, &error))?;
        let bad = |_| {
            let (custodian, title) = (person.clone(), seal.title());
            failures::check(&CheckError::OtherFile { custodian, title }).at(path.display())
        };
        held.push(Held { generation, file: String::from_utf8(bytes).map_err(bad)? });
        titles.push(escrow.title_of(generation));
    }
    let check = ceremony::check(escrow, &person, &custodian.identities, &held)
        .map_err(|error| failures::check(&error))?;
    let generations: Vec<_> = held.iter().map(|one| one.generation).collect();
    let draft = StatementDraft {
        escrow: escrow.id,
        head: escrow.head,
        head_from: HeadFrom::Log,
        time: clock::now(),
        named: escrow.names_of_book(&person),
        keeps: keepsakes(ledger.reading(), &generations),
        says: check.into(),
    };
    let statement = custodian.state(draft, context)?;
    let how = match output {
        Some(path) => Carrier::File(path),
        None => Carrier::Log(&mut ledger, &context.log()),
    };
    let place = carry(&statement, custodian, how)?;
    Ok(CheckOutcome::of(person, titles, &files, place))
}

/// Looks at all files of each generation: a share is of no use without a payload, or without enough others.
fn look_at_each(directory: &EscrowDir, escrow: &Escrow, holdings: &[&Generation]) -> Vec<GenerationFiles> {
    let of_vault = |generation: &&Generation| {
        let vault = escrow.vault(&generation.seal.vault).expect("a generation has its vault");
        look_at(directory, SealedGeneration::of(escrow, vault, generation))
    };
    holdings.iter().map(of_vault).collect()
}

/// Nothing that the custodian holds a share of can be opened with the files here.
fn nothing_openable(files: &[GenerationFiles], context: &Context<'_>) -> Failure {
    let worst = files.iter().filter_map(GenerationFiles::worst).max();
    let what: Vec<_> = files.iter().map(|one| not_openable(one).shown(false)).collect();
    Failure::new(worst.map_or(Exit::Findings, Exit::from), what.join("\n"))
        .at(context.directory().vaults().display())
        .next(format!("nothing was stated; {ANOTHER_COPY}"))
}
