//! Files that commands write.

use std::path::Path;

use crate::cli::say::exit::Failure;
use crate::cli::say::failures;
use crate::hands::files::{self, Created};

/// Writes an output file, which must not exist. If this fails, it leaves neither the file nor a directory that was
/// made for it.
pub(crate) fn write_output(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut created = Created::default();
    files::create_parent(path, &mut created)
        .and_then(|()| files::create(path, bytes))
        .map_err(|error| failures::not_written(path, &error))?;
    created.keep();
    Ok(())
}

/// Fails if an output file exists already, before anything else is done.
pub(crate) fn must_not_exist(path: &Path) -> Result<(), Failure> {
    if path.symlink_metadata().is_ok() {
        let error = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
        return Err(failures::not_written(path, &error));
    }
    Ok(())
}
