//! Retirement: a person takes no more part.

use serde::{Deserialize, Serialize};

use crate::value::names::PersonId;
use crate::value::text::FreeText;

/// A person takes no more part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retire {
    /// Who.
    pub person: PersonId,
    /// Why.
    pub because: FreeText,
}
