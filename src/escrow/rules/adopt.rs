//! The rules of repairs: damaged tails that were kept, logs that go on elsewhere, and branches that were
//! joined. See `docs/spec/repairs.md`.

use std::sync::Arc;

use data_encoding::BASE64;

use crate::escrow::rules::grants::Grants;
use crate::escrow::signers::by_one_person;
use crate::escrow::state::{BranchPart, Escrow};
use crate::record::chain::{LogRecord, unreadable};
use crate::record::finding::{Broken, Finding, Rule, Severity};
use crate::record::head::Head;
use crate::record::repair::{Adopt, AdoptPart};
use crate::value::names::KeyName;

/// Takes the records that bytes hold, one after another. It is handed in: what takes every kind of record takes adoptions
/// too, and these files would import each other.
type Walk =
    dyn Fn(&mut Escrow, &[u8], u64, &mut Vec<Finding>, &mut dyn FnMut(&LogRecord)) -> Result<(), Broken>;

pub(super) fn admit(
    escrow: &mut Escrow,
    record: &LogRecord,
    adopt: Adopt,
    walk: &Walk,
    report: &mut impl FnMut(Broken),
) -> Result<(), Broken> {
    let by = &record.frame.by;
    let adopts = |name: &KeyName| name.person().is_some_and(|person| !escrow.has_retired(person));
    if by.len() != 2 || !by.iter().all(adopts) {
        return Err(Broken::new(Rule::AdoptSigners, format!("{} signers", by.len())).signers(by));
    }
    let bytes = escrow.branch_bytes(&adopt)?;
    // Branches within each other are held as bytes alone, and no text of any of them.
    let from = adopt.from;
    drop(adopt);
    ask_for_forks(escrow, &from, &bytes);
    let broken = |why: String| Broken::new(Rule::AdoptBranch, why).head(from);
    let at_fork = escrow.remembered.get(&from.hash).filter(|then| then.head == from).cloned();
    let at_fork = at_fork.ok_or_else(|| broken(format!("this log has no record {} as it says", from.seq)))?;
    let (branch, findings) = read_branch(escrow, &at_fork, &bytes, walk)?;
    if branch.history.from(&(from.seq + 1)).all(|(_, head)| escrow.may_part_at(head)) {
        let seq = branch.head.seq;
        return Err(broken(format!("record {seq} is in this log already")).branch_record(seq));
    }
    let mut after = escrow.clone();
    let mut found = Vec::new();
    let grants = Grants { before: escrow, branch: &branch, at_fork: &at_fork, seq: record.frame.seq };
    after.join(&grants, &bytes, &mut |broken| found.push(broken));
    *escrow = after;
    found.into_iter().for_each(&mut *report);
    report(adopted(&from, branch.head.seq));
    for finding in findings {
        report(on_branch(finding));
    }
    Ok(())
}

/// Reads the records of a branch, and what is found in them. A branch is judged from its own past, as everybody who read it
/// before did.
fn read_branch(
    escrow: &Escrow,
    at_fork: &Escrow,
    bytes: &[u8],
    walk: &Walk,
) -> Result<(Escrow, Vec<Finding>), Broken> {
    let from = at_fork.head;
    let within = |inner: Broken, place: &str| {
        let why = format!("{place}{} {}", inner.rule, inner.detail);
        inner.breaks(Rule::AdoptBranch, why).head(from)
    };
    LogRecord::take_at(bytes, from.size).map_err(|error| within(unreadable(&error), ""))?;
    let mut branch = at_fork.clone();
    branch.wanted = Arc::clone(&escrow.wanted);
    branch.knows_forks = true;
    // What a branch adopts, it holds itself: so nothing is read as often as somebody names it.
    branch.parts.clear();
    let mut findings = Vec::new();
    branch.remember();
    let walked = walk(&mut branch, bytes, from.size, &mut findings, &mut |_| {});
    if let Err(inner) = walked {
        let seq = branch.head.seq + 1;
        return Err(within(inner, &format!("record {seq}: ")).branch_record(seq));
    }
    if let Some(finding) = findings.iter().find(|finding| finding.severity() >= Severity::Torn) {
        let seq = finding.seq.unwrap_or_default();
        return Err(within(finding.clone().into_broken(), &format!("record {seq}: ")).branch_record(seq));
    }
    Ok((branch, findings))
}

/// Takes a part of a branch. It is judged when an `adopt` takes it, and changes nothing before.
pub(super) fn admit_part(escrow: &mut Escrow, record: &LogRecord, part: &AdoptPart) -> Result<(), Broken> {
    by_one_person(record)?;
    let by = record.frame.by.clone();
    let bytes = BASE64.decode(part.records.as_bytes()).ok();
    escrow.parts.push(BranchPart { seq: record.frame.seq, by, bytes: bytes.map(Arc::from) });
    Ok(())
}

impl Escrow {
    /// Takes together what an adoption brings in: the parts directly before it, and what it holds itself.
    fn branch_bytes(&mut self, adopt: &Adopt) -> Result<Vec<u8>, Broken> {
        let broken = |why: String| Broken::new(Rule::AdoptBranch, why).head(adopt.from);
        let here = self.parts.len();
        let first = usize::try_from(adopt.parts).ok().and_then(|parts| here.checked_sub(parts));
        let first = first.ok_or_else(|| {
            let why = format!("{} parts, and there are {here} before it", adopt.parts);
            broken(why).limit(here as u64)
        })?;
        let no_base64 = |why: String| broken(why).cause(Rule::RecordMalformed);
        let mut bytes = Vec::new();
        for part in self.parts.drain(first..) {
            let kept = part.bytes.ok_or_else(|| no_base64(format!("part {} is no base64", part.seq)))?;
            bytes.extend_from_slice(&kept);
        }
        let last = BASE64.decode(adopt.records.as_bytes()).map_err(|error| no_base64(error.to_string()))?;
        bytes.extend_from_slice(&last);
        Ok(bytes)
    }

    /// Gives up the parts before the end of the log: only what follows them directly can take them.
    pub(super) fn leave_parts(&mut self) {
        self.unadopted.extend(self.parts.drain(..).map(|part| (part.seq, part.by)));
    }
}

/// Asks for the escrow as it was where branches fork, which is kept when the log is read again. The record is verified, and
/// two people signed it.
///
/// Whoever asks for one fork asks for those within the branch too: so they are looked for once, at the outermost branch.
fn ask_for_forks(escrow: &mut Escrow, from: &Head, bytes: &[u8]) {
    if escrow.knows_forks {
        return;
    }
    let mut forks = escrow.forks(bytes);
    forks.insert(from.hash);
    let missed: Vec<_> = forks.difference(&escrow.wanted).map(|fork| (*fork, ())).collect();
    escrow.missed.extend(missed);
}

fn adopted(from: &Head, last: u64) -> Broken {
    let count = last.saturating_sub(from.seq);
    let what = format!("{count} records after record {}, {}", from.seq, from.hash.short());
    Broken::new(Rule::Adopted, what).head(*from).first(from.seq + 1).last(last)
}

/// A finding on the branch, reported at the record that adopts it.
fn on_branch(finding: Finding) -> Broken {
    let seq = finding.seq;
    let mut broken = finding.into_broken();
    if let Some(seq) = seq {
        broken.detail = format!("record {seq} of the branch: {}", broken.detail);
    }
    broken.where_known(seq, Broken::branch_record)
}
