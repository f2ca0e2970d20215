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

use std::ops::Range;

use data_encoding::BASE64;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::crypto::digest::Digest;
use crate::crypto::sign::{SigningKey, VerifyingKey};
pub use crate::record::note_error::{MAX_NOTE, MAX_SIGNATURES, NoteError};
pub use crate::record::signature_line::key_id;
use crate::record::signature_line::{DASH, SignatureLine, line, signatures_after};
pub use crate::record::spelling::BEGINNING;
use crate::record::spelling::{self, Fault};
use crate::value::names::KeyName;
use crate::value::public;
use crate::value::text::Shown;

/// The most digits of a version's number.
const MAX_VERSION_DIGITS: usize = 4;

/// How the parser's message begins about a field that a kind does not have. A test holds it to that.
const UNKNOWN_FIELD: &str = "unknown field `";

/// The most characters of a parser's message that are repeated.
const MAX_WHY: usize = 500;

/// What every type of version 1 begins with: all that is written here.
const PREFIX: &str = "{\"type\":\"breakglass/v1/";

/// What separates the type from the other fields in the JSON.
const AFTER_KIND: &str = "\",";

/// Something that can be the signed line of a note. The type is written and checked by the container;
/// the fields that follow are the struct's own, in its order.
pub trait Signed: Serialize + DeserializeOwned {
    /// The last part of the type `breakglass/v1/KIND`.
    const KIND: &'static str;
}

