//! An escrow: what a log, read from its genesis on, amounts to.
//!
//! [`Escrow::admit`] takes one record after another. A record that breaks a rule changes nothing and is
//! reported. Every ceremony works on an `Escrow`, and so does `verify`: there is one reading of a log.

mod genesis;
mod repairs;
mod requests;
mod seals;
mod statements;

pub use genesis::{GenesisError, Person, people};
pub use repairs::MAX_SEQ;
pub use requests::{Asked, Ended, Released, release_deviations};
pub use seals::{Generation, Vault, may_administer};
pub use statements::{Closed, Collected};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use data_encoding::BASE64;

use crate::crypto::digest::Digest;
use crate::crypto::sign::VerifyingKey;
use crate::record::chain::{Record, rule_of};
use crate::record::finding::{Finding, Rule, Severity};
use crate::record::head::Head;
use crate::record::kinds::Said;
use crate::record::note::beginnings;
use crate::record::policy::Policy;
use crate::record::repair::Began;
use crate::value::names::{KeyName, PersonId, VaultName};
use crate::value::public;
use crate::value::text::FreeText;
use crate::value::time::Time;

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
    /// The head at every record, by its number: what "is an ancestor" is decided by.
    history: BTreeMap<u64, Head>,
    /// Where records are missing, and no adopted branch brought them back.
    gaps: Vec<Gap>,
    /// The bytes of seals that do not stand at their own place in this file, by digest.
    kept: BTreeMap<Digest, Vec<u8>>,
    /// The heads of adopted branches.
    elsewhere: BTreeSet<Head>,
    /// How many branches were adopted.
    adopted: usize,
    /// How often the log went on without records.
    skipped: usize,
    /// The records from which branches part that are adopted later.
    wanted: Arc<BTreeSet<Digest>>,
    /// The escrow as it was at each of them, by the digest of the record.
    remembered: BTreeMap<Digest, Arc<Escrow>>,
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

/// Records that the log went on without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The last record before them.
    pub after: u64,
    /// The last of them, as it is known.
    pub until: Head,
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
        match &record.said {
            Said::Continue(says) => repairs::follows(self, record, says)?,
            _ => record.follows(&self.id, &self.head)?,
        }
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
            Said::Recovered(says) => repairs::admit_recovered(self, record, says, &mut report),
            Said::Continue(says) => repairs::admit_continue(self, record, says, &mut report),
            Said::Adopt(says) => repairs::admit_adopt(self, record, says, &mut report),
            Said::Retire(says) => repairs::admit_retire(self, record, says),
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
        self.history.insert(record.frame.seq, record.head());
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
        let generations = &mut self.vaults.iter_mut().find(|one| one.id == *vault)?.generations;
        let at = generations.binary_search_by_key(&generation, |one| one.seal.generation).ok()?;
        generations.get_mut(at)
    }

    /// The request whose record has that digest.
    pub fn request(&self, record: &Digest) -> Option<&Asked> {
        self.requests.get(*self.places.get(record)?)
    }

    fn request_mut(&mut self, record: &Digest) -> Option<&mut Asked> {
        self.requests.get_mut(*self.places.get(record)?)
    }

    /// Whether `head` was this log, or a branch that it adopted, at some moment.
    pub fn is_ancestor(&self, head: &Head) -> bool {
        self.history.get(&head.seq) == Some(head) || self.elsewhere.contains(head)
    }

    /// Whether `head` was an adopted branch at some moment, and never this log: whoever knows it knows nothing of
    /// this log's own records since the two parted.
    pub fn is_elsewhere(&self, head: &Head) -> bool {
        self.elsewhere.contains(head) && self.history.get(&head.seq) != Some(head)
    }

    /// Whether a branch that is adopted may part at `head`: at a record of this log, or of a branch that was
    /// adopted before.
    pub fn may_part_at(&self, head: &Head) -> bool {
        self.is_ancestor(head) && !self.gaps.iter().any(|gap| gap.until == *head)
    }

    /// Whether `head` was this log at some moment, as far as can be told: between missing records it cannot.
    pub fn may_be_ancestor(&self, head: &Head) -> bool {
        let missing = |gap: &Gap| head.seq > gap.after && head.seq < gap.until.seq;
        self.is_ancestor(head) || self.gaps.iter().any(missing)
    }

    /// Where records are missing that are known of.
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// Whether records are missing that are known of.
    pub fn has_gaps(&self) -> bool {
        !self.gaps.is_empty()
    }

    /// Whether somebody retired.
    pub fn has_retired(&self, person: &PersonId) -> bool {
        self.people.get(person).is_some_and(|person| person.retired.is_some())
    }

    /// Whether a statement of that digest is in the log already.
    pub fn has_statement(&self, digest: &Digest) -> bool {
        self.seen.contains(digest)
    }

    /// How many earlier states are kept, for branches that are adopted.
    pub fn remembered(&self) -> usize {
        self.remembered.len()
    }

    /// Keeps the escrow as it is now, where a branch will be adopted that parts here.
    pub(crate) fn remember(&mut self) {
        if self.wanted.contains(&self.head.hash) {
            self.remembered.insert(self.head.hash, Arc::new(self.clone()));
        }
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
        Reading::remembering(bytes, BTreeSet::new())
    }

    /// Reads a log, and remembers the escrow as it was at more records than the log itself asks for: from there
    /// branches can be adopted.
    ///
    /// # Errors
    /// As [`Reading::of`].
    pub fn remembering(bytes: Vec<u8>, more: BTreeSet<Digest>) -> Result<Reading, Finding> {
        public::work(|| Reading::walked(bytes, &more))
    }

    fn walked(bytes: Vec<u8>, more: &BTreeSet<Digest>) -> Result<Reading, Finding> {
        let genesis = |(rule, detail)| Finding { rule, seq: Some(0), offset: Some(0), detail };
        let first = Record::take(&bytes, 0).map_err(|error| genesis((rule_of(&error), error.to_string())))?;
        let mut escrow = Escrow::begin(&first).map_err(genesis)?;
        escrow.wanted = Arc::new(&forks(&bytes) | more);
        escrow.remember();
        let mut findings = Vec::new();
        let mut starts = vec![0];
        let after = &bytes[first.end as usize..];
        match walk(&mut escrow, after, first.end, &mut findings) {
            Ok(walked) => starts.extend(walked),
            Err(Unfinished { starts: walked, broken }) => {
                starts.extend(walked);
                let found = trouble(&escrow, &bytes, broken);
                if found.rule == Rule::Torn {
                    let (tail, time) = (&bytes[escrow.head.size as usize..], escrow.time);
                    if let Some(began) = Began::of(tail) {
                        escrow.expose_begun(began, time);
                    }
                }
                findings.push(found);
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

    /// The bytes after the last good record.
    pub fn tail(&self) -> &[u8] {
        &self.bytes[self.escrow.head.size as usize..]
    }

    /// The bytes of the record `hash`, numbered `seq`: where it stands, or as it was kept.
    pub fn record_bytes(&self, seq: u64, hash: &Digest) -> Option<&[u8]> {
        if let Some(kept) = self.escrow.kept.get(hash) {
            return Some(kept);
        }
        let end = self.escrow.history.get(&seq).filter(|head| head.hash == *hash)?.size;
        let at = self.starts.partition_point(|start| *start < end).checked_sub(1)?;
        self.bytes.get(self.starts[at] as usize..end as usize)
    }

    /// The first finding that makes the log unfit to build on: anything torn, forked or tampered with.
    pub fn unsound(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.severity() >= Severity::Torn)
    }

    /// The bytes before the first record that makes the log unfit to build on: all of them, where none does.
    pub fn sound_bytes(&self) -> &[u8] {
        let end = self.unsound().and_then(|finding| finding.offset).unwrap_or(self.escrow.head.size);
        &self.bytes[..end.min(self.escrow.head.size) as usize]
    }
}

/// Where records end to hold: where each good one begins, and what is wrong with the next.
struct Unfinished {
    starts: Vec<u64>,
    broken: Broken,
}

/// Admits the records in `bytes`, of which the first begins at byte `base` of its log. Gives where each one
/// begins.
fn walk(
    escrow: &mut Escrow,
    bytes: &[u8],
    base: u64,
    findings: &mut Vec<Finding>,
) -> Result<Vec<u64>, Unfinished> {
    let mut starts = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = base + at as u64;
        let taken = Record::take_at(&bytes[at..], start)
            .map_err(|error| (rule_of(&error), error.to_string()))
            .and_then(|record| escrow.admit(&record, findings).map(|()| record));
        match taken {
            Ok(record) => at += (record.end - start) as usize,
            Err(broken) => return Err(Unfinished { starts, broken }),
        }
        starts.push(start);
        escrow.remember();
    }
    Ok(starts)
}

