//! What `retire` did.

use serde::Serialize;

use crate::cli::say::outcome::Outcome;
use crate::cli::say::painted::Painted;
use crate::value::names::PersonId;

/// A person has retired.
#[derive(Serialize)]
pub(crate) struct RetireOutcome {
    pub(crate) person: PersonId,
    pub(crate) record: u64,
    /// The current generations of which they still hold a share, by their titles.
    pub(crate) holds: Vec<String>,
}

impl Outcome for RetireOutcome {
    fn said(&self) -> Painted {
        let mut text = format!("{} has retired; logged as record {}", self.person, self.record);
        if !self.holds.is_empty() {
            let holds = self.holds.join(", ");
            text.push_str(&format!(
                "\nthey still hold shares of {holds}: seal the next generation to others"
            ));
        }
        text.into()
    }
}
