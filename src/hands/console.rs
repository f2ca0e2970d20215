//! The console: the controlling terminal as a device, and the signals that end a program.
//!
//! While anybody holds the console nothing that is typed is echoed, so that a passphrase typed too early is
//! not seen either; only [`Console::line`] echoes, while it reads. There is one console in a process, however
//! often it is opened: the last holder to go puts the terminal back as it was.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as device;

#[cfg(not(unix))]
mod elsewhere;
#[cfg(not(unix))]
use elsewhere as device;

mod pressed;

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::time::Duration;

/// How long a pasted text takes to arrive, at most: whatever comes later was typed.
pub(crate) const PASTE: Duration = Duration::from_millis(30);

/// Where standard output leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// To a terminal.
    Terminal,
    /// To `/dev/null`. So does one that was closed: when the program starts, that is put in its place.
    Nowhere,
    /// To a file, a pipe or the like.
    Elsewhere,
}

pub use pressed::Pressed;

pub use device::{Console, exists, give_back, interrupted, listen, was_cut_off};

/// Where standard output leads.
pub fn output() -> Output {
    if io::stdout().is_terminal() {
        Output::Terminal
    } else if device::is_null(&io::stdout()) {
        Output::Nowhere
    } else {
        Output::Elsewhere
    }
}

impl Console {
    /// Throws away what was typed before it was asked for.
    pub(crate) fn forget_typed(&self) {
        // What the kernel does not forget is read away.
        self.flush();
        while let Ok(Pressed::Byte(_)) = self.byte(Some(Duration::ZERO)) {}
    }

    /// Whether more input follows at once: then it was pasted. That input is read and discarded.
    ///
    /// # Errors
    /// Whatever the system says.
    pub(crate) fn more_was_pasted(&self) -> io::Result<bool> {
        let mut more = false;
        while let Pressed::Byte(_) = self.byte(Some(PASTE))? {
            more = true;
        }
        Ok(more)
    }

    /// Puts a question, and reads a line, which the kernel echoes and lets the person correct; `None` at the end.
    ///
    /// # Errors
    /// Whatever the system says.
    pub fn line(&self, question: &str) -> io::Result<Option<Vec<u8>>> {
        let _echo = self.echoing()?;
        self.write(question)?;
        let mut line = Vec::new();
        loop {
            match self.byte(None)? {
                Pressed::Byte(b'\n') => return Ok(Some(line)),
                Pressed::Byte(byte) => line.push(byte),
                Pressed::Nothing => {}
                Pressed::End => return Ok(None),
            }
        }
    }
}

/// Opens the console, even if another part of the program holds it already.
///
/// # Errors
/// The system's error, if there is no terminal.
pub fn open() -> io::Result<Arc<Console>> {
    device::open()
}
