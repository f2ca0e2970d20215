//! What `compare` answers.

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::say::layout::counted;
use crate::cli::say::outcome::{Outcome, Verdict, as_shown};
use crate::cli::say::painted::Painted;
use crate::record::head::Head;

/// How two copies of one escrow relate.
#[derive(Serialize)]
pub(crate) struct CompareOutcome {
    /// How the program ends.
    #[serde(flatten)]
    pub(crate) verdict: Verdict,
    /// How many records they have in common, from the first on.
    pub(crate) common_records: usize,
    /// The two copies.
    pub(crate) copies: [ComparedCopy; 2],
    /// How they relate.
    #[serde(skip)]
    pub(crate) relation: Relation,
}

/// One of two copies.
#[derive(Serialize)]
pub(crate) struct ComparedCopy {
    /// Its log.
    #[serde(serialize_with = "as_shown")]
    pub(crate) log: PathBuf,
    /// The log's head.
    pub(crate) head: Head,
    /// Its first record that the other does not have.
    pub(crate) first_own_record: Option<String>,
}

/// How two copies relate.
pub(crate) enum Relation {
    /// They are the same.
    Same,
    /// One is the beginning of the other.
    Behind {
        /// Whether that is the second.
        second: bool,
        /// How many records it lacks.
        lacks: usize,
    },
    /// They diverge, and one of them adopted the other.
    Adopted,
    /// They diverge.
    Forked,
}

impl Outcome for CompareOutcome {
    fn said(&self) -> Painted {
        let log = |second: bool| self.copies[usize::from(second)].log.display();
        let at = self.common_records;
        let mut lines = Vec::new();
        for ComparedCopy { log, head, .. } in &self.copies {
            lines.push(format!("{}: last record {}, hash {}", log.display(), head.seq, head.hash));
        }
        lines.push(match self.relation {
            Relation::Same => "SAME: record for record".to_owned(),
            Relation::Behind { second, lacks } => {
                let what = if lacks == 1 { "record".to_owned() } else { counted(lacks, "record") };
                format!("BEHIND: {} lacks the last {what} of the other", log(second))
            }
            Relation::Adopted => {
                format!("ADOPTED: they diverge at record {at}, and one of them holds the records of both")
            }
            Relation::Forked => format!("FORK: they diverge at record {at}"),
        });
        if !matches!(self.relation, Relation::Same) {
            for ComparedCopy { log, first_own_record, .. } in &self.copies {
                let first = first_own_record.as_deref().unwrap_or("no further record");
                lines.push(format!("  {}\n  {first}", log.display()));
            }
        }
        if matches!(self.relation, Relation::Forked) {
            lines.push("to merge them: breakglass adopt, signed by two people".to_owned());
        }
        lines.join("\n").into()
    }
}
