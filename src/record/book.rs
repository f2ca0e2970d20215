//! A book: a person's own signed chain of what they stated, on their own medium.
//!
//! It is written and synced before a statement leaves the person's hands. So if a log loses its end, or an approval is
//! never released, the books of those who took part still show it. A book
//! also keeps the genesis and the seal records of its owner's shares.

use serde::{Deserialize, Serialize};

use crate::crypto::digest::Digest;
use crate::crypto::sign::{SigningKey, VerifyingKey};
use crate::record::head::Head;
use crate::record::loss::{LostNumbers, LostRecords, MAX_NUMBER};
use crate::record::note::{Note, NoteError, Signed, beginnings};
use crate::record::repair::Damage;
use crate::record::statement::{BookRef, HeadFrom, Statement};
use crate::value::names::{KeyName, PersonId};
use crate::value::public;
use crate::value::time::Time;

/// The most bytes of records, in base64, that one record of a book keeps.
pub const MAX_KEPT: usize = 8 << 20;

/// One record of a book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BookRecord {
    /// The record's number, from 0.
    pub number: u64,
    /// The SHA-256 of the whole record before it; zeros in the first.
    pub prev: Digest,
    /// When it was made, by the owner's clock.
    pub time: Time,
    /// The owner.
    pub by: Vec<KeyName>,
    /// The escrow that it is about.
    pub escrow: Digest,
    /// The newest record of that escrow's log that the owner had seen.
    pub head: Head,
    /// Where that came from.
    pub head_from: HeadFrom,
    /// Records of that log worth keeping that the book did not hold yet, each whole, in base64.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keeps: Vec<String>,
    /// What was damaged before this record: the book's tail, with its bytes, or a whole file that was left behind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub damage: Option<Damage>,
    /// The number of the first record that is lost, if the book was lost or set back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<u64>,
    /// What is stated: the statement itself is signed after this record is safe.
    pub says: Statement,
}

impl Signed for BookRecord {
    const KIND: &'static str = "book";
}

/// A book that was read and verified from its first record to its last.
#[derive(Debug, Clone)]
pub struct Book {
    owner: PersonId,
    records: Vec<(BookRef, BookRecord)>,
    lost: LostNumbers,
}

/// Why a book is not sound. `number` is the record at which it breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BookError {
    /// A record is not a note, is malformed, or is not properly signed.
    #[error("record {number} of the book: {error}")]
    Note {
        /// The record.
        number: u64,
        /// What is wrong with it.
        error: NoteError,
    },
    /// A record does not follow from the one before it.
    #[error("record {number} of the book does not follow from the one before it")]
    Broken {
        /// The record.
        number: u64,
    },
    /// The book ends in bytes that are not a record.
    #[error("record {number} of the book: the book ends in damaged bytes: {error}")]
    Torn {
        /// The record that is not whole.
        number: u64,
        /// What is wrong with the bytes.
        error: NoteError,
    },
}

impl Book {
    /// An empty book.
    pub fn new(owner: PersonId) -> Book {
        Book { owner, records: Vec::new(), lost: LostNumbers::default() }
    }

    /// Reads a book: every record signed by its owner's `key`, numbered, and following from the last.
    ///
    /// # Errors
    /// [`BookError`] names the record.
    pub fn read(owner: &PersonId, key: &VerifyingKey, bytes: &[u8]) -> Result<Book, BookError> {
        match BookReading::of(owner, key, bytes.to_vec()) {
            BookReading { book, error: None, .. } => Ok(book),
            BookReading { error: Some(error), .. } => Err(error),
        }
    }

    /// Whose book it is.
    pub fn owner(&self) -> &PersonId {
        &self.owner
    }

    /// Its records, in order.
    pub fn records(&self) -> impl Iterator<Item = &(BookRef, BookRecord)> {
        self.records.iter()
    }

    /// Its last record.
    pub fn last(&self) -> Option<BookRef> {
        self.records.last().map(|(at, _)| *at)
    }

    /// The number that its next record has, if nothing is lost.
    pub fn next_number(&self) -> u64 {
        self.last().map_or(0, |last| last.number + 1)
    }

    /// Whether it holds the record `at`, or says that the record of that number is lost.
    pub fn accounts_for(&self, at: &BookRef) -> bool {
        let found = self.records.binary_search_by_key(&at.number, |(one, _)| one.number);
        found.is_ok_and(|place| self.records[place].0 == *at) || self.says_lost(at.number)
    }

