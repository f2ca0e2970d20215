//! Verifying: an auditor reads the log from its genesis on, and compares it with everything from outside
//! that there is. No secret is needed, and no code with a secret can be reached from here.

use std::str::FromStr;

use crate::audit::files::SealedFiles;
use crate::audit::heads::Keeper;
use crate::audit::obligations::Obligations;
use crate::audit::{books, heads};
use crate::crypto::digest::Digest;
use crate::escrow::{Escrow, Reading};
use crate::record::finding::{Broken, Finding, Rule, Severity};
use crate::record::head::HeadFile;
use crate::value::fingerprint::Words;
use crate::value::names::PersonId;
use crate::value::time::Time;

/// An escrow's fingerprint, as written on paper: 64 hexadecimal digits, or 8 words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// The whole id.
    Id(Digest),
    /// Its first 88 bits.
    Words(Words),
}

/// A text that is not a fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a fingerprint: 64 hexadecimal digits or 8 words are expected")]
pub struct NotAnAnchor;

impl FromStr for Anchor {
    type Err = NotAnAnchor;

    fn from_str(text: &str) -> Result<Anchor, NotAnAnchor> {
        let digits = text.trim().to_ascii_lowercase();
        if let Ok(id) = digits.parse() {
            return Ok(Anchor::Id(id));
        }
        text.parse().map(Anchor::Words).map_err(|_| NotAnAnchor)
    }
}

impl Anchor {
    /// Whether it is the fingerprint of `id`.
    pub(crate) fn is_of(&self, id: &Digest) -> bool {
        match self {
            Anchor::Id(known) => known == id,
            Anchor::Words(words) => *words == Words::of(id),
        }
    }
}

/// What the log is compared with.
#[derive(Debug, Default)]
pub struct Evidence {
    /// The fingerprint on paper.
    pub anchor: Option<Anchor>,
    /// Heads that were taken home, each with the name of its file.
    pub heads: Vec<(String, HeadFile)>,
    /// Books, each with its owner.
    pub books: Vec<(PersonId, Vec<u8>)>,
    /// The sealed files, each compared with its seal.
    pub files: SealedFiles,
    /// A head up to which the log was verified before. Findings about those records alone are left out, unless the log
    /// is torn, forked or tampered with; what is due because of them is not left out.
    pub since: Option<(String, HeadFile)>,
    /// Whether it is a failure if neither heads nor books are given.
    pub require_head: bool,
}

/// What an auditor is report.
#[derive(Debug)]
pub struct Report {
    /// The escrow, as far as the log could be read; `None` if not even its genesis could be.
    pub escrow: Option<Escrow>,
    /// Everything that was found: first in the log, then what the evidence says, then what is due.
    pub findings: Vec<Finding>,
}

impl Report {
    /// The worst thing that was found, by the order in which exit codes are chosen: tampered, forked,
    /// truncated, torn, findings.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(Finding::severity).max()
    }
}

/// Verifies a log that was read: what reading found, and what comparing it with `evidence` finds at `now`. Without a
/// readable genesis there is nothing to compare, and the report holds that one finding.
pub fn verify(reading: Result<Reading, Finding>, evidence: &Evidence, now: Time) -> Report {
    match reading {
        Ok(reading) => compare(reading, evidence, now),
        Err(finding) => Report { escrow: None, findings: vec![finding] },
    }
}

fn compare(reading: Reading, evidence: &Evidence, now: Time) -> Report {
    let Reading { escrow, mut findings, .. } = reading;
    // Leave out what the auditor has seen before. What is due, and what the evidence says, is new today.
    if let Some((_, since)) = &evidence.since
        && since.escrow == escrow.id
        && escrow.is_ancestor(&since.head())
        && !escrow.is_elsewhere(&since.head())
    {
        findings.retain(|finding| {
            finding.seq.is_none_or(|seq| seq > since.seq) || finding.severity() >= Severity::Torn
        });
    }
    findings.extend(heads::missing(&escrow));
    findings.extend(heads::unadopted(&escrow));
    if let Some(anchor) = &evidence.anchor
        && !anchor.is_of(&escrow.id)
    {
        findings.push(other_log(&escrow, anchor).at(0, 0));
    }
    let mut newest = None;
    let given = evidence.heads.iter().chain(&evidence.since);
    for (name, head) in given {
        if head.escrow != escrow.id {
            let broken = Broken::new(Rule::HeadFork, format!("{name} is of escrow {}", head.escrow.short()));
            findings.push(broken.file(name).escrow(head.escrow).general());
            continue;
        }
        findings.extend(heads::compare(&escrow, &head.head(), Keeper::File(name)));
        newest = newest.max(Some(heads::knows(&escrow, &head.head())));
    }
    let mut approvals = Vec::new();
    for (owner, bytes) in &evidence.books {
        let report = books::compare(&escrow, owner, bytes);
        findings.extend(report.findings);
        approvals.extend(report.approvals);
        newest = newest.max(report.newest);
    }
    findings.extend(evidence.files.findings());
    findings.extend(Obligations::of(&escrow, now, &approvals).due());
    completeness(&escrow, newest, evidence.require_head, &mut findings);
    Report { escrow: Some(escrow), findings }
}

/// Adds a finding about the records at the log's end that nothing but the log itself proves.
fn completeness(escrow: &Escrow, newest: Option<u64>, require_head: bool, findings: &mut Vec<Finding>) {
    let last = escrow.head.seq;
    let broken = match newest {
        None if require_head => Broken::new(Rule::HeadRequired, "give --head or --book"),
        None => Broken::new(Rule::CompletenessUnproven, "no head and no book was given"),
        Some(seq) if seq < last => {
            let what = format!("no given head or book knows the records after {seq}");
            Broken::new(Rule::CompletenessUnproven, what)
        }
        Some(_) => return,
    };
    let first = newest.map_or(0, |seq| seq + 1);
    findings.push(broken.first(first).last(last).general());
}

/// A fingerprint of another log. Both fingerprints are given in the form that is on paper.
fn other_log(escrow: &Escrow, anchor: &Anchor) -> Broken {
    let words = Words::of(&escrow.id);
    let broken = Broken::new(Rule::Anchor, format!("the log's fingerprint is {}, {words}", escrow.id));
    match anchor {
        Anchor::Id(known) => broken.expected(*known).found(escrow.id),
        Anchor::Words(known) => broken.expected(known.to_string()).found(words.to_string()),
    }
}
