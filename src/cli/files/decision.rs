//! A custodian's decision on a request.

use std::path::Path;

use crate::ceremony::approve::{RequestFile, Review};
use crate::cli::context::Context;
use crate::cli::files::media;
use crate::cli::files::output::write_output;
use crate::cli::files::people::LocalPerson;
use crate::cli::flags::As;
use crate::cli::say::exit::Failure;
use crate::cli::say::failures;
use crate::cli::say::request::summary;
use crate::cli::say::summary::Summary;
use crate::cli::terminal::confirm::{confirm_deviations, confirm_undeclared};
use crate::cli::terminal::decide;
use crate::cli::terminal::prompt::Terminal;
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
    /// What the custodian is still asked.
    pub(crate) asks: Asks,
}

/// What is asked of a custodian on a terminal, after the request was shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asks {
    /// Nothing: all of the request is shown.
    Nothing,
    /// The decision alone: the request is shown with it.
    Decision,
    /// Something before the decision: the request is shown before that, and with the decision once more.
    More,
}

impl Decision<'_> {
    /// Verifies the request and the custodian's share, and shows all that the decision rests on.
    pub(crate) fn examine(&self, context: &mut Context<'_>) -> Result<Review<'_>, Failure> {
        let examined = self.review()?;
        context.show(&summary(&examined, self.time).whole());
        Ok(examined)
    }

    fn review(&self) -> Result<Review<'_>, Failure> {
        let book = self.custodian.book_to_continue()?;
        self.carried
            .examine(&self.custodian.card, &self.custodian.identities, &book)
            .map_err(|error| failures::approve(self.path, &error))
    }

    /// Approves, once every deviation is confirmed and `agree` agrees: writes the book first, then the approval, to
    /// `output`.
    pub(crate) fn approve(
        &self,
        accepted: &[Deviation],
        agree: impl FnOnce(&Review<'_>, &Summary) -> Result<(), Failure>,
        output: &Path,
        context: &mut Context<'_>,
    ) -> Result<(), Failure> {
        let examined = self.review()?;
        let (summary, deviations) = (summary(&examined, self.time), examined.deviations(self.time));
        let undeclared: Vec<_> = examined.undeclared().into_iter().collect();
        let mut asked = undeclared.iter().chain(&deviations);
        let is_all_accepted = asked.all(|deviation| accepted.contains(deviation));
        match self.asks {
            Asks::Nothing => context.show(&summary.whole()),
            Asks::Decision if is_all_accepted => {}
            Asks::Decision | Asks::More => match Terminal::open("") {
                Ok(terminal) => decide::show(&mut terminal.plain(context.plain), &summary)?,
                Err(_) => context.show(&summary.whole()),
            },
        }
        context.warn(
            "Approving hands your share of this vault to this session for good.\n\
             It is not undone when the request expires.",
        );
        confirm_undeclared(&undeclared, accepted)?;
        confirm_deviations(&deviations, &[accepted, &undeclared].concat())?;
        let medium = media::confirmed(&self.custodian.book, accepted, context)?;
        agree(&examined, &summary)?;
        let decided =
            examined.approve(self.time, &medium).map_err(|error| failures::approve(self.path, &error))?;
        let statement = self.custodian.state(decided.draft.clone(), context)?;
        write_output(output, &decided.file(&statement)).map_err(|failure| {
            failure
                .or_next("your book has this approval already; approve again with another -o: the approval counts once")
        })
    }
}

/// Unlocks the custodian; if their card is lost, the one in the request file is used.
pub(crate) fn unlock(signer: &As, carried: &RequestFile) -> Result<LocalPerson, Failure> {
    LocalPerson::unlock(signer, |id| carried.escrow().card_of(id))
}
