//! Statements: one person's signed notes, valid wherever they were made.
//!
//! A statement made at the log is appended at once; one made elsewhere is a file that `collect` appends
//! later. Either way the person's own book was written first, and the statement names that book record, so
//! that a statement that a log has lost can still be found in a book.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::crypto::digest::Digest;
use crate::crypto::sign::{SigningKey, VerifyingKey};
use crate::record::agree::Agree;
use crate::record::closing::Close;
use crate::record::confirm::Confirm;
use crate::record::deviation::Deviation;
use crate::record::environment::Environment;
use crate::record::head::Head;
use crate::record::note::{Note, NoteError, Signed};
use crate::value::names::{KeyName, OpenWord, PersonId};
use crate::value::text::FreeText;
use crate::value::time::Time;
use crate::value::words::words;

/// Something that a person can state.
pub trait StatementBody: Serialize + serde::de::DeserializeOwned + Clone + Into<Statement> {
    /// The statement's type: `breakglass/v1/KIND`.
    const KIND: &'static str;
}

/// A statement's outer part: whose log, what was known, and who says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FramedStatement<C> {
    /// The escrow.
    pub escrow: Digest,
    /// The newest record its maker had seen.
    pub head: Head,
    /// Where that came from.
    pub head_from: HeadFrom,
    /// The record in the person's book that was written first.
    pub book: BookRef,
    /// When it was made, by the maker's clock.
    pub time: Time,
    /// The person.
    pub by: Vec<KeyName>,
    /// What they state.
    pub says: C,
}

/// The outer part of a statement of a kind that is not known here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct StatementFrame {
    /// See [`FramedStatement::escrow`].
    pub(crate) escrow: Digest,
    /// See [`FramedStatement::head`].
    pub(crate) head: Head,
    head_from: HeadFrom,
    book: BookRef,
    time: Time,
    /// See [`FramedStatement::by`].
    pub(crate) by: Vec<KeyName>,
}

impl StatementFrame {
    /// Reads it, and checks that the rest of the note is in the one spelling.
    ///
    /// # Errors
    /// [`NoteError`].
    pub(crate) fn read(note: &Note) -> Result<StatementFrame, NoteError> {
        note.read_frame(|statement: FramedStatement<IgnoredAny>| {
            let FramedStatement { escrow, head, head_from, book, time, by, .. } = statement;
            StatementFrame { escrow, head, head_from, book, time, by }
        })
    }
}

impl<C: StatementBody> Signed for FramedStatement<C> {
    const KIND: &'static str = C::KIND;
}

/// Where a person's knowledge of the log came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeadFrom {
    /// The escrow's own log.
    Log,
    /// The log that a request file carries.
    RequestFile,
}

/// A record in a person's book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BookRef {
    /// Its number, from 0.
    pub number: u64,
    /// The SHA-256 of the record.
    pub hash: Digest,
}

/// One share, as a check names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckedShare {
    /// The vault.
    pub vault: Digest,
    /// The generation.
    pub generation: u32,
    /// The share's index.
    pub index: u8,
    /// The digest of the generation's seal, where several seals have that number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<Digest>,
}

/// "I decrypted and checked these shares of mine."
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The shares.
    pub shares: Vec<CheckedShare>,
    /// The numbers of the bags that they were in, as they were found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bags: Vec<FreeText>,
    /// Where it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
}

impl Check {
    /// A check of these shares, of which nothing else is said.
    pub fn of(shares: Vec<CheckedShare>) -> Check {
        Check { shares, bags: Vec::new(), environment: None }
    }
}

/// "Yes": the share was re-encrypted to the request's session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The digest of the request's record.
    pub request: Digest,
    /// The vault.
    pub vault: Digest,
    /// The generation.
    pub generation: u32,
    /// The share's index.
    pub index: u8,
    /// The digest of the armoured ciphertext that goes with the approval.
    pub ciphertext: Digest,
    /// Those of the cards that the request renews to whose words the approver compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compared: Vec<Digest>,
    /// The deviations for this approver that are not in the request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deviations: Vec<Deviation>,
    /// Where it was made. Nothing follows from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
}

/// "No." It is recorded, but it is not a veto.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Denial {
    /// The digest of the request's record.
    pub request: Digest,
    /// Why.
    pub because: FreeText,
}

/// One thing done with the root account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// The digest of the request's record.
    pub request: Digest,
    /// What was done.
    pub done: FreeText,
}

/// "This was gone through."
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reviewed {
    /// What: `monthly`, `quarterly`, `annual`, `readiness`, `procedure`, or a word of a later version.
    pub review: OpenWord,
    /// What was found, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<FreeText>,
    /// The digest of a document that shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Digest>,
}

