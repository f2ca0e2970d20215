//! A small story, from the first key to the audit, with every command in it.

use breakglass::record::closing::Obligation;
use serde_json::Value;

use crate::disk::{Disk, THREE, asking, row};
use crate::sitting::Counted;
use crate::terminal::Terminal;
use crate::told::Answers;

const INIT: &str = "init escrow --name 'Example Corp' --card dan/dan.card --card alice/alice.card \
                    --card bob/bob.card --card carol/carol.card --as dan/dan --cards-compared";

/// Plays it; gives what was answered.
pub fn play() -> Answers {
    let mut answers = Answers::new();
    people(&mut answers);
    in_one_sitting(&mut answers);
    let (disk, request) = asked(&mut answers);
    at_one_keyboard(&mut answers);
    answered(&mut answers, &disk, &request);
    released(&mut answers, &disk);
    afterwards(&mut answers, &disk, &request);
    copies(&mut answers, &disk);
    audited(&mut answers, &disk);
    disavowed(&mut answers);
    apart(&mut answers);
    answers
}

impl Disk {
    /// Another disk with the same on it.
    fn again(&self) -> Disk {
        Disk::of(&self.tree())
    }
}

/// The program on a terminal, with standard output elsewhere.
fn sit_down(disk: &Disk, line: &str) -> Terminal {
    let words = crate::disk::split(&format!("{line} --json"));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Terminal::start_with(disk.root(), &words, true, 80, &[("BREAKGLASS_ESCROW", Some("escrow"))])
}

/// Keeps what a command on a terminal answered at its end.
fn keep(answers: &mut Answers, name: &str, line: &str, terminal: Terminal) {
    let ended = terminal.end();
    assert_eq!(ended.code, Some(0), "{line}: {}", ended.screen);
    answers.keep(name, line, 0, ended.piped);
}

/// Somebody gets a key and a card, and an escrow is begun.
fn people(answers: &mut Answers) {
    let disk = Disk::people();
    answers.show(&disk, "keygen", 0, "keygen --no-passphrase -o erin/erin.key");
    let who = "--name 'Erin Oz' --contact '+1 555 0104'";
    answers.show(&disk, "enroll", 0, &format!("enroll erin {who} --role auditor -o erin"));
    let recipient = disk.run("keygen --no-passphrase -o fred.key --json").ok().json()["recipient"].clone();
    let fred =
        format!("enroll fred {who} --role auditor --recipient {} -o fred", recipient.as_str().unwrap());
    answers.check(&disk, "enroll", 0, &fred);
    answers.show(&disk, "init", 0, INIT);
}

/// The same, guided, with the first vault and everybody's checks.
fn in_one_sitting(answers: &mut Answers) {
    let disk = Disk::people();
    let line = "init escrow --name 'Example Corp'";
    let mut sitting = Counted { terminal: sit_down(&disk, line), answers: 0 };
    sitting.terminal.expect("CREATE an escrow");
    sitting.cards(&disk);
    sitting.paper();
    sitting.vault();
    sitting.answer("Seal another vault now?", "");
    keep(answers, "init-guided", line, sitting.terminal);
}

/// A vault that only alice has checked by the time of the emergency; gives the request.
fn asked(answers: &mut Answers) -> (Disk, Value) {
    let disk = Disk::begun();
    disk.write("accounts.csv", row("prod"));
    answers.show(&disk, "seal", 0, &format!("seal --from accounts.csv --threshold 2 {THREE} --as dan/dan"));
    answers.show(&disk, "check", 0, "check --all --as alice/alice");
    let request = format!("{} --as carol/carol -o req.bgr --accept-deviation not-in-force", asking("prod"));
    let request = answers.show(&disk, "request", 0, &request);
    (disk, request)
}

/// Opened, and practised, from the first question to the last.
fn at_one_keyboard(answers: &mut Answers) {
    let disk = Disk::sealed();
    let question = "--as carol/carol --reason iam-failure --ticket INC-42 --justification 'SSO is down'";
    for (name, vault, account) in [("open", "prod", "111122223333"), ("drill", "prod", "canary")] {
        let line = format!("{name} {vault} {question}");
        let mut terminal = sit_down(&disk, &line);
        terminal.expect("[none] >").enter("").expect("Type yes").enter("yes");
        for who in ["alice", "bob"] {
            terminal.expect("Who approves").expect(">").enter(who).expect(": approve").enter("yes");
        }
        terminal.expect("Type the account id").enter(account).see("not looked at").press("1");
        terminal.see("hides in").press("q").see("End?").press("q");
        keep(answers, name, &line, terminal);
    }
}

/// Bob says no; alice and carol say yes.
fn answered(answers: &mut Answers, disk: &Disk, request: &Value) {
    let words = request["session_words"].as_str().unwrap();
    let deny = "deny req.bgr --because 'no such incident' --as bob/bob -o bob.bgd";
    answers.show(disk, "deny", 0, deny);
    let approve =
        |who: &str| format!("approve req.bgr --as {who}/{who} -o {who}.bga --session-words '{words}'");
    answers.show(disk, "approve", 0, &approve("alice"));
    disk.run(&approve("carol")).ok();
}

