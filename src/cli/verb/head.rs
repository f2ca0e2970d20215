//! `head`: the log's head, to take home.

use std::path::PathBuf;

use clap::Args;

use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::logs::read_log;
use crate::cli::files::output::write_output;
use crate::cli::flags::Global;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::outcomes::head::HeadOutcome;
use crate::escrow::Reading;
use crate::hands::sandbox::FileAccess;
use crate::record::head::HeadFile;
use crate::value::fingerprint::Words;

/// Show the log's head, to take home
#[derive(Debug, Args)]
#[command(after_help = "Example: breakglass head -o head-2026-11.json")]
pub(crate) struct HeadArgs {
    /// Write it to this file as well
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Verb for HeadArgs {
    const HANDLES_SECRETS: bool = false;
    const RECORDS_MACHINE: bool = false;

    fn files(&self, global: &Global) -> FileAccess {
        let mut access = global.reads_escrow();
        self.output.iter().for_each(|file| access.changes_beside(file));
        access
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        let path = context.log();
        let reading = Reading::of(read_log(context)?).map_err(|found| failures::finding(&path, &found))?;
        if let Some(found) = reading.unsound() {
            return Err(failures::finding(&path, found));
        }
        let head = HeadFile::new(reading.escrow.id, reading.escrow.head);
        if let Some(output) = &self.output {
            write_output(output, head.to_line().as_bytes())?;
        }
        let words = Words::of(&head.hash).to_string();
        let name = reading.escrow.name.clone();
        Ok(Answer::of(Exit::Done, &HeadOutcome { head, words, name, output: self.output }))
    }
}
