//! Work on what is public: what it allocates need not lie where secrets lie.
//!
//! While a command handles secrets, whatever the program allocates comes from memory that is locked and in no
//! dump, libraries included, so that nobody has to know which of their blocks holds a secret. There is little of
//! such memory, and a log can be long. So reading and extending a log is marked here as what it is.

use std::cell::Cell;

thread_local! {
    /// How many pieces of public work this thread is within.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Does `work`, in which there is no secret: blocks that it allocates come from the system's heap.
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
pub fn at_work() -> bool {
    // A thread that is ending has no such variable any more. What it still allocates may be a secret.
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
