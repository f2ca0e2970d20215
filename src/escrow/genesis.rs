//! The rules of genesis, and the people it brings in.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::BASE64;

use super::{Broken, Escrow};
use crate::crypto::digest::Digest;
use crate::crypto::sign::VerifyingKey;
use crate::record::card::{Role, VerifiedCard};
use crate::record::chain::{Record, rule_of};
use crate::record::finding::Rule;
use crate::record::kinds::Said;
use crate::value::names::{KeyName, PersonId};
use crate::value::time::Time;

/// The most people of one escrow.
pub const MAX_PEOPLE: usize = 500;

/// Somebody who belongs to an escrow.
#[derive(Debug, Clone)]
pub struct Person {
    /// Their card.
    pub card: VerifiedCard,
    /// When they retired.
    pub retired: Option<Time>,
}

impl Person {
    /// The key that verifies their signatures.
    pub fn verifying_key(&self) -> VerifyingKey {
        self.card.card().verifying_key
    }

    /// Whether they have the role, and have not retired.
    pub fn is(&self, role: Role) -> bool {
        self.retired.is_none() && self.card.is(role)
    }
}

/// Why cards cannot make up an escrow: the rule, and the particulars.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{1}")]
pub struct GenesisError(pub Rule, pub String);

/// Admits cards as the people of an escrow: one person, one key, one set of recipients, nothing shared.
///
/// # Errors
/// [`GenesisError`] with the rule that a card breaks.
pub fn people(cards: Vec<VerifiedCard>) -> Result<BTreeMap<PersonId, Person>, GenesisError> {
    if cards.len() > MAX_PEOPLE {
        let why = format!("there are {} cards; at most {MAX_PEOPLE} are taken", cards.len());
        return Err(GenesisError(Rule::GenesisCard, why));
    }
    let mut people = BTreeMap::new();
    let mut keys = BTreeSet::new();
    let mut recipients = BTreeSet::new();
    for card in cards {
        let id = card.card().person.clone();
        if !keys.insert(card.card().verifying_key.to_string()) {
            return Err(GenesisError(
                Rule::KeyRepeated,
                format!("`{id}` shares a verifying key with another card"),
            ));
        }
        for recipient in &card.card().recipients {
            if !recipients.insert(recipient.to_string()) {
                let why = format!("`{id}` shares the age recipient {recipient} with another card");
                return Err(GenesisError(Rule::RecipientRepeated, why));
            }
        }
        if people.insert(id.clone(), Person { card, retired: None }).is_some() {
            return Err(GenesisError(Rule::PersonRepeated, format!("there are two cards of `{id}`")));
        }
    }
    if !people.values().any(|person| person.is(Role::Administrator)) {
        return Err(GenesisError(Rule::GenesisAdministrator, "no card is an administrator's".to_owned()));
    }
    Ok(people)
}

pub(super) fn begin(record: &Record) -> Result<Escrow, Broken> {
    let Said::Genesis(genesis) = &record.said else {
        return Err((Rule::GenesisFirst, format!("the first record is a `{}`", record.said.kind())));
    };
    let frame = &record.frame;
    if frame.seq != 0 {
        return Err((Rule::ChainSeq, format!("genesis is numbered {}", frame.seq)));
    }
    if frame.prev != Digest::ZERO {
        return Err((Rule::ChainPrev, "genesis follows another record".to_owned()));
    }
    if frame.escrow.is_some() {
        return Err((Rule::ChainEscrow, "genesis names an escrow, which is its own digest".to_owned()));
    }
    let mut cards = Vec::new();
    for (at, card) in genesis.cards.iter().enumerate() {
        let broken = |why: String| (Rule::GenesisCard, format!("card {}: {why}", at + 1));
        let bytes = BASE64.decode(card.as_bytes()).map_err(|error| broken(error.to_string()))?;
        cards.push(VerifiedCard::parse(&bytes).map_err(|error| broken(error.to_string()))?);
    }
    let people = people(cards).map_err(|GenesisError(rule, why)| (rule, why))?;
    let administrator = match frame.by.as_slice() {
        [KeyName::Person(id)] => people.get(id).filter(|person| person.is(Role::Administrator)),
        _ => None,
    };
    let Some(administrator) = administrator else {
        let by: Vec<_> = frame.by.iter().map(KeyName::to_string).collect();
        return Err((Rule::GenesisAdministrator, format!("it is by {}", by.join(" and "))));
    };
    record
        .note
        .verify(&[(frame.by[0].clone(), administrator.verifying_key())])
        .map_err(|error| (rule_of(&error), error.to_string()))?;
    let mut used = BTreeSet::new();
    for person in people.values() {
        used.insert(person.verifying_key().to_string());
        used.extend(person.card.card().recipients.iter().map(ToString::to_string));
    }
    Ok(Escrow {
        id: record.hash,
        name: genesis.name.clone(),
        policy: genesis.policy.clone(),
        people,
        vaults: Vec::new(),
        requests: Vec::new(),
        statements: Vec::new(),
        head: record.head(),
        time: frame.time,
        history: BTreeMap::from([(0, record.head())]),
        gaps: Vec::new(),
        kept: BTreeMap::new(),
        elsewhere: BTreeSet::new(),
        adopted: 0,
        skipped: 0,
        wanted: Default::default(),
        remembered: BTreeMap::new(),
        used,
        seen: BTreeSet::new(),
        places: BTreeMap::new(),
        books: BTreeMap::new(),
    })
}
