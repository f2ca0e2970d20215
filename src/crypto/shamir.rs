//! Shamir's secret sharing: the vault key is split among custodians, and `threshold` of them bring it back.
//!
//! # The mathematics
//! Each of the 32 bytes of the secret is shared on its own, in GF(2⁸) with the reduction polynomial
//! x⁸ + x⁴ + x³ + x² + 1 (0x11d). For one byte, a polynomial of degree at most `threshold` − 1 is drawn: its
//! constant term is the byte, every other coefficient is uniform over all 256 values. The share with index x is
//! the polynomial's value at x, for x = 1 ..= `total_shares`; the secret is its value at x = 0. Through
//! `threshold` points goes exactly one such polynomial, so they give the secret (Lagrange interpolation at 0).
//! Through fewer points there are equally many for each secret that could be, so they say nothing about it,
//! whatever the computing power. Source: A. Shamir, "How to share a secret", 1979.
//!
//! # Threat model
//! A share value is a secret. Fewer than `threshold` custodians, colluding, must learn nothing; that holds as
//! long as the generator is good. Shamir's scheme has no integrity of its own: one wrong share gives a wrong
//! secret without any sign of it, and the person with the last share can choose what comes out. So nothing leaves
//! [`combine`] unless a commitment, made at sealing, accepts it. The arithmetic of the crate reads tables at
//! places that depend on secrets; somebody who watches the cache of the machine while it seals or reconstructs
//! is outside this model. Comparing secrets here takes the same time whatever they hold. What is copied is
//! zeroed: the crate zeroes coefficients and shares, and this module does it for what the crate hands out.
//!
//! # Why a guard
//! The arithmetic is done by `blahaj` (known here as `sharks`, which it continues), and this is the only file
//! that names it. By itself the crate
//! - lets a share with index 0 dictate the result: the value at 0 *is* the secret;
//! - gives silent garbage when an index is repeated beside enough distinct ones;
//! - makes every share equal to the secret at threshold 1;
//! - interpolates through however many shares it is handed, from whatever sealing they come, and leaves the
//!   result in memory that is never zeroed.
//!
//! Here the first and the third cannot be written down ([`ShareIndex`], [`Threshold`]), and the rest is refused
//! or wrapped. The [`Threshold`] must come from signed metadata, never from the shares.
//!
//! # RUSTSEC-2024-0398
//! `sharks` up to 0.5.0 never drew 0 as a coefficient. Then a share can rule secrets out (at threshold 2 no share
//! byte ever equals the secret's byte), and enough sharings of one secret give it away to a single share.
//! `blahaj` draws from all 256 values. `tests/shamir.rs` measures this, and shows that its measure would
//! have caught the fault.

use std::fmt;
use std::hint::black_box;

use rand::CryptoRng;
use secrecy::{ExposeSecret, SecretBox};
use sharks::{Share, Sharks};
use zeroize::Zeroizing;

use crate::crypto::digest::Digest;
use crate::crypto::threshold::{IndexZero, ShareIndex, Threshold};

/// Length in bytes of the secret, and so of each share value.
pub const SECRET_LEN: usize = 32;

/// The secret that is split: the vault key. Zeroed when dropped.
pub type Secret = Zeroizing<[u8; SECRET_LEN]>;

/// Which sealing a share belongs to. Shares of different sets lie on different polynomials and never mix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetId(Digest);

impl SetId {
    /// Names a set by a digest that no other sealing has.
    pub const fn new(digest: Digest) -> SetId {
        SetId(digest)
    }
}

/// One point of the sharing: the set it belongs to, its index (x) and its 32 secret bytes (y).
///
/// The bytes stay in one place on the heap however the value is moved, and are zeroed when it is dropped.
pub struct ShareValue {
    set: SetId,
    index: ShareIndex,
    value: SecretBox<[u8; SECRET_LEN]>,
}

impl ShareValue {
    /// Takes a copy of the share's bytes. The caller zeroes their own.
    ///
    /// # Errors
    /// [`ShamirError::WrongLength`] unless `value` has [`SECRET_LEN`] bytes: shares of unequal length never
    /// come together.
    pub fn new(set: SetId, index: ShareIndex, value: &[u8]) -> Result<ShareValue, ShamirError> {
        if value.len() != SECRET_LEN {
            return Err(ShamirError::WrongLength { index, given: value.len() });
        }
        let value = SecretBox::init_with_mut(|place: &mut [u8; SECRET_LEN]| place.copy_from_slice(value));
        Ok(ShareValue { set, index, value })
    }

