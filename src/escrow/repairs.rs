//! The rules of repairs: damaged tails that were kept, logs that go on elsewhere, and branches that were
//! joined. See `docs/spec/repairs.md`.

use std::collections::BTreeSet;
use std::sync::Arc;

use data_encoding::BASE64;

use super::seals::{self, may_administer};
use super::{Broken, Escrow, Gap, Unfinished, is_behind, walk};
use crate::crypto::digest::Digest;
use crate::record::chain::{Record, rule_of};
use crate::record::finding::{Finding, Rule, Severity};
use crate::record::kinds::Said;
use crate::record::note::beginnings;
use crate::record::repair::{Adopt, Began, Continue, Recovered};
use crate::record::retire::Retire;
use crate::value::names::KeyName;
use crate::value::time::Time;

/// The highest number up to which records can be left out: far beyond any log, and far from where numbers end.
pub const MAX_SEQ: u64 = 1 << 53;

/// The most branches that one log can adopt, with those that they adopted.
pub(super) const MAX_ADOPTED: usize = 64;

/// How often one log can go on without records.
const MAX_SKIPPED: usize = 64;

/// One enrolled person: that the key is theirs was checked with the signature.
fn by_one_person(record: &Record) -> Result<(), Broken> {
    match record.frame.by.as_slice() {
        [KeyName::Person(_)] => Ok(()),
        by => Err((Rule::RepairSigner, format!("a `{}` with {} signers", record.said.kind(), by.len()))),
    }
}

pub(super) fn admit_recovered(
    escrow: &mut Escrow,
    record: &Record,
    recovered: &Recovered,
    report: &mut impl FnMut(Rule, String),
) -> Result<(), Broken> {
    by_one_person(record)?;
    let damage = &recovered.damage;
    let kept = damage.kept().ok_or((Rule::RecoveredContent, "size, digest and bytes differ".to_owned()))?;
    // The zeros at the end tell nothing, unless there is nothing else.
    if Began::of(&kept) != recovered.began {
        return Err((Rule::RecoveredContent, "it does not tell truly what was begun".to_owned()));
    }
    // What is whole is no damage: nobody can put a record away as if it had been.
    let mut places = std::iter::once(0).chain(beginnings(&kept));
    if places.any(|at| Record::take_at(&kept[at..], 0).is_ok_and(|one| is_behind(escrow, &one))) {
        return Err((Rule::RecoveredContent, "it keeps a whole record as if it were damage".to_owned()));
    }
    let mut what = format!("{} bytes", damage.size);
    if let Some(began) = recovered.began {
        what.push_str(&match began {
            Began::Release(request) => format!(", which began a release for request {}", request.short()),
            Began::Unknown => ", which may have begun a release".to_owned(),
        });
        escrow.expose_begun(began, record.frame.time);
    }
    report(Rule::Recovered, what);
    Ok(())
}

impl Escrow {
    /// Marks what a damaged tail exposes: the generation whose release it began, or, where nobody can tell,
    /// each one for which a request stands open. Nothing was shown without a whole record, but the vault key
    /// was there.
    pub(super) fn expose_begun(&mut self, began: Began, time: Time) {
        let asked: Vec<_> = match began {
            Began::Release(request) if self.request(&request).is_some() => {
                self.request(&request).into_iter().collect()
            }
            _ => self.requests.iter().filter(|asked| asked.end.is_none()).collect(),
        };
        let exposed: Vec<_> =
            asked.into_iter().map(|asked| (asked.request.vault, asked.request.generation)).collect();
        for (vault, generation) in exposed {
            if let Some(generation) = self.generation_mut(&vault, generation) {
                generation.released.get_or_insert(time);
            }
        }
    }
}

/// Whether a `continue` follows what it says it follows, and whether records are missing before it. It takes
/// the place of the chain's own check: only here may numbers be left out.
pub(super) fn follows(escrow: &Escrow, record: &Record, says: &Continue) -> Result<(), Broken> {
    let frame = &record.frame;
    let (from, tail) = (&says.from, &escrow.head);
    if frame.escrow.as_ref() != Some(&escrow.id) {
        return Err((Rule::ChainEscrow, "it continues another escrow's log".to_owned()));
    }
    // Where nothing is left out, no number is too high: whoever drives them up keeps nobody from going on.
    if (from.seq > MAX_SEQ && from != tail)
        || from.seq.checked_add(1) != Some(frame.seq)
        || frame.prev != from.hash
    {
        return Err((Rule::ContinueFrom, format!("it is numbered {}, after {}", frame.seq, from.seq)));
    }
    // It is signed for this very beginning: nobody else can leave records out.
    if says.last.as_ref().unwrap_or(from) != tail {
        return Err((Rule::ContinueFrom, format!("it was not made on a log that ends with {}", tail.seq)));
    }
    if says.last.is_some() && from.seq <= tail.seq {
        return Err((Rule::ContinueFrom, format!("it follows {}, and {} is here", from.seq, tail.seq)));
    }
    Ok(())
}

