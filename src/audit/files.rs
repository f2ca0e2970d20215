//! The sealed files against their seals: is each still there, and still the one that was sealed? Digests are
//! compared and nothing is opened.

use crate::crypto::digest::Digest;
use crate::escrow::{Escrow, Generation};
use crate::record::finding::{Finding, Rule};
use crate::value::names::PersonId;

/// A file that a seal names by its digest.
#[derive(Debug, Clone, Copy)]
pub struct SealedFile<'a> {
    /// The generation.
    pub generation: &'a Generation,
    /// Whose sealed share it is; `None` for the payload's file.
    pub custodian: Option<&'a PersonId>,
    digest: Digest,
}

/// What lies where a sealed file should.
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
    /// Sets what was found beside what was sealed. `path` is shown: the file's, below the escrow's directory.
    pub fn against(&self, path: String, found: Found) -> Compared {
        let title = self.generation.seal.title();
        let what = match self.custodian {
            Some(custodian) => format!("{title}, the share of `{custodian}`"),
            None => format!("{title}, the payload"),
        };
        Compared { path, what, seq: self.generation.seq, sealed: self.digest, found }
    }
}

/// What the comparison says; `None` where the file is the one that was sealed.
pub fn compare(file: &Compared) -> Option<Finding> {
    let Compared { path, what, seq, sealed, found } = file;
    let (rule, why) = match found {
        Found::File(digest) if digest == sealed => return None,
        Found::File(digest) => {
            (Rule::FileChanged, format!("it is {}, sealed was {}", digest.short(), sealed.short()))
        }
        Found::Other(why) => (Rule::FileChanged, why.clone()),
        Found::Missing(why) => (Rule::FileMissing, why.clone()),
    };
    Some(Finding { rule, seq: Some(*seq), offset: None, detail: format!("{path} ({what}): {why}") })
}
