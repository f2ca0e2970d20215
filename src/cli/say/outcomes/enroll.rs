//! What `enroll` answers.

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::say::outcome::{Outcome, as_shown};
use crate::cli::say::painted::Painted;
use crate::crypto::digest::Digest;
use crate::value::names::PersonId;

/// A card was written, and the identity if it is new.
#[derive(Serialize)]
pub(crate) struct EnrollOutcome {
    /// The card's file.
    #[serde(serialize_with = "as_shown")]
    pub(crate) card: PathBuf,
    /// Whose card it is.
    pub(crate) person: PersonId,
    /// The card's digest.
    pub(crate) digest: Digest,
    /// Its words, to be read aloud.
    pub(crate) words: String,
    /// The identity; absent if recipients were given instead.
    #[serde(flatten)]
    pub(crate) identity: Option<EnrolledIdentity>,
}

/// The identity whose recipient a card names.
#[derive(Serialize)]
pub(crate) struct EnrolledIdentity {
    /// Its file.
    #[serde(rename = "identity", serialize_with = "as_shown")]
    pub(crate) path: PathBuf,
    /// Whether it was made just now.
    #[serde(rename = "identity_made")]
    pub(crate) is_made: bool,
}

impl Outcome for EnrollOutcome {
    fn said(&self) -> Painted {
        let identity = match &self.identity {
            Some(EnrolledIdentity { path, is_made: true }) => {
                format!("identity written to {}\n", path.display())
            }
            Some(EnrolledIdentity { path, is_made: false }) => format!("identity used: {}\n", path.display()),
            None => String::new(),
        };
        let EnrollOutcome { card, person, words, .. } = self;
        let card = card.display();
        format!(
            "{identity}card of {person} written to {card}\nwords: {words}\n\
             Read these words to the administrator who creates the escrow."
        )
        .into()
    }
}