    /// Whether it says that the record of that number is lost.
    pub(crate) fn says_lost(&self, number: u64) -> bool {
        self.lost.have(number)
    }

    /// What is lost of it, if its owner's statements name these records of it.
    pub fn lost(&self, named: &[BookRef]) -> Option<LostRecords> {
        let is_lacking = |at: &&BookRef| at.number < MAX_NUMBER && !self.accounts_for(at);
        let lacking = || named.iter().filter(is_lacking);
        let (next, first) = (self.next_number(), lacking().map(|at| at.number).min()?);
        let beyond = lacking().filter(|at| at.number >= next).max_by_key(|at| at.number);
        let newest = beyond.copied().or(self.last())?;
        Some(LostRecords { first: first.min(next), newest })
    }

    /// The newest head of an escrow's log that the book knows, of those that are numbered `last` at most.
    pub fn newest_head(&self, escrow: &Digest, last: u64) -> Option<Head> {
        let of = self.records.iter().filter(|(_, record)| record.escrow == *escrow);
        of.map(|(_, record)| record.head).filter(|head| head.seq <= last).max_by_key(|head| head.seq)
    }

    /// The records of an escrow's log that the book keeps, in base64, in the order in which they were kept.
    pub fn kept(&self, escrow: &Digest) -> impl Iterator<Item = &str> {
        let of = self.records.iter().filter(|(_, record)| record.escrow == *escrow);
        of.flat_map(|(_, record)| record.keeps.iter().map(String::as_str))
    }

    /// Whether a record, in base64, is kept already.
    pub fn keeps(&self, record: &str) -> bool {
        self.records.iter().any(|(_, one)| one.keeps.iter().any(|kept| kept == record))
    }

    /// Whether a record that was taken is the book's next one.
    fn is_followed_by(&self, record: &BookRecord) -> bool {
        let is_kept = |damage: &Damage| damage.bytes.is_none() || damage.kept().is_some();
        let next = self.next_number();
        let is_next = match record.lost {
            None => record.number == next,
            Some(lost) => {
                lost <= next && lost < record.number && (next..=MAX_NUMBER).contains(&record.number)
            }
        };
        // What stood before records that are skipped is not here.
        let is_chained =
            record.number > next || record.prev == self.last().map_or(Digest::ZERO, |last| last.hash);
        is_next
            && is_chained
            && record.by == [KeyName::Person(self.owner.clone())]
            && record.damage.as_ref().is_none_or(is_kept)
    }

    /// Those of `records` that the book does not hold, each once, as far as they fit into one record. What
    /// does not fit is kept by a later one.
    fn worth_keeping(&self, records: Vec<String>) -> Vec<String> {
        let (mut kept, mut size): (Vec<String>, _) = (Vec::new(), 0);
        for record in records {
            if self.keeps(&record) || kept.contains(&record) {
                continue;
            }
            size += record.len();
            if size > MAX_KEPT {
                break;
            }
            kept.push(record);
        }
        kept
    }

    /// Writes the next record and adds it. Returns its bytes, which have to be durable before anything that
    /// rests on them is let out, and the reference to it. `damage` is what was wrong with the book's end, or with the
    /// file that it was in before.
    pub fn write(
        &mut self,
        key: &SigningKey,
        draft: &StatementDraft,
        damage: Option<Damage>,
    ) -> (Vec<u8>, BookRef) {
        let lost = self.lost(&draft.named);
        let newest = lost.map(|lost| lost.newest).or(self.last());
        let record = BookRecord {
            number: newest.map_or(0, |newest| newest.number + 1),
            prev: newest.map_or(Digest::ZERO, |newest| newest.hash),
            time: draft.time,
            by: vec![KeyName::Person(self.owner.clone())],
            escrow: draft.escrow,
            head: draft.head,
            head_from: draft.head_from,
            keeps: self.worth_keeping(draft.keeps.clone()),
            damage,
            lost: lost.map(|lost| lost.first),
            says: draft.says.clone(),
        };
        let note = Note::sign(&record, &[(KeyName::Person(self.owner.clone()), key)]);
        let bytes = [note.as_bytes(), b"\n"].concat();
        let at = BookRef { number: record.number, hash: Digest::of(&bytes) };
        self.add(at, record);
        (bytes, at)
    }

