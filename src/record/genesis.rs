//! Genesis: the first record of a log.

use serde::{Deserialize, Serialize};

use crate::crypto::digest::Digest;
use crate::record::head::HeadFile;
use crate::record::policy::Policy;
use crate::value::text::FreeText;

/// The first record: who belongs to the escrow, and its policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Genesis {
    /// 32 random bytes, so that no two escrows have one id.
    pub nonce: Digest,
    /// The company's, or the escrow's, name.
    pub name: FreeText,
    /// Each person's card, a whole note in base64.
    pub cards: Vec<String>,
    /// The policy.
    pub policy: Policy,
    /// The escrow whose duties this one carries on, and the head of its log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub succeeds: Option<HeadFile>,
}
