//! Never refused: whatever became of the log, an emergency with a threshold of custodians goes on, and what was out
//! of order is shown, confirmed, recorded, and found again by verify.

use crate::disk::{Disk, PASSWORD, RequestState, Run, THREE, asking, row};

const RELEASE: &str = "release req.bgr alice.bga bob.bga --as carol/carol --print password";

/// The release goes through with these words more, and shows the password.
#[track_caller]
fn releases(disk: &Disk, more: &str) -> Run {
    disk.run(&format!("{RELEASE} {more}")).ok().shows(&format!("password: {PASSWORD}"))
}

/// Where the last record of the log begins.
fn last_record(log: &[u8]) -> usize {
    log.windows(3).rposition(|part| part == b"\n\n{").unwrap() + 2
}

/// A custodian approves, with these words more.
#[track_caller]
fn approve(disk: &Disk, who: &str, asked: &RequestState, more: &str) -> Run {
    let line =
        format!("approve req.bgr --as {who}/{who} -o {who}.bga {more} --session-words '{}'", asked.words);
    disk.run(&line)
}

#[test]
fn a_torn_log_is_mended_with_its_bytes_kept() {
    for tail in [&b"torn"[..], &[0; 700], b"{\"type\":\"breakglass/v1/statements\","] {
        let (disk, _) = Disk::approved();
        let whole = disk.read("escrow/log");
        disk.write("escrow/log", [&whole[..], tail].concat());
        disk.run("verify").exits(11).shows("TORN");
        disk.refuses(4, RELEASE).what("the log is damaged").next("--accept-deviation damaged-log");
        releases(&disk, "--accept-deviation damaged-log").says("The damaged bytes are kept");
        let mended = disk.read("escrow/log");
        assert!(mended.starts_with(&whole));
        let run = disk.run("verify").exits(14).shows("RECOVERED").shows(&format!("{} bytes", tail.len()));
        run.shows("damaged-log, in the release of prod");
        disk.run("log --kind recovered").ok().shows("a damaged tail");
        assert!(!disk.path("escrow/log.recovering").exists());
    }
    // Any other command that appends keeps them too.
    let disk = Disk::sealed();
    let whole = disk.read("escrow/log");
    disk.write("escrow/log", [&whole[..], &[0; 700]].concat());
    disk.run("check --as alice/alice").ok().says("The damaged bytes are kept");
    disk.run("verify").exits(14).shows("RECOVERED");
}

#[test]
fn a_torn_release_exposes_and_is_released_again() {
    let (disk, _) = Disk::approved();
    let session = disk.read("req.session.age");
    // The machine died while the release was written: its record is cut.
    let before = disk.read("escrow/log");
    releases(&disk, "");
    let after = disk.read("escrow/log");
    for cut in [before.len() + 700, before.len() + 40] {
        disk.write("escrow/log", &after[..cut]);
        disk.write("req.session.age", &session);
        disk.run("verify").exits(11).shows("TORN").shows("EXPOSED");
        releases(&disk, "--accept-deviation damaged-log");
        disk.run("verify").exits(14).shows("RECOVERED").shows("EXPOSED");
    }
}

#[test]
fn a_log_that_is_behind_catches_up() {
    let (disk, _) = Disk::approved();
    let whole = disk.read("escrow/log");
    disk.write("escrow/log", &whole[..last_record(&whole)]);
    disk.refuses(4, RELEASE).what("records that should be in this log are missing");
    releases(&disk, "--accept-deviation missing-records").says("are appended");
    assert!(disk.read("escrow/log").starts_with(&whole));
    disk.run("verify").exits(14).shows("missing-records, in the release of prod");
}