    /// The set this share belongs to.
    pub fn set(&self) -> SetId {
        self.set
    }

    /// The index of this share: its x coordinate.
    pub fn index(&self) -> ShareIndex {
        self.index
    }

    /// The secret bytes. A caller that copies them has to zero the copy.
    pub fn expose_value(&self) -> &[u8; SECRET_LEN] {
        self.value.expose_secret()
    }

    /// The same point as the crate writes it.
    fn to_point(&self) -> Result<Share, ShamirError> {
        let mut bytes = Zeroizing::new([0; 1 + SECRET_LEN]);
        bytes[0] = self.index.into();
        bytes[1..].copy_from_slice(self.expose_value());
        Share::try_from(&bytes[..]).map_err(|_| ShamirError::NotInterpolated)
    }

    /// A point as the crate deals it: the first byte is the index.
    fn from_point(set: SetId, point: &Share) -> Result<ShareValue, ShamirError> {
        let bytes = Zeroizing::new(Vec::from(point));
        ShareValue::new(set, ShareIndex::try_from(bytes[0])?, &bytes[1..])
    }
}

impl fmt::Debug for ShareValue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ShareValue {{ set: {}, index: {}, .. }}", self.set.0.short(), self.index)
    }
}

/// Why a secret was not split, or shares not combined. It never carries a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShamirError {
    /// The share is truncated, or not one of ours.
    #[error("share {index} has {given} bytes; a share has {SECRET_LEN}")]
    WrongLength {
        /// Whose share.
        index: ShareIndex,
        /// Its length in bytes.
        given: usize,
    },
    /// Too few, or more than are needed: a surplus share could only be wrong unseen.
    #[error("{given} shares are given; exactly {threshold} are combined")]
    WrongCount {
        /// How many were given.
        given: usize,
        /// How many it takes.
        threshold: u8,
    },
    /// The share comes from another sealing.
    #[error("share {index} belongs to another sealing")]
    ForeignSet {
        /// Whose share.
        index: ShareIndex,
    },
    /// The same index twice: one custodian counts once.
    #[error("share {0} is given twice")]
    RepeatedIndex(ShareIndex),
    /// The sealing dealt no such share.
    #[error("share {index} does not exist: there are {total_shares}")]
    IndexAboveTotal {
        /// Whose share.
        index: ShareIndex,
        /// How many shares the sealing dealt.
        total_shares: u8,
    },
    /// What came out is not what was split: at least one share is wrong.
    #[error("the shares do not give what was sealed; at least one of them is wrong")]
    CommitmentMismatch,
    /// A sharing has as many shares as its threshold says.
    #[error("{given} shares were dealt instead of {total_shares}")]
    NotEveryShare {
        /// How many there are.
        given: usize,
        /// How many there have to be.
        total_shares: u8,
    },
    /// A sharing has the indexes 1, 2, 3 … in this order.
    #[error("share {index} was dealt in place {place}")]
    OutOfOrder {
        /// The place in the sharing, counted from 1.
        place: usize,
        /// The index that was found there.
        index: ShareIndex,
    },
    /// Some share does not lie on the polynomial: another quorum would get another secret.
    #[error("shares {first} to {last} do not give back the secret that was split")]
    WindowNotProven {
        /// First index of the window.
        first: ShareIndex,
        /// Last index of the window.
        last: ShareIndex,
    },
    /// Index 0 was dealt: the secret itself.
    #[error(transparent)]
    IndexZero(#[from] IndexZero),
    /// The crate below refused points that the guard had let through.
    #[error("the shares cannot be interpolated")]
    NotInterpolated,
}

/// Splits `secret` into shares with the indexes 1 ..= `total_shares`, in this order, and proves them with
/// [`prove_windows`] before it hands them out.
///
/// # Errors
/// What [`prove_windows`] finds wrong. That would be a fault in the arithmetic or the machine; nothing that a
/// caller passes in leads to it.
pub fn split(
    secret: &Secret,
    set: SetId,
    threshold: Threshold,
    rng: &mut impl CryptoRng,
) -> Result<Vec<ShareValue>, ShamirError> {
    proven_shares(secret, set, threshold, Sharks(threshold.threshold()).dealer_rng(&secret[..], rng))
}

/// Takes `total_shares` points from `dealt`, and lets them through once they are proven.
fn proven_shares(
    secret: &Secret,
    set: SetId,
    threshold: Threshold,
    dealt: impl Iterator<Item = Share>,
) -> Result<Vec<ShareValue>, ShamirError> {
    let shares = dealt
        .take(usize::from(threshold.total_shares()))
        .map(|point| ShareValue::from_point(set, &point))
        .collect::<Result<Vec<_>, _>>()?;
    prove_windows(secret, threshold, &shares)?;
    Ok(shares)
}

