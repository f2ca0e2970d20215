//! An escrow: what a log, read from its genesis on, amounts to.
//!
//! [`Escrow::admit`] takes one record after another. A record that breaks a rule changes nothing and is
//! reported. Every ceremony works on an `Escrow`, and so does `verify`: there is one reading of a log.

mod genesis;
mod requests;
mod seals;
mod statements;

pub use genesis::{GenesisError, Person, people};
pub use requests::{Asked, Ended, Released, release_deviations};
pub use seals::{Generation, Vault};
pub use statements::{Closed, Collected};

use std::collections::{BTreeMap, BTreeSet};

use crate::crypto::digest::Digest;
use crate::crypto::sign::VerifyingKey;
use crate::finding::{Finding, Rule, Severity};
use crate::log::chain::{Record, rule_of};
use crate::log::entry::Said;
use crate::log::head::Head;
use crate::names::{KeyName, PersonId, VaultName};
use crate::policy::Policy;
use crate::text::FreeText;
use crate::time::Time;

/// A rule that a record breaks, with the particulars.
pub type Broken = (Rule, String);

/// The state of an escrow at the end of its log.
#[derive(Debug, Clone)]
pub struct Escrow {
    /// The escrow's id: the SHA-256 of its genesis record.
    pub id: Digest,
    /// Its name.
    pub name: FreeText,
    /// Its policy.
    pub policy: Policy,
    /// Everybody who belongs to it.
    pub people: BTreeMap<PersonId, Person>,
    /// The vaults, in the order of their first seals.
    pub vaults: Vec<Vault>,
    /// The requests, in order.
    pub requests: Vec<Asked>,
    /// Every statement that the log holds, in order: collected, or embedded in a release or an end.
    pub statements: Vec<Collected>,
    /// The end of the log.
    pub head: Head,
    /// The time that the last record claims.
    pub time: Time,
    /// Size and hash at every record: what "is an ancestor" is decided by.
    history: Vec<(u64, Digest)>,
    /// Every key and recipient in use, so that fresh ones can be told from used ones.
    used: BTreeSet<String>,
    /// The digests of all statements, so that none counts twice.
    seen: BTreeSet<Digest>,
    /// The place of each request in `requests`, by the digest of its record.
    places: BTreeMap<Digest, usize>,
    /// What stands under each number of each person's book, by the first statement that names it, and the
    /// number of the record that holds that statement.
    books: BTreeMap<(PersonId, u64), (Digest, u64)>,
}

impl Escrow {
    /// Begins with the genesis record.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub fn begin(record: &Record) -> Result<Escrow, Broken> {
        genesis::begin(record)
    }

    /// Takes the next record. Findings are added to `findings`; a record that breaks a rule of severity
    /// [`Severity::Tampered`] or [`Severity::Fork`] changes nothing but the head.
    ///
    /// # Errors
    /// The rule that makes it no record of this log at all: it is not signed as it says, or it does not
    /// follow from the record before it.
    pub fn admit(&mut self, record: &Record, findings: &mut Vec<Finding>) -> Result<(), Broken> {
        // 1. Signature, by keys that the log brought in before.
        self.verify(record)?;
        // 2. Place in the chain.
        record.follows(&self.id, &self.head)?;
        // 3. Content, by the rules of its kind.
        let mut report = |rule: Rule, detail: String| {
            findings.push(Finding { rule, seq: Some(record.frame.seq), offset: Some(record.start), detail });
        };
        if record.frame.time < self.time {
            report(Rule::TimeBackwards, format!("{} after {}", record.frame.time, self.time));
        }
        let outcome = match &record.said {
            Said::Genesis(_) => Err((Rule::GenesisFirst, "a second genesis".to_owned())),
            Said::Seal(seal) => seals::admit(self, record, seal, &mut report),
            Said::Request(request) => requests::admit_request(self, record, request, &mut report),
            Said::Release(release) => requests::admit_release(self, record, release, &mut report),
            Said::End(end) => requests::admit_end(self, record, end, &mut report),
            Said::Statements(them) => statements::admit(self, record, them, &mut report),
            Said::Unknown(kind) => {
                report(Rule::UnknownKind, format!("`{kind}`"));
                Ok(())
            }
        };
        if let Err((rule, detail)) = outcome {
            report(rule, detail);
        }
        self.head = record.head();
        self.time = record.frame.time;
        self.history.push((record.end, record.hash));
        Ok(())
    }

    /// Checks a record's signatures with keys that the log brought in before it.
    ///
    /// # Errors
    /// The rule that is broken.
    pub fn verify(&self, record: &Record) -> Result<(), Broken> {
        let keys = record.frame.by.iter().map(|name| {
            let unknown = || (Rule::RecordSignerUnknown, format!("no key of `{name}` is known here"));
            self.key_of(name, &record.said).map(|key| (name.clone(), key)).ok_or_else(unknown)
        });
        // A kind that is not known here is no exception: a record that no enrolled person signed could be
        // anybody's, and would become part of the chain.
        let keys = keys.collect::<Result<Vec<_>, Broken>>()?;
        record.note.verify(&keys).map_err(|error| (rule_of(&error), error.to_string()))
    }

    /// The key that has to have signed under `name` in a record that says `said`.
    fn key_of(&self, name: &KeyName, said: &Said) -> Option<VerifyingKey> {
        match (name, said) {
            (KeyName::Person(id), _) => self.people.get(id).map(Person::verifying_key),
            (KeyName::Session, Said::Request(request)) => Some(request.session_key),
            (KeyName::Session, Said::Release(release)) => {
                self.request(&release.request).map(|asked| asked.request.session_key)
            }
            (KeyName::Session, Said::End(end)) => {
                self.request(&end.request).map(|asked| asked.request.session_key)
            }
            (KeyName::Release { .. }, Said::Release(release)) => {
                let request = &self.request(&release.request)?.request;
                let generation = self.generation(&request.vault, request.generation)?;
                Some(generation.seal.release_key)
            }
            _ => None,
        }
    }

    /// The vault of that id.
    pub fn vault(&self, id: &Digest) -> Option<&Vault> {
        self.vaults.iter().find(|vault| vault.id == *id)
    }

    /// The vault of that name.
    pub fn vault_named(&self, name: &VaultName) -> Option<&Vault> {
        self.vaults.iter().find(|vault| vault.name == *name)
    }

    /// A generation of a vault.
    pub fn generation(&self, vault: &Digest, generation: u32) -> Option<&Generation> {
        self.vault(vault)?.generation(generation)
    }

    fn generation_mut(&mut self, vault: &Digest, generation: u32) -> Option<&mut Generation> {
        let vault = self.vaults.iter_mut().find(|one| one.id == *vault)?;
        vault.generations.get_mut(usize::try_from(generation).ok()?.checked_sub(1)?)
    }

    /// The request whose record has that digest.
    pub fn request(&self, record: &Digest) -> Option<&Asked> {
        self.requests.get(*self.places.get(record)?)
    }

    fn request_mut(&mut self, record: &Digest) -> Option<&mut Asked> {
        self.requests.get_mut(*self.places.get(record)?)
    }

    /// Whether `head` was this log at some moment.
    pub fn is_ancestor(&self, head: &Head) -> bool {
        let at = usize::try_from(head.seq).ok().and_then(|seq| self.history.get(seq));
        at == Some(&(head.size, head.hash))
    }

    /// Whether a statement of that digest is in the log already.
    pub fn has_statement(&self, digest: &Digest) -> bool {
        self.seen.contains(digest)
    }

    /// Marks a key or recipient as used; whether it was not used before.
    fn take_key(&mut self, key: impl ToString) -> bool {
        self.used.insert(key.to_string())
    }

    fn is_used(&self, key: impl ToString) -> bool {
        self.used.contains(&key.to_string())
    }
}

