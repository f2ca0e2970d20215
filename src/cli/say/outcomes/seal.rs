//! What `seal` answers.

use serde::Serialize;

use crate::cli::say::outcome::Outcome;
use crate::cli::say::painted::Painted;
use crate::crypto::digest::Digest;
use crate::record::seal::{Kind, Seal};
use crate::value::names::{PersonId, VaultName};

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
    #[serde(skip)]
    seal: &'a Seal,
}

impl<'a> SealOutcome<'a> {
    /// What was sealed, by its seals.
    pub(crate) fn of(seals: impl Iterator<Item = &'a Seal>) -> SealOutcome<'a> {
        let vault = |seal: &'a Seal| SealedVault {
            vault: &seal.name,
            id: seal.vault,
            kind: seal.kind,
            generation: seal.generation,
            threshold: seal.threshold,
            total_shares: seal.total_shares,
            custodians: seal.shares.iter().map(|share| &share.custodian).collect(),
            seal,
        };
        SealOutcome { sealed: seals.map(vault).collect() }
    }
}

impl Outcome for SealOutcome<'_> {
    fn said(&self) -> Painted {
        let line = |vault: &SealedVault<'_>| {
            let SealedVault { kind, threshold, total_shares, custodians, seal, .. } = vault;
            let people: Vec<&str> = custodians.iter().map(|id| id.as_str()).collect();
            let (title, account, people) = (seal.title(), &seal.account, people.join(", "));
            format!("sealed {title} ({kind}, account {account}): {threshold} of {total_shares}: {people}")
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
