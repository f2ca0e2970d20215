//! The one container: a signed note.
//!
//! Everything that breakglass signs is one line of JSON, a line feed, an empty line, and 1 to 16 signature
//! lines — a strict profile of the C2SP signed note (<https://c2sp.org/signed-note>). The signature is over
//! the JSON line with its line feed, exactly as stored: verifying does not need to serialise anything again, so
//! `sed`, `base64` and `openssl` can check a note without this program.
//!
//! Reading is in two steps that cannot be taken in the wrong order: [`Note::parse`] finds the parts and
//! nothing else; [`Note::read`] checks the type first, then takes the JSON apart, and refuses it unless
//! writing it again gives the same bytes. The keys come from the caller, never from the note: see [`Note::verify`].

use data_encoding::BASE64;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::crypto::digest::Digest;
use crate::crypto::sign::{SignatureBytes, SigningKey, VerifyingKey};
use crate::value::names::KeyName;
use crate::value::public;
use crate::value::text::Shown;

/// The most bytes of a note. The largest are those that embed other notes.
pub const MAX_NOTE: usize = 16 << 20;

/// The most signature lines of a note.
pub const MAX_SIGNATURES: usize = 16;

/// The most characters of a parser's message that are repeated.
const MAX_WHY: usize = 500;

/// What every type begins with: the format and its version.
const PREFIX: &str = "{\"type\":\"breakglass/v1/";

/// The bytes that every note begins with, and that occur nowhere else in a note.
pub const BEGINNING: &[u8] = PREFIX.as_bytes();

/// What separates the type from the other fields in the JSON.
const AFTER_KIND: &str = "\",";

/// How a signature line begins: an em dash and a space.
const DASH: &str = "\u{2014} ";

/// Something that can be the signed line of a note. The type is written and checked by the container;
/// the fields that follow are the struct's own, in its order.
pub trait Signed: Serialize + DeserializeOwned {
    /// The last part of the type `breakglass/v1/KIND`.
    const KIND: &'static str;
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SignatureLine {
    name: KeyName,
    key_id: [u8; 4],
    signature: SignatureBytes,
}

/// A signed note whose parts were found. It says nothing yet about who signed: see [`Note::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    bytes: Vec<u8>,
    /// Length of the signed text: the JSON line with its line feed.
    text: usize,
    /// Length of the kind, which follows [`PREFIX`].
    kind: usize,
    signatures: Vec<SignatureLine>,
}

/// Why bytes are not a note, or a note is not what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// More than [`MAX_NOTE`] bytes.
    #[error("the note is larger than {MAX_NOTE} bytes")]
    TooLarge,
    /// The bytes end before the note does.
    #[error("the note ends too early")]
    Incomplete,
    /// The first line is not a JSON object that begins with a type of ours.
    #[error("the first line is not a breakglass object of version 1")]
    NotOurs,
    /// The signed line is not followed by an empty line and signature lines.
    #[error("line {0} is not a signature line")]
    NotASignatureLine(usize),
    /// More than [`MAX_SIGNATURES`] signature lines.
    #[error("there are more than {MAX_SIGNATURES} signatures")]
    TooManySignatures,
    /// One key signed twice.
    #[error("`{0}` signed twice")]
    DuplicateSignature(KeyName),
    /// Bytes follow the note.
    #[error("{0} bytes follow the note")]
    Trailing(usize),
    /// It is a note, but of another kind.
    #[error("it is a `{found}`, and a `{expected}` is expected")]
    WrongType {
        /// The kind that was expected.
        expected: &'static str,
        /// The kind that it says it is.
        found: String,
    },
    /// The JSON has a wrong, missing, unknown or repeated field.
    #[error("the `{kind}` is malformed at column {column}: {why}")]
    Malformed {
        /// The note's kind.
        kind: String,
        /// The column in the JSON line, from 1.
        column: usize,
        /// What the parser says.
        why: String,
    },
    /// The JSON is valid, but not in canonical form.
    #[error("the `{0}` is not in canonical form")]
    NonCanonical(String),
    /// The signature lines are not those of the people that the note names, in that order.
    #[error("it names {named:?} as its signers, but carries signatures of {signed:?}")]
    Signers {
        /// Who should have signed.
        named: Vec<String>,
        /// Whose signature lines there are.
        signed: Vec<String>,
    },
    /// The key is known, but its id differs.
    #[error("the signature of `{0}` names another key than the one on record")]
    KeyId(KeyName),
    /// The signature does not verify.
    #[error("the signature of `{0}` does not verify")]
    BadSignature(KeyName),
}