#[test]
fn a_log_that_cannot_be_added_to_goes_on_elsewhere() {
    // What became of the log, what else is out of order, and how it is refused without --continue-in.
    type Spoil = fn(&Disk, &[u8]);
    let cases: [(&str, i32, &str, Spoil); 6] = [
        ("missing", 1, "", |disk, _| disk.remove("escrow/log")),
        ("a directory", 1, "", |disk, _| {
            disk.remove("escrow/log");
            std::fs::create_dir(disk.path("escrow/log")).unwrap();
        }),
        ("empty", 10, "--accept-deviation damaged-log", |disk, _| disk.write("escrow/log", "")),
        ("a changed genesis", 10, "--accept-deviation damaged-log", |disk, _| {
            disk.replace("escrow/log", "Example Corp", "Fxample Corp");
        }),
        ("a changed record", 10, "--accept-deviation damaged-log", |disk, log| {
            let at = log.windows(13).position(|part| part == b"v1/statements").unwrap();
            let mut log = log.to_vec();
            log[at + 60] ^= 1;
            disk.write("escrow/log", log);
        }),
        ("another history", 13, "", |disk, log| {
            disk.write("escrow/log", &log[..last_record(log)]);
            disk.run("check --as carol/carol --book other.book").ok();
        }),
    ];
    for (name, code, more, spoil) in cases {
        let (disk, asked) = Disk::approved();
        let whole = disk.read("escrow/log");
        spoil(&disk, &whole);
        let left = disk.tree();
        disk.refuses(code, RELEASE).next("--continue-in FILE");
        let line = format!("{RELEASE} --continue-in usb/log {more}");
        disk.refuses(4, &line).what("the log is continued in another file").next("continued-elsewhere");
        releases(&disk, &format!("--continue-in usb/log {more} --accept-deviation continued-elsewhere"));
        let here: Vec<_> = left.iter().filter(|(path, _)| path.starts_with("escrow")).collect();
        let after = disk.tree();
        assert!(
            here.into_iter().all(|(path, it)| after.get(path) == Some(it)),
            "{name}: the old log was touched"
        );
        assert!(disk.read("usb/log").starts_with(&whole), "{name}");
        let run = disk.run("verify --log usb/log").exits(14).shows("CONTINUED");
        run.shows("continued-elsewhere, in the release of prod");
        // What comes after it is logged there too.
        let line = format!("action done --request {} --as carol/carol --log usb/log", asked.id);
        disk.run(&line).ok();
        disk.run("head --log usb/log").ok();
        // It ended: it is not released again, there or here.
        disk.refuses(4, &format!("{RELEASE} --continue-in usb/log")).what("the request ended");
    }
}

#[test]
fn a_full_medium_and_one_that_cannot_be_written_are_left_behind() {
    let (disk, _) = Disk::approved();
    let blocks = disk.read("escrow/log").len() / 512;
    let words = disk.line(RELEASE).file_limit(u32::try_from(blocks).unwrap() + 1);
    disk.refuses_line(1, words).what("the log cannot be written").next("--continue-in FILE");
    releases(&disk, "--continue-in usb/log --accept-deviation continued-elsewhere");
    disk.run("verify --log usb/log").exits(14).shows("CONTINUED");
    // So is one that is full when the request is made.
    let disk = Disk::sealed();
    let line = format!("{} --as carol/carol -o req.bgr", asking("prod"));
    let blocks = u32::try_from(disk.read("escrow/log").len() / 512).unwrap() + 1;
    disk.refuses_line(1, disk.line(&line).file_limit(blocks)).next("--continue-in FILE");
    // There is no durable place at all: nothing is shown.
    let (disk, _) = Disk::approved();
    let line = format!("{RELEASE} --continue-in usb/log --accept-deviation continued-elsewhere");
    let run = disk.line(&line).file_limit(1).run().fails(1);
    assert!(!run.err.contains(PASSWORD));
    assert!(!disk.path("usb/log").exists(), "half a continuation stays behind");
}

#[test]
fn a_whole_emergency_goes_on_in_another_file() {
    let disk = Disk::sealed();
    disk.replace("escrow/log", "Example Corp", "Fxample Corp");
    // The log is beyond reading: carol's book keeps its beginning and the seals of her shares.
    let line = format!("{} --as carol/carol -o req.bgr", asking("prod"));
    disk.refuses(10, &line).next("--continue-in FILE");
    let line = format!(
        "{line} --json --continue-in usb/log --accept-deviation continued-elsewhere --accept-deviation damaged-log \
         --accept-deviation missing-records --accept-deviation not-in-force"
    );
    let json = disk.run(&line).ok().json();
    let text = |key: &str| json[key].as_str().unwrap().to_owned();
    let asked = RequestState { id: text("request_id"), words: text("session_words") };
    assert_eq!(
        json["deviations"],
        serde_json::json!(["not-in-force", "damaged-log", "continued-elsewhere", "missing-records"])
    );
    for who in ["alice", "bob"] {
        // Their own books know some of what is missing, and that is theirs to confirm.
        approve(&disk, who, &asked, "").fails(4).next("--accept-deviation missing-records");
        let run = approve(&disk, who, &asked, "--accept-deviation missing-records").ok();
        let run = run.says("DEVIATION: the log is continued in another file");
        run.says("DEVIATION: records that should be in this log are missing")
            .says("MISSING: your book knows record");
    }
    releases(&disk, "--continue-in usb/log");
    // Missing records are a truncation, until they are found again.
    disk.run("verify --log usb/log").exits(12).shows("RECORDS-MISSING");
    disk.run(&format!("close --request {} --as alice/alice --log usb/log {}", asked.id, ALL_DONE)).ok();
}

