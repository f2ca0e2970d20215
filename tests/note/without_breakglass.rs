//! A note is checked with tools that every machine has, and without this program.

use std::process::Command;

use super::*;

/// Checks the note `note` with the key `key.der`, for the person `alice`: first the key's id, then the signature.
const BY_HAND: &str = r#"
set -eu
sed -n 1p note > line
sed -n '3s/^— alice //p' note | base64 -d > blob
head -c 4 blob > id
tail -c +5 blob > signature
{ printf 'alice\n\001'; tail -c 32 key.der; } | sha256sum | sed 's/^\(........\).*/\1/' > expected
od -An -tx1 id | sed 's/ //g' | cmp - expected
openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey key.der -in line -sigfile signature
"#;

#[test]
fn a_note_is_checked_with_sed_base64_sha256sum_and_openssl_alone() {
    let test = "a_note_is_checked_with_sed_base64_sha256sum_and_openssl_alone";
    if !common::have(test, &["sh", "sed", "base64", "head", "tail", "od", "cmp", "sha256sum", "openssl"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // RFC 8410: an Ed25519 public key is 12 fixed bytes and the key.
    let der = |who: &str| {
        let head = data_encoding::HEXLOWER.decode(b"302a300506032b6570032100").unwrap();
        [head, key(who).verifying_key().as_bytes().to_vec()].concat()
    };
    let check = |note: &[u8], der: &[u8]| {
        std::fs::write(folder.path().join("note"), note).unwrap();
        std::fs::write(folder.path().join("key.der"), der).unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", BY_HAND]).current_dir(folder.path()).output().unwrap()
    };
    let good = Note::sign(&letter(), &[(name("alice"), &key("alice"))]);
    let output = check(good.as_bytes(), &der("alice"));
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("Signature Verified Successfully"));
    // Controls: another key, another line, another signature.
    assert!(!check(good.as_bytes(), &der("bob")).status.success());
    for at in [40, good.as_bytes().len() - 20] {
        let mut bad = good.as_bytes().to_vec();
        bad[at] ^= 1;
        assert!(!check(&bad, &der("alice")).status.success(), "byte {at}");
    }
}
