//! What two people agree to who adopt a branch.

use crate::disk::Disk;
use crate::people;
use crate::terminal::Terminal;

const PASSWORD: &str = "Zx9-umbrella-Kite-77-harbor";

const QUESTION: &str = "An adoption cannot be taken back.";

/// Two copies: in `escrow` something was released, and in `safe` somebody checked.
fn parted() -> Disk {
    let disk = people::sealed(PASSWORD);
    disk.run("copy safe").ok();
    let words = disk.ask("req.bgr", &["password"]);
    for who in ["alice", "bob"] {
        disk.approve_by_words("req.bgr", who, &words);
    }
    disk.run("release req.bgr req.bgr.alice.bga req.bgr.bob.bga --as carol/carol --print password").ok();
    disk.run("check --as carol/carol --escrow safe").ok();
    disk
}

fn adopting(disk: &Disk, answer: &str) -> (String, Option<i32>) {
    let words = ["--escrow", "safe", "adopt", "escrow", "--as", "alice/alice", "--as", "bob/bob"];
    let mut terminal = Terminal::start(disk.root(), &words, false);
    terminal.see(QUESTION);
    let window = terminal.window();
    terminal.enter(answer);
    (window, terminal.end().code)
}

#[test]
fn two_people_see_what_becomes_of_their_log_before_they_adopt() {
    let disk = parted();
    let before = disk.read("safe/log");
    let (window, code) = adopting(&disk, "no");
    assert_eq!((code, disk.read("safe/log")), (Some(4), before), "{window}");
    let rows: Vec<&str> = window.lines().collect();
    let at =
        |row: &str| rows.iter().position(|line| line.starts_with(row)).unwrap_or_else(|| panic!("{window}"));
    assert!(at("ABOUT TO BE ADOPTED: 3 records") < at("  by         carol"), "{window}");
    let released = "  request    RELEASED: prod generation 1, emergency, by carol";
    assert_eq!(at(released) + 1, at(QUESTION), "{window}");
    let (_, code) = adopting(&disk, "yes");
    assert_eq!(code, Some(0));
    disk.run("compare escrow safe").ok().shows("ADOPTED");
}
