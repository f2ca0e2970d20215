//! Books that were lost, or set back: it is said before anything is signed, recorded, and found again by verify.

use crate::disk::{Disk, RequestState, Run, asking, row};

const SAID: &str = "a book was lost or set back";

/// Alice approves, with these words more.
fn approve(disk: &Disk, asked: &RequestState, more: &str) -> Run {
    disk.run(&approving(asked, more))
}

fn approving(asked: &RequestState, more: &str) -> String {
    format!("approve req.bgr --as alice/alice -o alice.bga {more} --session-words '{}'", asked.words)
}

/// A book's records: number, and what is lost.
fn records(disk: &Disk, book: &str) -> Vec<(u64, Option<u64>)> {
    let text = String::from_utf8(disk.read(book)).unwrap();
    let lines = text.lines().filter(|line| line.starts_with('{'));
    let read = lines.map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    read.map(|record| (record["number"].as_u64().unwrap(), record["lost"].as_u64())).collect()
}

/// A check that says nothing of a lost book.
#[track_caller]
fn checks_quietly(disk: &Disk, more: &str) {
    let run = disk.run(&format!("check --as alice/alice {more}")).ok();
    assert!(!run.err.contains(SAID), "{}", run.err);
}

#[test]
fn an_approval_without_the_book_takes_a_yes_and_begins_it_again() {
    let (disk, asked) = Disk::asked();
    disk.remove("alice/alice.book");
    let run = disk.refuses(4, &approving(&asked, "")).what(SAID).next("--accept-deviation book-lost");
    run.says("LOST: the log names statements of yours that your book does not hold, from its record 0 on");
    let run = approve(&disk, &asked, "--accept-deviation book-lost").ok();
    run.says("its records from 0 on are lost").says("--book FILE");
    assert_eq!(records(&disk, "alice/alice.book"), [(1, Some(0))]);
    let json = String::from_utf8(disk.content("alice.bga")).unwrap();
    assert!(json.contains(r#""deviations":["book-lost"]"#), "{json}");
    disk.approve("bob", &asked).ok();
    disk.run("release req.bgr alice.bga bob.bga --as carol/carol --print password").ok();
    disk.run("verify").exits(14).shows("book-lost, in the approval by `alice`");
    let run = disk.run("verify --book alice/alice.book").exits(14).shows("BOOK-LOST");
    assert!(!run.out.contains("BOOK-SILENT") && !run.out.contains("BOOK-FORKED"), "{}", run.out);
    // It is said once.
    checks_quietly(&disk, "");
    assert_eq!(records(&disk, "alice/alice.book"), [(1, Some(0)), (2, None)]);
}

#[test]
fn a_book_from_an_older_copy_goes_on_after_what_the_log_names() {
    let disk = Disk::sealed();
    let older = disk.read("alice/alice.book");
    checks_quietly(&disk, "");
    checks_quietly(&disk, "");
    disk.write("alice/alice.book", &older);
    disk.run("check --as alice/alice").ok().says(SAID).says("from 1 on are lost");
    assert_eq!(records(&disk, "alice/alice.book"), [(0, None), (3, Some(1))]);
    checks_quietly(&disk, "");
    let run = disk.run("verify --book alice/alice.book").exits(14).shows("BOOK-LOST");
    assert!(!run.out.contains("BOOK-SILENT"), "{}", run.out);
    // An approval in a file that was never collected is in no log: nothing shows that it was lost.
    let newest = disk.read("alice/alice.book");
    disk.run("check --as alice/alice -o check.bgs").ok();
    disk.run("check --as bob/bob").ok();
    disk.write("alice/alice.book", &newest);
    checks_quietly(&disk, "");
    // When it turns up there are two records of one number, and that is said at every statement until one is lost.
    disk.run("collect check.bgs --as bob/bob").ok();
    disk.run("check --as alice/alice").ok().says(SAID);
    checks_quietly(&disk, "");
    disk.run("verify --book alice/alice.book").exits(14).shows("BOOK-FORKED").shows("BOOK-LOST");
}

#[test]
fn a_request_without_the_book_lists_it() {
    let disk = Disk::sealed();
    disk.remove("carol/carol.book");
    let line = format!("{} --as carol/carol -o req.bgr", asking("prod"));
    disk.refuses(4, &line).says(SAID).next("--accept-deviation book-lost");
    disk.run(&format!("{line} --accept-deviation book-lost")).ok();
    disk.run("verify").exits(14).shows("book-lost, in the request");
    assert!(!disk.exists("carol/carol.book"), "a request is not in a book");
}

#[test]
fn whatever_is_stated_says_so_first() {
    let (disk, asked) = Disk::asked();
    let id = &asked.id;
    for line in [
        "check --as alice/alice".to_owned(),
        "deny req.bgr --as alice/alice -o alice.bgd --because no".to_owned(),
        format!("action done --request {id} --as alice/alice"),
        "confirm prod --not-tested 'a canary said so' --as alice/alice".to_owned(),
        "agree 1 --as alice/alice".to_owned(),
        "retire bob --because left --vault prod --as alice/alice".to_owned(),
    ] {
        disk.remove("alice/alice.book");
        let run = disk.run(&line).ok().says(SAID).says("alice/alice.book");
        assert!(run.err.matches("are lost").count() == 1, "{}", run.err);
        let book = records(&disk, "alice/alice.book");
        assert!(matches!(book[..], [(_, Some(0))]), "{line}: {book:?}");
    }
}

#[test]
fn one_book_that_was_lost_is_compared_with_each_escrow_in_its_turn() {
    let disk = Disk::sealed();
    disk.begin("other", "").ok();
    disk.seal(&row("billing"), "--escrow other").ok();
    // Her book is about both: 0 and 1 here, 2 and 3 there.
    checks_quietly(&disk, "");
    checks_quietly(&disk, "--escrow other");
    checks_quietly(&disk, "--escrow other");
    let whole = disk.read("alice/alice.book");
    // With the book whole, neither log lacks what the other one names.
    checks_quietly(&disk, "");
    disk.remove("alice/alice.book");
    disk.run("check --as alice/alice").ok().says(SAID);
    assert_eq!(records(&disk, "alice/alice.book"), [(5, Some(0))]);
    checks_quietly(&disk, "--escrow other");
    for escrow in ["escrow", "other"] {
        let line = format!("verify --book alice/alice.book --escrow {escrow}");
        let run = disk.run(&line).exits(14).shows("BOOK-LOST");
        assert!(["BOOK-SILENT", "BOOK-CHAIN", "BOOK-FORKED"].iter().all(|code| !run.out.contains(code)));
    }
    // Set back, and noticed where only the newest is known: that is lost to both.
    disk.write("alice/alice.book", &whole);
    disk.run("check --as alice/alice --escrow other").ok().says(SAID).says("from 4 on are lost");
    checks_quietly(&disk, "");
    // Lost, and begun in the escrow that knows less of it.
    disk.remove("alice/alice.book");
    disk.run("check --as alice/alice --escrow other").ok().says(SAID);
    disk.run("check --as alice/alice").ok().says(SAID);
    checks_quietly(&disk, "");
    checks_quietly(&disk, "--escrow other");
}
