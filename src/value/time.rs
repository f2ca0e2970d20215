//! Moments and durations: UTC seconds, written as RFC 3339. Reading the clock is not done here.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A moment, in whole seconds of UTC, written `2026-11-23T01:02:03Z`. From 1970, the default, to 9999-12-30T22:00:00Z.
#[derive(Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Time(u64);

/// A length of time in whole seconds, written as `90s`, `5m`, `4h` or `30d`; shown in the largest unit that
/// divides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Seconds(pub u64);

/// A text that is not a moment, or not a length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimeError {
    /// Not RFC 3339 in UTC with whole seconds.
    #[error("not a time: it has to be written like `2026-11-23T01:02:03Z` (RFC 3339, UTC, whole seconds)")]
    NotATime,
    /// Not a number and a unit.
    #[error("not a length of time: a number and s, m, h or d are expected, e.g. `4h`")]
    NotADuration,
}

/// 9999-12-30T22:00:00Z, the last moment that is written in every offset from UTC, and that `jiff` takes.
const LAST: u64 = 253_402_207_200;

impl Time {
    /// The moment `seconds` after 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// [`TimeError::NotATime`] past 9999-12-30T22:00:00Z.
    pub fn from_unix(seconds: u64) -> Result<Time, TimeError> {
        if seconds > LAST { Err(TimeError::NotATime) } else { Ok(Time(seconds)) }
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn unix(self) -> u64 {
        self.0
    }

    /// The moment `length` later, or the last moment that can be written if it lies beyond that.
    pub fn after(self, length: Seconds) -> Time {
        Time(self.0.saturating_add(length.0).min(LAST))
    }

    /// The seconds from `earlier` to this moment; 0 if it is not earlier.
    pub fn since(self, earlier: Time) -> Seconds {
        Seconds(self.0.saturating_sub(earlier.0))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = Timestamp::new(self.0 as i64, 0).expect("a Time lies within the years 1970 to 9999");
        out.pad(&moment.to_string())
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self}")
    }
}

impl FromStr for Time {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Time, TimeError> {
        let moment: Timestamp = text.parse().map_err(|_| TimeError::NotATime)?;
        let time = u64::try_from(moment.as_second()).map_err(|_| TimeError::NotATime)?;
        let time = Time::from_unix(time)?;
        // One moment has one spelling: fractions, offsets and lower-case letters are refused.
        if time.to_string() == text { Ok(time) } else { Err(TimeError::NotATime) }
    }
}

impl TryFrom<String> for Time {
    type Error = TimeError;

    fn try_from(text: String) -> Result<Time, TimeError> {
        text.parse()
    }
}

impl From<Time> for String {
    fn from(time: Time) -> String {
        time.to_string()
    }
}

impl FromStr for Seconds {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Seconds, TimeError> {
        let unit = match text.chars().last() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3600,
            Some('d') => 86_400,
            _ => return Err(TimeError::NotADuration),
        };
        let digits = &text[..text.len() - 1];
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(TimeError::NotADuration);
        }
        let number: u64 = digits.parse().map_err(|_| TimeError::NotADuration)?;
        number.checked_mul(unit).filter(|length| *length <= LAST).map(Seconds).ok_or(TimeError::NotADuration)
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(86_400, 'd'), (3600, 'h'), (60, 'm')];
        let fits = units.iter().find(|(unit, _)| self.0 > 0 && self.0.is_multiple_of(*unit));
        let (unit, letter) = *fits.unwrap_or(&(1, 's'));
        write!(out, "{}{letter}", self.0 / unit)
    }
}

impl TryFrom<String> for Seconds {
    type Error = TimeError;

    fn try_from(text: String) -> Result<Seconds, TimeError> {
        text.parse()
    }
}

impl From<Seconds> for String {
    fn from(length: Seconds) -> String {
        length.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_one_spelling() {
        let good = "2026-11-23T01:02:03Z";
        assert_eq!(good.parse::<Time>().unwrap().to_string(), good);
        assert_eq!(Time::from_unix(0).unwrap().to_string(), "1970-01-01T00:00:00Z");
        for bad in [
            "2026-11-23T01:02:03+00:00",
            "2026-11-23T01:02:03.0Z",
            "2026-11-23t01:02:03z",
            "2026-11-23 01:02:03Z",
            "1969-12-31T23:59:59Z",
            "2026-11-23T01:02Z",
            "now",
            "",
        ] {
            assert_eq!(bad.parse::<Time>(), Err(TimeError::NotATime), "{bad}");
        }
        assert!(Time::from_unix(LAST + 1).is_err());
        // The last moment can be written and read again, and nothing lies beyond it.
        let last = Time::from_unix(LAST).unwrap();
        assert_eq!(last.to_string(), "9999-12-30T22:00:00Z");
        assert_eq!(last.to_string().parse(), Ok(last));
        assert_eq!(last.after(Seconds(LAST)), last);
    }

    #[test]
    fn lengths_of_time_are_a_number_and_a_unit() {
        assert_eq!("4h".parse(), Ok(Seconds(14_400)));
        assert_eq!("30d".parse(), Ok(Seconds(2_592_000)));
        for bad in ["", "h", "4", "-4h", "4 h", "4w", "99999999999999999999d", "+4h", "4é"] {
            assert_eq!(bad.parse::<Seconds>(), Err(TimeError::NotADuration), "{bad}");
        }
        assert_eq!(Seconds(14_400).to_string(), "4h");
        assert_eq!(Seconds(2 * 86_400).to_string(), "2d");
        assert_eq!(Seconds(5_400).to_string(), "90m");
        assert_eq!(Seconds(0).to_string(), "0s");
    }
}
