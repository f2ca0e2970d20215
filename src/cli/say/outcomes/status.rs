//! What `status` answers.

use serde::Serialize;

use crate::audit::status::{Duty, RequestStatus, Status, Upcoming, VaultStatus};
use crate::cli::say::exit::Exit;
use crate::cli::say::finding::FindingFields;
use crate::cli::say::outcome::{Outcome, Verdict};
use crate::cli::say::painted::Painted;
use crate::cli::say::status::screen;
use crate::crypto::digest::Digest;
use crate::record::head::Head;
use crate::value::fingerprint::Words;
use crate::value::text::FreeText;
use crate::value::time::Time;

/// How the escrow stands.
#[derive(Serialize)]
pub(crate) struct StatusOutcome<'a> {
    #[serde(flatten)]
    verdict: Verdict,
    time: Time,
    clock_behind: bool,
    escrow: EscrowStatus<'a>,
    trouble: Vec<FindingFields<'a>>,
    files: Vec<FindingFields<'a>>,
    other_findings: usize,
    vaults: &'a [VaultStatus],
    requests: &'a [RequestStatus],
    duties: &'a [Duty],
    upcoming: &'a [Upcoming],
    #[serde(skip)]
    status: &'a Status,
}

#[derive(Serialize)]
struct EscrowStatus<'a> {
    id: Digest,
    words: String,
    name: &'a FreeText,
    head: Head,
    last_record_time: Time,
}

impl<'a> StatusOutcome<'a> {
    /// The status, and how the program ends because of it.
    pub(crate) fn of(exit: Exit, status: &'a Status) -> StatusOutcome<'a> {
        StatusOutcome {
            verdict: Verdict::of(exit),
            time: status.now,
            clock_behind: status.is_clock_behind(),
            escrow: EscrowStatus {
                id: status.id,
                words: Words::of(&status.id).to_string(),
                name: &status.name,
                head: status.head,
                last_record_time: status.last,
            },
            trouble: status.trouble.iter().map(FindingFields::of).collect(),
            files: status.files.iter().map(FindingFields::of).collect(),
            other_findings: status.findings,
            vaults: &status.vaults,
            requests: &status.requests,
            duties: &status.duties,
            upcoming: &status.upcoming,
            status,
        }
    }
}

impl Outcome for StatusOutcome<'_> {
    fn said(&self) -> Painted {
        Painted::lines(screen(self.status))
    }
}
