//! `action`: one thing that was done with the root account.

use std::path::PathBuf;

use clap::Args;

use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::output::must_not_exist;
use crate::cli::files::people::LocalPerson;
use crate::cli::files::requests::find_request;
use crate::cli::files::{open_log, statements};
use crate::cli::flags::{As, Global};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::outcomes::action::ActionOutcome;
use crate::hands::clock;
use crate::hands::sandbox::FileAccess;
use crate::record::statement;
use crate::value::text::FreeText;

/// Log one thing that was done with the root account
#[derive(Debug, Args)]
#[command(
    after_help = "Example: breakglass action \"changed the billing contact\" --request 1f0c9a77 --as carol/carol"
)]
pub(crate) struct ActionArgs {
    /// What was done, in words
    done: FreeText,
    /// The request: its id, or at least the first 8 digits of it
    #[arg(long, value_name = "ID")]
    request: String,
    /// Who did it
    #[command(flatten)]
    signer: As,
    /// Write the statement to a file instead of the log
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Verb for ActionArgs {
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
        let request = find_request(ledger.escrow(), &self.request)?.record;
        let says = statement::Action { request, done: self.done.clone() }.into();
        let place = statements::state(&who, &mut ledger, says, self.output.as_deref(), context)?;
        Ok(Answer::of(Exit::Done, &ActionOutcome { request_id: request, action: self.done, place }))
    }
}
