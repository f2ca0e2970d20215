//! The other reader, in Python, reads every case of `tests/vectors/` as it is expected: see
//! `tests/independent/README.md`.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::python_of_the_reader;

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

fn check(python: &Path, corpus: &Path) -> Output {
    let program = tests().join("independent/check.py");
    Command::new(python).arg("-B").arg(program).arg(corpus).output().unwrap()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target)
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn the_other_reader_agrees_on_every_case() {
    let Some(python) = python_of_the_reader("the_other_reader_agrees_on_every_case") else { return };
    let output = check(&python, &tests().join("vectors"));
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    let last = told.lines().last().unwrap_or_default();
    let cases: usize = last.split(' ').next().unwrap().parse().unwrap();
    assert!(cases >= 400 && last.ends_with(" 0 disagree"), "{told}");
}

/// The control: in each family one bit of one artifact is another, and the reader notices each.
#[test]
fn one_bit_is_noticed_in_each_family() {
    let Some(python) = python_of_the_reader("one_bit_is_noticed_in_each_family") else { return };
    let folder = tempfile::tempdir().unwrap();
    let good = [
        ("log/rotated", "log"),
        ("note/good", "note"),
        ("card/good", "card"),
        ("head/good", "head"),
        ("payload/good", "payload"),
        ("share/good", "share"),
        ("approval/good", "approval.bga"),
        ("request/good", "request.bgr"),
        ("recover/from-shares", "payload.age"),
    ];
    for base in ["base"].into_iter().chain(good.map(|(case, _)| case)) {
        copy(&tests().join("vectors").join(base), &folder.path().join(base));
    }
    let output = check(&python, folder.path());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    for (case, file) in good {
        let path = folder.path().join(case).join(file);
        let mut bytes = fs::read(&path).unwrap();
        // In a head, which nobody signs, another digit is another head.
        bytes[if file == "head" { 0 } else { 20 }] ^= 1;
        fs::write(&path, bytes).unwrap();
    }
    let output = check(&python, folder.path());
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{told}");
    for (case, _) in good {
        assert!(told.lines().any(|line| line.starts_with(&format!("{case}:"))), "{case} passed: {told}");
    }
}

/// What stands on the command line of `breakglass verify` stands on the other reader's, with the same exit code.
#[test]
fn the_other_reader_has_the_same_exit_codes() {
    let Some(python) = python_of_the_reader("the_other_reader_has_the_same_exit_codes") else { return };
    let folder = tempfile::tempdir().unwrap();
    for (case, exit) in [("log/genesis", 0), ("log/empty", 10), ("log/chain-prev", 10)] {
        let case = tests().join("vectors").join(case);
        let expect = fs::read_to_string(case.join("expect")).unwrap();
        let base = expect.lines().find_map(|line| line.strip_prefix("base: "));
        let base =
            base.map_or_else(Vec::new, |base| fs::read(tests().join("vectors/base").join(base)).unwrap());
        let log = folder.path().join("log");
        fs::write(&log, [base, fs::read(case.join("log")).unwrap()].concat()).unwrap();
        let time = ["--time", "2026-11-23T12:00:00Z"];
        let ours = Command::new(env!("CARGO_BIN_EXE_breakglass"))
            .args(["verify", "--json", "--escrow"])
            .arg(folder.path())
            .args(time)
            .output()
            .unwrap();
        let program = tests().join("independent/verify.py");
        let theirs = Command::new(&python).arg("-B").arg(program).arg(&log).args(time).output().unwrap();
        assert_eq!(ours.status.code(), Some(exit), "{case:?}: {ours:?}");
        assert_eq!(theirs.status.code(), Some(exit), "{case:?}: {theirs:?}");
        assert_eq!(verdict(&ours), verdict(&theirs));
    }
}

fn verdict(output: &Output) -> serde_json::Value {
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    report["verdict"].clone()
}

/// A case of the family `recover` as an escrow's directory, as `recover.py` takes it.
fn escrow(case: &str, folder: &Path) {
    let case = tests().join("vectors/recover").join(case);
    let expect = fs::read_to_string(case.join("expect")).unwrap();
    let base = expect.lines().find_map(|line| line.strip_prefix("base: ")).unwrap();
    let base = fs::read(tests().join("vectors/base").join(base)).unwrap();
    fs::write(folder.join("log"), [base, fs::read(case.join("log")).unwrap()].concat()).unwrap();
    let vault = folder.join("vaults/prod/1");
    copy(&case, &vault);
    for entry in fs::read_dir(&vault).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if [".key", ".bga", ".session.age"].iter().any(|ending| name.ends_with(ending)) {
            fs::rename(&path, folder.join(name)).unwrap();
        }
    }
}

/// The recoverer opens a vault from shares, and from approvals, and shows the code of that moment.
#[test]
fn the_other_reader_opens_a_vault() {
    let Some(python) = python_of_the_reader("the_other_reader_opens_a_vault") else { return };
    let from_shares =
        ["--identity", "bob.key", "--identity", "carol.key", "--passphrase", "correct horse battery"];
    let from_approvals = [
        "--identity",
        "carol.key",
        "--session",
        "request.session.age",
        "--approval",
        "alice.bga",
        "--approval",
        "bob.bga",
    ];
    for (case, given, good) in [
        ("from-shares-under-a-passphrase", &from_shares[..], true),
        ("from-shares-under-a-passphrase", &from_shares[..2], false),
        ("from-approvals", &from_approvals[..], true),
        ("from-approvals", &from_approvals[..6], false),
    ] {
        let folder = tempfile::tempdir().unwrap();
        escrow(case, folder.path());
        let program = tests().join("independent/recover.py");
        let output = Command::new(&python)
            .current_dir(folder.path())
            .arg("-B")
            .arg(program)
            .args([".", "prod", "--time", "2005-03-18T01:58:29Z"])
            .args(given)
            .output()
            .unwrap();
        assert_eq!(output.status.success(), good, "{case}: {output:?}");
        if good {
            let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(told["fields"]["password"], "correct horse battery staple");
            // RFC 6238's own vector for 1111111109: 07081804, of which six digits are asked for.
            assert_eq!(told["totp_code"], "081804");
        } else {
            assert!(output.stdout.is_empty());
        }
    }
}
