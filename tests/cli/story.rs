//! The story from end to end, on one machine and on several; and statements that were made elsewhere.

use crate::disk::{Disk, PASSWORD, THREE, row};

const DONE: &str = "--done password-changed --done mfa-renewed --done access-keys-checked \
    --done activity-reviewed --done ticket-updated --done stakeholders-told --not-applicable 'resealed=later'";

#[test]
fn the_whole_story_on_one_machine() {
    let (disk, asked) = Disk::approved();
    let id = &asked.id[..8];
    let run = disk.run("release req.bgr alice.bga bob.bga --as carol/carol --print password").ok();
    assert_eq!(run.out, format!("password: {PASSWORD}\n"));
    let line = format!("action 'changed it' --request {id} --as carol/carol --json");
    let json = disk.run(&line).ok().json();
    assert_eq!(
        (json["request_id"].as_str(), json["action"].as_str()),
        (Some(&*asked.id), Some("changed it"))
    );
    let line = format!("close --request {id} --as alice/alice {DONE} --lessons 'two admins' --json");
    let json = disk.run(&line).ok().says("done:    changed it (carol").json();
    assert_eq!((json["request_id"].as_str(), json["closed_by"].as_str()), (Some(&*asked.id), Some("alice")));
    disk.run("head -o head.json").ok();
    let books = "--book alice/alice.book --book bob/bob.book --book carol/carol.book";
    let run = disk.run(&format!("verify --head head.json --require-head {books}")).ok();
    let run = run.shows("EXPOSED").shows("HOLDS: every signature, the chain and every rule");
    assert!(!run.out.contains("COMPLETENESS") && !run.out.contains("CLOSE-MISSING"), "{}", run.out);
    let log = disk.run("log --json").ok().json();
    let kinds: Vec<_> = log.as_array().unwrap().iter().map(|line| line["kind"].as_str().unwrap()).collect();
    let story = [
        "genesis", "seal", "seal", "check", "check", "check", "request", "release", "end", "action", "close",
    ];
    assert_eq!(kinds, story);
}

#[test]
fn an_approver_elsewhere_needs_the_request_file_and_her_own_files() {
    let (disk, asked) = Disk::asked();
    let away = Disk::empty();
    for file in ["alice.card", "alice.key", "alice.book"] {
        away.write(&format!("alice/{file}"), disk.read(&format!("alice/{file}")));
    }
    away.write("in/req.bgr", disk.read("req.bgr"));
    let line = "approve in/req.bgr --as alice/alice -o alice.bga --escrow /nowhere --session-words";
    away.line(line).arg(&asked.words).run().ok().says("prod generation 1 (root)");
    let approval = away.read("alice.bga");
    assert!(!String::from_utf8(approval.clone()).unwrap().contains("AGE-SECRET-KEY"));
    disk.write("alice.bga", approval);
    disk.approve("bob", &asked).ok();
    disk.run("release req.bgr alice.bga bob.bga --as carol/carol --print password").ok();
    // Her book is where she is, and tells of it.
    disk.write("away/alice.book", away.read("alice/alice.book"));
    let run = disk.run("verify --book away/alice.book").ok();
    assert!(!run.out.contains("BOOK-"), "{}", run.out);
    // The one that was left behind does not: that is a finding.
    disk.run("verify --book alice/alice.book").exits(14).shows("BOOK-SILENT");
}

#[test]
fn an_approver_without_a_book_begins_one() {
    let (disk, asked) = Disk::asked();
    disk.remove("alice/alice.book");
    let line = "approve req.bgr --as alice/alice -o alice.bga --accept-deviation book-lost --session-words";
    disk.line(line).arg(&asked.words).run().ok();
    assert_eq!(disk.mode("alice/alice.book"), 0o600);
    disk.write("blocked", "");
    disk.copy("bob", "blocked-bob");
    disk.remove("blocked-bob/bob.book");
    std::os::unix::fs::symlink("nowhere", disk.path("blocked-bob/bob.book")).unwrap();
    let line = "approve req.bgr --as blocked-bob/bob -o bob.bga --accept-deviation book-lost --session-words";
    let words = disk.line(line);
    disk.refuses_line(1, words.arg(&asked.words)).at("blocked-bob/bob.book");
}

