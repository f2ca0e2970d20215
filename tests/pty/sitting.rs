//! A sitting at the guided `init`, and how its questions are answered.

use std::fs;

use breakglass::record::card::VerifiedCard;
use breakglass::value::fingerprint::Words;

use crate::disk::{Disk, code_of};
use crate::people::SEED;
use crate::terminal::{Ended, Terminal};

pub const PASSWORD: &str = "Zx9-umbrella-Kite-77-harbor";

pub fn start(disk: &Disk, words: &[&str]) -> Terminal {
    Terminal::start(disk.root(), &[&["init"], words].concat(), false)
}

/// A terminal whose answers are counted.
pub struct Counted {
    pub terminal: Terminal,
    pub answers: usize,
}

impl Counted {
    #[track_caller]
    pub fn answer(&mut self, question: &str, typed: &str) {
        self.terminal.asked(question).enter(typed);
        self.answers += 1;
    }

    /// A person who is here: seven answers.
    #[track_caller]
    pub fn person(&mut self, id: &str, name: &str, roles: &str, passphrase: &str) {
        self.answer("takes part?", id);
        self.terminal.expect(&format!("{id}, please come to the keyboard"));
        self.answer("Name\r\n", name);
        self.answer("Contact\r\n", "+1 555 0100");
        self.answer("Roles\r\n", roles);
        self.answer("Directory\r\n", "");
        self.answer("New passphrase:", passphrase);
        self.answer("again:", passphrase);
    }

    /// Everybody's card, brought and compared, up to the yes that begins the escrow.
    #[track_caller]
    pub fn cards(&mut self, disk: &Disk) {
        let init = &mut self.terminal;
        for id in ["dan", "alice", "bob", "carol"] {
            init.expect("takes part?").expect(">").enter(&format!("{id}/{id}.card"));
            compare(init, &words_of(disk, id), 4);
            init.expect("[yes] >").enter("");
        }
        init.expect("[done] >").enter("").expect("[usual] >").enter("").expect("or <").enter("yes");
    }

    /// The words that are shown for the paper, taken off the screen again, and two of them typed: three answers.
    #[track_caller]
    pub fn paper(&mut self) {
        self.answer("Press Enter to see them:", "");
        self.terminal.expect("in this order:\r\n\r\n");
        let shown = self.terminal.line();
        let words: Vec<&str> = shown.split(' ').collect();
        self.answer("Press Enter once you have written it down", "");
        self.terminal.expect("\u{1b}[2J\u{1b}[?1049l");
        for _ in 0..2 {
            self.terminal.expect("Word ");
            let position = self.terminal.digit();
            assert!(!self.terminal.window().contains(&shown), "the words are still on the screen");
            self.answer("on your paper:", words[position - 1]);
        }
    }

    /// The first vault: twelve answers.
    #[track_caller]
    pub fn vault(&mut self) {
        self.answer("Seal the first vault now?", "");
        self.answer("Vault\r\n", "aws-prod");
        self.answer("Account id\r\n", "111122223333");
        self.answer("E-mail address of the root user\r\n", "root@example.com");
        self.answer("[all] >", "");
        self.answer("[2] >", "");
        self.answer("[type] >", "");
        self.answer("password, not shown", PASSWORD);
        self.answer("again:", PASSWORD);
        self.answer("Seed, not shown", SEED);
        self.answer("Code that an authenticator", &code_of(SEED));
        self.answer("Type yes, or <", "yes");
    }
}

pub fn begin(disk: &Disk, words: &[&str]) -> Counted {
    Counted { terminal: start(disk, words), answers: 0 }
}

#[track_caller]
pub fn unseen(ended: &Ended, secrets: &[&str]) {
    for secret in secrets.iter().chain(&[PASSWORD, SEED]) {
        assert!(!ended.screen.contains(secret), "`{secret}` is on the screen:\n{}", ended.screen);
    }
    assert!(ended.echoes, "the terminal does not echo any more");
}

pub fn words_of(disk: &Disk, id: &str) -> Vec<String> {
    let bytes = fs::read(disk.path(format!("{id}/{id}.card"))).unwrap();
    let words = Words::of_card(&VerifiedCard::parse(&bytes).unwrap().digest()).unwrap();
    words.to_string().split(' ').map(str::to_owned).collect()
}

/// Answers so many questions for a word.
pub fn compare(terminal: &mut Terminal, words: &[String], count: usize) {
    for _ in 0..count {
        terminal.expect("Word ");
        let position = terminal.digit();
        terminal.enter(&words[position - 1]);
    }
}

/// Answers a question for a word with another one of the list.
pub fn slip(terminal: &mut Terminal, words: &[String]) {
    terminal.expect("Word ");
    let position = terminal.digit();
    terminal.enter(another(&words[position - 1])).expect("now all eight are needed");
}

/// Answers the question for all eight words twice with seven that are right, which is the end of it.
pub fn mistake(terminal: &mut Terminal, words: &[String], whose: &str) {
    let wrong = format!("{} {}", words[..7].join(" "), another(&words[7]));
    for _ in 0..2 {
        terminal.expect(&format!("All eight words {whose}")).enter(&wrong).expect("these are not the words");
    }
}

/// A word of the list that is not this one.
fn another(word: &str) -> &'static str {
    if word == "zoo" { "zebra" } else { "zoo" }
}
