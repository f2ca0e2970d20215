//! Every write, sync, rename and folder of every command fails once: as on a full disk, or on a broken one. The
//! command says what failed, where, and what to do; no secret is told; nothing half-written stays; and the escrow
//! verifies as before.

use std::panic::catch_unwind;
use std::path::Path;

use breakglass::cli::args::Cli;
use clap::CommandFactory as _;

use crate::disk::{Disk, Tree};
use crate::scenes::{Scene, holds_plaintext, scenes};
use crate::trace::{Call, EndOutcome, Fault, Traced, calls, can_trace, is_whole, of_trace, tell};

/// The error that a call of a name fails with.
fn error_of(call: &Call) -> Option<&'static str> {
    let name = call.name.as_str();
    match name {
        "write" | "pwrite64" | "writev" => Some("ENOSPC"),
        "fsync" | "fdatasync" => Some("EIO"),
        "ftruncate" => Some("EIO"),
        "openat" if call.text.contains("O_CREAT") => Some("ENOSPC"),
        _ if name.starts_with("mkdir") => Some("ENOSPC"),
        _ if name.starts_with("rename") || name.starts_with("link") => Some("EIO"),
        _ => None,
    }
}

fn is_sync(call: &Call) -> bool {
    ["fsync", "fdatasync"].contains(&call.name.as_str())
}

/// Logs and books, to which a command may have added before it failed.
fn is_chain(path: &Path) -> bool {
    path.ends_with("log") || path.extension().is_some_and(|ending| ending == "book")
}

/// What a failed command left, which is not allowed. Chains may have grown; the files of a seal stay where the log
/// may hold it; the log in which an emergency goes on stays once a release may be in it.
fn left_behind(scene: &Scene, disk: &Disk, before: &Tree, trace: &str, said: &str) -> Vec<String> {
    let (log, after) = (Path::new("escrow/log"), disk.tree());
    let of = |tree: &Tree, path: &Path| tree.get(path).cloned();
    let log_grew = of(before, log) != of(&after, log);
    let may_hold_release = trace.contains("breakglass/v1/release\\\"");
    let is_recovered = scene.name == "check, torn log" && disk.run("verify").code == 14;
    let is_stated = said.contains("   at: escrow/log\n");
    let has_all = said.contains("   at: behind/log\n");
    let mut wrong = Vec::new();
    for (path, (_, bytes)) in &after {
        match (of(before, path), bytes) {
            (Some((_, old)), new) if old == *new => {}
            (Some((_, Some(old))), Some(new)) if is_chain(path) && new.starts_with(&old) => {}
            (None, _) if log_grew && path.starts_with("escrow/vaults") => {}
            (None, _) if "usb/new/log".starts_with(path.to_str().unwrap()) && may_hold_release => {}
            (Some(_), _) if path == log && is_recovered => {}
            // The book has a statement that the log could not take.
            (None, None) if is_stated && "usb/new".starts_with(path.to_str().unwrap()) => {}
            (None, Some(_)) if is_stated && path.extension().is_some_and(|ending| ending == "book") => {
                let book = path.display();
                assert_eq!(
                    disk.run(&format!("verify --book {book}")).code,
                    disk.run("verify").code,
                    "{book}"
                );
            }
            // Each is what its seal names; the next copy finds them there.
            (None, _) if scene.name == "copy, behind" && path.starts_with("behind/vaults") && has_all => {}
            _ => wrong.push(path.display().to_string()),
        }
    }
    wrong.extend(
        before.keys().filter(|path| !after.contains_key(*path)).map(|path| format!("-{}", path.display())),
    );
    wrong
}

/// After a sync that failed, nothing more is written to that medium or synced on it.
fn writes_after(outcome: &EndOutcome) -> Vec<String> {
    let all = of_trace(&outcome.trace);
    let at = all.iter().position(|call| call.text.contains("(INJECTED)")).unwrap();
    let after = all[at + 1..].iter().filter(|call| {
        let is_cleaning = ["unlink", "rmdir", "flock"].iter().any(|name| call.name.starts_with(name));
        call.changes() && !call.is_said() && !is_cleaning
    });
    after.map(|call| call.text.clone()).collect()
}

/// What holds of every command that could not do what it was asked, and of those that could.
pub fn judge(scene: &Scene, disk: &Disk, before: &Tree, outcome: &EndOutcome, say: &str) {
    assert_eq!(holds_plaintext(disk), None, "{say}");
    // What was shown was logged; in every other command nothing is ever shown.
    if outcome.tells() {
        let log = if disk.exists("usb/new/log") { "usb/new/log" } else { "escrow/log" };
        let releases = disk.run(&format!("log --kind release --log {log}")).ok().out;
        assert!([0, 14].contains(&disk.run(&format!("verify --log {log}")).code), "{say}");
        assert!(scene.name.starts_with("release") && !releases.is_empty(), "{say}");
    }
    if outcome.status.code() == Some(0) {
        return;
    }
    assert_eq!(outcome.status.code(), Some(1), "{say}");
    for part in ["error: ", "   at: ", " next: "] {
        assert!(outcome.err.lines().any(|line| line.starts_with(part)), "no `{part}`: {say}");
    }
    let left = left_behind(scene, disk, before, &outcome.trace, &outcome.err);
    assert!(left.is_empty(), "left behind or changed: {left:?}\n{say}");
    if disk.exists("before.head") {
        let was = scene.before.disk().run("verify --head before.head").code;
        let run = disk.run("verify --head before.head");
        let is_mended = was == 11 && run.code == 14;
        // The record may have been written all the same, and one person's word on a generation is a finding.
        let rests_on_one = scene.name == "confirm" && run.code == 14 && run.out.contains("CONFIRMED-ALONE");
        assert!(run.code == was || is_mended || rests_on_one, "{was} before: {say}\n{}", run.out);
    }
}

