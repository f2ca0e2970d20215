//! `completions`: a script for a shell, from the definitions of the command line.

use clap::CommandFactory as _;
use clap_complete::{Shell as Dialect, generate};
use serde_json::Value;

use crate::cli::args::{Cli, Completions, Shell};
use crate::cli::context::{Answer, Context};
use crate::cli::say::exit::{Exit, Failure};

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

/// `completions`.
pub fn completions(args: &Completions, context: &mut Context<'_>) -> Result<Answer, Failure> {
    let mut script = Vec::new();
    generate(Dialect::from(args.shell), &mut Cli::command(), "breakglass", &mut script);
    // A program reads it, so it goes out as it is, and not escaped as for a person.
    context.stdout.write_all(&script).map_err(|error| {
        Failure::new(Exit::Machine, format!("standard output failed: {error}"))
            .next("write the script where there is room")
    })?;
    Ok(Answer::done("", Value::Null))
}
