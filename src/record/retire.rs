//! Retirement: a person leaves.

use serde::{Deserialize, Serialize};

use crate::crypto::digest::Digest;
use crate::value::names::PersonId;
use crate::value::text::FreeText;

/// A person has left: no share is sealed to them any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retire {
    /// Who.
    pub person: PersonId,
    /// Why.
    pub because: FreeText,
    /// The root vault for which alone it holds; absent if it holds everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vault: Option<Digest>,
    /// The electors' consents, each a whole note in base64; none if an administrator signs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agrees: Vec<String>,
}

impl Retire {
    /// The retirement of a person everywhere, as an administrator signs it.
    pub fn of(person: PersonId, because: FreeText) -> Retire {
        Retire { person, because, vault: None, agrees: Vec::new() }
    }

    /// What people consent to: the same without their consents.
    pub fn proposed(&self) -> Retire {
        Retire { agrees: Vec::new(), ..self.clone() }
    }
}
