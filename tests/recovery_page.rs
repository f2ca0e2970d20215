//! Runs the shell blocks of `docs/recovery-without-breakglass.md` and of `docs/spec/note.md`, in order and as
//! they stand, on the escrow that the demonstration leaves.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::have;

/// A directory with an `escrow`, `alice.key` and `bob.key`, and the password that was sealed.
struct Place {
    directory: tempfile::TempDir,
    password: String,
}

fn place() -> Place {
    let directory = tempfile::tempdir().unwrap();
    let demo = Command::new(env!("CARGO_BIN_EXE_breakglass"))
        .args(["demo", "--keep"])
        .env("TMPDIR", directory.path())
        .output()
        .unwrap();
    let told = String::from_utf8(demo.stdout).unwrap();
    assert!(demo.status.success(), "{told}");
    let left: Vec<PathBuf> =
        fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    let [stage] = left.as_slice() else { panic!("{left:?}") };
    fs::rename(stage.join("escrow"), directory.path().join("escrow")).unwrap();
    fs::copy(stage.join("req.bgr"), directory.path().join("req.bgr")).unwrap();
    for id in ["alice", "bob"] {
        fs::copy(stage.join(format!("{id}/{id}.key")), directory.path().join(format!("{id}.key"))).unwrap();
    }
    let password = told.split("password: ").nth(1).and_then(|rest| rest.split_whitespace().next());
    Place { password: password.unwrap().to_owned(), directory }
}

/// The fenced `sh` blocks of a page, one after another.
fn blocks(page: &str) -> String {
    let mut shell = String::new();
    let mut within = false;
    for line in page.lines() {
        match line {
            "```sh" => within = true,
            "```" => within = false,
            _ if within => shell.extend([line, "\n"]),
            _ => {}
        }
    }
    assert!(!shell.is_empty());
    shell
}

impl Place {
    fn bash(&self, script: &str) -> Output {
        Command::new("bash")
            .args(["-euc", script])
            .current_dir(self.directory.path())
            .envs([("ESCROW", "escrow"), ("VAULT", "prod"), ("GENERATION", "1"), ("REQUEST", "req.bgr")])
            .output()
            .unwrap()
    }

    fn run(&self, page: &str) -> Output {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
        self.bash(&blocks(&fs::read_to_string(path).unwrap()))
    }

