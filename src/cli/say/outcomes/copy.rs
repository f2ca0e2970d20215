//! What `copy` answers.

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::say::outcome::Outcome;
use crate::cli::say::painted::Painted;
use crate::record::head::Head;

/// A replica was made, or brought up to date.
#[derive(Serialize)]
pub(crate) struct CopyOutcome {
    /// How many sealed files were copied.
    pub(crate) copied: usize,
    /// The sealed files that could not be, since they are missing or changed.
    pub(crate) not_copied: Vec<String>,
    /// The replica's head.
    pub(crate) head: Head,
    /// The replica's directory.
    #[serde(skip)]
    pub(crate) destination: PathBuf,
}

impl Outcome for CopyOutcome {
    fn said(&self) -> Painted {
        let CopyOutcome { copied, head: Head { seq, hash, .. }, destination, .. } = self;
        let destination = destination.display();
        let files = if *copied == 1 { "file" } else { "files" };
        let mut text = format!(
            "replica in {destination}: {copied} sealed {files} copied, log up to record {seq}, hash {hash}"
        );
        for path in &self.not_copied {
            text.push_str(&format!("\nNOT COPIED, missing or not what was sealed: {path}"));
        }
        text.into()
    }
}
