//! Exit codes and failures: what failed, where, and what to do next.

use std::fmt;

use serde_json::{Value, json};

use crate::cli::say::painted::{Painted, Tone};
use crate::record::finding::Severity;
use crate::value::text::Shown;

macro_rules! exits {
    ($($(#[$doc:meta])* $exit:ident = $number:literal, $code:literal;)+) => {
        /// How the program ends. The numbers are in people's runbooks, so they are never reused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Exit {
            $($(#[$doc])* $exit = $number,)+
        }

        impl Exit {
            /// Every exit, by number.
            pub const ALL: &'static [Exit] = &[$(Exit::$exit,)+];

            /// The stable word for it, which `--json` gives.
            pub fn code(self) -> &'static str {
                match self { $(Exit::$exit => $code,)+ }
            }
        }
    };
}

exits! {
    /// Done, and all is well.
    Done = 0, "done";
    /// The machine failed: input or output, no terminal, a full disk.
    Machine = 1, "machine";
    /// The command line makes no sense.
    Usage = 2, "usage";
    /// Malformed, non-canonical or hostile input.
    BadInput = 3, "bad-input";
    /// Not allowed: too few approvals, the wrong person or purpose, or a request that has ended.
    NotAuthorised = 4, "not-authorised";
    /// A share or approval is bad; its custodian is named.
    BadShare = 5, "bad-share";
    /// An identity could not be unlocked.
    Locked = 6, "locked";
    /// A signature, the chain or a rule is broken.
    Tampered = 10, "tampered";
    /// The log ends in damaged bytes.
    Torn = 11, "torn";
    /// The log is shorter than a head kept elsewhere says.
    Truncated = 12, "truncated";
    /// Two histories.
    Fork = 13, "fork";
    /// Unexplained activity or unmet obligations.
    Findings = 14, "findings";
    /// Duties are overdue.
    Overdue = 15, "overdue";
    /// This machine is not fit.
    Unfit = 16, "unfit";
    /// Interrupted.
    Interrupted = 130, "interrupted";
}

impl From<Severity> for Exit {
    fn from(worst: Severity) -> Exit {
        match worst {
            Severity::Tampered => Exit::Tampered,
            Severity::Fork => Exit::Fork,
            Severity::Truncated => Exit::Truncated,
            Severity::Torn => Exit::Torn,
            Severity::Finding => Exit::Findings,
            Severity::Warning | Severity::Note => Exit::Done,
        }
    }
}

/// Why a command did not do what it was asked, on three lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// How the program ends.
    pub exit: Exit,
    /// What failed.
    pub what: String,
    /// Where: a file, a record, a byte.
    pub(crate) at: Option<String>,
    /// What to do next.
    pub(crate) next: String,
}

/// A failure that does not say yet what to do next. No function returns one, so every failure has a next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unremedied {
    exit: Exit,
    what: String,
    at: Option<String>,
}

impl Unremedied {
    /// Says where.
    #[must_use]
    pub(crate) fn at(mut self, place: impl fmt::Display) -> Unremedied {
        self.at = Some(masked(&place.to_string()));
        self
    }

    /// Says what to do next, which completes it.
    #[must_use]
    pub(crate) fn next(self, remedy: impl fmt::Display) -> Failure {
        let Unremedied { exit, what, at } = self;
        Failure { exit, what, at, next: masked(&remedy.to_string()) }
    }
}

impl Failure {
    /// Begins a failure that ends the program like this.
    #[expect(clippy::new_ret_no_self, reason = "what to do next is missing, and has to be said")]
    pub(crate) fn new(exit: Exit, what: impl fmt::Display) -> Unremedied {
        Unremedied { exit, what: masked(&what.to_string()), at: None }
    }

    /// Says where.
    #[must_use]
    pub(crate) fn at(mut self, place: impl fmt::Display) -> Failure {
        self.at = Some(masked(&place.to_string()));
        self
    }

