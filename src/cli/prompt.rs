//! Every word that is asked for on the terminal.
//!
//! Questions and answers go over the controlling terminal, never over standard input or output, so that
//! `--print` can be piped and a CSV can come from a pipe. Where echo cannot be turned off, nothing secret is
//! asked for.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Write as _};

use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::cli::exit::{Exit, Failure};
use crate::text::Shown;

/// The terminal that questions are asked on.
pub struct Terminal {
    reader: BufReader<File>,
    writer: File,
}

const DEVICE: &str = "/dev/tty";

fn unreadable(error: &io::Error) -> Failure {
    Failure::new(Exit::Machine, format!("the terminal cannot be used: {error}"))
        .next("run the same command in another terminal")
}

fn interrupted(what: &str) -> Failure {
    Failure::new(Exit::Interrupted, what).next("run the same command again")
}

impl Terminal {
    /// Opens the controlling terminal.
    ///
    /// # Errors
    /// A [`Failure`] that says what is `needed`, where there is none.
    pub fn open(needed: &str) -> Result<Terminal, Failure> {
        let open = || OpenOptions::new().read(true).write(true).open(DEVICE);
        let none = |_| {
            Failure::new(Exit::Machine, format!("there is no terminal to ask for {needed} on"))
                .next("run this on a terminal, or give the answer as a flag where there is one")
        };
        let writer = open().map_err(none)?;
        if !writer.is_terminal() {
            return Err(none(io::Error::other("not a terminal")));
        }
        Ok(Terminal { reader: BufReader::new(open().map_err(none)?), writer })
    }

    /// Whether there is a terminal at all.
    pub fn exists() -> bool {
        Terminal::open("").is_ok()
    }

    /// Shows lines.
    ///
    /// # Errors
    /// A [`Failure`] of the machine.
    pub fn say(&mut self, text: &str) -> Result<(), Failure> {
        writeln!(self.writer, "{}", Shown(text)).map_err(|error| unreadable(&error))
    }

    /// Shows a secret on a line of its own, then waits for Enter and takes the line away again.
    ///
    /// # Errors
    /// A [`Failure`] of the machine.
    pub fn show_secret(&mut self, name: &str, value: &SecretString) -> Result<(), Failure> {
        let shown = Zeroizing::new(Shown(value.expose_secret()).to_string());
        writeln!(self.writer, "{name}: {}", shown.as_str()).map_err(|error| unreadable(&error))?;
        let rows = self.rows_of(name.chars().count() + 2 + shown.chars().count());
        let lines: usize = shown.matches('\n').count() + rows;
        let answered = self.wait_for_enter("  Enter hides it again ");
        // Up over the question and the value, and clear to the end of the screen.
        write!(self.writer, "\x1b[{lines}A\r\x1b[J").map_err(|error| unreadable(&error))?;
        answered?;
        writeln!(self.writer, "{name}: hidden again").map_err(|error| unreadable(&error))
    }

    fn rows_of(&self, characters: usize) -> usize {
        #[cfg(unix)]
        let columns = rustix::termios::tcgetwinsize(&self.writer).map_or(80, |size| usize::from(size.ws_col));
        #[cfg(not(unix))]
        let columns = 80;
        characters.div_ceil(columns.max(1)).max(1)
    }

    /// Asks a question, and gives the answer without blanks around it.
    ///
    /// # Errors
    /// A [`Failure`]: interrupted at the end of input.
    pub fn ask(&mut self, question: &str) -> Result<String, Failure> {
        write!(self.writer, "{} ", Shown(question)).map_err(|error| unreadable(&error))?;
        let mut answer = String::new();
        let length = self.reader.read_line(&mut answer).map_err(|error| unreadable(&error))?;
        if length == 0 {
            return Err(interrupted("the input ended before the question was answered"));
        }
        Ok(answer.trim().to_owned())
    }

    /// Waits for Enter without echo, so that nothing typed moves what is on the screen, and without signals, so
    /// that Ctrl-C does not leave it there.
    fn wait_for_enter(&mut self, question: &str) -> Result<(), Failure> {
        let _quiet = Quiet::begin(&self.writer)?;
        write!(&self.writer, "{question}").map_err(|error| unreadable(&error))?;
        let mut keys = Keys(self.writer.try_clone().map_err(|error| unreadable(&error))?);
        let mut key = [0];
        loop {
            match io::Read::read(&mut keys, &mut key) {
                Ok(1) if [b'\n', b'\r'].contains(&key[0]) => return Ok(()),
                Ok(1) if key[0] != CTRL_D => {}
                _ => {
                    return Err(interrupted("interrupted; the value was taken off the screen"));
                }
            }
        }
    }

