//! The medium: where a log or a book lies.

use std::io;

/// Where a log lies. It is locked for as long as the value lives.
pub trait Medium {
    /// Reads everything.
    ///
    /// # Errors
    /// Whatever the medium says.
    fn read(&mut self) -> io::Result<Vec<u8>>;

    /// Writes `bytes` at the end, which must be at `size`, in one write, and makes them durable.
    ///
    /// # Errors
    /// Whatever the medium says; after that the medium is not to be trusted.
    fn append(&mut self, size: u64, bytes: &[u8]) -> io::Result<()>;

    /// Puts `bytes` in the place of everything, so that at any moment the medium holds either what was there or
    /// `bytes`, and makes them durable.
    ///
    /// # Errors
    /// Whatever the medium says; what was there is still there then.
    fn replace(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Reads again, from the medium and not from memory, everything from byte `from` on.
    ///
    /// # Errors
    /// Whatever the medium says.
    fn reread(&mut self, from: u64) -> io::Result<Vec<u8>>;
}
