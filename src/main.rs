//! breakglass: harden, parse, run, answer.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use breakglass::cli::args::Cli;
use breakglass::cli::context::{Answer, Context};
use breakglass::cli::say::exit::{Exit, Failure};
use breakglass::cli::say::look::{self, Look};
use breakglass::cli::say::painted::Painted;
use breakglass::cli::say::usage;
use breakglass::hands::console::{self, Output};
use breakglass::hands::harden::harden;
use breakglass::hands::machine::Machine;
use breakglass::hands::memory::{self, Allocator};
use breakglass::hands::{limits, media, sandbox};
use breakglass::value::text::is_hostile;
use clap::Parser as _;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

/// Whether the answer is for programs.
static JSON: AtomicBool = AtomicBool::new(false);

fn main() -> ExitCode {
    harden();
    limits::outlive_file_limit();
    memory::when_exhausted(out_of_memory);
    // These flags are looked for by hand: a command line that cannot be parsed may still ask for them.
    let asks_for = |flag: &str| std::env::args_os().any(|word| word == flag);
    let (json, plain) = (asks_for("--json"), asks_for("--plain"));
    JSON.store(json, Ordering::Relaxed);
    let output = console::output();
    let stdout_is_terminal = output == Output::Terminal;
    let stderr_is_terminal = std::io::stderr().is_terminal();
    let look = look_of(plain, stdout_is_terminal);
    let stderr_in_colour = look_of(plain, stderr_is_terminal).colour;
    let result = match Cli::try_parse() {
        Ok(cli) => {
            let machine = cli.records_machine().then(Machine::look);
            if cli.handles_secrets() && !cli.global.allow_unlocked_memory {
                memory::protect();
            }
            media::look();
            limits::wait_at_most(cli.global.wait, console::exists());
            if !cli.global.no_sandbox {
                sandbox::close(&cli.files());
            }
            let result = answer(cli, machine.as_ref(), look.plain, output, stderr_in_colour);
            memory::wipe_stack();
            result
        }
        Err(error) => match usage::failure(&error) {
            Some(failure) => Err(failure),
            // Help and version. Where they cannot be written, the exit code says it.
            None => {
                return ExitCode::from(if error.print().is_ok() { Exit::Done } else { Exit::Machine } as u8);
            }
        },
    };
    let (exit, text) = match result {
        Ok(answer) if json && !answer.json.is_null() => (answer.exit, spelled(&answer.json)),
        Ok(answer) if answer.text.is_empty() => (answer.exit, String::new()),
        Ok(answer) => {
            (answer.exit, format!("{}\n", fitted(&answer.text, stdout_is_terminal).shown(look.colour)))
        }
        // Programs read one object from standard output, be it an answer or an error.
        Err(failure) if json => (failure.exit, spelled(&failure.to_json())),
        Err(failure) => {
            // Where the error cannot be written, the exit code still says it.
            let _ = writeln!(
                std::io::stderr(),
                "{}",
                fitted(&failure.painted(), stderr_is_terminal).shown(stderr_in_colour)
            );
            (failure.exit, String::new())
        }
    };
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::from(exit as u8),
        Err(_) => ExitCode::from(Exit::Machine as u8),
    }
}

/// Says that there is no more memory, with none, and ends the program as a power cut would: what was begun is found by the
/// next command.
fn out_of_memory() {
    const WHAT: &str = "the system gives this program no more memory";
    const NEXT: &str = "raise the limit on it (`ulimit -v unlimited`) or close other programs, and run it again; \
        `breakglass verify` says whether a record was written";
    // Whatever still asks for memory on the way out finds none either.
    static ENDS: AtomicBool = AtomicBool::new(false);
    if ENDS.swap(true, Ordering::Relaxed) {
        std::process::abort();
    }
    console::give_back();
    let exit = Exit::Machine;
    // Where it cannot be written, the exit code still says it.
    let _ = if JSON.load(Ordering::Relaxed) {
        let (code, number) = (exit.code(), exit as u8);
        writeln!(
            std::io::stdout(),
            r#"{{"error":{{"code":"{code}","exit":{number},"what":"{WHAT}","next":"{NEXT}"}}}}"#
        )
    } else {
        writeln!(std::io::stderr(), "error: {WHAT}\n next: {NEXT}")
    };
    std::process::exit(exit as i32);
}

/// JSON in which a terminal finds nothing to obey. Outside its strings there is nothing but ASCII, so that
/// whatever could lead a terminal astray stands in a string, where an escape means the same.
fn spelled(json: &serde_json::Value) -> String {
    let mut text = String::new();
    for character in format!("{json:#}\n").chars() {
        if is_hostile(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            text.push(character);
        }
    }
    text
}

/// The text as it fits into a terminal; as it is for everything else.
fn fitted(text: &Painted, is_terminal: bool) -> Painted {
    if is_terminal { text.fitted(look::columns()) } else { text.clone() }
}

/// How a stream looks in this environment.
fn look_of(asked_plain: bool, is_terminal: bool) -> Look {
    let (no_color, term) = (std::env::var_os("NO_COLOR"), std::env::var_os("TERM"));
    Look::of(asked_plain, is_terminal, no_color.as_deref(), term.as_deref())
}

fn answer(
    cli: Cli,
    machine: Option<&Machine>,
    plain: bool,
    output: Output,
    stderr_in_colour: bool,
) -> Result<Answer, Failure> {
    let (mut stdout, mut stderr) = (std::io::stdout(), std::io::stderr());
    let mut context = Context {
        escrow: cli.global.escrow.clone(),
        log: cli.global.log.clone(),
        stderr_in_colour,
        scripted: false,
        stdout: &mut stdout,
        stderr: &mut stderr,
        output,
        machine,
        known: Default::default(),
        plain,
        program: Cli::PROGRAM,
    };
    cli.run(&mut context)
}
