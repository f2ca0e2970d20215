//! `keygen` and `enroll`.

use std::io::Write as _;
use std::process::Command;

use crate::stage::Stage;

#[test]
fn keygen_makes_a_key_for_its_owner_alone() {
    let stage = Stage::empty();
    let json = stage.run("keygen --no-passphrase -o a/a.key --json").ok().json();
    let recipient = json["recipient"].as_str().unwrap();
    assert!(recipient.starts_with("age1"));
    assert_eq!(json["identity"], "a/a.key");
    assert_eq!((stage.mode("a"), stage.mode("a/a.key")), (0o700, 0o600));
    let text = String::from_utf8(stage.read("a/a.key")).unwrap();
    assert!(text.contains(recipient) && text.contains("AGE-SECRET-KEY-1"));
}

#[test]
fn keygen_overwrites_nothing() {
    let stage = Stage::empty();
    stage.write("a.key", "precious");
    std::os::unix::fs::symlink("nowhere", stage.path("link")).unwrap();
    for place in ["a.key", "link"] {
        let line = format!("keygen --no-passphrase -o {place}");
        stage.refuses(1, &line).what("cannot be written").at(place).next("nothing is overwritten");
    }
    assert!(!stage.exists("nowhere"));
    stage.refuses(1, "keygen --no-passphrase -o a.key/b.key").what("cannot be written").at("a.key/b.key");
}

#[test]
fn keygen_without_a_terminal_asks_for_no_passphrase() {
    let stage = Stage::empty();
    stage.refuses(1, "keygen -o a.key").what("no terminal").next("terminal");
}

#[test]
fn a_key_on_a_full_disk_leaves_no_file() {
    let stage = Stage::empty();
    let words = stage.words("keygen --no-passphrase -o a.key").file_limit(0);
    stage.refuses_words(1, words).what("cannot be written").at("a.key");
}

#[test]
fn enroll_takes_a_stock_age_key() {
    let stage = Stage::empty();
    let Ok(made) = Command::new("age-keygen").arg("-o").arg(stage.path("stock.key")).output() else {
        // Straight to standard error: the harness would swallow what is printed.
        writeln!(std::io::stderr(), "SKIPPED: age-keygen is not installed").unwrap();
        return;
    };
    assert!(made.status.success());
    let json = stage.enroll("alice", "--role custodian -i stock.key --json").ok().json();
    assert_eq!(json["card"], "alice/alice.card");
    assert_eq!(json["person"], "alice");
    assert_eq!(json["digest"].as_str().unwrap().len(), 64);
    assert_eq!(json["words"].as_str().unwrap().split(' ').count(), 8);
    let card = String::from_utf8(stage.read("alice/alice.card")).unwrap();
    let key = String::from_utf8(stage.read("stock.key")).unwrap();
    let recipient = key.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap();
    assert!(card.contains(recipient) && !card.contains("AGE-SECRET-KEY"));
    assert_eq!(stage.mode("alice/alice.card"), 0o600);
    // By its recipient alone, too: then the signing key is sealed to a key that is not here.
    stage.enroll("bob", &format!("--role custodian --recipient {recipient}")).ok();
}

#[test]
fn enroll_says_why_a_recipient_is_not_taken() {
    let stage = Stage::empty();
    let secret = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";
    for (recipient, why) in [
        (secret, "this is a secret key"),
        (&secret.to_lowercase(), "this is a secret key"),
        ("AGE-PLUGIN-YUBIKEY-1QQQSYQ", "this is a secret key"),
        ("age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t", "plugins"),
        ("age1pq1qqqqqq", "not supported by this version"),
        ("'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW'", "SSH keys are not taken"),
        ("age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pq", "not an age recipient"),
        ("''", "not an age recipient"),
    ] {
        let line = format!("enroll a --name A --contact x --role custodian -o a --recipient {recipient}");
        let run = stage.refuses(3, &line).what(why).at("--recipient");
        assert!(!run.err.to_lowercase().contains("1gq9778"), "the secret was repeated: {}", run.err);
    }
}

