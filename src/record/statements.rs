//! Statements as the log collects them.

use serde::{Deserialize, Serialize};

/// Statements of one or more people, each a whole note in base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statements {
    /// The notes.
    pub statements: Vec<String>,
}
