//! What `man` answers.

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::say::outcome::Outcome;
use crate::cli::say::painted::Painted;

/// The manual was written.
#[derive(Serialize)]
pub(crate) struct ManOutcome {
    /// The pages' files.
    pub(crate) pages: Vec<String>,
    /// Where they are.
    #[serde(skip)]
    pub(crate) directory: PathBuf,
}

impl Outcome for ManOutcome {
    fn said(&self) -> Painted {
        let (count, directory) = (self.pages.len(), self.directory.display());
        let first = self.directory.join("breakglass.1");
        format!("{count} pages written to {directory}; to read the first: man {}", first.display()).into()
    }
}
