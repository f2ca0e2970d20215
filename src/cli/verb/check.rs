//! `check`: a custodian opens their own shares, alone.

use std::path::PathBuf;

use clap::Args;

use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::check::check_as;
use crate::cli::files::output::must_not_exist;
use crate::cli::files::people::LocalPerson;
use crate::cli::flags::{As, Global};
use crate::cli::say::exit::Failure;
use crate::hands::sandbox::FileAccess;
use crate::value::names::VaultName;

/// Open your own shares, alone, and state that they are sound
#[derive(Debug, Args)]
#[command(after_help = "Example: breakglass check --all --as alice/alice")]
pub(crate) struct CheckArgs {
    /// The vaults to check; all of yours if none is given
    vaults: Vec<VaultName>,
    /// All of yours
    #[arg(long, conflicts_with = "vaults")]
    all: bool,
    /// The custodian
    #[command(flatten)]
    signer: As,
    /// Write the statement to a file instead of the log
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Verb for CheckArgs {
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
        let custodian = LocalPerson::unlock(&self.signer, |id| context.card_of(id))?;
        let outcome = check_as(&custodian, &self.vaults, self.output.as_deref(), context)?;
        Ok(Answer::of(outcome.exit, &outcome))
    }
}
