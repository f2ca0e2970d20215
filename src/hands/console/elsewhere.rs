//! No console: on a system where echo cannot be turned off, nothing is asked.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::pressed::Pressed;

/// There is none here: if echo cannot be turned off, nothing is asked.
#[derive(Debug)]
pub enum Console {}

/// Signals end the program at once.
///
/// # Errors
/// None.
pub fn listen() -> io::Result<()> {
    Ok(())
}

/// Signals end the program at once.
pub fn interrupted() -> bool {
    false
}

/// Never: signals end the program at once.
pub fn was_cut_off() -> bool {
    false
}

/// There is none to give back.
pub fn give_back() {}

/// Whether there is a terminal.
pub fn exists() -> bool {
    false
}

/// Always the same: it cannot be found out here.
pub(super) fn is_null(_stdout: &io::Stdout) -> bool {
    false
}

pub(super) fn open() -> io::Result<Arc<Console>> {
    Err(io::ErrorKind::Unsupported.into())
}

impl Console {
    pub(super) fn echoing(&self) -> io::Result<Box<()>> {
        match *self {}
    }

    pub(super) fn flush(&self) {
        match *self {}
    }

    /// Never called.
    ///
    /// # Errors
    /// None.
    pub fn byte(&self, _: Option<Duration>) -> io::Result<Pressed> {
        match *self {}
    }

    /// Never called.
    ///
    /// # Errors
    /// None.
    pub fn write(&self, _: &str) -> io::Result<()> {
        match *self {}
    }

    /// Never called.
    pub fn size(&self) -> (usize, usize) {
        match *self {}
    }
}
