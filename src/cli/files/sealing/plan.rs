//! Who gets shares of what: from drafts to plans.

use std::collections::BTreeSet;

use crate::ceremony::seal::{Plan, fresh_vault_id};
use crate::cli::context::Context;
use crate::cli::files::sealing::credentials::VaultFacts;
use crate::cli::files::sealing::draft::SealDraft;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::crypto::threshold::Threshold;
use crate::escrow::{Escrow, NotNamed, Vault};
use crate::record::canary::{canary_account, canary_name, canary_partition, is_canarys};
use crate::record::card::{Role, VerifiedCard};
use crate::record::environment::Environment;
use crate::record::seal::{Credentials as Novelty, Kind};
use crate::value::names::{PersonId, VaultName};

/// A vault that is to be sealed.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    /// Which vault of the batch it is; none for a canary, whose fields are made here.
    pub(crate) of_batch: Option<usize>,
}

/// The vault of this name, if `generation` is its next one; `None` if it is to be a new vault. Fails if the escrow has a
/// vault of this name and no generation is named, and if it is a canary's name.
pub(crate) fn place_of<'a>(
    escrow: &'a Escrow,
    name: &VaultName,
    generation: Option<u32>,
) -> Result<Option<&'a Vault>, Failure> {
    if is_canarys(name) {
        let what = format!("`{name}` is a canary's name; canaries are made by `seal` itself");
        return Err(Failure::new(Exit::BadInput, what).next("choose another name"));
    }
    let vault = match escrow.vault_of(name, None) {
        Err(NotNamed::Several(_)) => {
            let what = format!("two copies of the escrow made a vault `{name}`, and both are here");
            return Err(
                Failure::new(Exit::BadInput, what).next("seal the new credentials under another name")
            );
        }
        found => found.ok(),
    };
    let next = vault.map_or(1, |vault| vault.newest().seal.generation.saturating_add(1));
    match (vault, generation) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(failures::no_vault(escrow, name)),
        (Some(vault), Some(number)) if number == next => Ok(Some(vault)),
        (Some(_), Some(number)) => {
            let what = format!("generation {number} of `{name}` is not its next one");
            Err(Failure::new(Exit::BadInput, what).at("--generation").next(format!("give {next}")))
        }
        (Some(_), None) => {
            let remedy = format!(
                "new credentials of it are --generation {next}; for another account choose another name"
            );
            Err(Failure::new(Exit::BadInput, format!("there is a vault `{name}` already")).next(remedy))
        }
    }
}

/// The custodians' cards, from the log and not from any file.
pub(crate) fn custodian_cards(
    escrow: &Escrow,
    custodians: &[PersonId],
) -> Result<Vec<VerifiedCard>, Failure> {
    let card = |id: &PersonId| {
        let person = escrow.people.get(id).filter(|person| person.is(Role::Custodian));
        let unknown = || {
            let custodians = escrow.people.iter().filter(|(_, person)| person.is(Role::Custodian));
            let what = format!("`{id}` is not a custodian of this escrow");
            failures::no_person(&what, id, custodians.map(|(id, _)| id))
        };
        person.map(|person| person.card.clone()).ok_or_else(unknown)
    };
    let mut seen = BTreeSet::new();
    if let Some(twice) = custodians.iter().find(|id| !seen.insert(*id)) {
        return Err(Failure::new(Exit::BadInput, format!("`{twice}` is named twice as custodian"))
            .next("name each custodian once: nobody holds two shares"));
    }
    custodians.iter().map(card).collect()
}

/// The vaults, and before each the canary of its custodians if they have none yet.
pub(crate) fn plan(
    escrow: &Escrow,
    draft: &SealDraft,
    all: Vec<VaultFacts>,
    environment: &Environment,
) -> Result<Vec<Planned>, Failure> {
    let mut names = BTreeSet::new();
    let mut planned = Vec::new();
    for (at, one) in all.into_iter().enumerate() {
        let vault = place_of(escrow, &one.vault, draft.generation)?;
        if !names.insert(one.vault.clone()) {
            return Err(Failure::new(Exit::BadInput, format!("`{}` is named twice", one.vault))
                .next("give each vault its own name, and only one row"));
        }
        let own = SealDraft {
            account_id: Some(one.account.clone()),
            custodians: one.custodians.unwrap_or_else(|| draft.custodians.clone()),
            threshold: one.threshold.or(draft.threshold),
            ..draft.clone()
        };
        let own = match vault {
            Some(vault) => own.renewing(escrow, vault)?,
            None => own,
        };
        let custodians = custodian_cards(escrow, &own.custodians)?;
        let threshold = own.threshold.ok_or_else(|| {
            Failure::new(Exit::Usage, "the threshold is missing: how many custodians can open it together?")
                .next("give --threshold 2")
        })?;
        let threshold = Threshold::new(threshold, custodians.len()).map_err(|error| {
            Failure::new(Exit::BadInput, error)
                .at(one.vault.as_str())
                .next("give --threshold 2 or more, and at least as many --custodian")
        })?;
        let plan = Plan {
            vault: vault.map_or_else(|| fresh_vault_id(&mut Context::rng()), |vault| vault.id),
            name: one.vault,
            kind: Kind::Root,
            partition: own.partition,
            account: one.account,
            generation: draft.generation.unwrap_or(1),
            credentials: Novelty::New,
            threshold,
            custodians,
            environment: environment.clone(),
        };
        let people = plan.custodians.iter().map(|card| &card.card().person);
        let canary = canary_name(threshold.threshold(), people);
        if lacks_canary(escrow, &canary) && names.insert(canary.clone()) {
            planned.push(Planned { plan: canary_of(escrow, &plan, canary), of_batch: None });
        }
        planned.push(Planned { plan, of_batch: Some(at) });
    }
    Ok(planned)
}

/// Whether there is no canary of that name, or a drill found that it is none.
pub(crate) fn lacks_canary(escrow: &Escrow, name: &VaultName) -> bool {
    escrow.vault_named(name).is_none_or(|vault| vault.newest().is_unmasked)
}

/// The canary of the same people, or its next generation: its own key, and a payload that opens nothing.
fn canary_of(escrow: &Escrow, plan: &Plan, name: VaultName) -> Plan {
    let before = escrow.vault_named(&name);
    Plan {
        vault: before.map_or_else(|| fresh_vault_id(&mut Context::rng()), |vault| vault.id),
        name,
        generation: before.map_or(1, |vault| vault.newest().seal.generation.saturating_add(1)),
        kind: Kind::Canary,
        partition: canary_partition(),
        account: canary_account(),
        ..plan.clone()
    }
}

/// Warnings about an unwise threshold.
pub(crate) fn warnings(vault: &VaultName, threshold: Threshold) -> Vec<String> {
    let (needed, total) = (threshold.threshold(), threshold.total_shares());
    let mut found = Vec::new();
    if threshold.one_loss_loses_all() {
        found.push(format!(
            "warning: `{vault}` is {needed} of {total}: if one share is lost, so is the vault. 2 of 3 and 3 of 5 are safer"
        ));
    }
    if threshold.allows_disjoint_quorums() {
        found.push(format!(
            "warning: `{vault}` is {needed} of {total}: two groups without a common member can each open it"
        ));
    }
    found
}
