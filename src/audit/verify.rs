//! Verifying: an auditor reads the log from its genesis on, and compares it with everything from outside
//! that there is. No secret is needed, and no code with a secret can be reached from here.

use std::str::FromStr;

use crate::audit::{books, files, heads, obligations};
use crate::crypto::digest::Digest;
use crate::escrow::{Escrow, Reading};
use crate::record::finding::{Finding, Rule, Severity};
use crate::record::head::HeadFile;
use crate::value::fingerprint::Words;
use crate::value::names::PersonId;
use crate::value::time::Time;

/// An escrow's fingerprint, as it was written on paper: 64 hexadecimal digits, or 8 words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// The whole id.
    Id(Digest),
    /// Its first 88 bits.
    Words(Words),
}

/// A text that is no fingerprint.
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
    pub fn is_of(&self, id: &Digest) -> bool {
        match self {
            Anchor::Id(known) => known == id,
            Anchor::Words(words) => *words == Words::of(id),
        }
    }
}

/// What there is besides the log.
#[derive(Debug, Default)]
pub struct Evidence {
    /// The fingerprint on paper.
    pub anchor: Option<Anchor>,
    /// Heads that were taken home, each with the name of its file.
    pub heads: Vec<(String, HeadFile)>,
    /// Books, each with its owner.
    pub books: Vec<(PersonId, Vec<u8>)>,
    /// The sealed files, each set beside its seal; `None` where only the log is at hand.
    pub files: Option<Vec<files::Compared>>,
    /// A head up to which the log was verified before. What those records alone give rise to is left out,
    /// unless it is torn, forked or tampered with; what is due because of them is not.
    pub since: Option<(String, HeadFile)>,
    /// Whether it is a failure that nothing from outside the log is given.
    pub require_head: bool,
}

/// What an auditor is told.
#[derive(Debug)]
pub struct Report {
    /// The escrow, as far as the log could be read; `None` where not even its genesis could be.
    pub escrow: Option<Escrow>,
    /// Everything that was found: first what is in the log, then what is due, then what evidence says.
    pub findings: Vec<Finding>,
}

impl Report {
    /// What is told of a log that has no readable genesis.
    pub fn unreadable(finding: Finding) -> Report {
        Report { escrow: None, findings: vec![finding] }
    }

    /// The worst thing that was found, by the order in which exit codes are chosen: tampered, forked,
    /// truncated, torn, findings.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(Finding::severity).max()
    }
}

/// Reads the log in `bytes` and compares it with `evidence`, at `now`.
pub fn verify(bytes: Vec<u8>, evidence: &Evidence, now: Time) -> Report {
    match Reading::of(bytes) {
        Ok(reading) => compare(reading, evidence, now),
        Err(finding) => Report::unreadable(finding),
    }
}

/// Compares a log that was read with `evidence`, at `now`.
pub fn compare(reading: Reading, evidence: &Evidence, now: Time) -> Report {
    let Reading { escrow, mut findings, .. } = reading;
    // What was seen before is left out; what is due, and what evidence says, is of today.
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
    if let Some(anchor) = &evidence.anchor
        && !anchor.is_of(&escrow.id)
    {
        let detail = format!("the log's fingerprint is {}, {}", escrow.id, Words::of(&escrow.id));
        findings.push(Finding { rule: Rule::Anchor, seq: Some(0), offset: Some(0), detail });
    }
    let mut newest = None;
    let given = evidence.heads.iter().chain(&evidence.since);
    for (name, head) in given {
        if head.escrow != escrow.id {
            let detail = format!("{name} is of escrow {}", head.escrow.short());
            findings.push(Finding::general(Rule::HeadFork, detail));
            continue;
        }
        findings.extend(heads::compare(&escrow, &head.head(), name));
        newest = newest.max(Some(heads::knows(&escrow, &head.head())));
    }
    let mut approvals = Vec::new();
    for (owner, bytes) in &evidence.books {
        let told = books::compare(&escrow, owner, bytes);
        findings.extend(told.findings);
        approvals.extend(told.approvals);
        newest = newest.max(told.newest);
    }
    findings.extend(evidence.files.iter().flatten().filter_map(files::compare));
    findings.extend(obligations::due(&escrow, now, &approvals));
    completeness(&escrow, newest, evidence.require_head, &mut findings);
    Report { escrow: Some(escrow), findings }
}

/// Says how much of the log's end rests on the log alone.
fn completeness(escrow: &Escrow, newest: Option<u64>, require_head: bool, findings: &mut Vec<Finding>) {
    let last = escrow.head.seq;
    let (rule, detail) = match newest {
        None if require_head => (Rule::HeadRequired, "give --head or --book".to_owned()),
        None => (Rule::CompletenessUnproven, "no head and no book was given".to_owned()),
        Some(seq) if seq < last => {
            (Rule::CompletenessUnproven, format!("nothing given knows of the records after {seq}"))
        }
        Some(_) => return,
    };
    findings.push(Finding::general(rule, detail));
}