/// The three ways in which a release ends.
fn released(answers: &mut Answers, disk: &Disk) {
    let line = "release req.bgr alice.bga carol.bga --as carol/carol";
    let other = disk.again();
    answers.show(&other, "release-withdrawn", 0, "release req.bgr alice.bga --as carol/carol --withdraw");
    let printed = disk.again().run(&format!("{line} --print email --json")).ok();
    assert_eq!(printed.out, "email: root@example.com\n", "what is printed is all that is there");
    let mut terminal = sit_down(disk, line);
    terminal.expect("Type yes").enter("yes").see("not looked at").press("1").see("hides in");
    terminal.press("q").see("End?").press("q");
    keep(answers, "release", line, terminal);
}

/// What is done after an emergency, and what is left to do.
fn afterwards(answers: &mut Answers, disk: &Disk, request: &Value) {
    let id = &request["request_id"].as_str().unwrap()[..8];
    let action = format!("action 'repaired the SAML provider' --request {id} --as carol/carol");
    answers.show(disk, "action", 0, &action);
    answers.show(disk, "collect", 0, "collect bob.bgd --as carol/carol");
    answers.show(disk, "status", 0, "status");
    let done: Vec<String> = Obligation::ALL.iter().map(|item| format!("--done {}", item.as_str())).collect();
    answers.show(disk, "close", 0, &format!("close --request {id} {} --as bob/bob", done.join(" ")));
    answers.show(disk, "log", 0, &format!("log --request {id}"));
    answers.check(disk, "log", 0, "log");
    answers.show(disk, "head", 0, "head -o alice/escrow.head");
    answers.show(disk, "errors", 1, "head -o alice/escrow.head");
}

/// Two copies are used side by side, and joined.
fn copies(answers: &mut Answers, disk: &Disk) {
    answers.show(disk, "copy", 0, "copy usb/escrow");
    answers.check(disk, "compare", 0, "compare escrow usb/escrow");
    disk.run("check --all --as bob/bob").ok();
    answers.check(disk, "compare", 12, "compare escrow usb/escrow");
    disk.run("check --all --as carol/carol --escrow usb/escrow").ok();
    answers.show(disk, "compare", 13, "compare escrow usb/escrow");
    answers.show(disk, "adopt", 0, "adopt usb/escrow --as alice/alice --as bob/bob");
    answers.check(disk, "adopt", 0, "adopt usb/escrow --as alice/alice --as bob/bob");
    answers.show(disk, "confirm", 0, "confirm prod --not-tested 'nobody may sign in today' --as alice/alice");
    answers.check(disk, "status", 0, "status");
    answers.show(disk, "agree", 0, "agree 12 --as bob/bob");
    answers.show(disk, "retire", 0, "retire bob --because 'left the company' --as dan/dan");
}

/// A continuation is disavowed.
fn disavowed(answers: &mut Answers) {
    let disk = Disk::sealed();
    let elsewhere =
        "--as carol/carol -o req.bgr --accept-deviation continued-elsewhere --continue-in usb/log";
    disk.run(&format!("{} {elsewhere}", asking("prod"))).ok();
    let line = "disavow 6 --because 'nobody needed it' --as alice/alice --log usb/log";
    answers.check(&disk, "disavow", 0, line);
    answers.show(&disk, "disavow", 0, &line.replace("alice", "bob"));
}

/// The log as it is, and as it is after somebody damaged it.
fn audited(answers: &mut Answers, disk: &Disk) {
    let verify = "verify --head alice/escrow.head --book alice/alice.book";
    answers.show(disk, "verify", 14, verify);
    let log = disk.read("escrow/log");
    let sealed = log.windows(3).position(|part| part == b"\n\n{").unwrap() + 2;
    disk.write("escrow/log", &log[..sealed]);
    answers.show(disk, "verify-truncated", 12, "verify --head alice/escrow.head");
    disk.write("escrow/log", [&log[..], b"{\"type\":"].concat());
    answers.check(disk, "status", 11, "status");
    answers.check(disk, "verify", 11, "verify");
    disk.write("escrow/log", "nothing");
    answers.check(disk, "verify", 10, "verify");
}

/// What needs no escrow.
fn apart(answers: &mut Answers) {
    let disk = Disk::sealed();
    answers.show(&disk, "doctor", 16, "doctor --no-sandbox");
    answers.check(&disk, "doctor", 0, "doctor");
    answers.show(&disk, "man", 0, "man man1");
    answers.check(&disk, "errors", 2, "frobnicate");
    answers.check(&disk, "demo", 0, "demo");
    answers.check(&disk, "completions", 0, "completions bash");
}
