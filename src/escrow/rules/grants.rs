//! What a branch grants or clears: retirements, votes, what was said of generations, and countersignatures. It held by the
//! branch's own past, or it would not be here. It has to hold by this log too, as it is when the branch is adopted:
//! otherwise who was retired here could act by a copy of the log from before that. See `docs/spec/repairs.md`.

use crate::crypto::digest::Digest;
use crate::escrow::signers::{is_by_administrator, is_sitting, may_seal};
use crate::escrow::state::{Countersignable, Escrow, Retirement, Subject};
use crate::escrow::vaults::{Generation, Vault};
use crate::record::agree::Agree;
use crate::record::finding::{Broken, Rule};
use crate::record::kinds::RecordKind;
use crate::record::statement::{Statement, StatementKind};
use crate::value::names::{KeyName, PersonId};

/// The log as it was when the branch was adopted, and the branch.
pub(super) struct Grants<'a> {
    /// This log, before anything of the branch counted.
    pub(super) before: &'a Escrow,
    /// The branch at its end.
    pub(super) branch: &'a Escrow,
    /// The escrow as it was where the branch forks. What it holds was taken over before, or is in this log.
    pub(super) at_fork: &'a Escrow,
    /// The number of the `adopt`.
    pub(super) seq: u64,
}

fn without_effect(kind: &str, what: String) -> Broken {
    Broken::new(Rule::AdoptWithoutEffect, what).kind(kind.to_owned())
}

