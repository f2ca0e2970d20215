//! The rules of vaults that are decommissioned.

use crate::crypto::digest::Digest;
use crate::escrow::rules::consent::Consents;
use crate::escrow::signers::is_by_administrator;
use crate::escrow::state::Escrow;
use crate::escrow::vaults::Vault;
use crate::record::agree::Proposal;
use crate::record::chain::LogRecord;
use crate::record::decommission::Decommission;
use crate::record::finding::{Broken, Rule};
use crate::value::names::{KeyName, PersonId};

pub(super) fn admit(
    escrow: &mut Escrow,
    record: &LogRecord,
    says: &Decommission,
    report: &mut impl FnMut(Broken),
) -> Result<(), Broken> {
    let is_holder = |vault: &Vault, person: &PersonId| {
        let holds = vault.current().seal.share_of(person).is_some();
        holds && !escrow.has_retired_from(person, &vault.id)
    };
    let consents = consents(escrow, record, says, &is_holder, &|consents: &Consents| {
        escrow.electors_agree(Some(&says.vault), &consents.people())
    })?;
    take(escrow, record, says, consents, report)
}

/// Takes one that stands among missing records.
pub(super) fn admit_kept(
    escrow: &mut Escrow,
    record: &LogRecord,
    says: &Decommission,
    report: &mut impl FnMut(Broken),
) -> Result<(), Broken> {
    let is_holder = |vault: &Vault, person: &PersonId| {
        vault.may_be_held_by(person) && !escrow.has_retired_from(person, &vault.id)
    };
    let consents = consents(escrow, record, says, &is_holder, &|consents: &Consents| {
        let vault = escrow.vault(&says.vault);
        vault.is_some() && escrow.electors_may_agree(vault, &consents.people())
    })?;
    take(escrow, record, says, consents, report)
}

/// The consents that it rests on: none where an administrator and a holder sign, and otherwise `enough`.
fn consents(
    escrow: &Escrow,
    record: &LogRecord,
    says: &Decommission,
    is_holder: &dyn Fn(&Vault, &PersonId) -> bool,
    enough: &dyn Fn(&Consents) -> bool,
) -> Result<Consents, Broken> {
    let broken = |rule: Rule| Broken::new(rule, format!("vault {}", says.vault.short())).vault_id(says.vault);
    let vault = escrow.vault(&says.vault);
    let vault = vault.ok_or_else(|| broken(Rule::DecommissionVault).names_what_is_not_here())?;
    if vault.decommissioned {
        return Err(broken(Rule::DecommissionVault).vault(&vault.name));
    }
    let by = &record.frame.by;
    let told = |broken: Broken| broken.vault_id(vault.id).vault(&vault.name).signers(by);
    // Once the vault is sealed again, the same consents are to something else.
    let proposal = Proposal::of(&says.proposed(), vault.newest().record);
    let consents = Consents::of(escrow, &says.agrees, &proposal, Rule::DecommissionSigner).map_err(told)?;
    let may = match (says.agrees.is_empty(), by.as_slice()) {
        (true, [administrator, KeyName::Person(holder)]) => {
            is_by_administrator(escrow, std::slice::from_ref(administrator)) && is_holder(vault, holder)
        }
        (false, [KeyName::Person(_)]) => enough(&consents),
        _ => false,
    };
    if may { Ok(consents) } else { Err(told(broken(Rule::DecommissionSigner))) }
}

fn take(
    escrow: &mut Escrow,
    record: &LogRecord,
    says: &Decommission,
    consents: Consents,
    report: &mut impl FnMut(Broken),
) -> Result<(), Broken> {
    if let Some(vault) = escrow.vault_mut(&says.vault) {
        vault.decommissioned = true;
        let broken = Broken::new(Rule::Decommissioned, vault.name.to_string());
        report(broken.vault(&vault.name).vault_id(vault.id).signers(&record.frame.by));
    }
    consents.keep(escrow, record.frame.seq, report);
    Ok(())
}

impl Escrow {
    /// What is sealed or released again is in use again.
    pub(super) fn use_again(&mut self, vault: &Digest) {
        if self.vault(vault).is_some_and(|one| one.decommissioned)
            && let Some(one) = self.vault_mut(vault)
        {
            one.decommissioned = false;
        }
    }

    /// Ends what a branch ends by sealing or releasing a vault, of what this log says. That a branch decommissioned a vault
    /// which this log holds does not count: it clears, and nobody here has agreed to it.
    pub(super) fn join_decommissions(&mut self, at_fork: &Escrow, branch: &Escrow) {
        let sealed = branch.vaults.since(&at_fork.vaults).filter(|(_, theirs)| {
            theirs.generations.iter().any(|one| self.sealed(&theirs.id, &one.record).is_none())
        });
        let released = branch.requests.since(&at_fork.requests).filter(|(_, theirs)| {
            let ours = self.request(&theirs.record);
            let is_ours =
                |record| ours.is_some_and(|ours| ours.releases.iter().any(|one| one.record == record));
            theirs.releases.iter().any(|one| !is_ours(one.record))
        });
        let released = released.map(|(_, asked)| asked.request.vault);
        let used: Vec<Digest> = sealed.map(|(_, vault)| vault.id).chain(released).collect();
        used.iter().for_each(|vault| self.use_again(vault));
    }
}
