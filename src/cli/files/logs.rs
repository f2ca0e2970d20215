//! Logs and copies of them, read without locking them: auditors work on read-only copies.

use std::path::{Path, PathBuf};

use crate::cli::context::Context;
use crate::cli::say::exit::Failure;
use crate::cli::say::failures;
use crate::escrow::Reading;
use crate::hands::files;
use crate::hands::store::{EscrowDir, MAX_LOG};

/// Reads the log without locking it.
pub(crate) fn read_log(context: &Context<'_>) -> Result<Vec<u8>, Failure> {
    let path = context.log();
    files::read_own(&path, MAX_LOG).map_err(|error| failures::no_log(&path, &error))
}

/// The log of a copy, which may be named by its directory or by the log itself.
pub(crate) fn log_of(path: &Path) -> PathBuf {
    if path.is_dir() { EscrowDir::at(path).log() } else { path.to_owned() }
}

/// Reads a log as far as it can be read.
pub(crate) fn read_copy(path: &Path) -> Result<Reading, Failure> {
    let bytes = files::read_own(path, MAX_LOG).map_err(|error| failures::no_log(path, &error))?;
    Reading::of(bytes).map_err(|found| failures::finding(path, &found))
}
