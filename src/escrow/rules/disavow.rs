//! The rules of disavowing: what a repair declared missing, or a record of an unknown kind may have brought in, is taken
//! back. What was exposed, and what somebody else knows, stays.

use std::collections::BTreeSet;

use crate::crypto::digest::Digest;
use crate::escrow::declared::Disavowable;
use crate::escrow::rules::consent::Consents;
use crate::escrow::state::Escrow;
use crate::record::agree::Proposal;
use crate::record::chain::LogRecord;
use crate::record::disavow::Disavow;
use crate::record::finding::{Broken, Rule};
use crate::value::names::{KeyName, PersonId};

pub(super) fn admit(
    escrow: &mut Escrow,
    record: &LogRecord,
    disavow: &Disavow,
    report: &mut impl FnMut(Broken),
) -> Result<(), Broken> {
    let by = &record.frame.by;
    let short = disavow.record.short();
    let unknown = || {
        let broken = Broken::new(Rule::DisavowRecord, format!("{short} cannot be disavowed"));
        broken.found(disavow.record).names_what_is_not_here()
    };
    let repair = escrow.disavowable.get(&disavow.record).cloned().ok_or_else(unknown)?;
    let told = |rule: Rule, what: String| {
        let broken = Broken::new(rule, what).record(repair.seq).kind(repair.kind.clone());
        broken.signers(&repair.by)
    };
    let what = format!("record {}, a `{}`", repair.seq, repair.kind);
    if escrow.is_disavowed(&disavow.record) {
        return Err(told(Rule::DisavowRecord, format!("{what}, was disavowed before")).found(disavow.record));
    }
    let proposal = Proposal::of(&disavow.proposed(), disavow.record);
    let consents = Consents::of(escrow, &disavow.agrees, &proposal, Rule::DisavowSigner)?;
    let people: BTreeSet<PersonId> = consents.people().into_iter().collect();
    if !matches!(by.as_slice(), [KeyName::Person(_)]) || !escrow.may_disavow(&repair, &people) {
        let people = people.into_iter().collect::<Vec<_>>();
        return Err(told(Rule::DisavowSigner, what).people(people));
    }
    let names: Vec<String> = people.iter().map(|person| format!("`{person}`")).collect();
    let what = format!("{what}, by {}: {}", names.join(" and "), disavow.because);
    report(told(Rule::Disavowed, what).people(people.iter().cloned().collect::<Vec<_>>()));
    escrow.disavow(disavow.record, people);
    consents.keep(escrow, record.frame.seq, report);
    Ok(())
}

impl Escrow {
    /// Whether these people may disavow a record: two administrators, or a satisfying set of the electors of one root vault.
    /// Who signed it does not count.
    pub(crate) fn may_disavow<'a>(
        &self,
        repair: &Disavowable,
        people: impl IntoIterator<Item = &'a PersonId>,
    ) -> bool {
        let people: BTreeSet<&PersonId> = people.into_iter().filter(|person| !repair.is_by(person)).collect();
        people.iter().filter(|person| self.is_administrator(person)).count() >= 2
            || self.vaults_with_electors().any(|vault| vault.is_satisfied_by(people.iter().copied()))
    }

    /// What a record declared missing, or may have brought in, does not count any more.
    fn disavow(&mut self, record: Digest, people: BTreeSet<PersonId>) {
        if let Some(repair) = self.disavowable.get(&record) {
            let (seq, by) = (repair.seq, &repair.by);
            self.unseen.retain(|(_, who), last| *last != seq || !by.contains(&KeyName::Person(who.clone())));
        }
        self.newer.remove(&record);
        self.disavowed.insert(record, people);
    }

    /// Takes over what was disavowed on a branch, where those who consented suffice here too. The branch knew no later log:
    /// they may have retired since.
    pub(in crate::escrow) fn join_disavowed(&mut self, at_fork: &Escrow, branch: &Escrow) {
        let new = branch.disavowable.since(&at_fork.disavowable);
        self.disavowable.extend(new.into_iter().map(|(record, repair)| (*record, repair.clone())));
        for (record, ()) in branch.newer.since(&at_fork.newer) {
            if !self.is_disavowed(record) {
                self.newer.insert(*record, ());
            }
        }
        for (record, people) in branch.disavowed.since(&at_fork.disavowed) {
            let repair = self.disavowable.get(record).filter(|_| !self.is_disavowed(record));
            if repair.is_some_and(|repair| self.may_disavow(repair, people)) {
                self.disavow(*record, people.clone());
            }
        }
    }
}
