//! `demo`: the whole story with made-up people, through the same code as the real commands.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use clap::Args;
use rand::RngExt as _;
use secrecy::ExposeSecret as _;

use crate::cli::context::{Answer, Context, Verb};
use crate::cli::flags::Global;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::hands::console::Output;
use crate::hands::sandbox::FileAccess;
use crate::hands::{clock, files};
use crate::secret::totp::TotpSeed;

/// A made-up seed, as AWS gives them: 64 characters of base32.
const SEED: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

/// What to do if the story does not go as it is written.
const REPORT: &str =
    "do not trust this program with secrets; run `breakglass demo --keep`, and report what it prints";

/// The people of the story: id, name and role.
const PEOPLE: [(&str, &str, &str); 5] = [
    ("dan", "Dan Ode", "administrator"),
    ("alice", "Alice Ng", "custodian"),
    ("bob", "Bob Ray", "custodian"),
    ("carol", "Carol Diaz", "custodian"),
    ("fred", "Fred Moe", "auditor"),
];

/// Walk through the whole story with made-up people, in a temporary directory
#[derive(Debug, Args)]
#[command(after_help = "Example: breakglass demo")]
pub(crate) struct DemoArgs {
    /// Keep the directory, and print where it is
    #[arg(long)]
    keep: bool,
}

impl Verb for DemoArgs {
    const HANDLES_SECRETS: bool = true;
    const RECORDS_MACHINE: bool = false;

    fn files(&self, _: &Global) -> FileAccess {
        let mut access = FileAccess::default();
        access.changes_within(&std::env::temp_dir());
        access
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        let number: u64 = Context::rng().random();
        let directory = std::env::temp_dir().join(format!("breakglass-demo-{number:016x}"));
        files::create_dir(&directory).map_err(|error| failures::not_written(&directory, &error))?;
        let mut stage = Stage { directory, keep: self.keep, context };
        stage.tell("breakglass demo: made-up people and secrets, real commands, a temporary place");
        setup(&mut stage)?;
        let request = emergency(&mut stage)?;
        afterwards(&mut stage, &request)?;
        attacks(&mut stage)?;
        if self.keep {
            let line = format!("everything is in {}", stage.directory.display());
            stage.tell(&line);
        }
        Ok(Answer::said_already())
    }
}

/// The directory that the story takes place in. It is removed when this value is dropped, unless it is kept.
struct Stage<'a, 'b> {
    directory: PathBuf,
    keep: bool,
    context: &'a mut Context<'b>,
}

impl Drop for Stage<'_, '_> {
    fn drop(&mut self) {
        if !self.keep {
            // Best effort: nothing in it was ever real.
            let _ = fs::remove_dir_all(&self.directory);
        }
    }
}

/// What a command of the story answered.
struct Played {
    answer: Answer,
    printed: String,
}

impl Played {
    fn json(&self, name: &str) -> String {
        self.answer.json[name].as_str().unwrap_or_default().to_owned()
    }

    /// The first line of the answer that holds `word`.
    fn line(&self, word: &str) -> String {
        self.answer.text.to_string().lines().find(|line| line.contains(word)).unwrap_or_default().to_owned()
    }
}

