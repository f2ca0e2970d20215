//! The rules of seals, and the vaults and generations they bring in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::crypto::threshold::ThresholdError;
use crate::escrow::rules::renewal;
use crate::escrow::signers::{is_by_administrator, may_seal};
use crate::escrow::state::{Countersignable, Escrow, Subject};
use crate::escrow::vaults::{Generation, Vault};
use crate::escrow::verdicts::Verdicts;
use crate::record::canary::{canary_account, canary_partition};
use crate::record::card::Role;
use crate::record::chain::LogRecord;
use crate::record::finding::{Broken, Rule};
use crate::record::seal::{AccountId, Credentials, Kind, Seal};
use crate::value::names::{PersonId, VaultName};
use crate::value::shared_list::SharedList;
use crate::value::shared_map::SharedMap;

pub(super) fn admit(
    escrow: &mut Escrow,
    record: &LogRecord,
    seal: &Seal,
    report: &mut impl FnMut(Broken),
) -> Result<(), Broken> {
    let title = seal.title();
    // A canary that names a release is judged as a canary.
    let renews = seal.renews.filter(|_| seal.kind == Kind::Root);
    let renewal = renews.map(|release| renewal::check(escrow, record, seal, &release)).transpose()?;
    if renewal.is_none() && !may_seal(escrow, &record.frame.by, escrow.vault(&seal.vault)) {
        return Err(Broken::new(Rule::SealSigner, title).seal(seal).signers(&record.frame.by));
    }
    let newest = escrow.vault(&seal.vault).map_or(0, |vault| vault.newest().seal.generation);
    if newest.checked_add(1) != Some(seal.generation) {
        let broken = Broken::new(Rule::SealGeneration, format!("{title}, after {newest}")).seal(seal);
        let broken = broken.expected(u64::from(newest) + 1).found(seal.generation);
        return Err(if seal.generation > newest { broken.names_what_is_not_here() } else { broken });
    }
    let alone = renewal.is_none() && is_by_administrator(escrow, &record.frame.by);
    admit_content(escrow, record, seal, !alone, report)?;
    let by_electors = renewal.map_or(!alone, |renewal| renewal.elects);
    let Some(vault) = escrow.vault_mut(&seal.vault) else { return Ok(()) };
    match vault.generations.last_mut() {
        // The vote follows the people whom those who have it chose, and nobody whom an administrator chose.
        Some(one) if by_electors => {
            one.changed_people = false;
            vault.pass_vote(&record.hash);
        }
        Some(one) if !one.changed_people => vault.pass_vote(&record.hash),
        _ => {}
    }
    Ok(())
}

/// Takes a seal that stands among missing records: earlier generations may be missing too.
pub(super) fn admit_kept(
    escrow: &mut Escrow,
    record: &LogRecord,
    seal: &Seal,
    report: &mut impl FnMut(Broken),
) -> Result<(), Broken> {
    let newest = escrow.vault(&seal.vault).map_or(0, |vault| vault.newest().seal.generation);
    let by = &record.frame.by;
    if !escrow.may_have_sealed(seal, by) || seal.generation <= newest {
        return Err(Broken::new(Rule::ContinueKept, seal.title()).seal(seal).signers(by));
    }
    let renews = seal.renews.is_some() && seal.kind == Kind::Root;
    let by_several = renews || !is_by_administrator(escrow, by);
    admit_content(escrow, record, seal, by_several, report)
}

