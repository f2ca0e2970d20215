//! `kill -9` at every system call of an append, a sealing, an approval and a release. What the program said is
//! in the log, nothing is shown that is not, and there is always a way on.

use std::collections::BTreeMap;

use crate::disk::{Disk, PASSWORD};
use crate::scenes::{
    CHECK, Snapshot, approve_line, approved, asked, begun, holds_plaintext, release_line, seal_line, sealed,
};
use crate::trace::{Call, EndOutcome, Fault, Line, Traced, calls, can_trace, is_whole, tell};

/// Calls at which a process that is killed may leave something else than at the call before.
const MATTER: [&str; 16] = [
    "openat",
    "read",
    "write",
    "pwrite64",
    "writev",
    "ftruncate",
    "fsync",
    "fdatasync",
    "flock",
    "fcntl",
    "close",
    "lseek",
    "statx",
    "newfstatat",
    "getrandom",
    "rt_sigaction",
];

/// What is tried: the command, what was there before, and how it goes on after each kill.
struct Trial {
    name: &'static str,
    before: &'static Snapshot,
    line: Line,
    goes_on: fn(&Disk, &EndOutcome),
}

/// How often a call was there, how often it killed, and after how many of these all went on.
#[derive(Default)]
struct Counts {
    calls: usize,
    killed: usize,
    recovered: usize,
}

/// The log is sound, or ends in a damaged tail; it holds what it held, and no secret lies about.
fn holds(disk: &Disk, log_before: &[u8]) {
    let run = disk.run("verify --head before.head");
    assert!([0, 11].contains(&run.code), "{run:?}");
    assert!(disk.read("escrow/log").starts_with(log_before), "acknowledged entries are lost");
    assert_eq!(holds_plaintext(disk), None);
}

fn try_all(trial: &Trial, every: usize) {
    if !can_trace(trial.name) {
        return;
    }
    let all = calls(&trial.before.disk(), &trial.line);
    let is_changing = |call: &&Call| call.changes();
    let matters = |call: &&Call| call.changes() || MATTER.contains(&call.name.as_str());
    let chosen: Vec<&Call> = match is_whole() {
        true => all.iter().filter(matters).collect(),
        false => all.iter().filter(is_changing).step_by(every).collect(),
    };
    assert!(chosen.len() > 5, "{}: too few calls to be true: {}", trial.name, chosen.len());
    let mut table: BTreeMap<&str, Counts> = BTreeMap::new();
    for call in chosen {
        let counts = table.entry(&call.name).or_default();
        counts.calls += 1;
        let disk = trial.before.disk();
        let before = disk.read("escrow/log");
        let outcome = Traced::new(&disk, &trial.line).fault(call, Fault::Kill).run();
        // How many random bytes are taken is itself random: a last one may not come.
        if call.name == "getrandom" && outcome.status.code() == Some(0) {
            counts.calls -= 1;
            continue;
        }
        assert!(outcome.was_killed(), "{}: not hit: {call:?}\n{}", trial.name, outcome.err);
        counts.killed += 1;
        let place = format!("{}, killed at {} {}: {}", trial.name, call.name, call.nth, call.text);
        let went_on = std::panic::catch_unwind(|| {
            holds(&disk, &before);
            (trial.goes_on)(&disk, &outcome);
            holds(&disk, &before);
            disk.run("verify --head before.head").ok();
        });
        assert!(went_on.is_ok(), "{place}: see above\nsaid: {}{}", outcome.shown(), outcome.err);
        counts.recovered += 1;
    }
    let lines = table.iter().map(|(name, counts)| {
        format!(
            "{:<10} {name:<14} {:>5} {:>6} {:>9}",
            trial.name, counts.calls, counts.killed, counts.recovered
        )
    });
    let lines: Vec<String> = lines.collect();
    let killed: usize = table.values().map(|counts| counts.killed).sum();
    let recovered: usize = table.values().map(|counts| counts.recovered).sum();
    assert_eq!(killed, recovered);
    if is_whole() {
        let head = "command    system call    calls killed recovered";
        tell(&format!(
            "{head}\n{}\n{:<25} {killed:>5} kills, {recovered} recovered",
            lines.join("\n"),
            trial.name
        ));
    }
}

