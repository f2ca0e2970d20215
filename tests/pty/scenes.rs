//! The screens in the ceremony pages are what the program shows: the ceremonies are played, and each scene is
//! compared with the block of its name in the pages. `BREAKGLASS_BLESS=1` writes them there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::blocks::compare;
use crate::disk::{Disk, code_of};
use crate::people::{self, SEED};
use crate::terminal::Terminal;
use crate::timeless::{SIZE, Timeless};

const PASSPHRASE: &str = "quiet-otter-lamp-velvet";
const PASSWORD: &str = "Zx9-umbrella-Kite-77-harbor";

/// The scenes that were played, by name.
struct Scenes {
    timeless: Timeless,
    scenes: BTreeMap<String, String>,
}

impl Scenes {
    fn new() -> Scenes {
        Scenes { timeless: Timeless::new(), scenes: BTreeMap::new() }
    }

    fn keep(&mut self, name: &str, text: &str) {
        let mut text = self.timeless.text(text);
        if let Some((before, after)) = text.split_once(" size ")
            && let Some((_, after)) = after.split_once(" bytes")
        {
            text = format!("{before} size {SIZE} bytes{after}");
        }
        let mut lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        while lines.first().is_some_and(|line| line.is_empty()) {
            lines.remove(0);
        }
        let text = format!("{}\n", lines.join("\n").trim_end());
        assert!(self.scenes.insert(name.to_owned(), text).is_none(), "{name} is played twice");
    }

    /// Plays a command that asks nothing; gives what it showed.
    fn play(&mut self, disk: &Disk, name: &str, line: &str) -> String {
        let words = split(line);
        let mut terminal = sit_down(disk, &words.iter().map(String::as_str).collect::<Vec<_>>());
        terminal.finish();
        let shown = terminal.transcript();
        self.keep(name, &format!("$ breakglass {line}\n{shown}"));
        shown
    }
}

/// At a terminal on which the escrow is known.
fn sit_down(disk: &Disk, words: &[&str]) -> Terminal {
    Terminal::start_with(disk.root(), words, false, 80, &[("BREAKGLASS_ESCROW", Some("escrow"))])
}

