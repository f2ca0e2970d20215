//! The sealed files against their seals: is each still there, and still the one that was sealed? And can each generation
//! still be opened with the files that are there? Digests are compared and nothing is opened.

use std::collections::BTreeMap;

use crate::crypto::digest::Digest;
use crate::escrow::{Escrow, Generation, Vault};
use crate::record::finding::{Broken, Finding, Rule, Severity};
use crate::value::names::{PersonId, VaultName};

/// What is known of the sealed files.
#[derive(Debug, Default)]
pub enum SealedFiles {
    /// They are not in question: a log is judged, wherever its files are.
    #[default]
    NotInQuestion,
    /// They were looked for, and there is no folder of them.
    NoFolder,
    /// Each was looked for.
    Compared(Vec<GenerationFiles>),
}

/// A generation whose files are to be looked at.
#[derive(Debug, Clone, Copy)]
pub struct SealedGeneration<'a> {
    /// The generation.
    pub generation: &'a Generation,
    is_superseded: bool,
}

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
    /// A file that cannot be the one that was sealed, since it is far too large. With what it is.
    Other(String),
    /// No file that could be read, and why: nothing, or a link, which may lead off the drive and is not followed.
    Missing(String),
}

/// The files of one generation, each compared with its seal.
#[derive(Debug, Clone)]
pub struct GenerationFiles {
    /// The vault.
    pub vault: VaultName,
    /// The generation's number.
    pub generation: u32,
    /// The digest of the seal's record.
    pub record: Digest,
    title: String,
    seq: u64,
    threshold: u8,
    is_superseded: bool,
    files: Vec<Compared>,
}

/// One sealed file, compared with its seal.
#[derive(Debug, Clone)]
struct Compared {
    path: String,
    custodian: Option<PersonId>,
    sealed: Digest,
    found: Found,
}

/// Every generation that the log has a seal of.
pub fn generations(escrow: &Escrow) -> impl Iterator<Item = SealedGeneration<'_>> {
    escrow
        .vaults
        .iter()
        .flat_map(|vault| vault.generations.iter().map(|one| SealedGeneration::of(vault, one)))
}

impl<'a> SealedGeneration<'a> {
    /// A generation of that vault.
    pub fn of(vault: &Vault, generation: &'a Generation) -> SealedGeneration<'a> {
        let number = generation.seal.generation;
        let is_superseded = vault.is_superseded(number) && vault.current().seal.generation != number;
        SealedGeneration { generation, is_superseded }
    }

    /// Every file that its seal names: the payload's, then the shares', by index.
    pub fn files(&self) -> impl Iterator<Item = SealedFile<'a>> + use<'a> {
        let generation = self.generation;
        let payload = SealedFile { generation, custodian: None, digest: generation.seal.payload };
        let shares = generation.seal.shares.iter().map(move |share| SealedFile {
            generation,
            custodian: Some(&share.custodian),
            digest: share.sealed_share,
        });
        std::iter::once(payload).chain(shares)
    }

    /// Compares each file with its seal. `look` gives the file's path, below the escrow's directory and as it is shown,
    /// and what is there.
    pub fn compare(&self, mut look: impl FnMut(&SealedFile<'_>) -> (String, Found)) -> GenerationFiles {
        let Generation { seal, record, seq, .. } = self.generation;
        let compared = self.files().map(|file| {
            let (path, found) = look(&file);
            Compared { path, custodian: file.custodian.cloned(), sealed: file.digest, found }
        });
        GenerationFiles {
            vault: seal.name.clone(),
            generation: seal.generation,
            record: *record,
            title: seal.title(),
            seq: *seq,
            threshold: seal.threshold,
            is_superseded: self.is_superseded,
            files: compared.collect(),
        }
    }
}

impl SealedFiles {
    /// Everything that the comparison says.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        match self {
            SealedFiles::NotInQuestion => Vec::new(),
            SealedFiles::NoFolder => {
                let what = "there is no folder `vaults` beside this log";
                vec![Broken::new(Rule::FilesNotExamined, what).file("vaults".to_owned()).general()]
            }
            SealedFiles::Compared(all) => all.iter().flat_map(GenerationFiles::findings).collect(),
        }
    }

