//! What a record says that is not one of its kind, as far as it can be read: enough to tell who signed it, where it
//! stands, and what it exposes.

use serde::Deserialize;

use crate::crypto::digest::Digest;
use crate::crypto::sign::VerifyingKey;
use crate::record::head::Head;
use crate::record::note::{Note, NoteError};

/// A record whose frame can be read, and whose content is not one of its kind in version 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faulty {
    /// Its kind.
    pub kind: String,
    /// What is wrong with it.
    pub error: NoteError,
    /// The request that it names, of a release or an end.
    pub(crate) request: Option<Digest>,
    /// The key that it brings in, of a request.
    pub(crate) session_key: Option<VerifyingKey>,
    /// What it follows, of a continuation: `from`, and `last` where that is said.
    pub(crate) follows: Option<(Head, Option<Head>)>,
}

/// Some fields of what a record says; all others are passed over.
#[derive(Deserialize)]
struct Says<T> {
    says: T,
}

#[derive(Deserialize)]
struct OfRequest {
    request: Digest,
}

#[derive(Deserialize)]
struct WithSession {
    session_key: VerifyingKey,
}

#[derive(Deserialize)]
struct Following {
    from: Place,
    #[serde(default)]
    last: Option<Place>,
}

/// A head, and perhaps more.
#[derive(Deserialize)]
struct Place {
    size: u64,
    seq: u64,
    hash: Digest,
}

impl Place {
    fn head(self) -> Head {
        Head { size: self.size, seq: self.seq, hash: self.hash }
    }
}

impl Faulty {
    /// Reads what can be read of a note that is not what its type says.
    pub(crate) fn of(note: &Note, error: NoteError) -> Faulty {
        let following = || note.peek::<Says<Following>>().ok().map(|one| one.says);
        Faulty {
            kind: note.kind().to_owned(),
            error,
            request: note.peek::<Says<OfRequest>>().ok().map(|one| one.says.request),
            session_key: note.peek::<Says<WithSession>>().ok().map(|one| one.says.session_key),
            follows: following().map(|one| (one.from.head(), one.last.map(Place::head))),
        }
    }
}
