//! Decommissioning: a vault is not needed any more.

use serde::{Deserialize, Serialize};

use crate::crypto::digest::Digest;
use crate::value::text::FreeText;

/// A vault is out of use: nothing new is due of it until it is sealed or released again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decommission {
    /// The vault.
    pub vault: Digest,
    /// Why.
    pub because: FreeText,
    /// The electors' consents, each a whole note in base64; none if an administrator and a holder sign.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agrees: Vec<String>,
}

impl Decommission {
    /// What people consent to: the same without their consents.
    pub fn proposed(&self) -> Decommission {
        Decommission { agrees: Vec::new(), ..self.clone() }
    }
}
