//! The sealed files of an escrow, as they lie in its directory: read once each, and compared with their seals.

use std::path::{Path, PathBuf};

use crate::audit::files::{Found, GenerationFiles, SealedFile, SealedFiles, SealedGeneration, generations};
use crate::escrow::{Escrow, Generation};
use crate::hands::files;
use crate::hands::store::{EscrowDir, MAX_PAYLOAD_FILE, MAX_SEALED_SHARE};

/// Looks at every sealed file that the log knows of. Without a folder of them, as beside an auditor's copy of the log
/// alone, there is nothing to look at.
pub(crate) fn look_at_all(directory: &EscrowDir, escrow: &Escrow) -> SealedFiles {
    if directory.vaults().symlink_metadata().is_err() {
        return SealedFiles::NoFolder;
    }
    SealedFiles::Compared(generations(escrow).map(|one| look_at(directory, one)).collect())
}

/// Looks at the files of one generation.
pub(crate) fn look_at(directory: &EscrowDir, generation: SealedGeneration<'_>) -> GenerationFiles {
    let is_shared = generation.shares_its_number();
    generation.compare(|file| {
        let (path, limit) = place(directory, file);
        let shown = path.strip_prefix(directory.root()).unwrap_or(&path).display().to_string();
        match found(file, &path, limit) {
            // Under a number that two seals have, it is a file of the other one.
            Found::File(digest, _) if is_shared && digest != file.digest() => {
                (shown, Found::Missing("the files of another seal with that number are there".to_owned()))
            }
            found => (shown, found),
        }
    })
}

fn place(directory: &EscrowDir, file: &SealedFile<'_>) -> (PathBuf, u64) {
    let Generation { seal, record, .. } = file.generation;
    match file.custodian {
        Some(custodian) => {
            (directory.sealed_share(&seal.name, seal.generation, record, custodian), MAX_SEALED_SHARE)
        }
        None => (directory.payload(&seal.name, seal.generation, record), MAX_PAYLOAD_FILE),
    }
}

fn found(file: &SealedFile<'_>, path: &Path, limit: u64) -> Found {
    match files::read_own(path, limit) {
        Ok(bytes) => file.seen(&bytes),
        Err(error) => match path.symlink_metadata() {
            Ok(metadata) if metadata.is_symlink() => {
                Found::Missing("a link is in its place, and links are not followed".to_owned())
            }
            Ok(metadata) if !metadata.is_file() => Found::Missing("it is not a regular file".to_owned()),
            Ok(metadata) if metadata.len() > limit => Found::Other(error.to_string()),
            _ => Found::Missing(error.to_string()),
        },
    }
}
