//! The rules of seals, and the vaults and generations they bring in.

use std::collections::BTreeMap;

use crate::escrow::signers::{is_by_administrator, is_by_custodians, may_administer};
use crate::escrow::state::Escrow;
use crate::escrow::vaults::{Generation, Vault};
use crate::record::card::Role;
use crate::record::chain::LogRecord;
use crate::record::finding::{Broken, Rule};
use crate::record::seal::Seal;

pub(super) fn admit(
    escrow: &mut Escrow,
    record: &LogRecord,
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
    record: &LogRecord,
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

fn admit_content(
    escrow: &mut Escrow,
    record: &LogRecord,
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
