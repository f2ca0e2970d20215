//! Files go both ways between breakglass and the stock `age` and `age-keygen`.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use breakglass::crypto::envelope::{
    Identity, IdentityFile, decrypt, encrypt, encrypt_armored, identity_file, lock_identity_file,
    vault_identity,
};
use breakglass::crypto::recipient::Recipient;
use breakglass::crypto::work::WORK_FACTOR;
use common::tool_or_skip;
use secrecy::{ExposeSecret as _, SecretString};

/// More than two of age's blocks, so that the block counter is met too.
const LENGTH: usize = 150_000;

fn plaintext() -> Vec<u8> {
    (0..LENGTH).map(|at| (at % 251) as u8).collect()
}

fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// An identity file of ours on disk, for the stock tools.
fn written(identity: &Identity, path: &Path) {
    fs::write(path, identity_file(identity, "2026-01-02T03:04:05Z").expose_secret()).unwrap();
}

fn plain(bytes: &[u8]) -> Vec<Identity> {
    match IdentityFile::parse(bytes).unwrap() {
        IdentityFile::Plain(identities) => identities,
        IdentityFile::Locked(_) => panic!("not a locked file"),
    }
}

#[test]
fn age_opens_what_we_encrypt() {
    let Some(age) = tool_or_skip("age_opens_what_we_encrypt", "age") else { return };
    let directory = tempfile::tempdir().unwrap();
    let key = directory.path().join("key");
    let vault = vault_identity(&std::array::from_fn(|at| at as u8 + 200));
    for identity in [Identity::generate(), vault] {
        written(&identity, &key);
        let to = [Identity::generate().to_recipient(), identity.to_recipient()];
        let armored = encrypt_armored(&to, &plaintext()).unwrap().into_bytes();
        for (name, file) in [("binary", encrypt(&to, &plaintext()).unwrap()), ("armored", armored)] {
            let path = directory.path().join(name);
            fs::write(&path, file).unwrap();
            let opened = run(Command::new(&age).arg("-d").arg("-i").arg(&key).arg(&path));
            assert!(opened == plaintext(), "{name}");
        }
    }
}

#[test]
fn we_open_what_age_encrypts() {
    let Some(age) = tool_or_skip("we_open_what_age_encrypts", "age") else { return };
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("plain");
    fs::write(&path, plaintext()).unwrap();
    let identity = Identity::generate();
    for armor in [&[][..], &["-a"]] {
        let file = run(Command::new(&age)
            .args(armor)
            .args(["-r", Identity::generate().to_recipient().as_str()])
            .args(["-r", identity.to_recipient().as_str()])
            .arg(&path));
        assert_eq!(file.starts_with(b"-----BEGIN"), !armor.is_empty());
        let opened = decrypt(std::slice::from_ref(&identity), &file, LENGTH).unwrap();
        assert!(*opened == plaintext());
    }
}

#[test]
fn age_keygen_and_we_read_each_others_identities() {
    let Some(keygen) = tool_or_skip("age_keygen_and_we_read_each_others_identities", "age-keygen") else {
        return;
    };
    let theirs = plain(&run(&mut Command::new(&keygen)));
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("key");
    for identity in
        [Identity::generate(), vault_identity(&[0xff; 32]), vault_identity(&[0; 32])].iter().chain(&theirs)
    {
        written(identity, &path);
        let recipient = String::from_utf8(run(Command::new(&keygen).arg("-y").arg(&path))).unwrap();
        assert_eq!(recipient.trim().parse::<Recipient>().unwrap(), identity.to_recipient());
    }
    assert_eq!(theirs.len(), 1);
}

/// Runs a command on a terminal of its own and answers each prompt with the first argument: age asks for
/// passphrases nowhere else. Gives up after a minute.
const ON_A_TERMINAL: &str = r#"
import os, pty, signal, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
signal.alarm(60)
shown = b""
while True:
    try:
        more = os.read(terminal, 1024)
    except OSError:
        break
    if not more:
        break
    shown += more
    while b": " in shown:
        shown = shown.split(b": ", 1)[1]
        os.write(terminal, sys.argv[1].encode() + b"\n")
sys.stderr.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;

#[test]
fn identity_files_under_a_passphrase_go_both_ways() {
    let test = "identity_files_under_a_passphrase_go_both_ways";
    let (Some(age), Some(python)) = (tool_or_skip(test, "age"), tool_or_skip(test, "python3")) else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let [clear, locked, again] = ["clear", "locked", "again"].map(|name| directory.path().join(name));
    let passphrase = "correct horse battery";
    let on_a_terminal = || {
        let mut command = Command::new(&python);
        command.arg("-c").arg(ON_A_TERMINAL).arg(passphrase).arg(&age);
        command
    };

    let identity = Identity::generate();
    let text = identity_file(&identity, "2026-01-02T03:04:05Z");
    fs::write(&locked, lock_identity_file(&text, &SecretString::from(passphrase), WORK_FACTOR).unwrap())
        .unwrap();
    run(on_a_terminal().arg("-d").arg("-o").arg(&clear).arg(&locked));
    assert_eq!(fs::read_to_string(&clear).unwrap(), text.expose_secret());

    for armor in [&[][..], &["-a"]] {
        run(on_a_terminal().arg("-p").args(armor).arg("-o").arg(&again).arg(&clear));
        let IdentityFile::Locked(theirs) = IdentityFile::parse(&fs::read(&again).unwrap()).unwrap() else {
            panic!("not a file in clear")
        };
        let opened = theirs.unlock(&SecretString::from(passphrase)).unwrap();
        let recipients: Vec<_> = opened.iter().map(Identity::to_recipient).collect();
        assert_eq!(recipients, [identity.to_recipient()]);
    }
}