    fn add(&mut self, at: BookRef, record: BookRecord) {
        if let Some(lost) = record.lost {
            self.lost.add(lost..record.number);
        }
        self.records.push((at, record));
    }
}

/// A book as it was read: its good records, and what is wrong after them.
#[derive(Debug, Clone)]
pub struct BookReading {
    /// The bytes that were read.
    pub bytes: Vec<u8>,
    /// Its good records.
    pub book: Book,
    /// How many bytes they have.
    pub good: usize,
    /// What is wrong with the next one.
    pub error: Option<BookError>,
}

impl BookReading {
    /// Reads the book of `owner`, whose signatures `key` verifies.
    pub fn of(owner: &PersonId, key: &VerifyingKey, bytes: Vec<u8>) -> BookReading {
        public::work(|| {
            let mut reading = BookReading { bytes, book: Book::new(owner.clone()), good: 0, error: None };
            reading.walk(key);
            reading
        })
    }

    /// A book that does not exist yet.
    pub fn nothing(owner: &PersonId) -> BookReading {
        BookReading { bytes: Vec::new(), book: Book::new(owner.clone()), good: 0, error: None }
    }

    /// Reads the book in `bytes`, of which this is what was known before. The same bytes are not verified again.
    #[must_use]
    pub fn resume(self, key: &VerifyingKey, bytes: Vec<u8>) -> BookReading {
        if bytes == self.bytes { self } else { BookReading::of(self.book.owner(), key, bytes) }
    }

    /// The bytes of its good records.
    pub fn good_bytes(&self) -> &[u8] {
        &self.bytes[..self.good]
    }

    /// The bytes after them.
    pub fn tail(&self) -> &[u8] {
        &self.bytes[self.good..]
    }

    fn walk(&mut self, key: &VerifyingKey) {
        let owner = self.book.owner.clone();
        while self.good < self.bytes.len() {
            let (number, rest) = (self.book.next_number(), &self.bytes[self.good..]);
            let (record, length) = match take(&owner, key, rest) {
                Ok(taken) => taken,
                Err(error) => {
                    // A whole record that somebody else signed is not damage, and what the owner signed is none either.
                    let name = KeyName::Person(owner.clone());
                    let whole = matches!(
                        error,
                        NoteError::Signers { .. } | NoteError::KeyId(_) | NoteError::WrongType { .. }
                    ) || Note::take_signed(rest).is_some_and(|note| note.is_by(&name, key));
                    self.error = Some(if !whole && is_last(&owner, key, rest) {
                        BookError::Torn { number, error }
                    } else {
                        BookError::Note { number, error }
                    });
                    return;
                }
            };
            if !self.book.is_followed_by(&record) {
                self.error = Some(BookError::Broken { number });
                return;
            }
            let at = BookRef { number: record.number, hash: Digest::of(&rest[..length]) };
            self.book.add(at, record);
            self.good += length;
        }
    }
}

/// Takes the record that `bytes` begin with, signed by the owner; gives its length too.
fn take(owner: &PersonId, key: &VerifyingKey, bytes: &[u8]) -> Result<(BookRecord, usize), NoteError> {
    let (note, length) = Note::take(bytes)?;
    match bytes.get(length) {
        Some(b'\n') => {}
        Some(_) => return Err(NoteError::NotASignatureLine(4)),
        None => return Err(NoteError::Incomplete),
    }
    let record = note.read()?;
    note.verify(&[(KeyName::Person(owner.clone()), *key)])?;
    Ok((record, length + 1))
}

/// Whether no record of the owner follows anywhere after the damage that `bytes` begin with.
fn is_last(owner: &PersonId, key: &VerifyingKey, bytes: &[u8]) -> bool {
    !beginnings(bytes).any(|at| take(owner, key, &bytes[at..]).is_ok())
}

/// What a person is about to state, and what they know while they do: first the book's next record, then the
/// statement.
#[derive(Debug, Clone)]
pub struct StatementDraft {
    /// The escrow.
    pub escrow: Digest,
    /// The newest record they saw.
    pub head: Head,
    /// Where that came from.
    pub head_from: HeadFrom,
    /// When.
    pub time: Time,
    /// Records worth keeping in the book, in base64; those that it holds already are left out.
    pub keeps: Vec<String>,
    /// The records of the maker's book that the log names: what the book lacks of them is lost.
    pub named: Vec<BookRef>,
    /// What.
    pub says: Statement,
}