/// The id of a key in a signature line, a hint: SHA-256(name ‖ LF ‖ 1 ‖ public key), its first four bytes.
pub fn key_id(name: &KeyName, key: &VerifyingKey) -> [u8; 4] {
    let digest = Digest::of_parts(&[name.to_string().as_bytes(), b"\n\x01", key.as_bytes()]);
    let [a, b, c, d, ..] = *digest.as_bytes();
    [a, b, c, d]
}

/// The canonical form of a body: its JSON on one line, the type first, with a line feed.
fn spell<B: Signed>(body: &B) -> String {
    let json = serde_json::to_string(body).expect("a body has string keys and no fallible field");
    let fields = json.strip_prefix('{').expect("a body is a JSON object");
    format!("{PREFIX}{}{AFTER_KIND}{fields}\n", B::KIND)
}

impl Note {
    /// How many bytes the signed line of `body` has: what is bounded by [`MAX_NOTE`] before it is signed.
    pub fn line_length<B: Signed>(body: &B) -> usize {
        public::work(|| spell(body).len())
    }

    /// Signs `body` with each key under its name, in the order given.
    ///
    /// # Panics
    /// If the result is not a note: without a signer, with one name signing twice, or with too large a line. Callers
    /// bound what they put in, and the ledger measures it.
    pub fn sign<B: Signed>(body: &B, signers: &[(KeyName, &SigningKey)]) -> Note {
        public::work(|| {
            let text = spell(body);
            let mut bytes = text.clone().into_bytes();
            bytes.push(b'\n');
            for (name, key) in signers {
                let mut blob = key_id(name, &key.verifying_key()).to_vec();
                blob.extend(key.sign(text.as_bytes()));
                bytes.extend(format!("{DASH}{name} {}\n", BASE64.encode(&blob)).bytes());
            }
            Note::parse(&bytes).expect("what was just written can be read")
        })
    }

    /// Finds the parts of a note that fills `bytes` from the first to the last.
    ///
    /// # Errors
    /// [`NoteError`], for anything that is not exactly one note.
    pub fn parse(bytes: &[u8]) -> Result<Note, NoteError> {
        let (note, length) = Note::take(bytes)?;
        if length < bytes.len() { Err(NoteError::Trailing(bytes.len() - length)) } else { Ok(note) }
    }

    /// Finds the note at the start of `bytes`, and its length. It ends before the first line that is not a signature
    /// line.
    ///
    /// # Errors
    /// [`NoteError`], if there is no note.
    pub fn take(bytes: &[u8]) -> Result<(Note, usize), NoteError> {
        let within = &bytes[..bytes.len().min(MAX_NOTE)];
        let too_far = if bytes.len() > MAX_NOTE { NoteError::TooLarge } else { NoteError::Incomplete };
        if !within.starts_with(&PREFIX.as_bytes()[..within.len().min(PREFIX.len())]) {
            return Err(NoteError::NotOurs);
        }
        let text = line(within).ok_or(too_far.clone())?.len() + 1;
        let json = std::str::from_utf8(&within[..text]).map_err(|_| NoteError::NotOurs)?;
        let rest = json.strip_prefix(PREFIX).ok_or(NoteError::NotOurs)?;
        let kind = rest.find('"').filter(|end| is_kind(&rest[..*end])).ok_or(NoteError::NotOurs)?;
        match within.get(text) {
            Some(b'\n') => {}
            Some(_) => return Err(NoteError::NotASignatureLine(2)),
            None => return Err(too_far),
        }
        let mut end = text + 1;
        let mut signatures: Vec<SignatureLine> = Vec::new();
        while within[end..].starts_with(DASH.as_bytes()) {
            let found = line(&within[end..]).ok_or(too_far.clone())?;
            if signatures.len() == MAX_SIGNATURES {
                return Err(NoteError::TooManySignatures);
            }
            let number = signatures.len() + 3;
            let signature = SignatureLine::parse(found).ok_or(NoteError::NotASignatureLine(number))?;
            if signatures.iter().any(|other| other.name == signature.name) {
                return Err(NoteError::DuplicateSignature(signature.name));
            }
            signatures.push(signature);
            end += found.len() + 1;
        }
        if signatures.is_empty() {
            // The bytes may stop within the first signature line's dash.
            let torn = DASH.as_bytes().starts_with(&within[end..]);
            return Err(if torn { too_far } else { NoteError::NotASignatureLine(3) });
        }
        Ok((Note { bytes: within[..end].to_vec(), text, kind, signatures }, end))
    }

