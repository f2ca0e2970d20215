//! Repairs: what the log says about itself after it was damaged, continued elsewhere, or forked.
//!
//! Nothing is ever trimmed or skipped silently. The bytes of a damaged tail stay in the record that
//! takes their place; a log that is continued in another file says from where; and another branch is
//! adopted whole. `docs/spec/repairs.md` has the rules.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use crate::crypto::digest::Digest;
use crate::record::head::Head;

/// The most bytes of a damaged tail that one record can keep, zeros included.
pub(crate) const MAX_TAIL: u64 = 64 << 20;

/// The most bytes of a damaged tail before the zeros at its end.
pub(crate) const MAX_TAIL_BYTES: usize = 8 << 20;

/// Bytes that are not a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Damage {
    /// How many there are.
    pub size: u64,
    /// The SHA-256 of all of them.
    pub digest: Digest,
    /// The bytes in base64, without the zeros at their end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<String>,
    /// How many zero bytes follow.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub zeros: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A tail that is larger than a record can keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the damaged end has {0} bytes, more than a record can keep")]
pub struct TooMuchDamage(pub u64);

impl Damage {
    /// Describes a file that is left behind, by size and digest alone.
    pub fn of_file(bytes: &[u8]) -> Damage {
        Damage { size: bytes.len() as u64, digest: Digest::of(bytes), bytes: None, zeros: 0 }
    }

    /// Keeps a damaged tail whole.
    ///
    /// # Errors
    /// `TooMuchDamage`, above `MAX_TAIL` bytes, or `MAX_TAIL_BYTES` without the zeros at its end.
    pub fn of_tail(tail: &[u8]) -> Result<Damage, TooMuchDamage> {
        let size = tail.len() as u64;
        let kept = tail.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        if size > MAX_TAIL || kept > MAX_TAIL_BYTES {
            return Err(TooMuchDamage(size));
        }
        Ok(Damage {
            size,
            digest: Digest::of(tail),
            bytes: Some(BASE64.encode(&tail[..kept])),
            zeros: (tail.len() - kept) as u64,
        })
    }

    /// The bytes that are kept, without the zeros at their end; `None` if size and digest do not match them, or if none
    /// are kept.
    pub fn kept(&self) -> Option<Vec<u8>> {
        let bytes = BASE64.decode(self.bytes.as_ref()?.as_bytes()).ok()?;
        let fits = bytes.len() <= MAX_TAIL_BYTES
            && self.size <= MAX_TAIL
            && bytes.last() != Some(&0)
            && (bytes.len() as u64).checked_add(self.zeros) == Some(self.size);
        if !fits {
            return None;
        }
        let block = [0; 64 << 10];
        let mut parts = vec![bytes.as_slice()];
        let mut left = self.zeros as usize;
        while left > 0 {
            let now = left.min(block.len());
            parts.push(&block[..now]);
            left -= now;
        }
        (Digest::of_parts(&parts) == self.digest).then_some(bytes)
    }
}

/// What a damaged tail is the beginning of, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Began {
    /// A release of the request whose record has this digest.
    Release(Digest),
    /// Nobody can tell: it may have been a release.
    Unknown,
}

/// How a record of version 1 begins. What begins otherwise could be anything, a record of a later version too.
const BEGINNING: &[u8] = b"{\"type\":\"breakglass/v1/";

/// How a release begins, to be found after the first record of a tail.
const LINE: &[u8] = b"\n{\"type\":\"breakglass/v1/release\"";

impl Began {
    /// Finds out what a damaged tail is the beginning of; `None` if it is certainly not a release.
    pub fn of(tail: &[u8]) -> Option<Began> {
        Began::at_start(tail).or_else(|| {
            // More than one record may be damaged, and a release may be any of them.
            let later = tail.windows(LINE.len()).position(|window| window == LINE)?;
            Began::at_start(&tail[later + 1..])
        })
    }

    /// The request whose release it was, if that is known.
    pub(crate) fn request(self) -> Option<Digest> {
        match self {
            Began::Release(request) => Some(request),
            Began::Unknown => None,
        }
    }

    fn at_start(tail: &[u8]) -> Option<Began> {
        const RELEASE: &[u8] = b"release";
        const REQUEST: &[u8] = b"\"says\":{\"request\":\"";
        let Some(rest) = tail.strip_prefix(BEGINNING) else { return Some(Began::Unknown) };
        let Some(end) = rest.iter().position(|byte| *byte == b'"') else {
            return RELEASE.starts_with(rest).then_some(Began::Unknown);
        };
        if &rest[..end] != RELEASE {
            return None;
        }
        let at = rest.windows(REQUEST.len()).position(|window| window == REQUEST);
        let digits = at.and_then(|at| rest.get(at + REQUEST.len()..at + REQUEST.len() + 64));
        let request = digits.and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
        Some(request.map_or(Began::Unknown, Began::Release))
    }
}

