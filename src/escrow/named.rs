//! Generations by the names that people give them: a number, and the first digits of the seal's digest where two seals have
//! that number.

use std::fmt;
use std::str::FromStr;

use crate::crypto::digest::Digest;
use crate::escrow::state::Escrow;
use crate::escrow::vaults::{Generation, Vault};
use crate::record::seal::Kind;
use crate::value::names::VaultName;

/// A generation as somebody names it: `2`, or `2@d4726fbf` with the first digits of the digest of its seal's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenerationName {
    number: u32,
    seal: String,
}

/// It is neither a number nor a number, `@` and digits of a digest.
#[derive(Debug, thiserror::Error)]
#[error("a generation is a number, such as 2, or 2@d4726fbf with the first digits of its seal's digest")]
pub struct GenerationNameError;

impl From<u32> for GenerationName {
    fn from(number: u32) -> GenerationName {
        GenerationName { number, seal: String::new() }
    }
}

impl FromStr for GenerationName {
    type Err = GenerationNameError;

    fn from_str(text: &str) -> Result<GenerationName, GenerationNameError> {
        let (number, seal) = text.split_once('@').map_or((text, None), |(number, seal)| (number, Some(seal)));
        let number = number.parse().map_err(|_| GenerationNameError)?;
        let is_hex = |seal: &str| {
            (1..=64).contains(&seal.len()) && seal.bytes().all(|digit| digit.is_ascii_hexdigit())
        };
        match seal {
            None => Ok(GenerationName::from(number)),
            Some(seal) if is_hex(seal) => Ok(GenerationName { number, seal: seal.to_ascii_lowercase() }),
            Some(_) => Err(GenerationNameError),
        }
    }
}

impl fmt::Display for GenerationName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.seal.as_str() {
            "" => write!(out, "{}", self.number),
            seal => write!(out, "{}@{seal}", self.number),
        }
    }
}

impl GenerationName {
    /// The name of a generation that no other one has.
    pub fn whole(number: u32, seal: &Digest) -> GenerationName {
        GenerationName { number, seal: seal.short() }
    }

    fn fits(&self, one: &Generation) -> bool {
        one.seal.generation == self.number && one.record.to_string().starts_with(&self.seal)
    }
}

/// Why a name means no one vault or generation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotNamed {
    /// There is no vault of that name.
    #[error("there is no such vault")]
    NoVault,
    /// The vault has no such generation.
    #[error("there is no generation {asked}; the newest is {newest}")]
    NoGeneration {
        /// The one that was asked for.
        asked: GenerationName,
        /// The newest that there is.
        newest: u32,
    },
    /// It may mean each of these.
    #[error("several are meant: {}", .0.join(", "))]
    Several(Vec<String>),
}

impl Vault {
    /// The one generation that a name means.
    ///
    /// # Errors
    /// [`NotNamed`], if there is none, or more than one.
    pub fn named(&self, name: &GenerationName) -> Result<&Generation, NotNamed> {
        let found: Vec<&Generation> = self.generations.iter().filter(|one| name.fits(one)).collect();
        match found[..] {
            [one] => Ok(one),
            [] => Err(NotNamed::NoGeneration { asked: name.clone(), newest: self.newest().seal.generation }),
            _ => Err(NotNamed::Several(names(found.into_iter()))),
        }
    }
}

impl Escrow {
    /// The vault of that name. If branches were joined that both made one, the generation's name tells them apart; canaries
    /// of one name are for the same people, and the first will do.
    ///
    /// # Errors
    /// [`NotNamed`], if there is none, or more than one.
    pub fn vault_of(
        &self,
        name: &VaultName,
        generation: Option<&GenerationName>,
    ) -> Result<&Vault, NotNamed> {
        let named: Vec<&Vault> = self.vaults.iter().filter(|vault| vault.name == *name).collect();
        let fits = |vault: &&&Vault| generation.is_some_and(|name| vault.named(name).is_ok());
        let fitting: Vec<&Vault> = named.iter().filter(fits).copied().collect();
        match (&named[..], &fitting[..]) {
            ([], _) => Err(NotNamed::NoVault),
            ([one], _) | (_, [one]) => Ok(one),
            ([first, ..], _) if generation.is_none() && first.kind == Kind::Canary => Ok(first),
            _ => Err(NotNamed::Several(names(named.iter().flat_map(|vault| &vault.generations)))),
        }
    }

    /// Whether another seal has the name and the number of this one, so that the two would have the same files.
    pub fn shares_its_number(&self, one: &Generation) -> bool {
        let all = self.vaults.iter().flat_map(|vault| &vault.generations);
        let same = |other: &&Generation| {
            (&other.seal.name, other.seal.generation) == (&one.seal.name, one.seal.generation)
        };
        all.filter(same).any(|other| other.record != one.record)
    }

    /// `NAME generation N`, with the first digits of the seal's digest where another seal has that name and number.
    pub fn title_of(&self, one: &Generation) -> String {
        let Generation { seal, record, .. } = one;
        if self.shares_its_number(one) {
            format!("{} generation {}", seal.name, GenerationName::whole(seal.generation, record))
        } else {
            seal.title()
        }
    }
}

fn names<'a>(generations: impl Iterator<Item = &'a Generation>) -> Vec<String> {
    generations.map(|one| GenerationName::whole(one.seal.generation, &one.record).to_string()).collect()
}
