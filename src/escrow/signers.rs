//! Who signed a record, and what they may do.

use std::collections::BTreeSet;

use data_encoding::BASE64;

use crate::crypto::sign::VerifyingKey;
use crate::escrow::people::Person;
use crate::escrow::requests::RequestState;
use crate::escrow::state::Escrow;
use crate::escrow::vaults::{Generation, Vault};
use crate::record::card::{Role, VerifiedCard};
use crate::record::chain::{LogRecord, unreadable};
use crate::record::faulty::Faulty;
use crate::record::finding::{Broken, Rule};
use crate::record::kinds::{Record, RecordKind};
use crate::record::note::{Note, NoteError};
use crate::value::names::{KeyName, PersonId};

/// What is known of the key that has to have signed under a name.
enum Known {
    Key(VerifyingKey),
    /// The content should bring it in, and cannot be read.
    Unreadable,
    Nothing,
}

impl From<Option<VerifyingKey>> for Known {
    fn from(key: Option<VerifyingKey>) -> Known {
        key.map_or(Known::Nothing, Known::Key)
    }
}

impl Escrow {
    /// Whether a person is an administrator, and has not retired.
    pub(crate) fn is_administrator(&self, person: &PersonId) -> bool {
        self.people.get(person).is_some_and(|person| person.is(Role::Administrator))
    }

    /// Checks a record's signatures with keys that the log brought in before it.
    ///
    /// # Errors
    /// The rule that is broken.
    pub fn verify(&self, record: &LogRecord) -> Result<(), Broken> {
        let kind = || record.says.kind().to_owned();
        let unknown = |name: &KeyName| {
            let why = format!("no key of `{name}` is known here");
            Broken::new(Rule::RecordSignerUnknown, why).signer(name).kind(kind())
        };
        let mut keys = Vec::new();
        for name in &record.frame.by {
            // A kind that is not known here is no exception: a record that no enrolled person signed could be
            // anybody's, and would become part of the chain.
            let key = match self.key_of(name, &record.says, &record.note) {
                Known::Key(key) => Some(key),
                Known::Unreadable => None,
                Known::Nothing => return Err(unknown(name)),
            };
            keys.push((name.clone(), key));
        }
        if let Some((name, None)) = keys.first().filter(|_| keys.iter().all(|(_, key)| key.is_none())) {
            return Err(unknown(name));
        }
        record.note.verify_known(&keys).map_err(|error| unreadable(&error).kind(kind()))
    }

    /// The key that has to have signed under `name` in a record that says `said`.
    fn key_of(&self, name: &KeyName, said: &Record, note: &Note) -> Known {
        match (name, said) {
            (KeyName::Person(id), _) => self.people.get(id).map(Person::verifying_key).into(),
            (KeyName::Session, Record::Request(request)) => Known::Key(request.session_key),
            (KeyName::Session, Record::Faulty(faulty)) if faulty.kind == RecordKind::Request.as_str() => {
                faulty.session_key.map_or(Known::Unreadable, Known::Key)
            }
            (KeyName::Session, Record::Release(_) | Record::End(_) | Record::Faulty(_))
                if said.answers().is_some() =>
            {
                self.answered(said).map(|asked| asked.request.session_key).into()
            }
            (KeyName::Release { .. }, Record::Release(_) | Record::Faulty(_)) if said.answers().is_some() => {
                let generation = self.answered(said).map(|asked| &asked.request);
                let generation = generation.and_then(|request| self.asked_for(request));
                generation.map(|one| one.seal.release_key).into()
            }
            // Where it cannot be told which request it is about, any key of that name will do that the log brought in.
            (_, Record::Unknown(_) | Record::Faulty(_)) => self.key_in_use(name, note).into(),
            _ => Known::Nothing,
        }
    }

    /// The request that a release or an end is of.
    fn answered(&self, said: &Record) -> Option<&RequestState> {
        self.request(said.answers()?)
    }

    /// The key of a session, or of a vault's generation, that signed `note` under `name`. If none did, the one that its line
    /// names, or any of them: then the signature does not verify, and that is what will be said.
    fn key_in_use(&self, name: &KeyName, note: &Note) -> Option<VerifyingKey> {
        let keys: Vec<_> = match name {
            KeyName::Person(_) => Vec::new(),
            KeyName::Session => self.requests.iter().map(|one| one.request.session_key).collect(),
            KeyName::Release { .. } => self.named(name).map(|one| one.seal.release_key).collect(),
        };
        let signed = keys.iter().find(|key| note.is_by(name, key));
        let named = || keys.iter().find(|key| note.names(name, key));
        signed.or_else(named).or(keys.last()).copied()
    }

    /// The generations that a release key of that name may belong to.
    fn named<'a>(&'a self, name: &'a KeyName) -> impl Iterator<Item = &'a Generation> {
        let is = |one: &Generation| match name {
            KeyName::Release { vault, generation } => {
                one.seal.vault.short() == *vault && one.seal.generation == *generation
            }
            KeyName::Person(_) | KeyName::Session => false,
        };
        self.vaults.iter().flat_map(|vault| &vault.generations).filter(move |one| is(one))
    }

