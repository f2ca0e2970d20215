//! `keygen`: an identity file, locked with a passphrase unless --no-passphrase is given.

use std::path::PathBuf;

use clap::Args;

use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::keys::NewKey;
use crate::cli::files::output::must_not_exist;
use crate::cli::flags::Global;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::outcomes::keygen::KeygenOutcome;
use crate::cli::terminal::prompt::Terminal;
use crate::hands::sandbox::FileAccess;

/// Make an age identity file
#[derive(Debug, Args)]
#[command(after_help = "Example: breakglass keygen -o alice/alice.key")]
pub(crate) struct KeygenArgs {
    /// Where to write the identity file
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Do not lock the file with a passphrase
    #[arg(long)]
    no_passphrase: bool,
}

impl Verb for KeygenArgs {
    const HANDLES_SECRETS: bool = true;
    const RECORDS_MACHINE: bool = false;

    fn files(&self, _: &Global) -> FileAccess {
        let mut access = FileAccess::default();
        access.changes_beside(&self.output);
        access
    }

    fn run(self, _: &mut Context<'_>) -> Result<Answer, Failure> {
        must_not_exist(&self.output)?;
        let key = if self.no_passphrase {
            NewKey::unlocked()
        } else {
            let name = self.output.file_stem().unwrap_or_default().to_string_lossy();
            NewKey::locked(&mut Terminal::open("a passphrase")?, &[&name])?
        };
        key.write(&self.output)?;
        let recipient = key.identity.to_recipient();
        Ok(Answer::of(Exit::Done, &KeygenOutcome { identity: self.output, recipient }))
    }
}
