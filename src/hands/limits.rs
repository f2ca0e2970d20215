//! Limits that are set on the process from outside.

/// From here on a write beyond the limit on a file's size fails like one to a full disk, and is answered like
/// that: what was begun is undone. Otherwise the system would end the program in the middle of it.
pub fn outlive_file_limit() {
    #[cfg(unix)]
    {
        use std::sync::atomic::AtomicBool;
        use std::sync::{Arc, Once};

        static ONCE: Once = Once::new();
        // Any handler will do: the write then fails with an error. If none can be set, nothing changes.
        ONCE.call_once(|| {
            let noticed: Arc<AtomicBool> = Arc::default();
            let _ = signal_hook::flag::register(signal_hook::consts::signal::SIGXFSZ, noticed);
        });
    }
}
