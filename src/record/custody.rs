//! Custody: where a share or a medium is kept, and by whose word.

use serde::{Deserialize, Serialize};

use crate::record::statement::CheckedShare;
use crate::value::text::FreeText;

/// Something was put where it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Custody {
    /// What.
    pub what: InCustody,
    /// Where it is now.
    pub place: FreeText,
    /// The number of the bag or of the seal that it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bag: Option<FreeText>,
    /// Why it was put there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<FreeText>,
}

/// What is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum InCustody {
    /// A custodian's share: what opens it.
    Share(CheckedShare),
    /// A drive, a sheet of paper, or whatever else, as people call it.
    Medium(FreeText),
}
