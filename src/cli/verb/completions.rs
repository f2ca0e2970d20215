//! `completions`: a script for a shell, from the definitions of the command line.

use clap::{Args, ValueEnum};
use clap_complete::{Shell as Dialect, generate};

use crate::cli::context::{Answer, Context, Verb};
use crate::cli::flags::Global;
use crate::cli::say::exit::{Exit, Failure};
use crate::hands::sandbox::FileAccess;

/// Print a script that completes commands, flags and words in a shell
#[derive(Debug, Args)]
#[command(after_help = "Example: breakglass completions bash")]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

impl Verb for CompletionsArgs {
    const HANDLES_SECRETS: bool = false;
    const RECORDS_MACHINE: bool = false;

    fn files(&self, _: &Global) -> FileAccess {
        FileAccess::default()
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        let mut script = Vec::new();
        generate(Dialect::from(self.shell), &mut (context.program.definitions)(), "breakglass", &mut script);
        // A shell reads it, so it goes out as it is: an answer would be escaped for people.
        context.stdout.write_all(&script).map_err(|error| {
            Failure::new(Exit::Machine, format!("standard output failed: {error}"))
                .next("redirect the script to a file on a disk with free space")
        })?;
        Ok(Answer::said_already())
    }
}

/// A shell that there are completions for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    /// Source the script in ~/.bashrc
    Bash,
    /// Save the script as _breakglass, in a directory of $fpath
    Zsh,
    /// Save the script as ~/.config/fish/completions/breakglass.fish
    Fish,
    /// Save the script in ~/.config/elvish/lib, and `use` it in rc.elv
    Elvish,
    /// Run the script in $PROFILE
    Powershell,
}

impl From<Shell> for Dialect {
    fn from(shell: Shell) -> Dialect {
        match shell {
            Shell::Bash => Dialect::Bash,
            Shell::Zsh => Dialect::Zsh,
            Shell::Fish => Dialect::Fish,
            Shell::Elvish => Dialect::Elvish,
            Shell::Powershell => Dialect::PowerShell,
        }
    }
}
