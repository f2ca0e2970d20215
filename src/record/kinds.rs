//! The kinds of records: one row each.
//!
//! From the table follow what a record can say, how it is read, the words of `log --kind`, and that whoever has to
//! treat each kind in its own way has forgotten none: [`Record`] and [`RecordKind`] are matched without a catch-all.

use serde::de::IgnoredAny;

use crate::crypto::digest::Digest;
use crate::record::custody::Custody;
use crate::record::decommission::Decommission;
use crate::record::disavow::Disavow;
use crate::record::faulty::Faulty;
use crate::record::frame::{Frame, FramedRecord, RecordBody};
use crate::record::genesis::Genesis;
use crate::record::head::Head;
use crate::record::note::{MAX_NOTE, Note, NoteError};
use crate::record::repair::{Adopt, AdoptPart, Continue, Recovered};
use crate::record::request::{End, Release, Request};
use crate::record::retire::Retire;
use crate::record::seal::Seal;
use crate::record::statements::Statements;
use crate::record::succeeded::Succeeded;
use crate::value::words::words;

/// What a kind's variant holds: its content, which is boxed where it is large.
macro_rules! content {
    ($kind:ident) => { $kind };
    ($kind:ident in Box) => { Box<$kind> };
}

macro_rules! record_kinds {
    ($($(#[$doc:meta])* $kind:ident $(in $wrap:ident)? = $word:literal,)+) => {
        words! {
            /// A kind of record that this version knows.
            RecordKind { $($(#[$doc])* $kind = $word,)+ }
        }

        /// What a record says, of whichever kind.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Record {
            $($(#[$doc])* $kind(content!($kind $(in $wrap)?)),)+
            /// A kind or a version that is not known here: it is chain-checked and reported.
            Unknown(String),
            /// Something that its kind does not say in version 1, in a frame that can be read.
            Faulty(Box<Faulty>),
        }

        impl Record {
            /// The kind, as in the record's type.
            pub fn kind(&self) -> &str {
                match self {
                    $(Record::$kind(_) => $word,)+
                    Record::Unknown(kind) => kind,
                    Record::Faulty(faulty) => &faulty.kind,
                }
            }
        }

        $(impl RecordBody for $kind {
            const KIND: &'static str = $word;
        }

        impl From<$kind> for Record {
            fn from(content: $kind) -> Record {
                Record::$kind(content.into())
            }
        })+

        /// Takes the note of a record apart that is one of its kind.
        fn read_strictly(note: &Note) -> Result<(Frame, Record), NoteError> {
            match note.kind() {
                $($word => note.read::<FramedRecord<$kind>>().map(|record| record.split()),)+
                _ => read_unknown(note),
            }
        }
    };
}

/// Takes a record's note apart: its frame, and what it says, if that is what its kind says.
///
/// # Errors
/// [`NoteError`], where not even the frame can be read: then the note has no place in a chain.
pub fn read(note: &Note) -> Result<(Frame, Record), NoteError> {
    let limit = largest(note.kind().parse().ok());
    let size = note.as_bytes().len();
    let strictly = if size > limit {
        Err(NoteError::TooLargeForKind { kind: note.kind().to_owned(), size, limit })
    } else {
        read_strictly(note)
    };
    strictly.or_else(|error| match note.peek::<Frame>() {
        Ok(frame) => Ok((frame, Record::Faulty(Box::new(Faulty::of(note, error))))),
        Err(_) => Err(error.about_the_frame()),
    })
}

/// Takes the note of a record apart whose kind or version is not known here: the frame is that of all records, and the
/// rest is in the one spelling.
fn read_unknown(note: &Note) -> Result<(Frame, Record), NoteError> {
    let frame = note.read_frame(|record: FramedRecord<IgnoredAny>| record.into_frame())?;
    Ok((frame, Record::Unknown(note.kind().to_owned())))
}

impl Record {
    /// The request that a release or an end is of.
    pub(crate) fn answers(&self) -> Option<&Digest> {
        match self {
            Record::Release(release) => Some(&release.request),
            Record::End(end) => Some(&end.request),
            Record::Faulty(faulty) => faulty.request.as_ref(),
            _ => None,
        }
    }

    /// What a continuation follows, and the last record before those that are missing.
    pub(crate) fn follows(&self) -> Option<(Head, Option<Head>)> {
        match self {
            Record::Continue(says) => Some((says.from, says.last)),
            Record::Faulty(faulty) if faulty.kind == RecordKind::Continue.as_str() => faulty.follows,
            _ => None,
        }
    }
}

record_kinds! {
    /// The first record: who belongs to the escrow, and its policy.
    Genesis = "genesis",
    /// A generation of a vault was sealed.
    Seal in Box = "seal",
    /// Somebody asks for a vault.
    Request in Box = "request",
    /// A reconstruction.
    Release = "release",
    /// A request ended.
    End = "end",
    /// Statements were collected.
    Statements = "statements",
    /// A damaged tail stood here.
    Recovered = "recovered",
    /// The log goes on in this file.
    Continue = "continue",
    /// Another branch's records are brought in.
    Adopt = "adopt",
    /// A part of another branch's records, which are too many for one record.
    AdoptPart = "adopt-part",
    /// A person takes no more part.
    Retire = "retire",
    /// Something was put where it is kept.
    Custody = "custody",
    /// A vault is out of use.
    Decommission = "decommission",
    /// Another escrow has succeeded this one.
    Succeeded = "succeeded",
    /// What a repair declared missing is not believed.
    Disavow = "disavow",
}

/// The most bytes of a record of a kind or version that is not known here.
const MAX_UNKNOWN: usize = 1 << 20;

/// The most bytes of the note of a record of this kind, where it is known: from how much of everything can be in it.
pub(crate) fn largest(kind: Option<RecordKind>) -> usize {
    match kind {
        // 64 actions and eight other texts of 4,096 bytes, each twice as long if all of it is escaped; 64 fields; lists of
        // the environment.
        Some(RecordKind::Request) => 2 << 20,
        // 255 approvals that compared 255 cards each, and environments; 500 consents to a text of 4,096 bytes that are all
        // escaped, in base64 within base64.
        Some(
            RecordKind::Release
            | RecordKind::End
            | RecordKind::Retire
            | RecordKind::Decommission
            | RecordKind::Disavow,
        ) => 8 << 20,
        // Three texts.
        Some(RecordKind::Custody) => 64 << 10,
        // 500 consents to a head.
        Some(RecordKind::Succeeded) => 2 << 20,
        // Cards; the consents of all electors to a seal, which hold it once more each; 65,536 shares in one check; a damaged
        // tail of 8 MiB; seals that are kept; a branch, or a part of one: each in base64.
        Some(
            RecordKind::Genesis
            | RecordKind::Seal
            | RecordKind::Statements
            | RecordKind::Recovered
            | RecordKind::Continue
            | RecordKind::Adopt
            | RecordKind::AdoptPart,
        ) => MAX_NOTE,
        None => MAX_UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::sign::SigningKey;
    use crate::crypto::testing::SeededRng;
    use crate::record::agree::{Agree, Proposal};
    use crate::record::environment::Environment;
    use crate::record::head::HeadFile;
    use crate::record::statement::{
        Approval, BookRef, FramedStatement, HeadFrom, SignedStatement, Statement,
    };
    use crate::value::names::{KeyName, PersonId};
    use crate::value::text::FreeText;

    const MOST: u64 = 1 << 53;

    fn digest() -> Digest {
        Digest::of(b"")
    }

    fn head() -> Head {
        Head { size: MOST, seq: MOST, hash: digest() }
    }

    fn longest() -> (PersonId, FreeText) {
        ("p".repeat(32).parse().unwrap(), "\"".repeat(4096).parse().unwrap())
    }

    fn key() -> SigningKey {
        SigningKey::generate(&mut SeededRng::new(1))
    }

    /// A statement by somebody with the longest name, as a record embeds it.
    fn embedded(says: Statement) -> String {
        let (person, _) = longest();
        let statement = FramedStatement {
            escrow: digest(),
            head: head(),
            head_from: HeadFrom::RequestFile,
            book: BookRef { number: MOST, hash: digest() },
            time: "2026-11-20T10:00:00Z".parse().unwrap(),
            by: vec![KeyName::Person(person.clone())],
            says,
        };
        data_encoding::BASE64.encode(SignedStatement::sign(&person, &key(), statement).note.as_bytes())
    }

    /// Whether it is read as what its kind says when it is signed by somebody with the longest name.
    #[track_caller]
    fn fits<S: RecordBody>(says: S) {
        let by = KeyName::Person(longest().0);
        let record = FramedRecord {
            escrow: Some(digest()),
            seq: MOST,
            prev: digest(),
            time: "2026-11-20T10:00:00Z".parse().unwrap(),
            by: vec![by.clone()],
            says,
        };
        let note = Note::sign(&record, &[(by, &key())]);
        let (_, says) = read(&note).unwrap();
        assert!(!matches!(says, Record::Faulty(_)), "{} bytes", note.as_bytes().len());
    }

    fn consents<S: RecordBody>(says: &S) -> Vec<String> {
        vec![embedded(Agree::Proposal(Proposal::of(says, digest())).into()); 500]
    }

    #[test]
    fn what_electors_agree_to_holds_the_longest_consents_of_500_people() {
        let (person, because) = longest();
        let retire = Retire { vault: Some(digest()), ..Retire::of(person, because.clone()) };
        fits(Retire { agrees: consents(&retire), ..retire });
        let decommission = Decommission { vault: digest(), because: because.clone(), agrees: Vec::new() };
        fits(Decommission { agrees: consents(&decommission), ..decommission });
        let disavow = Disavow { record: digest(), because, agrees: Vec::new() };
        fits(Disavow { agrees: consents(&disavow), ..disavow });
        let succeeded = Succeeded { successor: HeadFile::new(digest(), head()), agrees: Vec::new() };
        fits(Succeeded { agrees: consents(&succeeded), ..succeeded });
    }

    #[test]
    fn a_release_holds_255_approvals_that_compared_255_cards_each() {
        let text = |length| "x".repeat(length).parse().unwrap();
        let environment = Environment::of(text(1000), text(1000));
        let approval = Approval {
            request: digest(),
            vault: digest(),
            generation: u32::MAX,
            index: 255,
            ciphertext: digest(),
            compared: vec![digest(); 255],
            deviations: crate::record::deviation::Deviation::ALL.to_vec(),
            environment: Some(environment.clone()),
        };
        let approvals = vec![embedded(Statement::Approval(approval)); 255];
        fits(Release { request: digest(), attempt: 1, approvals, deviations: Vec::new(), environment });
    }
}
