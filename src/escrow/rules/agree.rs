//! The rules of agreement with what others signed.

use std::collections::BTreeSet;

use crate::crypto::digest::Digest;
use crate::escrow::state::{Countersignable, Escrow, Subject};
use crate::escrow::vaults::Vault;
use crate::record::agree::Agree;
use crate::record::finding::{Broken, Rule};
use crate::record::statement::SignedStatement;
use crate::value::names::{KeyName, PersonId};
use crate::value::time::Time;

/// What somebody agrees with is in the log, or among the statements `before` this one in its record. A proposal is there
/// once it is carried out.
pub(super) fn check(
    escrow: &Escrow,
    signed: &SignedStatement,
    agree: &Agree,
    before: &BTreeSet<Digest>,
) -> Result<(), Broken> {
    let (subject, known) = match agree {
        Agree::Record(record) => (record, escrow.signed.contains_key(record)),
        Agree::Statement(one) => (one, escrow.has_statement(one) || before.contains(one)),
        Agree::Proposal(_) => return Ok(()),
    };
    if known {
        return Ok(());
    }
    let why = format!("`{}`, {}", signed.person, subject.short());
    Err(Broken::new(Rule::AgreeSubject, why).by(signed).found(*subject).names_what_is_not_here())
}

/// Counts what somebody agreed with; whether they have a say in it.
pub(super) fn apply(escrow: &mut Escrow, signed: &SignedStatement, agree: &Agree, seq: u64) -> bool {
    match agree {
        Agree::Record(record) => escrow.countersign(record, signed),
        Agree::Statement(statement) => match escrow.confirmed.get(statement).cloned() {
            Some(confirmed) if confirmed.person == signed.person => false,
            Some(confirmed) => escrow.speak(&confirmed, signed, signed.note.digest(), seq),
            // Agreement with any other statement grants nothing.
            None => true,
        },
        Agree::Proposal(_) => true,
    }
}

impl Escrow {
    /// Counts one more countersignature of a record, and does what enough of them do; whether the person has a say.
    fn countersign(&mut self, record: &Digest, signed: &SignedStatement) -> bool {
        let person = &signed.person;
        let Some(Countersignable { subject, by, .. }) = self.signed.get(record).cloned() else {
            return false;
        };
        // Nobody countersigns themselves.
        if by.contains(&KeyName::Person(person.clone())) {
            return false;
        }
        let has_say = self.may_countersign(&subject, person);
        if has_say {
            self.count_countersignature(record, person, signed.statement.time);
        }
        has_say
    }

    /// Whether a person has a say in what a record is about.
    fn may_countersign(&self, subject: &Subject, person: &PersonId) -> bool {
        match subject {
            Subject::Seal { vault } => self.vault(vault).is_some_and(|vault| vault.has_vote(person)),
            Subject::Retire(_) => self.vaults_with_electors().any(|vault| vault.has_vote(person)),
            Subject::Release { request } => {
                self.request(request).is_some_and(|asked| self.may_acknowledge(asked).contains(person))
            }
            Subject::Unknown => true,
        }
    }

    /// Counts one more countersignature by somebody who has a say, and does what enough of them do.
    pub(super) fn count_countersignature(&mut self, record: &Digest, person: &PersonId, time: Time) {
        let Some(Countersignable { subject, .. }) = self.signed.get(record).cloned() else { return };
        let agreed = self.agreed.get_or_insert(*record, BTreeSet::new());
        agreed.insert(person.clone());
        let agreed: BTreeSet<PersonId> = agreed.clone();
        let suffices = |vault: &Vault| vault.is_satisfied_by(&agreed);
        match &subject {
            Subject::Seal { vault } => {
                let vault = self.vault_mut(vault).filter(|vault| suffices(vault));
                vault.into_iter().for_each(|vault| vault.pass_vote(record));
            }
            Subject::Retire(retired) => {
                self.vaults.change(suffices, |vault| vault.retire(&retired.person, time));
            }
            Subject::Release { .. } | Subject::Unknown => {}
        }
    }
}
