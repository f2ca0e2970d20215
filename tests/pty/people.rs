//! People, an escrow and a sealed vault, made by the program without a terminal.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A directory in which a story takes place.
pub struct Place {
    directory: tempfile::TempDir,
}

/// A seed as AWS gives them.
pub const SEED: &str = "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU";

impl Place {
    /// An empty one, with a directory for temporary files.
    pub fn empty() -> Place {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("tmp")).unwrap();
        Place { directory }
    }

    /// With identities and cards of dan (administrator), alice, bob and carol (custodians).
    pub fn people() -> Place {
        let place = Place::empty();
        for (id, role) in
            [("dan", "administrator"), ("alice", "custodian"), ("bob", "custodian"), ("carol", "custodian")]
        {
            place.ok(&["keygen", "--no-passphrase", "-o", &format!("{id}/{id}.key")]);
            let key = format!("{id}/{id}.key");
            place.ok(&["enroll", id, "--name", id, "--contact", id, "--role", role, "-i", &key, "-o", id]);
        }
        place
    }

    /// With an escrow too.
    pub fn begun() -> Place {
        let place = Place::people();
        let mut words = vec!["init", "escrow", "--name", "E", "--as", "dan/dan", "--cards-compared"];
        for card in ["dan/dan.card", "alice/alice.card", "bob/bob.card", "carol/carol.card"] {
            words.extend(["--card", card]);
        }
        place.ok(&words);
        place
    }

    /// The same with names and ways to be reached, and a sealed and checked vault `aws-prod`.
    pub fn named(password: &str) -> Place {
        let place = Place::empty();
        for (id, name, number, role) in [
            ("dan", "Dan Ode", 199, "administrator"),
            ("alice", "Alice Ng", 100, "custodian"),
            ("bob", "Bob Ray", 101, "custodian"),
            ("carol", "Carol Diaz", 102, "custodian"),
        ] {
            let (key, contact) = (format!("{id}/{id}.key"), format!("{id}@example.com, +1 555 0{number}"));
            place.ok(&["keygen", "--no-passphrase", "-o", &key]);
            let who =
                ["enroll", id, "--name", name, "--contact", &contact, "--role", role, "-i", &key, "-o", id];
            place.ok(&who);
        }
        let mut words =
            vec!["init", "escrow", "--name", "Example Corp", "--as", "dan/dan", "--cards-compared"];
        for card in ["dan/dan.card", "alice/alice.card", "bob/bob.card", "carol/carol.card"] {
            words.extend(["--card", card]);
        }
        place.ok(&words);
        place.seal("aws-prod", password);
        place
    }

    /// With a sealed and checked vault `prod` too.
    pub fn sealed(password: &str) -> Place {
        let place = Place::begun();
        place.seal("prod", password);
        place
    }

    fn seal(&self, vault: &str, password: &str) {
        let place = self;
        let csv = format!(
            "vault,account_id,email,password,totp,pin\n{vault},111122223333,root@example.com,{password},{SEED},{password}-pin\n"
        );
        fs::write(place.path().join("accounts.csv"), csv).unwrap();
        let mut words = vec!["seal", "--from", "accounts.csv", "--threshold", "2", "--as", "dan/dan"];
        for id in ["alice", "bob", "carol"] {
            words.extend(["--custodian", id]);
        }
        words.extend(["--accept-deviation", "totp-unproven", "--accept-deviation", "weak-password"]);
        place.ok(&words);
        for id in ["alice", "bob", "carol"] {
            place.ok(&["check", "--as", &format!("{id}/{id}")]);
        }
    }

    /// Asks for `prod`; gives the session words.
    pub fn ask(&self, output: &str, fields: &[&str]) -> Vec<String> {
        let mut words = vec!["request", "prod", "--reason", "iam-failure", "--ticket", "INC-1"];
        words.extend(["--justification", "down", "--as", "carol/carol", "--json", "-o", output]);
        for field in fields {
            words.extend(["--field", field]);
        }
        let answer: serde_json::Value = serde_json::from_slice(&self.ok(&words).stdout).unwrap();
        let words = answer["session_words"].as_str().unwrap();
        words.split(' ').map(str::to_owned).collect()
    }

    /// Approves a request, given its words.
    pub fn approve(&self, request: &str, id: &str, words: &[String]) {
        let (prefix, output) = (format!("{id}/{id}"), format!("{request}.{id}.bga"));
        self.ok(&["approve", request, "--as", &prefix, "--session-words", &words.join(" "), "-o", &output]);
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Runs the program without a terminal.
    pub fn run(&self, words: &[&str]) -> Output {
        self.command(&[], words).output().unwrap()
    }

    /// The program, to be run without a terminal and under another one.
    pub fn command(&self, under: &[&str], words: &[&str]) -> Command {
        let mut command = Command::new("setsid");
        command
            .arg("--wait")
            .args(under)
            .arg(env!("CARGO_BIN_EXE_breakglass"))
            .args(words)
            .current_dir(self.path())
            .envs([("RUST_BACKTRACE", "full"), ("RUST_LOG", "trace"), ("BREAKGLASS_ESCROW", "escrow")])
            .env("TMPDIR", self.path().join("tmp"));
        command
    }

    /// The same, where it must go well.
    #[track_caller]
    pub fn ok(&self, words: &[&str]) -> Output {
        let output = self.run(words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        output
    }

    /// Every file below it, with its content.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        let mut folders = vec![self.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let content = fs::read(&path).unwrap();
                    found.push((path.strip_prefix(self.path()).unwrap().to_owned(), content));
                }
            }
        }
        found.sort();
        found
    }
}
