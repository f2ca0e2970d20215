//! Checking: a custodian opens their own shares, alone, and states that they are sound.

use crate::ceremony::seal::{OpenShareError, open_share};
use crate::crypto::digest::Digest;
use crate::crypto::envelope::Identity;
use crate::escrow::{Escrow, Generation};
use crate::record::statement::{Check, CheckedShare};
use crate::value::names::{PersonId, VaultName};

/// A share that a custodian holds, and its sealed file.
#[derive(Debug)]
pub struct Held<'a> {
    /// The generation.
    pub generation: &'a Generation,
    /// The sealed file, as it lies in the escrow.
    pub file: String,
}

/// Why a share did not pass.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// There is nothing to check.
    #[error("`{0}` holds no share of these vaults")]
    Nothing(PersonId),
    /// The file is not the one that was sealed.
    #[error("the sealed share of `{custodian}` in {title} is not the file that was sealed")]
    OtherFile {
        /// Whose share.
        custodian: PersonId,
        /// Which vault and generation.
        title: String,
    },
    /// It does not open, or holds something else.
    #[error("the share of `{custodian}` in {title} is bad: {error}")]
    Bad {
        /// Whose share.
        custodian: PersonId,
        /// Which vault and generation.
        title: String,
        /// What is wrong with it.
        error: OpenShareError,
    },
}

/// The generations in which a person holds a share: of the vaults named, or of all of them.
pub fn holdings<'a>(escrow: &'a Escrow, person: &PersonId, vaults: &[VaultName]) -> Vec<&'a Generation> {
    let named = |name: &VaultName| vaults.is_empty() || vaults.contains(name);
    let vaults = escrow.vaults.iter().filter(|vault| named(&vault.name));
    let generations = vaults.flat_map(|vault| vault.generations.iter());
    generations.filter(|generation| generation.seal.share_of(person).is_some()).collect()
}

/// Opens each share and checks it against its seal.
///
/// # Errors
/// [`CheckError`] for the first that does not pass: then nothing is stated.
pub fn check(
    escrow: &Escrow,
    person: &PersonId,
    identities: &[Identity],
    held: &[Held<'_>],
) -> Result<Check, CheckError> {
    let mut shares = Vec::with_capacity(held.len());
    for Held { generation, file } in held {
        let seal = &generation.seal;
        let (custodian, title) = (person.clone(), seal.title());
        let own = seal.share_of(person).ok_or_else(|| CheckError::Nothing(person.clone()))?;
        if Digest::of(file.as_bytes()) != own.sealed_share {
            return Err(CheckError::OtherFile { custodian, title });
        }
        open_share(identities, file, &escrow.id, seal, person).map_err(|error| CheckError::Bad {
            custodian,
            title,
            error,
        })?;
        let (vault, number) = (seal.vault, seal.generation);
        let several = escrow.vault(&vault).is_some_and(|vault| vault.numbered(number).nth(1).is_some());
        let sealed = several.then_some(generation.record);
        shares.push(CheckedShare { vault, generation: number, index: own.index, seal: sealed });
    }
    if shares.is_empty() { Err(CheckError::Nothing(person.clone())) } else { Ok(Check::of(shares)) }
}
