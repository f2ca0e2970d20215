//! People's books: read, and written before anything is signed.

use std::io;
use std::path::Path;

use crate::audit::books::parted;
use crate::cli::context::Context;
use crate::cli::files::media;
use crate::cli::files::people::LocalPerson;
use crate::cli::say::deviation::explain;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::escrow::Escrow;
use crate::hands::files::{self, Created};
use crate::hands::store::{ChainFile, MAX_LOG};
use crate::ledger::bookkeeping::{BookkeepingError, OpenBook};
use crate::record::book::{Book, BookError, BookReading, StatementDraft};
use crate::record::deviation::Deviation;
use crate::record::loss::LostRecords;
use crate::record::repair::Damage;
use crate::record::statement::SignedStatement;
use crate::value::public;

impl LocalPerson {
    /// Fails unless the escrow has this card and the log agrees with this person's book: statements must not be
    /// made on a log that was truncated or rewritten.
    pub(crate) fn must_know(&self, escrow: &Escrow, log: &Path) -> Result<(), Failure> {
        self.must_belong_to(escrow)?;
        match parted(escrow, &self.book()?) {
            Some(found) => Err(failures::finding(log, &found)),
            None => Ok(()),
        }
    }

    /// Reads the book; an empty one if there is none yet.
    pub(crate) fn book(&self) -> Result<Book, Failure> {
        let BookReading { book, error, .. } = self.read_book(&self.book)?;
        let begins_elsewhere = self.book != self.old_book && self.book.symlink_metadata().is_err();
        match error.filter(|_| !begins_elsewhere) {
            // A damaged tail is kept by the next record, and the records before it are good.
            None | Some(BookError::Torn { .. }) => Ok(book),
            Some(error) => Err(self.bad_book(&error)),
        }
    }

    /// The book as far as it can be read: a lost book must not stop an emergency.
    pub(crate) fn book_as_far(&self) -> Book {
        self.read_book(&self.book)
            .map_or_else(|_| Book::new(self.signer.person().clone()), |reading| reading.book)
    }

    /// The book as far as it can be read, where the next record has to go into it: what is no file, or cannot be read, cannot
    /// be written to either, and is not called a lost book.
    pub(crate) fn book_to_continue(&self) -> Result<Book, Failure> {
        match self.read_book(&self.book) {
            Err(failure) if self.book.symlink_metadata().is_ok() => Err(failure),
            read => Ok(read.map_or_else(|_| Book::new(self.signer.person().clone()), |reading| reading.book)),
        }
    }

    /// Reads the book at `path`, as far as it can be read. What was verified before is not verified again.
    fn read_book(&self, path: &Path) -> Result<BookReading, Failure> {
        let person = self.signer.person();
        if path.symlink_metadata().is_err() {
            // A book that is continued elsewhere begins with the good records of the old one.
            if path != self.old_book {
                return self.read_book(&self.old_book);
            }
            return Ok(BookReading::nothing(person));
        }
        let bytes = files::read_own(path, MAX_LOG).map_err(|error| {
            failures::not_read(path, &error).or_next("a book can be continued in another file: --book FILE")
        })?;
        let known = self.known_book.take().unwrap_or_else(|| BookReading::nothing(person));
        let reading = known.resume(&self.card.card().verifying_key, bytes);
        self.known_book.replace(Some(public::work(|| reading.clone())));
        Ok(reading)
    }

    fn bad_book(&self, error: &BookError) -> Failure {
        Failure::new(Exit::Tampered, error)
            .at(self.book.display())
            .next("keep the damaged book, and continue it in another file: --book FILE")
    }

