//! Guided `seal`: every question answered right, wrong and not at all, and nothing sealed before the yes.

use std::fs;

use crate::disk::{Disk, code_of};
use crate::people::{self, SEED};
use crate::terminal::{Ended, Terminal};

const PASSWORD: &str = "Zx9-umbrella-Kite-77-harbor";
const ACCOUNT: &str = "111122223333";
const EMAIL: &str = "root@example.com";

fn start(disk: &Disk, words: &[&str]) -> Terminal {
    Terminal::start(disk.root(), &[&["--escrow", "escrow", "seal"], words].concat(), false)
}

#[track_caller]
fn unseen(ended: &Ended) {
    for secret in [PASSWORD, SEED, "another", "password1"] {
        assert!(!ended.screen.contains(secret), "`{secret}` is on the screen:\n{}", ended.screen);
    }
    assert!(ended.echoes, "the terminal does not echo any more");
}

/// The questions in order: what is waited for, and what is answered.
const QUESTIONS: [(&str, &str); 12] = [
    ("Vault\r\n", "prod"),
    ("Account id\r\n", ACCOUNT),
    ("E-mail address of the root user\r\n", EMAIL),
    ("[dan] >", ""),
    ("[all] >", ""),
    ("[2] >", ""),
    ("[type] >", ""),
    ("password, not shown", PASSWORD),
    ("again:", PASSWORD),
    ("Seed, not shown", SEED),
    ("Code that an authenticator", "code"),
    ("Type yes, or <", "yes"),
];

fn answer(seal: &mut Terminal, question: &str, answer: &str) {
    let code = code_of(SEED);
    seal.asked(question).enter(if answer == "code" { &code } else { answer });
}

/// Ten questions, twelve answers: the password is typed twice, and the seed proven by a code.
#[test]
fn a_vault_is_sealed_from_the_first_question_to_the_yes() {
    let disk = people::begun();
    let mut seal = start(&disk, &[]);
    seal.expect("SEAL a vault of E").expect("type < to go back");
    for (question, typed) in QUESTIONS {
        answer(&mut seal, question, typed);
    }
    seal.expect("sealed prod");
    let ended = seal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    unseen(&ended);
    let summary = ended.screen.split("ABOUT TO SEAL THIS VAULT").nth(1).unwrap();
    for shown in ["111122223333 (partition aws)", EMAIL, "dan", "2 of 3", "typed\r", "a seed", "a canary"] {
        assert!(summary.contains(shown), "{shown}: {summary}");
    }
    for id in ["alice", "bob", "carol"] {
        disk.ok(&["check", "--as", &format!("{id}/{id}")]);
    }
    let status = String::from_utf8(disk.output(&["status"]).stdout).unwrap();
    assert!(status.contains("in force"), "{status}");
}

#[test]
fn what_is_odd_is_asked_once_more_and_what_is_wrong_is_not_taken() {
    let disk = people::sealed("Qv7-lantern-Moss-31-copper");
    let mut seal = start(&disk, &["--partition", "aws"]);
    seal.expect("Vault").expect(">").enter("").expect("cannot be left empty").expect(">").enter("No Good");
    seal.expect("must be 1 to 64 characters").expect(">").enter("prod").expect("there is a vault `prod`");
    seal.expect(">").enter("canary-x").expect("a canary's name").expect(">").enter("two\nlines");
    seal.expect("more than one line").expect(">").enter("second");
    seal.expect("Account id").expect(">").enter("no good!").expect("an account id must be");
    seal.expect(">").enter("1111-2222").expect("not 12 digits; is it right? Type yes").enter("no");
    seal.expect("Account id").expect(">").enter("11112222333x").expect("not 12 digits").enter("yes");
    seal.expect("E-mail").expect(">").enter("root").expect("has no @").enter("").expect("E-mail").expect(">");
    seal.enter(EMAIL);
    seal.expect("Who seals?").expect("[dan] >").enter("alice").expect("not an administrator");
    seal.expect(">").enter("zoe").expect("identity file of `zoe` was not found").expect(">").enter("dan/dan");
    seal.expect("Custodians").expect("[all] >").enter("alice zoe").expect("`zoe` is not a custodian");
    seal.expect(">").enter("alice alice").expect("named twice").expect(">").enter("bob");
    seal.expect("at least 2 custodians")
        .expect(">")
        .enter("carol, alice")
        .expect("Threshold")
        .expect("[2] >");
    seal.enter("1").expect("a number from 2 to 2").expect(">").enter("<");
    seal.expect("Custodians").expect("[carol alice] >").enter("all").expect("[2] >").enter("3");
    seal.expect("Password").expect(">").enter("3").expect("a number from 1 to 2").expect(">").enter("type");
    seal.expect("not shown (").enter("").expect("cannot be empty").expect("not shown (").enter("password1");
    seal.expect("again:").enter("another").expect("differ").expect("not shown (").enter("password1");
    seal.expect("again:")
        .enter("password1")
        .expect("is weak")
        .enter("no")
        .expect("not shown (")
        .enter(PASSWORD);
    seal.expect("again:").enter(PASSWORD).expect("TOTP seed").expect("not shown (").enter("not base32!");
    seal.expect("Seed, not shown").enter(SEED);
    for _ in 0..3 {
        seal.expect("Code that an authenticator").enter("000000").expect("does not match the seed");
    }
    seal.expect("was not tested")
        .enter("no")
        .expect("Seed, not shown")
        .enter("")
        .expect("ABOUT TO SEAL THIS VAULT");
    seal.expect("BUT        `second` is 3 of 3: if one share is lost, so is the vault")
        .expect("or <")
        .enter("perhaps");
    seal.expect("Type yes, or <. Ctrl-C stops").enter("yes").expect("sealed second");
    let ended = seal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    unseen(&ended);
}

