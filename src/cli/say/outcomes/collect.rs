//! What `collect` did.

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::say::outcome::Outcome;
use crate::cli::say::painted::Painted;
use crate::value::names::PersonId;

/// Statements were appended.
#[derive(Serialize)]
pub(crate) struct CollectOutcome {
    /// How many.
    pub(crate) collected: usize,
    #[serde(skip)]
    pub(crate) files: Vec<(PathBuf, FileCollected)>,
    /// The record that holds them; none if there was nothing to append.
    #[serde(skip)]
    pub(crate) record: Option<u64>,
}

/// What became of one file.
pub(crate) enum FileCollected {
    /// Its statement was appended: what it is, and who signed it.
    Appended(String, PersonId),
    /// The log has it already.
    InLog,
    /// Another file holds the same statement.
    GivenTwice,
}

impl Outcome for CollectOutcome {
    fn said(&self) -> Painted {
        let line = |(path, file): &(PathBuf, FileCollected)| match file {
            FileCollected::Appended(kind, person) => format!("{}: {kind} by {person}", path.display()),
            FileCollected::InLog => format!("{}: already in the log", path.display()),
            FileCollected::GivenTwice => format!("{}: given twice", path.display()),
        };
        let record = self.record.map(|seq| format!("logged as record {seq}"));
        self.files.iter().map(line).chain(record).collect::<Vec<_>>().join("\n").into()
    }
}
