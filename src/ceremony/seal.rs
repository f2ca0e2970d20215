//! Sealing: a vault key is drawn, the payload encrypted to it, the key split, each share encrypted to its
//! custodian, and everything proven before anything is logged.

use rand::CryptoRng;

use crate::crypto::digest::Digest;
use crate::crypto::envelope::{self, EnvelopeError, Identity, vault_identity, vault_recipient};
use crate::crypto::recipient::Recipient;
use crate::crypto::shamir::{self, Secret, ShamirError};
use crate::crypto::sign::{SigningKey, VerifyingKey};
use crate::crypto::threshold::Threshold;
use crate::record::card::VerifiedCard;
use crate::record::environment::Environment;
use crate::record::seal::{AccountId, Credentials, Kind, Seal, SealedTo};
use crate::secret::canary::is_canary_payload;
use crate::secret::payload::{Fields, MAX_SIZE, PayloadError};
use crate::secret::share::{MAX_SHARE, Share, ShareError, commitment, set_id};
use crate::value::names::{PersonId, VaultName};

/// What is to be sealed, and to whom.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The vault's id: fresh for a new vault, the vault's own for its next generation.
    pub vault: Digest,
    /// Its name.
    pub name: VaultName,
    /// Real credentials, or a canary.
    pub kind: Kind,
    /// The provider's partition.
    pub partition: VaultName,
    /// The account.
    pub account: AccountId,
    /// The generation, from 1.
    pub generation: u32,
    /// New credentials, or the same.
    pub credentials: Credentials,
    /// How many of how many; as many as there are custodians.
    pub threshold: Threshold,
    /// The custodians, in the order of their shares.
    pub custodians: Vec<VerifiedCard>,
    /// Where it is sealed.
    pub environment: Environment,
}

/// What sealing gives: the manifest to be logged, and the files it speaks of.
#[derive(Debug)]
pub struct Sealed {
    /// The manifest.
    pub seal: Seal,
    /// The payload's file: an age file to the vault key's recipient.
    pub payload: Vec<u8>,
    /// Each custodian's file: an armoured age file.
    pub sealed_shares: Vec<(PersonId, String)>,
}

