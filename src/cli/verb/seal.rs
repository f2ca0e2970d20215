//! `seal`: one vault from prompts, guided where flags are missing, or many from a CSV.

pub mod asking;
mod holders;
mod secrets;

use std::collections::BTreeSet;
use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use crate::ceremony::seal::{self as ceremony, Plan, Sealed, canary_fields, canary_name, fresh_vault_id};
use crate::cli::args::{Seal, SealDeviation, Sitting};
use crate::cli::ask::credentials::{self, Credentials, Yes};
use crate::cli::ask::prompt::Terminal;
use crate::cli::context::{Answer, Context};
use crate::cli::files::footing;
use crate::cli::files::people::{Somebody, must_administer, read_identities, signers};
use crate::cli::say::deviation::explain;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::usage;
use crate::crypto::digest::Digest;
use crate::crypto::envelope::Identity;
use crate::crypto::threshold::Threshold;
use crate::escrow::Escrow;
use crate::hands::files::{self, Created};
use crate::hands::store::ChainFile;
use crate::hands::{clock, console};
use crate::ledger::draft::Draft;
use crate::ledger::error::LedgerError;
use crate::ledger::log::Ledger;
use crate::record::card::{Role, VerifiedCard};
use crate::record::environment::Environment;
use crate::record::seal::{Credentials as Novelty, Kind};
use crate::secret::password;
use crate::secret::payload::Fields;
use crate::secret::totp::TotpSeed;
use crate::value::names::{PersonId, VaultName};

/// A vault that is ready to be sealed.
struct Ready {
    plan: Plan,
    fields: Fields,
}

/// Seals. A seal that fails leaves nothing behind: no file, no log entry.
pub fn seal(args: Seal, context: &mut Context<'_>) -> Result<Answer, Failure> {
    let missing = missing(&args);
    if !missing.is_empty() {
        let nobody = context.scripted || args.from.is_some();
        let terminal = if nobody { None } else { Terminal::open("").ok() };
        let Some(terminal) = terminal else { return Err(usage::missing(&missing)) };
        return asking::guided(args, terminal.plain(context.plain), context);
    }
    let sitting = sitting(&args, context)?;
    let mut at_hand = at_hand(&args)?;
    at_hand.extend(sitting.iter().flat_map(|one| one.identities.iter().cloned()));
    // The questions are asked before the log is locked.
    {
        let ledger = footing::plain(&sitting[0], clock::now(), context)?;
        must_administer(&sitting, ledger.escrow())?;
        if let Some(vault) = &args.vault {
            must_be_new(ledger.escrow(), vault)?;
            people(ledger.escrow(), &args.custodians)?;
        }
        confirm_machine(ledger.escrow(), &args, context)?;
    }
    let all = read(&args, context)?;
    let sealed = commit(&args, &sitting, &at_hand, all, false, context)?;
    Ok(answer(&sealed))
}

/// The flags that are missing, as the usage names them.
fn missing(args: &Seal) -> Vec<&'static str> {
    let is_asked = args.from.is_none();
    let flags = [
        (is_asked && args.vault.is_none(), "<VAULT>"),
        (is_asked && args.threshold.is_none(), "--threshold <NUMBER>"),
        (is_asked && args.custodians.is_empty(), "--custodian <PERSON>"),
        (args.prefixes.is_empty(), "--as <PREFIX>"),
    ];
    flags.into_iter().filter(|(is_missing, _)| *is_missing).map(|(_, flag)| flag).collect()
}

/// Everybody who signs, unlocked.
fn sitting(args: &Seal, context: &Context<'_>) -> Result<Vec<Somebody>, Failure> {
    let sitting = Sitting { prefixes: args.prefixes.clone(), identities: args.identities.clone() };
    sitting.unlock(context)
}

/// The identities with which sealed shares are opened again.
fn at_hand(args: &Seal) -> Result<Vec<Identity>, Failure> {
    let mut at_hand = Vec::new();
    for path in &args.reopen_with {
        at_hand.extend(read_identities(path)?);
    }
    Ok(at_hand)
}