macro_rules! statement_kinds {
    ($($(#[$doc:meta])* $kind:ident = $word:literal,)+) => {
        words! {
            /// A kind of statement that this version knows.
            StatementKind { $($(#[$doc])* $kind = $word,)+ }
        }

        /// What a statement states, of any kind.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Statement {
            $($(#[$doc])* #[serde(rename = $word)] $kind($kind),)+
        }

        $(impl StatementBody for $kind {
            const KIND: &'static str = $word;
        }

        impl From<$kind> for Statement {
            fn from(content: $kind) -> Statement {
                Statement::$kind(content)
            }
        })+

        impl Statement {
            /// The statement's kind.
            pub fn kind(&self) -> StatementKind {
                match self { $(Statement::$kind(_) => StatementKind::$kind,)+ }
            }
        }

        /// Reads a statement of whichever kind the note says it is; `None` for a kind that is not known here.
        fn read_any(note: &Note) -> Option<Result<FramedStatement<Statement>, NoteError>> {
            match note.kind() {
                $($word => Some(note.read::<FramedStatement<$kind>>().map(FramedStatement::widen)),)+
                _ => None,
            }
        }

        /// Signs `what` as a statement of its kind.
        fn sign_any(statement: FramedStatement<Statement>, signer: (KeyName, &SigningKey)) -> Note {
            match statement.says.clone() {
                $(Statement::$kind(says) => Note::sign(&statement.narrow(says), &[signer]),)+
            }
        }
    };
}

statement_kinds! {
    /// Shares were opened and checked.
    Check = "check",
    /// A share was handed over to a request's session.
    Approval = "approval",
    /// A request was denied.
    Denial = "denial",
    /// One thing was done with the root account.
    Action = "action",
    /// An emergency was closed.
    Close = "close",
    /// The credentials of a generation are live, or they are not.
    Confirm = "confirm",
    /// Consent to a record, or agreement with what another person signed.
    Agree = "agree",
    /// Something was reviewed.
    Reviewed = "review",
}

impl Statement {
    /// The request that it is about, if it is about one.
    pub(crate) fn request(&self) -> Option<Digest> {
        match self {
            Statement::Check(_) | Statement::Confirm(_) | Statement::Agree(_) | Statement::Reviewed(_) => {
                None
            }
            Statement::Approval(approval) => Some(approval.request),
            Statement::Denial(denial) => Some(denial.request),
            Statement::Action(action) => Some(action.request),
            Statement::Close(close) => Some(close.request),
        }
    }
}

impl<C> FramedStatement<C> {
    fn narrow<D>(self, says: D) -> FramedStatement<D> {
        let FramedStatement { escrow, head, head_from, book, time, by, .. } = self;
        FramedStatement { escrow, head, head_from, book, time, by, says }
    }

    fn widen(self) -> FramedStatement<Statement>
    where
        C: StatementBody,
    {
        let says = self.says.clone().into();
        self.narrow(says)
    }
}

/// A statement of any kind together with the note that it was read from. The signature is not yet checked:
/// see [`SignedStatement::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedStatement {
    /// Who states it.
    pub person: PersonId,
    /// What was read.
    pub statement: FramedStatement<Statement>,
    /// The note.
    pub note: Note,
}

/// Why a note is not a valid statement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatementError {
    /// Not a note, malformed, or not properly signed.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// A kind that this version does not know.
    #[error("a `{0}` is no statement that this version knows")]
    UnknownKind(String),
    /// A statement has one signer, a person.
    #[error("a statement is by one person")]
    NotOnePerson,
}

impl SignedStatement {
    /// Reads a statement of any known kind.
    ///
    /// # Errors
    /// [`StatementError`].
    pub fn parse(note: Note) -> Result<SignedStatement, StatementError> {
        let statement =
            read_any(&note).ok_or_else(|| StatementError::UnknownKind(note.kind().to_owned()))??;
        let [KeyName::Person(person)] = statement.by.as_slice() else {
            return Err(StatementError::NotOnePerson);
        };
        Ok(SignedStatement { person: person.clone(), statement, note })
    }

    /// Signs a statement by `person`.
    pub fn sign(
        person: &PersonId,
        key: &SigningKey,
        statement: FramedStatement<Statement>,
    ) -> SignedStatement {
        let note = sign_any(statement.clone(), (KeyName::Person(person.clone()), key));
        SignedStatement { person: person.clone(), statement, note }
    }

    /// Checks the signature with the key that the log has for the person.
    ///
    /// # Errors
    /// [`NoteError`].
    pub fn verify(&self, key: &VerifyingKey) -> Result<(), NoteError> {
        self.note.verify(&[(KeyName::Person(self.person.clone()), *key)])
    }
}
