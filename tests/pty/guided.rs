//! `open` and `drill`: an emergency from the first question to the last, on one terminal.

use std::fs;

use breakglass::record::armour;

use crate::disk::Disk;
use crate::people;
use crate::terminal::{Ended, Terminal};

const PASSWORD: &str = "Zx9-umbrella-Kite-77-harbor";

fn start(disk: &Disk, words: &[&str]) -> Terminal {
    Terminal::start(disk.root(), &[&["--escrow", "escrow"], words].concat(), false)
}

/// The answers up to the summary: who, reason, ticket, why, what.
fn answer_up_to_the_summary(open: &mut Terminal) {
    open.expect("Who asks?").expect(">").enter("carol");
    open.expect("Reason").expect(">").enter("1");
    open.expect("Ticket").expect(">").enter("INC-42");
    open.expect("Why").expect(">").enter("nobody can sign in");
    open.expect("What is going to be done?").expect("[none] >").enter("repair sign-in; tell all");
}

fn kinds(disk: &Disk) -> Vec<String> {
    let log: serde_json::Value = serde_json::from_slice(&disk.ok(&["log", "--json"]).stdout).unwrap();
    log.as_array().unwrap().iter().map(|line| line["kind"].as_str().unwrap().to_owned()).collect()
}

fn folder(disk: &Disk) -> Option<std::path::PathBuf> {
    let mut all = fs::read_dir(disk.root()).unwrap().map(|entry| entry.unwrap().path());
    all.find(|path| path.file_name().unwrap().to_string_lossy().starts_with("prod-"))
}

/// Shows the password on the screen that fields are revealed on, and ends.
fn look_and_end(open: &mut Terminal) {
    open.see("password   not looked at").press("2").see("Zx9-  umbr  ella").press("q").see("End?").press("q");
}

#[test]
fn an_emergency_with_everybody_at_one_keyboard() {
    let disk = people::sealed(PASSWORD);
    let mut open = start(&disk, &["open", "prod"]);
    answer_up_to_the_summary(&mut open);
    open.expect("ABOUT TO BE LOGGED").expect("(this machine's clock)").expect("Type yes").enter("yes");
    open.expect("The request is logged").expect("The first of 2").expect(">").enter("alice");
    open.expect("alice, please come to the keyboard; carol, step back").expect("nobody can sign in");
    open.expect("alice: approve").enter("yes").expect("alice has approved");
    open.expect("1 of 2: alice").expect(">").enter("carol").expect("carol: approve").enter("yes");
    open.expect("ABOUT TO BE RELEASED").expect("alice, carol").expect("Type the account id");
    open.enter("000000000000").expect("not the account id").expect("Type the account id");
    open.enter("111122223333");
    look_and_end(&mut open);
    open.expect("has ended");
    let ended = open.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    assert!(ended.echoes);
    let kinds = kinds(&disk);
    assert_eq!(kinds[kinds.len() - 3..], ["request", "release", "end"]);
    let end = String::from_utf8(disk.ok(&["log", "--kind", "end"]).stdout).unwrap();
    assert!(end.contains("shown: password"), "{end}");
    let session = folder(&disk).unwrap().join("request.session.age");
    assert!(!session.exists(), "the session outlives its request");
}

#[test]
fn a_vault_that_cannot_be_opened_is_said_before_anybody_is_called() {
    let disk = people::sealed(PASSWORD);
    fs::remove_file(disk.path("escrow/vaults/prod/1/payload.age")).unwrap();
    let mut open = start(&disk, &["open", "prod"]);
    open.expect("NOT OPENABLE: prod generation 1: the payload is missing or changed");
    open.expect("Before you call anybody: another copy of the escrow may have the").expect("Call them now");
    answer_up_to_the_summary(&mut open);
    open.expect("Type yes").enter("yes");
    // It is a deviation, and refuses nobody.
    open.expect("Deviation: the requester's copy of the escrow has no payload")
        .expect("Type yes")
        .enter("yes");
    open.expect("The request is logged").expect("The first of 2").expect(">").press("\x03");
    assert_eq!(open.end().code, Some(130));
}

