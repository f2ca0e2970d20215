//! Every word that is asked for on the terminal.
//!
//! Questions and answers go over the controlling terminal, never over standard input or output, so that
//! `--print` can be piped and a CSV can come from a pipe. An answer is one line that was typed or pasted after
//! its question: what came before is thrown away, and of a paste of several lines nothing is taken.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::painted::Painted;
use crate::cli::say::rows::rows_of;
use crate::hands::console::{self, Console, Pressed};
use crate::value::text::{Shown, folded, is_hostile, wrapped};

/// The terminal that questions are asked on. While it exists, only answers that are not secret are echoed.
pub(crate) struct Terminal {
    console: Arc<Console>,
    plain: bool,
}

/// After how long without a key a secret is taken off the screen.
const PATIENCE: Duration = Duration::from_secs(30);

/// Begins and ends the other screen that terminals have: what was on it is in no scrollback.
pub(crate) const OTHER_SCREEN: &str = "\x1b[?1049h\x1b[H\x1b[2J";
/// See [`OTHER_SCREEN`].
pub(crate) const FIRST_SCREEN: &str = "\x1b[2J\x1b[?1049l";

pub(crate) fn unreadable(error: &io::Error) -> Failure {
    Failure::new(Exit::Machine, format!("the terminal cannot be used: {error}"))
        .next("run the same command in another terminal")
}

fn stopped() -> Failure {
    Failure::new(Exit::Interrupted, "stopped before the question was answered")
        .next("run the same command again")
}

impl Terminal {
    /// Opens the controlling terminal.
    ///
    /// # Errors
    /// A [`Failure`] that says what is `needed`, if there is no terminal.
    pub(crate) fn open(needed: &str) -> Result<Terminal, Failure> {
        let none = |_| {
            Failure::new(Exit::Machine, format!("there is no terminal to ask for {needed} on"))
                .next("run this on a terminal, or give the answer as a flag, if there is one for it")
        };
        Ok(Terminal { console: console::open().map_err(none)?, plain: false })
    }

    /// The same terminal; if `plain`, it is shown only lines below each other.
    #[must_use]
    pub(crate) fn plain(self, plain: bool) -> Terminal {
        Terminal { plain, ..self }
    }

    /// Whether it is shown only lines below each other.
    pub(crate) fn is_plain(&self) -> bool {
        self.plain
    }

    /// A writer for the warnings of commands: they are seen where the questions are.
    pub(crate) fn as_writer(&self) -> impl io::Write + use<> {
        OnTerminal(self.shared())
    }

    /// The device, for others to write to as well.
    pub(crate) fn shared(&self) -> Arc<Console> {
        Arc::clone(&self.console)
    }

    /// How many columns and rows its window has.
    pub(crate) fn size(&self) -> (usize, usize) {
        self.console.size()
    }

    /// Shows lines.
    ///
    /// # Errors
    /// A [`Failure`] of the machine.
    pub(crate) fn say(&mut self, text: &str) -> Result<(), Failure> {
        self.show(&text.into())
    }

    /// Shows lines, in colour unless the terminal is a plain one.
    ///
    /// # Errors
    /// A [`Failure`] of the machine.
    pub(crate) fn show(&mut self, text: &Painted) -> Result<(), Failure> {
        let (columns, _) = self.console.size();
        self.write(&format!("{}\n", text.fitted(columns).shown(!self.plain)))
    }

    /// A question on as many lines as it takes, broken between words. The cursor stays on the last one, with room for a
    /// short answer: where the terminal itself breaks a line, it does so within a word.
    fn prompt(&self, question: &str) -> String {
        const ANSWER: usize = 8;
        let (columns, _) = self.console.size();
        let lines = Painted::from(question).fitted(columns.saturating_sub(ANSWER).max(ANSWER));
        format!("{} ", lines.shown(false))
    }

    fn write(&self, text: &str) -> Result<(), Failure> {
        self.console.write(text).map_err(|error| unreadable(&error))
    }

    /// Asks a question, and gives the answer without blanks around it.
    ///
    /// # Errors
    /// A [`Failure`]: interrupted at the end of input.
    pub(crate) fn ask(&mut self, question: &str) -> Result<String, Failure> {
        let failed = |error: io::Error| unreadable(&error);
        loop {
            self.console.forget_typed();
            let question = self.prompt(question);
            let Some(line) = self.console.line(&question).map_err(failed)? else {
                self.write("\n")?;
                return Err(stopped());
            };
            if self.console.more_was_pasted().map_err(failed)? {
                self.say("\n  That was more than one line, and none of it was taken. Please type it again.")?;
                continue;
            }
            match String::from_utf8(line) {
                Ok(line) if !line.chars().any(is_hostile) => return Ok(line.trim().to_owned()),
                _ => self.say("  That contained a control character. Please type it again.")?,
            }
        }
    }

