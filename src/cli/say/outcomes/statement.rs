//! Where a statement went.

use std::fmt;
use std::path::PathBuf;

/// Where a statement went.
pub(crate) enum StatementPlace {
    /// Into the log; this is the record's number.
    Log(u64),
    /// Into a file, for `collect`.
    File(PathBuf),
}

impl fmt::Display for StatementPlace {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StatementPlace::Log(seq) => write!(out, "logged as record {seq}"),
            StatementPlace::File(path) => {
                let path = path.display();
                write!(out, "written to {path}; to have it in the log: breakglass collect {path} --as YOU")
            }
        }
    }
}