const ALL_DONE: &str = "--done password-changed --done mfa-renewed --done access-keys-checked --done activity-reviewed \
     --done ticket-updated --done stakeholders-told --not-applicable resealed=tomorrow";

#[test]
fn what_was_missing_is_adopted_when_it_is_found() {
    let disk = Disk::sealed();
    disk.copy("escrow", "safe");
    disk.remove("escrow/log");
    let line = format!(
        "{} --as carol/carol -o req.bgr --json --continue-in escrow/log --accept-deviation continued-elsewhere \
         --accept-deviation missing-records --accept-deviation not-in-force",
        asking("prod")
    );
    disk.run(&line).ok();
    disk.run("verify").exits(12).shows("RECORDS-MISSING");
    disk.run("adopt safe --as alice/alice --as bob/bob").ok().shows("are adopted");
    let run = disk.run("verify").exits(14).shows("ADOPTED");
    assert!(!run.out.contains("RECORDS-MISSING"), "{}", run.out);
    disk.run("compare escrow safe").ok().shows("ADOPTED");
}

#[test]
fn an_identity_is_all_that_a_custodian_can_lose() {
    let (disk, asked) = Disk::asked();
    for who in ["alice", "bob", "carol"] {
        disk.remove(&format!("{who}/{who}.card"));
        disk.remove(&format!("{who}/{who}.book"));
    }
    approve(&disk, "alice", &asked, "--accept-deviation book-lost").ok();
    approve(&disk, "bob", &asked, "--accept-deviation book-lost").ok();
    releases(&disk, "");
    disk.run("check --as alice/alice").ok();
    // The new book begins after what the log names of the old one.
    let run = disk.run("verify").exits(14).shows("book-lost, in the approval by `bob`");
    assert!(!run.out.contains("BOOK-FORKED"), "{}", run.out);
    disk.remove("alice/alice.key");
    disk.refuses(1, "check --as alice/alice").at("alice/alice.key");
}

#[test]
fn a_book_that_cannot_be_written_goes_on_elsewhere() {
    let (disk, asked) = Disk::asked();
    let book = disk.read("alice/alice.book");
    disk.write("alice/alice.book", [&book[..], &book].concat());
    let line = format!("approve req.bgr --as alice/alice -o alice.bga --session-words '{}'", asked.words);
    disk.refuses(10, &line).next("--book FILE");
    approve(&disk, "alice", &asked, "--book usb/alice.book").ok();
    approve(&disk, "bob", &asked, "").ok();
    releases(&disk, "");
    disk.run("verify --book usb/alice.book").exits(0);
}

#[test]
fn copies_are_compared_brought_up_to_date_and_joined() {
    let disk = Disk::sealed();
    disk.run("copy safe").ok().shows("replica in safe");
    disk.run("compare escrow safe").ok().shows("SAME");
    disk.run("verify --escrow safe").ok();
    disk.run("check --as alice/alice").ok();
    disk.run("compare escrow safe").exits(12).shows("BEHIND: safe/log lacks the last record of the other");
    disk.refuses(12, "adopt escrow --as alice/alice --as bob/bob --escrow safe").next("copy");
    disk.run("copy safe").ok();
    disk.run("compare escrow safe").ok().shows("SAME");
    // Each goes on, on its own.
    disk.run("check --as alice/alice").ok();
    disk.run("check --as bob/bob --escrow safe").ok();
    let fork = disk.run("compare escrow safe").exits(13).shows("FORK: they diverge at record 7");
    assert!(fork.out.contains("alice") && fork.out.contains("bob"), "both records are shown: {}", fork.out);
    disk.refuses(13, "copy safe").what("not an earlier state");
    disk.refuses(2, "adopt safe --as alice/alice").what("two people");
    disk.refuses(2, "adopt safe --as alice/alice --as alice/alice").what("named twice");
    disk.run("adopt safe --as alice/alice --as bob/bob").ok().shows("1 records after record 6 are adopted");
    disk.run("adopt safe --as alice/alice --as bob/bob").ok().shows("nothing to adopt");
    disk.run("compare escrow safe").ok().shows("ADOPTED");
    let books = "--book alice/alice.book --book bob/bob.book --book carol/carol.book";
    disk.run(&format!("verify {books}")).ok().shows("ADOPTED");
    // A copy that lacks a sealed share says so, and holds everything else.
    disk.remove("escrow/vaults/prod/1/alice.share.age");
    disk.run("copy other").exits(5).shows("NOT COPIED").shows("prod/1/alice.share.age");
    disk.run("compare escrow other").ok().shows("SAME");
    // Two escrows are no copies; a damaged one is not copied.
    disk.begin("second", "").ok();
    disk.refuses(3, "compare escrow second").what("two different escrows");
    disk.refuses(4, "adopt second --as alice/alice --as bob/bob").what("the log of escrow");
    let whole = disk.read("escrow/log");
    disk.write("escrow/log", [&whole[..], b"torn"].concat());
    disk.refuses(11, "copy more").at("escrow/log");
    disk.run("compare escrow other").exits(11);
}

