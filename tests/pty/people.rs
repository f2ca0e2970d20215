//! The disk that a story on a terminal begins with, and the program run on it without one.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::disk::{Disk, THREE};

/// A seed as AWS gives them, and none that the program itself has: it is looked for in the program's memory.
pub const SEED: &str = "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU";

/// Somebody: their id, name, how they are reached, and their role.
type Somebody = (&'static str, &'static str, &'static str, &'static str);

/// Nothing but a directory for temporary files.
pub fn empty() -> Disk {
    with_tmp(Disk::empty())
}

/// With identities and cards of dan (administrator), alice, bob and carol (custodians).
pub fn people() -> Disk {
    with_tmp(Disk::people())
}

/// With an escrow too.
pub fn begun() -> Disk {
    with_tmp(Disk::begun())
}

/// With a sealed and checked vault `prod` too.
pub fn sealed(password: &str) -> Disk {
    let disk = begun();
    seal(&disk, "prod", password);
    disk
}

/// An escrow, with a letter for a name, of people who have no other names than their ids.
pub fn nameless() -> Disk {
    begun_by(
        "E",
        [
            ("dan", "dan", "dan", "administrator"),
            ("alice", "alice", "alice", "custodian"),
            ("bob", "bob", "bob", "custodian"),
            ("carol", "carol", "carol", "custodian"),
        ],
    )
}

/// An escrow of people with names and ways to be reached, and a sealed and checked vault `aws-prod`.
pub fn named(password: &str) -> Disk {
    let disk = begun_by(
        "Example Corp",
        [
            ("dan", "Dan Ode", "dan@example.com, +1 555 0199", "administrator"),
            ("alice", "Alice Ng", "alice@example.com, +1 555 0100", "custodian"),
            ("bob", "Bob Ray", "bob@example.com, +1 555 0101", "custodian"),
            ("carol", "Carol Diaz", "carol@example.com, +1 555 0102", "custodian"),
        ],
    );
    seal(&disk, "aws-prod", password);
    disk
}

fn begun_by(name: &str, people: [Somebody; 4]) -> Disk {
    let disk = empty();
    let mut init = format!("init escrow --name '{name}' --as dan/dan --cards-compared");
    for (id, name, contact, role) in people {
        disk.run(&format!("keygen --no-passphrase -o {id}/{id}.key")).ok();
        let who = format!("enroll {id} --name '{name}' --contact '{contact}' --role {role}");
        disk.run(&format!("{who} -i {id}/{id}.key -o {id}")).ok();
        init.push_str(&format!(" --card {id}/{id}.card"));
    }
    disk.run(&init).ok();
    disk
}

fn with_tmp(disk: Disk) -> Disk {
    fs::create_dir(disk.path("tmp")).unwrap();
    disk
}

fn seal(disk: &Disk, vault: &str, password: &str) {
    let csv = format!(
        "vault,account_id,email,password,totp,pin\n{vault},111122223333,root@example.com,{password},{SEED},{password}-pin\n"
    );
    disk.write("accounts.csv", csv);
    let line = format!("seal --from accounts.csv --threshold 2 --as dan/dan {THREE}");
    let line = format!("{line} --accept-deviation totp-unproven --accept-deviation weak-password");
    disk.ok(&line.split(' ').collect::<Vec<_>>());
    for id in ["alice", "bob", "carol"] {
        disk.ok(&["check", "--as", &format!("{id}/{id}")]);
    }
}

impl Disk {
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
    pub fn approve_by_words(&self, request: &str, id: &str, words: &[String]) {
        let (prefix, output) = (format!("{id}/{id}"), format!("{request}.{id}.bga"));
        self.ok(&["approve", request, "--as", &prefix, "--session-words", &words.join(" "), "-o", &output]);
    }

    /// Runs the program without a terminal.
    pub fn output(&self, words: &[&str]) -> Output {
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
            .current_dir(self.root())
            .envs([("RUST_BACKTRACE", "full"), ("RUST_LOG", "trace"), ("BREAKGLASS_ESCROW", "escrow")])
            .env("TMPDIR", self.path("tmp"));
        command
    }

    /// The same, where it must go well.
    #[track_caller]
    pub fn ok(&self, words: &[&str]) -> Output {
        let output = self.output(words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        output
    }

    /// Every file below it, with its content.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        let mut folders = vec![self.root().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let content = fs::read(&path).unwrap();
                    found.push((path.strip_prefix(self.root()).unwrap().to_owned(), content));
                }
            }
        }
        found.sort();
        found
    }
}
