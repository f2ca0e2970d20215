//! `enroll` on a terminal: what flags do not say is asked for, and the identity is made beside the card.

use std::fs;

use breakglass::record::card::{Role, VerifiedCard};

use crate::disk::Disk;
use crate::people;
use crate::terminal::Terminal;

const PASSPHRASE: &str = "quiet-otter-lamp-velvet";

fn start(disk: &Disk, words: &[&str]) -> Terminal {
    Terminal::start(disk.root(), words, false)
}

/// One command and seven answers set a person up.
#[test]
fn a_person_is_set_up_with_one_command() {
    let disk = people::empty();
    let mut enroll = start(&disk, &["enroll", "alice", "-o", "alice"]);
    enroll.expect("ENROLL alice").expect("type < to go back");
    enroll.expect("Name").expect(">").enter("Alice Ng").expect("Contact").expect(">").enter("+1 555 0100");
    enroll.expect("1 custodian").expect("[custodian] >").enter("1 auditor");
    enroll.expect("ABOUT TO WRITE THIS CARD").expect("Alice Ng").expect("custodian, auditor");
    enroll.expect("Type yes, or <").enter("yes");
    enroll.expect("New passphrase:").enter(PASSPHRASE).expect("again:").enter(PASSPHRASE);
    enroll.expect("identity written to alice/alice.key").expect("words:");
    let ended = enroll.end();
    assert_eq!((ended.code, ended.echoes), (Some(0), true), "{}", ended.screen);
    assert!(!ended.screen.contains(PASSPHRASE), "{}", ended.screen);
    let card = VerifiedCard::parse(&fs::read(disk.path("alice/alice.card")).unwrap()).unwrap();
    assert_eq!(card.card().roles, [Role::Auditor, Role::Custodian]);
    assert_eq!((card.card().name.as_str(), card.card().contact.as_str()), ("Alice Ng", "+1 555 0100"));
    let key = fs::read_to_string(disk.path("alice/alice.key")).unwrap();
    assert!(key.starts_with("-----BEGIN AGE ENCRYPTED FILE-----"), "{key}");
}

#[test]
fn one_can_go_back_and_correct_what_one_said() {
    let disk = people::empty();
    let mut enroll = start(&disk, &["enroll", "alice", "--no-passphrase", "-o", "alice"]);
    enroll.expect("Name").expect(">").enter("<").expect("This is the first question");
    enroll.expect("Name").expect(">").enter("").expect("cannot be left empty").expect(">").enter("Alcie");
    enroll.expect("Contact").expect(">").enter("a\nb").expect("more than one line").expect(">").enter("x");
    enroll.expect("Roles").expect(">").enter("9").expect("a number from 1 to 3").expect(">").enter(",");
    enroll.expect("at least one").expect(">").enter("<").expect("Contact").expect("[x] >").enter("<");
    enroll.expect("Name").expect("[Alcie] >").enter("Alice").expect("[x] >").enter("").expect("Roles");
    enroll.expect("[custodian] >").enter("").expect("name       Alice").expect("Type yes").enter("no");
    enroll.expect("Ctrl-C stops, and nothing is written").expect("Type yes").enter("<").expect("Roles");
    enroll.expect("[custodian] >").enter("3").expect("roles      auditor").expect("Type yes").enter("yes");
    let ended = enroll.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    let card = VerifiedCard::parse(&fs::read(disk.path("alice/alice.card")).unwrap()).unwrap();
    assert_eq!((card.card().name.as_str(), card.card().roles.as_slice()), ("Alice", &[Role::Auditor][..]));
}

/// What was said by flag is not asked; with all of it said, nothing is.
#[test]
fn what_flags_say_is_not_asked() {
    let disk = people::empty();
    let flags = ["--name", "Bob", "--role", "custodian", "--no-passphrase", "-o", "bob"];
    let mut enroll = start(&disk, &[&["enroll", "bob"], &flags[..]].concat());
    enroll
        .expect("Contact")
        .expect(">")
        .enter("x")
        .expect("ABOUT TO WRITE THIS CARD")
        .expect("Type yes")
        .enter("yes");
    let ended = enroll.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    assert!(!ended.screen.contains("Name") && !ended.screen.contains("Roles"), "{}", ended.screen);
    let whole = ["enroll", "eve", "--contact", "x"];
    let ended = start(&disk, &[&whole, &flags[..]].concat()).end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    assert!(!ended.screen.contains("ABOUT TO WRITE THIS CARD"), "{}", ended.screen);
}

#[test]
fn where_it_is_stopped_nothing_is_left() {
    for key in ["\u{4}", "\u{3}"] {
        for questions in 0..5 {
            let disk = people::empty();
            let mut enroll = start(&disk, &["enroll", "alice", "-o", "alice"]);
            let answers = [("Name", "A"), ("Contact", "x"), ("Roles", "1"), ("Type yes", "yes")];
            for (question, answer) in &answers[..questions] {
                enroll.expect(question).expect(if *answer == "yes" { ":" } else { ">" }).enter(answer);
            }
            let last = ["> ", "> ", "> ", "back: ", "passphrase: "][questions];
            enroll.expect(last).press(key);
            let ended = enroll.end();
            assert_eq!((ended.code, ended.echoes), (Some(130), true), "{key:?}: {}", ended.screen);
            assert!(disk.files().is_empty(), "{key:?} after {questions}");
        }
    }
}
