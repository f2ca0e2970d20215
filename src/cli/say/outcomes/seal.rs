//! What `seal` answers.

use serde::Serialize;

use crate::cli::say::outcome::Outcome;
use crate::cli::say::painted::Painted;
use crate::crypto::digest::Digest;
use crate::record::seal::{Kind, Seal};
use crate::secret::payload::TOTP;
use crate::value::names::{FieldName, PersonId, VaultName};

/// A seal that was logged, and what lies under it.
pub(crate) struct LoggedSeal {
    /// The seal.
    pub(crate) seal: Seal,
    /// The names of the fields, in order.
    pub(crate) fields: Vec<FieldName>,
    /// What the TOTP seed was given as, if it was not given as that.
    pub(crate) totp_from: Option<FieldName>,
}

impl LoggedSeal {
    /// The fields, in a line; it says if there is no second factor among them.
    pub(crate) fn fields_said(&self) -> String {
        let named = |field: &FieldName| match &self.totp_from {
            Some(from) if field.as_str() == TOTP => format!("{field} (given as {from})"),
            _ => field.to_string(),
        };
        let fields: Vec<_> = self.fields.iter().map(named).collect();
        let has_totp = self.fields.iter().any(|field| field.as_str() == TOTP);
        format!("fields: {}{}", fields.join(", "), if has_totp { "" } else { "; no TOTP" })
    }
}

/// Vaults were sealed.
#[derive(Serialize)]
pub(crate) struct SealOutcome<'a> {
    sealed: Vec<SealedVault<'a>>,
}

/// One vault that was sealed.
#[derive(Serialize)]
struct SealedVault<'a> {
    vault: &'a VaultName,
    id: Digest,
    kind: Kind,
    generation: u32,
    threshold: u8,
    total_shares: u8,
    custodians: Vec<&'a PersonId>,
    fields: &'a [FieldName],
    #[serde(skip)]
    logged: &'a LoggedSeal,
}

impl<'a> SealOutcome<'a> {
    /// What was sealed.
    pub(crate) fn of(sealed: &'a [LoggedSeal]) -> SealOutcome<'a> {
        let vault = |logged: &'a LoggedSeal| {
            let LoggedSeal { seal, fields, .. } = logged;
            SealedVault {
                vault: &seal.name,
                id: seal.vault,
                kind: seal.kind,
                generation: seal.generation,
                threshold: seal.threshold,
                total_shares: seal.total_shares,
                custodians: seal.shares.iter().map(|share| &share.custodian).collect(),
                fields,
                logged,
            }
        };
        SealOutcome { sealed: sealed.iter().map(vault).collect() }
    }
}

impl Outcome for SealOutcome<'_> {
    fn said(&self) -> Painted {
        let line = |vault: &SealedVault<'_>| {
            let SealedVault { kind, threshold, total_shares, custodians, logged, .. } = vault;
            let seal = &logged.seal;
            let people: Vec<&str> = custodians.iter().map(|id| id.as_str()).collect();
            let (title, account, people) = (seal.title(), &seal.account, people.join(", "));
            let fields = logged.fields_said();
            format!(
                "sealed {title} ({kind}, account {account}): {threshold} of {total_shares}: {people}\n    {fields}"
            )
        };
        let mut lines: Vec<String> = self.sealed.iter().map(line).collect();
        let renewed = self.sealed.iter().filter(|vault| vault.generation > 1);
        for SealedVault { vault, generation, .. } in renewed {
            lines.push(format!(
                "once somebody has signed in at the provider with these new credentials:\n    \
                 breakglass confirm {vault} --generation {generation} --signed-in --as YOU"
            ));
        }
        lines.push(
            "next: each custodian runs `breakglass check`; until then the vaults are not in force".to_owned(),
        );
        lines.join("\n").into()
    }
}
