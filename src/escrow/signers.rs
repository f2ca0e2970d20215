//! Who signed a record, and what they may do.

use std::collections::BTreeSet;

use crate::crypto::sign::VerifyingKey;
use crate::escrow::people::Person;
use crate::escrow::state::Escrow;
use crate::escrow::vaults::Vault;
use crate::record::card::Role;
use crate::record::chain::{LogRecord, unreadable};
use crate::record::finding::{Broken, Rule};
use crate::record::kinds::Record;
use crate::record::seal::{Kind, SealedTo};
use crate::value::names::KeyName;

impl Escrow {
    /// Checks a record's signatures with keys that the log brought in before it.
    ///
    /// # Errors
    /// The rule that is broken.
    pub fn verify(&self, record: &LogRecord) -> Result<(), Broken> {
        let kind = || record.says.kind().to_owned();
        let keys = record.frame.by.iter().map(|name| {
            let why = || format!("no key of `{name}` is known here");
            let unknown = || Broken::new(Rule::RecordSignerUnknown, why()).signer(name).kind(kind());
            self.key_of(name, &record.says).map(|key| (name.clone(), key)).ok_or_else(unknown)
        });
        // A kind that is not known here is no exception: a record that no enrolled person signed could be
        // anybody's, and would become part of the chain.
        let keys = keys.collect::<Result<Vec<_>, Broken>>()?;
        record.note.verify(&keys).map_err(|error| unreadable(&error).kind(kind()))
    }

    /// The key that has to have signed under `name` in a record that says `said`.
    fn key_of(&self, name: &KeyName, said: &Record) -> Option<VerifyingKey> {
        match (name, said) {
            (KeyName::Person(id), _) => self.people.get(id).map(Person::verifying_key),
            (KeyName::Session, Record::Request(request)) => Some(request.session_key),
            (KeyName::Session, Record::Release(release)) => {
                self.request(&release.request).map(|asked| asked.request.session_key)
            }
            (KeyName::Session, Record::End(end)) => {
                self.request(&end.request).map(|asked| asked.request.session_key)
            }
            (KeyName::Release { .. }, Record::Release(release)) => {
                let request = &self.request(&release.request)?.request;
                let generation = self.generation(&request.vault, request.generation)?;
                Some(generation.seal.release_key)
            }
            _ => None,
        }
    }
}

/// Whether a whole record that follows damage shows that the damage is not a damaged tail: it verifies, or it
/// is signed by a key that the damaged record may have brought in, as a request brings in its session key.
pub(super) fn is_behind(escrow: &Escrow, record: &LogRecord) -> bool {
    match escrow.verify(record) {
        Ok(()) => true,
        Err(broken) => broken.rule == Rule::RecordSignerUnknown,
    }
}

/// One enrolled person: that the key is theirs was checked with the signature.
pub(super) fn by_one_person(record: &LogRecord) -> Result<(), Broken> {
    match record.frame.by.as_slice() {
        [KeyName::Person(_)] => Ok(()),
        by => {
            let kind = record.says.kind();
            let broken = Broken::new(Rule::RepairSigner, format!("a `{kind}` with {} signers", by.len()));
            Err(broken.kind(kind.to_owned()).signers(&record.frame.by))
        }
    }
}

pub(super) fn is_by_administrator(escrow: &Escrow, by: &[KeyName]) -> bool {
    match by {
        [KeyName::Person(id)] => escrow.people.get(id).is_some_and(|person| person.is(Role::Administrator)),
        _ => false,
    }
}

/// Two or more different custodians.
pub(super) fn is_by_custodians(escrow: &Escrow, by: &[KeyName]) -> bool {
    let custodian = |name: &KeyName| {
        name.person().and_then(|id| escrow.people.get(id)).is_some_and(|person| person.is(Role::Custodian))
    };
    let different: BTreeSet<&KeyName> = by.iter().collect();
    by.len() >= 2 && different.len() == by.len() && by.iter().all(custodian)
}

/// Whether the signers of a record may do what administrators do: one administrator, or a threshold of the
/// custodians of one vault's current generation. For the next generation that is `vault`; where there is none
/// yet, any vault with real credentials. So a lost administrator's key locks nobody out.
pub fn may_administer(escrow: &Escrow, by: &[KeyName], vault: Option<&Vault>) -> bool {
    if is_by_administrator(escrow, by) {
        return true;
    }
    let is_sitting = |vault: &Vault| {
        let seal = &vault.current().seal;
        let holds = |name: &KeyName| {
            let person = name.person().filter(|id| seal.share_of(id).is_some());
            person.and_then(|id| escrow.people.get(id)).is_some_and(|person| person.retired.is_none())
        };
        let different: BTreeSet<&KeyName> = by.iter().collect();
        let signed = |share: &SealedTo| different.contains(&KeyName::Person(share.custodian.clone()));
        different.len() == by.len() && by.iter().all(holds) && seal.is_satisfied_by(signed)
    };
    match vault {
        Some(vault) => is_sitting(vault),
        None => escrow.vaults.iter().filter(|vault| vault.kind == Kind::Root).any(is_sitting),
    }
}
