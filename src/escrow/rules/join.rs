//! What is taken over of a branch that is adopted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::escrow::declared::Gap;
use crate::escrow::requests::ReleaseState;
use crate::escrow::rules::grants::Grants;
use crate::escrow::state::{Escrow, Subject};
use crate::escrow::statements::LoggedStatement;
use crate::escrow::vaults::Vault;
use crate::record::finding::{Broken, Rule};
use crate::record::kinds::RecordKind;
use crate::value::shared_list::SharedList;
use crate::value::shared_map::SharedMap;

/// What records add to an escrow, in the order in which it is taken over.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// Nothing that outlives the branch.
    Nothing,
    Vaults,
    Requests,
    Statements,
    /// What needs this log's state, and is taken over once everything that it is about is here.
    Grants,
    Repairs,
}

/// What a kind of record adds to an escrow. A kind that is forgotten here does not compile: it would be lost with the
/// branch that brings it.
fn part_of(kind: RecordKind) -> Part {
    match kind {
        RecordKind::Retire | RecordKind::Succeeded => Part::Grants,
        RecordKind::Seal | RecordKind::Decommission => Part::Vaults,
        RecordKind::Request | RecordKind::Release | RecordKind::End => Part::Requests,
        RecordKind::Statements => Part::Statements,
        RecordKind::Disavow => Part::Repairs,
        // Both branches have the same genesis; repairs and custody on a branch are reported by its findings.
        RecordKind::Genesis
        | RecordKind::Recovered
        | RecordKind::Continue
        | RecordKind::Adopt
        | RecordKind::AdoptPart
        | RecordKind::Custody => Part::Nothing,
    }
}

impl Escrow {
    /// Takes over what a branch holds and this log does not.
    pub(super) fn join(&mut self, grants: &Grants<'_>, bytes: &[u8], report: &mut impl FnMut(Broken)) {
        let Grants { at_fork, branch, seq, .. } = *grants;
        self.invented(branch, report);
        let parts: BTreeSet<Part> = RecordKind::ALL.iter().map(|kind| part_of(*kind)).collect();
        for part in parts {
            match part {
                Part::Nothing => {}
                Part::Vaults => {
                    self.join_decommissions(at_fork, branch);
                    self.join_vaults(grants, report);
                }
                Part::Requests => self.join_requests(grants, report),
                Part::Statements => self.join_statements(grants, report),
                Part::Grants => {
                    self.succeeded |= branch.succeeded;
                    self.confirmed.join(&branch.confirmed, &at_fork.confirmed);
                    self.spent.join(&branch.spent, &at_fork.spent);
                    grants.join(self, report);
                }
                Part::Repairs => self.join_disavowed(at_fork, branch),
            }
        }
        self.used.join(&branch.used, &at_fork.used);
        self.join_dates(at_fork, branch, seq);
        self.join_history(at_fork, branch);
        self.keep_seals(at_fork, branch, bytes);
        // What within the branch is parted from.
        for (hash, then) in branch.remembered.since(&at_fork.remembered) {
            self.remembered.get_or_insert(*hash, Arc::clone(then));
        }
    }

    /// Every head of the branch becomes a head of this log.
    fn join_history(&mut self, at_fork: &Escrow, branch: &Escrow) {
        let theirs = branch.history.from(&(at_fork.head.seq + 1)).map(|(_, head)| (*head, ()));
        self.gaps
            .retain(|gap| branch.history.get(&gap.until.seq).is_none_or(|head| head.hash != gap.until.hash));
        for gap in branch.gaps.iter().filter(|gap| gap.after >= at_fork.head.seq) {
            // Records that the branch was continued without may be in this log.
            if self.history.get(&gap.until.seq) != Some(&gap.until) {
                self.gaps.push(*gap);
            }
        }
        let end = branch.head.hash;
        for (head, ()) in theirs {
            self.elsewhere.get_or_insert(head, end);
        }
        // What within the branch came from another one is, from here, within this one.
        for (head, inner) in branch.elsewhere.since(&at_fork.elsewhere) {
            self.elsewhere.get_or_insert(*head, *inner);
            self.within.get_or_insert(*inner, end);
        }
        self.within.join(&branch.within, &at_fork.within);
        self.apart.join(&branch.apart, &at_fork.apart);
    }

    /// Keeps the bytes of the branch's seals: they are not records of this file themselves.
    fn keep_seals(&mut self, at_fork: &Escrow, branch: &Escrow, bytes: &[u8]) {
        self.kept.join(&branch.kept, &at_fork.kept);
        let from = at_fork.head.size;
        let mut start = from;
        for head in branch.history.from(&(at_fork.head.seq + 1)).map(|(_, head)| head) {
            let signed = branch.signed.get(&head.hash).map(|signed| &signed.subject);
            let is_seal = matches!(signed, Some(Subject::Seal { .. }));
            if let Some(bytes) = bytes.get((start - from) as usize..(head.size.saturating_sub(from)) as usize)
                && is_seal
            {
                self.kept.insert(head.hash, Arc::from(bytes));
            }
            start = head.size.max(start);
        }
    }

