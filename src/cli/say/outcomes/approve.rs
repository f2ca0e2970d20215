//! What `approve` did.

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::say::outcome::{Outcome, as_shown};
use crate::cli::say::painted::Painted;
use crate::crypto::digest::Digest;
use crate::value::names::PersonId;

/// A custodian approved a request.
#[derive(Serialize)]
pub(crate) struct ApproveOutcome {
    pub(crate) request_id: Digest,
    pub(crate) person: PersonId,
    /// The approval's file.
    #[serde(serialize_with = "as_shown")]
    pub(crate) approval: PathBuf,
    /// Who gets it.
    #[serde(skip)]
    pub(crate) requester: PersonId,
}

impl Outcome for ApproveOutcome {
    fn said(&self) -> Painted {
        let ApproveOutcome { request_id, person, approval, requester } = self;
        format!(
            "{person} approved request {}; the book was written first\nbring or send {} to {requester}",
            request_id.short(),
            approval.display(),
        )
        .into()
    }
}
