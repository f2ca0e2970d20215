//! What `release` did: it released, or it withdrew the request.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Serialize;

use crate::cli::say::outcome::Outcome;
use crate::cli::say::painted::{Painted, Tone};
use crate::crypto::digest::Digest;
use crate::record::request::{self, Purpose};
use crate::value::names::{FieldName, PersonId, VaultName};

/// Credentials were released.
#[derive(Serialize)]
pub(crate) struct ReleaseOutcome {
    pub(crate) request_id: Digest,
    /// The release's record.
    pub(crate) record: u64,
    pub(crate) approvers: BTreeSet<PersonId>,
    /// What was in fact shown.
    pub(crate) shown: Vec<FieldName>,
    #[serde(skip)]
    pub(crate) purpose: Purpose,
    /// The requester's PREFIX, for the commands that come next.
    #[serde(skip)]
    pub(crate) requester: PathBuf,
}

impl ReleaseOutcome {
    /// What is to be done after a release.
    fn next_steps(&self) -> String {
        if self.purpose == Purpose::Drill {
            return "next: nothing; it was a drill, and nothing real was shown".to_owned();
        }
        let id = self.request_id.short();
        format!(
            "next: log what you do, while you do it:\n    \
             breakglass action \"what you did\" --request {id} --as {}\n\
             then change the password and the MFA at the provider, and have them sealed;\n\
             a custodian who is not the requester closes it:\n    \
             breakglass close --request {id} --as THEIRS",
            self.requester.display(),
        )
    }
}

impl Outcome for ReleaseOutcome {
    fn said(&self) -> Painted {
        let approvers: Vec<_> = self.approvers.iter().map(PersonId::as_str).collect();
        let shown: Vec<_> = self.shown.iter().map(FieldName::as_str).collect();
        format!(
            "released on the approvals of {}; logged as record {}\nshown: {}; request {} has ended\n{}",
            approvers.join(" and "),
            self.record,
            if shown.is_empty() { "nothing".to_owned() } else { shown.join(", ") },
            self.request_id.short(),
            self.next_steps(),
        )
        .into()
    }
}

/// A request was ended without a release by this command.
#[derive(Serialize)]
pub(crate) struct WithdrawOutcome {
    pub(crate) request_id: Digest,
    /// How it ended: it may have been released before.
    pub(crate) outcome: request::EndOutcome,
}

impl Outcome for WithdrawOutcome {
    fn said(&self) -> Painted {
        format!("request {} has ended: {}", self.request_id.short(), self.outcome).into()
    }
}

/// A drill ended without anything shown: what was sealed is not what a canary holds.
#[derive(Serialize)]
pub(crate) struct NotCanaryOutcome {
    pub(crate) request_id: Digest,
    /// The release's record.
    pub(crate) record: u64,
    /// How it ended.
    pub(crate) outcome: request::EndOutcome,
    #[serde(skip)]
    pub(crate) vault: Option<VaultName>,
}

impl Outcome for NotCanaryOutcome {
    fn said(&self) -> Painted {
        let vault = self.vault.as_ref().map_or("the vault", VaultName::as_str);
        let what = format!(
            "{vault} is no canary: what was sealed is not what a canary holds. Nothing was shown.\n\
             The release is logged as record {}; request {} has ended: {}",
            self.record,
            self.request_id.short(),
            self.outcome,
        );
        let next = "\nnext: it may hold real credentials, which count as exposed. Find out who sealed it and what it holds \
            (`breakglass log --kind seal`), and have that changed at the provider";
        Painted::of(Tone::Bad, what).and(Tone::Plain, next)
    }
}
