//! Writes that are cut short: by a limit on the size of files, which is a signal unless the program sees to it, and
//! by a medium that is really full. And a kill in the middle of one, which is what a power cut leaves.

use std::fs;
use std::process::Command;

use crate::common::skipped;
use crate::disk::{Disk, PASSWORD};
use crate::faults::{is_unchanged, judge};
use crate::scenes::{CHECK, RELEASE, approved, release_line, scenes, sealed};
use crate::trace::{Call, Fault, Line, Traced, can_trace, is_whole, tell};

/// Limits in blocks of 512 bytes: nothing, too little for a payload, and for the log a block less than it needs.
fn limits(disk: &Disk) -> Vec<usize> {
    let blocks = |name: &str| disk.exists(name).then(|| disk.read(name).len() / 512);
    let logs = ["escrow/log", "bob/bob.book", "behind/log"].into_iter().filter_map(blocks);
    let mut all: Vec<usize> = [0, 1, 4].into_iter().chain(logs.flat_map(|at| [at, at + 1, at + 2])).collect();
    all.sort_unstable();
    all.dedup();
    all
}

#[test]
fn a_write_that_is_cut_short_is_taken_back() {
    if !can_trace("a_write_that_is_cut_short_is_taken_back") {
        return;
    }
    let (mut cut, mut refused) = (0, 0);
    for scene in scenes() {
        let every = if is_whole() || scene.name == "release" { 1 } else { 3 };
        for blocks in limits(&scene.before.disk()).into_iter().step_by(every) {
            let disk = scene.before.disk();
            let before = disk.tree();
            let outcome = Traced::new(&disk, &scene.line).file_limit(blocks).run();
            let said = (outcome.shown(), &outcome.err);
            let say = format!("{}, with files of {blocks} blocks\n{}{}", scene.name, said.0, said.1);
            assert!(outcome.status.code().is_some(), "it was ended by a signal: {say}");
            judge(&scene, &disk, &before, &outcome, &say);
            if outcome.status.code() == Some(0) {
                continue;
            }
            is_unchanged(&disk, &before, &outcome, &say);
            assert!(outcome.err.contains("File too large"), "{say}");
            refused += 1;
            cut += usize::from(outcome.trace.contains("EFBIG") && has_short_write(&outcome.trace));
        }
    }
    assert!(refused > 20 && cut > 5, "{refused} refused, {cut} of them in the middle of a write");
    if is_whole() {
        tell(&format!("limits on file sizes: {refused} refused, {cut} of them in the middle of a write"));
    }
}

/// Whether a write took fewer bytes than it was given.
fn has_short_write(trace: &str) -> bool {
    trace.lines().filter(|line| line.contains("write(")).any(|line| {
        let Some((call, result)) = line.rsplit_once(" = ") else { return false };
        let given = call.trim_end().trim_end_matches(')').rsplit(", ").next().and_then(|it| it.parse().ok());
        let taken: Option<u64> = result.trim().parse().ok();
        given.zip(taken).is_some_and(|(given, taken): (u64, u64)| taken < given)
    })
}

/// The half record that a power cut leaves: the write is cut short, and the program is killed before it can take
/// it back.
fn torn(disk: &Disk, line: &Line) -> String {
    let blocks = disk.read("escrow/log").len() / 512 + 1;
    let taking_back = Call { name: "ftruncate".to_owned(), nth: 1, text: String::new() };
    let outcome = Traced::new(disk, line).file_limit(blocks).fault(&taking_back, Fault::Kill).run();
    assert!(outcome.was_killed(), "{}", outcome.err);
    assert!(has_short_write(&outcome.trace));
    outcome.shown()
}

#[test]
fn half_an_append_is_torn_and_the_next_append_goes_on() {
    if !can_trace("half_an_append_is_torn_and_the_next_append_goes_on") {
        return;
    }
    let disk = sealed().disk();
    let whole = disk.read("escrow/log");
    // Longer than what is left of a block.
    let retire = Line::of("retire bob --as dan/dan --because").arg(&"left ".repeat(200));
    assert_eq!(torn(&disk, &retire), "");
    assert!(disk.read("escrow/log").len() > whole.len());
    disk.run("verify --head before.head").exits(11).shows("TORN");
    disk.run(CHECK).ok().says("The damaged bytes are kept");
    assert!(disk.read("escrow/log").starts_with(&whole));
    disk.run("verify --head before.head --book alice/alice.book").exits(14).shows("RECOVERED");
}