    /// Says something else to do next, instead.
    #[must_use]
    pub(crate) fn next(mut self, remedy: impl fmt::Display) -> Failure {
        self.next = masked(&remedy.to_string());
        self
    }

    /// Adds another thing to do next.
    #[must_use]
    pub(crate) fn or_next(mut self, remedy: &str) -> Failure {
        if !self.next.contains(remedy) {
            self.next = format!("{}; {}", self.next, masked(remedy));
        }
        self
    }

    /// As lines for people.
    pub fn painted(&self) -> Painted {
        let mut text = Painted::of(Tone::Bad, "error:").and(Tone::Plain, format!(" {}", set_off(&self.what)));
        if let Some(at) = &self.at {
            text.push(Tone::Quiet, "\n   at:");
            text.push(Tone::Plain, format!(" {}", set_off(at)));
        }
        text.push(Tone::Strong, "\n next:");
        text.and(Tone::Plain, format!(" {}", set_off(&self.next)))
    }

    /// As an object for programs.
    pub fn to_json(&self) -> Value {
        let mut error = json!({ "code": self.exit.code(), "exit": self.exit as u8, "what": self.what });
        if let Some(at) = &self.at {
            error["at"] = json!(at);
        }
        error["next"] = json!(self.next);
        json!({ "error": error })
    }
}

/// A text with the secret keys in it masked: one may have been pasted where a file's name belongs.
fn masked(text: &str) -> String {
    const KEY: &str = "age-secret-key-";
    let mut rest = text;
    let mut shown = String::new();
    while let Some(at) = rest.to_ascii_lowercase().find(KEY) {
        shown.push_str(&rest[..at + KEY.len()]);
        shown.push('…');
        rest =
            rest[at + KEY.len()..].trim_start_matches(|one: char| one.is_ascii_alphanumeric() || one == '-');
    }
    shown + rest
}

/// On as many lines as it has, indented so that none of them passes for one of the three: a file's name may
/// contain a line break.
fn set_off(text: &str) -> String {
    Shown(text).to_string().replace('\n', "\n       ")
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.painted().fmt(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_exits_share_a_number_or_a_word() {
        for (at, one) in Exit::ALL.iter().enumerate() {
            for other in &Exit::ALL[..at] {
                assert!(*one as u8 != *other as u8 && one.code() != other.code(), "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn a_secret_key_is_never_repeated() {
        let failure = Failure::new(Exit::BadInput, "x AGE-SECRET-KEY-1QQQ y")
            .at("age-secret-key-1zzz.key AGE-SECRET-KEY-PQ-1QQQ")
            .next("age-secret-key-1zzz");
        let text = format!("{failure} {}", failure.to_json());
        assert!(!text.contains("QQQ") && !text.contains("zzz") && text.contains(" y"), "{text}");
    }

    #[test]
    fn failures_are_escaped() {
        let failure = Failure::new(Exit::BadInput, "x\u{1b}[2J").at("f\u{202e}").next("n");
        assert_eq!(failure.to_string(), "error: x\\u{1b}[2J\n   at: f\\u{202e}\n next: n");
        let failure = Failure::new(Exit::BadInput, "x").at("f\n next: n").next("m");
        assert_eq!(failure.to_string(), "error: x\n   at: f\n        next: n\n next: m");
        assert_eq!(
            failure.painted().shown(true),
            "\u{1b}[1;31merror:\u{1b}[0m x\n\u{1b}[2m   at:\u{1b}[0m f\n        next: n\n\u{1b}[1m next:\u{1b}[0m m"
        );
        let failure = Failure::new(Exit::BadInput, "x\u{1b}[2J").at("f\u{202e}").next("n\u{7}");
        let shown = failure.painted().shown(true);
        assert!(shown.contains(" x\\u{1b}[2J\n") && shown.contains(" f\\u{202e}\n"), "{shown}");
        assert!(shown.ends_with(" n\\u{7}"), "{shown}");
    }
}