#[test]
fn one_can_go_back_from_every_question() {
    let disk = people::begun();
    let mut seal = start(&disk, &["--field", "pin"]);
    seal.expect("Vault").expect(">").enter("<").expect("This is the first question");
    seal.expect("Vault").expect(">").enter("prod").expect("Account id").expect(">").enter("<");
    seal.expect("Vault").expect("[prod] >").enter("").expect("Account id").expect(">").enter(ACCOUNT);
    seal.expect("E-mail").expect(">").enter("<").expect("[111122223333] >").enter("");
    seal.expect("E-mail")
        .expect(">")
        .enter(EMAIL)
        .expect("[dan] >")
        .enter("<")
        .expect("[root@example.com] >");
    seal.enter("").expect("[dan] >").enter("").expect("[all] >").enter("<").expect("[dan] >").enter("");
    seal.expect("[all] >").enter("").expect("[2] >").enter("3").expect("[type] >").enter("<");
    seal.expect("[3] >").enter("").expect("[type] >").enter("").expect("password, not shown").enter("<");
    seal.expect("[type] >").enter("make").expect("pin, not shown").enter("<").expect("[make] >").enter("1");
    seal.expect("password, not shown").enter(PASSWORD).expect("again:").enter(PASSWORD);
    seal.expect("pin, not shown").enter("4711-0815").expect("again:").enter("4711-0815");
    seal.expect("Seed, not shown").enter("<").expect("pin, not shown").enter("4711-0815").expect("again:");
    seal.enter("4711-0815").expect("Seed, not shown").enter("").expect("fields     pin").expect("none");
    seal.expect("Type yes, or <").enter("<").expect("Seed, not shown").enter("").expect("Type yes, or <");
    seal.enter("yes").expect("sealed prod");
    let ended = seal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    unseen(&ended);
}

/// Wherever it is stopped, neither log nor vaults know of it.
#[test]
fn where_it_is_stopped_nothing_is_sealed() {
    let disk = people::begun();
    let before = fs::read(disk.path("escrow/log")).unwrap();
    for (at, (last, _)) in QUESTIONS.iter().enumerate() {
        let key = if at % 2 == 0 { "\u{3}" } else { "\u{4}" };
        let mut seal = start(&disk, &[]);
        for (question, typed) in &QUESTIONS[..at] {
            answer(&mut seal, question, typed);
        }
        seal.asked(last);
        seal.press(key);
        let ended = seal.end();
        assert_eq!((ended.code, ended.echoes), (Some(130), true), "{at}: {}", ended.screen);
        unseen(&ended);
        assert_eq!(fs::read(disk.path("escrow/log")).unwrap(), before, "{at}");
        assert!(!disk.path("escrow/vaults").exists(), "{at}");
    }
}

/// A password that is made is shown after the yes, and not before.
#[test]
fn a_password_is_made_when_all_of_it_was_seen() {
    let disk = people::begun();
    let flags = ["prod", "--as", "dan/dan", "--account-id", ACCOUNT, "--email", EMAIL];
    let mut seal = start(&disk, &flags);
    seal.expect("[all] >").enter("").expect("[2] >").enter("").expect("[type] >").enter("make");
    seal.expect("Seed, not shown").enter("").expect("shown once").expect("Type yes, or <").enter("yes");
    seal.expect("Set it at the provider").expect("password:").expect("Press Enter to hide it").enter("");
    seal.expect("hidden again").expect("sealed prod");
    let ended = seal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    let asked = ended.screen.find("Type yes, or <").unwrap();
    assert!(!ended.screen[..asked].contains("password:"), "{}", ended.screen);
    for question in ["Vault\r", "Account id\r", "E-mail address", "Who seals"] {
        assert!(!ended.screen.contains(question), "{question} was asked: {}", ended.screen);
    }
}