#[test]
fn one_can_go_back_and_see_what_one_said() {
    let disk = people::sealed(PASSWORD);
    let mut open = start(&disk, &["open", "prod", "--as", "carol/carol"]);
    open.expect("Reason").expect(">").enter("<").expect("This is the first question");
    open.expect("Reason").expect(">").enter("9").expect("a number from 1 to 5").expect(">").enter("billing");
    open.expect("Ticket").expect(">").enter("").expect("cannot be left empty").expect(">").enter("<");
    open.expect("Reason").expect("[billing] >").enter("");
    open.expect("Ticket").expect(">").enter("B-1").expect("Why").expect(">").enter("two\nlines");
    open.expect("more than one line, and none of it was taken").expect(">").enter("why");
    open.expect("[none] >").enter("").expect("emergency, billing").expect("Type yes").enter("<");
    open.expect("[none] >").enter("<").expect("Why").expect("[why] >").enter("because");
    open.expect("[none] >").enter("").expect("because    because").expect("Type yes").enter("no");
    open.expect("Type yes, <, or a time").enter("2031-01-02T03:04:05Z");
    open.expect("2031-01-02T03:04:05Z (you entered this time)")
        .expect("(this machine's clock)")
        .expect("Type yes");
    open.press("\u{3}");
    let ended = open.end();
    assert_eq!((ended.code, ended.echoes), (Some(130), true), "{}", ended.screen);
    assert!(!kinds(&disk).contains(&"request".to_owned()), "something was logged before the yes");
    assert!(folder(&disk).is_none());
}

#[test]
fn a_question_is_broken_between_words_and_the_cursor_stays_on_its_last_line() {
    let disk = people::sealed(PASSWORD);
    let given = ["--as", "carol/carol", "--reason", "billing", "--justification", "w", "--action", "a"];
    let mut open = start(&disk, &[&["open", "prod"][..], &given].concat());
    open.expect("Ticket").expect("> ").resize(40, 24).enter("B-1").expect("ABOUT TO BE LOGGED");
    open.expect(
        "\r\nIs all of it right, the time\r\n  too? Type yes, or < to go\r\n  back, or the right time: ",
    );
    open.enter("yes").expect("The request is logged");
    open.press("\u{3}");
    assert_eq!(open.end().code, Some(130));
}

#[test]
fn an_approver_at_home_sends_a_file_or_a_text() {
    for pasted in [false, true] {
        let disk = people::sealed(PASSWORD);
        let mut open = start(&disk, &["open", "prod", "-o", "here", "--as", "carol/carol"]);
        open.expect("Reason").expect(">").enter("iam-failure").expect("Ticket").expect(">").enter("T");
        open.expect("Why")
            .expect(">")
            .enter("w")
            .expect("[none] >")
            .enter("")
            .expect("Type yes")
            .enter("yes");
        open.expect("The first of 2").expect(">").enter("bob remote");
        open.expect("approve request.bgr").expect("do not write them down:\r\n  ");
        let words = open.line();
        open.expect("[later] >").enter("").expect("The first of 2").expect(">").enter("carol");
        open.expect("carol: approve").enter("no").expect("carol has not approved");
        open.expect("The first of 2").expect(">").enter("dan").expect("`dan` holds no share");
        open.expect(">").enter("carol").expect("carol: approve").enter("yes").expect("1 of 2: carol");
        let approve =
            ["approve", "here/request.bgr", "--as", "bob/bob", "-o", "sent.bga", "--session-words", &words];
        disk.ok(&approve);
        open.expect(">")
            .enter("bob remote")
            .expect("[later] >")
            .enter("nothing.bga")
            .expect("cannot be read");
        if pasted {
            let text = fs::read_to_string(disk.path("sent.bga")).unwrap();
            let (label, content) = armour::unwrap(text.as_bytes()).unwrap();
            let changed = String::from_utf8(content).unwrap().replace("ciphertext", "cipher");
            let changed = String::from_utf8(armour::wrap(label, changed.as_bytes())).unwrap();
            open.expect(">").enter("paste").expect("Paste it now").press(&changed);
            open.expect("set aside: approval by `bob`").expect(">").enter("bob remote").expect("[later] >");
            open.enter("paste").expect("Paste it now").press("nonsense\n-----END BREAKGLASS APPROVAL-----\n");
            open.expect("not an approval").expect(">").enter("paste").expect("Paste it now").press(&text);
        } else {
            open.expect(">").enter("sent.bga");
        }
        open.expect("carol").expect("Type the account id").enter("111122223333");
        look_and_end(&mut open);
        let ended = open.end();
        assert_eq!(ended.code, Some(0), "{}", ended.screen);
        assert!(disk.path("here/bob.bga").exists(), "it is not kept with the others");
        let verdict = disk.output(&["verify"]);
        assert!(String::from_utf8_lossy(&verdict.stdout).contains("HOLDS"), "{verdict:?}");
    }
}