impl Grants<'_> {
    /// The vault as this log had it; as it is now, if the branch brought it in.
    fn vault_of<'v>(&'v self, after: &'v Escrow, id: &Digest) -> Option<&'v Vault> {
        self.before.vault(id).or_else(|| after.vault(id))
    }

    /// Whether a person has the vote for a vault. Of a vault that the branch brings in nobody here could take it away.
    fn has_vote(&self, after: &Escrow, id: &Digest, person: &PersonId) -> bool {
        let is_new = self.before.vault(id).is_none();
        let vault = self.vault_of(after, id);
        vault.is_some_and(|vault| vault.has_vote(person)) && !(is_new && self.before.has_retired(person))
    }

    /// Brings in a generation of `vault` that this log does not hold. It is there and can be opened, whoever sealed it; its
    /// people have the vote as they would if it were sealed here now.
    pub(super) fn bring_in(&self, vault: &mut Vault, theirs: &Generation, report: &mut impl FnMut(Broken)) {
        let signed = self.branch.signed.get(&theirs.record);
        let by = signed.map(|signed| signed.by.as_slice()).unwrap_or_default();
        let holds = self.may_seal(vault, by);
        let chosen = holds && !is_by_administrator(self.before, by);
        let mut one = theirs.clone();
        one.brought_by(self.seq);
        one.gives_vote &= holds;
        one.changed_people =
            !chosen && vault.compared().is_some_and(|before| !one.seal.is_of_the_same_people(before));
        if !holds {
            let what = format!("the seal of {} gives nobody the vote", one.seal.title());
            report(without_effect(RecordKind::Seal.as_str(), what).seal(&one.seal).signers(by.to_vec()));
        }
        let number = one.seal.generation;
        if let Some(other) = vault.generation(number) {
            let what = format!("{} was sealed on both branches", one.seal.title());
            report(Broken::new(Rule::AdoptConflict, what).seal(&one.seal).record(other.seq));
        }
        let (seal, passes) = (one.record, one.gives_vote && !one.changed_people);
        vault.add(one);
        if passes {
            vault.pass_vote(&seal);
        }
    }

    /// Whether the signers of a seal may sign it here.
    fn may_seal(&self, vault: &Vault, by: &[KeyName]) -> bool {
        match self.before.vault(&vault.id) {
            Some(known) => may_seal(self.before, by, Some(known)),
            None if vault.generations.is_empty() => may_seal(self.before, by, None),
            None => {
                let retired = by.iter().filter_map(KeyName::person).any(|one| self.before.has_retired(one));
                is_by_administrator(self.before, by) || (is_sitting(by, vault) && !retired)
            }
        }
    }

    /// Takes over who retired, what was said of generations, and what was countersigned.
    pub(super) fn join(&self, after: &mut Escrow, report: &mut impl FnMut(Broken)) {
        self.retirements(after, report);
        self.words(after, report);
        self.countersignatures(after, report);
    }

    fn retirements(&self, after: &mut Escrow, report: &mut impl FnMut(Broken)) {
        let mut new = self.branch.signed.since(&self.at_fork.signed);
        new.retain(|(record, _)| !self.before.signed.contains_key(record));
        new.sort_by_key(|(_, signed)| signed.seq);
        for (record, signed) in new {
            after.signed.insert(*record, signed.clone());
            let Countersignable { subject: Subject::Retire(retired), by, .. } = signed else { continue };
            if self.retirement_holds(after, retired, by) {
                after.take_retirement(retired);
                continue;
            }
            // Who consented to it may consent again.
            let consents = retired.consents.iter().map(|(_, consent)| consent);
            for consent in consents.filter(|one| !self.before.spent.contains_key(one)) {
                after.spent.remove(consent);
            }
            let what = format!("the retirement of `{}`", retired.person);
            let broken = without_effect(RecordKind::Retire.as_str(), what).person(&retired.person);
            report(broken.signers(by));
        }
    }

    /// The generations that are not as they were where the branch forks.
    fn generations(&self) -> impl Iterator<Item = &Generation> {
        self.branch.vaults.since(&self.at_fork.vaults).flat_map(|(at, theirs)| {
            let before = self.at_fork.vaults.get(at).map(|vault| vault.generations.clone());
            let new: Vec<_> = theirs.generations.since(&before.unwrap_or_default()).collect();
            new.into_iter().map(|(_, one)| one)
        })
    }

    fn retirement_holds(&self, after: &Escrow, retired: &Retirement, by: &[KeyName]) -> bool {
        let people: Vec<PersonId> = retired.consents.iter().map(|(person, _)| person.clone()).collect();
        match &retired.vault {
            _ if people.is_empty() => is_by_administrator(self.before, by),
            None => self.before.electors_agree(None, &people),
            Some(id) => {
                let voters = people.iter().filter(|person| self.has_vote(after, id, person));
                self.vault_of(after, id).is_some_and(|vault| vault.is_satisfied_by(voters))
            }
        }
    }

    fn words(&self, after: &mut Escrow, report: &mut impl FnMut(Broken)) {
        for theirs in self.generations() {
            let (vault, seal) = (theirs.seal.vault, theirs.record);
            for word in theirs.verdicts.heard() {
                let Some(ours) = after.sealed(&vault, &seal) else { continue };
                if ours.verdicts.has_heard(&word.statement) {
                    continue;
                }
                let known = self.vault_of(after, &vault);
                if !known.is_some_and(|known| self.before.has_say(known, ours, &word.person)) {
                    let what = format!("the word of `{}` about {}", word.person, ours.seal.title());
                    let broken = without_effect(StatementKind::Confirm.as_str(), what);
                    report(broken.person(&word.person).seal(&ours.seal));
                } else if let Some(Generation { verdicts, seal, sealers, .. }) =
                    after.sealed_mut(&vault, &seal)
                {
                    verdicts.hear(word.clone().brought_by(self.seq), seal, sealers);
                }
            }
        }
    }

    fn countersignatures(&self, after: &mut Escrow, report: &mut impl FnMut(Broken)) {
        let has = |escrow: &Escrow, record: &Digest, person: &PersonId| {
            escrow.agreed.get(record).is_some_and(|people| people.contains(person))
        };
        let new = self.branch.statements.since(&self.at_fork.statements);
        for signed in new.map(|(_, collected)| &collected.statement) {
            let Statement::Agree(Agree::Record(record)) = &signed.statement.says else { continue };
            let person = &signed.person;
            if !has(self.branch, record, person) || has(after, record, person) {
                continue;
            }
            if self.may_countersign(after, record, person) {
                after.count_countersignature(record, person, signed.statement.time);
            } else {
                let what = format!("the agreement of `{person}` with {}", record.short());
                report(without_effect(StatementKind::Agree.as_str(), what).person(person));
            }
        }
    }

    fn may_countersign(&self, after: &Escrow, record: &Digest, person: &PersonId) -> bool {
        match self.branch.signed.get(record).map(|signed| &signed.subject) {
            Some(Subject::Seal { vault }) => self.has_vote(after, vault, person),
            Some(Subject::Retire(_)) => self.before.has_vote(person, None),
            Some(Subject::Release { request }) => after
                .request(request)
                .is_some_and(|asked| !self.before.has_retired_from(person, &asked.request.vault)),
            Some(Subject::Unknown) | None => true,
        }
    }
}

impl Escrow {
    /// Lets a retirement that holds take effect.
    fn take_retirement(&mut self, retired: &Retirement) {
        let Retirement { person, vault: only, time, consents } = retired;
        if only.is_none()
            && let Some(ours) = self.people.get_mut(person)
        {
            ours.retired = Some(ours.retired.map_or(*time, |earlier| earlier.min(*time)));
        }
        let counts = |id: &Digest| only.as_ref().map_or(!consents.is_empty(), |only| only == id);
        self.vaults.change(|vault| counts(&vault.id), |vault| vault.retire(person, *time));
    }
}
