//! breakglass: harden, parse, run, answer.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use breakglass::cli::args::Cli;
use breakglass::cli::exit::Exit;
use breakglass::cli::{Context, run};
use breakglass::hands::harden::{WipingAllocator, harden};
use breakglass::text::Shown;
use clap::Parser as _;

#[global_allocator]
static ALLOCATOR: WipingAllocator = WipingAllocator;

fn main() -> ExitCode {
    harden();
    let cli = Cli::parse();
    let json = cli.json;
    let (mut stdout, mut stderr) = (std::io::stdout(), std::io::stderr());
    let stdout_is_terminal = stdout.is_terminal();
    let mut context = Context {
        escrow: cli.escrow.clone(),
        scripted: false,
        stdout: &mut stdout,
        stderr: &mut stderr,
        stdout_is_terminal,
    };
    let (exit, text) = match run(cli, &mut context) {
        Ok(answer) if json && !answer.json.is_null() => (answer.exit, format!("{:#}\n", answer.json)),
        Ok(answer) if answer.text.is_empty() => (answer.exit, String::new()),
        Ok(answer) => (answer.exit, format!("{}\n", Shown(&answer.text))),
        Err(failure) => {
            let text = if json { format!("{:#}", failure.to_json()) } else { failure.to_string() };
            // Where the error cannot be written, the exit code still says it.
            let _ = writeln!(std::io::stderr(), "{text}");
            return ExitCode::from(failure.exit as u8);
        }
    };
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::from(exit as u8),
        Err(_) => ExitCode::from(Exit::Machine as u8),
    }
}
