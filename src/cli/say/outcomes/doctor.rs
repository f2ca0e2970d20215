//! What `doctor` answers.

use serde::Serialize;

use crate::cli::say::layout::counted;
use crate::cli::say::outcome::{Outcome, Verdict};
use crate::cli::say::painted::{Painted, Tone};
use crate::record::environment::Environment;

/// Whether one thing about the machine is as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fitness {
    /// It is.
    Ok,
    /// It stops nothing, but should be known.
    Warning,
    /// It would be a deviation in a seal, a request and a release.
    Unfit,
}

/// One thing about the machine.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct MachineLine {
    /// What was looked at: a stable word.
    pub(crate) what: &'static str,
    /// Whether it is as it should be.
    pub(crate) state: Fitness,
    /// What was seen.
    pub(crate) seen: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) remedy: Option<String>,
}

/// Whether the machine is fit, thing by thing.
#[derive(Serialize)]
pub(crate) struct DoctorOutcome {
    /// How the program ends.
    #[serde(flatten)]
    pub(crate) verdict: Verdict,
    /// Thing by thing.
    pub(crate) machine: Vec<MachineLine>,
    /// What a record would say of the machine.
    pub(crate) environment: Environment,
}

/// A table, one line a thing, each remedy below its line.
impl Outcome for DoctorOutcome {
    fn said(&self) -> Painted {
        let mut all = Vec::new();
        for line in &self.machine {
            let (tone, word) = match line.state {
                Fitness::Ok => (Tone::Good, "ok"),
                Fitness::Warning => (Tone::Due, "warning"),
                Fitness::Unfit => (Tone::Bad, "NOT FIT"),
            };
            all.push(
                Painted::of(tone, format!("{word:<8}"))
                    .and(Tone::Strong, format!("{:<11}", line.what))
                    .and(Tone::Plain, line.seen.as_str()),
            );
            all.extend(
                line.remedy.iter().map(|remedy| Painted::from(format!("{:<19}{remedy}", "").as_str())),
            );
        }
        all.push(Painted::new());
        all.push(self.conclusion());
        Painted::lines(all)
    }
}

impl DoctorOutcome {
    fn conclusion(&self) -> Painted {
        let count = |state| self.machine.iter().filter(|line| line.state == state).count();
        if count(Fitness::Unfit) > 0 {
            return Painted::of(Tone::Bad, "This machine is NOT FIT.").and(
                Tone::Plain,
                "\nIn an emergency you can still go on: confirm each problem, and it is recorded.",
            );
        }
        match count(Fitness::Warning) {
            0 => Painted::of(Tone::Good, "This machine is fit."),
            1 => Painted::of(Tone::Good, "This machine is fit, with a warning."),
            more => {
                Painted::of(Tone::Good, format!("This machine is fit, with {}.", counted(more, "warning")))
            }
        }
    }
}
