//! The payload: what is sealed, before encryption. Named fields, padded so that the size reveals little.
//!
//! ```text
//! breakglass/v1/payload LF
//! NAME LENGTH LF value LF        once for each of 1 to 64 fields, in the order in which they were entered
//! zero bytes up to the next multiple of 4096
//! ```
//!
//! LENGTH is the value's size in bytes, in decimal, without leading zeros, at least 1. A value is any UTF-8
//! text that is not empty; line feeds and NUL are allowed in it, since the length says where it ends. No name
//! begins with a zero byte, so that one in its place can only be padding. One list of fields has one
//! encoding, and nothing else is accepted: what was decoded encodes to the same bytes again.

use std::collections::BTreeSet;
use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::value::names::FieldName;

/// The account's number or name at its provider.
pub(crate) const ACCOUNT_ID: &str = "account-id";
/// The root user's email address.
pub const EMAIL: &str = "email";
/// The root user's password.
pub const PASSWORD: &str = "password";
/// The second factor, as an otpauth URI. Asked for by this name, it is shown as codes.
pub const TOTP: &str = "totp";
/// What is asked for when the seed itself is wanted. It is not a field of a payload: [`TOTP`] holds the seed.
pub(crate) const TOTP_SEED: &str = "totp-seed";

/// The most bytes that a payload may have, padding included: 1 MiB.
pub const MAX_SIZE: usize = 1 << 20;

/// The most fields of a payload.
pub(crate) const MAX_FIELDS: usize = 64;

/// The size of a payload is a multiple of this many bytes.
const BLOCK: usize = 4096;

/// The longest name, in characters.
const MAX_NAME: usize = 32;

/// The first line, its line feed included.
const HEADER: &[u8] = b"breakglass/v1/payload\n";

/// Why fields, or bytes, are not a payload. Never carries a value, nor anything read where a value may be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PayloadError {
    /// There is nothing to seal.
    #[error("a payload needs at least one field")]
    NoFields,
    /// More than `MAX_FIELDS`.
    #[error("a payload has at most {MAX_FIELDS} fields")]
    TooManyFields,
    /// Two fields have one name.
    #[error("the field {0} is given twice")]
    Duplicate(FieldName),
    /// A field without a value would be noticed only when it is needed.
    #[error("the field {0} is empty")]
    Empty(FieldName),
    /// The name is reserved.
    #[error("no field can be named {TOTP_SEED}: the field {TOTP} holds the seed")]
    ReservedName,
    /// More than 1 MiB.
    #[error("the payload would have {size} bytes; it can have at most {MAX_SIZE}")]
    TooLarge {
        /// The size in bytes, padding included.
        size: usize,
    },
    /// Empty, or not a multiple of 4096 bytes.
    #[error("a payload of {size} bytes is not a multiple of {BLOCK}")]
    NotInBlocks {
        /// The size in bytes.
        size: usize,
    },
    /// Another first line.
    #[error("it does not begin with the first line of a breakglass payload")]
    WrongType,
    /// A field does not begin with `NAME LENGTH LF`.
    #[error("field {number} does not begin with a name and a length")]
    BadFieldLine {
        /// Which field, counted from 1.
        number: usize,
    },
    /// The length reaches beyond the end, or no line feed follows the value.
    #[error("the value of field {0} does not end where its length says")]
    BadLength(FieldName),
    /// The value is not text.
    #[error("the value of field {0} is not UTF-8")]
    NotUtf8(FieldName),
    /// Something else than zeros, or more of them than needed.
    #[error("the padding does not match the fields")]
    BadPadding,
}

/// The fields of a payload, in order. Values are wiped when dropped; `Debug` shows names only.
pub struct Fields(Vec<(FieldName, SecretString)>);

impl Fields {
    /// Checks names and sizes.
    ///
    /// # Errors
    /// [`PayloadError::NoFields`], [`PayloadError::TooManyFields`], [`PayloadError::Duplicate`],
    /// [`PayloadError::Empty`], [`PayloadError::ReservedName`] or [`PayloadError::TooLarge`].
    pub fn new(fields: Vec<(FieldName, SecretString)>) -> Result<Fields, PayloadError> {
        if fields.is_empty() {
            return Err(PayloadError::NoFields);
        }
        if fields.len() > MAX_FIELDS {
            return Err(PayloadError::TooManyFields);
        }
        let mut names = BTreeSet::new();
        for (name, value) in &fields {
            if name.as_str() == TOTP_SEED {
                return Err(PayloadError::ReservedName);
            }
            if !names.insert(name) {
                return Err(PayloadError::Duplicate(name.clone()));
            }
            if value.expose_secret().is_empty() {
                return Err(PayloadError::Empty(name.clone()));
            }
        }
        let fields = Fields(fields);
        match fields.encoded_size() {
            size if size > MAX_SIZE => Err(PayloadError::TooLarge { size }),
            _ => Ok(fields),
        }
    }