/// A link is the TOTP seed, whatever its field is called: it is said, and proven there and then.
#[test]
fn a_link_in_another_field_is_offered_as_the_totp_seed() {
    let disk = people::begun();
    let flags = ["prod", "--as", "dan/dan", "--account-id", ACCOUNT, "--email", EMAIL, "--field", "otp"];
    let mut seal = start(&disk, &flags);
    seal.expect("[all] >").enter("").expect("[2] >").enter("").expect("[type] >").enter("");
    seal.expect("password, not shown").enter(PASSWORD).expect("again:").enter(PASSWORD);
    let link = format!("otpauth://totp/root?secret={SEED}");
    seal.expect("otp, not shown").enter(&link).expect("again:").enter(&link);
    seal.expect("The value of otp is an otpauth link: it is the TOTP seed.");
    seal.expect("Code that an authenticator").enter(&code_of(SEED));
    seal.expect("a seed").expect("Type yes, or <").enter("yes").expect("sealed prod");
    seal.expect("fields: account-id, email, password, totp");
    let ended = seal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    unseen(&ended);
}

/// What flags say is judged before the first question.
#[test]
fn flags_that_cannot_be_sealed_are_refused_before_any_question() {
    let disk = people::begun();
    for (flags, code, says) in [
        (&["canary-x"][..], 3, "a canary's name"),
        (&["prod", "--custodian", "zoe"], 3, "`zoe` is not a custodian"),
        (&["--custodian", "alice", "--threshold", "2"], 3, "cannot be met by 1 shares"),
        (&["prod", "--as", "alice/alice"], 4, "not an administrator"),
    ] {
        let ended = start(&disk, flags).end();
        assert_eq!(ended.code, Some(code), "{flags:?}: {}", ended.screen);
        assert!(ended.screen.contains(says) && !ended.screen.contains("SEAL a vault"), "{}", ended.screen);
    }
}

/// Whoever stops a long sealing finds nothing of it: no file, no entry.
#[test]
fn a_sealing_that_is_stopped_is_taken_back() {
    let disk = people::begun();
    let row = |at: usize| format!("v{at},111122223333,root@example.com,Zx9-umbrella-Kite-{at}-harbor\n");
    let rows: String = (0..400).map(row).collect();
    fs::write(disk.path("many.csv"), format!("vault,account_id,email,password\n{rows}")).unwrap();
    let log = fs::read(disk.path("escrow/log")).unwrap();
    let words = ["--from", "many.csv", "--threshold", "2", "--as", "dan/dan", "--custodian", "alice"];
    let mut seal = start(&disk, &[&words[..], &["--custodian", "bob", "--custodian", "carol"]].concat());
    while !disk.path("escrow/vaults/v3").exists() {
        assert!(!seal.is_over(), "it is too fast for this test");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let process = rustix::process::Pid::from_raw(seal.pid() as i32).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::TERM).unwrap();
    seal.expect("nothing was sealed, and nothing was left behind");
    assert_eq!(seal.end().code, Some(130));
    assert!(!disk.path("escrow/vaults").exists());
    assert_eq!(fs::read(disk.path("escrow/log")).unwrap(), log);
}

#[test]
fn a_table_is_not_typed() {
    let disk = people::begun();
    let words =
        ["--from", "-", "--threshold", "2", "--custodian", "alice", "--custodian", "bob", "--as", "dan/dan"];
    let ended = start(&disk, &words).end();
    assert_eq!(ended.code, Some(2), "{}", ended.screen);
    assert!(ended.echoes && ended.screen.contains("cannot be typed at a terminal"), "{}", ended.screen);
}

/// Whoever waits can stop waiting, after questions too, when Ctrl-C ends nothing by itself any more: the lock may be held
/// by a screen that nobody is at.
#[test]
fn waiting_for_the_log_ends_with_ctrl_c() {
    let disk = people::begun();
    let held = std::fs::File::open(disk.path("escrow/log")).unwrap();
    held.lock().unwrap();
    let mut seal = start(&disk, &[]);
    for (question, typed) in QUESTIONS {
        answer(&mut seal, question, typed);
    }
    seal.expect("waiting for it").expect("--continue-in FILE").press("\u{3}");
    let ended = seal.end();
    assert!(
        ended.code != Some(0) && ended.screen.contains("broken off"),
        "{:?}: {}",
        ended.code,
        ended.screen
    );
    assert!(ended.echoes && !ended.screen.contains(PASSWORD), "{}", ended.screen);
    assert!(!disk.path("escrow/vaults/prod").exists());
}
