//! Age files that want too much work, or another program to be run. Nothing here is measured by the clock: each
//! refusal says what stopped it, and the program ends within the disk's own long deadline.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use breakglass::ceremony::seal::Sealed;
use breakglass::crypto::digest::Digest;
use breakglass::crypto::envelope::{EnvelopeError, IdentityError, IdentityFile, decrypt};
use data_encoding::{BASE64, BASE64_NOPAD};

use crate::disk::{Disk, Run};
use crate::laid::Laid;
use crate::terminal::Terminal;

fn armored(file: &[u8]) -> String {
    let base64 = BASE64.encode(file);
    let lines: Vec<_> = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN AGE ENCRYPTED FILE-----\n{}\n-----END AGE ENCRYPTED FILE-----\n", lines.join("\n"))
}

/// An age file of these stanzas, with a MAC and a payload that nobody should get as far as.
fn with_stanzas(stanzas: &str) -> Vec<u8> {
    let mac = BASE64_NOPAD.encode(&[7; 32]);
    [format!("age-encryption.org/v1\n{stanzas}--- {mac}\n").as_bytes(), &[7; 48]].concat()
}

/// 2^63 rounds: all the machines that there are would not end it.
fn scrypt_63() -> Vec<u8> {
    let (salt, body) = (BASE64_NOPAD.encode(&[5; 16]), BASE64_NOPAD.encode(&[7; 32]));
    with_stanzas(&format!("-> scrypt {salt} 63\n{body}\n"))
}

fn plugin() -> Vec<u8> {
    let body = BASE64_NOPAD.encode(&[7; 32]);
    with_stanzas(&format!("-> x {}\n{body}\n-> age-plugin-x y\n{body}\n", BASE64_NOPAD.encode(&[9; 32])))
}

/// The smallest stanzas there are, so that as many as that fit into every file that is read.
fn stanzas_100_000() -> Vec<u8> {
    with_stanzas(&"-> x\n\n".repeat(100_000))
}

