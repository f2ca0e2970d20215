//! What the file system lacks on which a log or a book lies. None of it stops anybody: it is said, and recorded.

#[cfg(target_os = "linux")]
use std::fs::File;
use std::io;
use std::path::Path;

use crate::hands::files::{self, sync_directory};
use crate::record::deviation::Deviation;

#[cfg(target_os = "linux")]
mod linux;

/// Remembers the machine's mounts. To be called before the sandbox is closed: afterwards they cannot be read.
pub fn look() {
    #[cfg(target_os = "linux")]
    linux::look();
}

/// What the file system lacks on which `file` lies, or will lie.
///
/// # Errors
/// The system's error, if it could not say that the directory is durable: the medium is not to be trusted then.
pub(crate) fn examine(file: &Path) -> io::Result<Vec<Deviation>> {
    let mut found = Vec::new();
    let above = files::parent(file).ancestors();
    let above = above.map(|path| if path == Path::new("") { Path::new(".") } else { path });
    let Some(directory) = above.into_iter().find(|path| path.is_dir()) else { return Ok(found) };
    match sync_directory(directory) {
        Ok(true) => {}
        Ok(false) => found.push(Deviation::NoDirSync),
        Err(error) if files::is_not_durable(&error) => return Err(error),
        // A directory that cannot be looked at: what is to be done in it will show what is wrong.
        Err(_) => return Ok(found),
    }
    #[cfg(target_os = "linux")]
    {
        // A book or a log that is not there yet lies where its directory does.
        let open = files::open_own(file, File::options().read(true)).or_else(|_| File::open(directory))?;
        if linux::has_no_locks(&open) {
            found.push(Deviation::NoLock);
        }
        if linux::is_in_memory(&open) {
            found.push(Deviation::VolatileMedium);
        }
    }
    Ok(found)
}