/// A damaged tail was here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recovered {
    /// The tail.
    pub damage: Damage,
    /// What it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<Began>,
}

impl Recovered {
    /// Keeps a damaged tail.
    ///
    /// # Errors
    /// [`TooMuchDamage`].
    pub fn of(tail: &[u8]) -> Result<Recovered, TooMuchDamage> {
        Ok(Recovered { damage: Damage::of_tail(tail)?, began: Began::of(tail) })
    }
}

/// The log is continued in this file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Continue {
    /// The record that this one follows.
    pub from: Head,
    /// The last record before the missing ones; absent if none is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Head>,
    /// The file that was left behind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Damage>,
    /// Seals among the missing records, each a whole record in base64.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<String>,
}

/// The records of another branch are adopted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adopt {
    /// The last record that both branches have.
    pub from: Head,
    /// How many records directly before this one hold the beginning of the branch; 0 if all of it is here.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub parts: u64,
    /// The other branch's records after `from`, in base64, or what of them the parts do not hold.
    pub records: String,
}

/// A part of another branch's records, which the next `adopt` takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdoptPart {
    /// The next bytes of the branch, in base64.
    pub records: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_is_kept_whole() {
        for tail in [&b"x"[..], b"x\0\0\0", b"\0\0", b"{\"type\"", &[0; 10_000]] {
            let damage = Damage::of_tail(tail).unwrap();
            let mut again = damage.kept().unwrap();
            again.extend(vec![0; damage.zeros as usize]);
            assert_eq!(again, tail);
            let spelled = serde_json::to_string(&damage).unwrap();
            assert_eq!(spelled.contains("\"zeros\""), damage.zeros > 0, "{spelled}");
        }
    }

    #[test]
    fn damage_that_does_not_fit_its_numbers_is_none() {
        let good = Damage::of_tail(b"abc\0\0").unwrap();
        assert!(good.kept().is_some());
        let bad = [
            Damage { size: 4, ..good.clone() },
            Damage { zeros: 1, ..good.clone() },
            Damage { zeros: u64::MAX, ..good.clone() },
            Damage { size: MAX_TAIL + 1, zeros: MAX_TAIL - 2, ..good.clone() },
            Damage { digest: Digest::of(b"abc"), ..good.clone() },
            Damage { bytes: Some("YWJj\n".into()), ..good.clone() },
            Damage { bytes: Some(BASE64.encode(b"abc\0")), zeros: 1, ..good.clone() },
            Damage { bytes: None, ..good },
        ];
        for damage in bad {
            assert_eq!(damage.kept(), None, "{damage:?}");
        }
    }

    #[test]
    fn a_tail_that_is_too_large_is_not_kept() {
        assert!(Damage::of_tail(&vec![1; MAX_TAIL_BYTES]).is_ok());
        assert!(Damage::of_tail(&vec![0; MAX_TAIL as usize]).is_ok());
        assert_eq!(
            Damage::of_tail(&vec![1; MAX_TAIL_BYTES + 1]),
            Err(TooMuchDamage(MAX_TAIL_BYTES as u64 + 1))
        );
        assert_eq!(Damage::of_tail(&vec![0; MAX_TAIL as usize + 1]), Err(TooMuchDamage(MAX_TAIL + 1)));
    }

    #[test]
    fn what_a_tail_began_is_told_at_every_cut() {
        let digest = Digest::of(b"request");
        let whole =
            format!("{{\"type\":\"breakglass/v1/release\",\"seq\":9,\"says\":{{\"request\":\"{digest}\",\"a");
        let digits = whole.find(&digest.to_string()).unwrap() + 64;
        for cut in 0..=whole.len() {
            let expected = if cut < digits { Began::Unknown } else { Began::Release(digest) };
            assert_eq!(Began::of(&whole.as_bytes()[..cut]), Some(expected), "{cut}");
        }
        let other = "{\"type\":\"breakglass/v1/statements\",\"seq\":9";
        let kind = other.find("statements").unwrap();
        for cut in 0..=other.len() {
            let expected = (cut <= kind).then_some(Began::Unknown);
            assert_eq!(Began::of(&other.as_bytes()[..cut]), expected, "{cut}");
        }
        // A release after another damaged record.
        let behind = format!("{other},\n{whole}");
        assert_eq!(Began::of(behind.as_bytes()), Some(Began::Release(digest)));
        assert_eq!(Began::of(b"{\"type\":\"breakglass/v1/re"), Some(Began::Unknown));
        assert_eq!(Began::of(b"{\"type\":\"breakglass/v1/req"), None);
        assert_eq!(Began::of(b"{\"type\":\"breakglass/v1/recovered\""), None);
        assert_eq!(Began::of(&[0; 512]), Some(Began::Unknown));
    }
}
