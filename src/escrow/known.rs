//! Logs that were read already: a command comes across one log several times, and verifies it once.

use std::cell::RefCell;
use std::rc::Rc;

use crate::escrow::reading::Reading;
use crate::record::finding::Finding;
use crate::value::public;

/// The logs that a command has read so far. One log grows, or is carried by a request file: whatever begins with a
/// log that is known is verified from there on.
#[derive(Debug, Default)]
pub struct KnownLogs(RefCell<Vec<Rc<Reading>>>);

impl KnownLogs {
    /// Reads the log in `bytes`, and keeps in mind what it amounts to.
    ///
    /// # Errors
    /// As [`Reading::of`].
    pub fn read(&self, bytes: Vec<u8>) -> Result<Rc<Reading>, Finding> {
        let reading = Rc::new(self.take(bytes)?);
        self.keep(Rc::clone(&reading));
        Ok(reading)
    }

    /// Reads the log in `bytes` for somebody who goes on to change it: it is no longer known afterwards, until it is
    /// [kept](KnownLogs::keep) again.
    ///
    /// # Errors
    /// As [`Reading::of`].
    pub fn take(&self, bytes: Vec<u8>) -> Result<Reading, Finding> {
        public::work(|| match self.longest_beginning_of(&bytes) {
            Some(known) => Rc::unwrap_or_clone(known).resume(bytes),
            None => Reading::of(bytes),
        })
    }

    /// Keeps a log in mind that was read elsewhere.
    pub fn keep(&self, reading: Rc<Reading>) {
        self.0.borrow_mut().push(reading);
    }

    /// Takes out what is known of the most of `bytes`.
    fn longest_beginning_of(&self, bytes: &[u8]) -> Option<Rc<Reading>> {
        let mut known = self.0.borrow_mut();
        let fits = |one: &(usize, &Rc<Reading>)| bytes.starts_with(&one.1.bytes);
        let (at, _) = known.iter().enumerate().filter(fits).max_by_key(|(_, one)| one.bytes.len())?;
        Some(known.swap_remove(at))
    }
}
