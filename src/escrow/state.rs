//! An escrow: what a log, read from its genesis on, amounts to.
//!
//! [`Escrow::admit`] takes one record after another. A record that breaks a rule changes nothing and is
//! reported. Every ceremony works on an `Escrow`, and so does `verify`: there is one reading of a log.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::crypto::digest::Digest;
use crate::escrow::declared::{Disavowable, Gap};
use crate::escrow::people::Person;
use crate::escrow::requests::RequestState;
use crate::escrow::statements::LoggedStatement;
use crate::escrow::vaults::{Generation, Vault};
use crate::escrow::written::Written;
use crate::record::card::VerifiedCard;
use crate::record::confirm::GenerationVerdict;
use crate::record::deviation::Deviation;
use crate::record::head::{Head, HeadFile};
use crate::record::policy::Policy;
use crate::record::request::Request;
use crate::record::statement::{BookRef, CheckedShare};
use crate::value::names::{KeyName, PersonId, VaultName};
use crate::value::public;
use crate::value::shared_list::SharedList;
use crate::value::shared_map::SharedMap;
use crate::value::text::FreeText;
use crate::value::time::Time;

/// The state of an escrow at the end of its log.
#[derive(Debug, Clone)]
pub struct Escrow {
    /// The escrow's id: the SHA-256 of its genesis record.
    pub id: Digest,
    /// Its name.
    pub name: FreeText,
    /// Its policy.
    pub policy: Arc<Policy>,
    /// The people who belong to it.
    pub people: SharedMap<PersonId, Person>,
    /// The vaults, in the order of their first seals.
    pub vaults: SharedList<Vault>,
    /// The requests, in order.
    pub requests: SharedList<RequestState>,
    /// Every statement that the log holds, in order: collected, or embedded in a release or an end.
    pub statements: SharedList<LoggedStatement>,
    /// The end of the log.
    pub head: Head,
    /// The time that the last record claims.
    pub time: Time,
    /// The head at every record, by its number: what "is an ancestor" is decided by.
    pub(super) history: SharedMap<u64, Head>,
    /// Where records were declared missing, and no adopted branch brought them back.
    pub(super) gaps: SharedList<Gap>,
    /// The repairs, and the records of unknown kinds, by digest.
    pub(super) disavowable: SharedMap<Digest, Disavowable>,
    /// Those of them that were disavowed, each with the people who consented.
    pub(super) disavowed: SharedMap<Digest, BTreeSet<PersonId>>,
    /// The bytes of seals that are not records of this file themselves, by digest.
    pub(super) kept: SharedMap<Digest, Arc<[u8]>>,
    /// The heads of adopted branches, each with the last record of its branch.
    pub(super) elsewhere: SharedMap<Head, Digest>,
    /// The last record of a branch that another branch had adopted, with the last record of that one.
    pub(super) within: SharedMap<Digest, Digest>,
    /// What the number of a generation means on a branch, if it is not what it means here: by the branch's last record, the
    /// vault and the number, the digest of the seal's record.
    pub(super) apart: SharedMap<(Digest, Digest, u32), Digest>,
    /// The parts of a branch directly before the end of the log, which the next record may adopt.
    pub(super) parts: Vec<BranchPart>,
    /// The parts that no record adopted: who signed each, by number.
    pub(super) unadopted: SharedMap<u64, Vec<KeyName>>,
    /// Who dated which record, and when.
    pub(super) written: SharedList<Written>,
    /// Of each record that brings in a branch, the record behind which the branch forked.
    pub(super) forks: SharedMap<u64, u64>,
    /// The repairs that rest on one person's word alone: which deviation each is, who signed it, and the number of its
    /// record.
    pub(super) unseen: BTreeMap<(Deviation, PersonId), u64>,
    /// The records of unknown kinds that were signed by those who may change people, vaults and policy, without those that
    /// were disavowed: what is named later, and is not known here, may have come in with one of them.
    pub(super) newer: SharedMap<Digest, ()>,
    /// The escrow whose duties this one carries on, and the head of its log.
    pub(super) succeeds: Option<HeadFile>,
    /// Whether another escrow has succeeded this one.
    pub(super) succeeded: bool,
    /// The records at which branches fork that are adopted later.
    pub(super) wanted: Arc<BTreeSet<Digest>>,
    /// Whether those are known already of which records say that branches fork there.
    pub(super) knows_forks: bool,
    /// Those of which a record that was verified said that a branch forks there, and which were not among them.
    pub(super) missed: SharedMap<Digest, ()>,
    /// The escrow as it was at each of them, by the digest of the record.
    pub(super) remembered: SharedMap<Digest, Arc<Escrow>>,
    /// Every key and recipient in use, so that fresh ones can be told from used ones.
    pub(super) used: SharedMap<Arc<str>, ()>,
    /// The digests of all statements, so that none counts twice.
    pub(super) seen: SharedMap<Digest, ()>,
    /// The statements that were verified before they came into the log, each with the key: by what
    /// [`VerifiedStatement`](super::VerifiedStatement) makes of them.
    pub(super) vouched: SharedMap<Digest, ()>,
    /// The place of each request in `requests`, by the digest of its record.
    pub(super) places: SharedMap<Digest, usize>,
    /// The place of each vault in `vaults`, by its id.
    pub(super) vault_places: SharedMap<Digest, usize>,
    /// The records that can be countersigned, by digest.
    pub(super) signed: SharedMap<Digest, Countersignable>,
    /// Who countersigned each of them and had a say in it.
    pub(super) agreed: SharedMap<Digest, BTreeSet<PersonId>>,
    /// The confirmations, by the digest of the statement.
    pub(super) confirmed: SharedMap<Digest, Confirmed>,
    /// The consents that a record embeds, by the digest of the statement: none counts twice.
    pub(super) spent: SharedMap<Digest, ()>,
    /// What stands under each number of each person's book, by the first statement that names it, and the
    /// number of the record that holds that statement.
    pub(super) books: SharedMap<(PersonId, u64), (Digest, u64)>,
}

