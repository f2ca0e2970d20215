//! `doctor`: is this machine fit to seal and to open on? Line by line, with remedies.

use std::path::Path;

use clap::Args;
use serde::Serialize;
use serde_json::json;

use crate::cli::context::{Answer, Context, Verb};
use crate::cli::flags::{At, Global};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::painted::{Painted, Tone};
use crate::hands::console;
use crate::hands::sandbox::FileAccess;
use crate::record::environment::{Environment, Memory, Sandbox, Switch};
use crate::value::text::FreeText;
use crate::value::time::Time;

/// How one thing about the machine is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    Ok,
    /// It stops nothing, and should be known.
    Warning,
    /// It would be a deviation in a seal, a request and a release.
    Unfit,
}

/// One thing about the machine.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Line {
    /// What was looked at: a stable word.
    what: &'static str,
    state: State,
    /// What was seen.
    seen: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

/// See whether this machine is fit to seal and to open on, line by line
#[derive(Debug, Args)]
#[command(after_help = "Example: breakglass doctor")]
pub(crate) struct DoctorArgs {
    /// When
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
        let worst = lines.iter().map(|line| line.state).max().unwrap_or(State::Ok);
        let exit = if worst == State::Unfit { Exit::Unfit } else { Exit::Done };
        let json = json!({ "verdict": exit.code(), "exit": exit as u8, "machine": &lines, "environment": &environment });
        Ok(Answer { exit, text: screen(&lines, worst), json })
    }
}

