//! The rules of genesis, and the people it brings in.

use std::collections::BTreeMap;
use std::sync::Arc;

use data_encoding::BASE64;

use crate::crypto::digest::Digest;
use crate::escrow::people::{MAX_PEOPLE, Person, people};
use crate::escrow::state::Escrow;
use crate::record::card::{CardError, Role, VerifiedCard};
use crate::record::chain::{LogRecord, unreadable};
use crate::record::finding::{Broken, Rule};
use crate::record::genesis::Genesis;
use crate::record::kinds::{Record, RecordKind};
use crate::record::note::NoteError;
use crate::value::names::{KeyName, PersonId};
use crate::value::shared_list::SharedList;
use crate::value::shared_map::SharedMap;

pub(super) fn begin(record: &LogRecord) -> Result<Escrow, Broken> {
    if let Record::Faulty(faulty) = &record.says
        && faulty.kind == RecordKind::Genesis.as_str()
    {
        // Nobody can pass over the record that everything rests on.
        let broken = unreadable(&faulty.error);
        return Err(match broken.rule {
            Rule::RecordTooLarge => broken.breaks(Rule::RecordMalformed, faulty.error.to_string()),
            _ => broken,
        });
    }
    let Record::Genesis(genesis) = &record.says else {
        let kind = record.says.kind();
        let broken = Broken::new(Rule::GenesisFirst, format!("the first record is a `{kind}`"));
        return Err(broken.kind(kind.to_owned()).expected(RecordKind::Genesis.as_str()));
    };
    let frame = &record.frame;
    if frame.seq != 0 {
        let broken = Broken::new(Rule::ChainSeq, format!("genesis is numbered {}", frame.seq));
        return Err(broken.expected(0_u64).found(frame.seq));
    }
    if frame.prev != Digest::ZERO {
        let broken = Broken::new(Rule::ChainPrev, "genesis follows another record");
        return Err(broken.expected(Digest::ZERO).found(frame.prev));
    }
    if let Some(escrow) = frame.escrow {
        let why = "genesis names an escrow, which is its own digest";
        return Err(Broken::new(Rule::ChainEscrow, why).found(escrow));
    }
    let people = people(cards_in(genesis)?)?;
    let administrator = match frame.by.as_slice() {
        [KeyName::Person(id)] => people.get(id).filter(|person| person.is(Role::Administrator)),
        _ => None,
    };
    let Some(administrator) = administrator else {
        let by: Vec<_> = frame.by.iter().map(KeyName::to_string).collect();
        let broken = Broken::new(Rule::GenesisAdministrator, format!("it is by {}", by.join(" and ")));
        return Err(broken.signers(&frame.by));
    };
    record
        .note
        .verify(&[(frame.by[0].clone(), administrator.verifying_key())])
        .map_err(|error| unreadable(&error).kind(record.says.kind().to_owned()))?;
    Ok(fresh(record, genesis, people))
}

/// The cards in genesis, each verified.
fn cards_in(genesis: &Genesis) -> Result<Vec<VerifiedCard>, Broken> {
    if genesis.cards.len() > MAX_PEOPLE {
        let found = genesis.cards.len();
        let why = format!("there are {found} cards; at most {MAX_PEOPLE} are taken");
        return Err(Broken::new(Rule::GenesisCard, why).limit(MAX_PEOPLE as u64).found(found));
    }
    let mut cards = Vec::new();
    for (at, card) in genesis.cards.iter().enumerate() {
        let broken = |why: String| {
            let card = at as u64 + 1;
            Broken::new(Rule::GenesisCard, format!("card {card}: {why}")).card(card)
        };
        let bytes = BASE64.decode(card.as_bytes()).map_err(|error| broken(error.to_string()))?;
        cards.push(VerifiedCard::parse(&bytes).map_err(|error| match &error {
            CardError::Note(note @ NoteError::UnknownField { .. }) => unreadable(note).card(at as u64 + 1),
            _ => broken(error.to_string()),
        })?);
    }
    Ok(cards)
}

/// The escrow as it is after its genesis.
fn fresh(record: &LogRecord, genesis: &Genesis, people: BTreeMap<PersonId, Person>) -> Escrow {
    let mut used = SharedMap::default();
    for person in people.values() {
        let recipients = person.card.card().recipients.iter().map(ToString::to_string);
        let keys = std::iter::once(person.verifying_key().to_string()).chain(recipients);
        used.extend(keys.map(|key| (key.into(), ())));
    }
    let mut escrow = Escrow {
        id: record.hash,
        name: genesis.name.clone(),
        policy: Arc::new(genesis.policy.clone()),
        people: people.into_iter().collect(),
        vaults: SharedList::default(),
        requests: SharedList::default(),
        statements: SharedList::default(),
        head: record.head(),
        time: record.frame.time,
        history: SharedMap::from_iter([(0, record.head())]),
        gaps: SharedList::default(),
        disavowable: SharedMap::default(),
        disavowed: SharedMap::default(),
        kept: SharedMap::default(),
        elsewhere: SharedMap::default(),
        within: SharedMap::default(),
        apart: SharedMap::default(),
        parts: Vec::new(),
        unadopted: SharedMap::default(),
        written: SharedList::default(),
        forks: SharedMap::default(),
        unseen: BTreeMap::new(),
        newer: SharedMap::default(),
        succeeds: genesis.succeeds,
        succeeded: false,
        wanted: Arc::default(),
        knows_forks: false,
        missed: SharedMap::default(),
        remembered: SharedMap::default(),
        used,
        seen: SharedMap::default(),
        vouched: SharedMap::default(),
        places: SharedMap::default(),
        vault_places: SharedMap::default(),
        signed: SharedMap::default(),
        agreed: SharedMap::default(),
        confirmed: SharedMap::default(),
        spent: SharedMap::default(),
        books: SharedMap::default(),
    };
    escrow.note_date(record);
    escrow
}
