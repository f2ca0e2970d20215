//! A medium in memory, and the ways in which a medium can fail.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use breakglass::ledger::medium::Medium;

/// How a medium fails when it is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It does not.
    None,
    /// It says that it cannot write, and has written nothing.
    Fails,
    /// It says that all is well, and has written nothing.
    Loses,
    /// It says that all is well, and one byte is another.
    Changes,
    /// It says that all is well, and the last byte is missing.
    Tears,
    /// It writes, and cannot be read again.
    FailsToReread,
}

/// A log in memory that outlives the ledger.
pub struct MemoryMedium {
    bytes: Rc<RefCell<Vec<u8>>>,
    fault: Fault,
}

impl MemoryMedium {
    /// A medium that works.
    pub fn new(bytes: Rc<RefCell<Vec<u8>>>) -> MemoryMedium {
        MemoryMedium { bytes, fault: Fault::None }
    }

    /// The same medium, failing.
    pub fn failing(self, fault: Fault) -> MemoryMedium {
        MemoryMedium { fault, ..self }
    }
}

impl Medium for MemoryMedium {
    fn read(&mut self) -> io::Result<Vec<u8>> {
        Ok(self.bytes.borrow().clone())
    }

    fn append(&mut self, size: u64, bytes: &[u8]) -> io::Result<()> {
        let mut log = self.bytes.borrow_mut();
        assert_eq!(log.len() as u64, size, "the ledger appends at the end");
        let mut bytes = bytes.to_vec();
        match self.fault {
            Fault::None | Fault::FailsToReread => {}
            Fault::Fails => return Err(io::Error::other("no space left")),
            Fault::Loses => return Ok(()),
            Fault::Changes => bytes[40] ^= 1,
            Fault::Tears => bytes.truncate(bytes.len() - 1),
        }
        log.extend(bytes);
        Ok(())
    }

    fn replace(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.fault == Fault::Fails {
            return Err(io::Error::other("no space left"));
        }
        *self.bytes.borrow_mut() = bytes.to_vec();
        Ok(())
    }

    fn reread(&mut self, from: u64) -> io::Result<Vec<u8>> {
        if self.fault == Fault::FailsToReread {
            return Err(io::Error::other("bad sector"));
        }
        Ok(self.bytes.borrow()[from as usize..].to_vec())
    }
}