    /// Asks until the answer can be read as a `T`.
    ///
    /// # Errors
    /// A [`Failure`], as [`Terminal::ask`].
    pub fn ask_for<T: std::str::FromStr>(&mut self, question: &str) -> Result<T, Failure>
    where
        T::Err: std::fmt::Display,
    {
        loop {
            match self.ask(question)?.parse() {
                Ok(answer) => return Ok(answer),
                Err(error) => self.say(&format!("  {error}"))?,
            }
        }
    }

    /// Asks a question that only a typed `yes` answers with yes.
    ///
    /// # Errors
    /// A [`Failure`], as [`Terminal::ask`].
    pub fn confirm(&mut self, question: &str) -> Result<bool, Failure> {
        Ok(self.ask(&format!("{question} Type yes to go on:"))? == "yes")
    }

    /// Asks for a secret, which is not shown while it is typed.
    ///
    /// # Errors
    /// A [`Failure`], where echo cannot be turned off, and at the end of input.
    pub fn ask_secret(&mut self, question: &str) -> Result<SecretString, Failure> {
        let failed = |error: io::Error| unreadable(&error);
        // The question is shown only once echo is off, so that nothing typed early is seen either.
        let quiet = Quiet::begin(&self.writer)?;
        write!(&self.writer, "{} ", Shown(question)).map_err(failed)?;
        // The library edits the line; the terminal itself is ours to set and to put back.
        let config = rpassword::ConfigBuilder::new()
            .input_reader(Keys(self.writer.try_clone().map_err(failed)?))
            .output_discard()
            .password_feedback_hide()
            .build();
        let typed = rpassword::read_password_with_config(config);
        drop(quiet);
        writeln!(self.writer).map_err(failed)?;
        let typed = Zeroizing::new(typed.map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::Other => {
                interrupted("the input ended before the question was answered")
            }
            _ => unreadable(&error),
        })?);
        Ok(SecretString::from(typed.as_str()))
    }

    /// Asks for a new passphrase, twice.
    ///
    /// # Errors
    /// A [`Failure`], as [`Terminal::ask_secret`].
    pub fn ask_new_passphrase(&mut self) -> Result<SecretString, Failure> {
        loop {
            let first = self.ask_secret("New passphrase:")?;
            if first.expose_secret().chars().count() < 12 {
                self.say("  at least 12 characters, please: several words are easy to remember")?;
                continue;
            }
            if first.expose_secret() == self.ask_secret("The same again:")?.expose_secret() {
                return Ok(first);
            }
            self.say("  the two differ; once more")?;
        }
    }
}

/// What Ctrl-C types, where the terminal makes no signal of it.
const CTRL_C: u8 = 3;

/// What ends the input.
const CTRL_D: u8 = 4;

/// Keys as they are pressed. Ctrl-C ends the input: as a signal it would end the program before the terminal
/// is put back.
struct Keys(File);

impl io::Read for Keys {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.0.read(into)?;
        if into[..length].contains(&CTRL_C) { Err(io::Error::other("interrupted")) } else { Ok(length) }
    }
}

/// A terminal that does not echo, for as long as the value lives.
struct Quiet<'a> {
    #[cfg(unix)]
    before: rustix::termios::Termios,
    #[cfg_attr(not(unix), expect(dead_code))]
    terminal: &'a File,
}

impl Quiet<'_> {
    fn begin(terminal: &File) -> Result<Quiet<'_>, Failure> {
        #[cfg(unix)]
        {
            use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, tcgetattr, tcsetattr};
            let refused = |error: rustix::io::Errno| unreadable(&error.into());
            let before = tcgetattr(terminal).map_err(refused)?;
            let mut quiet = before.clone();
            let modes = LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG;
            quiet.local_modes.remove(modes);
            quiet.special_codes[SpecialCodeIndex::VMIN] = 1;
            quiet.special_codes[SpecialCodeIndex::VTIME] = 0;
            tcsetattr(terminal, OptionalActions::Now, &quiet).map_err(refused)?;
            Ok(Quiet { before, terminal })
        }
        #[cfg(not(unix))]
        Ok(Quiet { terminal })
    }
}

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        #[cfg(unix)]
        {
            use rustix::termios::{OptionalActions, tcsetattr};
            // Best effort: a terminal that is gone needs no echo.
            let _ = tcsetattr(self.terminal, OptionalActions::Now, &self.before);
        }
    }
}
