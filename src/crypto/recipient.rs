//! Recipients: whom something may be encrypted to. Public material only, so an auditor's code may name it.
//!
//! Only native X25519 recipients, as `age1…`, are taken. Everything else either needs another program to be
//! run, or crates with open advisories, or is not in the age library yet; each is refused with its reason.

use std::fmt;
use std::str::FromStr;

use bech32::{Bech32, Hrp};
use serde::{Deserialize, Serialize};

/// The human-readable part of a native recipient.
const HRP: Hrp = Hrp::parse_unchecked("age");

/// A native age recipient: an X25519 public key, written `age1…` in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Recipient(String);

/// Why a text is not a recipient that is taken. It never holds the text: that might be a secret key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecipientError {
    /// A private key was given.
    #[error(
        "this is a secret key, not a recipient; treat it as exposed, and give the `age1…` recipient instead"
    )]
    SecretKey,
    /// A plugin's recipient.
    #[error(
        "recipients of plugins need another program to be run, and breakglass runs none; give a native `age1…` recipient"
    )]
    Plugin,
    /// A post-quantum or tagged recipient.
    #[error(
        "`age1pq…` and `age1tag…` recipients are not supported by this version; give a native X25519 `age1…` recipient"
    )]
    PostQuantum,
    /// An SSH key.
    #[error(
        "SSH keys are not accepted, since the code that reads them has open security advisories; give a native `age1…` recipient"
    )]
    Ssh,
    /// Not a recipient at all, or mistyped.
    #[error("not an age recipient: `age1…` in lower case with a valid checksum is expected")]
    Malformed,
    /// Whatever is encrypted to such a point, anyone can read.
    #[error(
        "the recipient is a point of low order, or not canonically encoded: anyone could read what is encrypted to it"
    )]
    LowOrder,
}

/// 2^255 − 19, little endian: u-coordinates are taken only below it.
const PRIME: [u8; 32] = {
    let mut prime = [0xff; 32];
    prime[0] = 0xed;
    prime[31] = 0x7f;
    prime
};

/// The u-coordinates of order 1, 2, 4 and 8 on the curve and its twist, below the prime, little endian.
/// Source: <https://cr.yp.to/ecdh.html#validate>.
const LOW_ORDER: [[u8; 32]; 5] = {
    let zero = [0; 32];
    let mut one = [0; 32];
    one[0] = 1;
    let mut minus_one = PRIME;
    minus_one[0] = 0xec;
    [
        zero,
        one,
        [
            0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
            0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00,
        ],
        [
            0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b,
            0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57,
        ],
        minus_one,
    ]
};

impl Recipient {
    /// The recipient as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Recipient {
    type Err = RecipientError;

    fn from_str(text: &str) -> Result<Recipient, RecipientError> {
        let lower = text.to_ascii_lowercase();
        if lower.starts_with("age-secret-key") || lower.starts_with("age-plugin-") {
            return Err(RecipientError::SecretKey);
        }
        if lower.starts_with("ssh-") || lower.starts_with("ecdsa-") || lower.contains("private key") {
            return Err(RecipientError::Ssh);
        }
        if ["age1pq1", "age1tag1", "age1tagpq1"].iter().any(|prefix| lower.starts_with(prefix)) {
            return Err(RecipientError::PostQuantum);
        }
        // A plugin's human-readable part is `age1NAME`, so its last `1` is not the first.
        let plugin = |rest: &str| rest.rfind('1').is_some_and(|at| at > 0);
        if lower.strip_prefix("age1").is_some_and(plugin) {
            return Err(RecipientError::Plugin);
        }
        if text.len() > 90 {
            return Err(RecipientError::Malformed);
        }
        let (hrp, key) = bech32::decode(text).map_err(|_| RecipientError::Malformed)?;
        let key: [u8; 32] = key.try_into().map_err(|_| RecipientError::Malformed)?;
        // One key has one spelling: this also refuses Bech32m checksums and upper case.
        let spelled = bech32::encode::<Bech32>(HRP, &key).map_err(|_| RecipientError::Malformed)?;
        if hrp != HRP || spelled != text {
            return Err(RecipientError::Malformed);
        }
        if LOW_ORDER.contains(&key) || key.iter().rev().ge(PRIME.iter().rev()) {
            return Err(RecipientError::LowOrder);
        }
        Ok(Recipient(spelled))
    }
}

impl TryFrom<String> for Recipient {
    type Error = RecipientError;

    fn try_from(text: String) -> Result<Recipient, RecipientError> {
        text.parse()
    }
}

impl From<Recipient> for String {
    fn from(recipient: Recipient) -> String {
        recipient.0
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(key: &[u8; 32]) -> String {
        bech32::encode::<Bech32>(HRP, key).unwrap()
    }

    #[test]
    fn a_native_recipient_is_taken_as_it_is() {
        // The example pair of the age specification's test suite.
        let text = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";
        assert_eq!(text.parse::<Recipient>().unwrap().to_string(), text);
    }

    #[test]
    fn others_are_refused_with_their_reason() {
        use RecipientError::*;
        let good = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";
        for (text, reason) in [
            ("age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t", Plugin),
            ("age1pq1qqqqqq", PostQuantum),
            ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN", Ssh),
            ("AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33", SecretKey),
            ("", Malformed),
            ("age1", Malformed),
            (&good.to_uppercase(), Malformed),
            (&good.replace('q', "p"), Malformed),
        ] {
            assert_eq!(text.parse::<Recipient>(), Err(reason), "{text}");
        }
    }

    #[test]
    fn points_of_low_order_and_other_spellings_of_points_are_refused() {
        let mut top_bit = [9; 32];
        top_bit[31] = 0x89;
        let mut above = PRIME;
        above[0] = 0xf0;
        for key in LOW_ORDER.iter().chain(&[PRIME, top_bit, above, [0xff; 32]]) {
            assert_eq!(spelled(key).parse::<Recipient>(), Err(RecipientError::LowOrder), "{key:?}");
        }
        assert!(spelled(&[9; 32]).parse::<Recipient>().is_ok());
    }
}
