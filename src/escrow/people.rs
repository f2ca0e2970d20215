//! The people of an escrow.

use std::collections::BTreeMap;

use crate::crypto::sign::VerifyingKey;
use crate::record::card::{Role, VerifiedCard};
use crate::record::finding::{Broken, Rule};
use crate::value::names::PersonId;
use crate::value::time::Time;

/// The most people of one escrow.
pub const MAX_PEOPLE: usize = 500;

/// A person who belongs to an escrow.
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

/// Admits cards as the people of an escrow: one person, one key, one set of recipients, nothing shared.
///
/// # Errors
/// The rule that a card breaks.
pub fn people(cards: Vec<VerifiedCard>) -> Result<BTreeMap<PersonId, Person>, Broken> {
    if cards.len() > MAX_PEOPLE {
        let why = format!("there are {} cards; at most {MAX_PEOPLE} are taken", cards.len());
        let broken = Broken::new(Rule::GenesisCard, why);
        return Err(broken.limit(MAX_PEOPLE as u64).found(cards.len()));
    }
    let mut people = BTreeMap::new();
    let mut keys = BTreeMap::new();
    let mut recipients = BTreeMap::new();
    for card in cards {
        let id = card.card().person.clone();
        let key = card.card().verifying_key.to_string();
        if let Some(other) = keys.insert(key.clone(), id.clone()) {
            let why = format!("`{id}` shares a verifying key with another card");
            return Err(Broken::new(Rule::KeyRepeated, why).people(vec![other, id]).found(key));
        }
        for recipient in card.card().recipients.iter().map(ToString::to_string) {
            if let Some(other) = recipients.insert(recipient.clone(), id.clone()) {
                let why = format!("`{id}` shares the age recipient {recipient} with another card");
                let broken = Broken::new(Rule::RecipientRepeated, why);
                return Err(broken.people(vec![other, id]).found(recipient));
            }
        }
        if people.insert(id.clone(), Person { card, retired: None }).is_some() {
            let why = format!("there are two cards of `{id}`");
            return Err(Broken::new(Rule::PersonRepeated, why).person(id));
        }
    }
    if !people.values().any(|person| person.is(Role::Administrator)) {
        let broken = Broken::new(Rule::GenesisAdministrator, "no card is an administrator's");
        return Err(broken.people(people.into_keys().collect::<Vec<_>>()));
    }
    Ok(people)
}
