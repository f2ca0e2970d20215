//! The screen that fields are revealed on: what is seen, what is logged, and what is left behind.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::common;
use crate::disk::Disk;
use crate::people;
use crate::terminal::Terminal;

const PASSWORD: &str = "Zx9-umbrella-Kite-77-harbor";

/// What the password looks like in groups: a part of it that is nowhere else.
const GROUPED: &str = "umbr  ella";

const RELEASE: [&str; 8] = [
    "--escrow",
    "escrow",
    "release",
    "req.bgr",
    "req.bgr.alice.bga",
    "req.bgr.bob.bga",
    "--as",
    "carol/carol",
];

fn approved() -> Disk {
    let disk = people::sealed(PASSWORD);
    let words = disk.ask("req.bgr", &["password", "totp"]);
    disk.approve_by_words("req.bgr", "alice", &words);
    disk.approve_by_words("req.bgr", "bob", &words);
    disk
}

/// Up to the screen.
fn reveal(disk: &Disk, more: &[&str]) -> Terminal {
    let mut shown = Terminal::start(disk.root(), &[&RELEASE[..], more].concat(), false);
    shown.expect("Type yes").enter("yes");
    shown
}

fn end_of(disk: &Disk) -> String {
    String::from_utf8(disk.ok(&["log", "--kind", "end"]).stdout).unwrap()
}

#[test]
fn what_was_looked_at_is_logged_and_nothing_else() {
    for (keys, shown) in
        [("", "shown: nothing"), ("1", "shown: password\n"), ("12", "shown: password totp\n")]
    {
        let disk = approved();
        let mut screen = reveal(&disk, &[]);
        screen.see("not looked at, 3 codes left").press(keys).press("q").see("End?").press("q");
        let ended = screen.end();
        assert_eq!((ended.code, ended.echoes), (Some(0), true), "{}", ended.screen);
        let end = end_of(&disk);
        assert!(end.contains(shown), "{keys}: {end}");
    }
}

/// Before anything is shown, and after the release is on the medium, every file but the few that are still needed is
/// out of reach.
#[test]
fn files_are_closed_once_more_before_anything_is_shown() {
    if !common::have("files_are_closed_once_more_before_anything_is_shown", &["strace"]) {
        return;
    }
    let disk = approved();
    let calls = disk.path("tmp/calls");
    let strace =
        ["strace", "-qq", "-o", calls.to_str().unwrap(), "-e", "trace=fdatasync,landlock_restrict_self"];
    let mut screen = Terminal::start_under(&strace, disk.root(), &RELEASE, false, 80, &[]);
    screen.expect("Type yes").enter("yes").see("not looked at");
    let seen = || fs::read_to_string(&calls).unwrap();
    let names = |text: &str| -> Vec<String> {
        text.lines().filter_map(|line| Some(line.split_once('(')?.0.to_owned())).collect()
    };
    assert_eq!(names(&seen()), ["landlock_restrict_self", "fdatasync", "landlock_restrict_self"]);
    screen.press("q").see("End?").press("q");
    assert_eq!(screen.end().code, Some(0));
    assert!(!disk.path("req.session.age").exists(), "the session is still destroyed");
}

/// Whatever takes the person away from the screen: it is cleared, and what was shown until then is logged.
#[test]
fn an_interrupted_screen_is_cleared_and_its_end_is_logged() {
    for signal in [
        None,
        Some(Signal::TERM),
        Some(Signal::HUP),
        Some(Signal::INT),
        Some(Signal::QUIT),
        Some(Signal::TSTP),
        Some(Signal::TTIN),
        Some(Signal::USR1),
        Some(Signal::XCPU),
    ] {
        let disk = approved();
        let mut screen = reveal(&disk, &[]);
        screen.see("not looked at").press("1").see(GROUPED);
        match signal {
            None => drop(screen.press("\u{3}")),
            Some(signal) => kill_process(Pid::from_raw(screen.pid() as i32).unwrap(), signal).unwrap(),
        }
        screen.expect("\u{1b}[2J\u{1b}[?1049l");
        assert!(!screen.window().contains("umbr"), "{signal:?}: it is still on the screen");
        let ended = screen.end();
        assert_eq!((ended.code, ended.echoes), (Some(0), true), "{signal:?}: {}", ended.screen);
        assert!(end_of(&disk).contains("shown: password\n"), "{signal:?}");
    }
}