    /// The generations whose files were looked at, by the records of their seals.
    pub(crate) fn by_record(&self) -> BTreeMap<&Digest, &GenerationFiles> {
        match self {
            SealedFiles::NotInQuestion | SealedFiles::NoFolder => BTreeMap::new(),
            SealedFiles::Compared(all) => all.iter().map(|one| (&one.record, one)).collect(),
        }
    }
}

impl GenerationFiles {
    /// Whether the generation can be opened with the files that are there: its payload, and as many sealed shares as
    /// reconstruct.
    pub fn is_openable(&self) -> bool {
        self.has_payload() && self.good_shares() >= usize::from(self.threshold)
    }

    /// Whether it may still have to be opened: no newer credentials replaced its own.
    pub(crate) fn is_needed(&self) -> bool {
        !self.is_superseded
    }

    /// What the comparison says: of each file, then of all of them.
    pub fn findings(&self) -> Vec<Finding> {
        let files = self.files.iter().filter_map(|file| self.compared(file));
        files.chain(self.not_openable()).collect()
    }

    /// The worst that is wrong with its files.
    pub fn worst(&self) -> Option<Severity> {
        self.findings().iter().map(Finding::severity).max()
    }

    /// What keeps it from being opened, in words.
    pub(crate) fn obstacles(&self) -> String {
        let (good, shares) = (self.good_shares(), self.files.len() - 1);
        let mut all = Vec::new();
        if !self.has_payload() {
            all.push("the payload is missing or changed".to_owned());
        }
        if good < usize::from(self.threshold) {
            all.push(format!("{good} of {shares} sealed shares are good, and {} are needed", self.threshold));
        }
        all.join("; ")
    }

    fn has_payload(&self) -> bool {
        self.files.iter().any(|file| file.custodian.is_none() && file.is_good())
    }

    fn good_shares(&self) -> usize {
        self.files.iter().filter(|file| file.custodian.is_some() && file.is_good()).count()
    }

    fn not_openable(&self) -> Option<Finding> {
        if self.is_openable() || !self.is_needed() {
            return None;
        }
        let broken = Broken::new(Rule::VaultNotOpenable, format!("{}: {}", self.title, self.obstacles()));
        let broken = broken.vault(&self.vault).generation(self.generation).threshold(self.threshold);
        Some(broken.found(self.good_shares()).about(self.seq))
    }

    /// What the comparison says of one file; `None` if it is the one that was sealed.
    fn compared(&self, file: &Compared) -> Option<Finding> {
        let Compared { path, custodian, sealed, found } = file;
        let missing = if self.is_superseded { Rule::FileMissingSuperseded } else { Rule::FileMissing };
        let (rule, why) = match found {
            Found::File(digest) if digest == sealed => return None,
            Found::File(digest) => (
                Rule::FileChanged,
                format!("its digest is {}, that of the sealed file is {}", digest.short(), sealed.short()),
            ),
            Found::Other(why) => (Rule::FileChanged, why.clone()),
            Found::Missing(why) => (missing, why.clone()),
        };
        let digest = match found {
            Found::File(digest) => Some(digest),
            Found::Other(_) | Found::Missing(_) => None,
        };
        let what = match custodian {
            Some(custodian) => format!("the share of `{custodian}`"),
            None => "the payload".to_owned(),
        };
        let broken = Broken::new(rule, format!("{path} ({}, {what}): {why}", self.title)).file(path);
        let broken = broken.vault(&self.vault).generation(self.generation).expected(*sealed);
        let broken = broken.where_known(digest, |broken, digest| broken.found(*digest));
        Some(broken.where_known(custodian.as_ref(), Broken::person).about(self.seq))
    }
}

impl Compared {
    fn is_good(&self) -> bool {
        matches!(&self.found, Found::File(digest) if *digest == self.sealed)
    }
}
