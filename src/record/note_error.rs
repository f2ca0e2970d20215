//! What may be wrong with a note.

use crate::value::names::KeyName;

/// The most bytes of a note that stands alone or in another, and of any that is written.
pub const MAX_NOTE: usize = 16 << 20;

/// The most signature lines of a note.
pub const MAX_SIGNATURES: usize = 16;

/// Why bytes are not a note, or a note is not what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// More than [`MAX_NOTE`] bytes.
    #[error("the note is larger than {MAX_NOTE} bytes")]
    TooLarge,
    /// A record with more bytes than one of its kind can have.
    #[error("the `{kind}` has {size} bytes; one can have at most {limit}")]
    TooLargeForKind {
        /// The note's kind.
        kind: String,
        /// How many it has.
        size: usize,
        /// How many it may have.
        limit: usize,
    },
    /// The bytes end before the note does.
    #[error("the note ends too early")]
    Incomplete,
    /// The first line is not a JSON object that begins with a type of ours.
    #[error("the first line is not a breakglass object")]
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
    /// The JSON has a field that its kind does not have, and is otherwise JSON as it should be.
    #[error("the `{kind}` has a field that it does not have in version 1, at column {column}: {why}")]
    UnknownField {
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

impl NoteError {
    /// The same, where it keeps even the frame from being read: a field that is not known there is a wrong one.
    pub(super) fn about_the_frame(self) -> NoteError {
        match self {
            NoteError::UnknownField { kind, column, why } => NoteError::Malformed { kind, column, why },
            other => other,
        }
    }
}
