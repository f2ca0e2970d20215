//! The commands: one file for each verb. They read files, ask questions, call the ceremony, write files and
//! answer.

pub mod args;
pub mod credentials;
pub mod exit;
pub mod look;
pub mod reach;

mod check;
mod close;
mod completions;
mod copies;
mod demo;
mod enroll;
mod failures;
mod footing;
mod guide;
mod init;
mod log;
mod man;
mod nearest;
mod open;
mod people;
mod plain;
mod prompt;
mod release;
mod request;
mod retire;
pub mod reveal;
mod seal;
mod status;
pub mod usage;
mod verify;
mod vote;

use std::io::Write;
use std::path::{Path, PathBuf};

use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use serde_json::Value;

use crate::cli::args::{Cli, Command};
use crate::cli::exit::{Exit, Failure};
use crate::escrow::{Escrow, Reading};
use crate::hands::clock;
use crate::hands::files::{self, Created};
use crate::hands::store::{EscrowDir, MAX_LOG};
use crate::painted::Painted;
use crate::time::Time;
use crate::vault::Environment;

/// What a command answers: lines for people, an object for programs.
pub struct Answer {
    /// How the program ends.
    pub exit: Exit,
    /// For people, without a line feed at the end; empty where everything was said already.
    pub text: Painted,
    /// For programs.
    pub json: Value,
}

impl Answer {
    /// All went well.
    fn done(text: impl Into<Painted>, json: Value) -> Answer {
        Answer { exit: Exit::Done, text: text.into(), json }
    }
}

/// What every command works with.
pub struct Context<'a> {
    /// The escrow's directory.
    pub escrow: PathBuf,
    /// The log, where it is not the one in the escrow's directory.
    pub log: Option<PathBuf>,
    /// Whether the commands are run one after another by the demonstration, with nobody to ask.
    pub scripted: bool,
    /// Where released fields go that are printed.
    pub stdout: &'a mut dyn Write,
    /// Where warnings go.
    pub stderr: &'a mut dyn Write,
    /// Whether `stderr` is a terminal that shows colours.
    pub stderr_in_colour: bool,
    /// Whether `stdout` is a terminal.
    pub stdout_is_terminal: bool,
    /// No colours, no other screen, nothing moves, whatever is a terminal: see [`look::Look`].
    pub plain: bool,
}

impl Context<'_> {
    /// The operating system's random generator. It panics where that fails: nothing can be sealed without.
    fn rng() -> UnwrapErr<SysRng> {
        UnwrapErr(SysRng)
    }

    /// The time that was given, or the clock's.
    fn time(given: Option<Time>) -> Time {
        given.unwrap_or_else(clock::now)
    }

    /// The same, with whatever is said beside the answer said elsewhere.
    fn saying<'b>(&'b mut self, said: &'b mut dyn Write) -> Context<'b> {
        Context {
            escrow: self.escrow.clone(),
            log: self.log.clone(),
            stdout: &mut *self.stdout,
            stderr: said,
            stderr_in_colour: !self.plain,
            ..*self
        }
    }

    fn directory(&self) -> EscrowDir {
        EscrowDir::at(&self.escrow)
    }

    /// Says something beside the answer. What cannot be written there is lost, and stops nothing.
    fn warn(&mut self, text: &str) {
        self.say(&format!("{}\n", crate::text::Shown(text)));
    }

    /// The same, in colour where there is colour.
    fn show(&mut self, text: &Painted) {
        self.say(&format!("{}\n", text.shown(self.stderr_in_colour)));
    }

    /// In one write: standard error is not buffered, and these texts are made one character at a time.
    fn say(&mut self, text: &str) {
        let _ = self.stderr.write_all(text.as_bytes());
    }

    /// The log's path.
    fn log(&self) -> PathBuf {
        self.log.clone().unwrap_or_else(|| self.directory().log())
    }

    /// The escrow as its log has it now, as far as it can be read: to look something up, and to build nothing
    /// on.
    fn peek(&self) -> Option<Escrow> {
        peek(&self.log())
    }
}

/// The escrow as the log at `path` has it, as far as that can be read.
fn peek(path: &Path) -> Option<Escrow> {
    let bytes = files::read_own(path, MAX_LOG).ok()?;
    Reading::of(bytes).ok().map(|reading| reading.escrow)
}

/// What is known of the machine, for the record.
fn environment() -> Environment {
    let text = |text: String| text.parse().expect("it is short and plain");
    Environment {
        tool: text(format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))),
        system: text(format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)),
    }
}

/// Carries out a command.
///
/// # Errors
/// A [`Failure`], which says what failed, where, and what to do next.
pub fn run(cli: Cli, context: &mut Context<'_>) -> Result<Answer, Failure> {
    match cli.command {
        Command::Keygen(args) => people::keygen(&args),
        Command::Enroll(args) => enroll::enroll(args, context),
        Command::Init(args) => init::init(args, context),
        Command::Seal(args) => seal::seal(args, context),
        Command::Check(args) => check::check(args, context),
        Command::Open(args) => open::open(args, context),
        Command::Drill(args) => open::drill(args, context),
        Command::Request(args) => request::request(args, context),
        Command::Approve(args) => vote::approve(args, context),
        Command::Deny(args) => vote::deny(args, context),
        Command::Release(args) => release::release(args, context),
        Command::Action(args) => close::action(args, context),
        Command::Close(args) => close::close(args, context),
        Command::Collect(args) => close::collect(args, context),
        Command::Compare(args) => copies::compare(&args, context),
        Command::Copy(args) => copies::copy(&args, context),
        Command::Adopt(args) => copies::adopt(args, context),
        Command::Retire(args) => retire::retire(args, context),
        Command::Log(args) => log::log(&args, context),
        Command::Head(args) => log::head(&args, context),
        Command::Status(args) => status::status(&args, context),
        Command::Verify(args) => verify::verify(args, context),
        Command::Demo(args) => demo::demo(&args, context),
        Command::Completions(args) => completions::completions(&args, context),
        Command::Man(args) => man::man(&args),
    }
}

/// Writes an output file, which must not exist. When this fails, neither the file is there nor a directory that
/// was made for it.
fn write_output(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut created = Created::default();
    files::create_parent(path, &mut created)
        .and_then(|()| files::create(path, bytes))
        .map_err(|error| failures::not_written(path, &error))?;
    created.keep();
    Ok(())
}

/// Fails where an output file exists already, before anything else is done.
fn must_not_exist(path: &Path) -> Result<(), Failure> {
    if path.symlink_metadata().is_ok() {
        let error = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
        return Err(failures::not_written(path, &error));
    }
    Ok(())
}