/// Seals what was read, and logs it. Whoever asks is warned of what is unwise, unless they are already.
pub fn commit(
    args: &Seal,
    sitting: &[Somebody],
    at_hand: &[Identity],
    all: Vec<Credentials>,
    is_warned: bool,
    context: &mut Context<'_>,
) -> Result<Vec<Sealed>, Failure> {
    let mut ledger = footing::plain(&sitting[0], clock::now(), context)?;
    let ready = plan(ledger.escrow(), args, all, &context.environment())?;
    for one in ready.iter().filter(|one| one.plan.kind == Kind::Root && !is_warned) {
        for warning in warnings(&one.plan.name, one.plan.threshold) {
            context.warn(&warning);
        }
    }
    let directory = context.directory();
    let mut created = Created::default();
    let mut sealed: Vec<Sealed> = Vec::with_capacity(ready.len());
    let (escrow, after) = (ledger.escrow().id, ledger.escrow().head.hash);
    // Whoever stops it must not find half of it.
    console::listen().map_err(|error| {
        Failure::new(Exit::Machine, format!("signals cannot be listened for: {error}"))
            .next("run it again; if it stays, use another machine")
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
    let draft =
        |one: &Sealed| Draft { time: clock::now(), says: one.seal.clone(), signers: signers(sitting) };
    match ledger.append_all(sealed.iter().map(draft).collect()) {
        Ok(_) => created.keep(),
        Err(error) => return Err(not_logged(&error, ledger.escrow().head.size, &context.log(), created)),
    }
    for seal in sealed.iter().map(|one| &one.seal) {
        directory.unmark(&seal.name, seal.generation, &after);
    }
    Ok(sealed)
}

/// Makes way for a generation that the log does not know: what an earlier sealing left there that was cut off
/// before it was logged goes, and is told of. It acknowledged nothing.
fn take_away_unlogged(
    ledger: &Ledger<ChainFile>,
    seal: &crate::record::seal::Seal,
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
            "{}: left of a sealing that was cut off before it was logged; it is taken away",
            path.display()
        ));
    }
    Ok(())
}

/// Fails where somebody stopped it.
fn go_on() -> Result<(), Failure> {
    if !console::interrupted() {
        return Ok(());
    }
    Err(Failure::new(Exit::Interrupted, "stopped; nothing was sealed, and nothing was left behind")
        .next("run the same command again"))
}

/// Takes the sealed files away again, unless the log is no longer of the `size` it had: then the seal may be
/// in it, and files that a logged seal speaks of must not be lost.
fn not_logged(error: &LedgerError, size: u64, log: &Path, created: Created) -> Failure {
    let failure = failures::ledger(log, error);
    if files::size_of(log).is_ok_and(|now| now == size) {
        return failure;
    }
    created.keep();
    failure.or_next(
        "the sealed files stay where they are, since the log may hold the seal: run `breakglass verify`",
    )
}

fn read(args: &Seal, context: &Context<'_>) -> Result<Vec<Credentials>, Failure> {
    let terminal = if context.scripted {
        None
    } else {
        Terminal::open("").ok().map(|terminal| terminal.plain(context.plain))
    };
    let mut yes = Yes { accepted: &args.accepted, terminal };
    let all = match (&args.from, &args.vault) {
        (Some(path), _) => credentials::read_csv(path, args.generate_password, &mut yes)?,
        (None, Some(vault)) => vec![credentials::ask(args, vault.clone(), &mut yes)?],
        (None, None) => {
            return Err(Failure::new(Exit::Usage, "there is nothing to seal")
                .next("name a vault, or a CSV with --from FILE"));
        }
    };
    credentials::refuse_reuse(&all, &mut yes)?;
    Ok(all)
}

fn must_be_new(escrow: &Escrow, vault: &VaultName) -> Result<(), Failure> {
    if vault.as_str().starts_with("canary-") {
        let what = format!("`{vault}` is a canary's name; canaries are made by `seal` itself");
        return Err(Failure::new(Exit::BadInput, what).next("choose another name"));
    }
    if escrow.vault_named(vault).is_some() {
        return Err(Failure::new(Exit::BadInput, format!("there is a vault `{vault}` already"))
            .next("choose another name; nothing is ever sealed over"));
    }
    Ok(())
}

/// Asks for a yes to each thing about this machine that is out of order.
pub fn confirm_machine(escrow: &Escrow, args: &Seal, context: &Context<'_>) -> Result<(), Failure> {
    for deviation in context.environment().deviations(escrow.policy.strict_air_gap) {
        let Some(code) = SealDeviation::of_machine(deviation) else { continue };
        let terminal = if context.scripted { None } else { Terminal::open("").ok() };
        let terminal = terminal.map(|terminal| terminal.plain(context.plain));
        let what = format!(
            "Out of order: {}. It will be recorded; `breakglass doctor` says how to put it right.",
            explain(deviation)
        );
        Yes { accepted: &args.accepted, terminal }.ask(code, &what)?;
    }
    Ok(())
}

/// The cards of the custodians, by the log and not by any file.
fn people(escrow: &Escrow, custodians: &[PersonId]) -> Result<Vec<VerifiedCard>, Failure> {
    let card = |id: &PersonId| {
        let person = escrow.people.get(id).filter(|person| person.is(Role::Custodian));
        let unknown = || {
            let custodians = escrow.people.iter().filter(|(_, person)| person.is(Role::Custodian));
            let what = format!("`{id}` is not a custodian of this escrow");
            failures::no_person(&what, id, custodians.map(|(id, _)| id))
        };
        person.map(|person| person.card.clone()).ok_or_else(unknown)
    };
    let mut seen = BTreeSet::new();
    if let Some(twice) = custodians.iter().find(|id| !seen.insert(*id)) {
        return Err(Failure::new(Exit::BadInput, format!("`{twice}` is named twice as custodian"))
            .next("name each custodian once: nobody holds two shares"));
    }
    custodians.iter().map(card).collect()
}