fn entries(disk: &Disk, kind: &str) -> usize {
    disk.run(&format!("log --kind {kind} --json")).ok().json().as_array().unwrap().len()
}

#[test]
fn an_append_is_there_or_not() {
    let goes_on = |disk: &Disk, outcome: &EndOutcome| {
        let logged = entries(disk, "check");
        // Bob's was there before.
        assert!((1..=2).contains(&logged));
        if outcome.shown().contains("logged as record") {
            assert_eq!(logged, 2, "it said so");
        }
        disk.run(CHECK).ok();
        assert_eq!(entries(disk, "check"), logged + 1);
        disk.run("verify --head before.head --book alice/alice.book").ok();
    };
    try_all(&Trial { name: "check", before: sealed(), line: Line::of(CHECK), goes_on }, 1);
}

#[test]
fn a_sealing_is_logged_or_goes() {
    let goes_on = |disk: &Disk, outcome: &EndOutcome| {
        let is_logged = entries(disk, "seal") == 2;
        assert!(is_logged || (outcome.out.is_empty() && entries(disk, "seal") == 0));
        let line = seal_line("prod");
        let again = disk.line(&line.words.join(" ")).stdin(&line.stdin).run();
        match is_logged {
            true => again.fails(3).what("there is a vault `prod` already"),
            false => again.ok(),
        };
        // Nothing of the first attempt lies about, but for the mark where all was logged.
        for vault in ["prod".to_owned(), disk.canary()] {
            let folder = disk.path(format!("escrow/vaults/{vault}"));
            let names = |folder| -> Vec<String> {
                let names = std::fs::read_dir(folder).unwrap();
                names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
            };
            assert_eq!(names(folder.clone()), ["1"]);
            let mut files = names(folder.join("1"));
            files.retain(|name| !(is_logged && name.starts_with("unlogged-")));
            files.sort();
            assert_eq!(files, ["alice.share.age", "bob.share.age", "carol.share.age", "payload.age"]);
        }
        for custodian in ["alice", "bob", "carol"] {
            disk.run(&format!("check --all --as {custodian}/{custodian}")).ok();
        }
    };
    try_all(&Trial { name: "seal", before: begun(), line: seal_line("prod"), goes_on }, 5);
}

#[test]
fn an_approval_counts_once_however_often_it_is_cut_off() {
    let goes_on = |disk: &Disk, outcome: &EndOutcome| {
        let mut approval = "alice.bga";
        if !outcome.shown().contains("alice approved") {
            // Half a file may be there: it is not overwritten.
            approval = if disk.exists(approval) { "again.bga" } else { approval };
            let line = approve_line(approval);
            let (last, words) = line.words.split_last().unwrap();
            disk.line(&words.join(" ")).arg(last).run().ok();
        }
        let line = format!("release req.bgr {approval} bob.bga --as carol/carol --print password");
        assert_eq!(disk.run(&line).ok().out, format!("password: {PASSWORD}\n"));
        disk.run("verify --head before.head --book alice/alice.book --book bob/bob.book").ok();
    };
    try_all(&Trial { name: "approve", before: asked(), line: approve_line("alice.bga"), goes_on }, 1);
}

#[test]
fn nothing_is_shown_that_is_not_logged() {
    let goes_on = |disk: &Disk, outcome: &EndOutcome| {
        let whole = format!("password: {PASSWORD}\n");
        assert!(whole.starts_with(&outcome.shown()));
        let (released, ended) = (entries(disk, "release"), entries(disk, "end"));
        if !outcome.out.is_empty() {
            assert_eq!(released, 1, "something was shown, and nothing is logged");
            disk.run("verify --head before.head").ok().shows("EXPOSED");
        }
        let again = disk.line(&release_line().words.join(" ")).run();
        if ended == 1 {
            assert_eq!(outcome.shown(), whole, "it ended, and not all was shown");
            let again = again.fails(4).what("ended");
            if disk.exists("req.session.age") {
                again.next("delete req.session.age");
            }
            return;
        }
        assert_eq!(again.ok().out, whole);
        assert_eq!((entries(disk, "release"), entries(disk, "end")), (released + 1, 1));
        disk.run("verify --head before.head").ok().shows("EXPOSED");
        assert!(!disk.exists("req.session.age"));
    };
    try_all(&Trial { name: "release", before: approved(), line: release_line(), goes_on }, 1);
}