/// A signed note whose parts were found. It says nothing yet about who signed: see [`Note::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    bytes: Vec<u8>,
    /// Length of the signed text: the JSON line with its line feed.
    text: usize,
    /// Where the kind stands in the text. For a version other than 1 it begins with the version.
    kind: Range<usize>,
    signatures: Vec<SignatureLine>,
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
        if bytes.len() > MAX_NOTE {
            return Err(NoteError::TooLarge);
        }
        let (note, length) = Note::take(bytes)?;
        if length < bytes.len() { Err(NoteError::Trailing(bytes.len() - length)) } else { Ok(note) }
    }

    /// Finds the note at the start of `bytes`, and its length. It ends before the first line that is not a signature
    /// line. How large it may be is for its kind to say.
    ///
    /// # Errors
    /// [`NoteError`], if there is no note.
    pub fn take(bytes: &[u8]) -> Result<(Note, usize), NoteError> {
        if !bytes.starts_with(&BEGINNING[..bytes.len().min(BEGINNING.len())]) {
            return Err(NoteError::NotOurs);
        }
        let text = line(bytes).ok_or(NoteError::Incomplete)?.len() + 1;
        let json = std::str::from_utf8(&bytes[..text]).map_err(|_| NoteError::NotOurs)?;
        let kind = kind_in(json).ok_or(NoteError::NotOurs)?;
        let (signatures, end) = signatures_after(bytes, text)?;
        Ok((Note { bytes: bytes[..end].to_vec(), text, kind, signatures }, end))
    }

    /// Finds a text at the start of `bytes` that is signed in the way of a note, whatever the text is, and that is
    /// followed by an empty line: for what is no record, and was signed all the same.
    pub(crate) fn take_signed(bytes: &[u8]) -> Option<Note> {
        let text = line(bytes)?.len() + 1;
        let (signatures, end) = signatures_after(bytes, text).ok()?;
        (bytes.get(end) == Some(&b'\n')).then(|| Note {
            kind: std::str::from_utf8(&bytes[..text]).ok().and_then(kind_in).unwrap_or(0..0),
            bytes: bytes[..end].to_vec(),
            text,
            signatures,
        })
    }

    /// Frees the bytes after the type, once nobody asks for them any more.
    pub(crate) fn give_up(&mut self) {
        self.bytes.truncate(self.kind.end);
        self.bytes.shrink_to_fit();
        self.text = self.kind.end;
    }

    /// The note as it is stored.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The SHA-256 of the whole note, signatures included.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }

    /// The kind it says it is: KIND for `breakglass/v1/KIND`, and `v2/KIND` for `breakglass/v2/KIND`.
    pub fn kind(&self) -> &str {
        std::str::from_utf8(&self.bytes[self.kind.clone()]).expect("the type was found to be ASCII")
    }

    /// The text that is signed, with its line feed.
    pub(crate) fn text(&self) -> &[u8] {
        &self.bytes[..self.text]
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
        let body: B = self.body()?;
        // What is signed must have exactly one form, or two parsers could read one note differently.
        if spell(&body).as_bytes() != self.text() {
            return Err(self.spelled_otherwise());
        }
        Ok(body)
    }

    /// Takes the JSON apart without checking the type or the form.
    fn body<T: DeserializeOwned>(&self) -> Result<T, NoteError> {
        let after = self.kind.end;
        let fields = self.bytes[after..self.text]
            .strip_prefix(AFTER_KIND.as_bytes())
            .ok_or_else(|| NoteError::NonCanonical(self.kind().to_owned()))?;
        let json = [b"{", fields].concat();
        serde_json::from_slice(&json).map_err(|error| {
            self.unreadable(&error.to_string(), error.column() + after + AFTER_KIND.len() - 1)
        })
    }

    /// Looks for some of the fields, and passes over all others: for the frame of a record of an unknown kind, and for
    /// what a record says that is not one of its kind. The type is one of the fields that are passed over.
    ///
    /// # Errors
    /// [`NoteError::Malformed`].
    pub(crate) fn peek<T: DeserializeOwned>(&self) -> Result<T, NoteError> {
        serde_json::from_slice(self.text())
            .map_err(|error| self.unreadable(&error.to_string(), error.column()))
    }

    /// Takes apart the line of a kind that is not known here: a `B`, which stands for the frame and passes over what is said
    /// in it. Checks that the rest is in the one spelling, and that `frame` of it is at its beginning.
    ///
    /// # Errors
    /// [`NoteError::Malformed`], [`NoteError::UnknownField`] or [`NoteError::NonCanonical`].
    pub(crate) fn read_frame<B: DeserializeOwned, F: Serialize>(
        &self,
        frame: impl FnOnce(B) -> F,
    ) -> Result<F, NoteError> {
        let frame = frame(self.body::<B>()?);
        spelling::check(self.text()).map_err(|fault| self.faulty(fault))?;
        let json = serde_json::to_string(&frame).expect("a frame has string keys and no fallible field");
        let fields = json.trim_start_matches('{').trim_end_matches('}');
        let spelled = format!("{AFTER_KIND}{fields},\"says\":");
        let is_spelled = self.bytes[self.kind.end..].starts_with(spelled.as_bytes());
        is_spelled.then_some(frame).ok_or_else(|| NoteError::NonCanonical(self.kind().to_owned()))
    }

    fn faulty(&self, fault: Fault) -> NoteError {
        let kind = self.kind().to_owned();
        match fault {
            Fault::NotJson(at) => {
                NoteError::Malformed { kind, column: at + 1, why: "not JSON as notes have it".to_owned() }
            }
            Fault::Otherwise(_) => NoteError::NonCanonical(kind),
        }
    }

    /// What is wrong with a line that would be written otherwise.
    fn spelled_otherwise(&self) -> NoteError {
        let fault = spelling::check(self.text()).err().filter(|fault| matches!(fault, Fault::NotJson(_)));
        fault.map_or_else(|| NoteError::NonCanonical(self.kind().to_owned()), |fault| self.faulty(fault))
    }

    /// Names what the parser found. A field that the kind does not have is told from other faults, since a newer program
    /// may have written it: as long as the line is JSON as notes have it.
    fn unreadable(&self, why: &str, column: usize) -> NoteError {
        let kind = self.kind().to_owned();
        if why.starts_with(UNKNOWN_FIELD) && !matches!(spelling::check(self.text()), Err(Fault::NotJson(_))) {
            NoteError::UnknownField { kind, column, why: told(why) }
        } else {
            NoteError::Malformed { kind, column, why: told(why) }
        }
    }

    /// Checks that the note is signed by exactly the `signers`, in that order, each with the key that the
    /// caller has for that name. Keys never come from the note itself.
    ///
    /// # Errors
    /// [`NoteError::Signers`], [`NoteError::KeyId`] or [`NoteError::BadSignature`].
    pub fn verify(&self, signers: &[(KeyName, VerifyingKey)]) -> Result<(), NoteError> {
        self.verify_known(&signers.iter().map(|(name, key)| (name.clone(), Some(*key))).collect::<Vec<_>>())
    }

    /// The same, where some of the keys cannot be told: their signature lines have to be there, and are not verified.
    ///
    /// # Errors
    /// As [`Note::verify`].
    pub(crate) fn verify_known(&self, signers: &[(KeyName, Option<VerifyingKey>)]) -> Result<(), NoteError> {
        if !self.signers().eq(signers.iter().map(|(name, _)| name)) {
            return Err(NoteError::Signers {
                named: signers.iter().map(|(name, _)| name.to_string()).collect(),
                signed: self.signers().map(KeyName::to_string).collect(),
            });
        }
        for (line, (name, key)) in self.signatures.iter().zip(signers) {
            let Some(key) = key else { continue };
            if line.key_id != key_id(name, key) {
                return Err(NoteError::KeyId(name.clone()));
            }
            key.verify(self.text(), &line.signature).map_err(|_| NoteError::BadSignature(name.clone()))?;
        }
        Ok(())
    }

    /// Whether the signature line of that name is by `key`.
    pub(crate) fn is_by(&self, name: &KeyName, key: &VerifyingKey) -> bool {
        let line = self.signatures.iter().find(|line| line.name == *name);
        self.names(name, key) && line.is_some_and(|line| key.verify(self.text(), &line.signature).is_ok())
    }

    /// Whether the signature line of that name says that it is by `key`.
    pub(crate) fn names(&self, name: &KeyName, key: &VerifyingKey) -> bool {
        self.signatures.iter().any(|line| line.name == *name && line.key_id == key_id(name, key))
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

/// The parser's message, on one line and cut to a length: it may quote a field's name, which can be anything.
fn told(why: &str) -> String {
    let shown = Shown::line(&why.chars().take(MAX_WHY).collect::<String>());
    if why.chars().nth(MAX_WHY).is_some() { format!("{shown}…") } else { shown }
}

/// Where the kind stands in a text that begins as a note does: with its version, where that is not 1.
fn kind_in(json: &str) -> Option<Range<usize>> {
    let rest = json.strip_prefix(std::str::from_utf8(BEGINNING).ok()?)?;
    let (version, rest) = rest.split_once('/')?;
    let digits = (1..=MAX_VERSION_DIGITS).contains(&version.len()) && !version.starts_with('0');
    let kind = &rest[..rest.find('"')?];
    if !digits || !version.bytes().all(|byte| byte.is_ascii_digit()) || !is_kind(kind) {
        return None;
    }
    let at = BEGINNING.len() + version.len() + 1;
    let from = if version == "1" { at } else { BEGINNING.len() - 1 };
    Some(from..at + kind.len())
}

/// Whether it can be the kind of a note: `[a-z-]{1,32}`.
pub(crate) fn is_kind(kind: &str) -> bool {
    (1..=32).contains(&kind.len()) && kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}