/// Whatever stops it after the request was logged says how it goes on; and it does.
#[test]
fn what_is_cut_off_goes_on_with_release() {
    let disk = people::sealed(PASSWORD);
    let mut open = start(&disk, &["open", "prod", "-o", "here", "--as", "carol/carol"]);
    open.expect("Reason").expect(">").enter("1").expect("Ticket").expect(">").enter("T").expect("Why");
    open.expect(">").enter("w").expect("[none] >").enter("").expect("Type yes").enter("yes");
    for id in ["alice", "bob"] {
        open.expect("Who approves").expect(">").enter(id).expect("approve, and hand").enter("yes");
    }
    open.expect("Type the account id").press("\u{3}");
    let Ended { code, screen, echoes, .. } = open.end();
    assert_eq!((code, echoes), (Some(130), true), "{screen}");
    assert!(screen.contains("is logged and still open") && !kinds(&disk).contains(&"release".to_owned()));
    let told = "breakglass release here/request.bgr here/*.bga --as carol/carol --escrow escrow";
    assert!(screen.contains(told) && !screen.contains("the same command again"), "{screen}");
    let next = "release here/request.bgr here/alice.bga here/bob.bga --as carol/carol --print password";
    let printed = disk.ok(&next.split(' ').collect::<Vec<_>>()).stdout;
    assert_eq!(String::from_utf8(printed).unwrap(), format!("password: {PASSWORD}\n"));
}

#[test]
fn a_drill_is_the_same_on_the_canary() {
    let disk = people::sealed(PASSWORD);
    let mut drill = start(&disk, &["drill", "prod", "--as", "carol/carol", "--reason", "iam-failure"]);
    drill.expect("OPEN canary-2-of-3-").expect("DRILL: every step is real");
    drill.expect("Ticket").expect(">").enter("D-1").expect("Why").expect(">").enter("quarterly");
    drill.expect("[none] >").enter("").expect("drill, iam-failure").expect("Type yes").enter("yes");
    for id in ["alice", "carol"] {
        drill.expect("Who approves").expect(">").enter(id).expect("approve, and hand").enter("yes");
    }
    drill.expect("Type the account id").enter("canary").see("not looked at").press("1");
    drill.see("hides in").press("q").see("End?").press("q");
    let ended = drill.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    let status = String::from_utf8(disk.output(&["status"]).stdout).unwrap();
    assert!(status.contains("last drill"), "{status}");
}