/// A part of another branch's records.
#[derive(Debug, Clone)]
pub(super) struct BranchPart {
    /// The number of its record.
    pub(super) seq: u64,
    /// Who signed it.
    pub(super) by: Vec<KeyName>,
    /// Its bytes; `None` if they were no base64.
    pub(super) bytes: Option<Arc<[u8]>>,
}

/// A record that can be countersigned.
#[derive(Debug, Clone)]
pub(super) struct Countersignable {
    /// What it is about.
    pub(super) subject: Subject,
    /// Its number in the log.
    pub(super) seq: u64,
    /// Its signers, who do not countersign it.
    pub(super) by: Vec<KeyName>,
}

/// What a record that can be countersigned is about.
#[derive(Debug, Clone)]
pub(super) enum Subject {
    /// A generation of a vault, which this record sealed.
    Seal {
        /// The vault.
        vault: Digest,
    },
    /// The retirement of a person.
    Retire(Retirement),
    /// The release of a request, whose notice somebody acknowledges.
    Release {
        /// The digest of the request's record.
        request: Digest,
    },
    /// A kind that this version does not know.
    Unknown,
}

/// A person's retirement, as it was recorded.
#[derive(Debug, Clone)]
pub(super) struct Retirement {
    /// Who.
    pub(super) person: PersonId,
    /// The vault for which alone it holds; `None` where it holds everywhere.
    pub(super) vault: Option<Digest>,
    /// When.
    pub(super) time: Time,
    /// Who consented, each by which statement; none where an administrator signed.
    pub(super) consents: Vec<(PersonId, Digest)>,
}

/// What a confirmation says of which generation.
#[derive(Debug, Clone)]
pub(super) struct Confirmed {
    /// The vault.
    pub(super) vault: Digest,
    /// The digest of the generation's seal.
    pub(super) seal: Digest,
    /// The verdict.
    pub(super) verdict: GenerationVerdict,
    /// Who states it.
    pub(super) person: PersonId,
}

impl Escrow {
    /// The vault of that id.
    pub fn vault(&self, id: &Digest) -> Option<&Vault> {
        self.vaults.get(*self.vault_places.get(id)?)
    }

    /// The vault of that name.
    pub fn vault_named(&self, name: &VaultName) -> Option<&Vault> {
        self.vaults.iter().find(|vault| vault.name == *name)
    }

    /// The card of a person who belongs to the escrow.
    pub(crate) fn card_of(&self, person: &PersonId) -> Option<VerifiedCard> {
        self.people.get(person).map(|person| person.card.clone())
    }

    /// A generation of a vault: of several with that number, the one that this log held first.
    pub fn generation(&self, vault: &Digest, generation: u32) -> Option<&Generation> {
        self.vault(vault)?.generation(generation)
    }

    /// The generation whose seal is the record of that digest.
    pub fn sealed(&self, vault: &Digest, record: &Digest) -> Option<&Generation> {
        self.vault(vault)?.sealed(record)
    }

    pub(super) fn sealed_mut(&mut self, vault: &Digest, record: &Digest) -> Option<&mut Generation> {
        let vault = self.vault_mut(vault)?;
        vault.generations.get_mut(vault.place_of(record)?)
    }