pub(super) fn admit_continue(
    escrow: &mut Escrow,
    record: &Record,
    says: &Continue,
    report: &mut impl FnMut(Rule, String),
) -> Result<(), Broken> {
    by_one_person(record)?;
    let left = says.left.as_ref();
    if left.is_some_and(|left| left.bytes.is_some() || left.zeros != 0) {
        return Err((Rule::ContinueFrom, "it keeps bytes of the file that was left behind".to_owned()));
    }
    let tail = escrow.head;
    let missing = says.last.is_some();
    if !missing && !says.kept.is_empty() {
        return Err((Rule::ContinueKept, "nothing is missing, and something is kept".to_owned()));
    }
    if missing && escrow.skipped >= MAX_SKIPPED {
        let why = format!("a log can go on without records at most {MAX_SKIPPED} times");
        return Err((Rule::ContinueFrom, why));
    }
    if !missing {
        report(Rule::Continued, continued(says));
        return Ok(());
    }
    // All or nothing: a continuation with one bad record counts for nothing.
    let mut after = escrow.clone();
    let mut last = tail.seq;
    for kept in &says.kept {
        let (seq, hash) = after.take_kept(kept, last, report)?;
        if seq > says.from.seq || (seq == says.from.seq && hash != says.from.hash) {
            return Err((Rule::ContinueKept, format!("record {seq}")));
        }
        last = seq;
    }
    after.gaps.push(Gap { after: tail.seq, until: says.from });
    after.elsewhere.insert(says.from);
    after.skipped += 1;
    *escrow = after;
    report(Rule::Continued, continued(says));
    Ok(())
}

fn continued(says: &Continue) -> String {
    let from = format!("after record {}, {}", says.from.seq, says.from.hash.short());
    let left = says.left.as_ref();
    let left =
        left.map_or(String::new(), |left| format!("; left behind: {} bytes, {}", left.size, left.digest));
    format!("{from}{left}")
}

impl Escrow {
    /// Takes a seal that stood among missing records, behind record `last`. Gives its number and digest. Where it
    /// breaks a rule nothing is changed.
    fn take_kept(
        &mut self,
        kept: &str,
        last: u64,
        report: &mut impl FnMut(Rule, String),
    ) -> Result<(u64, Digest), Broken> {
        let broken = |why: String| (Rule::ContinueKept, why);
        let bytes = BASE64.decode(kept.as_bytes()).map_err(|error| broken(error.to_string()))?;
        let one = Record::take_at(&bytes, 0).map_err(|error| broken(error.to_string()))?;
        let Said::Seal(seal) = &one.said else {
            return Err(broken(format!("a `{}`", one.said.kind())));
        };
        let seq = one.frame.seq;
        let whole = one.frame.escrow == Some(self.id) && one.end == bytes.len() as u64;
        if !whole || seq <= last || seq > MAX_SEQ {
            return Err(broken(format!("record {seq}")));
        }
        let in_place = |(rule, why): Broken| broken(format!("record {seq}: {rule} {why}"));
        self.verify(&one).map_err(in_place)?;
        seals::admit_kept(self, &one, seal, report).map_err(in_place)?;
        self.kept.insert(one.hash, bytes);
        Ok((seq, one.hash))
    }

    /// Those of `candidates`, seals in base64 in the order of their numbers, that a continuation of this log may
    /// keep.
    pub fn keepable(&self, candidates: impl Iterator<Item = String>) -> Vec<String> {
        let (mut after, mut last) = (self.clone(), self.head.seq);
        let fits = |kept: &String| match after.take_kept(kept, last, &mut |_, _| {}) {
            Ok((seq, _)) => {
                last = seq;
                true
            }
            Err(_) => false,
        };
        candidates.filter(fits).collect()
    }
}

