//! What every command is, what it works with, and what it answers.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use serde::Serialize;
use serde_json::Value;

use crate::cli::flags::Global;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::outcome::Outcome;
use crate::cli::say::painted::Painted;
use crate::escrow::{KnownLogs, Reading};
use crate::hands::console::Output;
use crate::hands::files;
use crate::hands::machine::Machine;
use crate::hands::sandbox::FileAccess;
use crate::hands::store::{EscrowDir, MAX_LOG};
use crate::hands::{clock, memory, sandbox};
use crate::ledger::log::Ledger;
use crate::ledger::medium::Medium;
use crate::record::card::VerifiedCard;
use crate::record::environment::{Environment, Switch};
use crate::value::names::PersonId;
use crate::value::text::{FreeText, Shown};
use crate::value::time::Time;

/// What a command answers: lines for people, an object for programs.
pub struct Answer {
    /// How the program ends.
    pub exit: Exit,
    /// For people, without a line feed at the end; empty if the command has printed everything itself.
    pub text: Painted,
    /// For programs.
    pub json: Value,
}

impl Answer {
    /// Nothing more to say: the command has printed everything itself.
    pub(crate) fn said_already() -> Answer {
        Answer { exit: Exit::Done, text: Painted::new(), json: Value::Null }
    }

    /// The same, with another end than success.
    #[must_use]
    pub(crate) fn ending(self, exit: Exit) -> Answer {
        Answer { exit, ..self }
    }

    /// The outcome, for people and for programs.
    pub(crate) fn of(exit: Exit, outcome: &impl Outcome) -> Answer {
        Answer::drawn(exit, outcome, outcome.said())
    }

    /// The outcome, where its text depends on more than itself: on the terminal's width, or on where things lie.
    pub(crate) fn drawn(exit: Exit, outcome: &impl Serialize, text: impl Into<Painted>) -> Answer {
        let json = serde_json::to_value(outcome).expect("an outcome's keys are texts");
        Answer { exit, text: text.into(), json }
    }
}

/// A command. Its flags are the fields of what implements this, and its help is their documentation.
pub(crate) trait Verb: Sized {
    /// Whether a secret may come into the program's hands: its memory is locked then.
    const HANDLES_SECRETS: bool;

    /// Whether its record or its answer says what the machine is like: the machine is examined then.
    const RECORDS_MACHINE: bool;

    /// Whether it warns of the machine's deviations before it begins. A command that records them asks about each when
    /// the time comes; the others can only warn.
    const WARNS_OF_MACHINE: bool = Self::HANDLES_SECRETS && !Self::RECORDS_MACHINE;

    /// Which files it needs: its sandbox lets it open no others.
    fn files(&self, global: &Global) -> FileAccess;

    /// Carries it out.
    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure>;
}

/// The program itself, for commands that are about it: the manual, completions, and the demonstration.
#[derive(Clone, Copy)]
pub struct Program {
    /// The definitions of the command line.
    pub(crate) definitions: fn() -> clap::Command,
    /// Carries out what would have been typed, the program's name first. What cannot be parsed is a failure of usage.
    pub(crate) run: fn(&[String], &mut Context<'_>) -> Result<Answer, Failure>,
}

/// What every command works with.
pub struct Context<'a> {
    /// The escrow's directory.
    pub escrow: PathBuf,
    /// The log, if it is not the one in the escrow's directory.
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
    /// The machine, if it was examined.
    pub machine: Option<&'a Machine>,
    /// No colours, no other screen, nothing moves, whatever is a terminal: see [`crate::cli::say::look::Look`].
    pub plain: bool,
    /// The program itself.
    pub program: Program,
    /// The logs that were read so far: each is verified once.
    pub known: Rc<KnownLogs>,
}