#[test]
fn an_action_is_logged_from_here() {
    let disk = approved();
    let mut screen = reveal(&disk, &[]);
    screen.see("not looked at").press("1").see(GROUPED).press("a").see("What was done");
    assert!(!screen.window().contains("umbr"), "the password is still on the screen");
    screen.enter("changed the billing contact").see("action logged as record 8");
    screen.press("a").see("What was done").enter("").see("no action was logged");
    screen.press("1").see(GROUPED).press("q").see("End?").press("q");
    assert_eq!(screen.end().code, Some(0));
    let log = String::from_utf8(disk.ok(&["log"]).stdout).unwrap();
    let kinds: Vec<&str> =
        log.lines().rev().take(3).filter_map(|line| line.split_whitespace().nth(2)).collect();
    assert_eq!(kinds, ["end", "action", "release"], "{log}");
    let verdict = disk.output(&["verify"]);
    assert!(String::from_utf8_lossy(&verdict.stdout).contains("HOLDS"), "{verdict:?}");
}

#[test]
fn a_window_that_changes_its_size_is_drawn_anew() {
    let disk = approved();
    let mut screen = reveal(&disk, &[]);
    // Nothing counts down here: nothing but the window's size draws it anew.
    screen.see("not looked at").resize(120, 40).see(&"-".repeat(120));
    screen.press("1").see(GROUPED).resize(60, 24).see("hides in");
    assert!(screen.window().lines().all(|line| line.chars().count() <= 60));
    screen.resize(20, 5).see("small.").resize(80, 24).see(GROUPED);
    screen.press("q").see("End?").press("q");
    assert_eq!(screen.end().code, Some(0));
}

#[test]
fn arrows_and_pastes_open_nothing() {
    let disk = approved();
    let mut screen = reveal(&disk, &[]);
    screen.see("not looked at");
    for keys in ["\u{1b}[A", "\u{1b}OB", "\u{1b}[200~12\u{1b}[201~", "é", "\t"] {
        screen.press(keys);
        std::thread::sleep(Duration::from_millis(150));
    }
    screen.see(GROUPED).press("\u{1b}").see("looked at, hidden").press("q").see("End?").press("q");
    assert_eq!(screen.end().code, Some(0));
    assert!(end_of(&disk).contains("shown: password\n"));
}

/// On a plain terminal no escape sequence is written, and each row is overwritten.
#[test]
fn a_plain_terminal_is_written_row_by_row() {
    let disk = approved();
    let mut screen = reveal(&disk, &["--plain"]);
    screen
        .expect("1  password: not looked at")
        .expect("Key, and Enter:")
        .enter("1")
        .expect("overwrites each row");
    screen.see("characters 1 to 27 of 27:").enter("").expect("password: looked at");
    assert!(!screen.window().contains("umbr"), "{}", screen.window());
    screen.expect("Enter:").enter("1s");
    for (first, word) in [(1, "capital ZULU"), (5, "uniform"), (9, "echo"), (13, "capital KILO")] {
        screen.expect(&format!("characters {first} to {} of 27:", first + 3)).expect(word).enter("");
    }
    for first in [17, 21, 25] {
        screen.expect(&format!("characters {first} to ")).enter("");
    }
    screen.expect("Enter:").enter("2").expect("good for").expect("characters 1 to 6 of 6:").enter("");
    screen.expect("2 codes left").expect("Enter:").enter("a").expect("What was done").enter("looked around");
    screen.expect("action logged as record").expect("Enter:").enter("q").expect("q again").expect("Enter:");
    screen.enter("q");
    let ended = screen.end();
    assert_eq!((ended.code, ended.echoes), (Some(0), true), "{}", ended.screen);
    assert!(!ended.screen.contains('\u{1b}'), "an escape sequence: {:?}", ended.screen);
    assert!(end_of(&disk).contains("shown: password totp\n"));
}

/// A row that the terminal breaks in two could not be overwritten: it is not shown.
#[test]
fn a_plain_terminal_that_is_too_narrow_shows_nothing() {
    let disk = approved();
    let mut screen = reveal(&disk, &["--plain"]);
    screen.expect("Key, and Enter:").resize(30, 24).enter("1").expect("make the window wider");
    screen.resize(80, 24).expect("Enter:").enter("1").see("characters 1 to 27 of 27:").enter("");
    screen.expect("Enter:").enter("q").expect("Enter:").enter("q");
    let ended = screen.end();
    let rows = ended.screen.matches("umbr").count();
    assert_eq!((ended.code, rows), (Some(0), 1), "{}", ended.screen);
}

