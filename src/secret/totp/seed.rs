//! A TOTP seed, as it is kept.

use std::fmt;

use zeroize::Zeroizing;

/// The shortest seed that RFC 4226 allows (section 4, R6).
pub(crate) const USUAL_BITS: usize = 128;

/// The shortest seed that is taken. Providers hand out seeds of 16 characters, against the RFC, and the person cannot
/// change that; what is shorter was cut short on its way.
pub(crate) const MIN_BITS: usize = 80;

/// The hash in the HMAC. Most services use SHA-1 and say nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    Sha1,
    Sha256,
    Sha512,
}

impl Algorithm {
    /// As otpauth URIs spell it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Algorithm::Sha1 => "SHA1",
            Algorithm::Sha256 => "SHA256",
            Algorithm::Sha512 => "SHA512",
        }
    }
}

/// A TOTP seed with what is needed to make codes of it. Wiped when dropped; its `Debug` shows nothing.
pub struct TotpSeed {
    pub(super) seed: Zeroizing<Vec<u8>>,
    pub(super) algorithm: Algorithm,
    pub(super) digits: u8,
    /// Seconds for which a code holds, 1..=300.
    pub(super) period: u64,
    /// Whose codes these are, as the URI says: usually `Issuer:account`.
    pub(super) label: Option<String>,
    pub(super) issuer: Option<String>,
}

impl fmt::Debug for TotpSeed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("TotpSeed(…)")
    }
}
