//! What `action` did.

use serde::Serialize;

use crate::cli::say::outcome::Outcome;
use crate::cli::say::outcomes::statement::StatementPlace;
use crate::cli::say::painted::Painted;
use crate::crypto::digest::Digest;
use crate::value::text::FreeText;

/// An action was stated.
#[derive(Serialize)]
pub(crate) struct ActionOutcome {
    pub(crate) request_id: Digest,
    pub(crate) action: FreeText,
    #[serde(skip)]
    pub(crate) place: StatementPlace,
}

impl Outcome for ActionOutcome {
    fn said(&self) -> Painted {
        let request = self.request_id.short();
        format!("action recorded for request {request}: {}\n{}", self.action, self.place).into()
    }
}
