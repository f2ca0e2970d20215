//! People's own files: identities, cards and books.

mod keys;
mod near;

use std::cell::RefCell;
use std::io;
use std::path::{Path, PathBuf};

use crate::audit::books::parted;
use crate::cli::args::{As, Sitting};
use crate::cli::context::Context;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::nearest;
use crate::crypto::envelope::Identity;
use crate::crypto::sign::SigningKey;
use crate::escrow::{Escrow, may_administer};
use crate::hands::files::{self, Created};
use crate::hands::store::{ChainFile, MAX_LOG};
use crate::ledger::bookkeeping::{BookkeepingError, OpenBook};
use crate::record::book::{Book, BookError, BookReading, StatementDraft};
use crate::record::card::VerifiedCard;
use crate::record::note::MAX_NOTE;
use crate::record::repair::Damage;
use crate::record::statement::SignedStatement;
use crate::secret::signer::Signer;
use crate::value::names::{KeyName, PersonId};

pub use keys::{NewKey, keygen, read_identities};
pub use near::Near;

/// Reads a card.
pub fn read_card(path: &Path) -> Result<VerifiedCard, Failure> {
    let bytes =
        files::read_public(path, MAX_NOTE as u64).map_err(|error| failures::not_read(path, &error))?;
    VerifiedCard::parse(&bytes).map_err(|error| {
        Failure::new(Exit::BadInput, error)
            .at(path.display())
            .next("give the .card file that `breakglass enroll` wrote; ask its owner for it again")
    })
}

/// Somebody at the keyboard: card, identities, signing key, and where their book is.
pub struct Somebody {
    /// Their card.
    pub card: VerifiedCard,
    /// Their identities.
    pub identities: Vec<Identity>,
    /// Who signs.
    pub signer: Signer,
    prefix: PathBuf,
    /// Their book.
    pub book: PathBuf,
    /// PREFIX.book, where `--book` names another.
    old_book: PathBuf,
    /// The book as it was read last, so that it is not verified twice.
    known_book: RefCell<Option<BookReading>>,
}

