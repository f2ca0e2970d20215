//! `confirm`: whether the credentials of a generation work at the provider.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::output::must_not_exist;
use crate::cli::files::people::LocalPerson;
use crate::cli::files::requests::find_vault;
use crate::cli::files::{open_log, statements};
use crate::cli::flags::{As, Global};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::outcomes::confirm::ConfirmOutcome;
use crate::escrow::{Generation, GenerationName, Vault};
use crate::hands::clock;
use crate::hands::sandbox::FileAccess;
use crate::record::confirm::{Confirm, SignIn};
use crate::value::names::{PersonId, VaultName};
use crate::value::text::FreeText;
use crate::value::time::Time;

/// State that a generation's credentials work at the provider, or that they do not
#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("outcome").required(true).args(["signed_in", "not_tested", "failed"])),
    after_help = "Examples: breakglass confirm aws-prod --signed-in --as alice/alice\n          breakglass confirm aws-prod \
    --signed-in 2026-11-21T09:58:00Z --as alice/alice"
)]
pub(crate) struct ConfirmArgs {
    /// The vault
    vault: VaultName,
    /// The generation; the newest that is not given up if none is given
    #[arg(long, value_name = "NUMBER")]
    generation: Option<GenerationName>,
    /// When somebody signed in with these credentials; just now if no time is given
    #[arg(long, value_name = "TIME")]
    signed_in: Option<Option<Time>>,
    /// Why nobody signed in with them, although they are live
    #[arg(long, value_name = "WHY")]
    not_tested: Option<FreeText>,
    /// Why they are given up: what happened when somebody tried them
    #[arg(long, value_name = "WHY")]
    failed: Option<FreeText>,
    /// Who says so: a holder of a share of that generation, or who sealed it
    #[command(flatten)]
    signer: As,
    /// Write the statement to a file instead of the log
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Verb for ConfirmArgs {
    const HANDLES_SECRETS: bool = true;
    const RECORDS_MACHINE: bool = false;

    fn files(&self, global: &Global) -> FileAccess {
        let mut access = global.changes_escrow();
        self.signer.allow(&mut access);
        self.output.iter().for_each(|file| access.changes_beside(file));
        access
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        if let Some(path) = &self.output {
            must_not_exist(path)?;
        }
        let who = LocalPerson::unlock(&self.signer, |id| context.card_of(id))?;
        let mut ledger = open_log::plain(&who, clock::now(), context)?;
        who.must_know(ledger.escrow(), &context.log())?;
        let vault = find_vault(ledger.escrow(), &self.vault, self.generation.as_ref())?;
        let sealed = generation(vault, self.generation.as_ref())?;
        may_confirm(vault, sealed, who.signer.person())?;
        let (vault, number) = (vault.id, sealed.seal.generation);
        let says = Confirm { vault, generation: number, seal: sealed.record, outcome: self.outcome() };
        let confirmed = says.clone();
        let output = self.output.as_deref();
        let place = statements::state(&who, &mut ledger, says.into(), output, context)?;
        let outcome = ConfirmOutcome::of(ledger.escrow(), &confirmed, self.vault, place);
        Ok(Answer::of(Exit::Done, &outcome))
    }
}

impl ConfirmArgs {
    /// What was found: exactly one of the three flags is given.
    fn outcome(&self) -> SignIn {
        match (&self.signed_in, &self.not_tested, &self.failed) {
            (Some(time), _, _) => SignIn::SignedIn(time.unwrap_or_else(clock::now)),
            (_, Some(because), _) => SignIn::NotTested(because.clone()),
            (_, _, Some(because)) => SignIn::Failed(because.clone()),
            (None, None, None) => unreachable!("the parser asks for one of them"),
        }
    }
}

/// The generation that is named, or the newest that is not given up.
fn generation<'a>(vault: &'a Vault, name: Option<&GenerationName>) -> Result<&'a Generation, Failure> {
    let Some(name) = name else { return newest(vault) };
    vault.named(name).map_err(|error| failures::not_named(&vault.name, &error))
}

/// The newest generation that is not given up: which one, where two seals have its number, nobody can guess.
fn newest(vault: &Vault) -> Result<&Generation, Failure> {
    let newest = vault.newest_kept();
    let number = newest.seal.generation;
    let kept = vault.numbered(number).filter(|one| !one.is_given_up()).count();
    match vault.named(&number.into()) {
        Err(error) if kept > 1 => Err(failures::not_named(&vault.name, &error)),
        _ => Ok(newest),
    }
}

/// Fails unless this person may say what became of it.
fn may_confirm(vault: &Vault, sealed: &Generation, person: &PersonId) -> Result<(), Failure> {
    if !vault.holds_credentials() {
        let what = format!("`{}` is a canary, whose credentials open nothing", vault.name);
        return Err(Failure::new(Exit::BadInput, what).next("name a vault of real credentials"));
    }
    if sealed.may_confirm(person) {
        return Ok(());
    }
    let title = sealed.seal.title();
    let holders: Vec<&str> = sealed.custodians().map(PersonId::as_str).collect();
    let what = format!("`{person}` holds no share of {title}, and did not seal it");
    Err(Failure::new(Exit::NotAuthorised, what)
        .next(format!("one of these states it: {}", holders.join(", "))))
}