/// Splits as a shell does, with double quotes.
fn split(line: &str) -> Vec<String> {
    let parts = line.split('"').enumerate();
    parts
        .flat_map(|(at, part)| match at % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

fn pages() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ceremony");
    let all = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<_> =
        all.filter(|path| path.extension().is_some_and(|ending| ending == "md")).collect();
    pages.sort();
    pages
}

const FENCE: &str = "```text screen=";

#[test]
fn the_pages_show_what_the_program_shows() {
    let mut scenes = Scenes::new();
    setup(&mut scenes);
    let disk = people::named(PASSWORD);
    let init: serde_json::Value = serde_json::from_slice(&disk.output(&["status", "--json"]).stdout).unwrap();
    scenes.timeless.words.push(init["escrow"]["words"].as_str().unwrap().to_owned());
    guided(&mut scenes, &disk);
    remote(&mut scenes, &disk);
    afterwards(&mut scenes, &disk);
    compare(&pages(), FENCE, &scenes.scenes);
}

/// People, an escrow, a vault, and its checks.
fn setup(scenes: &mut Scenes) {
    let disk = people::empty();
    let mut enroll = sit_down(&disk, &["enroll", "alice", "-o", "alice"]);
    enroll.asked("Name").enter("Alice Ng");
    enroll.asked("Contact").enter("alice@example.com, +1 555 0100");
    enroll.expect("custodian").expect("] >").enter("");
    enroll.expect("Type yes").enter("yes").expect("New passphrase:").enter(PASSPHRASE);
    enroll.expect("The same again:").enter(PASSPHRASE);
    enroll.finish();
    let shown = enroll.transcript();
    let words = shown.lines().find_map(|line| line.split_once("words: ")).map(|(_, words)| words.to_owned());
    scenes.timeless.words.extend(words);
    scenes.keep("enroll", &format!("$ breakglass enroll alice -o alice\n{shown}"));

    let disk = people::nameless();
    let mut seal = sit_down(&disk, &["seal"]);
    for (question, answer) in [
        ("Vault\r\n", "aws-prod"),
        ("Account id\r\n", "111122223333"),
        ("E-mail address of the root user\r\n", "root@example.com"),
        ("[dan] >", ""),
        ("[all] >", ""),
        ("[2] >", ""),
        ("[type] >", ""),
        ("password, not shown", PASSWORD),
        ("again:", PASSWORD),
        ("Seed, not shown", SEED),
    ] {
        seal.asked(question).enter(answer);
    }
    seal.asked("Code that an authenticator").enter(&code_of(SEED));
    seal.expect("ABOUT TO SEAL THIS VAULT").expect("Type yes, or <");
    scenes.keep("seal-summary", &since(&seal.transcript(), "ABOUT TO SEAL THIS VAULT"));
    seal.enter("yes");
    seal.finish();
    scenes.keep("seal-end", &since(&seal.transcript(), "sealed canary"));
    scenes.play(&disk, "check", "check --all --as alice/alice");
    let status: serde_json::Value =
        serde_json::from_slice(&disk.output(&["status", "--json"]).stdout).unwrap();
    scenes.timeless.words.push(status["escrow"]["words"].as_str().unwrap().to_owned());
    let head: serde_json::Value = serde_json::from_slice(&disk.ok(&["head", "--json"]).stdout).unwrap();
    scenes.timeless.words.push(head["words"].as_str().unwrap().to_owned());
    scenes.play(&disk, "status-missing", "status");
    scenes.play(&disk, "head", "head -o alice/escrow.head");
}

/// An opening with both approvers at the machine.
fn guided(scenes: &mut Scenes, disk: &Disk) {
    let mut open = sit_down(disk, &["open", "aws-prod", "-o", "inc-42"]);
    open.expect("Who asks?").expect(">").enter("carol");
    open.expect("Reason").expect("finding").expect(">");
    scenes.keep("open-begin", &open.transcript());
    open.enter("1").expect("Ticket").expect(">").enter("INC-42");
    open.expect("Why").expect(">").enter("Single sign-on is down and nobody can sign in");
    open.expect("[none] >").enter("repair the identity provider");
    open.expect("ABOUT TO BE LOGGED").expect("right time:");
    scenes.keep("open-summary", &since(&open.transcript(), "Ticket"));
    open.enter("yes")
        .expect("The first of 2")
        .expect(">")
        .enter("alice")
        .expect("alice: approve")
        .expect("go on:");
    let shown = open.transcript();
    scenes.keep("open-approver", &since(&shown, "The request is logged"));
    open.enter("yes").expect("1 of 2: alice").expect(">").enter("bob").expect("bob: approve").enter("yes");
    open.expect("Type the account id").expect(":");
    scenes.keep("open-challenge", &since(&open.transcript(), "bob has approved"));
    open.enter("111122223333").see("not looked at");
    scenes.keep("reveal-begin", &open.window());
    open.press("2").see("hides in");
    scenes.keep("reveal-password", &seconds(&open.window()));
    open.press("s").see("capital ZULU");
    scenes.keep("reveal-spelled", &seconds(&open.window()));
    open.press("a").see("What was done").enter("repaired the identity provider").see("action logged");
    open.press("q").see("End?").press("q");
    open.finish();
    scenes.keep("open-end", &since(&open.transcript(), "released on the approvals"));
}

/// The three commands, for people who are not in one disk.
fn remote(scenes: &mut Scenes, disk: &Disk) {
    let line = "request aws-prod --reason billing --ticket INC-43 --justification \"The support plan has to be changed\" --as carol/carol -o req.bgr";
    let words = split(line);
    let mut request = sit_down(disk, &words.iter().map(String::as_str).collect::<Vec<_>>());
    request.finish();
    let shown = request.transcript();
    let spoken = shown
        .lines()
        .skip_while(|line| !line.contains("do not write them down"))
        .nth(1)
        .unwrap()
        .trim()
        .to_owned();
    scenes.timeless.words.push(spoken.clone());
    scenes.keep("request", &format!("$ breakglass request … -o req.bgr\n{shown}"));

    let mut approve = sit_down(disk, &["approve", "req.bgr", "--as", "alice/alice", "-o", "alice.bga"]);
    for _ in 0..3 {
        approve.expect("Word ");
        let number = approve.digit();
        approve.expect(":").enter(spoken.split(' ').nth(number - 1).unwrap());
    }
    approve.expect("for good?").enter("yes");
    approve.finish();
    let shown = approve.transcript();
    // Which three words are asked for is drawn anew each time.
    let shown: Vec<String> = shown
        .lines()
        .map(|line| match line.strip_prefix("Word ") {
            Some(_) => "Word 3 of the session: able".to_owned(),
            None => line.to_owned(),
        })
        .collect();
    scenes.keep(
        "approve",
        &format!("$ breakglass approve req.bgr --as alice/alice -o alice.bga\n{}", shown.join("\n")),
    );
    scenes.play(
        disk,
        "deny",
        "deny req.bgr --as bob/bob --because \"support can do this without root\" -o bob.bgd",
    );
    scenes.play(disk, "collect", "collect bob.bgd --as carol/carol");
    scenes.play(disk, "withdraw", "release req.bgr alice.bga --withdraw --as carol/carol");
}

/// What comes after, and who looks at it.
fn afterwards(scenes: &mut Scenes, disk: &Disk) {
    let log: serde_json::Value =
        serde_json::from_slice(&disk.ok(&["log", "--json", "--kind", "request"]).stdout).unwrap();
    let id = log[0]["request_id"].as_str().unwrap()[..8].to_owned();
    let line = format!("action \"set the support plan\" --request {id} --as carol/carol");
    scenes.play(disk, "action", &line);
    // A second later nothing is due in exactly a day.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    scenes.play(disk, "status-exposed", "status");
    let mut close = sit_down(disk, &["close", "--request", &id, "--as", "bob/bob"]);
    for answer in ["done", "done", "done", "done", "done", "done", "it is sealed tomorrow"] {
        close.expect("Type \"done\"").expect("does not apply >").enter(answer);
    }
    close.expect("Type yes").expect("back:").enter("yes");
    close.finish();
    scenes.keep("close", &format!("$ breakglass close --request {id} --as bob/bob\n{}", close.transcript()));
    scenes.play(disk, "log", "log");
    scenes.play(disk, "verify", "verify --book alice/alice.book --book bob/bob.book --book carol/carol.book");
}

/// From the line that holds `mark` on.
fn since(transcript: &str, mark: &str) -> String {
    let lines: Vec<&str> = transcript.lines().collect();
    let at = lines
        .iter()
        .rposition(|line| line.contains(mark))
        .unwrap_or_else(|| panic!("no {mark}:\n{transcript}"));
    lines[at..].join("\n")
}

/// A screen without the seconds that pass.
fn seconds(window: &str) -> String {
    let lines = window.lines().map(|line| match line.split_once("hides in ") {
        Some((before, _)) => format!("{before}hides in 30 s"),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}
