//! Logs that were read already: a command may read one log several times, and verifies it once.

use std::cell::RefCell;
use std::rc::Rc;

use crate::escrow::reading::Reading;
use crate::record::finding::Finding;
use crate::value::public;

/// The logs that a command has read so far. A log grows, and a request file carries a copy: if one begins with a log
/// that is known, only the rest of it is verified.
#[derive(Debug, Default)]
pub struct KnownLogs(RefCell<Vec<Rc<Reading>>>);

impl KnownLogs {
    /// Reads the log in `bytes`, and remembers it.
    ///
    /// # Errors
    /// As [`Reading::of`].
    pub fn read(&self, bytes: Vec<u8>) -> Result<Rc<Reading>, Finding> {
        let reading = Rc::new(self.take(bytes)?);
        self.keep(Rc::clone(&reading));
        Ok(reading)
    }

    /// Reads the log in `bytes` for a caller who will change it: it is forgotten until it is
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

    /// Remembers a log that was read elsewhere.
    pub fn keep(&self, reading: Rc<Reading>) {
        self.0.borrow_mut().push(reading);
    }

    /// Takes out the known log that is the longest beginning of `bytes`.
    fn longest_beginning_of(&self, bytes: &[u8]) -> Option<Rc<Reading>> {
        let mut known = self.0.borrow_mut();
        let fits = |one: &(usize, &Rc<Reading>)| bytes.starts_with(&one.1.bytes);
        let (at, _) = known.iter().enumerate().filter(fits).max_by_key(|(_, one)| one.bytes.len())?;
        Some(known.swap_remove(at))
    }
}
