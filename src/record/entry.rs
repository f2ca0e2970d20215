//! Entries: what a record of the log can say, and the frame that every record has.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::crypto::digest::Digest;
use crate::record::note::{Body, Note, NoteError};
use crate::record::policy::Policy;
use crate::record::repair::{Adopt, Continue, Recovered};
use crate::record::request::{End, Release, Request};
use crate::record::seal::Seal;
use crate::value::names::{KeyName, PersonId};
use crate::value::text::FreeText;
use crate::value::time::Time;

/// Something that a record of the log can say.
pub trait Says: Serialize + DeserializeOwned {
    /// The record's type: `breakglass/v1/KIND`.
    const KIND: &'static str;
}

/// One entry: the frame that makes it a link of the chain, and what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry<S> {
    /// The escrow; absent in genesis, whose record's digest it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escrow: Option<Digest>,
    /// The record's number, from 0.
    pub seq: u64,
    /// The SHA-256 of the whole record before it, signatures included; zeros in genesis.
    pub prev: Digest,
    /// When it was made, by the maker's clock. A claim; the chain is the order.
    pub time: Time,
    /// Its signers, in the order of the signature lines.
    pub by: Vec<KeyName>,
    /// What it says.
    pub says: S,
}

impl<S: Says> Body for Entry<S> {
    const KIND: &'static str = S::KIND;
}

/// The first record: who belongs to the escrow, and its policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Genesis {
    /// 32 random bytes, so that no two escrows have one id.
    pub nonce: Digest,
    /// The company's, or the escrow's, name.
    pub name: FreeText,
    /// Each person's card, a whole note in base64.
    pub cards: Vec<String>,
    /// What the company promised itself.
    pub policy: Policy,
}

impl Says for Genesis {
    const KIND: &'static str = "genesis";
}

/// Statements of one or more people, each a whole note in base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statements {
    /// The notes.
    pub statements: Vec<String>,
}

impl Says for Statements {
    const KIND: &'static str = "statements";
}

/// A person takes no more part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retire {
    /// Who.
    pub person: PersonId,
    /// Why.
    pub because: FreeText,
}

impl Says for Retire {
    const KIND: &'static str = "retire";
}

/// The frame of an entry, without what it says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Frame {
    /// See [`Entry::escrow`].
    #[serde(default)]
    pub escrow: Option<Digest>,
    /// See [`Entry::seq`].
    pub seq: u64,
    /// See [`Entry::prev`].
    pub prev: Digest,
    /// See [`Entry::time`].
    pub time: Time,
    /// See [`Entry::by`].
    pub by: Vec<KeyName>,
}

/// What a record says, of whichever kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// The first record.
    Genesis(Genesis),
    /// A generation of a vault was sealed.
    Seal(Box<Seal>),
    /// Somebody asks.
    Request(Box<Request>),
    /// A reconstruction.
    Release(Release),
    /// A request ended.
    End(End),
    /// Statements were collected.
    Statements(Statements),
    /// A damaged tail stood here.
    Recovered(Recovered),
    /// The log goes on in this file.
    Continue(Continue),
    /// Another branch's records are brought in.
    Adopt(Adopt),
    /// A person takes no more part.
    Retire(Retire),
    /// A kind that this version does not know: it is chain-checked and reported.
    Unknown(String),
}

impl Said {
    /// The kind, as in the record's type.
    pub fn kind(&self) -> &str {
        match self {
            Said::Genesis(_) => Genesis::KIND,
            Said::Seal(_) => Seal::KIND,
            Said::Request(_) => Request::KIND,
            Said::Release(_) => Release::KIND,
            Said::End(_) => End::KIND,
            Said::Statements(_) => Statements::KIND,
            Said::Recovered(_) => Recovered::KIND,
            Said::Continue(_) => Continue::KIND,
            Said::Adopt(_) => Adopt::KIND,
            Said::Retire(_) => Retire::KIND,
            Said::Unknown(kind) => kind,
        }
    }
}

/// Takes a record's note apart.
///
/// # Errors
/// [`NoteError`], where the note is not what its type says.
pub fn read(note: &Note) -> Result<(Frame, Said), NoteError> {
    fn known<S: Says>(note: &Note, said: impl FnOnce(S) -> Said) -> Result<(Frame, Said), NoteError> {
        let Entry { escrow, seq, prev, time, by, says } = note.read::<Entry<S>>()?;
        Ok((Frame { escrow, seq, prev, time, by }, said(says)))
    }
    match note.kind() {
        Genesis::KIND => known(note, Said::Genesis),
        Seal::KIND => known(note, |seal| Said::Seal(Box::new(seal))),
        Request::KIND => known(note, |request| Said::Request(Box::new(request))),
        Release::KIND => known(note, Said::Release),
        End::KIND => known(note, Said::End),
        Statements::KIND => known(note, Said::Statements),
        Recovered::KIND => known(note, Said::Recovered),
        Continue::KIND => known(note, Said::Continue),
        Adopt::KIND => known(note, Said::Adopt),
        Retire::KIND => known(note, Said::Retire),
        kind => Ok((note.peek::<Frame>()?, Said::Unknown(kind.to_owned()))),
    }
}