    /// The generation that is asked for.
    pub fn asked_for(&self, request: &Request) -> Option<&Generation> {
        self.sealed(&request.vault, &request.seal)
    }

    /// The generation of which somebody who had seen the log up to `head` names a share: by the digest of its seal, or by its
    /// number alone, which means the seal that the branch with that head held first, or this log.
    pub(crate) fn generation_of(&self, share: &CheckedShare, head: &Head) -> Option<&Generation> {
        let CheckedShare { vault, generation, seal, .. } = share;
        if let Some(seal) = seal {
            return self.sealed(vault, seal).filter(|one| one.seal.generation == *generation);
        }
        let end = self.elsewhere.get(head).filter(|_| self.is_elsewhere(head));
        let mut ends = std::iter::successors(end, |end| self.within.get(end));
        match ends.find_map(|end| self.apart.get(&(*end, *vault, *generation))) {
            Some(seal) => self.sealed(vault, seal),
            None => self.generation(vault, *generation),
        }
    }

    pub(super) fn vault_mut(&mut self, id: &Digest) -> Option<&mut Vault> {
        self.vaults.get_mut(*self.vault_places.get(id)?)
    }

    pub(super) fn add_vault(&mut self, vault: Vault) {
        self.vault_places.insert(vault.id, self.vaults.len());
        self.vaults.push(vault);
    }

    /// The request whose record has that digest.
    pub fn request(&self, record: &Digest) -> Option<&RequestState> {
        self.requests.get(*self.places.get(record)?)
    }

    pub(super) fn request_mut(&mut self, record: &Digest) -> Option<&mut RequestState> {
        self.requests.get_mut(*self.places.get(record)?)
    }

    /// The head at the record `seq` of this log.
    pub(crate) fn head_at(&self, seq: u64) -> Option<&Head> {
        self.history.get(&seq)
    }

    /// Whether `head` was this log, or a branch that it adopted, at some moment.
    pub fn is_ancestor(&self, head: &Head) -> bool {
        self.history.get(&head.seq) == Some(head) || self.elsewhere.contains_key(head)
    }

    /// True for a head that exists only on an adopted branch. Such a head proves nothing about this log after the fork.
    pub(crate) fn is_elsewhere(&self, head: &Head) -> bool {
        self.elsewhere.contains_key(head) && self.history.get(&head.seq) != Some(head)
    }

    /// Whether a branch that is adopted may fork at `head`: at a record of this log, or of a branch that was adopted
    /// before.
    pub fn may_part_at(&self, head: &Head) -> bool {
        self.is_ancestor(head) && !self.gaps.iter().any(|gap| gap.until == *head)
    }

    /// Whether `head` was this log at some moment. Between missing records nobody can tell, and it is assumed.
    pub fn may_be_ancestor(&self, head: &Head) -> bool {
        self.is_ancestor(head) || self.is_missing(head)
    }

    /// The parts of branches that no record adopted, by number, and who signed each.
    pub(crate) fn unadopted(&self) -> impl Iterator<Item = (u64, &Vec<KeyName>)> {
        let last = self.parts.iter().map(|part| (part.seq, &part.by));
        self.unadopted.iter().map(|(seq, by)| (*seq, by)).chain(last)
    }

    /// Whether a person has retired.
    pub fn has_retired(&self, person: &PersonId) -> bool {
        self.people.get(person).is_some_and(|person| person.retired.is_some())
    }

    /// Whether a statement of that digest is in the log already.
    pub(crate) fn has_statement(&self, digest: &Digest) -> bool {
        self.seen.contains_key(digest)
    }

    /// The records of a person's book that their statements in this log name.
    pub fn names_of_book(&self, person: &PersonId) -> Vec<BookRef> {
        let own = self.statements.iter().filter(|logged| logged.statement.person == *person);
        public::work(|| own.map(|logged| logged.statement.statement.book).collect())
    }

    /// How many earlier states are kept, for branches that are adopted.
    pub fn remembered(&self) -> usize {
        self.remembered.len()
    }

    /// Keeps the escrow as it is now, if a branch that forks here will be adopted.
    pub(super) fn remember(&mut self) {
        if self.wanted.contains(&self.head.hash) {
            self.remembered.insert(self.head.hash, Arc::new(self.clone()));
        }
    }

    /// Marks a key or recipient as used; whether it was not used before.
    pub(super) fn take_key(&mut self, key: impl ToString) -> bool {
        self.used.insert(key.to_string().into(), ()).is_none()
    }

    pub(super) fn is_used(&self, key: impl ToString) -> bool {
        self.used.contains_key(&key.to_string().into())
    }
}
