//! `doctor`: is this machine fit to seal and to open on? MachineLine by line, with remedies.

use std::path::Path;

use clap::Args;

use crate::cli::context::{Answer, Context, Verb};
use crate::cli::flags::{At, Global};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::outcome::Verdict;
use crate::cli::say::outcomes::doctor::{DoctorOutcome, Fitness, MachineLine};
use crate::hands::console;
use crate::hands::sandbox::FileAccess;
use crate::record::environment::{Environment, Memory, Sandbox, Switch};
use crate::value::text::FreeText;
use crate::value::time::Time;

/// Check whether this machine is fit for sealing and opening, line by line
#[derive(Debug, Args)]
#[command(after_help = "Example: breakglass doctor")]
pub(crate) struct DoctorArgs {
    /// The time
    #[command(flatten)]
    at: At,
}

impl Verb for DoctorArgs {
    const HANDLES_SECRETS: bool = true;
    const RECORDS_MACHINE: bool = true;

    fn files(&self, global: &Global) -> FileAccess {
        global.reads_escrow()
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        let log = context.peek();
        let strict = log.as_ref().is_some_and(|log| log.escrow.policy.strict_air_gap);
        let environment = context.environment();
        let mut lines = lines(&environment, strict);
        lines.push(terminal(console::exists()));
        lines.push(policy(log.is_some(), &context.log()));
        lines.push(clock(Context::time(self.at.time), log.map(|log| log.escrow.time)));
        let worst = lines.iter().map(|line| line.state).max().unwrap_or(Fitness::Ok);
        let exit = if worst == Fitness::Unfit { Exit::Unfit } else { Exit::Done };
        let outcome = DoctorOutcome { verdict: Verdict::of(exit), machine: lines, environment };
        Ok(Answer::of(exit, &outcome))
    }
}

/// What the environment says, thing by thing.
fn lines(environment: &Environment, strict_air_gap: bool) -> Vec<MachineLine> {
    vec![
        memory(environment.memory),
        sandbox(environment.sandbox),
        core_dumps(environment.core_dumps),
        swap(environment.swap.as_deref()),
        interfaces(environment.interfaces.as_deref(), strict_air_gap),
        recorders(environment.recorders.as_deref()),
        told("kernel", environment.kernel.as_ref().map(ToString::to_string)),
        told("binary", environment.binary.map(|digest| digest.to_string())),
    ]
}

fn ok(what: &'static str, seen: impl Into<String>) -> MachineLine {
    MachineLine { what, state: Fitness::Ok, seen: seen.into(), remedy: None }
}

fn bad(
    what: &'static str,
    state: Fitness,
    seen: impl Into<String>,
    remedy: impl Into<String>,
) -> MachineLine {
    MachineLine { what, state, seen: seen.into(), remedy: Some(remedy.into()) }
}

fn unseen(what: &'static str) -> MachineLine {
    bad(
        what,
        Fitness::Warning,
        "could not be seen",
        "check this by hand, or use a Linux machine where /proc and /sys are readable",
    )
}

fn told(what: &'static str, seen: Option<String>) -> MachineLine {
    seen.map_or_else(|| unseen(what), |seen| ok(what, seen))
}

fn names(names: &[FreeText]) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn memory(memory: Option<Memory>) -> MachineLine {
    match memory {
        Some(Memory::Secret) => ok("memory", "locked, and hidden from the kernel itself"),
        Some(Memory::Locked) => {
            ok("memory", "locked; this kernel has no memfd_secret, or it is switched off")
        }
        Some(Memory::Unlocked) => bad(
            "memory",
            Fitness::Unfit,
            "secrets cannot be locked in memory",
            "put `* - memlock 8192` into /etc/security/limits.conf and log in again; leave out --allow-unlocked-memory",
        ),
        None => unseen("memory"),
    }
}

fn sandbox(sandbox: Option<Sandbox>) -> MachineLine {
    match sandbox {
        Some(Sandbox::Whole) => {
            ok("sandbox", "no network, no other programs, and only the files that were named")
        }
        Some(Sandbox::NetworkOnly) => bad(
            "sandbox",
            Fitness::Warning,
            "no network and no other programs; but every file can be opened",
            "use a kernel with Landlock: Linux 5.13 or later, with `landlock` in its list of security modules",
        ),
        Some(Sandbox::None) => bad(
            "sandbox",
            Fitness::Unfit,
            "none",
            "leave out --no-sandbox; or use a kernel with seccomp, outside of containers that forbid it",
        ),
        None => unseen("sandbox"),
    }
}

fn core_dumps(switch: Option<Switch>) -> MachineLine {
    match switch {
        Some(Switch::Off) => ok("core dumps", "off"),
        Some(Switch::On) => bad(
            "core dumps",
            Fitness::Warning,
            "on",
            "run `ulimit -c 0` first: the program tried to switch them off, and could not",
        ),
        None => unseen("core dumps"),
    }
}

