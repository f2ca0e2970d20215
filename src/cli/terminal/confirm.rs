//! Deviations are confirmed, one after another, before anything is signed.

use crate::cli::say::deviation::explain_here;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::terminal::prompt::Terminal;
use crate::record::deviation::Deviation;

/// Asks for a yes to each deviation that was not accepted beforehand.
pub(crate) fn confirm_deviations(deviations: &[Deviation], accepted: &[Deviation]) -> Result<(), Failure> {
    for deviation in deviations.iter().filter(|deviation| !accepted.contains(deviation)) {
        let question = format!("Deviation: {}. It will be recorded.", explain_here(*deviation));
        let refused = || {
            Failure::new(Exit::NotAuthorised, format!("not confirmed: {}", explain_here(*deviation)))
                .next(format!("confirm it on a terminal, or give --accept-deviation {deviation}"))
        };
        let mut terminal = Terminal::open("a confirmation").map_err(|_| refused())?;
        if !terminal.confirm(&question)? {
            return Err(refused());
        }
    }
    Ok(())
}
