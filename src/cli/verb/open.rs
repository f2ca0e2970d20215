//! `open`: request, approvals and release as one guided flow.

use clap::Args;

use crate::cli::ask::open::guided::guided;
use crate::cli::context::{Answer, Context, Verb};
use crate::cli::flags::{Global, Opening};
use crate::cli::say::exit::Failure;
use crate::hands::sandbox::FileAccess;
use crate::record::request::Purpose;
use crate::value::names::VaultName;

/// Open a vault in an emergency, guided from the first question to the last
#[derive(Debug, Args)]
#[command(after_help = "Example: breakglass open prod")]
pub(crate) struct OpenArgs {
    /// The vault's name
    vault: VaultName,
    /// What it is for
    #[arg(long, default_value_t = Purpose::Emergency)]
    purpose: Purpose,
    /// The rest
    #[command(flatten)]
    opening: Opening,
}

impl Verb for OpenArgs {
    const HANDLES_SECRETS: bool = true;
    const RECORDS_MACHINE: bool = true;

    fn files(&self, _: &Global) -> FileAccess {
        // A person is asked for paths.
        FileAccess::everything()
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        guided(self.vault, self.purpose, self.opening, context)
    }
}
