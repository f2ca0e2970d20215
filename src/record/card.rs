//! A card: a person's signed public identity.
//!
//! It holds everything that others need from a person, and the person's signing key, sealed to their own age key. So
//! the age identity is the only thing a custodian can lose, and a card may be published.

use serde::{Deserialize, Serialize};

use crate::crypto::digest::Digest;
use crate::crypto::recipient::Recipient;
use crate::crypto::sign::{SigningKey, VerifyingKey};
use crate::record::note::{Note, NoteError, Signed};
use crate::value::names::{KeyName, PersonId};
use crate::value::text::FreeText;
use crate::value::time::Time;

/// The most age recipients one card may name.
pub const MAX_RECIPIENTS: usize = 8;

/// The most bytes of a sealed signing key in its armour; a real one has under 1,000.
pub(crate) const MAX_SEALED_KEY: usize = 8 << 10;

/// What a person may be asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Seals vaults; signs genesis and seals.
    Administrator,
    /// Holds only public material.
    Auditor,
    /// Holds shares, and approves.
    Custodian,
}

impl Role {
    /// The word for the role.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Administrator => "administrator",
            Role::Auditor => "auditor",
            Role::Custodian => "custodian",
        }
    }
}

/// What a card says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// When it was made.
    pub time: Time,
    /// The signer: the person alone.
    pub by: Vec<KeyName>,
    /// The person.
    pub person: PersonId,
    /// Their name, as colleagues know it.
    pub name: FreeText,
    /// How to reach them, at three in the morning.
    pub contact: FreeText,
    /// What they may be asked to do: at least one role, each once, in the order of [`Role`].
    pub roles: Vec<Role>,
    /// The age recipients that their shares are encrypted to: 1 to [`MAX_RECIPIENTS`].
    pub recipients: Vec<Recipient>,
    /// The key that verifies their signatures.
    pub verifying_key: VerifyingKey,
    /// Their signing key, an armoured age file to `recipients`.
    pub sealed_signing_key: String,
}

impl Signed for Card {
    const KIND: &'static str = "card";
}

/// A card whose signature and content were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedCard {
    card: Card,
    note: Note,
}

/// Why a note is not an acceptable card.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CardError {
    /// Not a note, not a card, or not signed by the key that it names.
    #[error("the card does not verify: {0}")]
    Note(#[from] NoteError),
    /// Roles missing, repeated or not in alphabetical order.
    #[error("the card of `{0}` must name at least one role, each once, in alphabetical order")]
    Roles(PersonId),
    /// No recipient, too many, or one twice.
    #[error("the card of `{0}` must name 1 to {MAX_RECIPIENTS} different age recipients")]
    Recipients(PersonId),
    /// The sealed signing key is far larger than one can be.
    #[error("the card of `{0}` holds a signing key of more than {MAX_SEALED_KEY} bytes")]
    SealedKey(PersonId),
}

impl VerifiedCard {
    /// Reads a card and checks that it is signed by the key it names: no other object may vouch for its own key. Only
    /// comparing the card's words shows whether it is that person's.
    ///
    /// # Errors
    /// [`CardError`].
    pub fn parse(bytes: &[u8]) -> Result<VerifiedCard, CardError> {
        let note = Note::parse(bytes)?;
        let card: Card = note.read()?;
        note.verify(&[(KeyName::Person(card.person.clone()), card.verifying_key)])?;
        if card.by != [KeyName::Person(card.person.clone())] {
            return Err(CardError::Note(NoteError::Signers {
                named: card.by.iter().map(KeyName::to_string).collect(),
                signed: vec![card.person.to_string()],
            }));
        }
        if card.roles.is_empty() || !card.roles.is_sorted_by(|a, b| a < b) {
            return Err(CardError::Roles(card.person));
        }
        let repeated =
            card.recipients.iter().enumerate().any(|(at, one)| card.recipients[..at].contains(one));
        if card.recipients.is_empty() || card.recipients.len() > MAX_RECIPIENTS || repeated {
            return Err(CardError::Recipients(card.person));
        }
        if card.sealed_signing_key.len() > MAX_SEALED_KEY {
            return Err(CardError::SealedKey(card.person));
        }
        Ok(VerifiedCard { card, note })
    }

    /// Signs a card with the key it names.
    ///
    /// # Errors
    /// [`CardError`], if the content is not acceptable.
    pub fn sign(card: &Card, key: &SigningKey) -> Result<VerifiedCard, CardError> {
        let note = Note::sign(card, &[(KeyName::Person(card.person.clone()), key)]);
        VerifiedCard::parse(note.as_bytes())
    }

    /// What it says.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// The signed note, as stored in the card file and embedded in genesis.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// The digest that seals name a card by, and that its words are made of.
    pub fn digest(&self) -> Digest {
        self.note.digest()
    }

    /// Whether the person has the role.
    pub fn is(&self, role: Role) -> bool {
        self.card.roles.contains(&role)
    }
}
