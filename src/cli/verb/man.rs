//! `man`: the manual's pages, from the definitions of the command line.

use std::path::PathBuf;

use clap::{Args, Command};

use crate::cli::context::{Answer, Context, Verb};
use crate::cli::flags::Global;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::outcomes::man::ManOutcome;
use crate::hands::files::{self, Created};
use crate::hands::sandbox::FileAccess;

/// Write the manual: one page for the program, and one for each command
#[derive(Debug, Args)]
#[command(after_help = "Example: breakglass man man1")]
pub(crate) struct ManArgs {
    /// Where to write the pages; created if it is missing
    directory: PathBuf,
}

impl Verb for ManArgs {
    const HANDLES_SECRETS: bool = false;
    const RECORDS_MACHINE: bool = false;

    fn files(&self, _: &Global) -> FileAccess {
        let mut access = FileAccess::default();
        access.changes_within(&self.directory);
        access
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        let directory = &self.directory;
        let pages: Vec<_> = pages((context.program.definitions)())
            .into_iter()
            .map(|(name, page)| (directory.join(format!("{name}.1")), page))
            .collect();
        let mut created = Created::default();
        if !directory.exists() {
            files::create_parent(directory, &mut created)
                .and_then(|()| std::fs::create_dir(directory))
                .map_err(|error| failures::not_written(directory, &error))?;
            created.add(directory.clone());
        }
        for (path, page) in &pages {
            files::create_public(path, page).map_err(|error| failures::not_written(path, &error))?;
            created.add(path.clone());
        }
        created.keep();
        let pages = pages.iter().map(|(path, _)| path.display().to_string()).collect();
        Ok(Answer::of(Exit::Done, &ManOutcome { pages, directory: self.directory }))
    }
}

/// The name of each page without its section, and the page.
fn pages(mut program: Command) -> Vec<(String, Vec<u8>)> {
    program.build();
    let commands: Vec<_> = program.get_subcommands().cloned().collect();
    std::iter::once(program).chain(commands).map(page).collect()
}

fn page(command: Command) -> (String, Vec<u8>) {
    let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
    let example = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let example = example.trim_start_matches("Examples:").trim_start_matches("Example:").trim();
    let examples: Vec<&str> = example.lines().map(str::trim).collect();
    let command = command.after_help(examples.join("\n\n"));
    let page = clap_mangen::Man::new(command)
        .source(concat!("breakglass ", env!("CARGO_PKG_VERSION")))
        .manual("breakglass")
        // An empty date would be left out of the line, and those after it would move up. The pages have none, so
        // that they are the same whenever they are written.
        .date(" ");
    let mut text = Vec::new();
    page.render(&mut text).expect("memory takes what is written to it");
    let text = String::from_utf8(text).expect("it was made of text");
    (name, text.replace("\n.SH EXTRA\n", "\n.SH EXAMPLE\n").into_bytes())
}