/// A log as it was read: the escrow that it amounts to, and everything that was found on the way.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The bytes that were read.
    pub bytes: Vec<u8>,
    /// The escrow, as of the last good record.
    pub escrow: Escrow,
    /// Where each good record begins.
    pub starts: Vec<u64>,
    /// What was found, in the order of the log.
    pub findings: Vec<Finding>,
}

impl Reading {
    /// Reads a log from its genesis on, as far as it goes.
    ///
    /// # Errors
    /// A [`Finding`], where not even the genesis can be read: then there is no escrow to speak of.
    pub fn of(bytes: Vec<u8>) -> Result<Reading, Finding> {
        let genesis = |(rule, detail)| Finding { rule, seq: Some(0), offset: Some(0), detail };
        let first = Record::take(&bytes, 0).map_err(|error| genesis((rule_of(&error), error.to_string())))?;
        let mut escrow = Escrow::begin(&first).map_err(genesis)?;
        let mut findings = Vec::new();
        let mut starts = vec![0];
        while escrow.head.size < bytes.len() as u64 {
            let start = escrow.head.size;
            let taken = Record::take(&bytes, start)
                .map_err(|error| (rule_of(&error), error.to_string()))
                .and_then(|record| escrow.admit(&record, &mut findings));
            match taken {
                Ok(()) => starts.push(start),
                Err(broken) => {
                    findings.push(trouble(&escrow, &bytes, broken));
                    break;
                }
            }
        }
        Ok(Reading { bytes, escrow, starts, findings })
    }

    /// The good records, taken apart again.
    pub fn records(&self) -> impl Iterator<Item = Record> + '_ {
        self.starts.iter().map(|start| Record::take(&self.bytes, *start).expect("it was read before"))
    }

    /// The bytes of the log up to the end of its last good record.
    pub fn good_bytes(&self) -> &[u8] {
        &self.bytes[..self.escrow.head.size as usize]
    }

    /// The first finding that makes the log unfit to build on: anything torn, forked or tampered with.
    pub fn unsound(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.severity() >= Severity::Torn)
    }
}

/// Whether a whole record that stands behind damage shows that the damage is no torn end: it verifies, or it
/// is signed by a key that the damaged record may have brought in, as a request brings in its session key.
fn is_behind(escrow: &Escrow, record: &Record) -> bool {
    match escrow.verify(record) {
        Ok(()) => true,
        Err((rule, _)) => rule == Rule::RecordSignerUnknown,
    }
}

/// Names what stands where the next record should: a damaged tail, if no verifying record is behind it, and
/// tampering otherwise. A record that is signed properly and out of place is never a damaged tail.
fn trouble(escrow: &Escrow, bytes: &[u8], (rule, detail): Broken) -> Finding {
    let start = escrow.head.size;
    let tail = &bytes[start as usize..];
    let damaged = matches!(
        rule,
        Rule::RecordMalformed
            | Rule::RecordNonCanonical
            | Rule::RecordSigners
            | Rule::RecordKeyId
            | Rule::RecordSignature
    );
    let behind = (1..tail.len())
        .filter(|at| tail[at - 1] == b'\n' && tail[*at] == b'{')
        .any(|at| Record::take(bytes, start + at as u64).is_ok_and(|record| is_behind(escrow, &record)));
    let (rule, detail) = if damaged && !behind {
        (Rule::Torn, format!("{} bytes after the last good record: {detail}", tail.len()))
    } else {
        (rule, detail)
    };
    Finding { rule, seq: Some(escrow.head.seq + 1), offset: Some(start), detail }
}
