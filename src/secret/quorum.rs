//! A quorum: shares that were checked against one seal, enough of them to reconstruct.
//!
//! An [`UntrustedQuorum`] is what came in; a [`Quorum`] exists only after every share in it was checked, and
//! only a `Quorum` can be combined.

use crate::crypto::digest::Digest;
use crate::crypto::envelope::vault_recipient;
use crate::crypto::shamir::{self, Secret, ShamirError};
use crate::crypto::sign::SigningKey;
use crate::record::seal::Seal;
use crate::secret::share::{Share, ShareError, set_id};
use crate::value::names::PersonId;

/// The most subsets that are tried when there are more shares than needed and some are bad.
const MOST_SUBSETS: usize = 4096;

/// Shares as they came in, each with the custodian it came from.
#[derive(Debug, Default)]
pub struct UntrustedQuorum {
    shares: Vec<(PersonId, Share)>,
}

/// Checked shares of distinct custodians, at least as many as the threshold.
#[derive(Debug)]
pub struct Quorum<'a> {
    seal: &'a Seal,
    escrow: Digest,
    shares: Vec<(PersonId, Share)>,
}

/// The vault key, and proof that it is the one that was sealed: recipient and release key match the seal.
pub struct Reconstructed {
    /// The vault key.
    pub vault_key: Secret,
    /// The release key, which signs the release.
    pub release_key: SigningKey,
    /// The custodians whose shares gave it.
    pub from: Vec<PersonId>,
}

/// Why shares do not make a quorum, or do not give the vault key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QuorumError {
    /// A share is not the one that was sealed to that custodian.
    #[error("the share of `{custodian}` is bad: {error}")]
    BadShare {
        /// Whose.
        custodian: PersonId,
        /// What is wrong.
        error: ShareError,
    },
    /// One custodian, or one index, twice.
    #[error("the share of `{0}` is given twice")]
    Twice(PersonId),
    /// Fewer shares than the threshold.
    #[error("there are shares of {given} custodians; {threshold} are needed")]
    TooFew {
        /// How many there are.
        given: usize,
        /// How many are needed.
        threshold: u8,
    },
    /// No subset gives the vault key that the seal commits to.
    #[error("the shares do not give the vault key that the seal commits to")]
    NotTheVaultKey,
    /// The seal's own numbers are impossible.
    #[error("the seal's threshold is impossible")]
    BadSeal,
}

impl UntrustedQuorum {
    /// Adds a share and whose it is said to be.
    pub fn add(&mut self, custodian: PersonId, share: Share) {
        self.shares.push((custodian, share));
    }

    /// Checks every share against the seal, and that there are enough of distinct custodians.
    ///
    /// # Errors
    /// [`QuorumError`] names the custodian.
    pub fn check<'a>(self, escrow: &Digest, seal: &'a Seal) -> Result<Quorum<'a>, QuorumError> {
        for (at, (custodian, share)) in self.shares.iter().enumerate() {
            let bad = |error| QuorumError::BadShare { custodian: custodian.clone(), error };
            share.check(escrow, seal, custodian).map_err(bad)?;
            if self.shares[..at].iter().any(|(other, _)| other == custodian) {
                return Err(QuorumError::Twice(custodian.clone()));
            }
        }
        if self.shares.len() < usize::from(seal.threshold) {
            return Err(QuorumError::TooFew { given: self.shares.len(), threshold: seal.threshold });
        }
        Ok(Quorum { seal, escrow: *escrow, shares: self.shares })
    }
}

impl Quorum<'_> {
    /// Combines exactly `threshold` shares. If there are more, and the first ones do not give the vault key
    /// that the seal commits to, other subsets are tried, up to a bound.
    ///
    /// # Errors
    /// [`QuorumError::NotTheVaultKey`], if no subset does.
    pub fn combine(&self) -> Result<Reconstructed, QuorumError> {
        let seal = self.seal;
        let threshold = seal.threshold().map_err(|_| QuorumError::BadSeal)?;
        let set = set_id(&self.escrow, &seal.vault, seal.generation);
        let size = usize::from(threshold.threshold());
        let mut chosen: Vec<usize> = (0..size).collect();
        for _ in 0..MOST_SUBSETS {
            let values: Vec<_> = chosen.iter().map(|at| self.shares[*at].1.value()).collect();
            match shamir::combine(set, threshold, &values, |key| is_vault_key(key, seal)) {
                Ok(vault_key) => {
                    let release_key = SigningKey::for_release(&vault_key, &seal.vault, seal.generation);
                    let from = chosen.iter().map(|at| self.shares[*at].0.clone()).collect();
                    return Ok(Reconstructed { vault_key, release_key, from });
                }
                Err(ShamirError::CommitmentMismatch) => {}
                Err(_) => return Err(QuorumError::NotTheVaultKey),
            }
            if !next_subset(&mut chosen, self.shares.len()) {
                break;
            }
        }
        Err(QuorumError::NotTheVaultKey)
    }
}

/// Whether `key` is the vault key that the seal commits to. X25519 clamps its keys, so several share one
/// recipient; the release key tells them apart. Both must match.
fn is_vault_key(key: &Secret, seal: &Seal) -> bool {
    let release_key = SigningKey::for_release(key, &seal.vault, seal.generation).verifying_key();
    vault_recipient(key) == seal.recipient && release_key == seal.release_key
}

/// Steps to the next subset of 0..total in lexicographic order; whether there is one.
fn next_subset(chosen: &mut [usize], total: usize) -> bool {
    let size = chosen.len();
    let Some(at) = (0..size).rev().find(|at| chosen[*at] + (size - at) < total) else {
        return false;
    };
    chosen[at] += 1;
    for next in at + 1..size {
        chosen[next] = chosen[next - 1] + 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::next_subset;

    #[test]
    fn every_subset_is_tried_once() {
        for (size, total, count) in [(2, 2, 1), (2, 3, 3), (3, 5, 10), (4, 8, 70)] {
            let mut chosen: Vec<usize> = (0..size).collect();
            let mut seen = std::collections::BTreeSet::from([chosen.clone()]);
            while next_subset(&mut chosen, total) {
                assert!(chosen.is_sorted_by(|a, b| a < b) && chosen.iter().all(|at| *at < total));
                assert!(seen.insert(chosen.clone()));
            }
            assert_eq!(seen.len(), count, "{size} of {total}");
        }
    }
}
