//! Confirming: whether the credentials of a generation work at the provider.

use serde::{Deserialize, Serialize};

use crate::crypto::digest::Digest;
use crate::value::text::FreeText;
use crate::value::time::Time;

/// "These credentials are live", or "they are not".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirm {
    /// The vault.
    pub vault: Digest,
    /// The generation.
    pub generation: u32,
    /// The digest of its seal's record.
    pub seal: Digest,
    /// What was found.
    pub outcome: SignIn,
}

/// What became of the test sign-in with the credentials of a generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum SignIn {
    /// Somebody signed in with them then.
    SignedIn(Time),
    /// Nobody tested them, for this reason, and they are taken to be live all the same.
    NotTested(FreeText),
    /// They do not work, or never went live: the generation is given up.
    Failed(FreeText),
}

impl SignIn {
    /// What it says of the generation.
    pub fn verdict(&self) -> GenerationVerdict {
        match self {
            SignIn::SignedIn(_) | SignIn::NotTested(_) => GenerationVerdict::Confirmed,
            SignIn::Failed(_) => GenerationVerdict::GivenUp,
        }
    }
}

/// What is held of a generation's credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GenerationVerdict {
    /// They are live at the provider.
    Confirmed,
    /// They are not: the generation is given up.
    GivenUp,
}

impl GenerationVerdict {
    /// The verdict in words, behind "is".
    pub fn word(self) -> &'static str {
        match self {
            GenerationVerdict::Confirmed => "confirmed",
            GenerationVerdict::GivenUp => "given up",
        }
    }
}
