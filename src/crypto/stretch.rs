//! scrypt: a hash that takes time and memory, for words of which people compare only some.
//!
//! Source: RFC 7914, by the `scrypt` crate, which age brings. This is the only file that names it.

use scrypt::Params;

use crate::crypto::digest::Digest;

/// log2 of scrypt's N, which says how much work and memory a try takes.
const LOG_N: u8 = 16;

/// scrypt's r: the block size, in units of 128 bytes.
const R: u32 = 8;

/// scrypt's p: how many times the whole is done.
const P: u32 = 1;

/// The bytes that scrypt needs besides its 64 MiB, rounded up: a block of 128 · r bytes, and another for each p.
const BESIDES: usize = 1 << 16;

/// The bytes of scratch memory that a try takes.
const SCRATCH: usize = (1 << LOG_N) * 128 * R as usize + BESIDES;

/// The system grants no memory for scrypt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system grants no {} MiB of memory to compute words with", SCRATCH >> 20)]
pub struct NoScratch;

/// The first 88 bits of scrypt of a digest's 32 bytes (N = 2^16, r = 8, p = 1) under a salt.
///
/// # Errors
/// [`NoScratch`], if the system does not grant 64 MiB of memory.
#[inline(never)]
pub(crate) fn stretched(digest: &Digest, salt: &str) -> Result<[u8; 11], NoScratch> {
    has_room()?;
    let params = Params::new(LOG_N, R, P, 32).expect("these parameters are within scrypt's bounds");
    let mut output = [0; 11];
    scrypt::scrypt(digest.as_bytes(), salt.as_bytes(), &params, &mut output)
        .expect("eleven bytes are within scrypt's bounds");
    Ok(output)
}

/// Asks the system for the memory, and gives it back: the crate would end the process if it were refused.
///
/// # Errors
/// [`NoScratch`].
pub fn has_room() -> Result<(), NoScratch> {
    Vec::<u8>::new().try_reserve_exact(SCRATCH).map_err(|_| NoScratch)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What OpenSSL computes, by `hashlib.scrypt` of Python 3, for the digest of "abc" and two salts.
    #[test]
    fn another_implementation_computes_the_same() {
        let digest = Digest::of(b"abc");
        let of = |salt: &str| data_encoding::HEXLOWER.encode(&stretched(&digest, salt).unwrap());
        assert_eq!(of("breakglass/v1/session-words"), "70a41a67cb15f2100eb74b");
        assert_eq!(of("breakglass/v1/card-words"), "9998e1a135bbbf1c2e3be8");
    }
}
