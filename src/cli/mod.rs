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
mod doctor;
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
use crate::environment::{Environment, Switch};
use crate::escrow::{Escrow, Reading};
use crate::hands::console::Output;
use crate::hands::files::{self, Created};
use crate::hands::machine::Machine;
use crate::hands::store::{EscrowDir, MAX_LOG};
use crate::hands::{clock, memory, sandbox};
use crate::painted::Painted;
use crate::text::{FreeText, Shown};
use crate::time::Time;

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
    /// Where `stdout` leads.
    pub output: Output,
    /// The machine, where it was looked at.
    pub machine: Option<&'a Machine>,
    /// No colours, no other screen, nothing moves, whatever is a terminal: see [`look::Look`].
    pub plain: bool,
}

impl Context<'_> {
    /// The operating system's random generator. It panics where that fails: nothing can be sealed without.
    fn rng() -> UnwrapErr<SysRng> {
        UnwrapErr(SysRng)
    }

    /// What is known of the machine, for the record. A demonstration looks at none.
    fn environment(&self) -> Environment {
        let text = |text: &str| text.parse::<FreeText>().ok();
        let tool = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));
        let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
        let bare = Environment::of(
            text(tool).expect("it is short and plain"),
            text(&system).expect("it is short and plain"),
        );
        let Some(machine) = self.machine else { return bare };
        // A name that is no text is still a name.
        let texts = |names: &Option<Vec<String>>| -> Option<Vec<FreeText>> {
            let shown = |name: &String| text(&Shown::line(name).to_string()).or_else(|| text("?"));
            names.as_ref().map(|names| names.iter().filter_map(shown).collect())
        };
        Environment {
            kernel: machine.kernel.as_deref().and_then(text),
            binary: machine.binary,
            memory: Some(memory::state()),
            sandbox: Some(sandbox::state()),
            core_dumps: machine.dumps_core.map(|on| if on { Switch::On } else { Switch::Off }),
            swap: texts(&machine.swap),
            interfaces: texts(&machine.interfaces),
            recorders: texts(&machine.recorders),
            ..bare
        }
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

    /// Says what about this machine is out of order, before the first secret is in its memory.
    fn warn_of_machine(&mut self) {
        if self.scripted {
            return;
        }
        let (memory, sandbox) = (Some(memory::state()), Some(sandbox::state()));
        let environment = Environment { memory, sandbox, ..self.environment() };
        for deviation in environment.deviations(false) {
            let what = request::explain(deviation);
            self.warn(&format!("out of order: {what}; `breakglass doctor` says how to put it right"));
        }
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

/// Carries out a command.
///
/// # Errors
/// A [`Failure`], which says what failed, where, and what to do next.
pub fn run(cli: Cli, context: &mut Context<'_>) -> Result<Answer, Failure> {
    // Seals, requests and releases ask about it, and record it; the others can only say it.
    if cli.command.handles_secrets()
        && (!cli.command.records_machine() || matches!(cli.command, Command::Init(_)))
    {
        context.warn_of_machine();
    }
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
        Command::Doctor(args) => doctor::doctor(&args, context),
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