/// Why nothing was sealed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The threshold is for another number of custodians.
    #[error("the threshold is for {shares} shares, but there are {custodians} custodians")]
    Miscounted {
        /// The shares that the threshold speaks of.
        shares: u8,
        /// The custodians that are named.
        custodians: usize,
    },
    /// The fields do not make a payload.
    #[error(transparent)]
    Payload(#[from] PayloadError),
    /// The splitting could not be proven.
    #[error(transparent)]
    Shamir(#[from] ShamirError),
    /// Encryption failed.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// A sealed file, opened again, did not hold what was sealed.
    #[error("the sealed share of `{custodian}` was opened again, and is not what was sealed: {why}")]
    NotReopened {
        /// Whose share.
        custodian: PersonId,
        /// What is wrong with it.
        why: ShareError,
    },
    /// A canary is to hold something else, or to be called otherwise, than follows from its people.
    #[error("a canary holds what follows from its people, and nothing else")]
    NotACanary,
    /// The payload, opened again, did not hold what was sealed.
    #[error("the payload was opened again, and is not what was sealed")]
    PayloadNotReopened,
}

/// A fresh id for a new vault.
pub fn fresh_vault_id(rng: &mut impl CryptoRng) -> Digest {
    let mut id = [0; 32];
    rng.fill_bytes(&mut id);
    Digest::from_bytes(id)
}

/// Seals `fields` as one generation. The payload is opened again with the vault key, and each sealed share
/// with the identity of its custodian where `at_hand` has it, before this returns.
///
/// # Errors
/// [`SealError`]; nothing was written anywhere.
pub fn seal(
    escrow: &Digest,
    plan: &Plan,
    fields: &Fields,
    at_hand: &[Identity],
    rng: &mut impl CryptoRng,
) -> Result<Sealed, SealError> {
    if usize::from(plan.threshold.total_shares()) != plan.custodians.len() {
        let shares = plan.threshold.total_shares();
        return Err(SealError::Miscounted { shares, custodians: plan.custodians.len() });
    }
    // 1. A fresh vault key, and what is derived from it.
    let mut vault_key = Secret::new([0; shamir::SECRET_LEN]);
    rng.fill_bytes(vault_key.as_mut());
    let recipient = vault_recipient(&vault_key);
    let release_key = SigningKey::for_release(&vault_key, &plan.vault, plan.generation).verifying_key();
    // 2. The payload, padded, encrypted, and opened again.
    let plain = fields.encode();
    if plan.kind == Kind::Canary && !is_canary_payload(&plan.name, &plain) {
        return Err(SealError::NotACanary);
    }
    let payload = envelope::encrypt(std::slice::from_ref(&recipient), &plain)?;
    let reopened = envelope::decrypt(&[vault_identity(&vault_key)], &payload, MAX_SIZE)?;
    if reopened[..] != plain[..] {
        return Err(SealError::PayloadNotReopened);
    }
    // 3. The shares: `split` proves that all windows of consecutive ones combine to the vault key.
    let set = set_id(escrow, &plan.vault, plan.generation);
    let values = shamir::split(&vault_key, set, plan.threshold, rng)?;
    let mut seal = manifest(plan, recipient, release_key, Digest::of(&payload));
    // 4. Each share's text, encrypted to its custodian and nobody else.
    let mut sealed_shares = Vec::with_capacity(values.len());
    for (value, custodian) in values.into_iter().zip(&plan.custodians) {
        let share = Share::new(*escrow, &seal, plan.threshold, value, rng);
        let text = share.text();
        let file = envelope::encrypt_armored(&custodian.card().recipients, text.as_bytes())?;
        seal.shares.push(SealedTo {
            index: share.index().into(),
            group: None,
            custodian: custodian.card().person.clone(),
            card: custodian.digest(),
            sealed_share: Digest::of(file.as_bytes()),
            commitment: commitment(&text),
        });
        sealed_shares.push((custodian.card().person.clone(), file));
    }
    if !seal.is_true_to_its_kind() {
        return Err(SealError::NotACanary);
    }
    let sealed = Sealed { seal, payload, sealed_shares };
    sealed.reopen(escrow, at_hand)?;
    Ok(sealed)
}

/// What the seal says of everything but the shares.
fn manifest(plan: &Plan, recipient: Recipient, release_key: VerifyingKey, payload: Digest) -> Seal {
    Seal {
        vault: plan.vault,
        name: plan.name.clone(),
        title: None,
        kind: plan.kind,
        provider: None,
        partition: plan.partition.clone(),
        account: plan.account.clone(),
        mfa: None,
        generation: plan.generation,
        credentials: plan.credentials,
        new_fields: Vec::new(),
        threshold: plan.threshold.threshold(),
        total_shares: plan.threshold.total_shares(),
        groups: Vec::new(),
        groups_needed: None,
        recipient,
        release_key,
        payload,
        shares: Vec::with_capacity(plan.custodians.len()),
        renews: None,
        agrees: Vec::new(),
        environment: plan.environment.clone(),
    }
}

impl Sealed {
    /// Opens the sealed shares again with the identities that are at hand; shares of other people are skipped.
    ///
    /// # Errors
    /// [`SealError`]: a share that cannot be read, or is not what the seal says.
    pub fn reopen(&self, escrow: &Digest, at_hand: &[Identity]) -> Result<(), SealError> {
        for (custodian, file) in &self.sealed_shares {
            match open_share(at_hand, file, escrow, &self.seal, custodian) {
                Ok(_) | Err(OpenShareError::Envelope(EnvelopeError::NoMatchingKey)) => {}
                Err(OpenShareError::Envelope(error)) => return Err(SealError::Envelope(error)),
                Err(OpenShareError::Share(why)) => {
                    return Err(SealError::NotReopened { custodian: custodian.clone(), why });
                }
            }
        }
        Ok(())
    }
}

/// Why a sealed share does not open to what the seal says.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenShareError {
    /// It cannot be decrypted.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// It holds something else.
    #[error(transparent)]
    Share(#[from] ShareError),
}

/// Opens one sealed share and checks it against the seal: that it is `custodian`'s, every fact in its text, and its
/// commitment.
///
/// # Errors
/// [`OpenShareError`].
pub fn open_share(
    identities: &[Identity],
    file: &str,
    escrow: &Digest,
    seal: &Seal,
    custodian: &PersonId,
) -> Result<Share, OpenShareError> {
    let plain = envelope::decrypt(identities, file.as_bytes(), MAX_SHARE)?;
    let text = std::str::from_utf8(&plain).map_err(|_| ShareError::Malformed(1))?;
    let share = Share::parse(text)?;
    share.check(escrow, seal, custodian)?;
    Ok(share)
}
