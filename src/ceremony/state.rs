//! Stating: whatever a person states goes into their own book first, and is signed only after that.

use crate::crypto::digest::Digest;
use crate::log::book::{Book, BookDraft};
use crate::log::head::Head;
use crate::log::repair::Damage;
use crate::names::KeyName;
use crate::signer::Signer;
use crate::statement::{BookRef, HeadFrom, SignedStatement, Stated, Statement};
use crate::time::Time;

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
    pub says: Stated,
}

/// A statement whose book record exists and is not durable yet. [`Noted::sign`] gives the statement, once the
/// record is.
#[derive(Debug)]
#[must_use]
pub struct Noted {
    /// The book's new record: to be appended to the book and made durable.
    pub book_record: Vec<u8>,
    book: BookRef,
    intent: Intent,
}

/// Proof that a book's record is durable. Whoever makes one promises that.
#[derive(Debug)]
pub struct BookIsDurable;

/// Writes the intent into the book. `damage` is what was wrong with the book's end, or with the file that it was
/// in before.
pub fn note(intent: Intent, book: &mut Book, damage: Option<Damage>, signer: &Signer) -> Noted {
    let draft = BookDraft {
        time: intent.time,
        escrow: intent.escrow,
        head: intent.head,
        head_from: intent.head_from,
        keeps: intent.keeps.clone(),
        damage,
        says: intent.says.clone(),
    };
    let (book_record, book) = book.write(signer.key(), draft);
    Noted { book_record, book, intent }
}

impl Noted {
    /// Signs the statement, after its book record was made durable.
    pub fn sign(self, _: BookIsDurable, signer: &Signer) -> SignedStatement {
        let Intent { escrow, head, head_from, time, says, .. } = self.intent;
        let by = vec![KeyName::Person(signer.person().clone())];
        let statement = Statement { escrow, head, head_from, book: self.book, time, by, says };
        SignedStatement::sign(signer.person(), signer.key(), statement)
    }
}
