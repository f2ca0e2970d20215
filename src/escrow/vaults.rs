//! Vaults and their generations.

use std::collections::BTreeMap;

use crate::crypto::digest::Digest;
use crate::record::seal::{AccountId, Credentials, Kind, Seal};
use crate::value::names::{PersonId, VaultName};
use crate::value::time::Time;

/// One sealing of a vault, and what became of it.
#[derive(Debug, Clone)]
pub struct Generation {
    /// The manifest.
    pub seal: Seal,
    /// The digest of the seal's record.
    pub record: Digest,
    /// The seal's number in the log.
    pub seq: u64,
    /// The seal's time.
    pub time: Time,
    /// Who checked their share, and when last.
    pub checks: BTreeMap<PersonId, Time>,
    /// When it was first released. For a root vault that is exposure, whatever the purpose.
    pub released: Option<Time>,
}

impl Generation {
    /// The custodians who have not checked their share yet.
    pub(crate) fn unchecked(&self) -> Vec<&PersonId> {
        let custodians = self.seal.shares.iter().map(|share| &share.custodian);
        custodians.filter(|custodian| !self.checks.contains_key(*custodian)).collect()
    }

    /// Whether custodians who could reconstruct together checked their shares.
    pub(crate) fn has_threshold_of_checks(&self) -> bool {
        self.seal.is_satisfied_by(|share| self.checks.contains_key(&share.custodian))
    }
}

/// A vault and its generations.
#[derive(Debug, Clone)]
pub struct Vault {
    /// 32 random bytes, the same in each generation.
    pub id: Digest,
    /// Its name.
    pub name: VaultName,
    /// Real credentials, or a canary.
    pub kind: Kind,
    /// The provider's partition.
    pub partition: VaultName,
    /// The account.
    pub account: AccountId,
    /// Generations in the order of their numbers: 1, 2, 3 … unless records are missing.
    pub generations: Vec<Generation>,
}

impl Vault {
    /// Generation `number`, from 1.
    pub fn generation(&self, number: u32) -> Option<&Generation> {
        let at = self.generations.binary_search_by_key(&number, |one| one.seal.generation).ok()?;
        self.generations.get(at)
    }

    /// The generation that is used unless another is asked for: the newest whose credentials are known to be
    /// live and whose threshold of custodians checked, or else the newest.
    ///
    /// The first generation's credentials are live when it is sealed; a later one's are when its `confirm`
    /// is in the log.
    pub fn current(&self) -> &Generation {
        let confirmed = |one: &&Generation| one.seal.generation == 1 && one.has_threshold_of_checks();
        self.generations.iter().rev().find(confirmed).unwrap_or(self.newest())
    }

    /// The newest generation.
    pub fn newest(&self) -> &Generation {
        self.generations.last().expect("a vault has at least one generation")
    }

    /// Whether a generation is worthless to anybody who saw it: a later one has new credentials.
    pub fn is_superseded(&self, generation: u32) -> bool {
        let mut later = self.generations.iter().filter(|one| one.seal.generation > generation);
        later.any(|one| one.seal.credentials == Credentials::New)
    }
}