/// What is typed before it is asked for is not seen.
#[test]
fn what_is_typed_too_early_is_not_seen() {
    let disk = approved();
    let mut screen = reveal(&disk, &[]);
    // From when the answer was taken.
    while screen.echoes() {
        std::thread::sleep(Duration::from_millis(1));
    }
    for _ in 0..20 {
        // Later than what was pasted together with the answer.
        std::thread::sleep(Duration::from_millis(60));
        screen.press("xyzzy");
    }
    screen.see("3 codes left").press("q").see("End?").press("q");
    let ended = screen.end();
    assert!(!ended.screen.contains("zy"), "{}", ended.screen);
}

/// A terminal that keeps everything that scrolls by, asked afterwards.
#[test]
fn tmux_keeps_no_secret_in_its_history() {
    if Command::new("tmux").arg("-V").output().is_err() {
        println!("SKIPPED: no tmux");
        return;
    }
    let disk = approved();
    let socket = disk.path("tmux");
    let tmux = |words: &[&str]| {
        let output =
            Command::new("tmux").arg("-S").arg(&socket).args(["-f", "/dev/null"]).args(words).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let history = || tmux(&["capture-pane", "-p", "-S", "-", "-E", "-", "-t", "w"]);
    let see = |text: &str| {
        let begin = Instant::now();
        while !history().contains(text) {
            assert!(begin.elapsed() < Duration::from_secs(40), "no `{text}`:\n{}", history());
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    let line = format!("{} {}; echo over; sleep 60", env!("CARGO_BIN_EXE_breakglass"), RELEASE.join(" "));
    fs::write(disk.path("run.sh"), line).unwrap();
    let start = disk.root().to_str().unwrap().to_owned();
    tmux(&["new-session", "-d", "-s", "w", "-x", "80", "-y", "24", "-c", &start, "sh", "run.sh"]);
    let press = |keys: &str| drop(tmux(&["send-keys", "-t", "w", "-l", keys]));
    see("Type yes");
    press("yes\n");
    see("not looked at");
    press("1");
    see(GROUPED);
    press("s");
    see("ZULU");
    tmux(&["resize-window", "-t", "w", "-x", "50", "-y", "20"]);
    press("1");
    see("umbr");
    press("2");
    see("good for");
    press("q");
    see("End?");
    press("q");
    see("over");
    let kept = history();
    tmux(&["kill-server"]);
    assert!(kept.contains("released on the approvals"), "this is no history: {kept}");
    for secret in ["umbr", "ella", "Kite", "ZULU", "good for"] {
        assert!(!kept.contains(secret), "`{secret}` is kept:\n{kept}");
    }
}

/// A terminal that hangs up decides nothing: where nobody has looked at anything, the emergency goes on at another one.
#[test]
fn a_screen_that_was_cut_off_before_anything_was_looked_at_leaves_the_request_open() {
    for (signal, more) in [(Some(Signal::HUP), &[][..]), (Some(Signal::TERM), &[]), (None, &["--plain"])] {
        let disk = approved();
        let mut screen = reveal(&disk, more);
        match signal {
            Some(signal) => {
                screen.see("not looked at");
                kill_process(Pid::from_raw(screen.pid() as i32).unwrap(), signal).unwrap();
            }
            // The end of the input.
            None => drop(screen.expect("Key, and Enter:").press("\u{4}")),
        }
        let ended = screen.end();
        assert_eq!((ended.code, ended.echoes), (Some(130), true), "{signal:?}: {}", ended.screen);
        assert!(ended.screen.contains("the request is open"), "{signal:?}: {}", ended.screen);
        assert_eq!(end_of(&disk), "", "{signal:?}");
        let mut again = reveal(&disk, &[]);
        again.see("not looked at").press("1").see(GROUPED).press("q").see("End?").press("q");
        assert_eq!(again.end().code, Some(0));
        assert!(end_of(&disk).contains("shown: password\n"), "{signal:?}");
        disk.ok(&["verify"]);
    }
}

/// A person who ends the screen has decided, whatever was looked at.
#[test]
fn a_screen_that_a_person_stops_ends_the_request() {
    let disk = approved();
    let mut screen = reveal(&disk, &[]);
    screen.see("not looked at").press("\u{3}");
    assert_eq!(screen.end().code, Some(0));
    assert!(end_of(&disk).contains("shown: nothing"));
}
