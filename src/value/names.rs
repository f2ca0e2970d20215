//! Names of people, vaults, fields and keys. Each is also used in file names and on command lines, so each
//! has an alphabet in which nothing can hide.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::crypto::digest::Digest;

/// File names that Windows reserves: an escrow must be readable there by an auditor.
const RESERVED: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The name of the key that lives for one request.
const SESSION: &str = "session";

/// Why a text is not a name of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// Wrong alphabet or length.
    #[error("{what} must be 1 to {most} characters of a-z, 0-9 and -, not beginning with -")]
    Alphabet {
        /// The kind of name that was expected.
        what: &'static str,
        /// The most characters such a name may have.
        most: usize,
    },
    /// The name has a meaning of its own.
    #[error("{what} may not be `{name}`, which is reserved")]
    Reserved {
        /// The kind of name that was expected.
        what: &'static str,
        /// The reserved name.
        name: String,
    },
    /// Not a person, `session`, or `release/VAULT/GENERATION`.
    #[error("not the name of a key")]
    NotAKey,
}

fn check_alphabet(what: &'static str, most: usize, name: &str) -> Result<(), NameError> {
    let alphabet = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() || name.len() > most || name.starts_with('-') || !name.bytes().all(alphabet) {
        return Err(NameError::Alphabet { what, most });
    }
    Ok(())
}

fn check(what: &'static str, most: usize, name: &str) -> Result<(), NameError> {
    check_alphabet(what, most, name)?;
    let digit = |rest: &str| rest.len() == 1 && rest.bytes().all(|byte| byte.is_ascii_digit());
    let device = |prefix| name.strip_prefix(prefix).is_some_and(digit);
    if RESERVED.contains(&name) || device("com") || device("lpt") || name == SESSION {
        return Err(NameError::Reserved { what, name: name.to_owned() });
    }
    Ok(())
}

macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $what:literal, $most:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $type(String);

        impl $type {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $type {
            type Error = NameError;

            fn try_from(name: String) -> Result<$type, NameError> {
                check($what, $most, &name)?;
                Ok($type(name))
            }
        }

        impl FromStr for $type {
            type Err = NameError;

            fn from_str(name: &str) -> Result<$type, NameError> {
                $type::try_from(name.to_owned())
            }
        }

        impl From<$type> for String {
            fn from(name: $type) -> String {
                name.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.pad(&self.0)
            }
        }
    };
}

name!(
    /// A person's id: `[a-z0-9-]{1,32}`. It names their card, their book, their share and their key.
    PersonId, "a person's id", 32
);
name!(
    /// A vault's name: `[a-z0-9-]{1,64}`. It is also the name of the folder with its sealed files.
    VaultName, "a vault's name", 64
);
name!(
    /// The name of one field of the credentials: `[a-z0-9-]{1,32}`.
    FieldName, "a field's name", 32
);

name!(
    /// The name of a group of custodians: `[a-z0-9-]{1,32}`.
    GroupName, "a group's name", 32
);

/// A word of a list that may grow: `[a-z0-9-]{1,32}`. One that is not known here is shown as it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OpenWord(String);

impl OpenWord {
    /// The word as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for OpenWord {
    type Error = NameError;

    fn try_from(word: String) -> Result<OpenWord, NameError> {
        check_alphabet("a word", 32, &word)?;
        Ok(OpenWord(word))
    }
}

impl From<OpenWord> for String {
    fn from(word: OpenWord) -> String {
        word.0
    }
}

impl FromStr for OpenWord {
    type Err = NameError;

    fn from_str(word: &str) -> Result<OpenWord, NameError> {
        OpenWord::try_from(word.to_owned())
    }
}

impl fmt::Display for OpenWord {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

/// Which key made a signature, as its signature line names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum KeyName {
    /// A person's own signing key.
    Person(PersonId),
    /// The key of one request, destroyed at its end.
    Session,
    /// The key that only a holder of the vault key can derive.
    Release {
        /// The first eight hexadecimal digits of the vault id.
        vault: String,
        /// The generation, from 1.
        generation: u32,
    },
}

impl KeyName {
    /// The name of the release key of a generation of a vault.
    pub fn release(vault: &Digest, generation: u32) -> KeyName {
        KeyName::Release { vault: vault.short(), generation }
    }

    /// The person, if it is a person's key.
    pub fn person(&self) -> Option<&PersonId> {
        match self {
            KeyName::Person(id) => Some(id),
            _ => None,
        }
    }
}

impl From<PersonId> for KeyName {
    fn from(id: PersonId) -> KeyName {
        KeyName::Person(id)
    }
}

impl FromStr for KeyName {
    type Err = NameError;

    fn from_str(name: &str) -> Result<KeyName, NameError> {
        if name == SESSION {
            return Ok(KeyName::Session);
        }
        let Some(rest) = name.strip_prefix("release/") else {
            return name.parse().map(KeyName::Person);
        };
        let (vault, generation) = rest.split_once('/').ok_or(NameError::NotAKey)?;
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let number: u32 = generation.parse().map_err(|_| NameError::NotAKey)?;
        if vault.len() != 8 || !vault.bytes().all(hex) || number == 0 || number.to_string() != generation {
            return Err(NameError::NotAKey);
        }
        Ok(KeyName::Release { vault: vault.to_owned(), generation: number })
    }
}

impl TryFrom<String> for KeyName {
    type Error = NameError;

    fn try_from(name: String) -> Result<KeyName, NameError> {
        name.parse()
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyName::Person(id) => out.write_str(id.as_str()),
            KeyName::Session => out.write_str(SESSION),
            KeyName::Release { vault, generation } => write!(out, "release/{vault}/{generation}"),
        }
    }
}

impl From<KeyName> for String {
    fn from(name: KeyName) -> String {
        name.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn person_ids_that_could_do_harm_are_refused() {
        for bad in
            ["", "../x", "CON", "con", "com1", "a/b", "a.b", "-a", "a b", "é", "session", &"x".repeat(33)]
        {
            assert!(bad.parse::<PersonId>().is_err(), "{bad}");
        }
        for good in ["alice", "a", "7", "x-1", &"x".repeat(32), "comet", "coma", "lpt-"] {
            assert!(good.parse::<PersonId>().is_ok(), "{good}");
        }
    }

    #[test]
    fn key_names_have_one_spelling() {
        for good in ["alice", "session", "release/0123abcd/1", "release/0123abcd/4294967295"] {
            assert_eq!(good.parse::<KeyName>().unwrap().to_string(), good);
        }
        for bad in
            ["release/0123abcd/0", "release/0123abcd/01", "release/0123ABCD/1", "release/1/1", "release/x"]
        {
            assert!(bad.parse::<KeyName>().is_err(), "{bad}");
        }
    }
}
