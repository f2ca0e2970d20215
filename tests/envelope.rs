//! Envelopes, identities and recipients: what is refused, how, and before how much work; and that stock `age`
//! reads what is written here, and the other way round.

use breakglass::crypto::envelope::{
    EnvelopeError, Identity, IdentityError, IdentityFile, MAX_IDENTITY_FILE, decrypt, encrypt,
    encrypt_armored, identity_file, lock_identity_file, vault_identity, vault_recipient,
};
use breakglass::crypto::recipient::{Recipient, RecipientError};
use data_encoding::{BASE64, BASE64_NOPAD};
use secrecy::ExposeSecret as _;

mod common;
#[path = "envelope/identity_files.rs"]
mod identity_files;
#[path = "envelope/recipients.rs"]
mod recipients;

const PLAIN: &[u8] = b"twelve lines of a share";
const LIMIT: usize = 1 << 20;

/// An identity, and a file that it opens.
fn sealed(plain: &[u8]) -> (Identity, Vec<u8>) {
    let identity = Identity::generate();
    let file = encrypt(&[identity.to_recipient()], plain).unwrap();
    (identity, file)
}

fn refusal(identity: &Identity, file: &[u8]) -> EnvelopeError {
    decrypt(std::slice::from_ref(identity), file, LIMIT).expect_err("it was opened")
}

fn is_damaged(identity: &Identity, file: &[u8], why: &str) {
    match refusal(identity, file) {
        EnvelopeError::Damaged(said) => assert!(said.contains(why), "{said}, where {why} was expected"),
        other => panic!("{other:?}, where {why} was expected"),
    }
}

/// The binary file within an armoured one.
fn unarmored(file: &str) -> Vec<u8> {
    let base64: String = file.lines().filter(|line| !line.starts_with("-----")).collect();
    BASE64.decode(base64.as_bytes()).unwrap()
}

fn armored(file: &[u8]) -> String {
    let base64 = BASE64.encode(file);
    let lines: Vec<_> = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN AGE ENCRYPTED FILE-----\n{}\n-----END AGE ENCRYPTED FILE-----\n", lines.join("\n"))
}

/// A file with these stanzas, and with a MAC and a payload that nobody gets as far as.
fn with_stanzas(stanzas: &str) -> Vec<u8> {
    let mac = BASE64_NOPAD.encode(&[7; 32]);
    [format!("age-encryption.org/v1\n{stanzas}--- {mac}\n").as_bytes(), &[7; 48]].concat()
}

fn stanza(kind: &str) -> String {
    format!("-> {kind} {}\n{}\n", BASE64_NOPAD.encode(&[9; 32]), BASE64_NOPAD.encode(&[7; 32]))
}

fn scrypt_stanza(work: &str) -> String {
    let (salt, body) = (BASE64_NOPAD.encode(&[5; 16]), BASE64_NOPAD.encode(&[7; 32]));
    format!("-> scrypt {salt} {work}\n{body}\n")
}

fn scrypt_file(work: u8) -> Vec<u8> {
    with_stanzas(&scrypt_stanza(&work.to_string()))
}

/// An identity file locked with next to no work.
fn locked(text: &str, passphrase: &str) -> String {
    lock_identity_file(&text.into(), &passphrase.into(), 2).unwrap()
}

fn unlock(file: &[u8], passphrase: &str) -> Result<Vec<Identity>, IdentityError> {
    match IdentityFile::parse(file)? {
        IdentityFile::Locked(locked) => locked.unlock(&passphrase.into()),
        IdentityFile::Plain(_) => panic!("it is not locked"),
    }
}

fn plain(file: &[u8]) -> Result<Vec<Recipient>, IdentityError> {
    match IdentityFile::parse(file)? {
        IdentityFile::Plain(identities) => Ok(identities.iter().map(Identity::to_recipient).collect()),
        IdentityFile::Locked(_) => panic!("it is locked"),
    }
}

fn text_of(identity: &Identity) -> String {
    identity.expose_text().expose_secret().to_owned()
}

// ── Round trips ──

#[test]
fn every_recipient_opens_it_in_either_form_and_nobody_else_does() {
    let identities: Vec<Identity> = (0..3).map(|_| Identity::generate()).collect();
    let recipients: Vec<Recipient> = identities.iter().map(Identity::to_recipient).collect();
    let binary = encrypt(&recipients, PLAIN).unwrap();
    let text = encrypt_armored(&recipients, PLAIN).unwrap();
    assert!(text.is_ascii() && text.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n"));
    for file in [&binary[..], text.as_bytes(), &unarmored(&text), armored(&binary).as_bytes()] {
        for identity in &identities {
            let plain = decrypt(&[Identity::generate(), identity.clone()], file, LIMIT).unwrap();
            assert_eq!(&plain[..], PLAIN);
        }
        assert_eq!(refusal(&Identity::generate(), file), EnvelopeError::NoMatchingKey);
        assert_eq!(decrypt(&[], file, LIMIT).unwrap_err(), EnvelopeError::NoMatchingKey);
    }
}

#[test]
fn two_files_of_one_plaintext_differ() {
    let recipient = [Identity::generate().to_recipient()];
    assert_ne!(encrypt(&recipient, PLAIN).unwrap(), encrypt(&recipient, PLAIN).unwrap());
}

#[test]
fn plaintexts_of_every_size_come_back_within_the_limit_and_are_refused_above_it() {
    const CHUNK: usize = 64 << 10;
    for size in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK] {
        let plain = vec![b'x'; size];
        let (identity, file) = sealed(&plain);
        let identity = [identity];
        assert_eq!(decrypt(&identity, &file, size).unwrap()[..], plain, "{size}");
        assert_eq!(decrypt(&identity, &file, size + 1).unwrap().len(), size);
        for limit in [0, size.saturating_sub(1)].into_iter().filter(|limit| *limit < size) {
            assert_eq!(
                decrypt(&identity, &file, limit).unwrap_err(),
                EnvelopeError::TooLarge(limit),
                "{size}"
            );
        }
    }
}

