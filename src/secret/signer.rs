//! A signer: a person's signing key, out of the card it is sealed in.

use std::fmt::Write as _;

use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use crate::crypto::envelope::{self, EnvelopeError, Identity};
use crate::crypto::recipient::Recipient;
use crate::crypto::sign::SigningKey;
use crate::record::card::VerifiedCard;
use crate::value::names::{KeyName, PersonId};

/// The first line of a sealed signing key.
const TYPE: &str = "breakglass/v1/signing-key";

/// The most bytes of a sealed signing key in plain.
const MAX_PLAIN: usize = 256;

/// A person who can sign.
#[derive(Debug)]
pub struct Signer {
    person: PersonId,
    key: SigningKey,
}

/// Why a signing key does not come out of its card.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignerError {
    /// No identity given opens it.
    #[error("the signing key in the card of `{person}` cannot be opened: {error}")]
    Sealed {
        /// Whose card.
        person: PersonId,
        /// Why.
        error: EnvelopeError,
    },
    /// It opens, and is not the key that the card names.
    #[error("the signing key in the card of `{0}` is not the one that the card names")]
    OtherKey(PersonId),
}

/// Seals a signing key to its owner's own recipients: the armoured age file that goes into the card.
///
/// # Errors
/// [`EnvelopeError`].
pub fn seal_signing_key(key: &SigningKey, recipients: &[Recipient]) -> Result<String, EnvelopeError> {
    let mut text = Zeroizing::new(String::with_capacity(MAX_PLAIN));
    let mut seed = Zeroizing::new(String::with_capacity(64));
    HEXLOWER.encode_append(key.seed().as_ref(), &mut seed);
    // Writing to a String does not fail.
    let _ = write!(text, "{TYPE}\nseed {}\n", seed.as_str());
    envelope::encrypt_armored(recipients, text.as_bytes())
}

impl Signer {
    /// Opens the signing key in a card with its owner's identities.
    ///
    /// # Errors
    /// [`SignerError`].
    pub fn open(card: &VerifiedCard, identities: &[Identity]) -> Result<Signer, SignerError> {
        let person = card.card().person.clone();
        let sealed = card.card().sealed_signing_key.as_bytes();
        let plain = envelope::decrypt(identities, sealed, MAX_PLAIN)
            .map_err(|error| SignerError::Sealed { person: person.clone(), error })?;
        let key = parse(&plain).filter(|key| key.verifying_key() == card.card().verifying_key);
        let key = key.ok_or_else(|| SignerError::OtherKey(person.clone()))?;
        Ok(Signer { person, key })
    }

    /// Who.
    pub fn person(&self) -> &PersonId {
        &self.person
    }

    /// The name of their key.
    pub fn key_name(&self) -> KeyName {
        KeyName::Person(self.person.clone())
    }

    /// The key.
    pub fn key(&self) -> &SigningKey {
        &self.key
    }
}

fn parse(plain: &[u8]) -> Option<SigningKey> {
    let rest = plain.strip_prefix(TYPE.as_bytes())?.strip_prefix(b"\nseed ")?.strip_suffix(b"\n")?;
    let mut seed = Zeroizing::new([0; 32]);
    if rest.len() != 64 {
        return None;
    }
    HEXLOWER.decode_mut(rest, seed.as_mut()).ok()?;
    Some(SigningKey::from_seed(&seed))
}