pub(super) fn admit_adopt(
    escrow: &mut Escrow,
    record: &Record,
    adopt: &Adopt,
    report: &mut impl FnMut(Rule, String),
) -> Result<(), Broken> {
    let by = &record.frame.by;
    if by.len() != 2 || by.iter().any(|name| name.person().is_none()) {
        return Err((Rule::AdoptSigners, format!("{} signers", by.len())));
    }
    let broken = |why: String| (Rule::AdoptBranch, why);
    let at_fork = escrow.remembered.get(&adopt.from.hash).filter(|then| then.head == adopt.from).cloned();
    let at_fork =
        at_fork.ok_or_else(|| broken(format!("this log has no record {} as it says", adopt.from.seq)))?;
    let bytes = BASE64.decode(adopt.records.as_bytes()).map_err(|error| broken(error.to_string()))?;
    let first = Record::take_at(&bytes, adopt.from.size)
        .map_err(|error| broken(format!("{} {error}", rule_of(&error))))?;
    let here = escrow.history.get(&first.frame.seq).is_some_and(|head| head.hash == first.hash);
    let is_missing = escrow.gaps.iter().any(|gap| gap.until == first.head());
    if here || (escrow.elsewhere.contains(&first.head()) && !is_missing) {
        return Err(broken(format!("record {} is in this log already", first.frame.seq)));
    }
    // The branch is judged by its own past, as its readers did.
    let mut branch = Escrow::clone(&at_fork);
    branch.wanted = Arc::clone(&escrow.wanted);
    let mut findings = Vec::new();
    branch.remember();
    let walked = walk(&mut branch, &bytes, adopt.from.size, &mut findings);
    if let Err(Unfinished { broken: (rule, why), .. }) = walked {
        return Err(broken(format!("record {}: {rule} {why}", branch.head.seq + 1)));
    }
    if let Some(finding) = findings.iter().find(|finding| finding.severity() >= Severity::Torn) {
        let seq = finding.seq.unwrap_or_default();
        return Err(broken(format!("record {seq}: {} {}", finding.rule, finding.detail)));
    }
    // Reading again remembers only so many places where branches part.
    if escrow.adopted + 1 + branch.adopted - at_fork.adopted > MAX_ADOPTED {
        return Err(broken(format!("at most {MAX_ADOPTED} branches can be adopted")));
    }
    let mut after = escrow.clone();
    after.join(&at_fork, &branch, record, &bytes, report)?;
    *escrow = after;
    let count = branch.head.seq.saturating_sub(adopt.from.seq);
    report(
        Rule::Adopted,
        format!("{count} records after record {}, {}", adopt.from.seq, adopt.from.hash.short()),
    );
    for Finding { rule, seq, detail, .. } in findings {
        let seq = seq.map_or(String::new(), |seq| format!("record {seq} of the branch: "));
        report(rule, format!("{seq}{detail}"));
    }
    Ok(())
}

impl Escrow {
    /// Takes over what a branch holds and this log does not.
    fn join(
        &mut self,
        at_fork: &Escrow,
        branch: &Escrow,
        record: &Record,
        bytes: &[u8],
        report: &mut impl FnMut(Rule, String),
    ) -> Result<(), Broken> {
        let seq = record.frame.seq;
        for (id, person) in &branch.people {
            if let (Some(ours), Some(retired)) = (self.people.get_mut(id), person.retired) {
                ours.retired = Some(ours.retired.map_or(retired, |earlier| earlier.min(retired)));
            }
        }
        self.kept_are_real(branch)?;
        self.join_vaults(branch, seq)?;
        self.join_requests(branch, seq, report);
        for collected in &branch.statements {
            if !self.has_statement(&collected.statement.note.digest()) {
                let collected = super::Collected { seq, ..collected.clone() };
                self.keep(collected, report);
            }
        }
        self.used.extend(branch.used.iter().cloned());
        // Everything that was a head there was a head of this log's.
        let theirs = branch.history.range(at_fork.head.seq + 1..).map(|(_, head)| *head);
        self.gaps
            .retain(|gap| branch.history.get(&gap.until.seq).is_none_or(|head| head.hash != gap.until.hash));
        for gap in branch.gaps.iter().filter(|gap| gap.after >= at_fork.head.seq) {
            // What the branch went on without may be here.
            if self.history.get(&gap.until.seq) != Some(&gap.until) {
                self.gaps.push(*gap);
            }
        }
        self.elsewhere.extend(theirs);
        self.elsewhere.extend(branch.elsewhere.iter().copied());
        self.adopted += 1 + branch.adopted - at_fork.adopted;
        self.kept.extend(branch.kept.clone());
        let from = at_fork.head.size;
        let mut start = from;
        for head in branch.history.range(at_fork.head.seq + 1..).map(|(_, head)| head) {
            let is_seal =
                branch.vaults.iter().flat_map(|vault| &vault.generations).any(|one| one.record == head.hash);
            if let Some(bytes) = bytes.get((start - from) as usize..(head.size.saturating_sub(from)) as usize)
                && is_seal
            {
                self.kept.insert(head.hash, bytes.to_vec());
            }
            start = head.size.max(start);
        }
        // The branch's end, and whatever within it is parted from.
        for (hash, then) in &branch.remembered {
            self.remembered.entry(*hash).or_insert_with(|| Arc::clone(then));
        }
        let mut end = branch.clone();
        end.remembered.clear();
        self.remembered.insert(branch.head.hash, Arc::new(end));
        Ok(())
    }