impl Context<'_> {
    /// The operating system's random generator. It panics if that fails: nothing can be sealed without it.
    pub(crate) fn rng() -> UnwrapErr<SysRng> {
        UnwrapErr(SysRng)
    }

    /// What is known of the machine, for the record. A demonstration does not examine it.
    pub(crate) fn environment(&self) -> Environment {
        let text = |text: &str| text.parse::<FreeText>().ok();
        let tool = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));
        let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
        let bare = Environment::of(
            text(tool).expect("it is short and plain"),
            text(&system).expect("it is short and plain"),
        );
        let Some(machine) = self.machine else { return bare };
        // A name that is not a valid text is still recorded, escaped.
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
    pub(crate) fn time(given: Option<Time>) -> Time {
        given.unwrap_or_else(clock::now)
    }

    /// A copy of this context whose warnings go to `said`.
    pub(crate) fn saying<'b>(&'b mut self, said: &'b mut dyn Write) -> Context<'b> {
        Context {
            escrow: self.escrow.clone(),
            log: self.log.clone(),
            stdout: &mut *self.stdout,
            stderr: said,
            stderr_in_colour: !self.plain,
            known: Rc::clone(&self.known),
            ..*self
        }
    }

    pub(crate) fn directory(&self) -> EscrowDir {
        EscrowDir::at(&self.escrow)
    }

    /// Says something beside the answer. If it cannot be written it is lost: that must not stop the command.
    pub(crate) fn warn(&mut self, text: &str) {
        self.say(&format!("{}\n", crate::value::text::Shown(text)));
    }

    /// Warns of this machine's deviations, before the first secret is in its memory.
    pub(crate) fn warn_of_machine(&mut self) {
        if self.scripted {
            return;
        }
        let (memory, sandbox) = (Some(memory::state()), Some(sandbox::state()));
        let environment = Environment { memory, sandbox, ..self.environment() };
        for deviation in environment.deviations(false) {
            let what = crate::cli::say::deviation::explain_here(deviation);
            self.warn(&format!("deviation: {what}; `breakglass doctor` says how to fix it"));
        }
    }

    /// The same, in colour where there is colour.
    pub(crate) fn show(&mut self, text: &Painted) {
        self.say(&format!("{}\n", text.shown(self.stderr_in_colour)));
    }

    /// In one write: standard error is not buffered, and these texts are made one character at a time.
    pub(crate) fn say(&mut self, text: &str) {
        let _ = self.stderr.write_all(text.as_bytes());
    }

    /// The log's path.
    pub(crate) fn log(&self) -> PathBuf {
        self.log.clone().unwrap_or_else(|| self.directory().log())
    }

    /// The flags that a command needs to find this log; empty if it finds it without. A path that a shell would take
    /// apart is replaced by a word to be filled in.
    pub(crate) fn place(&self) -> String {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
        let flag = |name: &str, path: &Path| {
            let path = path.to_str().filter(|path| path.bytes().all(plain)).unwrap_or("PATH");
            format!(" {name} {path}")
        };
        let known = std::env::var_os("BREAKGLASS_ESCROW").map_or_else(|| PathBuf::from("."), PathBuf::from);
        let escrow = (self.escrow != known).then(|| flag("--escrow", &self.escrow));
        let log = self.log.as_ref().map(|log| flag("--log", log));
        escrow.into_iter().chain(log).collect()
    }

    /// The log as it is now, as far as it can be read: only to look something up. It is opened again to be extended.
    pub(crate) fn peek(&self) -> Option<Rc<Reading>> {
        self.peek_at(&self.log())
    }

    /// Remembers a log that was verified, so that opening it again does not verify it again.
    pub(crate) fn keep<M: Medium>(&self, ledger: Ledger<M>) {
        self.known.keep(Rc::new(ledger.into_reading()));
    }

    /// A person's card, from the log.
    pub(crate) fn card_of(&self, person: &PersonId) -> Option<VerifiedCard> {
        self.peek()?.escrow.card_of(person)
    }

    /// The log at `path` as it is now, as far as it can be read.
    pub(crate) fn peek_at(&self, path: &Path) -> Option<Rc<Reading>> {
        let bytes = files::read_own(path, MAX_LOG).ok()?;
        self.known.read(bytes).ok()
    }
}