    /// Takes a text of several lines that is pasted, up to and including the line `last`. It is not echoed, and
    /// at most a megabyte of it is taken.
    ///
    /// # Errors
    /// A [`Failure`]: interrupted at the end of input; of the machine.
    pub(crate) fn ask_for_block(&mut self, question: &str, last: &str) -> Result<String, Failure> {
        const MOST: usize = 1 << 20;
        let failed = |error: io::Error| unreadable(&error);
        self.console.forget_typed();
        self.say(question)?;
        let mut text = Vec::new();
        loop {
            let Pressed::Byte(byte) = self.console.byte(None).map_err(failed)? else { return Err(stopped()) };
            if byte == CTRL_D {
                return Err(stopped());
            }
            text.push(byte);
            let ends = text.trim_ascii_end().ends_with(last.as_bytes());
            if ends || text.len() == MOST {
                break;
            }
        }
        // The line feed behind the last line, if it was pasted too.
        self.console.more_was_pasted().map_err(failed)?;
        text.push(b'\n');
        String::from_utf8(text).map_err(|_| {
            Failure::new(Exit::BadInput, "what was pasted is not UTF-8 text").next("ask for it as a file")
        })
    }

    /// Waits for Enter; whatever else is typed before it is neither shown nor kept.
    ///
    /// # Errors
    /// A [`Failure`], as [`Terminal::ask`].
    pub(crate) fn pause(&mut self, what: &str) -> Result<(), Failure> {
        self.console.forget_typed();
        self.write(&self.prompt(what))?;
        loop {
            match self.console.byte(None).map_err(|error| unreadable(&error))? {
                Pressed::Byte(b'\n' | b'\r') => return self.write("\n"),
                Pressed::End | Pressed::Byte(CTRL_D) => return Err(stopped()),
                _ => {}
            }
        }
    }

    /// Asks until the answer can be read as a `T`.
    ///
    /// # Errors
    /// A [`Failure`], as [`Terminal::ask`].
    pub(crate) fn ask_for<T: std::str::FromStr>(&mut self, question: &str) -> Result<T, Failure>
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
    pub(crate) fn confirm(&mut self, question: &str) -> Result<bool, Failure> {
        Ok(self.ask(&format!("{question} Type yes to go on:"))? == "yes")
    }

