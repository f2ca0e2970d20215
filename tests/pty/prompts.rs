//! Every question: answered right, wrong, and not at all.

use std::fs;

use breakglass::crypto::envelope::lock_identity_file;
use breakglass::record::card::VerifiedCard;
use breakglass::value::fingerprint::Words;

use crate::disk::{Disk, code_of};
use crate::people::{self, SEED};
use crate::sitting::{compare, mistake, slip};
use crate::terminal::{Ended, Terminal};

/// What leaves the terminal's other screen, cleared.
const GONE: &str = "\u{1b}[2J\u{1b}[?1049l";
const PASSPHRASE: &str = "quiet-otter-lamp-velvet";
const PASSWORD: &str = "Zx9-umbrella-Kite-77-harbor";

fn start(disk: &Disk, words: &[&str]) -> Terminal {
    let words = [&["--escrow", "escrow"], words].concat();
    Terminal::start(disk.root(), &words, false)
}

#[track_caller]
fn unseen(ended: &Ended, secrets: &[&str]) {
    for secret in secrets {
        assert!(!ended.screen.contains(secret), "`{secret}` is on the screen:\n{}", ended.screen);
    }
    assert!(ended.echoes, "the terminal does not echo any more");
}

/// An identity with a passphrase, at `ida/ida.key`.
fn locked() -> Disk {
    let disk = people::empty();
    let mut keygen = start(&disk, &["keygen", "-o", "ida/ida.key"]);
    keygen.expect("New passphrase:").enter(PASSPHRASE).expect("again:").enter(PASSPHRASE);
    let ended = keygen.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    unseen(&ended, &[PASSPHRASE]);
    disk
}

#[test]
fn a_passphrase_is_typed_twice_long_enough_and_never_shown() {
    let disk = people::empty();
    let mut keygen = start(&disk, &["keygen", "-o", "ida/ida.key"]);
    keygen.expect("New passphrase:").enter("short").expect("At least 12");
    for weak in ["aaaaaaaaaaaa", "passwordpassword"] {
        keygen.expect("New passphrase:").enter(weak).expect("Too easy").expect("Four or five words");
    }
    keygen.expect("New passphrase:").enter(PASSPHRASE).expect("again:").enter("something else");
    keygen.expect("differ").expect("New passphrase:");
    assert!(!keygen.echoes());
    keygen.enter(PASSPHRASE).expect("again:").enter(PASSPHRASE);
    let ended = keygen.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    unseen(&ended, &[PASSPHRASE, "short", "something else", "aaaaaaaaaaaa", "passwordpassword"]);
    let file = fs::read_to_string(disk.path("ida/ida.key")).unwrap();
    assert!(file.starts_with("-----BEGIN AGE ENCRYPTED FILE-----"), "{file}");
}

const ENROLL: [&str; 12] = [
    "enroll",
    "ida",
    "--name",
    "Ida",
    "--contact",
    "x",
    "--role",
    "custodian",
    "-i",
    "ida/ida.key",
    "-o",
    "ida",
];

#[test]
fn a_mistyped_passphrase_may_be_typed_again() {
    let disk = locked();
    let mut enroll = start(&disk, &ENROLL);
    enroll.expect("Passphrase of ida/ida.key:").enter("not this one").expect("that is not the passphrase");
    enroll.expect("Passphrase of").enter(PASSPHRASE).expect("words:");
    let ended = enroll.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    unseen(&ended, &[PASSPHRASE, "not this one"]);
}

/// Identities from elsewhere, and from earlier versions, have whatever passphrase they have.
#[test]
fn an_identity_with_a_weak_passphrase_still_opens() {
    let disk = people::empty();
    disk.ok(&["keygen", "--no-passphrase", "-o", "ida/ida.key"]);
    let text = fs::read_to_string(disk.path("ida/ida.key")).unwrap().into();
    let locked = lock_identity_file(&text, &"aaaaaaaaaaaa".into(), 10).unwrap();
    fs::write(disk.path("ida/ida.key"), locked).unwrap();
    let mut enroll = start(&disk, &ENROLL);
    enroll.expect("Passphrase of").enter("aaaaaaaaaaaa").expect("words:");
    assert_eq!(enroll.end().code, Some(0));
}

