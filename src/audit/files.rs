//! The sealed files against their seals: is each still there, and still the one that was sealed? Digests are
//! compared and nothing is opened.

use crate::crypto::digest::Digest;
use crate::escrow::{Escrow, Generation};
use crate::record::finding::{Broken, Finding, Rule};
use crate::value::names::{PersonId, VaultName};

/// A file that a seal names by its digest.
#[derive(Debug, Clone, Copy)]
pub struct SealedFile<'a> {
    /// The generation.
    pub generation: &'a Generation,
    /// Whose sealed share it is; `None` for the payload's file.
    pub custodian: Option<&'a PersonId>,
    digest: Digest,
}

/// What was found where a sealed file should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A file with this digest.
    File(Digest),
    /// Something that cannot be the file: a link, a directory, or far too large. With what it is.
    Other(String),
    /// Nothing that could be read, and why.
    Missing(String),
}

/// One sealed file, compared with its seal.
#[derive(Debug, Clone)]
pub struct Compared {
    path: String,
    what: String,
    vault: VaultName,
    generation: u32,
    custodian: Option<PersonId>,
    seq: u64,
    sealed: Digest,
    found: Found,
}

/// Every file that the seals of the log name: of each generation the payload's, then the shares', by index.
pub fn sealed(escrow: &Escrow) -> impl Iterator<Item = SealedFile<'_>> {
    let generations = escrow.vaults.iter().flat_map(|vault| &vault.generations);
    generations.flat_map(|generation| {
        let payload = SealedFile { generation, custodian: None, digest: generation.seal.payload };
        let shares = generation.seal.shares.iter().map(move |share| SealedFile {
            generation,
            custodian: Some(&share.custodian),
            digest: share.sealed_share,
        });
        std::iter::once(payload).chain(shares)
    })
}

impl SealedFile<'_> {
    /// Compares what was found with what was sealed. `path` is the file's, below the escrow's directory, as it is shown.
    pub fn against(&self, path: String, found: Found) -> Compared {
        let seal = &self.generation.seal;
        let what = match self.custodian {
            Some(custodian) => format!("{}, the share of `{custodian}`", seal.title()),
            None => format!("{}, the payload", seal.title()),
        };
        Compared {
            path,
            what,
            vault: seal.name.clone(),
            generation: seal.generation,
            custodian: self.custodian.cloned(),
            seq: self.generation.seq,
            sealed: self.digest,
            found,
        }
    }
}

/// What the comparison says; `None` if the file is the one that was sealed.
pub fn compare(file: &Compared) -> Option<Finding> {
    let Compared { path, what, sealed, .. } = file;
    let (rule, why) = match &file.found {
        Found::File(digest) if digest == sealed => return None,
        Found::File(digest) => (
            Rule::FileChanged,
            format!("its digest is {}, that of the sealed file is {}", digest.short(), sealed.short()),
        ),
        Found::Other(why) => (Rule::FileChanged, why.clone()),
        Found::Missing(why) => (Rule::FileMissing, why.clone()),
    };
    let found = match file.found {
        Found::File(digest) => Some(digest),
        Found::Other(_) | Found::Missing(_) => None,
    };
    let broken = Broken::new(rule, format!("{path} ({what}): {why}")).file(path);
    let broken = broken.vault(&file.vault).generation(file.generation).expected(*sealed);
    let broken = broken.where_known(found, Broken::found);
    Some(broken.where_known(file.custodian.as_ref(), Broken::person).about(file.seq))
}