    /// The value of the field `name`, if there is one.
    pub fn get(&self, name: &str) -> Option<&SecretString> {
        self.0.iter().find(|(own, _)| own.as_str() == name).map(|(_, value)| value)
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &FieldName> {
        self.0.iter().map(|(name, _)| name)
    }

    /// The payload's bytes: a multiple of 4096, at most 1 MiB.
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let size = self.encoded_size();
        // All the room at once: a vector that grows would leave copies of the values behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(size));
        bytes.extend_from_slice(HEADER);
        for (name, value) in &self.0 {
            let value = value.expose_secret().as_bytes();
            bytes.extend_from_slice(format!("{name} {}\n", value.len()).as_bytes());
            bytes.extend_from_slice(value);
            bytes.push(b'\n');
        }
        bytes.resize(size, 0);
        bytes
    }

    /// Reads the one encoding that [`Fields::encode`] writes.
    ///
    /// # Errors
    /// [`PayloadError`] for everything else.
    pub fn decode(bytes: &[u8]) -> Result<Fields, PayloadError> {
        let size = bytes.len();
        if size > MAX_SIZE {
            return Err(PayloadError::TooLarge { size });
        }
        if size == 0 || !size.is_multiple_of(BLOCK) {
            return Err(PayloadError::NotInBlocks { size });
        }
        let mut rest = bytes.strip_prefix(HEADER).ok_or(PayloadError::WrongType)?;
        let mut fields = Vec::new();
        while rest.first().is_some_and(|byte| *byte != 0) {
            if fields.len() == MAX_FIELDS {
                return Err(PayloadError::TooManyFields);
            }
            let (field, behind) = read_field(rest, fields.len() + 1)?;
            fields.push(field);
            rest = behind;
        }
        if rest.len() >= BLOCK || rest.iter().any(|byte| *byte != 0) {
            return Err(PayloadError::BadPadding);
        }
        Fields::new(fields)
    }

    /// How many bytes [`Fields::encode`] gives.
    fn encoded_size(&self) -> usize {
        let field = |(name, value): &(FieldName, SecretString)| {
            let length = value.expose_secret().len();
            name.as_str().len() + 1 + length.to_string().len() + 1 + length + 1
        };
        (HEADER.len() + self.0.iter().map(field).sum::<usize>()).next_multiple_of(BLOCK)
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Fields")?;
        out.debug_list().entries(self.names().map(FieldName::as_str)).finish()
    }
}

/// Reads field `number` at the beginning of `bytes`; gives it and what follows it.
fn read_field(bytes: &[u8], number: usize) -> Result<((FieldName, SecretString), &[u8]), PayloadError> {
    // A name, a space and a length have at most 32 + 1 + 7 bytes: no need to search all of the payload.
    let line_end = bytes.iter().take(MAX_NAME + 9).position(|byte| *byte == b'\n');
    let line = line_end.and_then(|end| std::str::from_utf8(&bytes[..end]).ok());
    let (name, length) = line.and_then(read_field_line).ok_or(PayloadError::BadFieldLine { number })?;
    let rest = &bytes[line_end.map_or(0, |end| end + 1)..];
    match rest.split_at_checked(length) {
        Some((value, [b'\n', behind @ ..])) => match std::str::from_utf8(value) {
            Ok(value) => Ok(((name, SecretString::from(value)), behind)),
            Err(_) => Err(PayloadError::NotUtf8(name)),
        },
        _ => Err(PayloadError::BadLength(name)),
    }
}

/// Reads `NAME LENGTH`.
fn read_field_line(line: &str) -> Option<(FieldName, usize)> {
    let (name, length) = line.split_once(' ')?;
    // `parse` alone would take "+5", "05" and the "0" of an empty value, which no encoder writes.
    let canonical = length.bytes().all(|byte| byte.is_ascii_digit()) && !length.starts_with('0');
    if !canonical {
        return None;
    }
    Some((name.parse().ok()?, length.parse().ok()?))
}

#[cfg(test)]
mod tests;
