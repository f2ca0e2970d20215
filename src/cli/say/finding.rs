//! What was found in a log: for people, and for programs.

use serde::Serialize;

use crate::cli::say::painted::{Painted, Tone};
use crate::record::finding::{Finding, Particulars, Rule, Severity};
use crate::value::text::{Shown, wrapped};

/// A finding after its severity: what was found, and what the rule says. On a terminal of so many columns both are
/// wrapped; elsewhere each is one line.
pub(crate) fn finding_lines(finding: &Finding, columns: Option<usize>) -> Vec<Painted> {
    const HANG: usize = 10;
    let severity = finding.severity();
    let tone = match severity {
        Severity::Note => Tone::Quiet,
        Severity::Warning => Tone::Due,
        _ => Tone::Bad,
    };
    let place = finding.place().map_or(String::new(), |place| format!(" {place}:"));
    let found = format!("{}{place} {}", finding.rule, Shown::line(&finding.detail));
    let room = columns.map_or(usize::MAX, |columns| columns.saturating_sub(HANG).max(20));
    let texts = [found, finding.rule.meaning().to_owned()];
    let texts = texts.iter().flat_map(|text| wrapped(text, room));
    let head = |at| {
        if at == 0 { Painted::of(tone, format!("{:<9} ", severity.word())) } else { " ".repeat(HANG).into() }
    };
    texts.enumerate().map(|(at, text)| head(at).and(Tone::Plain, text)).collect()
}

/// A finding for programs: the sentence, and its particulars beside it.
#[derive(Serialize)]
pub(crate) struct FindingFields<'a> {
    code: Rule,
    severity: Severity,
    seq: Option<u64>,
    offset: Option<u64>,
    meaning: &'static str,
    detail: &'a str,
    #[serde(flatten)]
    particulars: &'a Particulars,
}

impl<'a> FindingFields<'a> {
    /// The fields of a finding.
    pub(crate) fn of(finding: &'a Finding) -> FindingFields<'a> {
        let Finding { rule, seq, offset, detail, particulars } = finding;
        let (code, severity, meaning) = (*rule, rule.severity(), rule.meaning());
        FindingFields { code, severity, seq: *seq, offset: *offset, meaning, detail, particulars }
    }
}
