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
/// The rule that a card breaks: of all cards the one first, then the next.
pub fn people(cards: Vec<VerifiedCard>) -> Result<BTreeMap<PersonId, Person>, Broken> {
    let people_of = |card: &VerifiedCard| vec![card.card().person.to_string()];
    if let Some((_, id, _)) = shared(&cards, people_of) {
        let why = format!("there are two cards of `{id}`");
        return Err(Broken::new(Rule::PersonRepeated, why).person(&id));
    }
    let keys_of = |card: &VerifiedCard| vec![card.card().verifying_key.to_string()];
    if let Some((other, id, key)) = shared(&cards, keys_of) {
        let why = format!("`{id}` shares a verifying key with another card");
        return Err(Broken::new(Rule::KeyRepeated, why).people(vec![other, id]).found(key));
    }
    let recipients_of =
        |card: &VerifiedCard| card.card().recipients.iter().map(ToString::to_string).collect::<Vec<_>>();
    if let Some((other, id, recipient)) = shared(&cards, recipients_of) {
        let why = format!("`{id}` shares the age recipient {recipient} with another card");
        let broken = Broken::new(Rule::RecipientRepeated, why);
        return Err(broken.people(vec![other, id]).found(recipient));
    }
    let enrolled = |card: VerifiedCard| (card.card().person.clone(), Person { card, retired: None });
    let people: BTreeMap<PersonId, Person> = cards.into_iter().map(enrolled).collect();
    if !people.values().any(|person| person.is(Role::Administrator)) {
        let broken = Broken::new(Rule::GenesisAdministrator, "no card is an administrator's");
        return Err(broken.people(people.into_keys().collect::<Vec<_>>()));
    }
    Ok(people)
}

/// The first of some values that two cards have: whose cards, and which value.
fn shared(
    cards: &[VerifiedCard],
    values_of: impl Fn(&VerifiedCard) -> Vec<String>,
) -> Option<(PersonId, PersonId, String)> {
    let mut seen = BTreeMap::new();
    for card in cards {
        for value in values_of(card) {
            let id = card.card().person.clone();
            if let Some(other) = seen.insert(value.clone(), id.clone()) {
                return Some((other, id, value));
            }
        }
    }
    None
}
