//! Changes to the bytes of notes, and notes whose bytes are whatever one likes.

use breakglass::crypto::sign::SigningKey;
use breakglass::record::note::key_id;
use breakglass::value::names::KeyName;
use data_encoding::BASE64;

use crate::world::{Actor, Signs};

/// Replaces something in the text of a note.
pub fn edited(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = std::str::from_utf8(bytes).unwrap();
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1).into_bytes()
}

/// Changes the first signature's blob: 4 bytes of key id, then 64 of signature.
pub fn edit_blob(text: &str, change: impl FnOnce(&mut Vec<u8>)) -> String {
    let blob = text.trim_end().rsplit(' ').next().unwrap();
    let mut bytes = BASE64.decode(blob.as_bytes()).unwrap();
    change(&mut bytes);
    text.replace(blob, &BASE64.encode(&bytes))
}

/// The order of the group, little-endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// Adds the group's order to the scalar of a signature: the same number to whoever does not look.
pub fn add_order(blob: &mut [u8]) {
    let mut carry = 0_u16;
    for (byte, add) in blob[36..].iter_mut().zip(ORDER) {
        carry += u16::from(*byte) + u16::from(add);
        *byte = carry as u8;
        carry >>= 8;
    }
}

/// A line of JSON, in whatever spelling, signed by somebody.
pub fn signed_line(line: &str, by: &Actor) -> Vec<u8> {
    let (name, key) = by.signs();
    signed_text(&format!("{line}\n"), &name, key)
}

/// A line, whatever it says, signed by all of them.
pub fn signed_by(line: &str, signers: &[Signs<'_>]) -> Vec<u8> {
    let text = format!("{line}\n");
    let lines =
        signers.iter().flat_map(|(name, key)| signed_text(&text, name, key).split_off(text.len() + 1));
    let lines: Vec<u8> = lines.collect();
    [text.as_bytes(), b"\n", &lines].concat()
}

/// A text, whatever it is, with one good signature.
pub fn signed_text(text: &str, name: &KeyName, key: &SigningKey) -> Vec<u8> {
    let id = key_id(name, &key.verifying_key());
    let blob = [&id[..], key.sign(text.as_bytes()).as_ref()].concat();
    format!("{text}\n\u{2014} {name} {}\n", BASE64.encode(&blob)).into_bytes()
}
