//! What the tests of secret sharing are built from: generators, sets, commitments.

use std::convert::Infallible;

use breakglass::crypto::digest::Digest;
use breakglass::crypto::shamir::{Secret, SetId, ShareValue, split};
use breakglass::crypto::threshold::{ShareIndex, Threshold};
use rand::{TryCryptoRng, TryRng};

/// SHA-256 in counter mode: the same sequence on every run and machine. Words are little-endian.
pub struct Seeded {
    seed: &'static str,
    counter: u64,
    block: [u8; 32],
    used: usize,
}

impl Seeded {
    pub fn new(seed: &'static str) -> Seeded {
        Seeded { seed, counter: 0, block: [0; 32], used: 32 }
    }

    pub fn take<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| {
            if self.used == self.block.len() {
                let parts = [self.seed.as_bytes(), &self.counter.to_be_bytes()];
                self.block = *Digest::of_parts(&parts).as_bytes();
                self.counter += 1;
                self.used = 0;
            }
            self.used += 1;
            self.block[self.used - 1]
        })
    }

    pub fn secret(&mut self) -> Secret {
        Secret::new(self.take())
    }
}

impl TryRng for Seeded {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(self.take()))
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(self.take()))
    }
    fn try_fill_bytes(&mut self, place: &mut [u8]) -> Result<(), Infallible> {
        place.fill_with(|| self.take::<1>()[0]);
        Ok(())
    }
}

impl TryCryptoRng for Seeded {}

/// A generator that is stuck at zero.
pub struct Zeros;

impl TryRng for Zeros {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(0)
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(0)
    }
    fn try_fill_bytes(&mut self, place: &mut [u8]) -> Result<(), Infallible> {
        place.fill(0);
        Ok(())
    }
}

impl TryCryptoRng for Zeros {}

pub fn set() -> SetId {
    SetId::new(Digest::of(b"this sealing"))
}

pub fn another_set() -> SetId {
    SetId::new(Digest::of(b"another sealing"))
}

pub fn of(threshold: u8, total_shares: usize) -> Threshold {
    Threshold::new(threshold, total_shares).unwrap()
}

pub fn index(index: u8) -> ShareIndex {
    ShareIndex::try_from(index).unwrap()
}

pub fn share(set: SetId, x: u8, value: &[u8]) -> ShareValue {
    ShareValue::new(set, index(x), value).unwrap()
}

/// A commitment to `secret`, as a seal has one: it knows the secret's digest only.
pub fn commitment_to(secret: &Secret) -> impl Fn(&Secret) -> bool + use<> {
    let expected = Digest::of(&secret[..]);
    move |found| Digest::of(&found[..]) == expected
}

/// A commitment for calls that must be refused before any secret exists.
pub fn never_asked(_: &Secret) -> bool {
    panic!("the commitment was asked about shares that should have been refused")
}

/// The shares as the oracle takes them.
pub fn points<'a>(shares: &[&'a ShareValue]) -> Vec<(u8, &'a [u8])> {
    shares.iter().map(|share| (share.index().into(), &share.expose_value()[..])).collect()
}

pub fn every_subset_of(shares: &[ShareValue], size: u8) -> Vec<Vec<&ShareValue>> {
    (0_u32..1 << shares.len())
        .filter(|members| members.count_ones() == u32::from(size))
        .map(|members| {
            shares.iter().enumerate().filter(|(i, _)| members >> i & 1 == 1).map(|(_, share)| share).collect()
        })
        .collect()
}

pub fn three_of_five() -> (Secret, Threshold, Vec<ShareValue>) {
    let mut rng = Seeded::new("three of five");
    let secret = rng.secret();
    let shares = split(&secret, set(), of(3, 5), &mut rng).unwrap();
    (secret, of(3, 5), shares)
}
