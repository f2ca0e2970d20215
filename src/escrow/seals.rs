//! The rules of seals, and the vaults and generations they bring in.

use std::collections::BTreeMap;

use super::{Broken, Escrow};
use crate::card::Role;
use crate::crypto::digest::Digest;
use crate::finding::Rule;
use crate::log::chain::Record;
use crate::names::{KeyName, PersonId, VaultName};
use crate::time::Time;
use crate::vault::{AccountId, Credentials, Kind, Seal};

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
    pub fn unchecked(&self) -> Vec<&PersonId> {
        let custodians = self.seal.shares.iter().map(|share| &share.custodian);
        custodians.filter(|custodian| !self.checks.contains_key(*custodian)).collect()
    }

    /// Whether as many custodians as the threshold checked their shares.
    pub fn has_threshold_of_checks(&self) -> bool {
        self.checks.len() >= usize::from(self.seal.threshold)
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
    /// Generation 1, 2, 3 …
    pub generations: Vec<Generation>,
}

impl Vault {
    /// Generation `number`, from 1.
    pub fn generation(&self, number: u32) -> Option<&Generation> {
        self.generations.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    /// The generation that is used unless another is asked for: the newest whose credentials are known to be
    /// live and whose threshold of custodians checked, or else the newest.
    ///
    /// The first generation's credentials are live when it is sealed; a later one's are when its `confirm`
    /// is in the log.
    pub fn current(&self) -> &Generation {
        let confirmed = |one: &&Generation| one.seal.generation == 1 && one.has_threshold_of_checks();
        let newest = self.generations.last().expect("a vault has at least one generation");
        self.generations.iter().rev().find(confirmed).unwrap_or(newest)
    }

    /// Whether a generation is worthless to whoever saw it: a later one has new credentials.
    pub fn is_superseded(&self, generation: u32) -> bool {
        let later = self.generations.iter().skip(generation as usize);
        later.into_iter().any(|one| one.seal.credentials == Credentials::New)
    }
}

pub(super) fn admit(
    escrow: &mut Escrow,
    record: &Record,
    seal: &Seal,
    report: &mut impl FnMut(Rule, String),
) -> Result<(), Broken> {
    let title = seal.title();
    let administrator = match record.frame.by.as_slice() {
        [KeyName::Person(id)] => escrow.people.get(id).is_some_and(|person| person.is(Role::Administrator)),
        _ => false,
    };
    if !administrator {
        return Err((Rule::SealSigner, title));
    }
    check_place(escrow, seal)?;
    let threshold = seal.threshold().map_err(|error| (Rule::SealThreshold, format!("{title}: {error}")))?;
    check_shares(escrow, seal)?;
    if escrow.is_used(&seal.recipient) || escrow.is_used(seal.release_key) {
        return Err((Rule::SealKeys, title));
    }
    escrow.take_key(&seal.recipient);
    escrow.take_key(seal.release_key);
    if threshold.one_loss_loses_all() {
        report(Rule::ThresholdFragile, format!("{title}: all {} shares are needed", seal.total_shares));
    }
    if threshold.allows_disjoint_quorums() {
        report(Rule::ThresholdDisjoint, format!("{title}: {} of {}", seal.threshold, seal.total_shares));
    }
    let generation = Generation {
        seal: seal.clone(),
        record: record.hash,
        seq: record.frame.seq,
        time: record.frame.time,
        checks: BTreeMap::new(),
        released: None,
    };
    match escrow.vaults.iter_mut().find(|vault| vault.id == seal.vault) {
        Some(vault) => vault.generations.push(generation),
        None => escrow.vaults.push(Vault {
            id: seal.vault,
            name: seal.name.clone(),
            kind: seal.kind,
            partition: seal.partition.clone(),
            account: seal.account.clone(),
            generations: vec![generation],
        }),
    }
    Ok(())
}

/// The generation is the next one of a vault that stayed what it was.
fn check_place(escrow: &Escrow, seal: &Seal) -> Result<(), Broken> {
    let vault = escrow.vault(&seal.vault);
    let next = vault.map_or(1, |vault| vault.generations.len() as u64 + 1);
    if u64::from(seal.generation) != next {
        return Err((Rule::SealGeneration, format!("{}, where {next} is next", seal.title())));
    }
    let same = match vault {
        Some(vault) => {
            vault.name == seal.name
                && vault.kind == seal.kind
                && vault.account == seal.account
                && vault.partition == seal.partition
        }
        None => escrow.vault_named(&seal.name).is_none(),
    };
    if same { Ok(()) } else { Err((Rule::SealVault, seal.title())) }
}

/// Indexes 1..=total in order, each for another custodian, to the card that the log has of them.
fn check_shares(escrow: &Escrow, seal: &Seal) -> Result<(), Broken> {
    for (at, share) in seal.shares.iter().enumerate() {
        let custodian = &share.custodian;
        let repeated = seal.shares[..at].iter().any(|other| other.custodian == *custodian);
        if usize::from(u8::from(share.index)) != at + 1 || repeated {
            return Err((
                Rule::SealShares,
                format!("{}: share {} of `{custodian}`", seal.title(), share.index),
            ));
        }
        let enrolled = escrow.people.get(custodian).filter(|person| person.is(Role::Custodian));
        if enrolled.map(|person| person.card.digest()) != Some(share.card) {
            return Err((Rule::SealCustodian, format!("{}: `{custodian}`", seal.title())));
        }
    }
    Ok(())
}
