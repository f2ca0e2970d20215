//! Agreeing: consent to a record that is not written yet, or to what another person signed.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use crate::crypto::digest::Digest;
use crate::record::frame::RecordBody;
use crate::record::note::is_kind;

/// "I agree with this."
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Agree {
    /// The record of this digest is countersigned.
    Record(Digest),
    /// The statement of this digest is true.
    Statement(Digest),
    /// This record may be written.
    Proposal(Proposal),
}

/// A record that is not written yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// Its kind.
    pub kind: KindWord,
    /// The digest of the record that it replaces or follows, so that no consent is used a second time.
    pub follows: Digest,
    /// What it is going to say, without the consents themselves: as it will be spelled there, in base64.
    pub says: String,
}

impl Proposal {
    /// The proposal to write a record that says `says`, in which no consents stand.
    pub fn of<S: RecordBody>(says: &S, follows: Digest) -> Proposal {
        let spelled = serde_json::to_string(says).expect("a body has string keys and no fallible field");
        let kind = KindWord(S::KIND.to_owned());
        Proposal { kind, follows, says: BASE64.encode(spelled.as_bytes()) }
    }

    /// What it is going to say, if it is of kind `S` and can be read.
    pub fn read<S: RecordBody>(&self) -> Option<S> {
        let bytes = BASE64.decode(self.says.as_bytes()).ok().filter(|_| self.kind.0 == S::KIND)?;
        serde_json::from_slice(&bytes).ok()
    }
}

/// The word for a kind of record, which may be one that this version does not know: `[a-z-]{1,32}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KindWord(String);

/// A word that names no kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a kind is 1 to 32 characters of a-z and -")]
pub struct NotAKind;

impl KindWord {
    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for KindWord {
    type Error = NotAKind;

    fn try_from(word: String) -> Result<KindWord, NotAKind> {
        if is_kind(&word) { Ok(KindWord(word)) } else { Err(NotAKind) }
    }
}

impl From<KindWord> for String {
    fn from(kind: KindWord) -> String {
        kind.0
    }
}
