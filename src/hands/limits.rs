//! Limits that are set on the process from outside.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How many seconds a lock is waited for, if there is nobody who could break the wait off.
const UNATTENDED: u64 = 60;

/// The most seconds that a lock is waited for.
static PATIENCE: AtomicU64 = AtomicU64::new(u64::MAX);

/// From here on a lock that another program holds is waited for at most so many seconds; if none are given, as long as it
/// takes where a person can break it off, and a minute where there is none.
pub fn wait_at_most(seconds: Option<u32>, is_attended: bool) {
    let usual = if is_attended { u64::MAX } else { UNATTENDED };
    PATIENCE.store(seconds.map_or(usual, u64::from), Ordering::Relaxed);
}

/// The most time that a lock is waited for.
pub(super) fn patience() -> Duration {
    Duration::from_secs(PATIENCE.load(Ordering::Relaxed))
}

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
