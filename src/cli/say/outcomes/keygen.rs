//! What `keygen` answers.

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::say::outcome::{Outcome, as_shown};
use crate::cli::say::painted::Painted;
use crate::crypto::recipient::Recipient;

/// An identity file was written.
#[derive(Serialize)]
pub(crate) struct KeygenOutcome {
    /// The file.
    #[serde(serialize_with = "as_shown")]
    pub(crate) identity: PathBuf,
    /// What is sealed to it is sealed to this.
    pub(crate) recipient: Recipient,
}

impl Outcome for KeygenOutcome {
    fn said(&self) -> Painted {
        let KeygenOutcome { identity, recipient } = self;
        format!("identity written to {}\nrecipient: {recipient}", identity.display()).into()
    }
}
