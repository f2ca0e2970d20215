//! The dates in a log: whose clock each is of, and between which records it was signed. See `docs/spec/time.md`.

use std::collections::BTreeSet;

use crate::escrow::state::Escrow;
use crate::escrow::statements::LoggedStatement;
use crate::escrow::vaults::{Cause, Released};
use crate::escrow::written::Written;
use crate::record::chain::LogRecord;
use crate::record::kinds::Record;
use crate::value::names::{KeyName, PersonId};
use crate::value::time::Time;

/// A date that one person signed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark<'a> {
    /// Whose clock it is of.
    pub(crate) person: &'a PersonId,
    /// The date.
    pub(crate) time: Time,
    /// The last record that it certainly follows; `None` before genesis.
    pub(crate) follows: Option<u64>,
    /// The record that holds it.
    pub(crate) by: u64,
}

/// Something that happened, by the clock of whoever signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// When, by that clock.
    pub time: Time,
    /// Whose clock; `None` if several signed, or nobody who is enrolled: then it is not one person's word.
    pub person: Option<PersonId>,
    /// The approvals that it rests on: each by whom, and when.
    pub voices: Vec<(PersonId, Time)>,
    /// The last record with which everything had certainly happened before it.
    pub from: u64,
    /// The record by which it had certainly happened.
    pub by: u64,
}

/// The one person there; `None` if there are several, or none.
fn only<'a>(mut people: impl Iterator<Item = &'a PersonId>) -> Option<PersonId> {
    let first = people.next()?;
    people.all(|other| other == first).then(|| first.clone())
}

impl Escrow {
    /// Notes who dated a record, at its number. A session key is its requester's.
    pub(super) fn note_date(&mut self, record: &LogRecord) {
        let (time, seq) = (record.frame.time, record.frame.seq);
        let request = match &record.says {
            Record::Release(release) => Some(release.request),
            Record::End(end) => Some(end.request),
            _ => None,
        };
        let asked = request.and_then(|request| self.request(&request));
        let requester = asked.map(|asked| asked.request.requester.clone());
        let by_session = record.frame.by.contains(&KeyName::Session);
        let mut people: BTreeSet<PersonId> =
            record.frame.by.iter().filter_map(|name| name.person().cloned()).collect();
        people.extend(requester.filter(|_| by_session));
        self.written.extend(people.into_iter().map(|person| Written { person, time, seq }));
    }

    /// Takes over the dates of a branch that forked at `at_fork`, as brought in by the record `seq`.
    pub(super) fn join_dates(&mut self, at_fork: &Escrow, branch: &Escrow, seq: u64) {
        let shared = at_fork.head.seq;
        let theirs = branch.written.since(&at_fork.written);
        self.written.extend(theirs.map(|(_, one)| Written { seq, ..one.clone() }));
        let is_here = self.head_at(shared) == branch.head_at(shared);
        // What the branch adopted itself may have forked earlier.
        let first = branch.forks.from(&(shared + 1)).map(|(_, from)| *from).min();
        let from = first.map_or(shared, |first| first.min(shared));
        self.forks.insert(seq, if is_here { from } else { 0 });
    }

    /// The last record with which everything had certainly happened before what the record `seq` holds: that record, or,
    /// for a branch that it brings in, the one behind which the branch forked.
    pub(crate) fn begun_after(&self, seq: u64) -> u64 {
        self.forks.get(&seq).copied().unwrap_or(seq)
    }

    /// The last record with which everything had happened before a statement: the head on which it was made tells.
    fn stated_after(&self, logged: &LoggedStatement) -> u64 {
        let head = &logged.statement.statement.head;
        let is_missing = self.is_missing(head) || self.gaps.iter().any(|gap| gap.until == *head);
        let is_here = self.head_at(head.seq) == Some(head) || is_missing;
        if is_here { head.seq } else { 0 }
    }

    /// The last record that what the record `seq` holds certainly follows; `None` for genesis.
    fn follows(&self, seq: u64) -> Option<u64> {
        self.forks.get(&seq).copied().or_else(|| seq.checked_sub(1))
    }

    /// Every date that a person signed: on records, and on statements.
    pub(crate) fn marks(&self) -> impl Iterator<Item = Mark<'_>> {
        let written = self.written.iter().map(|one| Mark {
            person: &one.person,
            time: one.time,
            follows: self.follows(one.seq),
            by: one.seq,
        });
        let stated = self.statements.iter().map(|logged| Mark {
            person: &logged.statement.person,
            time: logged.statement.statement.time,
            follows: Some(self.stated_after(logged)),
            by: logged.seq,
        });
        written.chain(stated)
    }

    /// A record of this log, or of a branch that the record `seq` brings in, which these people signed at `time`.
    pub(crate) fn act<'a>(
        &self,
        time: Time,
        people: impl IntoIterator<Item = &'a PersonId>,
        seq: u64,
    ) -> Act {
        let person = only(people.into_iter());
        Act { time, person, voices: Vec::new(), from: self.begun_after(seq), by: seq }
    }

    /// What exposed a generation. What a damaged end exposes is dated as the record before it, and bounded there.
    pub(crate) fn act_of_release(&self, released: &Released) -> Act {
        let is_damage = !matches!(released.cause, Cause::Signed(_));
        let seq = released.place.seq;
        let seq = if is_damage && released.place.within == 0 { seq.saturating_sub(1) } else { seq };
        let act = self.act(released.time, &released.person, seq);
        match &released.cause {
            Cause::Signed(approvals) => Act { voices: approvals.clone(), ..act },
            Cause::SignedInDamage | Cause::Begun | Cause::MayHaveBegun(_) => act,
        }
    }

    /// A statement of `person`, as of when the record `seq` brought it in.
    pub(crate) fn act_brought_in(&self, time: Time, person: &PersonId, seq: u64) -> Act {
        Act { from: self.follows(seq).unwrap_or(0), ..self.act(time, [person], seq) }
    }

    /// A statement, as of the head on which it was made.
    pub(crate) fn act_of(&self, logged: &LoggedStatement) -> Act {
        Act {
            time: logged.statement.statement.time,
            person: Some(logged.statement.person.clone()),
            voices: Vec::new(),
            from: self.stated_after(logged),
            by: logged.seq,
        }
    }

    /// The one person who signed the last record; `None` if several did, or none who is enrolled.
    pub(super) fn last_person(&self) -> Option<PersonId> {
        let last = self.written.iter().rev().take_while(|one| one.seq == self.head.seq);
        only(last.map(|one| &one.person))
    }
}
