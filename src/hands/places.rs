//! Where the files of an escrow are in its directory.

use std::fs;
use std::path::{Path, PathBuf};

use crate::crypto::digest::Digest;
use crate::value::names::{PersonId, VaultName};

/// The name of the payload's file.
pub(crate) const PAYLOAD: &str = "payload.age";

/// An escrow's directory.
#[derive(Debug, Clone)]
pub struct EscrowDir {
    root: PathBuf,
}

impl EscrowDir {
    /// The directory at `root`.
    pub fn at(root: &Path) -> EscrowDir {
        EscrowDir { root: root.to_owned() }
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The log.
    pub fn log(&self) -> PathBuf {
        self.root.join("log")
    }

    /// The folder of the sealed files.
    pub fn vaults(&self) -> PathBuf {
        self.root.join("vaults")
    }

    pub(super) fn vault(&self, vault: &VaultName) -> PathBuf {
        self.vaults().join(vault.as_str())
    }

    pub(super) fn generation(&self, vault: &VaultName, generation: u32) -> PathBuf {
        self.vault(vault).join(generation.to_string())
    }

    /// Where the files of a generation are whose number another seal has too.
    fn told_apart(&self, vault: &VaultName, generation: u32, seal: &Digest) -> PathBuf {
        self.vault(vault).join(format!("{generation}-{seal}"))
    }

    /// The folder with the files of a generation, whose seal has this digest.
    pub(crate) fn folder(&self, vault: &VaultName, generation: u32, seal: &Digest) -> PathBuf {
        let apart = self.told_apart(vault, generation, seal);
        if is_real_dir(&apart) { apart } else { self.generation(vault, generation) }
    }

    /// The payload's file of a generation, whose seal has this digest.
    pub fn payload(&self, vault: &VaultName, generation: u32, seal: &Digest) -> PathBuf {
        self.folder(vault, generation, seal).join(PAYLOAD)
    }

    /// A custodian's sealed share of a generation, whose seal has this digest.
    pub fn sealed_share(
        &self,
        vault: &VaultName,
        generation: u32,
        seal: &Digest,
        custodian: &PersonId,
    ) -> PathBuf {
        self.folder(vault, generation, seal).join(share_name(custodian))
    }

    /// The payloads' files of all seals that may have this number.
    pub(crate) fn payloads(&self, vault: &VaultName, generation: u32) -> Vec<PathBuf> {
        let apart = format!("{generation}-");
        let is_apart =
            |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&apart));
        let folders = fs::read_dir(self.vault(vault)).into_iter().flatten().flatten();
        let others = folders.map(|entry| entry.path()).filter(is_apart);
        let all = std::iter::once(self.generation(vault, generation)).chain(others);
        all.map(|folder| folder.join(PAYLOAD)).collect()
    }

    /// Where the files of a generation go that another copy brings: beside those of another seal with that number.
    pub(crate) fn beside(&self, vault: &VaultName, generation: u32, seal: &Digest) -> PathBuf {
        let place = self.folder(vault, generation, seal);
        let taken = place.symlink_metadata().is_ok();
        if taken { self.told_apart(vault, generation, seal) } else { place }
    }
}

/// The name of a custodian's sealed share.
pub(crate) fn share_name(custodian: &PersonId) -> String {
    format!("{custodian}.share.age")
}

pub(super) fn is_real_dir(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir())
}
