//! People's cards: read, made and written.

use std::path::Path;

use crate::cli::context::Context;
use crate::cli::files::keys::NewKey;
use crate::cli::files::output::write_output;
use crate::cli::flags::with_ending;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::crypto::recipient::Recipient;
use crate::crypto::sign::SigningKey;
use crate::hands::clock;
use crate::hands::files::{self, Created};
use crate::record::card::{Card, Role, VerifiedCard};
use crate::record::note::MAX_NOTE;
use crate::secret::signer::seal_signing_key;
use crate::value::names::{KeyName, PersonId};
use crate::value::text::FreeText;

/// Reads a card.
pub(crate) fn read_card(path: &Path) -> Result<VerifiedCard, Failure> {
    let bytes =
        files::read_public(path, MAX_NOTE as u64).map_err(|error| failures::not_read(path, &error))?;
    VerifiedCard::parse(&bytes).map_err(|error| {
        Failure::new(Exit::BadInput, error)
            .at(path.display())
            .next("give the .card file that `breakglass enroll` wrote; ask its owner for it again")
    })
}

/// Everything that a card says about its person.
#[derive(Debug, Clone)]
pub(crate) struct Entrant {
    /// Their id.
    pub(crate) person: PersonId,
    /// Their name.
    pub(crate) name: FreeText,
    /// How to reach them.
    pub(crate) contact: FreeText,
    /// What they may be asked to do.
    pub(crate) roles: Vec<Role>,
}

impl Entrant {
    /// What others know about the person: no good passphrase.
    pub(crate) fn about(&self) -> [&str; 3] {
        [self.person.as_str(), self.name.as_str(), self.contact.as_str()]
    }
}

/// Makes a person's card, with a fresh signing key that is sealed to their recipients.
pub(crate) fn make_card(entrant: Entrant, recipients: &[Recipient]) -> Result<VerifiedCard, Failure> {
    let key = SigningKey::generate(&mut Context::rng());
    let sealed_signing_key =
        seal_signing_key(&key, recipients).map_err(|error| failures::envelope(&error))?;
    let Entrant { person, name, contact, mut roles } = entrant;
    roles.sort_unstable();
    roles.dedup();
    let card = Card {
        time: clock::now(),
        by: vec![KeyName::Person(person.clone())],
        person,
        name,
        contact,
        roles,
        recipients: recipients.to_vec(),
        verifying_key: key.verifying_key(),
        sealed_signing_key,
    };
    VerifiedCard::sign(&card, &key).map_err(|error| {
        Failure::new(Exit::BadInput, error).next("name each --role and each --recipient only once")
    })
}

/// Writes a person's card, and their identity if it is new. What was written is added to `created`.
pub(crate) fn write_person(
    prefix: &Path,
    card: &VerifiedCard,
    key: Option<&NewKey>,
    created: &mut Created,
) -> Result<(), Failure> {
    let card_path = with_ending(prefix, "card");
    files::create_parent(prefix, created).map_err(|error| failures::not_written(&card_path, &error))?;
    if let Some(key) = key {
        let path = with_ending(prefix, "key");
        key.write(&path)?;
        created.add(path);
    }
    write_output(&card_path, card.note().as_bytes())?;
    created.add(card_path);
    Ok(())
}