#[test]
fn half_a_release_shows_nothing_and_is_released_again() {
    if !can_trace("half_a_release_shows_nothing_and_is_released_again") {
        return;
    }
    let disk = approved().disk();
    assert_eq!(torn(&disk, &release_line()), "");
    disk.run("verify --head before.head").exits(11).shows("TORN");
    let run = disk.run(&format!("{RELEASE} --accept-deviation damaged-log")).ok();
    assert_eq!(run.out, format!("password: {PASSWORD}\n"));
    disk.run("verify --head before.head").exits(14).shows("RECOVERED").shows("EXPOSED");
}

/// A real full medium: a small file system in memory, in a namespace of its own, filled to its last byte.
#[test]
fn a_full_medium_shows_nothing_and_the_emergency_goes_on_elsewhere() {
    let works = |flags: &&str| {
        let mut command = Command::new("unshare");
        let output = command.args([flags, "sh", "-c", "mount -t tmpfs none /tmp"]).output();
        output.is_ok_and(|output| output.status.success())
    };
    // As root, or as somebody who is root in a namespace of their own.
    let Some(flags) = ["-m", "-Urm"].into_iter().find(works) else {
        return skipped("a_full_medium_shows_nothing_and_the_emergency_goes_on_elsewhere", "unshare -m");
    };
    let disk = approved().disk();
    // What is left of the last page of the log has no room for a record.
    while disk.read("escrow/log").len() % 4096 < 3500 {
        disk.run("check prod --as bob/bob").ok();
    }
    fs::create_dir(disk.path("usb")).unwrap();
    const VOLATILE: &str = "--accept-deviation volatile-medium";
    let script = format!(
        "set -u; mount -t tmpfs -o size=512k none usb || exit 99; cp -a escrow usb/escrow; \
         dd if=/dev/zero of=usb/filling bs=1k 2>/dev/null; \
         run() {{ name=$1; shift; \"$0\" \"$@\" >$name.out 2>$name.err </dev/null; echo $? >$name.code; }}; \
         export BREAKGLASS_ESCROW=usb/escrow; \
         run full {RELEASE} {VOLATILE}; cp usb/escrow/log after; find usb >files; run verify verify --head before.head; \
         run half {RELEASE} {VOLATILE} --continue-in usb/go/on/log --accept-deviation continued-elsewhere; find usb >files2; \
         run on {RELEASE} --continue-in disk/log --accept-deviation continued-elsewhere; \
         rm usb/filling; run room check --as alice/alice; run end verify --head before.head"
    );
    let mut command = Command::new("setsid");
    command.args(["unshare", flags, "sh", "-c", &script, env!("CARGO_BIN_EXE_breakglass")]);
    let output = command.current_dir(disk.path("")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = |name: &str| String::from_utf8(disk.read(name)).unwrap();
    for name in ["full", "half"] {
        let err = text(&format!("{name}.err"));
        assert_eq!(
            (text(&format!("{name}.code")).as_str(), text(&format!("{name}.out")).as_str()),
            ("1\n", "")
        );
        assert!(err.contains("No space left on device"), "{err}");
        assert!(err.contains(" next: ") && !err.contains(PASSWORD), "{err}");
    }
    assert!(disk.read("after") == disk.read("escrow/log"), "the log on the full medium was changed");
    assert_eq!(text("files"), text("files2"), "something was left on the full medium");
    assert_eq!(text("verify.code"), "0\n", "{}", text("verify.out"));
    assert_eq!(text("on.out"), format!("password: {PASSWORD}\n"), "{}", text("on.err"));
    disk.run("verify --log disk/log").exits(14).shows("CONTINUED");
    assert_eq!(text("room.code"), "0\n", "{}", text("room.err"));
    assert_eq!(text("end.code"), "0\n", "{}", text("end.out"));
}

/// Memory for secrets is a file to the kernel, larger than what this user may write: it is had in another way.
#[test]
fn a_limit_on_files_is_none_on_memory() {
    let disk = Disk::empty();
    let script = "ulimit -f 8; exec \"$0\" keygen --no-passphrase -o a.key";
    let output = std::process::Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_breakglass")])
        .current_dir(disk.path(""))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(disk.exists("a.key"));
}
