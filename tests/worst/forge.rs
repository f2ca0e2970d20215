//! Notes and shares that no part of the program would write: spelled by hand, and signed all the same.

use breakglass::crypto::digest::Digest;
use breakglass::record::card::VerifiedCard;
use breakglass::record::frame::{FramedRecord, RecordBody};
use breakglass::record::note::{Note, Signed};
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use crate::world::{Signs, World};

/// A signature line: any name, any 32 bytes as the key, any 64 as the signature.
pub fn signature_line(name: &str, key: &[u8; 32], signature: &[u8; 64]) -> String {
    let digest = Digest::of_parts(&[name.as_bytes(), b"\n\x01", key]);
    format!("\u{2014} {name} {}\n", BASE64.encode(&[&digest.as_bytes()[..4], signature].concat()))
}

/// The signature line that the holder of a key writes under `text`, its line feed included.
pub fn honest_line((name, key): &Signs<'_>, text: &str) -> String {
    signature_line(&name.to_string(), key.verifying_key().as_bytes(), &key.sign(text.as_bytes()))
}

/// A note of that JSON line, properly signed, whatever it says.
pub fn signed(line: &str, signers: &[Signs<'_>]) -> Vec<u8> {
    let text = format!("{line}\n");
    let lines: String = signers.iter().map(|one| honest_line(one, &text)).collect();
    format!("{text}\n{lines}").into_bytes()
}

/// The JSON line of a body, without its line feed.
pub fn line_of<B: Signed>(body: &B, signers: &[Signs<'_>]) -> String {
    first_line(Note::sign(body, signers).as_bytes())
}

/// The first line of a note.
pub fn first_line(note: &[u8]) -> String {
    let end = note.iter().position(|byte| *byte == b'\n').unwrap();
    String::from_utf8(note[..end].to_vec()).unwrap()
}

/// `from` once replaced by `to`; it must be there.
#[track_caller]
pub fn swapped(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "no `{from}` in {text}");
    text.replacen(from, to, 1)
}

/// The next record of a world's log, as it should be.
pub fn entry<S: RecordBody>(world: &World, says: S, signers: &[Signs<'_>]) -> FramedRecord<S> {
    let tail = world.head();
    FramedRecord {
        escrow: Some(world.id()),
        seq: tail.seq + 1,
        prev: tail.hash,
        time: world.tick(),
        by: signers.iter().map(|(name, _)| name.clone()).collect(),
        says,
    }
}

/// The next record of a world's log with its JSON line changed, and signed as changed.
pub fn record<S: RecordBody>(
    world: &World,
    says: S,
    signers: &[Signs<'_>],
    change: impl FnOnce(&str) -> String,
) -> Vec<u8> {
    let line = line_of(&entry(world, says, signers), signers);
    [signed(&change(&line), signers), b"\n".to_vec()].concat()
}

/// A card with its JSON line changed, and signed as changed.
pub fn card(card: &VerifiedCard, signs: &Signs<'_>, change: impl FnOnce(&str) -> String) -> Vec<u8> {
    signed(&change(&first_line(card.note().as_bytes())), std::slice::from_ref(signs))
}

/// A share's text with another value in one of its lines.
pub fn with_value(share: &str, name: &str, value: &str) -> String {
    let begins = format!("{name} ");
    assert!(share.lines().any(|line| line.starts_with(&begins)), "a share has a `{name}`");
    let lines = share.lines().map(|line| {
        if line.starts_with(&begins) { format!("{begins}{value}\n") } else { format!("{line}\n") }
    });
    lines.collect()
}

/// A kind of record that this version does not know.
#[derive(Clone, Serialize, Deserialize)]
pub struct Novel {
    pub text: String,
}

impl RecordBody for Novel {
    const KIND: &'static str = "novel";
}
