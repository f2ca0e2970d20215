//! What a command found or did, as one value: its text and its JSON are both made of it, so that they cannot disagree.

use std::path::Path;

use serde::{Serialize, Serializer};

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