#[test]
fn the_book_is_written_before_the_approval() {
    let (disk, asked) = Disk::asked();
    disk.write("file", "");
    let before = disk.read("alice/alice.book");
    let words = disk.line("approve req.bgr --as alice/alice -o file/alice.bga --session-words");
    words
        .arg(&asked.words)
        .run()
        .fails(1)
        .what("cannot be written")
        .at("file/alice.bga")
        .next("your book has");
    assert!(!disk.exists("file/alice.bga"));
    let after = disk.read("alice/alice.book");
    assert!(after.starts_with(&before));
    let record = String::from_utf8(after[before.len()..].to_vec()).unwrap();
    assert!(record.contains(&asked.id) && record.contains("approval"), "{record}");
    // Where the book cannot be written, there is no approval at all.
    let blocks = u32::try_from(after.len() / 512).unwrap() + 1;
    let words = disk.line("approve req.bgr --as alice/alice -o alice.bga --session-words");
    let run = disk.refuses_line(1, words.arg(&asked.words).file_limit(blocks));
    run.what("the book cannot be written").at("alice/alice.book");
    // An auditor who is given the book sees what the log does not tell.
    disk.run("verify --book alice/alice.book").ok().shows("BOOK-UNLOGGED").shows("APPROVALS-UNRELEASED");
}

#[test]
fn statements_made_elsewhere_are_collected_once() {
    let (disk, asked) = Disk::approved();
    let id = &asked.id[..8];
    disk.run("check --all --as bob/bob -o bob-check.bgs").ok().shows("breakglass collect bob-check.bgs");
    disk.run("deny req.bgr --as carol/carol --because no -o carol.bgd").ok();
    disk.run(&format!("action 'looked' --request {id} --as carol/carol -o action.bgs")).ok();
    disk.run(&format!("close --request {id} --as alice/alice {DONE} -o close.bgs")).ok();
    let before = disk.read("escrow/log");
    let files = "bob-check.bgs carol.bgd action.bgs close.bgs alice.bga";
    let run = disk.run(&format!("collect {files} --as bob/bob")).ok();
    let run = run.shows("bob-check.bgs: check by bob").shows("carol.bgd: denial by carol");
    let run = run.shows("action.bgs: action by carol").shows("close.bgs: close by alice");
    run.shows("alice.bga: approval by alice").shows("logged as record 7");
    let after = disk.read("escrow/log");
    assert!(after.starts_with(&before));
    let log = disk.run("log --json").ok().json();
    let kinds: Vec<_> =
        log.as_array().unwrap()[7..].iter().map(|line| line["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["check", "denial", "action", "close", "approval"]);
    // Again: they are in the log already, and nothing is appended.
    let run = disk.run(&format!("collect {files} --as carol/carol --json")).ok();
    assert_eq!(run.json()["collected"], 0);
    assert_eq!(disk.read("escrow/log"), after);
    disk.run("verify").ok();
}

#[test]
fn a_request_is_named_by_its_id_or_the_first_eight_digits() {
    let (disk, asked) = Disk::asked();
    for (id, what) in [
        (&asked.id[..7], "too short"),
        ("", "too short"),
        ("00000000", "there is no request"),
        ("no-digits-at-all", "there is no request"),
    ] {
        let line = format!("action x --as carol/carol --request '{id}'");
        disk.refuses(3, &line).what(what).at("--request").next("log --kind request");
    }
    for id in [asked.id[..8].to_uppercase(), asked.id] {
        disk.run(&format!("action x --as carol/carol --request {id}")).ok();
    }
}

#[test]
fn what_several_do_at_once_is_all_logged() {
    let disk = Disk::sealed();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            for who in ["alice", "bob", "carol"] {
                let disk = &disk;
                scope.spawn(move || disk.run(&format!("check --all --as {who}/{who}")).ok());
            }
        }
    });
    assert_eq!(disk.run("log --kind check --json").ok().json().as_array().unwrap().len(), 12);
    let run = disk.run("verify --book alice/alice.book --book bob/bob.book --book carol/carol.book").ok();
    assert!(!run.out.contains("BOOK-"), "{}", run.out);
}

/// Setup takes nine commands for one account, its administrator and three custodians, each on their own.
#[test]
fn nine_commands_put_a_vault_in_force() {
    let disk = Disk::empty();
    disk.write("accounts.csv", row("prod"));
    let seal = format!(
        "seal --from accounts.csv --threshold 2 {THREE} --as dan/dan --accept-deviation totp-unproven --escrow escrow"
    );
    let enroll = |id: &str, role: &str| {
        format!("enroll {id} --name {id} --contact {id}@example.com --role {role} --no-passphrase -o {id}")
    };
    let cards = "--card dan/dan.card --card alice/alice.card --card bob/bob.card --card carol/carol.card";
    let mut lines = vec![enroll("dan", "administrator")];
    lines.extend(["alice", "bob", "carol"].map(|id| enroll(id, "custodian")));
    lines.push(format!("init escrow --name E {cards} --as dan/dan --cards-compared"));
    lines.push(seal);
    lines.extend(["alice", "bob", "carol"].map(|id| format!("check --all --as {id}/{id} --escrow escrow")));
    for line in &lines {
        disk.run(line).ok();
    }
    assert_eq!(lines.len(), 9);
    let run = disk.run("status --escrow escrow").ok();
    assert!(run.out.contains("in force") && !run.out.contains("not in force"), "{}", run.out);
}
