//! What may be out of order about a sealing, and who says yes to it.

use clap::ValueEnum;

use crate::cli::context::Context;
use crate::cli::say::deviation::explain;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::terminal::prompt::Terminal;
use crate::escrow::Escrow;
use crate::record::deviation::Deviation;

/// What can be out of order about a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SealDeviation {
    /// The password is easy to guess
    WeakPassword,
    /// Another vault of this batch has the same password
    ReusedPassword,
    /// No code of the TOTP seed was compared
    TotpUnproven,
    /// The memory for secrets cannot be locked
    UnlockedMemory,
    /// The kernel does not shut the program off from the network
    NoSandbox,
    /// The machine has swap on
    SwapOn,
    /// A network interface is up, and the policy wants none
    InterfaceUp,
}

impl SealDeviation {
    /// What is out of order about the machine; none for what cannot be so when a vault is sealed.
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

/// What was accepted beforehand, and whether there is anybody to ask.
pub struct Consent<'a> {
    /// From `--accept-deviation`.
    pub(crate) accepted: &'a [SealDeviation],
    /// The terminal, where there is one.
    pub(crate) terminal: Option<Terminal>,
}

impl<'a> Consent<'a> {
    /// What was accepted beforehand, and nobody to ask.
    pub fn beforehand(accepted: &'a [SealDeviation]) -> Consent<'a> {
        Consent { accepted, terminal: None }
    }

    /// Goes on where it was accepted, or where the person says yes.
    pub(crate) fn ask(&mut self, deviation: SealDeviation, what: &str) -> Result<(), Failure> {
        use clap::ValueEnum as _;
        if self.accepted.contains(&deviation) {
            return Ok(());
        }
        if let Some(terminal) = &mut self.terminal
            && terminal.confirm(what)?
        {
            return Ok(());
        }
        let code = deviation.to_possible_value().map_or(String::new(), |value| value.get_name().to_owned());
        Err(Failure::new(Exit::NotAuthorised, what)
            .next(format!("nothing was sealed; to go on all the same: --accept-deviation {code}")))
    }
}

/// Asks for a yes to each thing about this machine that is out of order.
pub(crate) fn confirm_machine(
    escrow: &Escrow,
    accepted: &[SealDeviation],
    context: &Context<'_>,
) -> Result<(), Failure> {
    for deviation in context.environment().deviations(escrow.policy.strict_air_gap) {
        let Some(code) = SealDeviation::of_machine(deviation) else { continue };
        let terminal = if context.scripted { None } else { Terminal::open("").ok() };
        let terminal = terminal.map(|terminal| terminal.plain(context.plain));
        let what = format!(
            "Out of order: {}. It will be recorded; `breakglass doctor` says how to put it right.",
            explain(deviation)
        );
        Consent { accepted, terminal }.ask(code, &what)?;
    }
    Ok(())
}
