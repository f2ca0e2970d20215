//! What `check` found.

use serde::Serialize;

use crate::cli::say::outcome::Outcome;
use crate::cli::say::outcomes::statement::StatementPlace;
use crate::cli::say::painted::Painted;
use crate::value::names::PersonId;

/// A custodian's shares are sound, and the custodian has stated it.
#[derive(Serialize)]
pub(crate) struct CheckOutcome {
    pub(crate) person: PersonId,
    /// The generations whose shares are sound, by their titles.
    pub(crate) sound: Vec<String>,
    #[serde(skip)]
    pub(crate) place: StatementPlace,
}

impl CheckOutcome {
    /// Which shares are sound, on one line.
    pub(crate) fn line(&self) -> String {
        format!("{} shares of {} are sound: {}", self.sound.len(), self.person, self.sound.join(", "))
    }
}

impl Outcome for CheckOutcome {
    fn said(&self) -> Painted {
        format!("{}\n{}", self.line(), self.place).into()
    }
}
