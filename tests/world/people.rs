//! People: an age identity, a card, a signing key out of the card, and a book.

use std::cell::RefCell;

use breakglass::crypto::envelope::Identity;
use breakglass::crypto::sign::SigningKey;
use breakglass::record::book::Book;
use breakglass::record::card::{Card, Role, VerifiedCard};
use breakglass::secret::signer::{Signer, seal_signing_key};
use breakglass::value::names::{KeyName, PersonId};

use super::{Signs, dawn, rng, text};

/// A person with everything that is theirs.
pub struct Actor {
    /// What opens their share.
    pub identity: Identity,
    /// Their card.
    pub card: VerifiedCard,
    /// Their signing key.
    pub signer: Signer,
    /// Their book.
    pub book: RefCell<Book>,
    /// Their book as it lies on their own medium.
    pub book_bytes: RefCell<Vec<u8>>,
}

impl Actor {
    /// Who.
    pub fn id(&self) -> &PersonId {
        self.signer.person()
    }

    /// The name and key that they sign with.
    pub fn signs(&self) -> Signs<'_> {
        (self.signer.key_name(), self.signer.key())
    }

    /// Their book, as an auditor is given it.
    pub fn book_evidence(&self) -> (PersonId, Vec<u8>) {
        (self.id().clone(), self.book_bytes.borrow().clone())
    }
}

/// Somebody, with fresh keys.
pub fn actor(id: &str, roles: &[Role]) -> Actor {
    keyed_actor(id, roles, Identity::generate(), &SigningKey::generate(&mut rng()))
}

/// Somebody, with these keys.
pub fn keyed_actor(id: &str, roles: &[Role], identity: Identity, key: &SigningKey) -> Actor {
    let person: PersonId = text(id);
    let recipients = vec![identity.to_recipient()];
    let card = Card {
        time: dawn(),
        by: vec![KeyName::Person(person.clone())],
        person: person.clone(),
        name: text(&format!("{id} of Example Corp")),
        contact: text(&format!("{id}@example.com")),
        roles: roles.to_vec(),
        verifying_key: key.verifying_key(),
        sealed_signing_key: seal_signing_key(key, &recipients).unwrap(),
        recipients,
    };
    let card = VerifiedCard::sign(&card, key).unwrap();
    let signer = Signer::open(&card, std::slice::from_ref(&identity)).unwrap();
    let book = RefCell::new(Book::new(person));
    Actor { identity, card, signer, book, book_bytes: RefCell::default() }
}

/// Alice, bob and carol hold shares, dan and erin administer, fred audits. Erin could hold a share too.
pub fn everybody() -> Vec<(&'static str, Actor)> {
    let roles: [(_, &[Role]); 6] = [
        ("alice", &[Role::Custodian]),
        ("bob", &[Role::Custodian]),
        ("carol", &[Role::Custodian]),
        ("dan", &[Role::Administrator]),
        ("erin", &[Role::Administrator, Role::Custodian]),
        ("fred", &[Role::Auditor]),
    ];
    roles.map(|(id, roles)| (id, actor(id, roles))).into()
}
