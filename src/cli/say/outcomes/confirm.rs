//! What `confirm` did.

use serde::Serialize;

use crate::cli::say::outcome::Outcome;
use crate::cli::say::outcomes::statement::StatementPlace;
use crate::cli::say::painted::Painted;
use crate::crypto::digest::Digest;
use crate::escrow::Escrow;
use crate::record::confirm::{Confirm, GenerationVerdict};
use crate::value::names::VaultName;

/// Somebody confirmed a generation, or gave it up.
#[derive(Serialize)]
pub(crate) struct ConfirmOutcome {
    pub(crate) vault: VaultName,
    pub(crate) generation: u32,
    /// Whether it was stated that it is confirmed; otherwise that it is given up.
    pub(crate) confirmed: bool,
    /// Whether the log holds that of the generation now: a verdict by two is not turned by one word, and a file counts for
    /// nothing yet.
    pub(crate) stands: bool,
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
        let standing = escrow.sealed(&says.vault, &says.seal).and_then(|one| one.standing());
        let standing = standing.filter(|one| one.verdict == verdict);
        let held = standing.is_some_and(|one| one.held);
        let logged = matches!(place, StatementPlace::Log(_));
        let last = escrow.statements.last().filter(|_| logged && !held);
        ConfirmOutcome {
            vault,
            generation: says.generation,
            confirmed: verdict == GenerationVerdict::Confirmed,
            stands: standing.is_some(),
            held,
            agree_with: last.map(|collected| collected.statement.note.digest()),
            place,
        }
    }
}

impl Outcome for ConfirmOutcome {
    fn said(&self) -> Painted {
        let (word, other) =
            if self.confirmed { ("confirmed", "given up") } else { ("given up", "confirmed") };
        let counts = self.stands && matches!(self.place, StatementPlace::Log(_));
        let stated = if counts { "" } else { "stated: " };
        let mut text =
            format!("{stated}{} generation {} is {word}\n{}", self.vault, self.generation, self.place);
        if let Some(statement) = self.agree_with {
            let why = if self.stands {
                "it rests on one person's word until a holder who did not seal it agrees:".to_owned()
            } else {
                format!(
                    "the log still says {other}, as two people do, until as many holders as can open it agree:"
                )
            };
            text.push_str(&format!("\n{why}\n    breakglass agree {} --as THEIRS", statement.short()));
        }
        text.into()
    }
}
