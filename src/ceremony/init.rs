//! Creating an escrow: cards and a policy become the genesis record.

use data_encoding::BASE64;
use rand::CryptoRng;

use crate::crypto::digest::Digest;
use crate::escrow::people;
use crate::record::card::VerifiedCard;
use crate::record::finding::Broken;
use crate::record::frame::FramedRecord;
use crate::record::genesis::Genesis;
use crate::record::note::Note;
use crate::record::policy::Policy;
use crate::secret::signer::Signer;
use crate::value::text::FreeText;
use crate::value::time::Time;

/// What an escrow is created from.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// Its name.
    pub name: FreeText,
    /// Everybody's card.
    pub cards: Vec<VerifiedCard>,
    /// Its policy.
    pub policy: Policy,
}

/// Signs the genesis record.
///
/// # Errors
/// The broken rule, if the cards do not make up an escrow: one person or key twice, or no administrator.
pub fn genesis(
    beginning: &Beginning,
    administrator: &Signer,
    time: Time,
    rng: &mut impl CryptoRng,
) -> Result<Note, Broken> {
    people(beginning.cards.clone())?;
    let mut nonce = [0; 32];
    rng.fill_bytes(&mut nonce);
    let cards = beginning.cards.iter().map(|card| BASE64.encode(card.note().as_bytes())).collect();
    let record = FramedRecord {
        escrow: None,
        seq: 0,
        prev: Digest::ZERO,
        time,
        by: vec![administrator.key_name()],
        says: Genesis {
            nonce: Digest::from_bytes(nonce),
            name: beginning.name.clone(),
            cards,
            policy: beginning.policy.clone(),
            succeeds: None,
        },
    };
    Ok(Note::sign(&record, &[(administrator.key_name(), administrator.key())]))
}
