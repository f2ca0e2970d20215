//! What `verify` answers.

use std::path::Path;

use serde::Serialize;

use crate::audit::verify::Report;
use crate::cli::say::exit::Exit;
use crate::cli::say::finding::{FindingFields, finding_lines};
use crate::cli::say::layout::counted;
use crate::cli::say::outcome::Verdict;
use crate::cli::say::painted::{Painted, Tone};
use crate::crypto::digest::Digest;
use crate::record::head::Head;
use crate::value::fingerprint::Words;
use crate::value::text::FreeText;

/// What an auditor is told.
#[derive(Serialize)]
pub(crate) struct VerifyOutcome<'a> {
    #[serde(flatten)]
    verdict: Verdict,
    escrow: Option<VerifiedEscrow<'a>>,
    findings: Vec<FindingFields<'a>>,
}

/// The escrow, as far as its log could be read.
#[derive(Serialize)]
struct VerifiedEscrow<'a> {
    id: Digest,
    words: String,
    name: &'a FreeText,
    head: Head,
}

impl<'a> VerifyOutcome<'a> {
    /// The report, and how the program ends because of it.
    pub(crate) fn of(exit: Exit, report: &'a Report) -> VerifyOutcome<'a> {
        let escrow = report.escrow.as_ref().map(|escrow| VerifiedEscrow {
            id: escrow.id,
            words: Words::of(&escrow.id).to_string(),
            name: &escrow.name,
            head: escrow.head,
        });
        let findings = report.findings.iter().map(FindingFields::of).collect();
        VerifyOutcome { verdict: Verdict::of(exit), escrow, findings }
    }
}

/// The report for people. `at_fault` is what the verdict is about; on a terminal of so many `columns` findings are
/// wrapped, and elsewhere each stands on one line.
pub(crate) fn text(report: &Report, exit: Exit, at_fault: &Path, columns: Option<usize>) -> Painted {
    let mut lines: Vec<Painted> = Vec::new();
    if let Some(escrow) = &report.escrow {
        let (name, last) = (&escrow.name, escrow.time);
        let records = counted(escrow.head.seq + 1, "record");
        lines.push(format!("{name}: {records}, last {last}").into());
        lines.push(format!("fingerprint {}", escrow.id).into());
        lines.push(format!("      words {}", Words::of(&escrow.id)).into());
    }
    for finding in &report.findings {
        lines.extend(finding_lines(finding, columns));
    }
    lines.push(match exit {
        Exit::Done => Painted::of(Tone::Good, "HOLDS: every signature, the chain and every rule"),
        exit => Painted::of(Tone::Bad, format!("{}: {}", exit.code().to_uppercase(), at_fault.display())),
    });
    Painted::lines(lines)
}
