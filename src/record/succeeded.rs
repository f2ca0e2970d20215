//! Succession: another escrow carries this one's duties on.

use serde::{Deserialize, Serialize};

use crate::record::head::HeadFile;

/// Another escrow has succeeded this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Succeeded {
    /// The other escrow, and the head of its log.
    pub successor: HeadFile,
    /// The electors' consents, each a whole note in base64; none if an administrator signs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agrees: Vec<String>,
}

impl Succeeded {
    /// What people consent to: the same without their consents.
    pub fn proposed(&self) -> Succeeded {
        Succeeded { agrees: Vec::new(), ..self.clone() }
    }
}