#[test]
fn where_nobody_can_be_asked_it_says_which_commands_take_flags() {
    let disk = people::sealed(PASSWORD);
    let output = disk.output(&["open", "prod"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("no terminal") && said.contains("next:"), "{said}");
}

/// Whoever has to wait for somebody else's screen is told so, and goes on when that is over.
#[test]
fn whoever_waits_for_the_log_is_told_so() {
    let disk = people::sealed(PASSWORD);
    let words = disk.ask("req.bgr", &[]);
    disk.approve_by_words("req.bgr", "alice", &words);
    disk.approve_by_words("req.bgr", "bob", &words);
    let release = ["release", "req.bgr", "req.bgr.alice.bga", "req.bgr.bob.bga", "--as", "carol/carol"];
    let mut first = start(&disk, &release);
    first.expect("Type yes").enter("yes").see("not looked at");
    let mut second = start(&disk, &["check", "--as", "alice/alice"]);
    second.expect("another breakglass process is writing to this log; waiting for it");
    first.press("q").see("End?").press("q");
    assert_eq!(first.end().code, Some(0));
    let ended = second.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
}

/// At every question Ctrl-C, and the end of the input, leave a terminal that echoes; before the yes to the summary
/// nothing is logged and no file is made, and after it the message says how it goes on.
#[test]
fn every_question_can_be_stopped_at() {
    let disk = people::sealed(PASSWORD);
    let dialogue = [
        ("Who asks?", ">", "carol"),
        ("Reason", ">", "1"),
        ("Ticket", ">", "T"),
        ("Why", ">", "w"),
        ("What is going", ">", ""),
        ("ABOUT TO BE LOGGED", "right time:", "yes"),
        ("Who approves?", ">", "bob remote"),
        ("Their approval", ">", "later"),
        ("Who approves?", ">", "alice"),
        ("alice: approve", "go on:", "yes"),
        ("Who approves next?", ">", "bob"),
        ("bob: approve", "go on:", "yes"),
        ("ABOUT TO BE RELEASED", "release it:", "111122223333"),
    ];
    let logged = 6;
    for (at, key) in (0..dialogue.len()).flat_map(|at| [(at, "\u{3}"), (at, "\u{4}")]) {
        let folder = format!("{at}-{}", key.as_bytes()[0]);
        let before = kinds(&disk).len();
        let mut open = start(&disk, &["open", "prod", "-o", &folder]);
        for (question, prompt, answer) in &dialogue[..at] {
            open.expect(question).expect(prompt).enter(answer);
        }
        open.expect(dialogue[at].0).expect(dialogue[at].1).press(key);
        let ended = open.end();
        assert_eq!((ended.code, ended.echoes), (Some(130), true), "{at}: {}", ended.screen);
        assert!(ended.screen.contains("next:"), "{at}: {}", ended.screen);
        let (more, exists) = (kinds(&disk).len() - before, disk.path(&folder).exists());
        assert_eq!(
            (more, exists),
            if at < logged { (0, false) } else { (1, true) },
            "{at}: {}",
            ended.screen
        );
        assert_eq!(ended.screen.contains("is logged and still open"), at >= logged, "{at}: {}", ended.screen);
    }
}

/// A clock that was set by hand goes on while people approve: else its codes would be of the past.
#[test]
fn a_time_that_is_set_by_hand_goes_on() {
    let disk = people::sealed(PASSWORD);
    let mut open =
        start(&disk, &["open", "prod", "-o", "here", "--as", "carol/carol", "--reason", "billing"]);
    open.expect("Ticket")
        .expect(">")
        .enter("T")
        .expect("Why")
        .expect(">")
        .enter("w")
        .expect("[none] >")
        .enter("");
    open.expect("right time:")
        .enter("2031-01-02T03:04:05Z")
        .expect("(you entered this time)")
        .expect("right time:");
    open.enter("yes");
    std::thread::sleep(std::time::Duration::from_millis(1100));
    for id in ["alice", "carol"] {
        open.expect("Who approves").expect(">").enter(id).expect("approve, and hand").enter("yes");
    }
    open.expect("ABOUT TO BE RELEASED").expect("it is now  2031-01-02T03:04:");
    let second: u32 = open.line().trim_end_matches('Z').parse().unwrap();
    assert!(second > 5, "{second}");
    open.expect("release it:").enter("111122223333");
    look_and_end(&mut open);
    let ended = open.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
}

/// Whoever mistypes a passphrase for the third time, and goes on typing, does not see it at the next question.
#[test]
fn a_passphrase_that_comes_too_late_is_not_seen() {
    use breakglass::crypto::envelope::lock_identity_file;
    let disk = people::sealed(PASSWORD);
    let key = disk.path("alice/alice.key");
    let text = secrecy::SecretString::from(fs::read_to_string(&key).unwrap());
    let passphrase = secrecy::SecretString::from("quiet-otter-lamp-velvet");
    fs::write(&key, lock_identity_file(&text, &passphrase, 10).unwrap()).unwrap();
    let mut open = start(&disk, &["open", "prod", "-o", "here"]);
    open.expect("Who asks?").expect(">").enter("alice");
    for _ in 0..3 {
        open.expect("Passphrase of").expect(":").enter("not this one").expect("that is not the passphrase");
    }
    open.expect("could not be unlocked").expect("Press Enter to continue:");
    assert!(!open.echoes());
    open.enter("quiet-otter-lamp-velvet")
        .expect("Who asks?")
        .expect(">")
        .enter("alice")
        .expect("Passphrase of");
    open.expect(":").enter("quiet-otter-lamp-velvet").expect("Reason").expect(">").press("\u{3}");
    let ended = open.end();
    assert!(!ended.screen.contains("velvet") && ended.echoes, "{}", ended.screen);
}