    /// Changes the log once, in a way that leaves its length.
    fn change_log(&self, from: &str, to: &str) {
        let log = self.directory.path().join("escrow/log");
        let before = fs::read_to_string(&log).unwrap();
        let after = before.replacen(from, to, 1);
        assert!(after != before && after.len() == before.len());
        fs::write(&log, after).unwrap();
    }
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const RECOVERY: &str = "docs/recovery-without-breakglass.md";

#[test]
fn the_recovery_page_recovers_the_credentials() {
    if !have("the_recovery_page_recovers_the_credentials", &["age", "age-keygen", "openssl", "python3"]) {
        return;
    }
    let place = place();
    let output = place.run(RECOVERY);
    let (out, err) = (said(&output.stdout), said(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    for expected in [&place.password, "111122223333", "root@example.com"] {
        assert!(out.lines().any(|line| line == expected), "no line is `{expected}` in\n{out}");
    }
    // The request carried the log as it was then, and each sealed share.
    let [log, carried] =
        ["escrow/log", "carried.log"].map(|name| fs::read(place.directory.path().join(name)).unwrap());
    assert!(log.starts_with(&carried) && log.len() > carried.len());
    let shares =
        ["alice", "bob", "carol"].map(|id| format!("cmp carried-0? escrow/vaults/prod/1/{id}.share.age"));
    for (at, share) in shares.iter().enumerate() {
        let compared = place.bash(&share.replace('?', &(at + 1).to_string()));
        assert!(compared.status.success(), "{compared:?}");
    }
    // RFC 6238, appendix B, the first SHA-1 vector.
    let uri = "otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=8";
    let output = place.bash(&format!("echo '{uri}' | python3 totp.py 59"));
    assert!(output.stdout.starts_with(b"94287082, for 1 more"), "{output:?}");
}

#[test]
fn the_recovery_page_stops_at_a_changed_record() {
    if !have("the_recovery_page_stops_at_a_changed_record", &["age", "age-keygen", "openssl", "python3"]) {
        return;
    }
    let place = place();
    place.change_log("INC-42", "INC-43");
    let output = place.run(RECOVERY);
    let err = said(&output.stderr);
    assert!(!output.status.success() && err.contains("the signature of carol does not verify"), "{err}");
}

/// The log of a case of the corpus, with the one that it continues.
fn vector(name: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let folder = root.join("log").join(name);
    let expect = fs::read_to_string(folder.join("expect")).unwrap();
    let base = expect.lines().find_map(|line| line.strip_prefix("base: "));
    let before = base.map(|base| fs::read(root.join("base").join(base)).unwrap()).unwrap_or_default();
    [before, fs::read(folder.join("log")).unwrap()].concat()
}

#[test]
fn walk_py_walks_logs_with_gaps_and_looks_into_branches() {
    if !have("walk_py_walks_logs_with_gaps_and_looks_into_branches", &["openssl", "python3"]) {
        return;
    }
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(RECOVERY)).unwrap();
    let script = page.split("cat > walk.py <<'EOF'\n").nth(1).unwrap().split("\nEOF\n").next().unwrap();
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("walk.py"), script).unwrap();
    let walk = |log: &[u8]| {
        fs::write(place.path().join("log"), log).unwrap();
        let mut command = Command::new("python3");
        let output = command.args(["walk.py", "log"]).current_dir(place.path()).output().unwrap();
        (output.status.success(), said(&output.stdout) + &said(&output.stderr))
    };
    for (name, expected) in [
        ("continued", "continue by "),
        ("continue-kept", " (kept)  "),
        ("records-missing", "  MISSING\n"),
        ("adopted", ", branch: "),
        ("adopted-within-another", ", branch: "),
        ("adopted-in-parts", ", branch: "),
        ("adopted-with-its-parts", ", branch: "),
        ("adopted-request-released", "release by "),
        ("recovered", "recovered by "),
        ("retired", "retire by "),
    ] {
        let (walked, told) = walk(&vector(name));
        assert!(walked && told.contains(expected), "{name}: {told}");
    }
    for (name, expected) in [
        ("continue-place", "does not follow"),
        ("continue-prev", "does not follow"),
        ("continue-last-other", "does not follow"),
        ("chain-seq-gap", "does not follow"),
    ] {
        let (walked, told) = walk(&vector(name));
        assert!(!walked && told.contains(expected), "{name}: {told}");
    }
    // A signature within a branch.
    let log = String::from_utf8(vector("adopted")).unwrap();
    let (before, branch) = log.split_once("\"records\":\"").unwrap();
    let mut records = data_encoding::BASE64.decode(branch.split('"').next().unwrap().as_bytes()).unwrap();
    let dash = records.windows(4).rposition(|part| part == "\u{2014} ".as_bytes()).unwrap();
    let at = records.len() - 10;
    records[at] = if records[at] == b'A' { b'B' } else { b'A' };
    assert!(at > dash);
    let changed = data_encoding::BASE64.encode(&records);
    let rest = branch.split_once('"').unwrap().1;
    let (walked, _) = walk(format!("{before}\"records\":\"{changed}\"{rest}").as_bytes());
    assert!(!walked);
}

#[test]
fn a_note_is_checked_with_openssl_alone() {
    if !have("a_note_is_checked_with_openssl_alone", &["openssl"]) {
        return;
    }
    let place = place();
    let output = place.run("docs/spec/note.md");
    let out = said(&output.stdout);
    assert!(output.status.success(), "{out}{}", said(&output.stderr));
    assert!(out.contains("Signature Verified Successfully"), "{out}");
    place.change_log("Example Corp", "Exomple Corp");
    assert!(!place.run("docs/spec/note.md").status.success());
}
