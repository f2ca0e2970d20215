//! A share in plain, and its text: what a custodian's key opens.
//!
//! The text has a fixed layout and never goes through a JSON library, so that it can be written and read
//! without leaving copies, and taken apart with nothing but a text editor.

use std::fmt::Write as _;

use data_encoding::HEXLOWER;
use rand::CryptoRng;
use zeroize::Zeroizing;

use crate::crypto::digest::Digest;
use crate::crypto::shamir::{SECRET_LEN, SetId, ShamirError, ShareValue};
use crate::crypto::threshold::{ShareIndex, Threshold};
use crate::record::seal::{AccountId, Kind, Seal};
use crate::value::names::{PersonId, VaultName};

/// The first line of a share's text, and what its commitment is bound to.
const TYPE: &str = "breakglass/v1/share";

/// The first line of a share that was re-encrypted for one request.
const APPROVED_TYPE: &str = "breakglass/v1/approved-share";

/// The most bytes of a share's text; a real one has under 500.
pub const MAX_SHARE: usize = 2048;

/// A share: one custodian's point of the polynomial, and what it is a share of.
pub struct Share {
    /// The escrow.
    pub escrow: Digest,
    /// The vault.
    pub vault: Digest,
    /// The vault's name.
    pub name: VaultName,
    /// The account whose credentials it helps to open.
    pub account: AccountId,
    /// Real credentials, or a canary.
    pub kind: Kind,
    /// The generation.
    pub generation: u32,
    /// How many of how many.
    pub threshold: Threshold,
    /// 32 random bytes, so that the commitment reveals nothing.
    salt: [u8; SECRET_LEN],
    /// The point.
    value: ShareValue,
}

/// Why a text is not a share, or not the share that it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShareError {
    /// Too long, not ASCII, or a line is missing, repeated, misplaced or malformed.
    #[error("line {0} of the share's text is malformed")]
    Malformed(usize),
    /// The text contradicts the seal.
    #[error("the share's {0} differs from the seal's")]
    Contradicts(&'static str),
    /// The text is not the one that was sealed.
    #[error("the share is not the one that was sealed: its commitment differs")]
    Commitment,
    /// It was re-encrypted for something else.
    #[error("the share was handed over for another request")]
    OtherRequest,
}

/// The set that a share belongs to: one sealing of one vault of one escrow.
pub fn set_id(escrow: &Digest, vault: &Digest, generation: u32) -> SetId {
    let parts =
        [b"breakglass/v1/set\0".as_slice(), escrow.as_bytes(), vault.as_bytes(), &generation.to_be_bytes()];
    SetId::new(Digest::of_parts(&parts))
}

/// The commitment to a share: SHA-256("breakglass/v1/share" ‖ 0 ‖ its whole text).
pub fn commitment(text: &str) -> Digest {
    Digest::of_parts(&[TYPE.as_bytes(), &[0], text.as_bytes()])
}

impl Share {
    /// The share that a value is of one sealing.
    pub fn new(
        escrow: Digest,
        seal: &Seal,
        threshold: Threshold,
        value: ShareValue,
        rng: &mut impl CryptoRng,
    ) -> Share {
        let mut salt = [0; SECRET_LEN];
        rng.fill_bytes(&mut salt);
        Share {
            escrow,
            vault: seal.vault,
            name: seal.name.clone(),
            account: seal.account.clone(),
            kind: seal.kind,
            generation: seal.generation,
            threshold,
            salt,
            value,
        }
    }

    /// Its index.
    pub fn index(&self) -> ShareIndex {
        self.value.index()
    }

    /// Its value, for the guard that combines.
    pub fn value(&self) -> &ShareValue {
        &self.value
    }