    /// A seal that was kept as one of the missing records stands among them, now that a branch brings them.
    fn kept_are_real(&self, branch: &Escrow) -> Result<(), Broken> {
        let found =
            |gap: &&Gap| branch.history.get(&gap.until.seq).is_some_and(|head| head.hash == gap.until.hash);
        for gap in self.gaps.iter().filter(found) {
            let mut generations = self.vaults.iter().flat_map(|vault| &vault.generations);
            let invented = generations.find(|one| {
                let there = branch.generation(&one.seal.vault, one.seal.generation);
                one.seq > gap.after
                    && one.seq <= gap.until.seq
                    && there.is_none_or(|there| there.record != one.record)
            });
            if let Some(one) = invented {
                let what =
                    format!("{} was kept, and is not among the records that were missing", one.seal.title());
                return Err((Rule::AdoptConflict, what));
            }
        }
        Ok(())
    }

    fn join_vaults(&mut self, branch: &Escrow, seq: u64) -> Result<(), Broken> {
        for theirs in &branch.vaults {
            let Some(ours) = self.vaults.iter_mut().find(|vault| vault.id == theirs.id) else {
                if self.vault_named(&theirs.name).is_some() {
                    return Err((Rule::AdoptConflict, format!("two vaults are named {}", theirs.name)));
                }
                let mut vault = theirs.clone();
                vault.generations.iter_mut().for_each(|one| one.seq = seq);
                self.vaults.push(vault);
                continue;
            };
            for generation in &theirs.generations {
                let number = generation.seal.generation;
                match ours.generations.binary_search_by_key(&number, |one| one.seal.generation) {
                    Ok(at) if ours.generations[at].record == generation.record => {
                        let one = &mut ours.generations[at];
                        for (person, time) in &generation.checks {
                            let last = one.checks.entry(person.clone()).or_insert(*time);
                            *last = (*last).max(*time);
                        }
                        one.released = [one.released, generation.released].into_iter().flatten().min();
                    }
                    Ok(_) => {
                        let title = generation.seal.title();
                        return Err((Rule::AdoptConflict, format!("{title} was sealed on both branches")));
                    }
                    Err(at) => {
                        let mut one = generation.clone();
                        one.seq = seq;
                        ours.generations.insert(at, one);
                    }
                }
            }
        }
        Ok(())
    }

    fn join_requests(&mut self, branch: &Escrow, seq: u64, report: &mut impl FnMut(Rule, String)) {
        for theirs in &branch.requests {
            let Some(ours) = self.request_mut(&theirs.record) else {
                let mut asked = theirs.clone();
                asked.seq = seq;
                self.places.insert(asked.record, self.requests.len());
                self.requests.push(asked);
                continue;
            };
            let known: BTreeSet<_> = ours.releases.iter().map(|one| one.record).collect();
            let before = known.len();
            let new: Vec<_> =
                theirs.releases.iter().filter(|one| !known.contains(&one.record)).cloned().collect();
            let shared = theirs.releases.len() - new.len();
            let parted = !new.is_empty() && (before > shared || ours.end.is_some())
                || before > shared && theirs.end.is_some() && ours.end.as_ref() != theirs.end.as_ref();
            ours.releases.extend(new.into_iter().map(|one| super::Released { seq, ..one }));
            if ours.end.is_none() {
                ours.end.clone_from(&theirs.end);
            }
            if ours.closed.is_none() {
                ours.closed.clone_from(&theirs.closed);
            }
            if parted {
                report(Rule::ReleaseBranches, format!("request {}", theirs.record.short()));
            }
        }
    }
}

pub(super) fn admit_retire(escrow: &mut Escrow, record: &Record, retire: &Retire) -> Result<(), Broken> {
    if !may_administer(escrow, &record.frame.by, None) {
        return Err((Rule::RetireSigner, format!("`{}`", retire.person)));
    }
    match escrow.people.get_mut(&retire.person).filter(|person| person.retired.is_none()) {
        Some(person) => {
            person.retired = Some(record.frame.time);
            Ok(())
        }
        None => Err((Rule::RetirePerson, format!("`{}`", retire.person))),
    }
}