fn setup(stage: &mut Stage<'_, '_>) -> Result<(), Failure> {
    stage.step("enroll", "Each person makes an age key and a card. Cards are public.");
    let mut words = String::new();
    for (id, name, role) in PEOPLE {
        let key = format!("{id}/{id}.key");
        stage.play(&["keygen", "--no-passphrase", "-o", &key])?;
        let contact = format!("{id}@example.com");
        let enroll =
            ["enroll", id, "--name", name, "--contact", &contact, "--role", role, "-i", &key, "-o", id];
        words = stage.play(&enroll)?.json("words");
    }
    stage.result(&format!("5 cards; each has words to compare by voice: {words}"));

    stage.step("init", "Genesis ties people and policy together. Its hash is the escrow's id.");
    let mut init = vec!["init", "escrow", "--name", "Example Corp", "--as", "dan/dan", "--cards-compared"];
    let cards: Vec<String> = PEOPLE.iter().map(|(id, ..)| format!("{id}/{id}.card")).collect();
    for card in &cards {
        init.extend(["--card", card]);
    }
    let words = stage.play(&init)?.json("words");
    stage.result(&format!("on paper: {words}"));
    stage.write("anchor", words.as_bytes())?;

    stage.step("seal", "Password and TOTP seed are split 2-of-3; nobody alone can open them.");
    let seed = TotpSeed::parse(SEED).map_err(|error| Failure::new(Exit::Machine, error).next(REPORT))?;
    let code = seed.code_at(clock::now().unix()).code;
    let csv = format!(
        "vault,account_id,email,password,totp,totp_code\nprod,111122223333,root@example.com,,{SEED},{}\n",
        code.expose_secret()
    );
    stage.write("accounts.csv", csv.as_bytes())?;
    let custodians = ["--custodian", "alice", "--custodian", "bob", "--custodian", "carol"];
    let mut seal = vec!["seal", "--from", "accounts.csv", "--generate-password", "--threshold", "2"];
    seal.extend(custodians);
    seal.extend(["--as", "dan/dan"]);
    let sealed = stage.play(&seal)?.line("sealed prod");
    stage.result(&format!("{sealed}; and a canary to drill on"));

    stage.step("check", "Each custodian opens their own shares, alone, and signs: they hold.");
    for id in ["alice", "bob", "carol"] {
        stage.play(&["check", "--all", "--as", &format!("{id}/{id}")])?;
    }
    stage.result("alice, bob, carol: sound. The vault is in force");
    Ok(())
}

/// The emergency; gives the request's id.
fn emergency(stage: &mut Stage<'_, '_>) -> Result<String, Failure> {
    stage.step("request", "IAM is down. carol asks, with a reason and a ticket; it is logged.");
    let request = stage.play(&[
        "request",
        "prod",
        "--reason",
        "iam-failure",
        "--ticket",
        "INC-42",
        "--justification",
        "Single sign-on is down and nobody can assume a role",
        "--action",
        "repair the identity provider",
        "--as",
        "carol/carol",
        "-o",
        "req.bgr",
    ])?;
    let words = request.json("session_words");
    stage.result(&format!("session words: {words}"));

    stage.step("approve", "alice and bob compare those words, and hand over their shares.");
    for id in ["alice", "bob"] {
        let (files, output) = (format!("{id}/{id}"), format!("{id}.bga"));
        stage.play(&["approve", "req.bgr", "--as", &files, "--session-words", &words, "-o", &output])?;
    }
    stage.result("each wrote it into their own book before the approval existed");

    stage.step("release", "Two shares give the key. First the release is logged, then shown.");
    let release = ["release", "req.bgr", "alice.bga", "bob.bga", "--as", "carol/carol"];
    let released = stage.play(&[&release[..], &["--print", "password", "--print", "totp"]].concat())?;
    stage.result(&released.printed.trim_end().replace('\n', "  "));
    Ok(request.json("request_id")[..8].to_owned())
}

fn afterwards(stage: &mut Stage<'_, '_>, request: &str) -> Result<(), Failure> {
    stage.step("action", "carol logs what she does with root, while she does it.");
    stage.play(&["action", "repaired the identity provider", "--request", request, "--as", "carol/carol"])?;
    stage.result("repaired the identity provider");

    stage.step("close", "alice answers the closing list; not the person who asked.");
    let mut close = vec!["close", "--request", request, "--as", "alice/alice"];
    for item in [
        "password-changed",
        "mfa-renewed",
        "access-keys-checked",
        "activity-reviewed",
        "ticket-updated",
        "stakeholders-told",
    ] {
        close.extend(["--done", item]);
    }
    close.extend(["--not-applicable", "resealed=the new password is sealed tomorrow"]);
    let closed = stage.play(&close)?;
    stage.result(&closed.line("closed"));

    stage.step("verify", "fred, the auditor, needs no secret: log, paper, a head, books.");
    stage.play(&["head", "-o", "head.json"])?;
    let verified = stage.verify("escrow", Exit::Done)?;
    stage.result(&verified.line("EXPOSED"));
    stage.result(&verified.line("HOLDS"));
    Ok(())
}

