//! Work on public material, whose allocations do not need the memory for secrets.
//!
//! While a command handles secrets, whatever the program allocates comes from memory that is locked and in no
//! dump, libraries included, so that nobody has to know which of their blocks holds a secret. There is little of
//! such memory, and a log can be long. So reading and extending logs and books is marked here as public, and so is signing
//! for them: a signing key is lent, and what is made of it is published.

use std::cell::Cell;

thread_local! {
    /// How many pieces of public work this thread is within.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Runs `work` outside the locked arena: its blocks come from the system's heap. The caller promises that it puts no secret
/// into a block.
pub fn work<T>(work: impl FnOnce() -> T) -> T {
    struct Within;
    impl Drop for Within {
        fn drop(&mut self) {
            DEPTH.set(DEPTH.get() - 1);
        }
    }
    DEPTH.set(DEPTH.get() + 1);
    let _within = Within;
    work()
}

/// Whether this thread is at public work.
pub(crate) fn at_work() -> bool {
    // A thread that is ending no longer has this variable. What it still allocates may be a secret.
    DEPTH.try_with(Cell::get).is_ok_and(|depth| depth > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_public_until_the_outermost_ends() {
        assert!(!at_work());
        work(|| {
            work(|| assert!(at_work()));
            assert!(at_work());
        });
        assert!(!at_work());
    }

    #[test]
    fn work_that_panics_ends_too_and_other_threads_are_apart() {
        let caught = std::panic::catch_unwind(|| work(|| panic!("planted")));
        assert!(caught.is_err() && !at_work());
        work(|| std::thread::scope(|scope| scope.spawn(|| assert!(!at_work())).join().unwrap()));
    }
}
