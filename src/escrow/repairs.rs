//! Repairs: which of the records that somebody declared missing are believed to be missing, and what was disavowed. See
//! `docs/spec/repairs.md`.

use crate::crypto::digest::Digest;
use crate::escrow::declared::{Disavowable, Gap};
use crate::escrow::state::Escrow;
use crate::record::chain::LogRecord;
use crate::record::deviation::Deviation;
use crate::record::finding::{Broken, Rule};
use crate::record::head::Head;
use crate::record::statement::SignedStatement;
use crate::value::names::KeyName;
use crate::value::shared_list::SharedList;

impl Escrow {
    /// Takes a repair: nobody but its signer has seen it yet, and what somebody declares missing who has retired is not
    /// believed. Of each signer the last one counts, since whoever has seen that one has seen those before it.
    pub(super) fn take_repair(
        &mut self,
        record: &LogRecord,
        deviation: Deviation,
        report: &mut impl FnMut(Broken),
    ) {
        let kind = record.says.kind();
        for person in record.frame.by.iter().filter_map(KeyName::person) {
            self.unseen.insert((deviation, person.clone()), record.frame.seq);
            if self.has_retired(person) {
                let broken = Broken::new(Rule::RepairRetired, format!("a `{kind}` by `{person}`"));
                report(broken.person(person).kind(kind.to_owned()));
                let is_declared = |gap: &Gap| gap.record == Some(record.hash);
                self.gaps.change(is_declared, |gap| gap.is_believed = false);
            }
        }
        self.may_be_disavowed(record);
    }

    /// Notes that a record can be disavowed.
    pub(super) fn may_be_disavowed(&mut self, record: &LogRecord) {
        let (kind, seq, by) = (record.says.kind().to_owned(), record.frame.seq, record.frame.by.clone());
        self.disavowable.insert(record.hash, Disavowable { kind, seq, by });
    }

    /// Takes what somebody states as a sign that they have seen the log up to the head that they name: the repairs there,
    /// and records that are missing here.
    pub(super) fn see_repairs(&mut self, signed: &SignedStatement) {
        let (who, head) = (&signed.person, &signed.statement.head);
        if self.has_retired(who) {
            return;
        }
        if self.history.get(&head.seq) == Some(head) {
            self.unseen.retain(|(_, signer), seq| signer == who || *seq > head.seq);
            return;
        }
        let is_signer = |gap: &Gap| self.declared_by(gap).is_some_and(|repair| repair.is_by(who));
        let proves = |gap: &Gap| self.is_among(gap, head) && !is_signer(gap);
        let proved: Vec<_> = self.gaps.iter().enumerate().filter(|(_, gap)| proves(gap)).collect();
        let proved: Vec<usize> = proved.into_iter().map(|(at, _)| at).collect();
        for at in proved {
            if let Some(gap) = self.gaps.get_mut(at) {
                gap.proved = gap.proved.filter(|known| known.seq >= head.seq).or(Some(*head));
            }
        }
    }

    /// What was declared missing counts: a release builds on it.
    pub(super) fn believe_gaps(&mut self) {
        self.gaps.change(|gap| !gap.is_believed, |gap| gap.is_believed = true);
    }

    /// The records that can be disavowed, by digest.
    pub(crate) fn disavowable(&self) -> impl Iterator<Item = (&Digest, &Disavowable)> {
        self.disavowable.iter()
    }

    /// Whether a record was disavowed.
    pub(crate) fn is_disavowed(&self, record: &Digest) -> bool {
        self.disavowed.contains_key(record)
    }

    /// The record that declares these records missing.
    pub(crate) fn declared_by(&self, gap: &Gap) -> Option<&Disavowable> {
        self.disavowable.get(&gap.record?)
    }

    /// Whether `head` is among records that were declared missing, as far as their numbers go, and neither here nor on a
    /// branch that was adopted.
    fn is_among(&self, gap: &Gap, head: &Head) -> bool {
        let numbered = head.seq > gap.after && head.seq <= gap.until.seq;
        numbered && (gap.until == *head || !self.is_ancestor(head))
    }

    /// The last record that is missing there, as far as what was declared is believed or proved; `None` if it is neither.
    pub(crate) fn missing_until(&self, gap: &Gap) -> Option<Head> {
        let is_disavowed = gap.record.is_some_and(|record| self.is_disavowed(&record));
        Some(gap.until).filter(|_| gap.is_believed && !is_disavowed).or(gap.proved)
    }

    /// Whether a head from outside shows that records are missing which were only declared to be.
    pub(crate) fn is_shown_missing_by(&self, head: &Head) -> bool {
        let mut declared = self.gaps.iter().filter(|gap| self.is_among(gap, head)).peekable();
        declared.peek().is_some()
            && declared.all(|gap| self.missing_until(gap).is_none_or(|until| until.seq < head.seq))
    }

    /// Whether `head` would be that of one of the records that were declared missing.
    pub(crate) fn is_missing(&self, head: &Head) -> bool {
        let missing = |gap: &Gap| head.seq > gap.after && head.seq < gap.until.seq;
        !self.is_ancestor(head) && self.gaps.iter().any(missing) || self.is_shown_missing_by(head)
    }

    /// Whether records may be missing that a request has to name: all but those that were disavowed.
    pub(crate) fn may_lack_records(&self) -> bool {
        let counts = |gap: &Gap| gap.record.is_none_or(|record| !self.is_disavowed(&record));
        self.gaps.iter().any(|gap| counts(gap) || gap.proved.is_some())
    }

    /// Where records were declared missing, and no adopted branch brought them back.
    pub fn gaps(&self) -> &SharedList<Gap> {
        &self.gaps
    }

    /// Whether records were declared missing that no adopted branch brought back.
    pub fn has_gaps(&self) -> bool {
        !self.gaps.is_empty()
    }
}
