//! Deviations are confirmed, one after another, before anything is signed.

use std::borrow::Cow;

use crate::cli::say::deviation::{explain, explain_here};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::terminal::prompt::Terminal;
use crate::record::deviation::Deviation;

/// Asks for a yes to each deviation that was not accepted beforehand.
pub(crate) fn confirm_deviations(deviations: &[Deviation], accepted: &[Deviation]) -> Result<(), Failure> {
    confirm("Deviation", explain_here, deviations, accepted)
}

/// The same for deviations that the requester should have listed and did not.
pub(crate) fn confirm_undeclared(undeclared: &[Deviation], accepted: &[Deviation]) -> Result<(), Failure> {
    confirm("Deviation that the requester did not declare", explain, undeclared, accepted)
}

fn confirm(
    what: &str,
    explain: fn(Deviation) -> Cow<'static, str>,
    deviations: &[Deviation],
    accepted: &[Deviation],
) -> Result<(), Failure> {
    for deviation in deviations.iter().filter(|deviation| !accepted.contains(deviation)) {
        let question = format!("{what}: {}. It will be recorded.", explain(*deviation));
        let refused = || {
            Failure::new(Exit::NotAuthorised, format!("not confirmed: {}", explain(*deviation)))
                .next(format!("confirm it on a terminal, or give --accept-deviation {deviation}"))
        };
        let mut terminal = Terminal::open("a confirmation").map_err(|_| refused())?;
        if !terminal.confirm(&question)? {
            return Err(refused());
        }
    }
    Ok(())
}
