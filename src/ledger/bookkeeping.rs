//! Stating: what a person states goes into their own book first, and is signed only after that.

use std::io;

use crate::crypto::sign::{SigningKey, VerifyingKey};
use crate::ledger::medium::Medium;
use crate::record::book::{Book, BookError, BookReading, StatementDraft};
use crate::record::repair::{Damage, TooMuchDamage};
use crate::record::statement::{BookRef, FramedStatement, SignedStatement};
use crate::value::names::{KeyName, PersonId};
use crate::value::public;

/// A book that is open for writing. It is locked for as long as the value lives.
pub struct OpenBook<M> {
    medium: M,
    reading: BookReading,
}

/// Why nothing was stated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BookkeepingError {
    /// The medium failed.
    #[error("the book cannot be written: {0}")]
    Io(#[from] io::Error),
    /// The book is not its owner's unbroken chain.
    #[error(transparent)]
    Unsound(#[from] BookError),
    /// The damaged tail of the book is too large for a record.
    #[error(transparent)]
    TooMuchDamage(#[from] TooMuchDamage),
    /// What was read again is not what was written.
    #[error("the drive does not return what was written to the book")]
    Unfaithful,
}

/// Proof that a book's record is durable: written, and read again from the medium. Only [`OpenBook`] makes one, and a
/// statement cannot be signed without it.
struct BookIsDurable(BookRef);

impl<M: Medium> OpenBook<M> {
    /// Reads the book on `medium`, of which `known` may be known already: the same bytes are not verified again. It may
    /// be damaged: see [`OpenBook::reading`].
    ///
    /// # Errors
    /// Whatever the medium says.
    pub fn open(
        mut medium: M,
        owner: &PersonId,
        key: &VerifyingKey,
        known: Option<BookReading>,
    ) -> io::Result<OpenBook<M>> {
        let bytes = public::work(|| medium.read())?;
        let known = known.filter(|known| known.book.owner() == owner);
        let reading = known.unwrap_or_else(|| BookReading::nothing(owner)).resume(key, bytes);
        Ok(OpenBook { medium, reading })
    }

    /// Begins an empty book with the good records of another one.
    ///
    /// # Errors
    /// Whatever the medium says.
    pub(crate) fn begin_with(&mut self, other: &BookReading) -> io::Result<()> {
        self.medium.append(0, other.good_bytes())?;
        if public::work(|| self.medium.reread(0))? != other.good_bytes() {
            return Err(io::Error::other("the drive does not return what was written to it"));
        }
        self.reading = public::work(|| BookReading {
            bytes: other.good_bytes().to_vec(),
            book: other.book.clone(),
            good: other.good,
            error: None,
        });
        Ok(())
    }

    /// What was read.
    pub fn reading(&self) -> &BookReading {
        &self.reading
    }

    /// The medium, when nothing more is to be stated.
    pub(crate) fn into_medium(self) -> M {
        self.medium
    }

    /// States something: into the book, made durable and read again; then signed with the key of the book's owner. A
    /// damaged tail is kept in the new record; `left_behind` is the file that the book was in before, if it moved.
    ///
    /// # Errors
    /// [`BookkeepingError`]; nothing is signed then.
    pub fn state(
        &mut self,
        draft: StatementDraft,
        left_behind: Option<Damage>,
        key: &SigningKey,
    ) -> Result<SignedStatement, BookkeepingError> {
        public::work(|| {
            let damage = match &self.reading.error {
                None => left_behind.filter(|left| !self.has_kept(left)),
                Some(BookError::Torn { .. }) => Some(Damage::of_tail(self.reading.tail())?),
                Some(error) => return Err(error.clone().into()),
            };
            let durable = self.write(&draft, damage, key)?;
            Ok(sign(draft, durable, self.reading.book.owner(), key))
        })
    }

    fn has_kept(&self, left: &Damage) -> bool {
        self.reading.book.records().any(|(_, record)| record.damage.as_ref() == Some(left))
    }

    /// Writes the record of `draft`, in place of a damaged tail if there is one, and reads it again.
    fn write(
        &mut self,
        draft: &StatementDraft,
        damage: Option<Damage>,
        key: &SigningKey,
    ) -> Result<BookIsDurable, BookkeepingError> {
        let mut book: Book = self.reading.book.clone();
        let (record, at) = book.write(key, draft, damage);
        let good = self.reading.good;
        let whole = [self.reading.good_bytes(), &record].concat();
        if self.reading.tail().is_empty() {
            self.medium.append(good as u64, &record)?;
        } else {
            self.medium.replace(&whole)?;
        }
        if self.medium.reread(good as u64)? != record {
            return Err(BookkeepingError::Unfaithful);
        }
        self.reading = BookReading { good: whole.len(), bytes: whole, book, error: None };
        Ok(BookIsDurable(at))
    }
}

fn sign(
    draft: StatementDraft,
    BookIsDurable(book): BookIsDurable,
    person: &PersonId,
    key: &SigningKey,
) -> SignedStatement {
    let StatementDraft { escrow, head, head_from, time, says, .. } = draft;
    let by = vec![KeyName::Person(person.clone())];
    let statement = FramedStatement { escrow, head, head_from, book, time, by, says };
    SignedStatement::sign(person, key, statement)
}
