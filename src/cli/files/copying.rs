//! Sealed files, which are compared with their seal while they are copied, and read back.

use std::path::{Path, PathBuf};

use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::crypto::digest::Digest;
use crate::escrow::Generation;
use crate::hands::files::{self, Created};
use crate::hands::places::{PAYLOAD, share_name};
use crate::hands::store::{EscrowDir, MAX_PAYLOAD_FILE};

/// A file of the escrow, by the digest that its seal names.
pub(crate) struct CopiedFile {
    /// Where it is.
    pub(crate) from: PathBuf,
    /// Where it goes.
    to: PathBuf,
    digest: Digest,
}

/// The files of a generation in the folder `from`, and where they go.
pub(crate) fn sealed_files(generation: &Generation, from: &Path, to: &Path) -> Vec<CopiedFile> {
    let seal = &generation.seal;
    let shares = seal.shares.iter().map(|share| (share_name(&share.custodian), share.sealed_share));
    let all = std::iter::once((PAYLOAD.to_owned(), seal.payload)).chain(shares);
    all.map(|(name, digest)| CopiedFile { from: from.join(&name), to: to.join(&name), digest }).collect()
}

/// What became of a file.
pub(crate) enum Copied {
    /// It was copied now.
    Now,
    /// The replica has it.
    Already,
    /// It is missing, or is not what was sealed.
    Not,
}

/// Copies a sealed file, if it is what was sealed. What was written goes with `created`.
pub(crate) fn copy_file(
    file: &CopiedFile,
    destination: &EscrowDir,
    created: &mut Created,
) -> Result<Copied, Failure> {
    if is_same(&file.to, &file.digest) {
        return Ok(Copied::Already);
    }
    let bytes = match files::read_own(&file.from, MAX_PAYLOAD_FILE) {
        Ok(bytes) if Digest::of(&bytes) == file.digest => bytes,
        _ => return Ok(Copied::Not),
    };
    let not_written = |error| failures::not_written(&file.to, &error);
    if destination.create_folders(&file.to, created).map_err(not_written)? {
        destination.sync_folders(&file.to).map_err(not_written)?;
    }
    files::create(&file.to, &bytes).map_err(not_written)?;
    created.add(file.to.clone());
    // Read it back now: a drive that does not keep what is written must not be found out in an emergency.
    if is_same(&file.to, &file.digest) { Ok(Copied::Now) } else { Err(forgetful(&file.to)) }
}

/// A drive that does not keep what is written to it.
pub(crate) fn forgetful(path: &Path) -> Failure {
    Failure::new(Exit::Machine, "the drive does not return what was written to it")
        .at(path.display())
        .next("do not use this drive: copy to another one")
}

fn is_same(path: &Path, digest: &Digest) -> bool {
    files::read_own(path, MAX_PAYLOAD_FILE).is_ok_and(|bytes| Digest::of(&bytes) == *digest)
}
