//! A command verifies the log once: every signature in it one time, however often it comes across the log.
//!
//! The commands are run here in the test's own process, where signatures can be counted.

use std::fs;
use std::rc::Rc;

use breakglass::cli::args::Cli;
use breakglass::cli::context::Context;
use breakglass::crypto::sign::verified_so_far;
use breakglass::escrow::Reading;
use breakglass::hands::console::Output;
use breakglass::record::book::Book;
use breakglass::record::card::VerifiedCard;
use clap::Parser as _;

use crate::disk::{Disk, split};

/// Runs a command, of which words that begin with `@` are files of the disk. Gives how many signatures it verified.
fn count(disk: &Disk, line: &str) -> u64 {
    let place = |word: String| match word.strip_prefix('@') {
        Some(file) => disk.path(file).display().to_string(),
        None => word,
    };
    let words = split(&format!("breakglass --escrow @escrow {line}")).into_iter().map(place);
    let cli = Cli::try_parse_from(words).unwrap();
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let mut context = Context {
        escrow: cli.global.escrow.clone(),
        log: cli.global.log.clone(),
        scripted: true,
        stdout: &mut stdout,
        stderr: &mut stderr,
        stderr_in_colour: false,
        output: Output::Elsewhere,
        machine: None,
        plain: true,
        program: Cli::PROGRAM,
        known: Rc::default(),
    };
    let so_far = verified_so_far();
    cli.run(&mut context).unwrap_or_else(|failure| panic!("{line}: {}", failure.what));
    verified_so_far() - so_far
}

/// How many signatures are verified by reading the log once.
fn of_log(disk: &Disk) -> u64 {
    let bytes = fs::read(disk.path("escrow/log")).unwrap();
    let so_far = verified_so_far();
    assert!(Reading::of(bytes).unwrap().unsound().is_none());
    verified_so_far() - so_far
}

/// How many are verified by reading somebody's book once.
fn of_book(disk: &Disk, who: &str) -> u64 {
    let card = VerifiedCard::parse(&fs::read(disk.path(format!("{who}/{who}.card"))).unwrap()).unwrap();
    let bytes = fs::read(disk.path(format!("{who}/{who}.book"))).unwrap();
    let so_far = verified_so_far();
    Book::read(&card.card().person, &card.card().verifying_key, &bytes).unwrap();
    verified_so_far() - so_far
}

/// Of the card of whoever does it.
const CARD: u64 = 1;

#[test]
fn each_command_verifies_the_log_once() {
    let disk = Disk::sealed();
    assert!(of_log(&disk) > 10, "there is something to verify");
    assert_eq!(count(&disk, "status"), of_log(&disk));
    assert_eq!(
        count(&disk, "check --all --as @alice/alice"),
        of_log(&disk) + of_book(&disk, "alice") - 1 + CARD
    );
    fs::write(disk.path("more.csv"), crate::disk::row("more")).unwrap();
    let sealed = count(
        &disk,
        "seal --from @more.csv --threshold 2 --custodian alice --custodian bob --custodian carol --as @dan/dan",
    );
    assert_eq!(sealed, of_log(&disk) + CARD);
    let before = of_book(&disk, "carol");
    let asked =
        "request prod --reason iam-failure --ticket INC-42 --justification 'SSO is down' --as @carol/carol";
    assert_eq!(count(&disk, &format!("{asked} -o @req.bgr")), of_log(&disk) + before + CARD);
}

#[test]
fn an_approval_verifies_the_log_once_and_the_book_once() {
    let (disk, asked) = Disk::asked();
    let book = of_book(&disk, "alice");
    let words = format!("approve @req.bgr --as @alice/alice -o @alice.bga --session-words '{}'", asked.words);
    assert_eq!(count(&disk, &words), of_log(&disk) + book + CARD);
}

#[test]
fn a_release_verifies_the_log_and_each_approval_once() {
    let (disk, _) = Disk::approved();
    let before = of_log(&disk);
    let released = count(&disk, "release @req.bgr @alice.bga @bob.bga --as @carol/carol --print password");
    // By the release key and the session key, with two approvals in it; then the end.
    assert_eq!(of_log(&disk), before + 2 + 2 + 1);
    assert_eq!(released, of_log(&disk) + CARD);
}

#[test]
fn a_log_that_grew_since_the_request_is_verified_from_there_on() {
    let (disk, _) = Disk::approved();
    disk.run("check --all --as bob/bob").ok();
    let released = count(&disk, "release @req.bgr @alice.bga @bob.bga --as @carol/carol --print password");
    assert_eq!(released, of_log(&disk) + CARD);
}