/// The file is what an approver hands over, what lies in the escrow as a sealed share, as a payload, and as a
/// session; each is refused with its code and reason, by the name of whose it is.
struct Refusals<'a> {
    /// As bob's handed-over share: why it is set aside.
    approval: &'a str,
    /// As bob's sealed share, small enough to be read: code and reason.
    check: (i32, &'a str),
    /// As the same in a request file.
    approve: (i32, &'a str),
    /// As carol's session.
    session: (i32, &'a str),
}

#[track_caller]
fn refused_everywhere(file: &[u8], expected: &Refusals<'_>, run: impl Fn(&Disk, i32, &str) -> Run) {
    let laid = Laid::ready();
    let armor = armored(file);
    // Handed over.
    let asking = laid.emergency();
    let sealed = laid.sealed("prod", 1);
    let bad = laid.approval("bob", &asking, &sealed, &armor, |_| {});
    laid.sets_aside("bob", &asking, &bad, expected.approval);
    // As a session.
    let asking = laid.emergency();
    for (name, bytes) in
        [("alice.bga", laid.world.approve("alice", &asking)), ("req.session.age", file.into())]
    {
        laid.disk.write(name, bytes);
    }
    let release = "release req.bgr alice.bga --as carol/carol --print password";
    run(&laid.disk, expected.session.0, release).what(expected.session.1).at("req.session.age");
    // As a sealed share: the administrator who sealed it so committed to it.
    let mut sealed = laid.made("other");
    laid.reseal(&mut sealed, "bob", armor);
    laid.logged(&sealed);
    let (code, why) = expected.check;
    let checked = run(&laid.disk, code, "check other --as bob/bob");
    assert!(checked.err.contains("bob"), "{}", checked.err);
    checked.what(why);
    laid.ask(&sealed);
    let (code, why) = expected.approve;
    let denied = run(&laid.disk, code, "deny req.bgr --as bob/bob --because x -o bob.bgd");
    denied.what("the share of `bob` is bad").what(why).at("req.bgr");
    // Alice's share beside it is sound, whatever is found of the file of bob.
    let run = laid.disk.run("check other --as alice/alice");
    let run = run.shows("1 share of alice is sound: other generation 1");
    assert!([0, 10, 14].contains(&run.code), "{}: {}{}", run.code, run.out, run.err);
}

/// A release whose payload's file is this one, to which the seal commits: the reconstruction is logged, since
/// the vault key was there by then, and nothing is shown.
#[track_caller]
fn no_payload(file: &[u8], why: &str) {
    let laid = Laid::ready();
    let mut sealed: Sealed = laid.made("other");
    sealed.payload = file.to_vec();
    sealed.seal.payload = Digest::of(file);
    laid.logged(&sealed);
    let asking = laid.ask(&sealed);
    for who in ["alice", "bob"] {
        let share = laid.share(who, &sealed);
        laid.disk.write(&format!("{who}.bga"), laid.hand_over(who, &asking, &sealed, &share));
    }
    laid.lay();
    let line =
        "release req.bgr alice.bga bob.bga --as carol/carol --print password --accept-deviation time-set";
    let run = laid.disk.run(&format!("{line} --time {}", laid.now())).fails(10);
    let run = run.what("the payload cannot be read").what(why);
    run.at("escrow/vaults/other/1/payload.age").next("the release is logged");
    laid.verify("").exits(14).shows("EXPOSED").shows("END-MISSING");
}

#[track_caller]
fn refuses(disk: &Disk, code: i32, line: &str) -> Run {
    disk.refuses(code, line)
}

#[test]
fn an_age_file_with_work_factor_63_is_refused_before_any_work() {
    let why = "it is locked with a passphrase, but should be encrypted to a recipient";
    let expected = Refusals { approval: why, check: (5, why), approve: (5, why), session: (3, why) };
    refused_everywhere(&scrypt_63(), &expected, refuses);
    no_payload(&scrypt_63(), why);
}

#[test]
fn an_identity_file_with_work_factor_63_is_refused_before_any_work() {
    let laid = Laid::ready();
    laid.disk.write("bad.key", scrypt_63());
    // Nobody to ask for a passphrase: it does not come to it.
    let run = laid.disk.refuses(1, "check prod --as alice/alice -i bad.key");
    run.what("the passphrase of an identity");
    // Whatever passphrase is typed, the work is refused by its number.
    let words = ["check", "prod", "--escrow", "escrow", "--as", "alice/alice", "-i", "bad.key", "--plain"];
    let before = laid.disk.tree();
    let mut terminal = Terminal::start(&laid.disk.path(""), &words, false);
    terminal.expect("Passphrase of bad.key:").enter("correct horse battery staple");
    let ended = terminal.end();
    assert_eq!(ended.code, Some(3), "{}", ended.screen);
    assert!(
        ended.screen.contains("asks for 2^63 scrypt rounds; at most 2^20 are allowed"),
        "{}",
        ended.screen
    );
    assert!(ended.screen.contains("   at: bad.key"), "{}", ended.screen);
    assert!(laid.disk.tree() == before);
    // The library says the same of every factor above, and does not say it of a file that was locked so.
    let unlock = |work: &str| {
        let file = String::from_utf8_lossy(&scrypt_63()).replace(" 63\n", &format!(" {work}\n"));
        let IdentityFile::Locked(locked) = IdentityFile::parse(file.as_bytes()).unwrap() else {
            panic!("it is locked")
        };
        locked.unlock(&"x".into()).unwrap_err()
    };
    assert_eq!(unlock("63"), IdentityError::TooMuchWork(63));
    assert_eq!(unlock("21"), IdentityError::TooMuchWork(21));
}

/// A PATH on which there is nothing but traps: whatever of it is run leaves a mark.
fn trapped(disk: &Disk) {
    let setsid = std::env::split_paths(&std::env::var_os("PATH").unwrap())
        .map(|folder| folder.join("setsid"))
        .find(|path| path.exists())
        .unwrap();
    std::fs::create_dir(disk.path("trap")).unwrap();
    // What the disk itself starts the program with.
    symlink(setsid, disk.path("trap/setsid")).unwrap();
    for name in ["age-plugin-x", "age-plugin-age-plugin-x", "age-plugin-yubikey", "age", "pinentry", "sh"] {
        let trap = disk.path(format!("trap/{name}"));
        let mark = disk.path("mark");
        std::fs::write(&trap, format!("#!/bin/sh\necho $0 >> '{}'\n", mark.display())).unwrap();
        std::fs::set_permissions(&trap, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// Runs a command with the traps as its PATH; it fails, leaves everything as it was, and steps on none.
#[track_caller]
fn untrapped(disk: &Disk, code: i32, line: &str) -> Run {
    if !disk.exists("trap") {
        trapped(disk);
    }
    let path = disk.path("trap");
    let run = disk.refuses_line(code, disk.line(line).env("PATH", path.to_str().unwrap()));
    assert!(!disk.exists("mark"), "{line}: it ran {:?}", disk.read("mark"));
    run
}

fn spring(trap: &Path) {
    assert!(Command::new(trap).status().unwrap().success());
}

#[test]
fn an_age_file_with_a_plugins_stanza_starts_no_process() {
    let why = "none of the given identities can open it";
    let expected = Refusals { approval: why, check: (6, why), approve: (6, why), session: (6, why) };
    refused_everywhere(&plugin(), &expected, untrapped);
    no_payload(&plugin(), why);
    // The traps do spring.
    let disk = Disk::empty();
    trapped(&disk);
    spring(&disk.path("trap/age-plugin-x"));
    assert!(disk.exists("mark"));
}

#[test]
fn a_plugins_identity_or_recipient_starts_no_process() {
    let laid = Laid::ready();
    for line in ["AGE-PLUGIN-X-1QQPQQQ", "# public key\nAGE-PLUGIN-YUBIKEY-1QQQ\n"] {
        laid.disk.write("bad.key", line);
        let run = untrapped(&laid.disk, 3, "check prod --as alice/alice -i bad.key").at("bad.key");
        run.what("is a plugin's identity; plugins need another program to be run, and breakglass runs none");
    }
    for recipient in ["age1x1qqqq", "age1yubikey1qwerty"] {
        let line = format!("enroll zoe --name Z --contact x --role custodian -o zoe --recipient {recipient}");
        let run = untrapped(&laid.disk, 3, &line).at("--recipient");
        run.what("recipients of plugins need another program to be run, and breakglass runs none");
    }
    // A good command needs no program but itself, either.
    let path = laid.disk.path("trap");
    let words = laid.disk.line("check prod --as alice/alice").env("PATH", path.to_str().unwrap());
    words.run().ok();
    assert!(!laid.disk.exists("mark"));
}

#[test]
fn an_age_file_of_100000_stanzas_is_refused_unread() {
    let file = stanzas_100_000();
    let header = "its header is too large or does not end";
    let expected = Refusals {
        approval: header,
        // These have bounds of their own, which it does not even pass.
        check: (3, "it is larger than 65536 bytes"),
        approve: (5, header),
        session: (3, "it is larger than 65536 bytes"),
    };
    refused_everywhere(&file, &expected, refuses);
    no_payload(&file, header);
    // As many as fit into a header of the size that is read: they are counted first, and none is tried.
    let file = with_stanzas(&"-> x\n\n".repeat(65));
    let many = "its header has too many stanzas";
    let expected = Refusals { approval: many, check: (5, many), approve: (5, many), session: (3, many) };
    refused_everywhere(&file, &expected, refuses);
    let identity = breakglass::crypto::envelope::Identity::generate();
    let file = with_stanzas(&"-> x\n\n".repeat(64));
    assert_eq!(decrypt(&[identity], &file, 1024).unwrap_err(), EnvelopeError::NoMatchingKey);
}

#[test]
fn an_identity_file_of_100000_stanzas_is_refused_unread() {
    let laid = Laid::ready();
    laid.disk.write("bad.key", stanzas_100_000());
    let run = laid.disk.refuses(3, "check prod --as alice/alice -i bad.key");
    run.what("it is larger than 65536 bytes").at("bad.key");
}

#[test]
fn an_approval_of_10_megabytes_of_stanzas_is_refused_while_it_inflates() {
    let laid = Laid::ready();
    let asking = laid.emergency();
    let sealed = laid.sealed("prod", 1);
    let body = BASE64_NOPAD.encode(&[7; 32]);
    let stanza = format!("-> X25519 {}\n{body}\n", BASE64_NOPAD.encode(&[9; 32]));
    let armor = armored(&with_stanzas(&stanza.repeat(100_000)));
    let bad = laid.approval("bob", &asking, &sealed, &armor, |_| {});
    let run = laid.releases_nothing(3, &[("alice", laid.world.approve("alice", &asking)), ("bob", bad)]);
    assert!(laid.disk.read("bob.bga").len() < 1 << 20);
    run.what("it inflates to more than 1048576 bytes").at("bob.bga");
}
