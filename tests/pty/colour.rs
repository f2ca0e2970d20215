//! Colour: on a terminal that takes it, and nowhere else; and what it says is in the words too.

use crate::disk::Disk;
use crate::people;
use crate::terminal::Terminal;

const PASSWORD: &str = "Zx9-umbrella-Kite-77-harbor";

/// A release that is not closed, and one more request.
fn released() -> Disk {
    let disk = people::sealed(PASSWORD);
    let words = disk.ask("req.bgr", &[]);
    disk.approve_by_words("req.bgr", "alice", &words);
    disk.approve_by_words("req.bgr", "bob", &words);
    let release = ["release", "req.bgr", "req.bgr.alice.bga", "req.bgr.bob.bga", "--as", "carol/carol"];
    disk.ok(&[&release[..], &["--print", "password"]].concat());
    disk.ask("next.bgr", &[]);
    disk
}

/// What a terminal shows, without what it does with the lines' ends.
fn shown(disk: &Disk, words: &[&str], environment: &[(&str, Option<&str>)]) -> String {
    let words = [&["--escrow", "escrow"], words].concat();
    let ended = Terminal::start_with(disk.root(), &words, false, 0, environment).end();
    ended.screen.replace('\r', "")
}

/// What a pipe gets.
fn piped(disk: &Disk, words: &[&str]) -> String {
    let words = [&["--escrow", "escrow"], words].concat();
    let ended = Terminal::start_with(disk.root(), &words, true, 0, &[]).end();
    assert_eq!(ended.screen, "");
    ended.piped
}

/// A text without the sequences that begin and end a tone.
fn stripped(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let mut plain = parts.next().unwrap().to_owned();
    for part in parts {
        let (sequence, rest) = part.split_once('m').unwrap();
        assert!(
            sequence.starts_with('[') && sequence[1..].bytes().all(|one| one == b';' || one.is_ascii_digit())
        );
        plain.push_str(rest);
    }
    plain
}

/// The status long after, and always at the same time.
const STATUS: [&str; 3] = ["status", "--time", "2099-01-01T00:00:00Z"];

const LOUD: &str = "\u{1b}[1;31m";
const END: &str = "\u{1b}[0m";

#[test]
fn a_terminal_shows_in_colour_what_a_pipe_gets_in_words() {
    let disk = released();
    let coloured = shown(&disk, &STATUS, &[]);
    assert!(coloured.contains(&format!("{LOUD}EXPOSED{END}\n")), "{coloured}");
    assert!(coloured.contains(&format!("{LOUD}OVERDUE{END}: ")), "{coloured}");
    let plain = piped(&disk, &STATUS);
    assert!(!plain.contains('\u{1b}'), "{plain}");
    assert_eq!(stripped(&coloured), plain);
}

#[test]
fn an_error_is_found_by_the_eye() {
    let disk = released();
    let error = shown(&disk, &["log", "--log", "nowhere"], &[]);
    assert!(error.starts_with(&format!("{LOUD}error:{END} the log cannot be opened")), "{error}");
    assert!(error.contains("\n\u{1b}[1m next:\u{1b}[0m "), "{error}");
    // A line that cannot be parsed as well; and there the flag is obeyed all the same.
    let usage = shown(&disk, &["frobnicate"], &[]);
    assert!(usage.starts_with(&format!("{LOUD}error:{END} there is no such command")), "{usage}");
    assert_eq!(shown(&disk, &["frobnicate", "--plain"], &[]), stripped(&usage));
    // Where answers go down a pipe, errors may still stand on the terminal.
    let ended = Terminal::start(disk.root(), &["log", "--escrow", "nowhere"], true).end();
    assert_eq!(ended.piped, "");
    assert!(ended.screen.starts_with(LOUD), "{}", ended.screen);
}

#[test]
fn what_is_plain_has_no_escape_sequence() {
    let disk = released();
    for words in [&STATUS[..], &["log"], &["log", "--log", "nowhere"], &["frobnicate"]] {
        let coloured = shown(&disk, words, &[]);
        assert!(coloured.contains('\u{1b}'), "{words:?}: {coloured}");
        let plain = stripped(&coloured);
        assert_eq!(shown(&disk, &[words, &["--plain"]].concat(), &[]), plain);
        for environment in
            [("NO_COLOR", Some("1")), ("TERM", Some("dumb")), ("TERM", Some("")), ("TERM", None)]
        {
            assert_eq!(shown(&disk, words, &[environment]), plain, "{environment:?}");
        }
        assert_eq!(shown(&disk, words, &[("NO_COLOR", Some(""))]), coloured);
    }
    assert!(!piped(&disk, &["log"]).contains('\u{1b}'));
}

#[test]
fn the_log_fits_its_terminal_and_says_what_is_next() {
    let disk = released();
    let words = ["--escrow", "escrow", "log", "--plain"];
    let listed = piped(&disk, &["log"]);
    let entries = listed.lines().count();
    assert!(listed.lines().any(|line| line.len() > 80) && !listed.contains("next:"), "{listed}");
    for columns in [0, 60, 80, 100, 400] {
        let ended = Terminal::start_with(disk.root(), &words, false, columns, &[]).end();
        let screen = ended.screen.replace('\r', "");
        let most = if columns == 0 { 80 } else { usize::from(columns) };
        for line in screen.lines() {
            assert!(line.chars().count() <= most, "{columns}: {line}");
        }
        // Nothing is lost: only blanks and breaks differ, and keys have the name of whoever asked.
        let (log, next) = screen.split_once("\n\n").unwrap();
        let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_key = |word: &str| word == "session" || word.starts_with("release/");
        let named = |word| if is_key(word) { "carol" } else { word };
        let people: Vec<&str> = listed.split_whitespace().map(named).collect();
        assert!(people.len() > 3 && listed.contains("release/") && !log.contains("release/"));
        assert_eq!(squeezed(log), people.join(" "));
        let begins = log.lines().filter(|line| !line.starts_with("   ")).count();
        assert_eq!(begins, entries, "{log}");
        assert!(columns != 400 || log.lines().count() == entries, "{log}");
        assert!(next.starts_with("exposed: prod; open: requests "), "{next}");
        assert!(next.ends_with("\nnext: `breakglass status --escrow escrow` says what is due\n"), "{next}");
    }
    let none = shown(&disk, &["log", "--kind", "adopt", "--plain"], &[]);
    assert!(none.starts_with("the log has no record of this kind and request\n\nexposed: "), "{none}");
    assert_eq!(piped(&disk, &["log", "--kind", "adopt"]), "");
    let settled = people::sealed(PASSWORD);
    assert!(!shown(&settled, &["log"], &[]).contains("next:"));
}