    /// The note as it is stored.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The SHA-256 of the whole note, signatures included.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }

    /// The kind it says it is: `breakglass/v1/KIND`.
    pub fn kind(&self) -> &str {
        let kind = &self.bytes[PREFIX.len()..PREFIX.len() + self.kind];
        std::str::from_utf8(kind).expect("the signed line was found to be UTF-8")
    }

    /// Whose signature lines it carries, in order.
    pub fn signers(&self) -> impl Iterator<Item = &KeyName> {
        self.signatures.iter().map(|line| &line.name)
    }

    /// Takes the JSON apart as a `B`, type first.
    ///
    /// # Errors
    /// [`NoteError::WrongType`], [`NoteError::Malformed`] or [`NoteError::NonCanonical`].
    pub fn read<B: Signed>(&self) -> Result<B, NoteError> {
        if self.kind() != B::KIND {
            return Err(NoteError::WrongType { expected: B::KIND, found: self.kind().to_owned() });
        }
        let body: B = self.peek()?;
        // What is signed must have exactly one form, or two parsers could read one note differently.
        if spell(&body).as_bytes() != &self.bytes[..self.text] {
            return Err(NoteError::NonCanonical(self.kind().to_owned()));
        }
        Ok(body)
    }

    /// Takes the JSON apart without checking the type or the form: for the frame of a record of an unknown kind.
    ///
    /// # Errors
    /// [`NoteError::Malformed`].
    pub fn peek<T: DeserializeOwned>(&self) -> Result<T, NoteError> {
        let after = PREFIX.len() + self.kind;
        let fields = self.bytes[after..self.text]
            .strip_prefix(AFTER_KIND.as_bytes())
            .ok_or_else(|| NoteError::NonCanonical(self.kind().to_owned()))?;
        let json = [b"{", fields].concat();
        serde_json::from_slice(&json).map_err(|error| NoteError::Malformed {
            kind: self.kind().to_owned(),
            column: error.column() + after + AFTER_KIND.len() - 1,
            why: told(&error.to_string()),
        })
    }

    /// Checks that the note is signed by exactly the `signers`, in that order, each with the key that the
    /// caller has for that name. Keys never come from the note itself.
    ///
    /// # Errors
    /// [`NoteError::Signers`], [`NoteError::KeyId`] or [`NoteError::BadSignature`].
    pub fn verify(&self, signers: &[(KeyName, VerifyingKey)]) -> Result<(), NoteError> {
        if !self.signers().eq(signers.iter().map(|(name, _)| name)) {
            return Err(NoteError::Signers {
                named: signers.iter().map(|(name, _)| name.to_string()).collect(),
                signed: self.signers().map(KeyName::to_string).collect(),
            });
        }
        for (line, (name, key)) in self.signatures.iter().zip(signers) {
            if line.key_id != key_id(name, key) {
                return Err(NoteError::KeyId(name.clone()));
            }
            key.verify(&self.bytes[..self.text], &line.signature)
                .map_err(|_| NoteError::BadSignature(name.clone()))?;
        }
        Ok(())
    }
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

/// The offsets after the start of `bytes` at which a note may begin, to find notes after damage. Yields at most one
/// offset per line, since no line of a note holds the beginning of another, so scanning stays linear.
pub fn beginnings(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let mut start = 0;
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').map(move |line| {
        start += line.len();
        (start - line.len(), line)
    });
    let found = lines.filter_map(|(start, line)| {
        let at = line.windows(BEGINNING.len()).rposition(|part| part == BEGINNING)?;
        Some(start + at)
    });
    found.filter(|at| *at > 0)
}

/// The first line of `bytes`, without its line feed; `None` if there is no line feed.
fn line(bytes: &[u8]) -> Option<&[u8]> {
    bytes.iter().position(|byte| *byte == b'\n').map(|end| &bytes[..end])
}

/// The parser's message, on one line and cut to a length: it may quote a field's name, which can be anything.
fn told(why: &str) -> String {
    let shown = Shown::line(&why.chars().take(MAX_WHY).collect::<String>());
    if why.chars().nth(MAX_WHY).is_some() { format!("{shown}…") } else { shown }
}

fn is_kind(kind: &str) -> bool {
    (1..=32).contains(&kind.len()) && kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}