    /// The generation whose release key signed `note` under `name`.
    pub(super) fn signed_by_release_key<'a>(
        &'a self,
        name: &'a KeyName,
        note: &Note,
    ) -> Option<&'a Generation> {
        self.named(name).find(|one| note.is_by(name, &one.seal.release_key))
    }

    /// Whether bytes begin with a text that is signed by keys of this log, each signature line by the key of its name, as
    /// far as it can be told. Damage cannot make such a text, whatever it says.
    fn is_signed(&self, bytes: &[u8]) -> bool {
        let Some(note) = Note::take_signed(bytes) else { return false };
        let said = Record::Faulty(Box::new(Faulty::of(&note, NoteError::NotOurs)));
        let keys: Vec<_> =
            note.signers().map(|name| (name.clone(), self.key_of(name, &said, &note))).collect();
        let by = |(name, known): &(KeyName, Known)| match known {
            Known::Key(key) => note.is_by(name, key),
            Known::Unreadable | Known::Nothing => false,
        };
        // Of a text without a type nobody can tell whether it brings in a key itself.
        let is_told = |one: &(KeyName, Known)| match one {
            (_, Known::Unreadable) => false,
            (KeyName::Person(_), _) => true,
            _ => by(one) || !note.kind().is_empty(),
        };
        let keys: Vec<_> = keys.into_iter().filter(is_told).collect();
        !keys.is_empty() && keys.iter().all(by)
    }

    /// Whether what `bytes` begin with is no damage: a whole record that verifies, or that is signed under a name whose key
    /// the damaged record before it may have brought in; another escrow's genesis; or whatever else was signed.
    pub(super) fn is_whole_at(&self, bytes: &[u8]) -> bool {
        let Ok(record) = LogRecord::take_at(bytes, 0) else { return self.is_signed(bytes) };
        let is_faulty = matches!(record.says, Record::Faulty(_));
        match self.verify(&record).map_err(|broken| broken.rule) {
            Ok(()) => true,
            Err(Rule::RecordSignerUnknown) if !is_faulty => true,
            // The keys that are known of its signers are not those that signed: no other is looked for.
            Err(Rule::RecordSignature | Rule::RecordKeyId) if !is_faulty => is_genesis(&record),
            Err(_) => is_genesis(&record) || self.is_signed(bytes),
        }
    }
}

/// Whether a record is a genesis, of whichever escrow: signed by the key of a card in it.
pub(super) fn is_genesis(record: &LogRecord) -> bool {
    let Record::Genesis(genesis) = &record.says else { return false };
    let [name @ KeyName::Person(person)] = record.frame.by.as_slice() else { return false };
    let cards = genesis.cards.iter().filter_map(|card| BASE64.decode(card.as_bytes()).ok());
    let mut cards = cards.filter_map(|card| VerifiedCard::parse(&card).ok());
    let card = cards.find(|card| card.card().person == *person);
    card.is_some_and(|card| record.note.verify(&[(name.clone(), card.card().verifying_key)]).is_ok())
}

/// The one enrolled person who signed: that the key is theirs was checked with the signature.
pub(super) fn by_one_person(record: &LogRecord) -> Result<&PersonId, Broken> {
    match record.frame.by.as_slice() {
        [KeyName::Person(person)] => Ok(person),
        by => {
            let kind = record.says.kind();
            let broken = Broken::new(Rule::RepairSigner, format!("a `{kind}` with {} signers", by.len()));
            Err(broken.kind(kind.to_owned()).signers(&record.frame.by))
        }
    }
}

pub(super) fn is_by_administrator(escrow: &Escrow, by: &[KeyName]) -> bool {
    match by {
        [KeyName::Person(id)] => escrow.is_administrator(id),
        _ => false,
    }
}

/// Whether the signers of a seal may sign it: one administrator, or a satisfying set of a vault's electors and nobody else.
/// For the next generation that is `vault`; where there is none yet, any vault with real credentials. So a lost
/// administrator's key locks nobody out.
pub fn may_seal(escrow: &Escrow, by: &[KeyName], vault: Option<&Vault>) -> bool {
    if is_by_administrator(escrow, by) {
        return true;
    }
    match vault {
        Some(vault) => is_sitting(by, vault),
        None => escrow.vaults_with_electors().any(|vault| is_sitting(by, vault)),
    }
}

/// Whether the signers are a satisfying set of a vault's electors and nobody else.
pub(super) fn is_sitting(by: &[KeyName], vault: &Vault) -> bool {
    let people: BTreeSet<&PersonId> = by.iter().filter_map(KeyName::person).collect();
    let all = people.len() == by.len() && people.iter().all(|person| vault.has_vote(person));
    all && vault.is_satisfied_by(people)
}