#[test]
fn a_dead_laptop_after_a_release_stops_nobody() {
    let (disk, _) = Disk::approved();
    disk.copy("escrow", "usb");
    // Standard output is gone: the release is logged, and nothing ended.
    let run = disk.line(RELEASE).stdout("/dev/full").run();
    run.exits(1);
    assert!(disk.path("req.session.age").exists());
    disk.run("verify").ok().shows("END-MISSING");
    let run = releases(&disk, "");
    run.says("logged as record 8");
    disk.run("log --kind release").ok().shows("attempt 1").shows("attempt 2");
    // The other copy knows of neither, and numbers its own.
    let fork = disk.run("compare escrow usb").exits(12);
    drop(fork);
}

#[test]
fn a_book_of_two_escrows_goes_on_with_the_one_that_is_meant() {
    let disk = Disk::sealed();
    disk.begin("second", "").ok();
    let line = format!("seal --from - --threshold 2 {THREE} --as dan/dan --escrow second");
    disk.line(&line).stdin(row("other")).run().ok();
    // Carol's book was last written about the second escrow; the first one's log is gone.
    disk.run("check --as carol/carol --escrow second").ok();
    disk.remove("escrow/log");
    let line = format!(
        "{} --as carol/carol -o req.bgr --continue-in usb/log --accept-deviation continued-elsewhere \
         --accept-deviation missing-records --accept-deviation not-in-force",
        asking("prod")
    );
    disk.run(&line).ok();
}

#[test]
fn a_continuation_in_which_a_release_may_have_begun_stays() {
    // The continuation goes in, and the release does not: nobody knows what the medium took of it.
    let (disk, _) = Disk::approved();
    let blocks = u32::try_from(disk.read("escrow/log").len() / 512).unwrap();
    let line = format!("{RELEASE} --continue-in usb/log --accept-deviation continued-elsewhere");
    let run = (2..).find_map(|more| {
        let run = disk.line(&line).file_limit(blocks + more).run();
        run.err.contains("usb/log").then_some(run).filter(|_| disk.path("usb/log").exists())
    });
    run.unwrap().fails(1);
    disk.run("verify --log usb/log").exits(14).shows("CONTINUED");
    // There is room again: it goes on there.
    releases(&disk, "--continue-in usb/log --accept-deviation continued-elsewhere");
}

#[test]
fn a_continuation_that_fails_goes_on_in_another() {
    let (disk, _) = Disk::approved();
    let whole = disk.read("escrow/log");
    disk.remove("escrow/log");
    // Half of one, or another file: it is left as it is, and another name does.
    for left in [&whole[..whole.len() / 2], b"", b"a shopping list\n"] {
        disk.write("usb/log", left);
        let line = format!("{RELEASE} --continue-in usb/log --accept-deviation damaged-log");
        let run = disk.line(&line).run();
        assert!(run.code != 0 && run.err.contains("name a FILE that does not exist yet"), "{run:?}");
        if !left.starts_with(b"{") {
            assert_eq!(disk.read("usb/log"), left);
        }
    }
    releases(&disk, "--continue-in usb2/log --accept-deviation continued-elsewhere");
    // One that went on, and cannot be added to any more, is a log like any other.
    let whole = disk.read("usb2/log");
    let at = whole.windows(13).position(|part| part == b"v1/statements").unwrap();
    disk.write("usb2/log", [&whole[..at], b"X", &whole[at + 1..]].concat());
    let line = format!("{} --as carol/carol -o more.bgr --log usb2/log", asking("prod"));
    disk.refuses(10, &line).next("--continue-in FILE");
    let line = format!(
        "{line} --continue-in usb3/log --accept-deviation continued-elsewhere --accept-deviation damaged-log \
         --accept-deviation missing-records --accept-deviation not-in-force"
    );
    disk.run(&line).ok();
    disk.run("log --log usb3/log --kind request").ok();
}