fn swap(swap: Option<&[FreeText]>) -> MachineLine {
    match swap {
        Some([]) => ok("swap", "off"),
        Some(areas) => {
            bad("swap", Fitness::Unfit, format!("on: {}", names(areas)), "switch it off: `sudo swapoff -a`")
        }
        None => unseen("swap"),
    }
}

fn interfaces(up: Option<&[FreeText]>, strict_air_gap: bool) -> MachineLine {
    match up {
        Some([]) => ok("network", "no interface is up"),
        Some(up) => {
            let first = up.first().map(ToString::to_string).unwrap_or_default();
            let state = if strict_air_gap { Fitness::Unfit } else { Fitness::Warning };
            let remedy =
                format!("pull the cable and switch off wireless, or run `sudo ip link set {first} down`");
            bad("network", state, format!("up: {}", names(up)), remedy)
        }
        None => unseen("network"),
    }
}

fn recorders(recorders: Option<&[FreeText]>) -> MachineLine {
    match recorders {
        Some([]) => ok("recording", "no program was found that records this terminal"),
        Some(found) => bad(
            "recording",
            Fitness::Warning,
            format!("this terminal runs under {}", names(found)),
            "use the machine's own terminal: a recorder keeps what is revealed",
        ),
        None => unseen("recording"),
    }
}

fn terminal(exists: bool) -> MachineLine {
    if exists {
        ok("terminal", "found")
    } else {
        let remedy = "run it on a terminal: passphrases are typed and secrets shown only there";
        bad("terminal", Fitness::Warning, "none", remedy)
    }
}

/// What the escrow's policy wants of a machine is known only if the log can be read.
fn policy(is_read: bool, log: &Path) -> MachineLine {
    if is_read {
        return ok("policy", "read");
    }
    let remedy = "name the escrow with --escrow: its policy may forbid network interfaces that are up";
    bad("policy", Fitness::Warning, format!("no escrow can be read at {}", log.display()), remedy)
}

fn clock(now: Time, newest: Option<Time>) -> MachineLine {
    match newest.filter(|newest| *newest > now) {
        Some(newest) => bad(
            "clock",
            Fitness::Warning,
            format!("{now}, behind the log's newest record of {newest}"),
            "set it, or give the time with --time: TOTP codes and time windows depend on it",
        ),
        None => ok("clock", format!("{now}; compare it with your watch")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> FreeText {
        text.parse().unwrap()
    }

    fn fit() -> Environment {
        Environment {
            kernel: Some(text("6.1")),
            binary: Some(crate::crypto::digest::Digest::ZERO),
            memory: Some(Memory::Secret),
            sandbox: Some(Sandbox::Whole),
            core_dumps: Some(Switch::Off),
            swap: Some(vec![]),
            interfaces: Some(vec![]),
            recorders: Some(vec![]),
            ..Environment::of(text("breakglass"), text("linux"))
        }
    }

    fn worst(environment: &Environment, strict: bool) -> Fitness {
        lines(environment, strict).iter().map(|line| line.state).max().unwrap()
    }

    #[test]
    fn unfit_is_what_would_be_a_deviation_and_nothing_else() {
        let one = || Some(vec![text("x")]);
        assert_eq!(worst(&fit(), true), Fitness::Ok);
        for changed in [
            Environment { memory: Some(Memory::Unlocked), ..fit() },
            Environment { memory: Some(Memory::Locked), ..fit() },
            Environment { sandbox: Some(Sandbox::None), ..fit() },
            Environment { sandbox: Some(Sandbox::NetworkOnly), ..fit() },
            Environment { core_dumps: Some(Switch::On), ..fit() },
            Environment { swap: one(), ..fit() },
            Environment { interfaces: one(), ..fit() },
            Environment { recorders: one(), ..fit() },
            Environment {
                swap: None,
                interfaces: None,
                recorders: None,
                memory: None,
                sandbox: None,
                ..fit()
            },
        ] {
            for strict in [false, true] {
                let is_unfit = worst(&changed, strict) == Fitness::Unfit;
                assert_eq!(is_unfit, !changed.deviations(strict).is_empty(), "{changed:?}");
            }
        }
    }

    #[test]
    fn whatever_is_not_well_has_a_remedy() {
        let bare = Environment::of(text("breakglass"), text("linux"));
        let mut seen = lines(&bare, false);
        seen.extend([terminal(false), clock(Time::from_unix(1).unwrap(), Time::from_unix(2).ok())]);
        for line in seen {
            assert_eq!(line.state, Fitness::Warning, "{line:?}");
            assert!(line.remedy.is_some(), "{line:?}");
        }
        assert_eq!(clock(Time::from_unix(2).unwrap(), Time::from_unix(2).ok()).state, Fitness::Ok);
        assert_eq!(terminal(true).state, Fitness::Ok);
    }
}