/// The records from which branches part that `adopt` records in `bytes` bring in, or that such a branch brings in
/// itself. Nothing is believed here: what is wrongly remembered is never used. Only so many are taken as a log can
/// adopt, so that nobody who writes on a medium can have everything remembered.
pub(crate) fn forks(bytes: &[u8]) -> BTreeSet<Digest> {
    let mut found = BTreeSet::new();
    collect_forks(bytes, &mut found);
    found
}

fn collect_forks(bytes: &[u8], found: &mut BTreeSet<Digest>) {
    const ADOPT: &[u8] = b"{\"type\":\"breakglass/v1/adopt\"";
    const HASH: &[u8] = b"\"hash\":\"";
    const RECORDS: &[u8] = b"\"records\":\"";
    fn after<'a>(line: &'a [u8], what: &[u8]) -> Option<&'a [u8]> {
        line.get(line.windows(what.len()).position(|window| window == what)? + what.len()..)
    }
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| line.starts_with(ADOPT)) {
        if found.len() >= repairs::MAX_ADOPTED {
            return;
        }
        let hash = after(line, HASH).and_then(|rest| std::str::from_utf8(rest.get(..64)?).ok()?.parse().ok());
        found.extend::<Option<Digest>>(hash);
        let branch = after(line, RECORDS).and_then(|rest| rest.split(|byte| *byte == b'"').next());
        if let Some(branch) = branch.and_then(|text| BASE64.decode(text).ok()) {
            collect_forks(&branch, found);
        }
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
    let behind = beginnings(tail)
        .any(|at| Record::take(bytes, start + at as u64).is_ok_and(|record| is_behind(escrow, &record)));
    let (rule, detail) = if damaged && !behind {
        (Rule::Torn, format!("{} bytes after the last good record: {detail}", tail.len()))
    } else {
        (rule, detail)
    };
    Finding { rule, seq: Some(escrow.head.seq + 1), offset: Some(start), detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_so_many_forks_are_remembered() {
        let lines = |range: std::ops::Range<u32>| -> String {
            let line = |at: u32| {
                let hash = Digest::of(&at.to_be_bytes());
                format!("{{\"type\":\"breakglass/v1/adopt\",\"says\":{{\"from\":{{\"hash\":\"{hash}\"}}}}\n")
            };
            range.map(line).collect()
        };
        assert_eq!(forks(lines(0..10).as_bytes()).len(), 10);
        let found = forks(lines(0..1000).as_bytes());
        assert_eq!(found.len(), repairs::MAX_ADOPTED);
        assert!((0..64u32).all(|at| found.contains(&Digest::of(&at.to_be_bytes()))), "the first count");
    }
}
