//! People's books: read, and written before anything is signed.

use std::io;
use std::path::Path;

use crate::audit::books::parted;
use crate::cli::context::Context;
use crate::cli::files::people::Somebody;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::escrow::Escrow;
use crate::hands::files::{self, Created};
use crate::hands::store::{ChainFile, MAX_LOG};
use crate::ledger::bookkeeping::{self, BookIsDurable, Intent};
use crate::ledger::log::Medium as _;
use crate::record::book::{Book, BookError};
use crate::record::repair::Damage;
use crate::record::statement::SignedStatement;

impl Somebody {
    /// Fails unless the escrow knows this card, and the log is one that this person's book knows: nobody
    /// states anything on a log that was cut off or rewritten.
    pub(crate) fn must_know(&self, escrow: &Escrow, log: &Path) -> Result<(), Failure> {
        self.must_belong_to(escrow)?;
        match parted(escrow, &self.book()?) {
            Some(found) => Err(failures::finding(log, &found)),
            None => Ok(()),
        }
    }

    /// Reads the book; an empty one where there is none yet.
    pub(crate) fn book(&self) -> Result<Book, Failure> {
        let (book, _, damage) = self.read_book(&self.book)?;
        let begins_anew = self.book != self.old_book && self.book.symlink_metadata().is_err();
        match damage.filter(|_| !begins_anew) {
            // A damaged end is kept by the next record; what stands before it counts.
            None | Some(BookError::Torn { .. }) => Ok(book),
            Some(error) => Err(self.bad_book(&error)),
        }
    }

    /// The book as far as it can be read: in an emergency a lost book stops nobody.
    pub(crate) fn book_as_far(&self) -> Book {
        self.read_book(&self.book).map_or_else(|_| Book::new(self.signer.person().clone()), |(book, ..)| book)
    }

    /// Reads the book at `path`: as far as it goes, its bytes, and what is wrong behind that.
    fn read_book(&self, path: &Path) -> Result<(Book, Vec<u8>, Option<BookError>), Failure> {
        let person = self.signer.person();
        if path.symlink_metadata().is_err() {
            // A book that goes on elsewhere begins with what there is of the old one.
            if path != self.old_book {
                return self.read_book(&self.old_book);
            }
            return Ok((Book::new(person.clone()), Vec::new(), None));
        }
        let bytes = files::read_own(path, MAX_LOG).map_err(|error| {
            failures::not_read(path, &error).or_next("a book can go on in another file: --book FILE")
        })?;
        let key = self.card.card().verifying_key;
        let (book, good, error) = Book::read_as_far(person, &key, &bytes);
        Ok((book, bytes[..good].to_vec(), error))
    }

    fn bad_book(&self, error: &BookError) -> Failure {
        Failure::new(Exit::Tampered, error)
            .at(self.book.display())
            .next("keep the damaged book, and go on in another file: --book FILE")
    }

    /// States something: into the book, made durable and read again; then signed.
    pub(crate) fn state(
        &self,
        intent: Intent,
        context: &mut Context<'_>,
    ) -> Result<SignedStatement, Failure> {
        let mut created = Created::default();
        let is_missing = self.book.symlink_metadata().is_err();
        let opened = match is_missing && self.book != self.old_book {
            true => self.begin_elsewhere(&mut created, context),
            false => ChainFile::open_or_create(&self.book).and_then(Begun::of),
        };
        let Begun { mut file, before, is_begun_here } = opened.map_err(|error| self.not_stated(&error))?;
        let stated = self.note(intent, &before, &mut file, context);
        match stated {
            Ok(_) => created.keep(),
            // Nothing older is in it.
            Err(_) if is_begun_here => file.discard(),
            Err(_) => {}
        }
        stated
    }

    fn not_stated(&self, error: &io::Error) -> Failure {
        let failure = Failure::new(Exit::Machine, format!("the book cannot be written: {error}"))
            .at(self.book.display());
        if files::is_not_durable(error) {
            let again = failures::NOT_AGAIN;
            return failure
                .next(format!("nothing was stated; {again}: go on with --book FILE on another one"));
        }
        failure.next("nothing was stated: make room, or let the book go on in another file: --book FILE")
    }

    /// Notes a statement in the book that holds `before`, and signs it.
    fn note(
        &self,
        intent: Intent,
        before: &[u8],
        file: &mut ChainFile,
        context: &mut Context<'_>,
    ) -> Result<SignedStatement, Failure> {
        let failed = |error: io::Error| self.not_stated(&error);
        let elsewhere = self.left_behind();
        let key = self.card.card().verifying_key;
        let (mut book, good, error) = Book::read_as_far(self.signer.person(), &key, before);
        let damage = match error {
            None => {
                elsewhere.filter(|left| !book.entries().any(|(_, entry)| entry.damage.as_ref() == Some(left)))
            }
            Some(error @ BookError::Torn { .. }) => {
                context.warn(&format!(
                    "{}: {error}. The damaged bytes are kept in the next record.",
                    self.book.display()
                ));
                Some(Damage::of_tail(&before[good..]).map_err(|error| {
                    Failure::new(Exit::Torn, error)
                        .at(self.book.display())
                        .next("keep the damaged book, and go on in another file: --book FILE")
                })?)
            }
            Some(error) => return Err(self.bad_book(&error)),
        };
        let replaces = good < before.len();
        let noted = bookkeeping::note(intent, &mut book, damage, self.signer.key());
        let whole = [&before[..good], &noted.book_record].concat();
        if replaces {
            file.replace(&whole).map_err(failed)?;
        } else {
            file.append(good as u64, &noted.book_record).map_err(failed)?;
        }
        if file.reread(good as u64).map_err(failed)? != noted.book_record {
            return Err(Failure::new(
                Exit::Machine,
                "the medium does not give back what was written to the book",
            )
            .at(self.book.display())
            .next("let the book go on on another medium: --book FILE"));
        }
        Ok(noted.sign(BookIsDurable, self.signer.key()))
    }

    /// Begins the book that `--book` names with the good records of the old one.
    fn begin_elsewhere(&self, created: &mut Created, context: &mut Context<'_>) -> io::Result<Begun> {
        let (_, good, _) = self
            .read_book(&self.old_book)
            .unwrap_or_else(|_| (Book::new(self.signer.person().clone()), Vec::new(), None));
        context.warn(&format!("your book goes on in {}", self.book.display()));
        files::create_parent(&self.book, created)?;
        let mut begun = Begun::of(ChainFile::create(&self.book)?)?;
        if begun.is_begun_here {
            if let Err(error) = begun.file.append(0, &good) {
                begun.file.discard();
                return Err(error);
            }
            begun.before = good;
        }
        Ok(begun)
    }

    /// The old book, where this one is another and that one does not hold.
    fn left_behind(&self) -> Option<Damage> {
        if self.book == self.old_book {
            return None;
        }
        files::read_own(&self.old_book, MAX_LOG).ok().map(|bytes| Damage::of_file(&bytes))
    }
}

/// A book that is open, and locked.
struct Begun {
    file: ChainFile,
    /// What it holds.
    before: Vec<u8>,
    /// Whether it was made here, and nobody else has written to it.
    is_begun_here: bool,
}

impl Begun {
    fn of(mut file: ChainFile) -> io::Result<Begun> {
        let before = file.read()?;
        let is_begun_here = file.is_new() && before.is_empty();
        Ok(Begun { file, before, is_begun_here })
    }
}