impl Somebody {
    /// Reads the files that `--as` and `-i` name, and unlocks what is locked. Where the card is lost, the one in
    /// `known` is taken: an identity is all that a person can lose.
    pub fn unlock(args: &As, known: impl FnOnce() -> Option<Escrow>) -> Result<Somebody, Failure> {
        let card_path = with_ending(&args.prefix, "card");
        let card = match card_path.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                enrolled(&args.prefix, known()).map_or_else(|| read_card(&card_path), Ok)?
            }
            _ => read_card(&card_path)?,
        };
        let paths = match args.identities.as_slice() {
            [] => vec![with_ending(&args.prefix, "key")],
            paths => paths.to_vec(),
        };
        let mut identities = Vec::new();
        for path in &paths {
            identities.extend(read_identities(path)?);
        }
        let signer = Signer::open(&card, &identities)
            .map_err(|error| failures::signer(&error).at(card_path.display()))?;
        let old_book = with_ending(&args.prefix, "book");
        let book = args.book.clone().unwrap_or_else(|| old_book.clone());
        Ok(Somebody {
            card,
            identities,
            signer,
            prefix: args.prefix.clone(),
            book,
            old_book,
            known_book: RefCell::default(),
        })
    }

    /// Somebody whose card and identities are known already, and whose files PREFIX names.
    pub fn seated(
        card: VerifiedCard,
        identities: Vec<Identity>,
        prefix: PathBuf,
    ) -> Result<Somebody, Failure> {
        let signer = Signer::open(&card, &identities).map_err(|error| failures::signer(&error))?;
        let book = with_ending(&prefix, "book");
        Ok(Somebody {
            card,
            identities,
            signer,
            prefix,
            old_book: book.clone(),
            book,
            known_book: RefCell::default(),
        })
    }

    /// Where their files are, without the endings.
    pub fn prefix(&self) -> &Path {
        &self.prefix
    }

    /// Fails unless the escrow knows this very card.
    pub fn must_belong_to(&self, escrow: &Escrow) -> Result<(), Failure> {
        let person = self.signer.person();
        if escrow.people.get(person).map(|known| known.card.digest()) == Some(self.card.digest()) {
            return Ok(());
        }
        let what = format!("`{person}` is not enrolled in this escrow with this card");
        let people: Vec<_> = escrow.people.keys().map(PersonId::as_str).collect();
        let people = nearest::nearest_first(person.as_str(), &people).join(", ");
        Err(Failure::new(Exit::NotAuthorised, what).next(format!(
            "the people are: {people}; name one's files with --as, or another escrow with --escrow DIR"
        )))
    }

    /// Fails unless the escrow knows this card, and the log is one that this person's book knows: nobody
    /// states anything on a log that was cut off or rewritten.
    pub fn must_know(&self, escrow: &Escrow, log: &Path) -> Result<(), Failure> {
        self.must_belong_to(escrow)?;
        match parted(escrow, &self.book()?) {
            Some(found) => Err(failures::finding(log, &found)),
            None => Ok(()),
        }
    }

    /// Reads the book; an empty one where there is none yet.
    pub fn book(&self) -> Result<Book, Failure> {
        let BookReading { book, error, .. } = self.read_book(&self.book)?;
        let begins_anew = self.book != self.old_book && self.book.symlink_metadata().is_err();
        match error.filter(|_| !begins_anew) {
            // A damaged end is kept by the next record; what stands before it counts.
            None | Some(BookError::Torn { .. }) => Ok(book),
            Some(error) => Err(self.bad_book(&error)),
        }
    }

    /// The book as far as it can be read: in an emergency a lost book stops nobody.
    pub fn book_as_far(&self) -> Book {
        self.read_book(&self.book)
            .map_or_else(|_| Book::new(self.signer.person().clone()), |reading| reading.book)
    }

    /// Reads the book at `path`, as far as it goes. What this program has read already is not verified again.
    fn read_book(&self, path: &Path) -> Result<BookReading, Failure> {
        let person = self.signer.person();
        if path.symlink_metadata().is_err() {
            // A book that goes on elsewhere begins with what there is of the old one.
            if path != self.old_book {
                return self.read_book(&self.old_book);
            }
            return Ok(BookReading::nothing(person));
        }
        let bytes = files::read_own(path, MAX_LOG).map_err(|error| {
            failures::not_read(path, &error).or_next("a book can go on in another file: --book FILE")
        })?;
        let known = self.known_book.take().unwrap_or_else(|| BookReading::nothing(person));
        let reading = known.resume(&self.card.card().verifying_key, bytes);
        self.known_book.replace(Some(reading.clone()));
        Ok(reading)
    }

    fn bad_book(&self, error: &BookError) -> Failure {
        Failure::new(Exit::Tampered, error)
            .at(self.book.display())
            .next("keep the damaged book, and go on in another file: --book FILE")
    }

    /// States something: into the book, made durable and read again; then signed.
    pub fn state(
        &self,
        draft: StatementDraft,
        context: &mut Context<'_>,
    ) -> Result<SignedStatement, Failure> {
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
        let stated =
            open.state(draft, self.left_behind(), self.signer.key()).map_err(|error| self.not_stated(&error));
        self.known_book.replace(Some(open.reading().clone()));
        match stated {
            Ok(_) => created.keep(),
            // Nothing older is in it.
            Err(_) if is_begun_here => open.into_medium().discard(),
            Err(_) => {}
        }
        stated
    }

    fn not_stated(&self, error: &BookkeepingError) -> Failure {
        match error {
            BookkeepingError::Io(error) => self.not_written(error),
            BookkeepingError::Unsound(error) => self.bad_book(error),
            BookkeepingError::TooMuchDamage(error) => Failure::new(Exit::Torn, error)
                .at(self.book.display())
                .next("keep the damaged book, and go on in another file: --book FILE"),
            error => Failure::new(Exit::Machine, error)
                .at(self.book.display())
                .next("let the book go on on another medium: --book FILE"),
        }
    }

    fn not_written(&self, error: &io::Error) -> Failure {
        let failure = Failure::new(Exit::Machine, format!("the book cannot be written: {error}"))
            .at(self.book.display());
        if files::is_not_durable(error) {
            let again = failures::NOT_AGAIN;
            return failure
                .next(format!("nothing was stated; {again}: go on with --book FILE on another one"));
        }
        failure.next("nothing was stated: make room, or let the book go on in another file: --book FILE")
    }

    /// The book in `file`, and whether it was made here, and nobody else has written to it.
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
        context.warn(&format!("your book goes on in {}", self.book.display()));
        files::create_parent(&self.book, created)?;
        let (mut open, is_begun_here) = self.open_book(ChainFile::create(&self.book)?)?;
        if is_begun_here && let Err(error) = open.begin_with(&old) {
            open.into_medium().discard();
            return Err(error);
        }
        Ok((open, is_begun_here))
    }

    /// The old book, where this one is another and that one does not hold.
    fn left_behind(&self) -> Option<Damage> {
        if self.book == self.old_book {
            return None;
        }
        files::read_own(&self.old_book, MAX_LOG).ok().map(|bytes| Damage::of_file(&bytes))
    }
}