/// Proves that *every* quorum gets `secret` from these shares, by combining the `total_shares` − `threshold` + 1
/// windows of `threshold` consecutive ones.
///
/// Why this is enough: two neighbouring windows have `threshold` − 1 shares in common and both meet the secret
/// at 0. So their polynomials, of degree at most `threshold` − 1, agree in `threshold` places, and are one.
///
/// # Errors
/// [`ShamirError::NotEveryShare`] or [`ShamirError::OutOfOrder`] unless the indexes are 1 ..= `total_shares`;
/// [`ShamirError::ForeignSet`] when a share is not of the first one's set;
/// [`ShamirError::WindowNotProven`] for the first window that gives another secret.
pub fn prove_windows(
    secret: &Secret,
    threshold: Threshold,
    shares: &[ShareValue],
) -> Result<(), ShamirError> {
    let total_shares = threshold.total_shares();
    if shares.len() != usize::from(total_shares) {
        return Err(ShamirError::NotEveryShare { given: shares.len(), total_shares });
    }
    for (place, share) in (1..).zip(shares) {
        if usize::from(u8::from(share.index)) != place {
            return Err(ShamirError::OutOfOrder { place, index: share.index });
        }
    }
    let set = shares[0].set;
    let shares: Vec<&ShareValue> = shares.iter().collect();
    for window in shares.windows(usize::from(threshold.threshold())) {
        combine(set, threshold, window, |found| equal(found, secret)).map_err(|error| match error {
            ShamirError::CommitmentMismatch => {
                ShamirError::WindowNotProven { first: window[0].index, last: window[window.len() - 1].index }
            }
            other => other,
        })?;
    }
    Ok(())
}

/// Brings the secret back from exactly `threshold` shares of `set`, if `commitment` accepts it.
///
/// `threshold` and `set` are those of the signed seal. `commitment` is asked once, with the secret that the
/// shares give, and answers whether that is the one that was sealed. What it does not accept is zeroed.
///
/// # Errors
/// [`ShamirError::WrongCount`], then for the first share in fault [`ShamirError::ForeignSet`],
/// [`ShamirError::IndexAboveTotal`] or [`ShamirError::RepeatedIndex`], all before anything is computed;
/// [`ShamirError::CommitmentMismatch`] when `commitment` says no.
pub fn combine(
    set: SetId,
    threshold: Threshold,
    shares: &[&ShareValue],
    commitment: impl FnOnce(&Secret) -> bool,
) -> Result<Secret, ShamirError> {
    if shares.len() != usize::from(threshold.threshold()) {
        return Err(ShamirError::WrongCount { given: shares.len(), threshold: threshold.threshold() });
    }
    let mut seen = [false; 256];
    for share in shares {
        let index = share.index;
        if share.set != set {
            return Err(ShamirError::ForeignSet { index });
        }
        if u8::from(index) > threshold.total_shares() {
            return Err(ShamirError::IndexAboveTotal { index, total_shares: threshold.total_shares() });
        }
        if std::mem::replace(&mut seen[usize::from(u8::from(index))], true) {
            return Err(ShamirError::RepeatedIndex(index));
        }
    }
    let secret = interpolate(threshold, shares)?;
    if commitment(&secret) { Ok(secret) } else { Err(ShamirError::CommitmentMismatch) }
}

/// The value at 0 of the polynomials through `shares`. Checks nothing that the crate does not check.
fn interpolate(threshold: Threshold, shares: &[&ShareValue]) -> Result<Secret, ShamirError> {
    let points = shares.iter().map(|share| share.to_point()).collect::<Result<Vec<_>, _>>()?;
    let sharks = Sharks(threshold.threshold());
    let found = Zeroizing::new(sharks.recover(&points).map_err(|_| ShamirError::NotInterpolated)?);
    let mut secret = Secret::new([0; SECRET_LEN]);
    // Every point was made from a share value of this very length.
    secret.copy_from_slice(&found);
    Ok(secret)
}

/// Whether two secrets are the same, in a time that does not depend on where they differ: all bytes are folded
/// into one before anything is decided, and the optimiser is kept from seeing through the fold.
pub fn equal(one: &Secret, other: &Secret) -> bool {
    let difference = one.iter().zip(other.iter()).fold(0, |all, (a, b)| black_box(all | (a ^ b)));
    black_box(difference) == 0
}

#[cfg(test)]
mod tests;
