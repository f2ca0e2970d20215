//! A world in memory: people with keys and books, a log, and the ceremonies through the public library.
//!
//! [`World::forge`] is the other side: it puts any record at the end of the log, properly numbered, chained
//! and signed, past the ledger's own refusal, so that each rule beyond signatures can be broken.
#![allow(dead_code, unused_imports, reason = "each test crate uses its own part of the world")]

mod ceremonies;
mod medium;
mod people;
mod repairs;

pub use ceremonies::{Asking, embed, fields};
pub use medium::{Fault, MemoryMedium};
pub use people::{Actor, actor, everybody, keyed_actor};
pub use repairs::{adoption, head_of};

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use breakglass::audit::verify::{Evidence, Report, verify};
use breakglass::ceremony::init::{Beginning, genesis};
use breakglass::ceremony::seal::Sealed;
use breakglass::crypto::digest::Digest;
use breakglass::crypto::sign::SigningKey;
use breakglass::escrow::Reading;
use breakglass::ledger::draft::Draft;
use breakglass::ledger::error::LedgerError;
use breakglass::ledger::log::{Appended, Ledger};
use breakglass::record::chain::Record;
use breakglass::record::environment::Environment;
use breakglass::record::frame::{Entry, RecordBody};
use breakglass::record::head::{Head, HeadFile};
use breakglass::record::note::Note;
use breakglass::record::policy::Policy;
use breakglass::record::seal::Kind;
use breakglass::value::names::KeyName;
use breakglass::value::time::{Seconds, Time};
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;

/// The operating system's generator.
pub fn rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}

/// Any text of one of the library's types.
pub fn text<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

/// What every record here says of its machine.
pub fn environment() -> Environment {
    Environment::of(text("breakglass test"), text("memory"))
}

/// When the world begins.
pub fn dawn() -> Time {
    text("2026-11-23T08:00:00Z")
}

/// A key and the name that it signs under.
pub type Signs<'a> = (KeyName, &'a SigningKey);

/// An escrow, and everybody around it.
pub struct World {
    people: BTreeMap<&'static str, Actor>,
    log: Rc<RefCell<Vec<u8>>>,
    now: Cell<Time>,
    sealed: RefCell<Vec<Rc<Sealed>>>,
}

impl World {
    /// Only the genesis, with this policy.
    pub fn begin(policy: Policy) -> World {
        World::begin_among(people::everybody(), policy)
    }

    /// Only the genesis, with these people; dan, an administrator, is among them.
    pub fn begin_among(people: Vec<(&'static str, Actor)>, policy: Policy) -> World {
        let world = World {
            people: people.into_iter().collect(),
            log: Rc::default(),
            now: Cell::new(dawn()),
            sealed: RefCell::default(),
        };
        let cards = world.people.values().map(|one| one.card.clone()).collect();
        let beginning = Beginning { name: text("Example Corp"), cards, policy };
        let first = genesis(&beginning, &world.person("dan").signer, world.tick(), &mut rng()).unwrap();
        Ledger::begin(world.medium(), &first).unwrap();
        world
    }

    /// Two vaults are sealed 2-of-3 for alice, bob and carol, `prod` and a canary, and all of them checked.
    pub fn ready_with(policy: Policy) -> World {
        let world = World::begin(policy);
        world.seal("prod", Kind::Root, 2, &["alice", "bob", "carol"]);
        world.seal("canary", Kind::Canary, 2, &["alice", "bob", "carol"]);
        for who in ["alice", "bob", "carol"] {
            world.check(who);
        }
        world
    }

    /// [`World::ready_with`] the default policy.
    pub fn ready() -> World {
        World::ready_with(Policy::default())
    }

    /// Somebody who belongs to the escrow.
    pub fn person(&self, id: &str) -> &Actor {
        &self.people[id]
    }

    /// The name and key of somebody.
    pub fn signs(&self, id: &str) -> Signs<'_> {
        self.person(id).signs()
    }

    /// What the clock shows, without moving it.
    pub fn now(&self) -> Time {
        self.now.get()
    }

    /// A minute passes.
    pub fn tick(&self) -> Time {
        self.pass(Seconds(60))
    }

    /// Time passes.
    pub fn pass(&self, length: Seconds) -> Time {
        self.now.set(self.now.get().after(length));
        self.now.get()
    }

    /// The bytes of the log.
    pub fn bytes(&self) -> Vec<u8> {
        self.log.borrow().clone()
    }

    /// Replaces the log.
    pub fn set_bytes(&self, bytes: Vec<u8>) {
        *self.log.borrow_mut() = bytes;
    }

    /// The log as a medium that works.
    pub fn medium(&self) -> MemoryMedium {
        MemoryMedium::new(Rc::clone(&self.log))
    }

    /// The log, open for appending.
    pub fn ledger(&self) -> Ledger<MemoryMedium> {
        Ledger::open(self.medium()).unwrap().sound().unwrap()
    }

    /// The log as it reads.
    pub fn reading(&self) -> Reading {
        Reading::of(self.bytes()).unwrap()
    }

    /// The escrow's id.
    pub fn id(&self) -> Digest {
        self.reading().escrow.id
    }

    /// The head of the log, as somebody would take it home.
    pub fn head_file(&self) -> HeadFile {
        HeadFile::new(self.id(), self.head())
    }

    /// The head of the raw log: its last record, whether it holds or not.
    pub fn head(&self) -> Head {
        self.records().last().expect("the log has a genesis").head()
    }

    /// The raw records, whether they hold or not.
    pub fn records(&self) -> Vec<Record> {
        let bytes = self.bytes();
        let mut records: Vec<Record> = Vec::new();
        let mut at = 0;
        while at < bytes.len() as u64 {
            let record = Record::take(&bytes, at).unwrap();
            at = record.end;
            records.push(record);
        }
        records
    }

    /// Appends a record the honest way.
    pub fn append<S: RecordBody>(&self, says: S, signers: &[Signs<'_>]) -> Result<Appended, LedgerError> {
        let time = self.tick();
        self.ledger().append(Draft { time, says, signers: signers.to_vec() })
    }

    /// Puts a record at the end of the log: numbered, chained and signed as it should be, whatever it says and
    /// whoever signs. Gives its number.
    pub fn forge<S: RecordBody>(&self, says: S, signers: &[Signs<'_>]) -> u64 {
        self.forge_framed(says, signers, |_| {})
    }

    /// The same, with a frame that `change` spoils before it is signed. Gives the number of the record's
    /// place.
    pub fn forge_framed<S: RecordBody>(
        &self,
        says: S,
        signers: &[Signs<'_>],
        change: impl FnOnce(&mut Entry<S>),
    ) -> u64 {
        let tail = self.head();
        let mut entry = Entry {
            escrow: Some(self.id()),
            seq: tail.seq + 1,
            prev: tail.hash,
            time: self.tick(),
            by: signers.iter().map(|(name, _)| name.clone()).collect(),
            says,
        };
        change(&mut entry);
        self.push(&Note::sign(&entry, signers));
        tail.seq + 1
    }

    /// Puts a note at the end of the log as a record.
    pub fn push(&self, note: &Note) {
        self.log.borrow_mut().extend(Record::bytes_of(note));
    }

    /// What verify says now, of the log alone.
    pub fn verify(&self) -> Report {
        self.verify_with(&Evidence::default())
    }

    /// What verify says now, with evidence.
    pub fn verify_with(&self, evidence: &Evidence) -> Report {
        verify(self.bytes(), evidence, self.now())
    }
}