    /// States something. It is written into the book, synced and read again before it is signed: a statement that no
    /// book has could be denied.
    pub(crate) fn state(
        &self,
        draft: StatementDraft,
        context: &mut Context<'_>,
    ) -> Result<SignedStatement, Failure> {
        media::said(&self.book, context)?;
        let mut created = Created::default();
        let is_missing = self.book.symlink_metadata().is_err();
        let opened = match is_missing && self.book != self.old_book {
            true => self.begin_elsewhere(&mut created, context),
            false => ChainFile::open_or_create(&self.book).and_then(|file| self.open_book(file)),
        };
        let (mut open, is_begun_here) = opened.map_err(|error| self.not_written(&error))?;
        if let Some(error @ BookError::Torn { .. }) = &open.reading().error {
            context.warn(&format!(
                "{}: {error}. The damaged bytes are kept in the next record.",
                self.book.display()
            ));
        }
        if let Some(lost) = open.reading().book.lost(&draft.named) {
            context.warn(&self.said_lost(&lost));
        }
        let stated =
            open.state(draft, self.left_behind(), self.signer.key()).map_err(|error| self.not_stated(&error));
        self.known_book.replace(Some(public::work(|| open.reading().clone())));
        match stated {
            Ok(_) => created.keep(),
            // This call made the file, and nothing else is in it.
            Err(_) if is_begun_here => open.into_medium().discard(),
            Err(_) => {}
        }
        stated
    }

    /// That the book lacks what the log says that its owner stated.
    pub(crate) fn said_lost(&self, lost: &LostRecords) -> String {
        format!(
            "deviation: {}: {}.\nWhat you state next says there that its records from {} on are lost. If you have them \
             elsewhere,\nstop here, and name that book with --book FILE.",
            self.book.display(),
            explain(Deviation::BookLost),
            lost.first
        )
    }

    fn not_stated(&self, error: &BookkeepingError) -> Failure {
        match error {
            BookkeepingError::Io(error) => self.not_written(error),
            BookkeepingError::Unsound(error) => self.bad_book(error),
            BookkeepingError::TooMuchDamage(error) => Failure::new(Exit::Torn, error)
                .at(self.book.display())
                .next("keep the damaged book, and continue it in another file: --book FILE"),
            error => Failure::new(Exit::Machine, error)
                .at(self.book.display())
                .next("continue the book on another drive: --book FILE"),
        }
    }

    fn not_written(&self, error: &io::Error) -> Failure {
        let failure = Failure::new(Exit::Machine, format!("the book cannot be written: {error}"))
            .at(self.book.display());
        if let Some(target) = files::link_target(error) {
            return failure
                .next(format!("nothing was stated: name the file itself: --book {}", target.display()));
        }
        if error.kind() == io::ErrorKind::TimedOut {
            return failure.next(format!("nothing was stated: {}", failures::LOCKED));
        }
        if files::is_not_durable(error) {
            let again = failures::NOT_AGAIN;
            return failure
                .next(format!("nothing was stated; {again}: go on with --book FILE on another one"));
        }
        failure.next("nothing was stated: make room, or let the book go on in another file: --book FILE")
    }

    /// The book in `file`, and whether this call made it and nobody else has written to it.
    fn open_book(&self, file: ChainFile) -> io::Result<(OpenBook<ChainFile>, bool)> {
        let is_new = file.is_new();
        let (person, key) = (self.signer.person(), self.card.card().verifying_key);
        let open = OpenBook::open(file, person, &key, self.known_book.take())?;
        let is_begun_here = is_new && open.reading().bytes.is_empty();
        Ok((open, is_begun_here))
    }

    /// Begins the book that `--book` names with the good records of the old one.
    fn begin_elsewhere(
        &self,
        created: &mut Created,
        context: &mut Context<'_>,
    ) -> io::Result<(OpenBook<ChainFile>, bool)> {
        let old =
            self.read_book(&self.old_book).unwrap_or_else(|_| BookReading::nothing(self.signer.person()));
        context.warn(&format!("your book is continued in {}", self.book.display()));
        files::create_parent(&self.book, created)?;
        let (mut open, is_begun_here) = self.open_book(ChainFile::create(&self.book)?)?;
        if is_begun_here && let Err(error) = open.begin_with(&old) {
            open.into_medium().discard();
            return Err(error);
        }
        Ok((open, is_begun_here))
    }

    /// What is left of the old book, if this one is another file.
    fn left_behind(&self) -> Option<Damage> {
        if self.book == self.old_book {
            return None;
        }
        files::read_own(&self.old_book, MAX_LOG).ok().map(|bytes| public::work(|| Damage::of_file(&bytes)))
    }
}
