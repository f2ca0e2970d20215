//! Signature lines: who signed, a hint at the key, and the signature.

use data_encoding::BASE64;

use crate::crypto::digest::Digest;
use crate::crypto::sign::{SignatureBytes, VerifyingKey};
use crate::record::note_error::{MAX_SIGNATURES, NoteError};
use crate::value::names::KeyName;

/// How a signature line begins: an em dash and a space.
pub(super) const DASH: &str = "\u{2014} ";

/// The most bytes of a signature line: a name, a blob of 68 bytes in base64, and what is around them.
const MAX_SIGNATURE_LINE: usize = 256;

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SignatureLine {
    pub(super) name: KeyName,
    pub(super) key_id: [u8; 4],
    pub(super) signature: SignatureBytes,
}

/// The id of a key in a signature line, a hint: SHA-256(name ‖ LF ‖ 1 ‖ public key), its first four bytes.
pub fn key_id(name: &KeyName, key: &VerifyingKey) -> [u8; 4] {
    let digest = Digest::of_parts(&[name.to_string().as_bytes(), b"\n\x01", key.as_bytes()]);
    let [a, b, c, d, ..] = *digest.as_bytes();
    [a, b, c, d]
}

impl SignatureLine {
    /// Reads `— NAME BASE64`, without its line feed.
    fn parse(line: &[u8]) -> Option<SignatureLine> {
        let line = std::str::from_utf8(line).ok()?.strip_prefix(DASH)?;
        let (name, blob) = line.split_once(' ')?;
        // data-encoding refuses trailing bits and anything outside the alphabet.
        let blob: [u8; 68] = BASE64.decode(blob.as_bytes()).ok()?.try_into().ok()?;
        let (key_id, signature) = blob.split_first_chunk::<4>()?;
        Some(SignatureLine {
            name: name.parse().ok()?,
            key_id: *key_id,
            signature: signature.try_into().ok()?,
        })
    }
}

/// The signature lines after a text of `text` bytes and its empty line, and where they end.
pub(super) fn signatures_after(bytes: &[u8], text: usize) -> Result<(Vec<SignatureLine>, usize), NoteError> {
    match bytes.get(text) {
        Some(b'\n') => {}
        Some(_) => return Err(NoteError::NotASignatureLine(2)),
        None => return Err(NoteError::Incomplete),
    }
    let mut end = text + 1;
    let mut signatures: Vec<SignatureLine> = Vec::new();
    while bytes[end..].starts_with(DASH.as_bytes()) {
        let within = &bytes[end..bytes.len().min(end + MAX_SIGNATURE_LINE)];
        let number = signatures.len() + 3;
        let found = line(within).ok_or(if within.len() < MAX_SIGNATURE_LINE {
            NoteError::Incomplete
        } else {
            NoteError::NotASignatureLine(number)
        })?;
        if signatures.len() == MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        let signature = SignatureLine::parse(found).ok_or(NoteError::NotASignatureLine(number))?;
        if signatures.iter().any(|other| other.name == signature.name) {
            return Err(NoteError::DuplicateSignature(signature.name));
        }
        signatures.push(signature);
        end += found.len() + 1;
    }
    if signatures.is_empty() {
        // The bytes may stop within the first signature line's dash.
        let torn = DASH.as_bytes().starts_with(&bytes[end..]);
        return Err(if torn { NoteError::Incomplete } else { NoteError::NotASignatureLine(3) });
    }
    Ok((signatures, end))
}

/// The first line of `bytes`, without its line feed; `None` if there is no line feed.
pub(super) fn line(bytes: &[u8]) -> Option<&[u8]> {
    bytes.iter().position(|byte| *byte == b'\n').map(|end| &bytes[..end])
}