#[test]
fn after_three_wrong_passphrases_it_is_locked() {
    let disk = locked();
    let mut enroll = start(&disk, &ENROLL);
    for _ in 0..3 {
        enroll.expect("Passphrase of").enter("not this one").expect("that is not the passphrase");
    }
    let ended = enroll.end();
    assert_eq!(ended.code, Some(6), "{}", ended.screen);
    assert!(!disk.path("ida/ida.card").exists());
}

#[test]
fn where_a_question_is_not_answered_nothing_is_left_and_the_terminal_echoes() {
    for key in ["\u{4}", "\u{3}"] {
        let disk = people::empty();
        let mut keygen = start(&disk, &["keygen", "-o", "ida/ida.key"]);
        keygen.expect("New passphrase:").press(key);
        let ended = keygen.end();
        assert_eq!(ended.code, Some(130), "{key:?}: {}", ended.screen);
        assert!(ended.echoes, "{key:?}");
        assert!(disk.files().is_empty(), "{key:?}");
    }
}

#[test]
fn without_a_terminal_a_secret_is_not_asked_for() {
    let disk = people::empty();
    let output = disk.output(&["keygen", "-o", "ida/ida.key"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("no terminal") && said.contains("next:"), "{said}");
}

/// The words of each person's card.
fn card_words(disk: &Disk, id: &str) -> Words {
    let bytes = fs::read(disk.path(format!("{id}/{id}.card"))).unwrap();
    Words::of_card(&VerifiedCard::parse(&bytes).unwrap().digest()).unwrap()
}

fn list(words: &Words) -> Vec<String> {
    words.to_string().split(' ').map(str::to_owned).collect()
}

const INIT: [&str; 14] = [
    "init",
    "escrow",
    "--name",
    "E",
    "--as",
    "dan/dan",
    "--card",
    "dan/dan.card",
    "--card",
    "alice/alice.card",
    "--card",
    "bob/bob.card",
    "--card",
    "carol/carol.card",
];

#[test]
fn init_asks_four_words_of_each_card() {
    let disk = people::people();
    let mut init = start(&disk, &INIT);
    for id in ["dan", "alice", "bob", "carol"] {
        let words = list(&card_words(&disk, id));
        compare(&mut init, &words, 4);
    }
    init.expect("fingerprint");
    let ended = init.end();
    assert_eq!(ended.code, Some(0));
    assert_eq!(ended.screen.matches("Word ").count(), 16, "{}", ended.screen);
    // Each card says how its owner is reached. A forged one would lead to the forger.
    assert!(!ended.screen.contains("@example.com"), "{}", ended.screen);
}

#[test]
fn a_wrong_word_of_a_card_begins_nothing() {
    let disk = people::people();
    let words = list(&card_words(&disk, "dan"));
    let mut init = start(&disk, &INIT);
    init.expect("Word ").enter("zebra-crossing").expect("not in the list");
    slip(&mut init, &words);
    init.expect("All eight words of the card of `dan`").enter("zoo zoo").expect("2 words are given");
    mistake(&mut init, &words, "of the card of `dan`");
    let ended = init.end();
    assert_eq!(ended.code, Some(4), "{}", ended.screen);
    assert!(ended.screen.contains("stop here") && !disk.path("escrow").exists());
}

const SEAL: [&str; 13] = [
    "seal",
    "typed",
    "--threshold",
    "2",
    "--custodian",
    "alice",
    "--custodian",
    "bob",
    "--custodian",
    "carol",
    "--as",
    "dan/dan",
    "--field=pin",
];

fn seal_up_to_the_seed(disk: &Disk, password: &str) -> Terminal {
    let mut seal = start(disk, &SEAL);
    seal.expect("Account id:").enter("zürich").expect("account id must be").expect("Account id:");
    seal.enter("111122223333").expect("E-mail address").enter("root@example.com");
    seal.expect("Password:").enter(password).expect("again:").enter("another").expect("differ");
    seal.expect("Password:").enter(password).expect("again:").enter(password);
    seal.expect("TOTP seed").enter("not base32!").expect("TOTP seed").enter(SEED);
    seal.expect("pin:").enter("4711-0815-pin").expect("again:").enter("4711-0815-pin");
    seal
}

#[test]
fn a_vault_is_sealed_by_questions_and_its_seed_proven_by_a_code() {
    let disk = people::begun();
    let mut seal = seal_up_to_the_seed(&disk, PASSWORD);
    seal.expect("Code that an authenticator shows").enter("000000").expect("does not match the seed");
    seal.expect("Code that an authenticator shows").enter(&code_of(SEED)).expect("sealed typed");
    let ended = seal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    unseen(&ended, &[PASSWORD, SEED, "4711-0815-pin", "another"]);
}

#[test]
fn two_codes_are_shown_for_the_provider_and_hidden_again() {
    let disk = people::begun();
    let mut seal = seal_up_to_the_seed(&disk, PASSWORD);
    seal.expect("Code that an authenticator shows").enter("").expect("two codes, in order:");
    seal.expect("Press Enter to hide it").enter("").expect("hidden again");
    seal.expect("Did the provider accept both").enter("yes").expect("sealed typed");
    let ended = seal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    let shown = ended.screen.find("two codes, in order:").unwrap();
    assert!(ended.screen[shown..].contains(GONE), "nothing clears the codes:\n{}", ended.screen);
}

#[test]
fn a_weak_password_needs_a_yes() {
    let disk = people::begun();
    for (answer, code) in [("no", 4), ("yes", 0)] {
        let mut seal = seal_up_to_the_seed(&disk, "password1");
        seal.expect("is weak").expect("Type yes").enter(answer);
        if answer == "yes" {
            seal.expect("Code that an authenticator shows").enter(&code_of(SEED));
        }
        let ended = seal.end();
        assert_eq!(ended.code, Some(code), "{}", ended.screen);
        unseen(&ended, &["password1"]);
    }
}

#[test]
fn an_approver_is_asked_for_three_words_and_a_yes() {
    let disk = people::sealed(PASSWORD);
    let words = disk.ask("req.bgr", &[]);
    let approve = |id: &str| {
        let (prefix, output) = (format!("{id}/{id}"), format!("{id}.bga"));
        start(&disk, &["approve", "req.bgr", "--as", &prefix, "-o", &output])
    };
    let mut right = approve("alice");
    compare(&mut right, &words, 3);
    right.expect("hand your share over for good").enter("yes").expect("alice approved");
    assert_eq!(right.end().code, Some(0));

    let mut wrong = approve("bob");
    compare(&mut wrong, &words, 2);
    slip(&mut wrong, &words);
    mistake(&mut wrong, &words, "of the session");
    let ended = wrong.end();
    assert_eq!(ended.code, Some(4), "{}", ended.screen);
    assert!(!ended.screen.contains("Approve, and hand"), "{}", ended.screen);

    let mut no = approve("bob");
    slip(&mut no, &words);
    no.expect("All eight words").enter(&words.join(" ").to_uppercase());
    no.expect("for good").enter("y");
    assert_eq!(no.end().code, Some(4));
    assert!(disk.path("alice.bga").exists() && !disk.path("bob.bga").exists());
    assert!(fs::read_to_string(disk.path("bob/bob.book")).unwrap().matches("\"approval\"").count() == 0);
}

#[test]
fn fields_are_shown_one_at_a_time_and_hidden_again() {
    let disk = people::sealed(PASSWORD);
    let words = disk.ask("req.bgr", &["password", "totp", "pin"]);
    disk.approve_by_words("req.bgr", "alice", &words);
    disk.approve_by_words("req.bgr", "bob", &words);
    let release = ["release", "req.bgr", "req.bgr.alice.bga", "req.bgr.bob.bga", "--as", "carol/carol"];

    let printed = start(&disk, &[&release[..], &["--print", "password"]].concat()).end();
    assert_eq!(printed.code, Some(2), "{}", printed.screen);

    let mut not = start(&disk, &release);
    not.expect("approved   alice, bob").expect("Type yes").enter("no");
    assert_eq!(not.end().code, Some(4));

    let mut shown = start(&disk, &release);
    shown
        .expect("Type yes")
        .enter("yes")
        .see("not looked at, 3 codes left")
        .press("1")
        .see("Zx9-  umbr  ella");
    shown.press("h").see("looked at, hidden").press("2").see("good for").see("2 codes left");
    shown.press("q").see("End?").press("q").expect(GONE);
    let ended = shown.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    unseen(&ended, &[SEED, &format!("{PASSWORD}-pin")]);
    let log = String::from_utf8(disk.ok(&["log", "--kind", "end"]).stdout).unwrap();
    assert!(log.contains("shown: password totp"), "{log}");
}

#[test]
fn closing_goes_item_by_item() {
    let disk = people::sealed(PASSWORD);
    let words = disk.ask("req.bgr", &[]);
    disk.approve_by_words("req.bgr", "alice", &words);
    disk.approve_by_words("req.bgr", "bob", &words);
    let release = ["release", "req.bgr", "req.bgr.alice.bga", "req.bgr.bob.bga", "--as", "carol/carol"];
    disk.ok(&[&release[..], &["--print", "password"]].concat());
    let log: serde_json::Value =
        serde_json::from_slice(&disk.ok(&["log", "--json", "--kind", "request"]).stdout).unwrap();
    let id = log[0]["request_id"].as_str().unwrap()[..8].to_owned();
    let mut close = start(&disk, &["close", "--request", &id, "--as", "alice/alice", "--done", "resealed"]);
    for question in ["root password changed", "MFA device", "no access keys", "provider's log", "ticket"] {
        close.expect(question).expect(">").enter("done");
    }
    close.expect("people who need to know").expect(">").enter("").expect("empty").expect(">").enter("Y");
    close
        .expect("say in a few words")
        .expect(">")
        .enter("<")
        .expect("ticket")
        .expect(">")
        .enter("the ticket is closed");
    close.expect("people who need to know").expect(">").enter("nobody has to know");
    close.expect("ABOUT TO BE SIGNED").expect("does not apply: the ticket is closed").expect("Type yes");
    close
        .enter("done")
        .expect("Type yes, or <")
        .expect("Type yes")
        .enter("<")
        .expect("people who need to know");
    close.expect(">").enter("they know").expect("does not apply: they know").expect("Type yes").enter("yes");
    close.expect("is closed by alice");
    assert_eq!(close.end().code, Some(0));
}

#[test]
fn a_generated_password_is_shown_once_to_be_set_at_the_provider() {
    let disk = people::begun();
    let words = ["--account-id", "111122223333", "--email", "root@example.com", "--generate-password"];
    let mut seal = start(&disk, &[&SEAL[..12], &words].concat());
    seal.expect("TOTP seed").enter("");
    seal.expect("Set it at the provider").expect("password:").expect("Press Enter to hide it").enter("");
    seal.expect(GONE).expect("hidden again").expect("sealed typed");
    let ended = seal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    let shown = ended.screen.split("password:").nth(1).unwrap().split_whitespace().next().unwrap();
    assert!(shown.len() > 30 && ended.screen.matches(shown).count() == 1, "{}", ended.screen);
}

#[test]
fn ctrl_c_takes_what_is_shown_off_the_screen() {
    let disk = people::begun();
    let words = ["--account-id", "111122223333", "--email", "root@example.com", "--generate-password"];
    let mut seal = start(&disk, &[&SEAL[..12], &words].concat());
    seal.expect("TOTP seed").enter("").expect("password:").expect("Press Enter to hide it");
    seal.press("typed").press("\u{3}").expect(GONE);
    let ended = seal.end();
    assert_eq!(ended.code, Some(130), "{}", ended.screen);
    unseen(&ended, &["typed\u{1b}"]);
    assert!(!disk.path("escrow/vaults/typed").exists());
}

/// A passphrase is not asked for where there is too little memory to make a key of it.
#[test]
fn a_passphrase_that_there_is_no_memory_for_is_not_asked_for() {
    let disk = people::empty();
    let limit = ["sh", "-c", "ulimit -v 250000; exec \"$0\" \"$@\""];
    let start = |words: &[&str]| Terminal::start_under(&limit, disk.root(), words, false, 80, &[]);
    let ended = start(&["keygen", "-o", "a.key"]).end();
    assert_eq!(ended.code, Some(1), "{}", ended.screen);
    assert!(ended.screen.contains("a passphrase takes 256 MiB of memory"), "{}", ended.screen);
    assert!(ended.screen.contains("ulimit -v unlimited"), "{}", ended.screen);
    assert!(!ended.screen.contains("New passphrase"), "{}", ended.screen);
    assert!(!disk.path("a.key").exists());
}