fn plan(
    escrow: &Escrow,
    args: &Seal,
    all: Vec<Credentials>,
    environment: &Environment,
) -> Result<Vec<Ready>, Failure> {
    let mut names = BTreeSet::new();
    let mut ready = Vec::new();
    for one in all {
        must_be_new(escrow, &one.vault)?;
        if !names.insert(one.vault.clone()) {
            return Err(Failure::new(Exit::BadInput, format!("`{}` is named twice", one.vault))
                .next("give each vault a name of its own, and one row"));
        }
        let custodians = people(escrow, one.custodians.as_deref().unwrap_or(&args.custodians))?;
        let threshold = one.threshold.or(args.threshold).ok_or_else(|| {
            Failure::new(Exit::Usage, "how many custodians can open it together?").next("give --threshold 2")
        })?;
        let threshold = Threshold::new(threshold, custodians.len()).map_err(|error| {
            Failure::new(Exit::BadInput, error)
                .at(one.vault.as_str())
                .next("give --threshold 2 or more, and at least as many --custodian")
        })?;
        let plan = Plan {
            vault: fresh_vault_id(&mut Context::rng()),
            name: one.vault,
            kind: Kind::Root,
            partition: args.partition.clone(),
            account: one.account,
            generation: 1,
            credentials: Novelty::New,
            threshold,
            custodians,
            environment: environment.clone(),
        };
        let canary = canary_name(threshold, &plan.custodians);
        if escrow.vault_named(&canary).is_none() && names.insert(canary.clone()) {
            ready.push(canary_of(&plan, canary)?);
        }
        ready.push(Ready { plan, fields: one.fields });
    }
    Ok(ready)
}

/// The canary of the same people: its own key, and a payload that opens nothing.
fn canary_of(plan: &Plan, name: VaultName) -> Result<Ready, Failure> {
    use rand::Rng as _;
    let mut seed = zeroize::Zeroizing::new([0; 20]);
    Context::rng().fill_bytes(seed.as_mut());
    let text = zeroize::Zeroizing::new(data_encoding::BASE32_NOPAD.encode(seed.as_ref()));
    let failed =
        |error: &dyn std::fmt::Display| Failure::new(Exit::Machine, error).next("run the same command again");
    let seed = TotpSeed::parse(&text).map_err(|error| failed(&error))?;
    let password: SecretString = password::generate(&mut Context::rng()).expose_secret().into();
    let fields = canary_fields(&seed.to_uri(name.as_str()), password).map_err(|error| failed(&error))?;
    let plan = Plan {
        vault: fresh_vault_id(&mut Context::rng()),
        name,
        kind: Kind::Canary,
        account: "canary".parse().expect("an account id"),
        ..plan.clone()
    };
    Ok(Ready { plan, fields })
}

/// What is unwise about a threshold.
fn warnings(vault: &VaultName, threshold: Threshold) -> Vec<String> {
    let (needed, total) = (threshold.threshold(), threshold.total_shares());
    let mut found = Vec::new();
    if threshold.one_loss_loses_all() {
        found.push(format!(
            "warning: `{vault}` is {needed} of {total}: one lost share loses it. 2 of 3 and 3 of 5 are better"
        ));
    }
    if threshold.allows_disjoint_quorums() {
        found.push(format!(
            "warning: `{vault}` is {needed} of {total}: two groups with nobody in common can each open it"
        ));
    }
    found
}

/// What was sealed.
pub fn answer(sealed: &[Sealed]) -> Answer {
    let mut lines = Vec::new();
    let mut vaults = Vec::new();
    for one in sealed {
        let seal = &one.seal;
        let people: Vec<_> = seal.shares.iter().map(|share| share.custodian.as_str()).collect();
        lines.push(format!(
            "sealed {} ({}, account {}): {} of {}: {}",
            seal.title(),
            seal.kind,
            seal.account,
            seal.threshold,
            seal.total_shares,
            people.join(", ")
        ));
        vaults.push(json!({
            "vault": seal.name, "id": seal.vault, "kind": seal.kind, "generation": seal.generation,
            "threshold": seal.threshold, "total_shares": seal.total_shares, "custodians": people,
        }));
    }
    lines.push(
        "next: each custodian runs `breakglass check`; until then the vaults are not in force".to_owned(),
    );
    Answer::done(lines.join("\n"), json!({ "sealed": vaults }))
}
