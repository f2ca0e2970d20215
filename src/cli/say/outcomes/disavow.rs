//! What `disavow` did.

use serde::Serialize;

use crate::cli::say::outcome::Outcome;
use crate::cli::say::painted::Painted;
use crate::crypto::digest::Digest;
use crate::escrow::Disavowable;
use crate::record::disavow::Disavow;
use crate::value::names::{KeyName, PersonId};

/// A record was disavowed, or people are going to say so.
#[derive(Serialize)]
pub(crate) struct DisavowOutcome {
    /// The number of the record that it is about.
    pub(crate) subject: u64,
    pub(crate) digest: Digest,
    pub(crate) kind: String,
    pub(crate) signers: Vec<KeyName>,
    /// Whether it is disavowed now.
    pub(crate) disavowed: bool,
    /// The record that was appended.
    pub(crate) record: Option<u64>,
    /// Who consents.
    pub(crate) consents: Vec<PersonId>,
    /// With what others agree, if more consents are needed.
    pub(crate) agree_with: Option<Digest>,
}

impl DisavowOutcome {
    /// It is disavowed.
    pub(crate) fn done(
        says: &Disavow,
        repair: &Disavowable,
        record: u64,
        consents: Vec<PersonId>,
    ) -> DisavowOutcome {
        DisavowOutcome {
            disavowed: true,
            ..DisavowOutcome::proposed(says, repair, Some(record), consents, None)
        }
    }

    /// More consents are needed.
    pub(crate) fn proposed(
        says: &Disavow,
        repair: &Disavowable,
        record: Option<u64>,
        consents: Vec<PersonId>,
        agree_with: Option<Digest>,
    ) -> DisavowOutcome {
        DisavowOutcome {
            subject: repair.seq,
            digest: says.record,
            kind: repair.kind.clone(),
            signers: repair.by.clone(),
            disavowed: false,
            record,
            consents,
            agree_with,
        }
    }
}

impl Outcome for DisavowOutcome {
    fn said(&self) -> Painted {
        let Self { subject, kind, consents, .. } = self;
        let signers: Vec<String> = self.signers.iter().map(KeyName::to_string).collect();
        let what = format!("record {subject}, a `{kind}` by {}", signers.join(" and "));
        let logged = self.record.map_or(String::new(), |record| format!("; logged as record {record}"));
        if let Some(statement) = self.agree_with {
            let names: Vec<&str> = consents.iter().map(PersonId::as_str).collect();
            let verb = if names.len() == 1 { "disavows" } else { "disavow" };
            return format!(
                "{} {verb} {what}{logged}\n\
                 next: a second administrator, or more electors of one vault, have to consent: \
                 breakglass agree {} --as THEIRS",
                names.join(" and "),
                statement.short()
            )
            .into();
        }
        format!(
            "disavowed: {what}{logged}\n\
             it stays a finding; what was exposed, and what heads and books know, is not changed by it"
        )
        .into()
    }
}
