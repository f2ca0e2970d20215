//! The kinds of records: one row each.
//!
//! From the table follow what a record can say, how it is read, the words of `log --kind`, and that whoever has to
//! treat each kind in its own way has forgotten none: [`Record`] and [`RecordKind`] are matched without a catch-all.

use crate::record::frame::{Frame, FramedRecord, RecordBody};
use crate::record::genesis::Genesis;
use crate::record::note::{Note, NoteError};
use crate::record::repair::{Adopt, Continue, Recovered};
use crate::record::request::{End, Release, Request};
use crate::record::retire::Retire;
use crate::record::seal::Seal;
use crate::record::statements::Statements;
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
            /// A kind that this version does not know: it is chain-checked and reported.
            Unknown(String),
        }

        impl Record {
            /// The kind, as in the record's type.
            pub fn kind(&self) -> &str {
                match self {
                    $(Record::$kind(_) => $word,)+
                    Record::Unknown(kind) => kind,
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

        /// Takes a record's note apart.
        ///
        /// # Errors
        /// [`NoteError`], where the note is not what its type says.
        pub fn read(note: &Note) -> Result<(Frame, Record), NoteError> {
            match note.kind() {
                $($word => note.read::<FramedRecord<$kind>>().map(|record| record.split()),)+
                kind => Ok((note.peek::<Frame>()?, Record::Unknown(kind.to_owned()))),
            }
        }
    };
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
    /// A person takes no more part.
    Retire = "retire",
}
