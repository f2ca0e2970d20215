//! `keygen` and `enroll`.

use std::io::Write as _;
use std::process::Command;

use crate::disk::{CommandLine, Disk, asking};

#[test]
fn keygen_makes_a_key_for_its_owner_alone() {
    let disk = Disk::empty();
    let json = disk.run("keygen --no-passphrase -o a/a.key --json").ok().json();
    let recipient = json["recipient"].as_str().unwrap();
    assert!(recipient.starts_with("age1"));
    assert_eq!(json["identity"], "a/a.key");
    assert_eq!((disk.mode("a"), disk.mode("a/a.key")), (0o700, 0o600));
    let text = String::from_utf8(disk.read("a/a.key")).unwrap();
    assert!(text.contains(recipient) && text.contains("AGE-SECRET-KEY-1"));
}

#[test]
fn a_key_on_a_full_disk_leaves_no_file() {
    let disk = Disk::empty();
    let words = disk.line("keygen --no-passphrase -o a.key").file_limit(0);
    disk.refuses_line(1, words).what("cannot be written").at("a.key");
}

#[test]
fn enroll_takes_a_stock_age_key() {
    let disk = Disk::empty();
    let Ok(made) = Command::new("age-keygen").arg("-o").arg(disk.path("stock.key")).output() else {
        // Straight to standard error: the harness would swallow what is printed.
        writeln!(std::io::stderr(), "SKIPPED: age-keygen is not installed").unwrap();
        return;
    };
    assert!(made.status.success());
    let json = disk.enroll("alice", "--role custodian -i stock.key --json").ok().json();
    assert_eq!(json["card"], "alice/alice.card");
    assert_eq!(json["person"], "alice");
    assert_eq!(json["digest"].as_str().unwrap().len(), 64);
    assert_eq!(json["words"].as_str().unwrap().split(' ').count(), 8);
    let card = String::from_utf8(disk.read("alice/alice.card")).unwrap();
    let key = String::from_utf8(disk.read("stock.key")).unwrap();
    let recipient = key.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap();
    assert!(card.contains(recipient) && !card.contains("AGE-SECRET-KEY"));
    assert_eq!(disk.mode("alice/alice.card"), 0o600);
    // By its recipient alone, too: then the signing key is sealed to a key that is not here.
    disk.enroll("bob", &format!("--role custodian --recipient {recipient}")).ok();
}

#[test]
fn a_card_names_each_role_once_and_at_least_one() {
    let disk = Disk::people();
    let roles = "--role custodian --role administrator --role custodian -i alice/alice.key";
    disk.enroll("zoe", roles).ok();
    let card = String::from_utf8(disk.read("zoe/zoe.card")).unwrap();
    assert!(card.contains(r#""roles":["administrator","custodian"]"#), "{card}");
    disk.refuses(2, "enroll yan --name Y --contact x -i alice/alice.key -o yan").says("--role");
    disk.refuses(2, "enroll yan --name Y --contact x --role root -i alice/alice.key -o yan").says("--role");
    disk.refuses(2, "enroll Yan --name Y --contact x --role auditor -i alice/alice.key -o yan").says("a-z");
}

#[test]
fn a_card_holds_no_hostile_text_and_no_recipient_twice() {
    let disk = Disk::people();
    for name in ["\u{1b}[2J", "a\u{202e}b", "a\u{200b}b", ""] {
        let words = disk.line("enroll zoe --contact x --role custodian -i alice/alice.key -o zoe --name");
        let run = disk.refuses_line(2, words.arg(name));
        assert!(!run.err.contains(['\u{1b}', '\u{202e}', '\u{200b}']), "{:?}", run.err);
    }
    let key = String::from_utf8(disk.read("alice/alice.key")).unwrap();
    let recipient = key.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap();
    let twice = format!("--recipient {recipient} --recipient {recipient}");
    disk.enroll("zoe", &format!("--role custodian {twice}")).fails(3).what("different age recipients");
    assert!(!disk.exists("zoe"));
}

/// One command sets a person up: the identity lies beside the card, and is their own.
#[test]
fn enroll_alone_makes_the_identity_too() {
    let disk = Disk::empty();
    let line = "enroll zoe --name Z --contact x --role custodian --no-passphrase -o zoe --json";
    let json = disk.run(line).ok().json();
    assert_eq!(
        (json["identity"].as_str(), json["identity_made"].as_bool()),
        (Some("zoe/zoe.key"), Some(true))
    );
    let key = String::from_utf8(disk.read("zoe/zoe.key")).unwrap();
    let recipient = key.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap();
    assert!(String::from_utf8(disk.read("zoe/zoe.card")).unwrap().contains(recipient));
    let line = "init e --name N --cards-compared --card zoe/zoe.card --as zoe/zoe";
    disk.refuses(3, line).what("administrator");
}

/// An identity that is there already is used, and not changed.
#[test]
fn enroll_uses_the_identity_that_is_there() {
    let disk = Disk::empty();
    disk.run("keygen --no-passphrase -o zoe/zoe.key").ok();
    let before = disk.read("zoe/zoe.key");
    let run = disk.run("enroll zoe --name Z --contact x --role custodian --no-passphrase -o zoe").ok();
    assert!(run.out.contains("identity used: zoe/zoe.key"), "{}", run.out);
    assert_eq!(disk.read("zoe/zoe.key"), before);
    let recipient = String::from_utf8(before).unwrap();
    let recipient =
        recipient.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap().to_owned();
    assert!(String::from_utf8(disk.read("zoe/zoe.card")).unwrap().contains(&recipient));
}

/// Where the card cannot be written, the identity that was made for it goes again; what was there before stays.
#[test]
fn enroll_leaves_nothing_half_made() {
    let disk = Disk::empty();
    let line = "enroll zoe --name Z --contact x --role custodian --no-passphrase -o zoe";
    let run = disk.line(line).file_limit(1).run().fails(1);
    assert!(run.err.contains("zoe/zoe.card"), "{}", run.err);
    assert!(!disk.exists("zoe"), "something is left");
    disk.write("zoe/other", "x");
    disk.line(line).file_limit(1).run().fails(1);
    assert!(disk.exists("zoe/other") && !disk.exists("zoe/zoe.key") && !disk.exists("zoe/zoe.card"));
}

/// Words take 64 MiB. Where the system does not grant them, nothing was begun, and the process is not aborted.
#[cfg(target_os = "linux")]
#[test]
fn without_memory_for_words_nothing_is_written() {
    let disk = Disk::sealed();
    disk.run("keygen --no-passphrase -o eve/eve.key").ok();
    let refused = |line: CommandLine<'_>| {
        disk.refuses_line(1, line.memory_limit(64)).what("grants no 64 MiB").next("ulimit -v");
    };
    refused(disk.line("enroll eve --name Eve --contact x --role custodian -i eve/eve.key -o eve"));
    refused(disk.line(&format!("{} --as carol/carol -o req.bgr", asking("prod"))));
    let asked = disk.request("");
    let approve = disk.line("approve req.bgr --as alice/alice -o alice.bga --session-words");
    refused(approve.arg(asked.words));
}
