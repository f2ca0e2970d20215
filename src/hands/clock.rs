//! The clock, read here and nowhere else.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::value::time::Time;

/// The time by this machine's clock. A clock outside the years 1970 to 9999 counts as the nearest moment
/// within them: a wrong clock never refuses an emergency.
pub fn now() -> Time {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let first = Time::from_unix(0).expect("1970 is a time");
    first.after(crate::value::time::Seconds(seconds))
}

/// How long something takes, whatever is done to the clock meanwhile.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts it.
    pub fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    /// The time since then.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// A time that was set by hand, and runs on from there.
#[derive(Debug, Clone, Copy)]
pub struct SetTime {
    time: Time,
    since: Stopwatch,
}

impl SetTime {
    /// It is `time` at this moment.
    pub fn begin(time: Time) -> SetTime {
        SetTime { time, since: Stopwatch::start() }
    }

    /// What it is now.
    pub fn now(self) -> Time {
        self.time.after(crate::value::time::Seconds(self.since.elapsed().as_secs()))
    }
}