/// What the environment says, thing by thing.
fn lines(environment: &Environment, strict_air_gap: bool) -> Vec<Line> {
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

fn ok(what: &'static str, seen: impl Into<String>) -> Line {
    Line { what, state: State::Ok, seen: seen.into(), remedy: None }
}

fn bad(what: &'static str, state: State, seen: impl Into<String>, remedy: impl Into<String>) -> Line {
    Line { what, state, seen: seen.into(), remedy: Some(remedy.into()) }
}

fn unseen(what: &'static str) -> Line {
    bad(
        what,
        State::Warning,
        "could not be seen",
        "look yourself, or use a Linux machine with /proc and /sys",
    )
}

fn told(what: &'static str, seen: Option<String>) -> Line {
    seen.map_or_else(|| unseen(what), |seen| ok(what, seen))
}

fn names(names: &[FreeText]) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn memory(memory: Option<Memory>) -> Line {
    match memory {
        Some(Memory::Secret) => ok("memory", "locked, and hidden from the kernel itself"),
        Some(Memory::Locked) => {
            ok("memory", "locked; this kernel has no memfd_secret, or it is switched off")
        }
        Some(Memory::Unlocked) => bad(
            "memory",
            State::Unfit,
            "secrets cannot be locked in memory",
            "put `* - memlock 8192` into /etc/security/limits.conf and log in again; leave out --allow-unlocked-memory",
        ),
        None => unseen("memory"),
    }
}

fn sandbox(sandbox: Option<Sandbox>) -> Line {
    match sandbox {
        Some(Sandbox::Whole) => ok("sandbox", "no network, no other programs, no files but those named"),
        Some(Sandbox::NetworkOnly) => bad(
            "sandbox",
            State::Warning,
            "no network and no other programs; files are open",
            "use a kernel with Landlock: Linux 5.13 or later, with `landlock` in its list of security modules",
        ),
        Some(Sandbox::None) => bad(
            "sandbox",
            State::Unfit,
            "none",
            "leave out --no-sandbox; else use a kernel with seccomp, and no container that forbids it",
        ),
        None => unseen("sandbox"),
    }
}

fn core_dumps(switch: Option<Switch>) -> Line {
    match switch {
        Some(Switch::Off) => ok("core dumps", "off"),
        Some(Switch::On) => bad(
            "core dumps",
            State::Warning,
            "on",
            "run `ulimit -c 0` before, and find out why it did not work",
        ),
        None => unseen("core dumps"),
    }
}

fn swap(swap: Option<&[FreeText]>) -> Line {
    match swap {
        Some([]) => ok("swap", "off"),
        Some(areas) => {
            bad("swap", State::Unfit, format!("on: {}", names(areas)), "switch it off: `sudo swapoff -a`")
        }
        None => unseen("swap"),
    }
}

fn interfaces(up: Option<&[FreeText]>, strict_air_gap: bool) -> Line {
    match up {
        Some([]) => ok("network", "no interface is up"),
        Some(up) => {
            let first = up.first().map(ToString::to_string).unwrap_or_default();
            let state = if strict_air_gap { State::Unfit } else { State::Warning };
            let remedy =
                format!("pull the cable and switch the radio off, or `sudo ip link set {first} down`");
            bad("network", state, format!("up: {}", names(up)), remedy)
        }
        None => unseen("network"),
    }
}

fn recorders(recorders: Option<&[FreeText]>) -> Line {
    match recorders {
        Some([]) => ok("recording", "nothing is seen that records this terminal"),
        Some(found) => bad(
            "recording",
            State::Warning,
            format!("this terminal runs under {}", names(found)),
            "use a terminal of the machine's own: a recorder keeps what is revealed",
        ),
        None => unseen("recording"),
    }
}

fn terminal(exists: bool) -> Line {
    if exists {
        ok("terminal", "there")
    } else {
        let remedy = "run on a terminal: passphrases are typed, and secrets shown, nowhere else";
        bad("terminal", State::Warning, "none", remedy)
    }
}

/// What the escrow wants of a machine is known where there is an escrow.
fn policy(is_read: bool, log: &Path) -> Line {
    if is_read {
        return ok("policy", "read");
    }
    let remedy = "name the escrow with --escrow: its policy may want no network interface up";
    bad("policy", State::Warning, format!("there is no escrow to read at {}", log.display()), remedy)
}

fn clock(now: Time, newest: Option<Time>) -> Line {
    match newest.filter(|newest| *newest > now) {
        Some(newest) => bad(
            "clock",
            State::Warning,
            format!("{now}, behind the log's newest record of {newest}"),
            "set it, or give the time with --time: TOTP codes and windows need it",
        ),
        None => ok("clock", format!("{now}; compare it with your watch")),
    }
}

/// A table, one line a thing, each remedy below its line.
fn screen(lines: &[Line], worst: State) -> Painted {
    let mut all = Vec::new();
    for line in lines {
        let (tone, word) = match line.state {
            State::Ok => (Tone::Good, "ok"),
            State::Warning => (Tone::Due, "warning"),
            State::Unfit => (Tone::Bad, "NOT FIT"),
        };
        all.push(
            Painted::of(tone, format!("{word:<8}"))
                .and(Tone::Strong, format!("{:<11}", line.what))
                .and(Tone::Plain, line.seen.as_str()),
        );
        all.extend(line.remedy.iter().map(|remedy| Painted::from(format!("{:<19}{remedy}", "").as_str())));
    }
    all.push(Painted::new());
    all.push(match worst {
        State::Unfit => {
            Painted::of(Tone::Bad, "This machine is NOT FIT: what is out of order would be recorded.")
                .and(Tone::Plain, "\nIn an emergency it stops nobody: each thing is confirmed, and goes on.")
        }
        _ => match lines.iter().filter(|line| line.state == State::Warning).count() {
            0 => Painted::of(Tone::Good, "This machine is fit."),
            1 => Painted::of(Tone::Good, "This machine is fit, with a warning."),
            count => Painted::of(Tone::Good, format!("This machine is fit, with {count} warnings.")),
        },
    });
    Painted::lines(all)
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

    fn worst(environment: &Environment, strict: bool) -> State {
        lines(environment, strict).iter().map(|line| line.state).max().unwrap()
    }

    #[test]
    fn unfit_is_what_would_be_a_deviation_and_nothing_else() {
        let one = || Some(vec![text("x")]);
        assert_eq!(worst(&fit(), true), State::Ok);
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
                let is_unfit = worst(&changed, strict) == State::Unfit;
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
            assert_eq!(line.state, State::Warning, "{line:?}");
            assert!(line.remedy.is_some(), "{line:?}");
        }
        assert_eq!(clock(Time::from_unix(2).unwrap(), Time::from_unix(2).ok()).state, State::Ok);
        assert_eq!(terminal(true).state, State::Ok);
    }
}
