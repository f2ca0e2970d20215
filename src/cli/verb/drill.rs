//! `drill`: the same as `open`, on the canary of a vault's custodians.

use clap::Args;

use crate::audit::obligations;
use crate::cli::ask::open::dialog::readable;
use crate::cli::ask::open::guided::guided;
use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::requests::find_vault;
use crate::cli::flags::{Global, Opening};
use crate::cli::say::exit::{Exit, Failure};
use crate::hands::sandbox::FileAccess;
use crate::record::request::Purpose;
use crate::record::seal::Kind;
use crate::value::names::VaultName;

/// Practise an emergency on the canary of a vault's custodians
#[derive(Debug, Args)]
#[command(after_help = "Example: breakglass drill prod")]
pub(crate) struct DrillArgs {
    /// The name of the vault whose custodians practise, on their canary
    vault: VaultName,
    /// The rest
    #[command(flatten)]
    opening: Opening,
}

impl Verb for DrillArgs {
    const HANDLES_SECRETS: bool = true;
    const RECORDS_MACHINE: bool = true;

    fn files(&self, _: &Global) -> FileAccess {
        // A person is asked for paths.
        FileAccess::everything()
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        let log = readable(context)?;
        let escrow = &log.escrow;
        let vault = find_vault(escrow, &self.vault, None)?;
        let own = Some(vault).filter(|vault| vault.kind == Kind::Canary);
        let canary = own.or_else(|| obligations::canary(escrow, vault)).ok_or_else(|| {
            Failure::new(Exit::BadInput, format!("the custodians of `{}` have no canary", self.vault))
                .next("seal a vault for them: `breakglass seal` makes their canary")
        })?;
        guided(canary.name.clone(), Purpose::Drill, self.opening, context)
    }
}
