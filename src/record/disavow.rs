//! Disavowing: what a repair declared missing, or a record that nobody can read may have brought in, is not believed.

use serde::{Deserialize, Serialize};

use crate::crypto::digest::Digest;
use crate::value::text::FreeText;

/// A repair, or a record of an unknown kind, is not what it claims to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disavow {
    /// The digest of that record.
    pub record: Digest,
    /// Why.
    pub because: FreeText,
    /// The consents that it rests on, each a whole note in base64.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agrees: Vec<String>,
}

impl Disavow {
    /// What people consent to: the same without their consents.
    pub fn proposed(&self) -> Disavow {
        Disavow { agrees: Vec::new(), ..self.clone() }
    }
}
