//! The person at the keyboard, with their own files.

use std::cell::RefCell;
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::files::cards::read_card;
use crate::cli::files::keys::read_identities;
use crate::cli::flags::{As, with_ending};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::{failures, nearest};
use crate::crypto::envelope::Identity;
use crate::escrow::Escrow;
use crate::record::book::BookReading;
use crate::record::card::VerifiedCard;
use crate::secret::signer::Signer;
use crate::value::names::PersonId;

/// The person at the keyboard: card, identities, signing key, and where their book is.
pub(crate) struct LocalPerson {
    /// Their card.
    pub(crate) card: VerifiedCard,
    /// Their identities.
    pub(crate) identities: Vec<Identity>,
    /// Who signs.
    pub(crate) signer: Signer,
    prefix: PathBuf,
    /// Their book.
    pub(crate) book: PathBuf,
    /// PREFIX.book; `--book` may name another.
    pub(crate) old_book: PathBuf,
    /// The book as it was read last, so that it is not verified twice.
    pub(crate) known_book: RefCell<Option<BookReading>>,
}

impl LocalPerson {
    /// Reads the files that `--as` and `-i` name, and unlocks what is locked. If the card is lost, the one in `known`
    /// is used: the identity is the only file that a person cannot do without.
    pub(crate) fn unlock(
        args: &As,
        known: impl FnOnce(&PersonId) -> Option<VerifiedCard>,
    ) -> Result<LocalPerson, Failure> {
        let card_path = with_ending(&args.prefix, "card");
        let card = match card_path.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                enrolled(&args.prefix, known).map_or_else(|| read_card(&card_path), Ok)?
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
        Ok(LocalPerson {
            card,
            identities,
            signer,
            prefix: args.prefix.clone(),
            book,
            old_book,
            known_book: RefCell::default(),
        })
    }

    /// A person whose card and identities are known already, and whose files PREFIX names.
    pub(crate) fn seated(
        card: VerifiedCard,
        identities: Vec<Identity>,
        prefix: PathBuf,
    ) -> Result<LocalPerson, Failure> {
        let signer = Signer::open(&card, &identities).map_err(|error| failures::signer(&error))?;
        let book = with_ending(&prefix, "book");
        Ok(LocalPerson {
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
    pub(crate) fn prefix(&self) -> &Path {
        &self.prefix
    }

    /// Fails unless the escrow knows this very card.
    pub(crate) fn must_belong_to(&self, escrow: &Escrow) -> Result<(), Failure> {
        let person = self.signer.person();
        if escrow.people.get(person).map(|known| known.card.digest()) == Some(self.card.digest()) {
            return Ok(());
        }
        let what = format!("`{person}` is not enrolled in this escrow with this card");
        let people: Vec<_> = escrow.people.keys().map(PersonId::as_str).collect();
        let people = nearest::nearest_first(person.as_str(), &people).join(", ");
        Err(Failure::new(Exit::NotAuthorised, what).next(format!(
            "the people are: {people}; name the files of one of them with --as, or another escrow with --escrow DIR"
        )))
    }
}

/// The card that is known of the person whose files PREFIX names.
fn enrolled(prefix: &Path, known: impl FnOnce(&PersonId) -> Option<VerifiedCard>) -> Option<VerifiedCard> {
    known(&prefix.file_name()?.to_str()?.parse().ok()?)
}