    /// Its text: twelve lines of ASCII, each `NAME VALUE` and a line feed, the type first.
    pub fn text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(MAX_SHARE));
        let mut secret = Zeroizing::new(String::with_capacity(2 * SECRET_LEN));
        HEXLOWER.encode_append(self.value.expose_value(), &mut secret);
        // Writing to a String does not fail.
        let _ = write!(
            text,
            "{TYPE}\nescrow {}\nvault {}\nname {}\naccount {}\nkind {}\ngeneration {}\nthreshold {}\ntotal {}\nindex {}\nsalt {}\nshare {}\n",
            self.escrow,
            self.vault,
            self.name,
            self.account,
            self.kind,
            self.generation,
            self.threshold.threshold(),
            self.threshold.total_shares(),
            self.index(),
            HEXLOWER.encode(&self.salt),
            secret.as_str(),
        );
        text
    }

    /// Reads a share's text, in its one spelling.
    ///
    /// # Errors
    /// [`ShareError::Malformed`] with the line, from 1.
    pub fn parse(text: &str) -> Result<Share, ShareError> {
        if text.len() > MAX_SHARE || !text.is_ascii() {
            return Err(ShareError::Malformed(1));
        }
        let mut lines = Lines { rest: text, number: 0 };
        lines.line(TYPE)?;
        let escrow = lines.value("escrow")?;
        let vault = lines.value("vault")?;
        let name = lines.value("name")?;
        let account = lines.value("account")?;
        let kind = lines.value("kind")?;
        let generation = lines.number("generation")?;
        let threshold = lines.number("threshold")?;
        let total = lines.number("total")?;
        let index = lines.number("index")?;
        let salt = lines.bytes("salt")?;
        let value = lines.bytes("share")?;
        if !lines.rest.is_empty() {
            return Err(ShareError::Malformed(lines.number + 1));
        }
        if generation == 0 {
            return Err(ShareError::Malformed(7));
        }
        let malformed = |line| ShareError::Malformed(line);
        let threshold = u8::try_from(threshold).ok().and_then(|one| Threshold::new(one, total as usize).ok());
        let threshold = threshold.ok_or(malformed(8))?;
        let index = u8::try_from(index).ok().and_then(|index| ShareIndex::try_from(index).ok());
        let index = index.ok_or(malformed(10))?;
        let value = ShareValue::new(set_id(&escrow, &vault, generation), index, value.as_ref());
        let value = value.map_err(|_: ShamirError| malformed(12))?;
        Ok(Share { escrow, vault, name, account, kind, generation, threshold, salt: *salt, value })
    }

    /// Checks the share against what the seal says of `custodian`'s: a sound share of another person is not theirs.
    ///
    /// # Errors
    /// [`ShareError::Contradicts`] or [`ShareError::Commitment`].
    pub fn check(&self, escrow: &Digest, seal: &Seal, custodian: &PersonId) -> Result<(), ShareError> {
        let own = seal.share_of(custodian).filter(|own| own.index == u8::from(self.index()));
        let facts = [
            (self.escrow == *escrow, "escrow"),
            (self.vault == seal.vault, "vault"),
            (self.name == seal.name, "vault name"),
            (self.account == seal.account, "account"),
            (self.kind == seal.kind, "kind"),
            (self.generation == seal.generation, "generation"),
            (seal.threshold() == Ok(self.threshold), "threshold"),
            (own.is_some(), "index"),
        ];
        if let Some((_, what)) = facts.iter().find(|(holds, _)| !holds) {
            return Err(ShareError::Contradicts(what));
        }
        if own.map(|own| own.commitment) != Some(commitment(&self.text())) {
            return Err(ShareError::Commitment);
        }
        Ok(())
    }

    /// The text that an approver encrypts to a request's session: the request, then the share.
    pub fn approved_text(&self, request: &Digest) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(MAX_SHARE));
        let _ = write!(text, "{APPROVED_TYPE}\nrequest {request}\n{}", self.text().as_str());
        text
    }

    /// Reads the text that an approver encrypted to the session of `request`.
    ///
    /// # Errors
    /// [`ShareError::OtherRequest`] or [`ShareError::Malformed`].
    pub fn parse_approved(text: &str, request: &Digest) -> Result<Share, ShareError> {
        let mut lines = Lines { rest: text, number: 0 };
        lines.line(APPROVED_TYPE)?;
        if lines.value::<Digest>("request")? != *request {
            return Err(ShareError::OtherRequest);
        }
        Share::parse(lines.rest)
    }
}

impl std::fmt::Debug for Share {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Share({} generation {}, index {}, …)", self.name, self.generation, self.index())
    }
}

/// The lines of a share's text, taken one by one.
struct Lines<'a> {
    rest: &'a str,
    number: usize,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Result<&'a str, ShareError> {
        self.number += 1;
        let (line, rest) = self.rest.split_once('\n').ok_or(ShareError::Malformed(self.number))?;
        self.rest = rest;
        Ok(line)
    }

    fn line(&mut self, expected: &str) -> Result<(), ShareError> {
        if self.next()? == expected { Ok(()) } else { Err(ShareError::Malformed(self.number)) }
    }

    fn text(&mut self, name: &str) -> Result<&'a str, ShareError> {
        let line = self.next()?;
        let value = line.strip_prefix(name).and_then(|rest| rest.strip_prefix(' '));
        value.ok_or(ShareError::Malformed(self.number))
    }

    fn value<T: std::str::FromStr>(&mut self, name: &str) -> Result<T, ShareError> {
        self.text(name)?.parse().map_err(|_| ShareError::Malformed(self.number))
    }

    fn number(&mut self, name: &str) -> Result<u32, ShareError> {
        let text = self.text(name)?;
        let number: u32 = text.parse().map_err(|_| ShareError::Malformed(self.number))?;
        if number.to_string() == text { Ok(number) } else { Err(ShareError::Malformed(self.number)) }
    }

    fn bytes(&mut self, name: &str) -> Result<Zeroizing<[u8; SECRET_LEN]>, ShareError> {
        let text = self.text(name)?.as_bytes();
        let mut bytes = Zeroizing::new([0; SECRET_LEN]);
        if text.len() != 2 * SECRET_LEN {
            return Err(ShareError::Malformed(self.number));
        }
        HEXLOWER.decode_mut(text, bytes.as_mut()).map_err(|_| ShareError::Malformed(self.number))?;
        Ok(bytes)
    }
}
