//! Retirement: a person leaves.

use serde::{Deserialize, Serialize};

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
}