#[test]
fn enroll_says_why_an_identity_file_is_not_taken() {
    let stage = Stage::empty();
    for (text, why) in [
        ("", "holds no identity"),
        ("# only a comment\n", "holds no identity"),
        ("AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J34\n", "line 1"),
        ("AGE-PLUGIN-YUBIKEY-1QQQSYQ\n", "plugin"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\n", "SSH"),
    ] {
        stage.write("odd.key", text);
        let run = stage.enroll("a", "--role custodian -i odd.key").fails(3).what(why).at("odd.key");
        assert!(!run.err.contains("1GQ9778") && !stage.exists("a"), "{}", run.err);
    }
    stage.refuses(1, "enroll a --name A --contact x --role custodian -o a -i none.key").at("none.key");
}

#[test]
fn enroll_overwrites_no_card() {
    let stage = Stage::people();
    let line = "enroll alice --name A --contact x --role custodian -i alice/alice.key -o alice";
    stage.refuses(1, line).what("cannot be written").at("alice/alice.card").next("nothing is overwritten");
    stage.write("file", "");
    let line = "enroll zoe --name A --contact x --role custodian -i alice/alice.key -o file";
    stage.refuses(1, line).what("cannot be written").at("file/zoe.card");
}

#[test]
fn a_card_names_each_role_once_and_at_least_one() {
    let stage = Stage::people();
    let roles = "--role custodian --role administrator --role custodian -i alice/alice.key";
    stage.enroll("zoe", roles).ok();
    let card = String::from_utf8(stage.read("zoe/zoe.card")).unwrap();
    assert!(card.contains(r#""roles":["administrator","custodian"]"#), "{card}");
    stage.refuses(2, "enroll yan --name Y --contact x -i alice/alice.key -o yan").says("--role");
    stage.refuses(2, "enroll yan --name Y --contact x --role root -i alice/alice.key -o yan").says("--role");
    stage.refuses(2, "enroll Yan --name Y --contact x --role auditor -i alice/alice.key -o yan").says("a-z");
}

#[test]
fn a_card_holds_no_hostile_text_and_no_recipient_twice() {
    let stage = Stage::people();
    for name in ["\u{1b}[2J", "a\u{202e}b", "a\u{200b}b", ""] {
        let words = stage.words("enroll zoe --contact x --role custodian -i alice/alice.key -o zoe --name");
        let run = stage.refuses_words(2, words.arg(name));
        assert!(!run.err.contains(['\u{1b}', '\u{202e}', '\u{200b}']), "{:?}", run.err);
    }
    let key = String::from_utf8(stage.read("alice/alice.key")).unwrap();
    let recipient = key.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap();
    let twice = format!("--recipient {recipient} --recipient {recipient}");
    stage.enroll("zoe", &format!("--role custodian {twice}")).fails(3).what("different age recipients");
    assert!(!stage.exists("zoe"));
}

/// One command sets a person up: the identity lies beside the card, and is their own.
#[test]
fn enroll_alone_makes_the_identity_too() {
    let stage = Stage::empty();
    let line = "enroll zoe --name Z --contact x --role custodian --no-passphrase -o zoe --json";
    let json = stage.run(line).ok().json();
    assert_eq!(
        (json["identity"].as_str(), json["identity_made"].as_bool()),
        (Some("zoe/zoe.key"), Some(true))
    );
    let key = String::from_utf8(stage.read("zoe/zoe.key")).unwrap();
    let recipient = key.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap();
    assert!(String::from_utf8(stage.read("zoe/zoe.card")).unwrap().contains(recipient));
    let line = "init e --name N --cards-compared --card zoe/zoe.card --as zoe/zoe";
    stage.refuses(3, line).what("administrator");
}

/// An identity that is there already is used, and not changed.
#[test]
fn enroll_uses_the_identity_that_is_there() {
    let stage = Stage::empty();
    stage.run("keygen --no-passphrase -o zoe/zoe.key").ok();
    let before = stage.read("zoe/zoe.key");
    let run = stage.run("enroll zoe --name Z --contact x --role custodian --no-passphrase -o zoe").ok();
    assert!(run.out.contains("identity used: zoe/zoe.key"), "{}", run.out);
    assert_eq!(stage.read("zoe/zoe.key"), before);
    let recipient = String::from_utf8(before).unwrap();
    let recipient =
        recipient.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap().to_owned();
    assert!(String::from_utf8(stage.read("zoe/zoe.card")).unwrap().contains(&recipient));
}

/// Where the card cannot be written, the identity that was made for it goes again; what was there before stays.
#[test]
fn enroll_leaves_nothing_half_made() {
    let stage = Stage::empty();
    let line = "enroll zoe --name Z --contact x --role custodian --no-passphrase -o zoe";
    let run = stage.words(line).file_limit(1).run().fails(1);
    assert!(run.err.contains("zoe/zoe.card"), "{}", run.err);
    assert!(!stage.exists("zoe"), "something is left");
    stage.write("zoe/other", "x");
    stage.words(line).file_limit(1).run().fails(1);
    assert!(stage.exists("zoe/other") && !stage.exists("zoe/zoe.key") && !stage.exists("zoe/zoe.card"));
}

/// Where nobody can be asked, the flags that are missing are named, and nothing is made.
#[test]
fn enroll_names_the_flags_that_are_missing() {
    let stage = Stage::empty();
    for (line, flags) in [
        ("enroll zoe -o zoe", "--name <NAME>, --contact <CONTACT>, --role <ROLE>"),
        ("enroll zoe --name Z --role auditor -o zoe", "--contact <CONTACT>"),
        ("enroll zoe --contact Z --role auditor -o zoe", "--name <NAME>"),
    ] {
        stage.refuses(2, line).what(&format!("missing: {flags}")).next("--help");
    }
    let line = "enroll zoe --name Z --contact x --role custodian -o zoe";
    stage.refuses(1, line).what("no terminal to ask for a passphrase");
    stage.refuses(2, &format!("{line} --no-passphrase -i k")).what("does not go with");
    assert!(!stage.exists("zoe"));
}