    /// Asks for a secret, which is not shown while it is typed.
    ///
    /// # Errors
    /// A [`Failure`] at the end of input.
    pub(crate) fn ask_secret(&mut self, question: &str) -> Result<SecretString, Failure> {
        loop {
            self.console.forget_typed();
            self.write(&self.prompt(question))?;
            let is_odd = Arc::new(AtomicBool::new(false));
            // The library edits the line; the terminal itself is ours to set and to put back.
            let config = rpassword::ConfigBuilder::new()
                .input_reader(Keys { console: Arc::clone(&self.console), is_odd: Arc::clone(&is_odd) })
                .output_discard()
                .password_feedback_hide()
                .build();
            let typed = rpassword::read_password_with_config(config);
            self.write("\n")?;
            let typed = Zeroizing::new(typed.map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof | io::ErrorKind::Other => stopped(),
                _ => unreadable(&error),
            })?);
            if self.console.more_was_pasted().map_err(|error| unreadable(&error))? {
                self.say("  That was more than one line, and none of it was taken. Please type it again.")?;
            } else if is_odd.load(Ordering::SeqCst) || typed.contains(char::REPLACEMENT_CHARACTER) {
                // Without that character it would be a different secret from the one that was meant.
                self.say("  That contained a control character. Please type it again.")?;
            } else {
                return Ok(SecretString::from(typed.as_str()));
            }
        }
    }

    /// Asks for a new passphrase, twice. `refuse` says why one will not do.
    ///
    /// # Errors
    /// A [`Failure`], as [`Terminal::ask_secret`].
    pub(crate) fn ask_new_passphrase(
        &mut self,
        refuse: impl Fn(&str) -> Option<String>,
    ) -> Result<SecretString, Failure> {
        loop {
            let first = self.ask_secret("New passphrase:")?;
            if let Some(why) = refuse(first.expose_secret()) {
                self.say(&format!("  {why}"))?;
                continue;
            }
            if first.expose_secret() == self.ask_secret("The same again:")?.expose_secret() {
                return Ok(first);
            }
            self.say("  The two differ. Please type them again.")?;
        }
    }

    /// Shows a secret until Enter is pressed, or nothing for 30 seconds, and leaves nothing of it behind: on
    /// the terminal's other screen, or on a plain terminal a row at a time, each overwritten.
    ///
    /// # Errors
    /// A [`Failure`]: interrupted by Ctrl-C. The value is off the screen then, too.
    pub(crate) fn show_secret(&mut self, name: &str, value: &SecretString) -> Result<(), Failure> {
        self.console.forget_typed();
        if self.plain {
            let (columns, _) = self.console.size();
            self.say(&format!("{name}, row by row; Enter overwrites each:"))?;
            self.show_rows(rows_of(value.expose_secret(), columns))?;
        } else {
            self.show_apart(name, value)?;
        }
        self.say(&format!("{name}: hidden again"))
    }

    /// Shows a text that a person writes down, until Enter is pressed, and takes it off the screen.
    ///
    /// # Errors
    /// A [`Failure`]: interrupted by Ctrl-C. The text is off the screen then, too.
    pub(crate) fn show_to_copy(&mut self, lines: &[String]) -> Result<(), Failure> {
        self.console.forget_typed();
        if self.plain {
            let (columns, _) = self.console.size();
            self.say("Enter overwrites each row:")?;
            let rows = lines
                .iter()
                .filter(|line| !line.is_empty())
                .flat_map(|line| wrapped(line, columns.saturating_sub(1).max(20)));
            return self.show_each(rows.map(Zeroizing::new).collect(), None);
        }
        let text = Shown(&lines.join("\n")).to_string();
        let answered = self
            .write(&format!("{OTHER_SCREEN}{text}\n\nPress Enter once you have written it down; the screen is then cleared."))
            .and_then(|()| self.wait_for_enter(None));
        self.write(FIRST_SCREEN)?;
        answered
    }

    fn show_apart(&self, name: &str, value: &SecretString) -> Result<(), Failure> {
        let (columns, _) = self.console.size();
        let shown = Zeroizing::new(folded(value.expose_secret(), columns).join("\n"));
        let text = Zeroizing::new(format!(
            "{OTHER_SCREEN}{name}:\n\n{}\n\nPress Enter to hide it; it is also hidden after 30 seconds without a key.",
            shown.as_str()
        ));
        let answered = self.write(&text).and_then(|()| self.wait_for_enter(Some(PATIENCE)));
        self.write(FIRST_SCREEN)?;
        answered
    }

    /// Shows rows that fit into the window one after another, each until Enter is pressed or nothing for 30
    /// seconds, and overwrites each.
    ///
    /// # Errors
    /// A [`Failure`]: interrupted by Ctrl-C. The row is off the screen then, too.
    pub(crate) fn show_rows(&self, rows: Vec<Zeroizing<String>>) -> Result<(), Failure> {
        self.show_each(rows, Some(PATIENCE))
    }

    fn show_each(&self, rows: Vec<Zeroizing<String>>, patience: Option<Duration>) -> Result<(), Failure> {
        // A row that the terminal breaks could be overwritten in its last line only.
        let longest = rows.iter().map(|row| row.chars().count()).max().unwrap_or_default();
        let (columns, _) = self.console.size();
        if columns > 0 && longest >= columns {
            return self.write(&format!(
                "not shown: it needs a window of {} columns; make the window wider\n",
                longest + 1
            ));
        }
        for row in rows {
            let blanks = " ".repeat(row.chars().count());
            let answered = self.write(&row).and_then(|()| self.wait_for_enter(patience));
            self.write(&format!("\r{blanks}\r"))?;
            answered?;
        }
        Ok(())
    }

    /// Waits for Enter, with that much patience.
    fn wait_for_enter(&self, patience: Option<Duration>) -> Result<(), Failure> {
        loop {
            match self.console.byte(patience).map_err(|error| unreadable(&error))? {
                Pressed::Byte(b'\n' | b'\r') | Pressed::Nothing => return Ok(()),
                Pressed::End | Pressed::Byte(CTRL_D) => {
                    return Err(Failure::new(
                        Exit::Interrupted,
                        "interrupted; the value was taken off the screen",
                    )
                    .next("run the same command again"));
                }
                Pressed::Byte(_) => {}
            }
        }
    }
}

/// See [`Terminal::as_writer`].
struct OnTerminal(Arc<Console>);

impl io::Write for OnTerminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(&String::from_utf8_lossy(bytes))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What ends the input.
const CTRL_D: u8 = 4;

/// The keys of a line that is being typed. Control characters are noted, and replaced by something that can be seen:
/// the library would silently leave them out.
struct Keys {
    console: Arc<Console>,
    is_odd: Arc<AtomicBool>,
}

impl Read for Keys {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Some(place) = into.first_mut() else { return Ok(0) };
        let Pressed::Byte(byte) = self.console.byte(None)? else { return Err(io::Error::other("stopped")) };
        const ENTER: [u8; 2] = [b'\n', b'\r'];
        const EDIT: [u8; 5] = [0x08, 0x7f, 0x15, 0x17, CTRL_D];
        let is_odd = byte.is_ascii_control() && !ENTER.contains(&byte) && !EDIT.contains(&byte);
        if is_odd {
            self.is_odd.store(true, Ordering::SeqCst);
        }
        *place = if is_odd { b'?' } else { byte };
        Ok(1)
    }
}