/// Takes the content of a seal. Where several signed it, a share may be sealed to somebody whom an administrator retired.
fn admit_content(
    escrow: &mut Escrow,
    record: &LogRecord,
    seal: &Seal,
    by_several: bool,
    report: &mut impl FnMut(Broken),
) -> Result<(), Broken> {
    let title = seal.title();
    check_place(escrow, seal)?;
    seal.threshold().map_err(|error| bad_threshold(seal, &error))?;
    check_shares(seal)?;
    check_custodians(escrow, seal, by_several)?;
    check_groups(seal)?;
    check_new_fields(seal)?;
    check_canary(seal)?;
    if escrow.is_used(&seal.recipient) || escrow.is_used(seal.release_key) {
        let keys = [seal.recipient.to_string(), seal.release_key.to_string()];
        let used = keys.into_iter().find(|key| escrow.is_used(key));
        return Err(Broken::new(Rule::SealKeys, title).seal(seal).where_known(used, Broken::found));
    }
    escrow.take_key(&seal.recipient);
    escrow.take_key(seal.release_key);
    if seal.one_loss_loses_all() {
        let what = format!("{title}: all {} shares are needed", seal.total_shares);
        report(of_threshold(Rule::ThresholdFragile, what, seal));
    }
    if seal.allows_disjoint_quorums() {
        let what = format!("{title}: {} of {}", seal.threshold, seal.total_shares);
        report(of_threshold(Rule::ThresholdDisjoint, what, seal));
    }
    // The deviations that were confirmed follow from the environment, so a seal does not repeat them.
    for deviation in seal.environment.deviations(escrow.policy.strict_air_gap) {
        let what = format!("{deviation}, in the seal of {title}");
        report(Broken::new(Rule::RequestDeviation, what).seal(seal).deviation(deviation));
    }
    escrow.use_again(&seal.vault);
    let generation = fresh(escrow, record, seal);
    let subject = Subject::Seal { vault: seal.vault };
    escrow
        .signed
        .insert(record.hash, Countersignable { subject, seq: record.frame.seq, by: record.frame.by.clone() });
    match escrow.vault_mut(&seal.vault) {
        Some(vault) => vault.add(generation),
        None => escrow.add_vault(Vault {
            id: seal.vault,
            name: seal.name.clone(),
            kind: seal.kind,
            partition: seal.partition.clone(),
            account: seal.account.clone(),
            numbers: SharedMap::from_iter([(generation.record, seal.generation)]),
            generations: SharedList::from_iter([generation]),
            decommissioned: false,
            electors: None,
            voted: SharedMap::default(),
            retired: BTreeMap::new(),
        }),
    }
    Ok(())
}

/// The generation as it is when it is sealed.
fn fresh(escrow: &Escrow, record: &LogRecord, seal: &Seal) -> Generation {
    let vault = escrow.vault(&seal.vault);
    let carried = vault.filter(|_| seal.credentials == Credentials::Same).map(|vault| vault.current().origin);
    let before = vault.and_then(Vault::compared);
    Generation {
        seal: Arc::new(seal.clone()),
        record: record.hash,
        seq: record.frame.seq,
        time: record.frame.time,
        checks: SharedMap::default(),
        released: SharedList::default(),
        sealers: record.frame.by.iter().filter_map(|name| name.person().cloned()).collect(),
        origin: carried.unwrap_or(record.hash),
        gives_vote: true,
        changed_people: before.is_some_and(|before| !seal.is_of_the_same_people(before)),
        verdicts: Verdicts::default(),
        is_unmasked: false,
    }
}

fn of_threshold(rule: Rule, detail: String, seal: &Seal) -> Broken {
    Broken::new(rule, detail).seal(seal).threshold(seal.threshold).total_shares(seal.total_shares)
}

fn bad_threshold(seal: &Seal, error: &ThresholdError) -> Broken {
    let why = format!("{}: {error}", seal.title());
    of_threshold(Rule::SealThreshold, why, seal).found(seal.shares.len())
}

/// Checks that only new credentials of a later generation say which of their fields are new, each once.
fn check_new_fields(seal: &Seal) -> Result<(), Broken> {
    let fields: BTreeSet<_> = seal.new_fields.iter().collect();
    let carries_over = seal.credentials == Credentials::New && seal.generation > 1;
    if seal.new_fields.is_empty() || (carries_over && fields.len() == seal.new_fields.len()) {
        return Ok(());
    }
    let broken = Broken::new(Rule::SealFields, format!("{}: the fields said to be new", seal.title()));
    Err(broken.seal(seal).fields(&seal.new_fields))
}

