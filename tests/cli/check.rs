//! `check`: a custodian's own shares.

use crate::disk::{Disk, Run};

const SHARE: &str = "escrow/vaults/prod/1/alice.share.age";

/// Asserts that alice's check fails, states nothing, and writes nothing into her book.
#[track_caller]
fn refused(disk: &Disk, code: i32) -> Run {
    disk.refuses(code, "check -o statement --as alice/alice");
    disk.refuses(code, "check --all --as alice/alice")
}

#[test]
fn a_share_that_is_truncated_damaged_or_no_text_is_found() {
    let disk = Disk::sealed();
    let whole = disk.read(SHARE);
    for damaged in [&whole[..whole.len() - 1], &whole[..whole.len() / 2], b"", b"\xff\xfe"] {
        disk.write(SHARE, damaged);
        refused(&disk, 5).what("share of `alice` in prod generation 1").next("tell the administrator");
    }
    disk.write(SHARE, vec![b'x'; 70_000]);
    refused(&disk, 3).at(SHARE);
}

#[test]
fn a_share_that_is_missing_is_found() {
    let disk = Disk::sealed();
    disk.remove(SHARE);
    refused(&disk, 1).at(SHARE);
    // A link is not followed, even to the right file.
    let canary = format!("../../{}/1/alice.share.age", disk.canary());
    std::os::unix::fs::symlink(canary, disk.path(SHARE)).unwrap();
    refused(&disk, 1).at(SHARE);
    // The others are not held up by it.
    disk.run("check --all --as bob/bob").exits(14).shows("2 shares of bob are sound").shows("FILE-MISSING");
}

#[test]
fn a_damaged_book_is_kept_and_goes_on() {
    let disk = Disk::sealed();
    let whole = disk.read("alice/alice.book");
    disk.write("alice/alice.book", &whole[..whole.len() - 9]);
    // A damaged end is kept in the next record.
    let run = disk.run("check --as alice/alice").ok();
    run.says("alice/alice.book: record 0 of the book: the book ends in damaged bytes")
        .says("kept in the next record");
    let mended = String::from_utf8(disk.read("alice/alice.book")).unwrap();
    assert!(mended.contains("\"damage\":{\"size\":"), "{mended}");
    disk.run("check --as alice/alice").ok();
    // Anything else is not written on, and the book goes on elsewhere.
    disk.write("alice/alice.book", [&whole[..], &whole].concat());
    let run = disk.refuses(10, "check --as alice/alice").at("alice/alice.book");
    run.next("continue it in another file: --book FILE");
    let damaged = disk.read("alice/alice.book");
    let run = disk.run("check --as alice/alice --book usb/alice.book").ok();
    run.says("your book is continued in usb/alice.book");
    assert_eq!(disk.read("alice/alice.book"), damaged, "what is left behind stays as it is");
    let new = disk.read("usb/alice.book");
    assert!(new.starts_with(&whole) && new.len() > whole.len());
    disk.run("check --as alice/alice --book usb/alice.book").ok();
    disk.write("alice/alice.book", disk.read("bob/bob.book"));
    disk.refuses(10, "check --as alice/alice").at("alice/alice.book");
}

#[test]
fn a_full_disk_leaves_book_and_log_as_they_were() {
    let disk = Disk::sealed();
    let blocks = disk.read("alice/alice.book").len() / 512;
    let words = disk.line("check --as alice/alice").file_limit(u32::try_from(blocks).unwrap() + 1);
    disk.refuses_line(1, words).what("the book cannot be written").at("alice/alice.book");
    disk.run("check --as alice/alice").ok();
}

#[test]
fn nothing_is_stated_on_a_log_that_lacks_what_the_book_knows() {
    let disk = Disk::sealed();
    let log = disk.read("escrow/log");
    // Without the last two checks: carol's book has seen the first of them.
    let ends: Vec<usize> = (2..log.len()).filter(|at| log[at - 2..].starts_with(b"\n\n{")).collect();
    disk.write("escrow/log", &log[..ends[ends.len() - 2]]);
    disk.run("verify").ok();
    disk.refuses(12, "check --as carol/carol").what("HEAD-TRUNCATED").at("escrow/log");
    // Another record in its place is another history.
    disk.run("check --as bob/bob").ok();
    disk.refuses(13, "check --as carol/carol").what("HEAD-FORK").at("escrow/log");
}