#[test]
fn nothing_is_encrypted_to_nobody() {
    assert_eq!(encrypt(&[], PLAIN), Err(EnvelopeError::NoRecipient));
    assert_eq!(encrypt_armored(&[], PLAIN), Err(EnvelopeError::NoRecipient));
}

/// RFC 7748, section 6.1: Alice's key pair. The vault key is the X25519 secret key itself.
#[test]
fn a_vault_key_is_an_x25519_secret_key() {
    let hex = |text: &str| -> [u8; 32] {
        data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap().try_into().unwrap()
    };
    let secret = hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    let public = hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    let key_in = |text: &str| bech32::decode(text).unwrap().1;
    assert_eq!(key_in(vault_recipient(&secret).as_str()), public);
    let identity = vault_identity(&secret);
    assert_eq!(key_in(identity.expose_text().expose_secret()), secret);
    let file = encrypt(&[vault_recipient(&secret)], PLAIN).unwrap();
    assert_eq!(decrypt(&[identity], &file, LIMIT).unwrap()[..], *PLAIN);
}

// ── Damage ──

#[test]
fn every_flipped_bit_of_a_file_is_refused() {
    let (identity, good) = sealed(PLAIN);
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bad = good.clone();
            bad[at] ^= 1 << bit;
            assert!(decrypt(std::slice::from_ref(&identity), &bad, LIMIT).is_err(), "byte {at}, bit {bit}");
        }
    }
}

/// Armour may be spelled in more than one way; what it holds may not.
#[test]
fn no_flipped_bit_of_an_armoured_file_gives_another_plaintext() {
    let identity = [Identity::generate()];
    let good = encrypt_armored(&[identity[0].to_recipient()], PLAIN).unwrap().into_bytes();
    let mut refused = 0;
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        match decrypt(&identity, &bad, LIMIT) {
            Ok(plain) => assert_eq!(plain[..], *PLAIN, "byte {at}"),
            Err(_) => refused += 1,
        }
    }
    assert!(refused + 4 > good.len(), "only {refused} of {} were refused", good.len());
}

#[test]
fn every_truncation_is_refused() {
    let (identity, good) = sealed(PLAIN);
    let text = armored(&good);
    for length in 0..good.len() {
        assert!(decrypt(std::slice::from_ref(&identity), &good[..length], LIMIT).is_err(), "{length}");
    }
    // The line feed behind the last line is all that armour can spare.
    for length in 0..text.len() - 1 {
        let cut = &text.as_bytes()[..length];
        assert!(decrypt(std::slice::from_ref(&identity), cut, LIMIT).is_err(), "{length}");
    }
}

#[test]
fn a_payload_cut_between_two_chunks_or_with_something_behind_it_is_refused() {
    const SEALED_CHUNK: usize = (64 << 10) + 16;
    let (identity, good) = sealed(&vec![b'x'; 3 * (64 << 10)]);
    let header = good.len() - 3 * SEALED_CHUNK;
    for length in [header, header + SEALED_CHUNK, header + 2 * SEALED_CHUNK, good.len() - 1] {
        is_damaged(&identity, &good[..length], "");
    }
    is_damaged(&identity, &[&good[..], b"x"].concat(), "payload does not verify");
    let swapped = [
        &good[..header],
        &good[header + SEALED_CHUNK..header + 2 * SEALED_CHUNK],
        &good[header..header + SEALED_CHUNK],
        &good[header + 2 * SEALED_CHUNK..],
    ];
    is_damaged(&identity, &swapped.concat(), "payload does not verify");
}

