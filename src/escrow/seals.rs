//! The rules of seals, and the vaults and generations they bring in.

use std::collections::{BTreeMap, BTreeSet};

use super::{Broken, Escrow};
use crate::crypto::digest::Digest;
use crate::record::card::Role;
use crate::record::chain::Record;
use crate::record::finding::Rule;
use crate::record::seal::{AccountId, Credentials, Kind, Seal};
use crate::value::names::{KeyName, PersonId, VaultName};
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

    /// Whether a generation is worthless to whoever saw it: a later one has new credentials.
    pub fn is_superseded(&self, generation: u32) -> bool {
        let mut later = self.generations.iter().filter(|one| one.seal.generation > generation);
        later.any(|one| one.seal.credentials == Credentials::New)
    }
}

pub(super) fn admit(
    escrow: &mut Escrow,
    record: &Record,
    seal: &Seal,
    report: &mut impl FnMut(Rule, String),
) -> Result<(), Broken> {
    let title = seal.title();
    if !may_administer(escrow, &record.frame.by, escrow.vault(&seal.vault)) {
        return Err((Rule::SealSigner, title));
    }
    let newest = escrow.vault(&seal.vault).map_or(0, |vault| vault.newest().seal.generation);
    if newest.checked_add(1) != Some(seal.generation) {
        return Err((Rule::SealGeneration, format!("{title}, after {newest}")));
    }
    admit_content(escrow, record, seal, report)
}

/// Takes a seal that stands among missing records: earlier generations may be missing too.
pub(super) fn admit_kept(
    escrow: &mut Escrow,
    record: &Record,
    seal: &Seal,
    report: &mut impl FnMut(Rule, String),
) -> Result<(), Broken> {
    // Whose shares were current at that time is not known: custodians count as such. It must not be lost where
    // they sealed in a departed administrator's place, and the log stays cut off until the records are found.
    let newest = escrow.vault(&seal.vault).map_or(0, |vault| vault.newest().seal.generation);
    let by = &record.frame.by;
    if !(is_by_administrator(escrow, by) || is_by_custodians(escrow, by)) || seal.generation <= newest {
        return Err((Rule::ContinueKept, seal.title()));
    }
    admit_content(escrow, record, seal, report)
}

fn is_by_administrator(escrow: &Escrow, by: &[KeyName]) -> bool {
    match by {
        [KeyName::Person(id)] => escrow.people.get(id).is_some_and(|person| person.is(Role::Administrator)),
        _ => false,
    }
}

/// Two or more different custodians.
fn is_by_custodians(escrow: &Escrow, by: &[KeyName]) -> bool {
    let custodian = |name: &KeyName| {
        name.person().and_then(|id| escrow.people.get(id)).is_some_and(|person| person.is(Role::Custodian))
    };
    let different: BTreeSet<&KeyName> = by.iter().collect();
    by.len() >= 2 && different.len() == by.len() && by.iter().all(custodian)
}

/// Whether the signers of a record may do what administrators do: one administrator, or a threshold of the
/// custodians of one vault's current generation. For the next generation that is `vault`; where there is none
/// yet, any vault with real credentials. So a lost administrator's key locks nobody out.
pub fn may_administer(escrow: &Escrow, by: &[KeyName], vault: Option<&Vault>) -> bool {
    if is_by_administrator(escrow, by) {
        return true;
    }
    let is_sitting = |vault: &Vault| {
        let seal = &vault.current().seal;
        let holds = |name: &KeyName| {
            let person = name.person().filter(|id| seal.share_of(id).is_some());
            person.and_then(|id| escrow.people.get(id)).is_some_and(|person| person.retired.is_none())
        };
        let different: BTreeSet<&KeyName> = by.iter().collect();
        different.len() == by.len() && by.len() >= usize::from(seal.threshold) && by.iter().all(holds)
    };
    match vault {
        Some(vault) => is_sitting(vault),
        None => escrow.vaults.iter().filter(|vault| vault.kind == Kind::Root).any(is_sitting),
    }
}

fn admit_content(
    escrow: &mut Escrow,
    record: &Record,
    seal: &Seal,
    report: &mut impl FnMut(Rule, String),
) -> Result<(), Broken> {
    let title = seal.title();
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
    // What was confirmed is what the environment says, and does not stand in a seal twice.
    for deviation in seal.environment.deviations(escrow.policy.strict_air_gap) {
        report(Rule::RequestDeviation, format!("{deviation}, in the seal of {title}"));
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

/// The vault stayed what it was, or its name is free.
fn check_place(escrow: &Escrow, seal: &Seal) -> Result<(), Broken> {
    let same = match escrow.vault(&seal.vault) {
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
