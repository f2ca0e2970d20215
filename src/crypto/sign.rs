//! Ed25519: signing keys, verifying keys and the one way to verify.
//!
//! Source: RFC 8032 by `ed25519-dalek`; this is the only file that names it. Verification is strict: the
//! scalar S must be reduced, and R and the key must not be of small order. Keys of small order and keys in a
//! non-canonical encoding are refused where they enter, so that this code and OpenSSL give the same verdict
//! on everything that is let in — but for signatures whose R is of small order, which only the key's own
//! holder can make, and which OpenSSL accepts and we refuse.

use std::cell::Cell;
use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use ed25519_dalek::{Signer as _, SigningKey as DalekSigningKey, VerifyingKey as DalekVerifyingKey};
use hkdf::Hkdf;
use rand::CryptoRng;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::crypto::digest::Digest;

/// What the HKDF that derives a release key is bound to, before a zero byte, the vault id and the generation.
const RELEASE_KEY_INFO: &[u8] = b"breakglass/v1/release-key";

/// An Ed25519 signature: 64 bytes, R then S.
pub type SignatureBytes = [u8; 64];

/// A public key that may verify: canonical encoding, not of small order. 32 bytes, written as 64 hex digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct VerifyingKey(DalekVerifyingKey);

/// Why 32 bytes, or a text, are not an acceptable verifying key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not 64 lower-case hexadecimal digits.
    #[error("not a verifying key: 64 lower-case hexadecimal digits are expected")]
    Malformed,
    /// The bytes name no point of the curve.
    #[error("the verifying key is not a point of the curve")]
    NotAPoint,
    /// The point has another, shorter encoding; OpenSSL and we could disagree about it.
    #[error("the verifying key is not canonically encoded")]
    NonCanonical,
    /// With a point of small order, signatures verify that nobody made.
    #[error("the verifying key is of small order")]
    SmallOrder,
}

/// The signature does not verify under the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not verify")]
pub struct BadSignature;

impl VerifyingKey {
    /// Accepts 32 bytes as a verifying key.
    ///
    /// # Errors
    /// [`KeyError`], for bytes that are not a point, not canonical, or of small order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<VerifyingKey, KeyError> {
        let key = DalekVerifyingKey::from_bytes(bytes).map_err(|_| KeyError::NotAPoint)?;
        if key.to_edwards().compress().as_bytes() != bytes {
            return Err(KeyError::NonCanonical);
        }
        if key.is_weak() {
            return Err(KeyError::SmallOrder);
        }
        Ok(VerifyingKey(key))
    }

    /// The 32 bytes of the key.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Checks that `signature` is one of `message` by the holder of this key.
    ///
    /// # Errors
    /// [`BadSignature`], which says no more: there is nothing more to know.
    #[inline(never)]
    pub fn verify(&self, message: &[u8], signature: &SignatureBytes) -> Result<(), BadSignature> {
        VERIFIED.set(VERIFIED.get() + 1);
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        self.0.verify_strict(message, &signature).map_err(|_| BadSignature)
    }
}

impl FromStr for VerifyingKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<VerifyingKey, KeyError> {
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| KeyError::Malformed)?;
        VerifyingKey::from_bytes(&bytes.try_into().map_err(|_| KeyError::Malformed)?)
    }
}

thread_local! {
    static VERIFIED: Cell<u64> = const { Cell::new(0) };
}

/// How many signatures this thread has verified so far: what a command's time goes into, for tests that count it.
pub fn verified_so_far() -> u64 {
    VERIFIED.get()
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&HEXLOWER.encode(self.as_bytes()))
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self}")
    }
}

impl Serialize for VerifyingKey {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for VerifyingKey {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<VerifyingKey, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// A private signing key. Wiped when dropped; its `Debug` shows nothing.
pub struct SigningKey(DalekSigningKey);

impl SigningKey {
    /// A fresh key from `rng`.
    pub fn generate(rng: &mut impl CryptoRng) -> SigningKey {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(seed.as_mut());
        SigningKey::from_seed(&seed)
    }

    /// The key of an RFC 8032 seed of 32 bytes.
    pub fn from_seed(seed: &[u8; 32]) -> SigningKey {
        SigningKey(DalekSigningKey::from_bytes(seed))
    }

    /// The release key of one generation of one vault:
    /// HKDF-SHA256(vault key, empty salt, "breakglass/v1/release-key" ‖ 0 ‖ vault id ‖ u32be generation).
    /// A signature by it proves that its maker held the vault key: reconstructed or sealed it.
    pub fn for_release(vault_key: &[u8; 32], vault_id: &Digest, generation: u32) -> SigningKey {
        let mut seed = Zeroizing::new([0; 32]);
        let info = [RELEASE_KEY_INFO, &[0], vault_id.as_bytes(), &generation.to_be_bytes()].concat();
        hkdf_sha256(vault_key, &info, seed.as_mut());
        SigningKey::from_seed(&seed)
    }

    /// The seed, to be sealed for its owner and wiped.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The public half.
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(self.0.verifying_key())
    }

    /// Signs `message`.
    pub fn sign(&self, message: &[u8]) -> SignatureBytes {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SigningKey(…)")
    }
}

/// HKDF-SHA256 (RFC 5869) with an empty salt, filling `out`, which is at most 255 × 32 bytes long.
fn hkdf_sha256(key: &[u8], info: &[u8], out: &mut [u8]) {
    Hkdf::<Sha256>::new(None, key).expand(info, out).expect("32 bytes are within what HKDF can give");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 5869, appendix A.3: SHA-256, empty salt, empty info, 42 bytes.
    #[test]
    fn rfc5869_test_case_3() {
        let mut out = [0; 42];
        hkdf_sha256(&[0x0b; 22], &[], &mut out);
        assert_eq!(
            HEXLOWER.encode(&out),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
        );
    }

    /// RFC 8032, section 7.1, test 2.
    #[test]
    fn rfc8032_test_2() {
        let seed =
            HEXLOWER.decode(b"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb").unwrap();
        let key = SigningKey::from_seed(&seed.try_into().unwrap());
        assert_eq!(
            key.verifying_key().to_string(),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
        );
        let signature = key.sign(&[0x72]);
        assert_eq!(
            HEXLOWER.encode(&signature),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        );
        assert_eq!(key.verifying_key().verify(&[0x72], &signature), Ok(()));
        assert_eq!(key.verifying_key().verify(&[0x73], &signature), Err(BadSignature));
    }

    #[test]
    fn release_keys_differ_by_vault_and_by_generation() {
        let key = |vault: &[u8], generation| {
            SigningKey::for_release(&[7; 32], &Digest::of(vault), generation).verifying_key()
        };
        assert_eq!(key(b"a", 1), key(b"a", 1));
        assert_ne!(key(b"a", 1), key(b"b", 1));
        assert_ne!(key(b"a", 1), key(b"a", 2));
    }

    #[test]
    fn debug_shows_no_key() {
        assert_eq!(format!("{:?}", SigningKey::from_seed(&[7; 32])), "SigningKey(…)");
    }
}
