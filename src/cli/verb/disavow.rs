//! `disavow`: what a repair declared missing, or a record that nobody here can read, is not believed.

use clap::Args;

use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::disavowing::{disavow_with_consent, find_repair};
use crate::cli::files::open_log;
use crate::cli::flags::{Global, Signers};
use crate::cli::say::exit::{Exit, Failure};
use crate::hands::clock;
use crate::hands::sandbox::FileAccess;
use crate::record::disavow::Disavow;
use crate::value::text::FreeText;

/// Disavow a repair that was invented: two administrators consent, or a vault's electors
#[derive(Debug, Args)]
#[command(
    after_help = "Example: breakglass disavow 12 --because \"these records never existed\" --as admin/admin --as eve/eve"
)]
pub(crate) struct DisavowArgs {
    /// The number of a `continue`, a `recovered` or a record of an unknown kind, or at least the first 8 digits of its digest
    #[arg(value_name = "RECORD")]
    record: String,
    /// Why, in words
    #[arg(long, value_name = "WHY")]
    because: FreeText,
    /// Who consents
    #[command(flatten)]
    signer: Signers,
}

impl Verb for DisavowArgs {
    const HANDLES_SECRETS: bool = true;
    const RECORDS_MACHINE: bool = false;

    fn files(&self, global: &Global) -> FileAccess {
        let mut access = global.changes_escrow();
        self.signer.allow(&mut access);
        access
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        let people = self.signer.unlock(context)?;
        let mut ledger = open_log::plain(&people[0], clock::now(), context)?;
        let record = find_repair(ledger.escrow(), &self.record)?;
        let says = Disavow { record, because: self.because, agrees: Vec::new() };
        let outcome = disavow_with_consent(&says, &people, &mut ledger, context)?;
        Ok(Answer::of(Exit::Done, &outcome))
    }
}
