//! The sealed files against their seals: is each still there, and still the one that was sealed? And can each generation
//! still be opened with the files that are there? Digests are compared and nothing is opened.

use std::collections::BTreeMap;

use crate::crypto::digest::Digest;
use crate::escrow::{Escrow, Generation, Vault};
use crate::record::age_header::{AgeHeader, Form};
use crate::record::finding::{Broken, Finding, Rule, Severity};
use crate::record::seal::SealedTo;
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
    escrow: &'a Escrow,
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
    /// How many X25519 recipients it is for; `None` if the card that says so is not known.
    recipients: Option<usize>,
}

/// What was found where a sealed file should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A file with this digest, and the header of an age file, if it has one in its form.
    File(Digest, Option<AgeHeader>),
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
    has_enough_shares: bool,
    is_superseded: bool,
    files: Vec<Compared>,
}

/// One sealed file, compared with its seal.
#[derive(Debug, Clone)]
struct Compared {
    path: String,
    custodian: Option<PersonId>,
    sealed: Digest,
    recipients: Option<usize>,
    found: Found,
}

/// Every generation that the log has a seal of.
pub fn generations(escrow: &Escrow) -> impl Iterator<Item = SealedGeneration<'_>> {
    let pairs = escrow.vaults.iter().flat_map(|vault| vault.generations.iter().map(move |one| (vault, one)));
    pairs.map(|(vault, one)| SealedGeneration::of(escrow, vault, one))
}

impl<'a> SealedGeneration<'a> {
    /// A generation of that vault.
    pub fn of(escrow: &'a Escrow, vault: &Vault, generation: &'a Generation) -> SealedGeneration<'a> {
        let is_superseded = vault.is_superseded(generation);
        SealedGeneration { generation, escrow, is_superseded }
    }

    /// Whether another seal has its vault's name and its number: of one of them the files are in a folder of that number.
    pub fn shares_its_number(&self) -> bool {
        self.escrow.shares_its_number(self.generation)
    }

    /// Every file that its seal names: the payload's, then the shares', by index.
    pub fn files(&self) -> impl Iterator<Item = SealedFile<'a>> + use<'a> {
        let SealedGeneration { generation, escrow, .. } = *self;
        let seal = &generation.seal;
        let payload = SealedFile { generation, custodian: None, digest: seal.payload, recipients: Some(1) };
        let shares = seal.shares.iter().map(move |share| SealedFile {
            generation,
            custodian: Some(&share.custodian),
            digest: share.sealed_share,
            recipients: recipients(escrow, share),
        });
        std::iter::once(payload).chain(shares)
    }

    /// Compares each file with its seal. `look` gives the file's path, below the escrow's directory and as it is shown,
    /// and what is there.
    pub fn compare(&self, mut look: impl FnMut(&SealedFile<'_>) -> (String, Found)) -> GenerationFiles {
        let Generation { seal, record, seq, .. } = self.generation;
        let compared = self.files().map(|file| {
            let (path, found) = look(&file);
            let (custodian, sealed, recipients) = (file.custodian.cloned(), file.digest, file.recipients);
            Compared { path, custodian, sealed, recipients, found }
        });
        let files: Vec<Compared> = compared.collect();
        let good = |share: &SealedTo| {
            files.iter().any(|file| file.is_good() && file.custodian.as_ref() == Some(&share.custodian))
        };
        GenerationFiles {
            vault: seal.name.clone(),
            generation: seal.generation,
            record: *record,
            title: self.escrow.title_of(self.generation),
            seq: *seq,
            threshold: seal.threshold,
            has_enough_shares: seal.is_satisfied_by(good),
            is_superseded: self.is_superseded,
            files,
        }
    }
}

/// How many recipients the card has that a share was sealed to.
fn recipients(escrow: &Escrow, share: &SealedTo) -> Option<usize> {
    let card = &escrow.people.get(&share.custodian)?.card;
    (card.digest() == share.card).then(|| card.card().recipients.len())
}

impl SealedFile<'_> {
    /// The digest that the seal names.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// What a file with these bytes is.
    pub fn seen(&self, bytes: &[u8]) -> Found {
        let form = if self.custodian.is_some() { Form::Armoured } else { Form::Binary };
        Found::File(Digest::of(bytes), AgeHeader::read(bytes, form))
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
        self.has_payload() && self.has_enough_shares
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
        if !self.has_enough_shares {
            // With groups, so many may still be too few of one of them.
            let least = self.threshold;
            all.push(format!("{good} of {shares} sealed shares are good, and at least {least} are needed"));
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

    /// What the comparison says of one file; `None` if it is the one that was sealed, to those whom it should be for.
    fn compared(&self, file: &Compared) -> Option<Finding> {
        let sealed = file.sealed;
        let missing = if self.is_superseded { Rule::FileMissingSuperseded } else { Rule::FileMissing };
        let broken = match &file.found {
            Found::File(digest, header) if *digest == sealed => self.counted(file, header.as_ref())?,
            Found::File(digest, _) => {
                let why = format!(
                    "its digest is {}, that of the sealed file is {}",
                    digest.short(),
                    sealed.short()
                );
                self.broken(Rule::FileChanged, file, &why).expected(sealed).found(*digest)
            }
            Found::Other(why) => self.broken(Rule::FileChanged, file, why).expected(sealed),
            Found::Missing(why) => self.broken(missing, file, why).expected(sealed),
        };
        Some(broken.about(self.seq))
    }

    /// What is wrong with the recipients of a file that is the one that was sealed. Whoever dealt it may have encrypted it
    /// to more than the vault key, or than the custodian's card.
    fn counted(&self, file: &Compared, header: Option<&AgeHeader>) -> Option<Broken> {
        let recipients = file.recipients?;
        let found = match header {
            Some(header) if header.is_for(recipients) => return None,
            Some(header) => header.stanzas(),
            None => vec!["no header of an age file in its form".to_owned()],
        };
        let why =
            format!("it should be for X25519 recipients: {recipients}; its header has {}", found.join(", "));
        Some(self.broken(Rule::FileRecipients, file, &why).expected(recipients).found(found))
    }

    fn broken(&self, rule: Rule, file: &Compared, why: &str) -> Broken {
        let Compared { path, custodian, .. } = file;
        let what = match custodian {
            Some(custodian) => format!("the share of `{custodian}`"),
            None => "the payload".to_owned(),
        };
        let broken = Broken::new(rule, format!("{path} ({}, {what}): {why}", self.title)).file(path);
        let broken = broken.vault(&self.vault).generation(self.generation);
        broken.where_known(custodian.as_ref(), Broken::person)
    }
}

impl Compared {
    fn is_good(&self) -> bool {
        matches!(&self.found, Found::File(digest, _) if *digest == self.sealed)
    }
}
