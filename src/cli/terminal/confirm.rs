//! Deviations are confirmed before anything is signed: those of the machine together, those of who, what and when singly.

use std::borrow::Cow;

use crate::cli::say::deviation::{explain, explain_here};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::terminal::prompt::Terminal;
use crate::record::deviation::Deviation;

/// How a deviation is explained.
type Explaining = fn(Deviation) -> Cow<'static, str>;

/// Asks for a yes to each deviation that was not accepted beforehand; for one yes to all that are of the machine.
pub(crate) fn confirm_deviations(deviations: &[Deviation], accepted: &[Deviation]) -> Result<(), Failure> {
    confirm_all("Deviation", explain_here, deviations, accepted)
}

/// The same for deviations that the requester should have listed and did not.
pub(crate) fn confirm_undeclared(undeclared: &[Deviation], accepted: &[Deviation]) -> Result<(), Failure> {
    confirm_all("Deviation that the requester did not declare", explain, undeclared, accepted)
}

fn confirm_all(
    what: &str,
    explain: Explaining,
    deviations: &[Deviation],
    accepted: &[Deviation],
) -> Result<(), Failure> {
    let left = deviations.iter().copied().filter(|deviation| !accepted.contains(deviation));
    let (of_machine, others): (Vec<_>, Vec<_>) = left.partition(|deviation| deviation.is_of_machine());
    if !of_machine.is_empty() {
        confirm(what, explain, &of_machine)?;
    }
    others.iter().try_for_each(|one| confirm(what, explain, &[*one]))
}

fn confirm(what: &str, explain: Explaining, deviations: &[Deviation]) -> Result<(), Failure> {
    let meanings: Vec<_> = deviations.iter().map(|one| explain(*one)).collect();
    let refused = || {
        let flags: Vec<_> = deviations.iter().map(|one| format!("--accept-deviation {one}")).collect();
        Failure::new(Exit::NotAuthorised, format!("not confirmed: {}", meanings.join("; ")))
            .next(format!("confirm it on a terminal, or give {}", flags.join(" ")))
    };
    let mut terminal = Terminal::open("a confirmation").map_err(|_| refused())?;
    if terminal.confirm(&question(what, &meanings))? { Ok(()) } else { Err(refused()) }
}

/// The question about one deviation, or about several of the machine.
pub(crate) fn question(what: &str, meanings: &[Cow<'static, str>]) -> String {
    match meanings {
        [one] => format!("{what}: {one}. It will be recorded."),
        several => {
            format!("{what}, of this machine:\n  - {}\nThey will be recorded.", several.join("\n  - "))
        }
    }
}
