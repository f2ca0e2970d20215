//! The people of an escrow.

use std::collections::{BTreeMap, BTreeSet};

use crate::crypto::sign::VerifyingKey;
use crate::record::card::{Role, VerifiedCard};
use crate::record::finding::Rule;
use crate::value::names::PersonId;
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
