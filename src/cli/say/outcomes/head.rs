//! What `head` answers.

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::say::outcome::Outcome;
use crate::cli::say::painted::Painted;
use crate::record::head::HeadFile;
use crate::value::text::FreeText;

/// The log's head.
#[derive(Serialize)]
pub(crate) struct HeadOutcome {
    /// The head, as a file of it says.
    #[serde(flatten)]
    pub(crate) head: HeadFile,
    /// Its hash as words.
    pub(crate) words: String,
    /// The escrow's name.
    #[serde(skip)]
    pub(crate) name: FreeText,
    /// The file that it was written to.
    #[serde(skip)]
    pub(crate) output: Option<PathBuf>,
}

impl Outcome for HeadOutcome {
    fn said(&self) -> Painted {
        let HeadOutcome { head, words, name, output } = self;
        let mut text = format!(
            "{name}\n size {} bytes, last record {}, hash {}\nwords of this head: {words}",
            head.size, head.seq, head.hash
        );
        if let Some(output) = output {
            text.push_str(&format!("\nwritten to {}: take it home, away from the log", output.display()));
        }
        text.into()
    }
}
