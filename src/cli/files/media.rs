//! What the file system lacks on which a log or a book lies: said, and where it is recorded, asked.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::cli::context::Context;
use crate::cli::say::deviation::explain;
use crate::cli::say::exit::Failure;
use crate::cli::say::failures;
use crate::cli::terminal::confirm::confirm_deviations;
use crate::hands::media;
use crate::record::deviation::Deviation;

/// The deviations of the medium on which a log or a book lies, or will lie, for a record that lists them. That what is
/// written goes when the machine is switched off takes a yes; the others are said.
pub(crate) fn confirmed(
    file: &Path,
    accepted: &[Deviation],
    context: &mut Context<'_>,
) -> Result<Vec<Deviation>, Failure> {
    let found = examined(file, context)?;
    let (asked, told): (Vec<_>, Vec<_>) =
        found.iter().copied().partition(|one| *one == Deviation::VolatileMedium);
    tell(file, &told, context);
    let asked: Vec<_> = asked.into_iter().filter(|deviation| is_news(file, *deviation)).collect();
    confirm_deviations(&asked, accepted)?;
    Ok(found)
}

/// Says the same, for a record that lists no deviations.
pub(crate) fn said(file: &Path, context: &mut Context<'_>) -> Result<(), Failure> {
    let found = examined(file, context)?;
    tell(file, &found, context);
    Ok(())
}

/// A demonstration does not examine the machine.
fn examined(file: &Path, context: &Context<'_>) -> Result<Vec<Deviation>, Failure> {
    if context.scripted {
        return Ok(Vec::new());
    }
    media::examine(file).map_err(|error| failures::not_written(file, &error))
}

/// Each is said once, however often a command opens the file.
fn tell(file: &Path, deviations: &[Deviation], context: &mut Context<'_>) {
    for deviation in deviations.iter().filter(|deviation| is_news(file, **deviation)) {
        context.warn(&format!("deviation: {}: {}", file.display(), explain(*deviation)));
    }
}

/// Whether this was neither said nor asked before; from now on it was.
fn is_news(file: &Path, deviation: Deviation) -> bool {
    static KNOWN: Mutex<BTreeSet<(PathBuf, Deviation)>> = Mutex::new(BTreeSet::new());
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).insert((file.to_owned(), deviation))
}
