//! The deviations of a sealing, and who accepts them.

use clap::ValueEnum;

use crate::cli::context::Context;
use crate::cli::say::deviation::explain_here;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::terminal::confirm::question;
use crate::cli::terminal::prompt::Terminal;
use crate::escrow::Escrow;
use crate::record::deviation::Deviation;
use crate::record::environment::Environment;

/// A deviation of a sealing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SealDeviation {
    /// The password is easy to guess
    WeakPassword,
    /// Another vault of this batch has the same password
    ReusedPassword,
    /// The TOTP seed was not tested with a code
    TotpUnproven,
    /// The TOTP seed is shorter than the standard asks for
    ShortSeed,
    /// The memory for secrets cannot be locked
    UnlockedMemory,
    /// The kernel does not shut the program off from the network
    NoSandbox,
    /// The machine has swap on
    SwapOn,
    /// A network interface is up, and the policy forbids that
    InterfaceUp,
}

impl SealDeviation {
    /// The word that is typed for it.
    fn word(self) -> String {
        self.to_possible_value().map_or(String::new(), |value| value.get_name().to_owned())
    }

    /// The same deviation for a sealing; `None` if a sealing cannot have it.
    pub(crate) fn of_machine(deviation: Deviation) -> Option<SealDeviation> {
        match deviation {
            Deviation::UnlockedMemory => Some(SealDeviation::UnlockedMemory),
            Deviation::NoSandbox => Some(SealDeviation::NoSandbox),
            Deviation::SwapOn => Some(SealDeviation::SwapOn),
            Deviation::InterfaceUp => Some(SealDeviation::InterfaceUp),
            _ => None,
        }
    }
}

/// What was accepted beforehand, and the terminal on which the rest is asked.
pub struct Consent<'a> {
    /// From `--accept-deviation`.
    pub(crate) accepted: &'a [SealDeviation],
    /// The terminal, if there is one.
    pub(crate) terminal: Option<Terminal>,
}

impl<'a> Consent<'a> {
    /// What was accepted beforehand, and nobody to ask.
    pub fn beforehand(accepted: &'a [SealDeviation]) -> Consent<'a> {
        Consent { accepted, terminal: None }
    }

    /// Returns if the deviation was accepted beforehand, or if the person says yes to it now.
    pub(crate) fn ask(&mut self, deviation: SealDeviation, what: &str) -> Result<(), Failure> {
        if self.accepted.contains(&deviation) {
            return Ok(());
        }
        if let Some(terminal) = &mut self.terminal
            && terminal.confirm(what)?
        {
            return Ok(());
        }
        Err(Failure::new(Exit::NotAuthorised, what)
            .next(format!("nothing was sealed; to seal anyway: --accept-deviation {}", deviation.word())))
    }
}

/// Asks for one yes to all deviations of this machine that it did not have `before` already.
pub(crate) fn confirm_machine(
    escrow: &Escrow,
    accepted: &[SealDeviation],
    before: Option<&Environment>,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let strict = escrow.policy.strict_air_gap;
    let known = before.map_or_else(Vec::new, |before| before.deviations(strict));
    let found = context.environment().deviations(strict).into_iter().filter(|one| !known.contains(one));
    let of_machine = found.filter_map(|one| Some((one, SealDeviation::of_machine(one)?)));
    let left: Vec<_> = of_machine.filter(|(_, code)| !accepted.contains(code)).collect();
    if left.is_empty() {
        return Ok(());
    }
    let question = question(
        "Deviation",
        &left.iter().map(|(deviation, _)| explain_here(*deviation)).collect::<Vec<_>>(),
    );
    let what = format!("{question} `breakglass doctor` says how to fix it.");
    let terminal = if context.scripted { None } else { Terminal::open("").ok() };
    if let Some(terminal) = terminal
        && terminal.plain(context.plain).confirm(&what)?
    {
        return Ok(());
    }
    let flags: Vec<_> = left.iter().map(|(_, code)| format!("--accept-deviation {}", code.word())).collect();
    Err(Failure::new(Exit::NotAuthorised, what)
        .next(format!("nothing was sealed; to seal anyway: {}", flags.join(" "))))
}
