//! What `agree` did, beside consenting to a proposal.

use serde::Serialize;

use crate::cli::say::outcome::Outcome;
use crate::cli::say::outcomes::statement::StatementPlace;
use crate::cli::say::painted::Painted;
use crate::value::names::PersonId;

/// Somebody agreed with a statement, or countersigned a record.
#[derive(Serialize)]
pub(crate) struct AgreeOutcome {
    pub(crate) person: PersonId,
    /// With what, in words.
    pub(crate) what: String,
    #[serde(skip)]
    pub(crate) place: StatementPlace,
}

impl Outcome for AgreeOutcome {
    fn said(&self) -> Painted {
        format!("{} agrees with {}\n{}", self.person, self.what, self.place).into()
    }
}
