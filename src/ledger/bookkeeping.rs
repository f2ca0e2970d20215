//! Stating: whatever a person states goes into their own book first, and is signed only after that.

use crate::crypto::digest::Digest;
use crate::crypto::sign::SigningKey;
use crate::record::book::{Book, BookDraft};
use crate::record::head::Head;
use crate::record::repair::Damage;
use crate::record::statement::{BookRef, FramedStatement, HeadFrom, SignedStatement, Statement};
use crate::value::names::{KeyName, PersonId};
use crate::value::time::Time;

/// What a person states, and what they know while they do.
#[derive(Debug, Clone)]
pub struct Intent {
    /// The escrow.
    pub escrow: Digest,
    /// The newest record they saw.
    pub head: Head,
    /// Where that came from.
    pub head_from: HeadFrom,
    /// When.
    pub time: Time,
    /// Records worth keeping in the book, in base64.
    pub keeps: Vec<String>,
    /// What.
    pub says: Statement,
}

/// A statement whose book record exists and is not durable yet. [`Noted::sign`] gives the statement, once the
/// record is.
#[derive(Debug)]
#[must_use]
pub struct Noted {
    /// The book's new record: to be appended to the book and made durable.
    pub book_record: Vec<u8>,
    book: BookRef,
    person: PersonId,
    intent: Intent,
}

/// Proof that a book's record is durable. Whoever makes one promises that.
#[derive(Debug)]
pub struct BookIsDurable;

/// Writes the intent into the book. `damage` is what was wrong with the book's end, or with the file that it was
/// in before.
pub fn note(intent: Intent, book: &mut Book, damage: Option<Damage>, key: &SigningKey) -> Noted {
    let draft = BookDraft {
        time: intent.time,
        escrow: intent.escrow,
        head: intent.head,
        head_from: intent.head_from,
        keeps: intent.keeps.clone(),
        damage,
        says: intent.says.clone(),
    };
    let person = book.owner().clone();
    let (book_record, book) = book.write(key, draft);
    Noted { book_record, book, person, intent }
}

impl Noted {
    /// Signs the statement with the key of the book's owner, after its book record was made durable.
    pub fn sign(self, _: BookIsDurable, key: &SigningKey) -> SignedStatement {
        let Intent { escrow, head, head_from, time, says, .. } = self.intent;
        let by = vec![KeyName::Person(self.person.clone())];
        let statement = FramedStatement { escrow, head, head_from, book: self.book, time, by, says };
        SignedStatement::sign(&self.person, key, statement)
    }
}
