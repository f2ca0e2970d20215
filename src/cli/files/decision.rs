//! A custodian's decision on a request.

use std::path::Path;

use crate::ceremony::approve::{RequestFile, Review};
use crate::cli::context::Context;
use crate::cli::files::output::write_output;
use crate::cli::files::people::LocalPerson;
use crate::cli::flags::As;
use crate::cli::say::exit::Failure;
use crate::cli::say::failures;
use crate::cli::say::request::screen;
use crate::cli::terminal::confirm::{confirm_deviations, confirm_undeclared};
use crate::record::deviation::Deviation;
use crate::value::time::Time;

/// A request that a custodian decides on.
pub(crate) struct Decision<'a> {
    /// Where the request file is.
    pub(crate) path: &'a Path,
    /// What it carries.
    pub(crate) carried: &'a RequestFile,
    /// The custodian, whose identities are unlocked.
    pub(crate) custodian: &'a LocalPerson,
    /// When.
    pub(crate) time: Time,
}

impl Decision<'_> {
    /// Verifies the request and the custodian's share, and shows what the decision rests on.
    pub(crate) fn examine(&self, context: &mut Context<'_>) -> Result<Review<'_>, Failure> {
        let book = self.custodian.book_as_far();
        let examined = self
            .carried
            .examine(&self.custodian.card, &self.custodian.identities, &book)
            .map_err(|error| failures::approve(self.path, &error))?;
        context.show(&screen(&examined, self.time));
        Ok(examined)
    }

    /// Approves, once every deviation is confirmed and `agree` agrees: writes the book first, then the approval, to
    /// `output`.
    pub(crate) fn approve(
        &self,
        accepted: &[Deviation],
        agree: impl FnOnce(&Review<'_>) -> Result<(), Failure>,
        output: &Path,
        context: &mut Context<'_>,
    ) -> Result<(), Failure> {
        let examined = self.examine(context)?;
        context.warn(
            "Approving hands your share of this vault to this session for good.\n\
             It is not undone when the request expires.",
        );
        let undeclared: Vec<_> = examined.undeclared().into_iter().collect();
        confirm_undeclared(&undeclared, accepted)?;
        confirm_deviations(&examined.deviations(self.time), &[accepted, &undeclared].concat())?;
        agree(&examined)?;
        let decided = examined.approve(self.time).map_err(|error| failures::approve(self.path, &error))?;
        let statement = self.custodian.state(decided.draft.clone(), context)?;
        write_output(output, &decided.file(&statement)).map_err(|failure| {
            failure
                .or_next("your book has this approval already; approve again with another -o: the approval counts once")
        })
    }
}

/// Unlocks the custodian; if their card is lost, the one in the request file is used.
pub(crate) fn unlock(signer: &As, carried: &RequestFile) -> Result<LocalPerson, Failure> {
    LocalPerson::unlock(signer, |id| carried.reading().escrow.card_of(id))
}