impl Sitting {
    /// Unlocks everybody who signs, in the order in which they are named.
    pub fn unlock(&self, context: &Context<'_>) -> Result<Vec<Somebody>, Failure> {
        let mut sitting: Vec<Somebody> = Vec::new();
        if self.prefixes.len() > 1
            && !self.identities.is_empty()
            && self.identities.len() != self.prefixes.len()
        {
            return Err(Failure::new(
                Exit::Usage,
                "with several --as, name an identity for each of them, or none",
            )
            .next("--as A -i A.key --as B -i B.key"));
        }
        for (at, prefix) in self.prefixes.iter().enumerate() {
            let identities = match self.prefixes.len() {
                1 => self.identities.clone(),
                _ => self.identities.get(at).cloned().into_iter().collect(),
            };
            let one = As { prefix: prefix.clone(), identities, book: None };
            let one = Somebody::unlock(&one, || context.peek())?;
            if sitting.iter().any(|other| other.signer.person() == one.signer.person()) {
                let what = format!("`{}` is named twice", one.signer.person());
                return Err(Failure::new(Exit::Usage, what).at("--as").next("name each person once"));
            }
            sitting.push(one);
        }
        Ok(sitting)
    }
}

/// The names and keys of everybody who signs.
pub fn signers(sitting: &[Somebody]) -> Vec<(KeyName, &SigningKey)> {
    sitting.iter().map(|one| (one.signer.key_name(), one.signer.key())).collect()
}

/// Fails unless these people may do what an administrator does.
pub fn must_administer(sitting: &[Somebody], escrow: &Escrow) -> Result<(), Failure> {
    for one in sitting {
        one.must_belong_to(escrow)?;
    }
    let names: Vec<KeyName> = sitting.iter().map(|one| one.signer.key_name()).collect();
    if may_administer(escrow, &names, None) {
        return Ok(());
    }
    let names: Vec<_> = sitting.iter().map(|one| format!("`{}`", one.signer.person())).collect();
    let what = match names.as_slice() {
        [one] => format!("{one} is not an administrator of this escrow"),
        several => format!("{} are no threshold of the custodians of any current vault", several.join(", ")),
    };
    Err(Failure::new(Exit::NotAuthorised, what).next(
        "an administrator signs, or as many custodians of a current vault as its threshold: --as A --as B",
    ))
}

/// The card that the escrow has of the person whose files PREFIX names.
fn enrolled(prefix: &Path, known: Option<Escrow>) -> Option<VerifiedCard> {
    let id: PersonId = prefix.file_name()?.to_str()?.parse().ok()?;
    Some(known?.people.get(&id)?.card.clone())
}

/// PREFIX with an ending: `alice/alice` and `card` give `alice/alice.card`.
pub fn with_ending(prefix: &Path, ending: &str) -> PathBuf {
    let mut path = prefix.as_os_str().to_owned();
    path.push(".");
    path.push(ending);
    PathBuf::from(path)
}
