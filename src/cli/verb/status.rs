//! `status`: how the escrow stands, and what to do next. It needs no secret and no key.

use clap::Args;

use crate::audit::status::status;
use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::logs::read_log;
use crate::cli::files::sealed::look_at_all;
use crate::cli::flags::{At, Global};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::outcomes::status::StatusOutcome;
use crate::escrow::Reading;
use crate::hands::sandbox::FileAccess;

/// Show how the escrow stands and what to do next; needs no secret
#[derive(Debug, Args)]
#[command(after_help = "Example: breakglass status")]
pub(crate) struct StatusArgs {
    /// The time
    #[command(flatten)]
    at: At,
}

impl Verb for StatusArgs {
    const HANDLES_SECRETS: bool = false;
    const RECORDS_MACHINE: bool = false;

    fn files(&self, global: &Global) -> FileAccess {
        global.reads_escrow()
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        let path = context.log();
        let reading = Reading::of(read_log(context)?).map_err(|found| failures::finding(&path, &found))?;
        let files = look_at_all(&context.directory(), &reading.escrow);
        let mut status = status(&reading, &files, Context::time(self.at.time));
        let place = context.place();
        for command in status.duties.iter_mut().filter_map(|duty| duty.command.as_mut()) {
            command.push_str(&place);
        }
        let exit = match status.worst() {
            Some(worst) => Exit::from(worst),
            None if status.is_overdue() => Exit::Overdue,
            None => Exit::Done,
        };
        Ok(Answer::of(exit, &StatusOutcome::of(exit, &status)))
    }
}
