//! What `close` did.

use serde::Serialize;

use crate::cli::say::outcome::Outcome;
use crate::cli::say::outcomes::statement::StatementPlace;
use crate::cli::say::painted::Painted;
use crate::crypto::digest::Digest;
use crate::value::names::PersonId;

/// A request was closed.
#[derive(Serialize)]
pub(crate) struct CloseOutcome {
    pub(crate) request_id: Digest,
    pub(crate) closed_by: PersonId,
    #[serde(skip)]
    pub(crate) place: StatementPlace,
}

impl Outcome for CloseOutcome {
    fn said(&self) -> Painted {
        let request = self.request_id.short();
        format!("request {request} is closed by {}\n{}", self.closed_by, self.place).into()
    }
}