fn attacks(stage: &mut Stage<'_, '_>) -> Result<(), Failure> {
    let log = stage.path("escrow/log");
    let log = files::read_public(&log, u64::MAX - 1).map_err(|error| failures::not_read(&log, &error))?;

    stage.step("attack 1", "Somebody changes one byte of the release in a copy of the log.");
    let mut changed = log.clone();
    let at = find(&changed, b"\"attempt\":1").map_or(changed.len() / 2, |at| at + b"\"attempt\":".len());
    changed[at] = b'2';
    stage.copy("changed", &changed)?;
    let verified = stage.verify("changed", Exit::Tampered)?;
    stage.result(&verified.line(", byte "));

    stage.step("attack 2", "Somebody cuts the last record off another copy.");
    let last = log.windows(3).rposition(|three| three == b"\n\n{").map_or(0, |at| at + 2);
    stage.copy("cut", &log[..last])?;
    let verified = stage.verify("cut", Exit::Truncated)?;
    stage.result(&verified.line("TRUNCATED"));
    Ok(())
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

impl Stage<'_, '_> {
    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.path(name);
        files::create(&path, bytes).map_err(|error| failures::not_written(&path, &error))
    }

    /// A copy of the escrow's log, as it was given.
    fn copy(&self, name: &str, log: &[u8]) -> Result<(), Failure> {
        let path = self.path(name);
        files::create_dir(&path).map_err(|error| failures::not_written(&path, &error))?;
        self.write(&format!("{name}/log"), log)
    }

    /// Runs a command as if it had been typed in the stage's directory.
    fn play(&mut self, words: &[&str]) -> Result<Played, Failure> {
        self.play_on("escrow", words)
    }

    fn play_on(&mut self, escrow: &str, words: &[&str]) -> Result<Played, Failure> {
        let files = ["-o", "-i", "--card", "--as", "--from", "--head", "--book"];
        let mut typed = vec!["breakglass".to_owned()];
        for (at, word) in words.iter().enumerate() {
            let is_file = at > 0 && (files.contains(&words[at - 1]) || is_place(word));
            typed.push(if is_file { self.path(word).display().to_string() } else { (*word).to_owned() });
        }
        let program = self.context.program;
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let mut context = Context {
            escrow: self.path(escrow),
            log: None,
            stderr_in_colour: false,
            scripted: true,
            stdout: &mut stdout,
            stderr: &mut stderr,
            output: Output::Elsewhere,
            plain: true,
            machine: None,
            program,
            known: Rc::default(),
        };
        let answer = (program.run)(&typed, &mut context).map_err(|failure| match failure.exit {
            // Nobody typed it.
            Exit::Usage => Failure::new(Exit::Machine, failure.what).next(REPORT),
            _ => failure,
        })?;
        Ok(Played { answer, printed: String::from_utf8_lossy(&stdout).into_owned() })
    }

    /// Verifies a copy with everything that is not in the log, and insists on how that ends.
    fn verify(&mut self, escrow: &str, expected: Exit) -> Result<Played, Failure> {
        let anchor = self.path("anchor");
        let anchor =
            files::read_public(&anchor, 1024).map_err(|error| failures::not_read(&anchor, &error))?;
        let anchor = String::from_utf8_lossy(&anchor).into_owned();
        let mut verify = vec!["verify", "--anchor", &anchor, "--head", "head.json"];
        for book in ["alice/alice.book", "bob/bob.book", "carol/carol.book"] {
            verify.extend(["--book", book]);
        }
        let played = self.play_on(escrow, &verify)?;
        if played.answer.exit == expected {
            return Ok(played);
        }
        let what =
            format!("verify answered `{}`, and `{}` is right", played.answer.exit.code(), expected.code());
        Err(Failure::new(Exit::Machine, what).next(REPORT))
    }

    fn tell(&mut self, line: &str) {
        // If the story cannot be printed, the exit code still says how it ended.
        let _ = writeln!(self.context.stdout, "{line}");
    }

    fn step(&mut self, name: &str, what: &str) {
        self.tell(&format!("{name:<9} {what}"));
    }

    fn result(&mut self, line: &str) {
        // Paths are shown as they would be typed in the stage's directory, and lines broken for 80 columns.
        let here = format!("{}/", self.directory.display());
        let mut shown = "          >".to_owned();
        for word in line.replace(&here, "").split_whitespace() {
            if shown.chars().count() + 1 + word.chars().count() > 80 {
                self.tell(&shown);
                shown = "           ".to_owned();
            }
            shown.push(' ');
            shown.push_str(word);
        }
        self.tell(&shown);
    }
}

/// Whether a word of the story is a path although no flag stands before it.
fn is_place(word: &str) -> bool {
    word == "escrow" || Path::new(word).extension().is_some_and(|ending| ending == "bgr" || ending == "bga")
}