    fn join_statements(&mut self, grants: &Grants<'_>, report: &mut impl FnMut(Broken)) {
        let Grants { at_fork, branch, seq, .. } = *grants;
        for (_, collected) in branch.statements.since(&at_fork.statements) {
            if !self.has_statement(&collected.statement.note.digest()) {
                let collected = LoggedStatement { seq, ..collected.clone() };
                self.keep(collected, report);
            }
        }
    }

    /// Reports each seal that was kept as one of the missing records and is not among them, now that a branch brings them.
    fn invented(&self, branch: &Escrow, report: &mut impl FnMut(Broken)) {
        let found =
            |gap: &&Gap| branch.history.get(&gap.until.seq).is_some_and(|head| head.hash == gap.until.hash);
        for gap in self.gaps.iter().filter(found) {
            let generations = self.vaults.iter().flat_map(|vault| &vault.generations);
            let invented = generations.filter(|one| {
                one.seq > gap.after
                    && one.seq <= gap.until.seq
                    && branch.sealed(&one.seal.vault, &one.record).is_none()
            });
            for one in invented {
                let what =
                    format!("{} was kept, and is not among the records that were missing", one.seal.title());
                report(Broken::new(Rule::AdoptConflict, what).seal(&one.seal).record(one.seq));
            }
        }
    }

    fn join_vaults(&mut self, grants: &Grants<'_>, report: &mut impl FnMut(Broken)) {
        for (_, theirs) in grants.branch.vaults.since(&grants.at_fork.vaults) {
            let at = match self.vault_places.get(&theirs.id).copied() {
                Some(at) => at,
                None => {
                    if self.vault_named(&theirs.name).is_some() {
                        let what = format!("two vaults are named {}", theirs.name);
                        report(Broken::new(Rule::AdoptConflict, what).vault(&theirs.name));
                    }
                    let (generations, numbers) = (SharedList::default(), SharedMap::default());
                    let (voted, retired) = (SharedMap::default(), BTreeMap::new());
                    self.add_vault(Vault {
                        generations,
                        numbers,
                        electors: None,
                        voted,
                        retired,
                        ..theirs.clone()
                    });
                    self.vaults.len() - 1
                }
            };
            let Some(ours) = self.vaults.get_mut(at) else { continue };
            for generation in &theirs.generations {
                match ours.place_of(&generation.record) {
                    Some(at) => {
                        let shared = grants.at_fork.head.seq;
                        if let Some(here) = ours.generations.get_mut(at) {
                            here.take_reports(generation, shared, grants.seq);
                        }
                    }
                    None => grants.bring_in(ours, generation, report),
                }
                if theirs.electors.is_some() {
                    ours.begin_vote(&generation.record, true);
                }
                // What a number means on the branch, if it is something else here.
                let number = generation.seal.generation;
                let there = theirs.generation(number).map(|one| one.record);
                if let Some(there) =
                    there.filter(|there| ours.generation(number).map(|one| one.record) != Some(*there))
                {
                    self.apart.insert((grants.branch.head.hash, theirs.id, number), there);
                }
            }
        }
    }

    fn join_requests(&mut self, grants: &Grants<'_>, report: &mut impl FnMut(Broken)) {
        let Grants { at_fork, branch, seq, .. } = *grants;
        for (_, theirs) in branch.requests.since(&at_fork.requests) {
            let Some(ours) = self.request_mut(&theirs.record) else {
                let mut asked = theirs.clone();
                asked.seq = seq;
                asked.releases.change(|_| true, |one| one.seq = seq);
                self.places.insert(asked.record, self.requests.len());
                self.requests.push(asked);
                continue;
            };
            let known: BTreeSet<_> = ours.releases.iter().map(|one| one.record).collect();
            let before = known.len();
            let new: Vec<_> =
                theirs.releases.iter().filter(|one| !known.contains(&one.record)).cloned().collect();
            let shared = theirs.releases.len() - new.len();
            let parted = !new.is_empty() && (before > shared || ours.end.is_some())
                || before > shared && theirs.end.is_some() && ours.end.as_ref() != theirs.end.as_ref();
            ours.releases.extend(new.into_iter().map(|one| ReleaseState { seq, ..one }));
            if ours.end.is_none() {
                ours.end.clone_from(&theirs.end);
            }
            if ours.closed.is_none() {
                ours.closed.clone_from(&theirs.closed);
            }
            if parted {
                let what = format!("request {}", theirs.record.short());
                report(theirs.broken(Rule::ReleaseBranches, what));
            }
        }
    }
}
