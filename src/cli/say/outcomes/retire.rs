//! What `retire` did.

use serde::Serialize;

use crate::audit::generations::holders;
use crate::cli::say::outcome::Outcome;
use crate::cli::say::painted::Painted;
use crate::crypto::digest::Digest;
use crate::escrow::{Escrow, Vault};
use crate::record::retire::Retire;
use crate::value::names::{PersonId, VaultName};

/// A person has retired, or electors are going to say so.
#[derive(Serialize)]
pub(crate) struct RetireOutcome {
    pub(crate) person: PersonId,
    /// The vault for which alone it holds.
    pub(crate) vault: Option<VaultName>,
    /// Whether they have retired now.
    pub(crate) retired: bool,
    /// The record that was appended.
    pub(crate) record: Option<u64>,
    /// Who consents.
    pub(crate) consents: Vec<PersonId>,
    /// With what others agree, if more consents are needed.
    pub(crate) agree_with: Option<Digest>,
    /// The current generations of which they still hold a share, by their titles.
    pub(crate) holds: Vec<String>,
    /// Where the holders left have become few.
    #[serde(skip)]
    pub(crate) warnings: Vec<String>,
}

impl RetireOutcome {
    /// They have retired.
    pub(crate) fn done(
        escrow: &Escrow,
        says: &Retire,
        record: u64,
        consents: Vec<PersonId>,
    ) -> RetireOutcome {
        let concerned: Vec<&Vault> =
            escrow.vaults.iter().filter(|vault| says.vault.is_none_or(|id| id == vault.id)).collect();
        let holds = concerned.iter().map(|vault| vault.current());
        let holds = holds.filter(|one| one.seal.share_of(&says.person).is_some());
        let few = concerned.iter().filter_map(|vault| holders(escrow, vault));
        RetireOutcome {
            retired: true,
            record: Some(record),
            holds: holds.map(|one| escrow.title_of(one)).collect(),
            warnings: few.map(|found| format!("warning: {}", found.detail)).collect(),
            ..RetireOutcome::proposed(escrow, says, None, consents, None)
        }
    }

    /// More consents are needed.
    pub(crate) fn proposed(
        escrow: &Escrow,
        says: &Retire,
        record: Option<u64>,
        consents: Vec<PersonId>,
        agree_with: Option<Digest>,
    ) -> RetireOutcome {
        let vault = says.vault.and_then(|vault| escrow.vault(&vault));
        RetireOutcome {
            person: says.person.clone(),
            vault: vault.map(|vault| vault.name.clone()),
            retired: false,
            record,
            consents,
            agree_with,
            holds: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

impl Outcome for RetireOutcome {
    fn said(&self) -> Painted {
        let Self { person, vault, record, holds, .. } = self;
        let place = vault.as_ref().map_or(String::new(), |vault| format!(" from {vault}"));
        let logged = record.map_or(String::new(), |record| format!("; logged as record {record}"));
        if let Some(statement) = self.agree_with {
            let names: Vec<&str> = self.consents.iter().map(PersonId::as_str).collect();
            let (names, short) = (names.join(" and "), statement.short());
            let verb = if self.consents.len() == 1 { "consents" } else { "consent" };
            return format!(
                "{names} {verb} that {person} retires{place}{logged}\n\
                 next: more electors have to consent: breakglass agree {short} --as THEIRS"
            )
            .into();
        }
        let mut text = format!("{person} has retired{place}{logged}");
        if !holds.is_empty() {
            let holds = holds.join(", ");
            text.push_str(&format!(
                "\nthey still hold shares of {holds}: seal the next generation to others"
            ));
        }
        text.into()
    }
}
