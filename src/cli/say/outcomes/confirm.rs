//! What `confirm` did.

use serde::Serialize;

use crate::cli::say::outcome::Outcome;
use crate::cli::say::outcomes::statement::StatementPlace;
use crate::cli::say::painted::Painted;
use crate::crypto::digest::Digest;
use crate::escrow::Escrow;
use crate::record::confirm::{Confirm, GenerationVerdict};
use crate::value::names::VaultName;

/// A generation was confirmed or given up.
#[derive(Serialize)]
pub(crate) struct ConfirmOutcome {
    pub(crate) vault: VaultName,
    pub(crate) generation: u32,
    /// Whether it was confirmed; otherwise it was given up.
    pub(crate) confirmed: bool,
    /// Whether two people hold that now.
    pub(crate) held: bool,
    /// With what a second person agrees, if the log holds it and nobody has.
    pub(crate) agree_with: Option<Digest>,
    #[serde(skip)]
    pub(crate) place: StatementPlace,
}

impl ConfirmOutcome {
    /// What stands in the escrow after somebody has stated it.
    pub(crate) fn of(
        escrow: &Escrow,
        says: &Confirm,
        vault: VaultName,
        place: StatementPlace,
    ) -> ConfirmOutcome {
        let verdict = says.outcome.verdict();
        let standing = escrow.generation(&says.vault, says.generation).and_then(|one| one.standing());
        let held = standing.is_some_and(|one| one.verdict == verdict && one.held);
        let logged = matches!(place, StatementPlace::Log(_));
        let last = escrow.statements.last().filter(|_| logged && !held);
        ConfirmOutcome {
            vault,
            generation: says.generation,
            confirmed: verdict == GenerationVerdict::Confirmed,
            held,
            agree_with: last.map(|collected| collected.statement.note.digest()),
            place,
        }
    }
}

impl Outcome for ConfirmOutcome {
    fn said(&self) -> Painted {
        let word = if self.confirmed { "confirmed" } else { "given up" };
        let mut text = format!("{} generation {} is {word}\n{}", self.vault, self.generation, self.place);
        if let Some(statement) = self.agree_with {
            let short = statement.short();
            text.push_str(&format!(
                "\nit rests on one person's word until a holder who did not seal it agrees:\n    \
                 breakglass agree {short} --as THEIRS"
            ));
        }
        text.into()
    }
}
