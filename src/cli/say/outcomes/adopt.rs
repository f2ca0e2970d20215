//! What `adopt` did.

use serde::Serialize;

use crate::cli::say::outcome::Outcome;
use crate::cli::say::painted::Painted;
use crate::record::head::Head;

/// The records of a branch were adopted, or there were none to adopt.
#[derive(Default, Serialize)]
pub(crate) struct AdoptOutcome {
    /// How many records the branch has.
    pub(crate) adopted: usize,
    /// The last record that both logs have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<Head>,
    /// The records of this log that hold the branch.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) records: Vec<u64>,
    /// The sealed files of the branch that the other copy does not have as they were sealed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) not_copied: Vec<String>,
}

impl Outcome for AdoptOutcome {
    fn said(&self) -> Painted {
        let Some(from) = &self.from else {
            return "nothing to adopt: this log already has every record of that one".into();
        };
        let records: Vec<_> = self.records.iter().map(u64::to_string).collect();
        let missing = match &self.not_copied[..] {
            [] => String::new(),
            all => format!(
                "not copied, since they are missing there or are not what was sealed:\n    {}\n",
                all.join("\n    ")
            ),
        };
        format!(
            "{missing}{} records after record {} are adopted, as record {}\n\
             now replace the other copy with a copy of this log: breakglass copy",
            self.adopted,
            from.seq,
            records.join(", ")
        )
        .into()
    }
}
