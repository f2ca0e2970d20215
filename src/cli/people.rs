//! People's own files: identities, cards and books; and `keygen`.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::audit::books::parted;
use crate::card::VerifiedCard;
use crate::ceremony::state::{self, BookIsDurable, Intent};
use crate::cli::args::{As, Keygen};
use crate::cli::exit::{Exit, Failure};
use crate::cli::prompt::Terminal;
use crate::cli::{Answer, failures, write_output};
use crate::crypto::envelope::{self, Identity, IdentityError, IdentityFile, MAX_IDENTITY_FILE, WORK_FACTOR};
use crate::hands::clock;
use crate::hands::files;
use crate::hands::store::ChainFile;
use crate::log::book::{Book, BookError};
use crate::log::ledger::Medium as _;
use crate::note::MAX_NOTE;
use crate::signer::Signer;
use crate::statement::SignedStatement;

/// How often a passphrase may be mistyped.
const TRIES: usize = 3;

/// `keygen`: an identity file, locked with a passphrase unless told otherwise.
pub fn keygen(args: &Keygen) -> Result<Answer, Failure> {
    super::must_not_exist(&args.output)?;
    let identity = Identity::generate();
    let text = envelope::identity_file(&identity, &clock::now().to_string());
    let recipient = identity.to_recipient();
    if args.no_passphrase {
        use secrecy::ExposeSecret as _;
        write_output(&args.output, text.expose_secret().as_bytes())?;
    } else {
        let mut terminal = Terminal::open("a passphrase")?;
        terminal
            .say("The passphrase locks this identity. Nobody can reset it: without it the share is lost.")?;
        let passphrase = terminal.ask_new_passphrase()?;
        let locked = envelope::lock_identity_file(&text, &passphrase, WORK_FACTOR)
            .map_err(|error| failures::envelope(&error))?;
        write_output(&args.output, locked.as_bytes())?;
    }
    let path = args.output.display().to_string();
    let text = format!("identity written to {path}\nrecipient: {recipient}");
    Ok(Answer::done(text, json!({ "identity": path, "recipient": recipient })))
}

/// Reads a card.
pub fn read_card(path: &Path) -> Result<VerifiedCard, Failure> {
    let bytes = files::read(path, MAX_NOTE as u64).map_err(|error| failures::not_read(path, &error))?;
    VerifiedCard::parse(&bytes).map_err(|error| Failure::new(Exit::BadInput, error).at(path.display()))
}

/// Reads an identity file, and asks for its passphrase where it has one.
pub fn read_identities(path: &Path) -> Result<Vec<Identity>, Failure> {
    let bytes =
        files::read(path, MAX_IDENTITY_FILE as u64).map_err(|error| failures::not_read(path, &error))?;
    let bytes = zeroize::Zeroizing::new(bytes);
    let bad = |error: IdentityError| Failure::new(Exit::BadInput, error).at(path.display());
    let locked = match IdentityFile::parse(&bytes).map_err(bad)? {
        IdentityFile::Plain(identities) => return Ok(identities),
        IdentityFile::Locked(locked) => locked,
    };
    let mut terminal = Terminal::open("the passphrase of an identity")?;
    for _ in 0..TRIES {
        let passphrase = terminal.ask_secret(&format!("Passphrase of {}:", path.display()))?;
        match locked.unlock(&passphrase) {
            Ok(identities) => return Ok(identities),
            Err(IdentityError::WrongPassphrase) => terminal.say("  that is not it")?,
            Err(error) => return Err(bad(error)),
        }
    }
    Err(Failure::new(Exit::Locked, "the identity could not be unlocked").at(path.display()))
}

/// Somebody at the keyboard: card, identities, signing key, and where their book is.
pub struct Somebody {
    /// Their card.
    pub card: VerifiedCard,
    /// Their identities.
    pub identities: Vec<Identity>,
    /// Who signs.
    pub signer: Signer,
    book: PathBuf,
}

impl Somebody {
    /// Reads the files that `--as` and `-i` name, and unlocks what is locked.
    pub fn unlock(args: &As) -> Result<Somebody, Failure> {
        let card_path = with_ending(&args.prefix, "card");
        let card = read_card(&card_path)?;
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
        Ok(Somebody { card, identities, signer, book: with_ending(&args.prefix, "book") })
    }

    /// Fails unless the escrow knows this very card.
    pub fn must_belong_to(&self, escrow: &crate::escrow::Escrow) -> Result<(), Failure> {
        let person = self.signer.person();
        if escrow.people.get(person).map(|known| known.card.digest()) == Some(self.card.digest()) {
            return Ok(());
        }
        let what = format!("`{person}` is not enrolled in this escrow with this card");
        Err(Failure::new(Exit::NotAuthorised, what))
    }

    /// Fails unless the escrow knows this card, and the log is one that this person's book knows: nobody
    /// states anything on a log that was cut off or rewritten.
    pub fn must_know(&self, escrow: &crate::escrow::Escrow, log: &Path) -> Result<(), Failure> {
        self.must_belong_to(escrow)?;
        match parted(escrow, &self.book()?) {
            Some(found) => Err(failures::finding(log, &found)),
            None => Ok(()),
        }
    }

    /// Reads the book; an empty one where there is none yet.
    pub fn book(&self) -> Result<Book, Failure> {
        if self.book.symlink_metadata().is_err() {
            return Ok(Book::new(self.signer.person().clone()));
        }
        let bytes = files::read_own(&self.book, crate::hands::store::MAX_LOG)
            .map_err(|error| failures::not_read(&self.book, &error))?;
        self.parse_book(&bytes)
    }

    fn parse_book(&self, bytes: &[u8]) -> Result<Book, Failure> {
        let key = self.card.card().verifying_key;
        Book::read(self.signer.person(), &key, bytes).map_err(|error| {
            let exit = if matches!(error, BookError::Torn { .. }) { Exit::Torn } else { Exit::Tampered };
            Failure::new(exit, error)
                .at(self.book.display())
                .next("keep the damaged book, and take its last good copy")
        })
    }

    /// States something: into the book, made durable and read again; then signed.
    pub fn state(&self, intent: Intent) -> Result<SignedStatement, Failure> {
        let failed = |error: std::io::Error| {
            Failure::new(Exit::Machine, format!("the book cannot be written: {error}"))
                .at(self.book.display())
                .next("nothing was stated: a book is a file of its owner's, with room to grow")
        };
        let mut file = ChainFile::open_or_create(&self.book).map_err(failed)?;
        let before = file.read().map_err(failed)?;
        let mut book = self.parse_book(&before)?;
        let noted = state::note(intent, &mut book, &self.signer);
        file.append(before.len() as u64, &noted.book_record).map_err(failed)?;
        if file.reread(before.len() as u64).map_err(failed)? != noted.book_record {
            return Err(Failure::new(
                Exit::Machine,
                "the medium does not give back what was written to the book",
            )
            .at(self.book.display())
            .next("use another medium for the book"));
        }
        Ok(noted.sign(BookIsDurable, &self.signer))
    }
}

/// PREFIX with an ending: `alice/alice` and `card` give `alice/alice.card`.
pub fn with_ending(prefix: &Path, ending: &str) -> PathBuf {
    let mut path = prefix.as_os_str().to_owned();
    path.push(".");
    path.push(ending);
    PathBuf::from(path)
}