#[test]
fn what_is_wrong_with_a_file_is_said() {
    let (identity, good) = sealed(PLAIN);
    let at = |needle: &[u8]| good.windows(needle.len()).position(|bytes| bytes == needle).unwrap();
    let changed = |at: usize| {
        let mut bad = good.clone();
        bad[at] = if bad[at] == b'A' { b'B' } else { b'A' };
        bad
    };
    is_damaged(&identity, &changed(at(b"\n--- ") + 5), "header was changed");
    is_damaged(&identity, &changed(good.len() - 1), "payload does not verify");
    is_damaged(&identity, &changed(at(b"v1") + 1), "does not begin like an age file");
    is_damaged(&identity, b"", "does not begin like an age file");
    is_damaged(&identity, b"hello", "does not begin like an age file");
    is_damaged(&identity, b"age-encryption.org/v1\n", "does not end");
    is_damaged(&identity, b"age-encryption.org/v1\n-> X25519\n", "does not end");
    is_damaged(&identity, &with_stanzas("nonsense\n"), "header is malformed");
    is_damaged(&identity, &with_stanzas(""), "");
    let text = armored(&good);
    for bad in [
        text.replacen('\n', "\n!", 1),
        text.replace("END", "FIN"),
        format!("{text}more"),
        format!("{text}{text}"),
        text.replace('=', ""),
    ] {
        if bad != text {
            is_damaged(&identity, bad.as_bytes(), "armour is malformed");
        }
    }
}

#[test]
fn a_header_with_too_many_stanzas_is_refused_by_their_number() {
    // A file to many is opened, so that the bound does not stand in the way of real ones.
    let identities: Vec<Identity> = (0..60).map(|_| Identity::generate()).collect();
    let recipients: Vec<Recipient> = identities.iter().map(Identity::to_recipient).collect();
    let file = encrypt(&recipients, PLAIN).unwrap();
    assert_eq!(decrypt(&identities[59..], &file, LIMIT).unwrap()[..], *PLAIN);
    let identity = &identities[0];
    is_damaged(identity, &with_stanzas(&stanza("X25519").repeat(65)), "too many stanzas");
    assert_eq!(refusal(identity, &with_stanzas(&stanza("X25519").repeat(64))), EnvelopeError::NoMatchingKey);
}

/// Each X25519 stanza costs a scalar multiplication. 100,000 of them are not read at all.
#[test]
fn a_header_of_100000_stanzas_is_refused_unread() {
    let identity = Identity::generate();
    is_damaged(&identity, &with_stanzas(&stanza("X25519").repeat(100_000)), "header is too large");
    is_damaged(
        &identity,
        armored(&with_stanzas(&stanza("X25519").repeat(100_000))).as_bytes(),
        "header is too large",
    );
    // One endless stanza, and one endless line, are no better.
    let line = format!("{}\n", BASE64_NOPAD.encode(&[7; 48]));
    is_damaged(
        &identity,
        &with_stanzas(&format!("-> X25519 x\n{}", line.repeat(100_000))),
        "header is too large",
    );
    is_damaged(&identity, &with_stanzas(&format!("-> {}", "x".repeat(1 << 20))), "header is too large");
}

// ── Others' stanzas ──

#[test]
fn a_plugins_stanza_runs_nothing_and_matches_nothing() {
    let identity = Identity::generate();
    for kind in ["piv-p256", "yubikey", "plugin", "ssh-ed25519", "ssh-rsa", "mlkem768x25519", "grease"] {
        assert_eq!(refusal(&identity, &with_stanzas(&stanza(kind))), EnvelopeError::NoMatchingKey, "{kind}");
    }
}

#[test]
fn a_file_that_a_passphrase_opens_is_refused_where_an_identity_should() {
    let (identity, _) = sealed(PLAIN);
    let locked = locked("AGE", "passphrase");
    assert_eq!(refusal(&identity, locked.as_bytes()), EnvelopeError::Passphrase);
    assert_eq!(refusal(&identity, &unarmored(&locked)), EnvelopeError::Passphrase);
    // Whatever work it asks for: none is done.
    assert_eq!(refusal(&identity, &scrypt_file(63)), EnvelopeError::Passphrase);
    // A passphrase beside a recipient is no file of age at all.
    is_damaged(&identity, &with_stanzas(&format!("{}{}", scrypt_stanza("18"), stanza("X25519"))), "");
}

// ── What is shown ──

#[test]
fn nothing_secret_is_shown() {
    let identity = Identity::generate();
    let secret = text_of(&identity);
    let file = locked(&secret, "correct horse");
    let other = locked(&format!("x{secret}"), "correct horse");
    let shown = [
        format!("{identity:?}"),
        format!("{:?}", vault_identity(&[7; 32])),
        format!("{:?}", IdentityFile::parse(secret.as_bytes()).unwrap()),
        format!("{:?}", IdentityFile::parse(file.as_bytes()).unwrap()),
        format!("{:?}", identity_file(&identity, "now")),
        format!("{:?} {0}", IdentityFile::parse(format!("x{secret}").as_bytes()).unwrap_err()),
        format!("{:?} {0}", Identity::from_text(&secret[1..]).unwrap_err()),
        format!("{:?} {0}", unlock(other.as_bytes(), "correct horse").unwrap_err()),
        format!("{:?} {0}", secret.parse::<Recipient>().unwrap_err()),
    ];
    for shown in shown {
        for part in ["AGE-SECRET-KEY-1", &secret[20..32], &secret[secret.len() - 12..], "correct horse"] {
            assert!(!shown.contains(part), "{shown}");
        }
    }
}