/// A chain to which nothing could be written is as it was, to the byte.
pub fn is_unchanged(disk: &Disk, before: &Tree, outcome: &EndOutcome, say: &str) {
    let named = outcome.err.lines().filter_map(|line| line.strip_prefix("   at: "));
    let chains = named.map(Path::new).filter(|path| is_chain(path));
    for (path, old) in chains.filter_map(|path| Some((path, before.get(path)?))) {
        let is_mended = path.ends_with("log") && outcome.err.contains("bytes are kept");
        assert!(is_mended || disk.tree()[path] == *old, "{}: {say}", path.display());
    }
}

fn fail_at(scene: &Scene, call: &Call, error: &'static str) {
    let disk = scene.before.disk();
    let before = disk.tree();
    let outcome = Traced::new(&disk, &scene.line).fault(call, Fault::Error(error)).run();
    let place = format!("{}: {error} at {} {}: {}", scene.name, call.name, call.nth, call.text);
    let say = format!("{place}\nout: {}\nerr: {}", outcome.shown(), outcome.err);
    let injected = outcome.trace.matches("(INJECTED)").count();
    assert_eq!(injected, 1, "not hit: {say}");
    if call.text.contains("write(1,") {
        // Everything was done but for saying so.
        assert_eq!(outcome.status.code(), Some(1), "{say}");
        assert!(!outcome.tells(), "{say}");
        return;
    }
    judge(scene, &disk, &before, &outcome, &say);
    if outcome.status.code() == Some(0) {
        // What is said beside stops nothing; and what could not be destroyed is named.
        let is_session = outcome.err.contains("req.session.age could not be destroyed");
        assert!(call.text.contains("write(2,") || is_session, "it failed, and all is well: {say}");
        return;
    }
    if is_sync(call) {
        assert!(outcome.err.contains("do not use this drive again"), "{say}");
        assert_eq!(writes_after(&outcome), Vec::<String>::new(), "{say}");
    } else if outcome.tells() {
        assert!(outcome.err.contains("the release is logged, and it was shown"), "{say}");
    } else {
        is_unchanged(&disk, &before, &outcome, &say);
    }
}

fn fail_all(names: &[&str], every: usize) {
    if !can_trace(names[0]) {
        return;
    }
    let (mut tried, mut failed) = (0, 0);
    let all = scenes();
    let chosen: Vec<&Scene> = all.iter().filter(|scene| names.contains(&scene.name)).collect();
    assert_eq!(chosen.len(), names.len());
    for scene in chosen {
        let calls = calls(&scene.before.disk(), &scene.line);
        let calls: Vec<_> = calls.iter().filter_map(|call| Some((call, error_of(call)?))).collect();
        assert!(calls.len() >= 3, "{}: too few calls to be true", scene.name);
        let mut counts = [0; 2];
        for (call, error) in calls.iter().step_by(if is_whole() { 1 } else { every }) {
            failed += usize::from(catch_unwind(|| fail_at(scene, call, error)).is_err());
            counts[usize::from(is_sync(call))] += 1;
        }
        tried += counts[0] + counts[1];
        if is_whole() {
            tell(&format!(
                "{:<24} {:>4} calls failed, {:>3} of them syncs",
                scene.name,
                counts[0] + counts[1],
                counts[1]
            ));
        }
    }
    assert!(tried > names.len());
    assert_eq!(failed, 0, "of {tried}: see above");
}

#[test]
fn people_and_their_escrow_are_there_or_not() {
    fail_all(&["keygen", "enroll", "init", "head"], 1);
}

#[test]
fn a_sealing_is_there_or_not() {
    fail_all(&["seal"], 4);
}

#[test]
fn a_check_is_there_or_not() {
    let names = [
        "check, new book",
        "check, old book",
        "check, book elsewhere",
        "check, to a file",
        "check, torn log",
    ];
    fail_all(&names, 1);
}

#[test]
fn a_request_is_there_or_not() {
    fail_all(&["request", "approve", "deny"], 1);
}

#[test]
fn a_release_shows_nothing_unless_it_is_there() {
    fail_all(&["release", "release, elsewhere", "release, withdrawn"], 1);
}

#[test]
fn what_comes_after_is_there_or_not() {
    fail_all(&["action", "close", "collect", "confirm", "agree", "retire", "disavow", "adopt"], 1);
}

#[test]
fn a_copy_is_there_or_not() {
    fail_all(&["copy, new", "man"], 8);
}

#[test]
fn a_copy_that_is_behind_stays_a_copy() {
    fail_all(&["copy, behind"], 1);
}

/// None is forgotten: every command that writes is tried above.
#[test]
fn every_scene_is_tried() {
    let source = include_str!("faults.rs");
    for scene in scenes() {
        assert!(source.contains(&format!("\"{}\"", scene.name)), "{} is not tried", scene.name);
    }
    // Those that write nothing; and the guided ones, which write as the commands do that they are made of.
    let others = ["compare", "status", "log", "verify", "doctor", "completions", "open", "drill", "demo"];
    let commands = Cli::command();
    let writing = commands.get_subcommands().map(|one| one.get_name()).filter(|one| !others.contains(one));
    for command in writing {
        assert!(scenes().iter().any(|scene| scene.name.starts_with(command)), "{command} has no scene");
    }
}