/// Checks that the groups fit one another and the shares.
fn check_groups(seal: &Seal) -> Result<(), Broken> {
    let broken = |why: String| Broken::new(Rule::SealGroups, format!("{}: {why}", seal.title())).seal(seal);
    seal.check_groups().map_err(|error| broken(error.to_string()))
}

/// Checks that a canary is the one that follows from its people, and that no other vault has the name of one.
fn check_canary(seal: &Seal) -> Result<(), Broken> {
    if seal.is_true_to_its_kind() {
        return Ok(());
    }
    let broken = Broken::new(Rule::SealCanary, format!("{}: {} vault", seal.title(), seal.kind)).seal(seal);
    let words = |name: VaultName, partition: &VaultName, account: &AccountId| {
        vec![name.to_string(), partition.to_string(), account.to_string()]
    };
    let broken = broken.kind(seal.kind.to_string());
    let found = words(seal.name.clone(), &seal.partition, &seal.account);
    let expected = words(seal.canary_name(), &canary_partition(), &canary_account());
    Err(broken.where_known((seal.kind == Kind::Canary).then_some(expected), Broken::expected).found(found))
}

/// Checks that the vault is still what it was, or that a new vault's name is free.
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
    if same { Ok(()) } else { Err(other_vault(escrow, seal)) }
}

/// What the vault is, and what the seal says it is; or only its name, where another vault has it.
fn other_vault(escrow: &Escrow, seal: &Seal) -> Broken {
    let broken = Broken::new(Rule::SealVault, seal.title()).seal(seal).vault_id(seal.vault);
    let Some(vault) = escrow.vault(&seal.vault) else { return broken };
    let words = |name: &VaultName, kind: Kind, partition: &VaultName, account: &AccountId| {
        vec![name.to_string(), kind.to_string(), partition.to_string(), account.to_string()]
    };
    let expected = words(&vault.name, vault.kind, &vault.partition, &vault.account);
    broken.expected(expected).found(words(&seal.name, seal.kind, &seal.partition, &seal.account))
}

/// Indexes 1..=total in order, each for another custodian.
fn check_shares(seal: &Seal) -> Result<(), Broken> {
    for (at, share) in seal.shares.iter().enumerate() {
        let custodian = &share.custodian;
        let numbered = usize::from(share.index) == at + 1;
        let repeated = seal.shares[..at].iter().any(|other| other.custodian == *custodian);
        if !numbered || repeated {
            let why = format!("{}: share {} of `{custodian}`", seal.title(), share.index);
            let broken = Broken::new(Rule::SealShares, why).seal(seal).person(custodian).share(share.index);
            return Err(broken.where_known((!numbered).then_some(at + 1), Broken::expected));
        }
    }
    Ok(())
}

/// Each share is a custodian's who may have it, to the card that the log has of them.
fn check_custodians(escrow: &Escrow, seal: &Seal, by_several: bool) -> Result<(), Broken> {
    let vault = escrow.vault(&seal.vault);
    let has_left = |id: &PersonId| {
        // Of a new vault nobody is an elector yet, who could have overruled an administrator.
        let everywhere = (!by_several || vault.is_none()) && escrow.has_retired(id);
        everywhere || vault.is_some_and(|vault| vault.has_lost_vote(id))
    };
    for share in &seal.shares {
        let custodian = &share.custodian;
        let enrolled = escrow.people.get(custodian);
        let enrolled = enrolled.filter(|person| person.card.is(Role::Custodian) && !has_left(custodian));
        if enrolled.map(|person| person.card.digest()) != Some(share.card) {
            let why = format!("{}: `{custodian}`", seal.title());
            let broken = Broken::new(Rule::SealCustodian, why).seal(seal).person(custodian);
            let card = escrow.people.get(custodian).map(|person| person.card.digest());
            let other = card.filter(|card| *card != share.card);
            let broken = broken.share(share.index).found(share.card).where_known(other, Broken::expected);
            return Err(if card.is_none() { broken.names_what_is_not_here() } else { broken });
        }
    }
    Ok(())
}
