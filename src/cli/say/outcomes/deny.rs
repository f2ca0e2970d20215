//! What `deny` did.

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::say::outcome::{Outcome, as_shown};
use crate::cli::say::painted::Painted;
use crate::crypto::digest::Digest;
use crate::value::names::PersonId;

/// A custodian denied a request.
#[derive(Serialize)]
pub(crate) struct DenyOutcome {
    pub(crate) request_id: Digest,
    pub(crate) person: PersonId,
    /// The denial's file.
    #[serde(serialize_with = "as_shown")]
    pub(crate) denial: PathBuf,
}

impl Outcome for DenyOutcome {
    fn said(&self) -> Painted {
        format!(
            "{} denied request {}; a denial is recorded, but it is not a veto\n\
             to have it in the log: breakglass collect {} --as YOU",
            self.person,
            self.request_id.short(),
            self.denial.display(),
        )
        .into()
    }
}
