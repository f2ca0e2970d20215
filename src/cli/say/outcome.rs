//! What a command found or did, as one value: its text and its JSON are both made of it, so that they cannot disagree.

use std::path::Path;

use serde::{Serialize, Serializer};

use crate::cli::say::exit::Exit;
use crate::cli::say::painted::Painted;

/// What a command found or did. Programs get it serialised.
pub(crate) trait Outcome: Serialize {
    /// For people, without a line feed at the end.
    fn said(&self) -> Painted;
}

/// Serialises a path as people see it: one that is not UTF-8 is still a path, and does not fail the command.
pub(crate) fn as_shown<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&path.display())
}

/// How the program ends, as an outcome says it whose exit code is itself an answer.
#[derive(Serialize)]
pub(crate) struct Verdict {
    verdict: &'static str,
    exit: u8,
}

impl Verdict {
    /// The word and the number of an exit code.
    pub(crate) fn of(exit: Exit) -> Verdict {
        Verdict { verdict: exit.code(), exit: exit as u8 }
    }
}
