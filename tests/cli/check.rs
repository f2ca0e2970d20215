//! `check`: a custodian's own shares.

use crate::stage::{Run, Stage};

const SHARE: &str = "escrow/vaults/prod/1/alice.share.age";

/// Asserts that alice's check fails, states nothing, and writes nothing into her book.
#[track_caller]
fn refused(stage: &Stage, code: i32) -> Run {
    stage.refuses(code, "check -o statement --as alice/alice");
    stage.refuses(code, "check --all --as alice/alice")
}

#[test]
fn a_share_that_is_truncated_damaged_or_no_text_is_found() {
    let stage = Stage::sealed();
    let whole = stage.read(SHARE);
    for damaged in [&whole[..whole.len() - 1], &whole[..whole.len() / 2], b"", b"\xff\xfe"] {
        stage.write(SHARE, damaged);
        refused(&stage, 5).what("share of `alice` in prod generation 1").next("tell the administrator");
    }
    stage.write(SHARE, vec![b'x'; 70_000]);
    refused(&stage, 3).at(SHARE);
}

#[test]
fn a_share_that_is_missing_is_found() {
    let stage = Stage::sealed();
    stage.remove(SHARE);
    refused(&stage, 1).at(SHARE);
    // A link is not followed, even to the right file.
    let canary = format!("../../{}/1/alice.share.age", stage.canary());
    std::os::unix::fs::symlink(canary, stage.path(SHARE)).unwrap();
    refused(&stage, 1).at(SHARE);
    // The others are not held up by it.
    stage.run("check --all --as bob/bob").ok();
}

#[test]
fn a_damaged_book_is_kept_and_goes_on() {
    let stage = Stage::sealed();
    let whole = stage.read("alice/alice.book");
    stage.write("alice/alice.book", &whole[..whole.len() - 9]);
    // A damaged end is kept in the next record.
    let run = stage.run("check --as alice/alice").ok();
    run.says("alice/alice.book: record 0 of the book: the book ends in damaged bytes")
        .says("kept in the next record");
    let mended = String::from_utf8(stage.read("alice/alice.book")).unwrap();
    assert!(mended.contains("\"damage\":{\"size\":"), "{mended}");
    stage.run("check --as alice/alice").ok();
    // Anything else is not written on, and the book goes on elsewhere.
    stage.write("alice/alice.book", [&whole[..], &whole].concat());
    let run = stage.refuses(10, "check --as alice/alice").at("alice/alice.book");
    run.next("go on in another file: --book FILE");
    let damaged = stage.read("alice/alice.book");
    let run = stage.run("check --as alice/alice --book usb/alice.book").ok();
    run.says("your book goes on in usb/alice.book");
    assert_eq!(stage.read("alice/alice.book"), damaged, "what is left behind stays as it is");
    let new = stage.read("usb/alice.book");
    assert!(new.starts_with(&whole) && new.len() > whole.len());
    stage.run("check --as alice/alice --book usb/alice.book").ok();
    stage.write("alice/alice.book", stage.read("bob/bob.book"));
    stage.refuses(10, "check --as alice/alice").at("alice/alice.book");
}

#[test]
fn a_full_disk_leaves_book_and_log_as_they_were() {
    let stage = Stage::sealed();
    let blocks = stage.read("alice/alice.book").len() / 512;
    let words = stage.words("check --as alice/alice").file_limit(u32::try_from(blocks).unwrap() + 1);
    stage.refuses_words(1, words).what("the book cannot be written").at("alice/alice.book");
    stage.run("check --as alice/alice").ok();
}

#[test]
fn nothing_is_stated_on_a_log_that_lacks_what_the_book_knows() {
    let stage = Stage::sealed();
    let log = stage.read("escrow/log");
    // Without the last two checks: carol's book has seen the first of them.
    let ends: Vec<usize> = (2..log.len()).filter(|at| log[at - 2..].starts_with(b"\n\n{")).collect();
    stage.write("escrow/log", &log[..ends[ends.len() - 2]]);
    stage.run("verify").ok();
    stage.refuses(12, "check --as carol/carol").what("HEAD-TRUNCATED").at("escrow/log");
    // Another record in its place is another history.
    stage.run("check --as bob/bob").ok();
    stage.refuses(13, "check --as carol/carol").what("HEAD-FORK").at("escrow/log");
}
