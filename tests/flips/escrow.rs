//! A small escrow after one emergency, as files: what each person and each medium holds.

use std::sync::OnceLock;

use breakglass::ceremony::approve::RequestFile;
use breakglass::ceremony::check::{Held, check, holdings};
use breakglass::ceremony::request::Session;
use breakglass::crypto::digest::Digest;
use breakglass::crypto::envelope::{Identity, identity_file};
use breakglass::crypto::recipient::Recipient;
use breakglass::escrow::{Escrow, Reading};
use breakglass::record::book::Book;
use breakglass::record::card::Role;
use breakglass::record::card::VerifiedCard;
use breakglass::record::chain::LogRecord;
use breakglass::record::head::HeadFile;
use breakglass::record::policy::Policy;
use breakglass::record::request::EndOutcome;
use breakglass::record::seal::Kind;
use breakglass::value::names::PersonId;
use breakglass::value::time::Time;
use secrecy::ExposeSecret as _;

use crate::world::{World, actor, text};

/// A custodian's own things.
pub struct Custodian {
    pub id: PersonId,
    pub identity: Identity,
    pub recipient: Recipient,
    pub identity_file: Vec<u8>,
    pub card: VerifiedCard,
    pub sealed_share: String,
    /// The book before anything was asked.
    pub book: Book,
    /// The book's file at the end.
    pub book_file: Vec<u8>,
    /// The approval's file; of alice and bob.
    pub approval: Vec<u8>,
}

/// Everything there is.
pub struct SmallEscrow {
    pub custodians: Vec<Custodian>,
    pub log: Vec<u8>,
    pub escrow: Escrow,
    pub head: HeadFile,
    pub now: Time,
    pub payload: Vec<u8>,
    pub request: Digest,
    pub request_file: Vec<u8>,
    pub session_file: String,
    /// The escrow while the request was open.
    pub asked: Escrow,
    /// A denial and a check, in files of their own.
    pub statements: Vec<(&'static str, Vec<u8>)>,
    /// What opens the payload.
    pub vault_identity: Identity,
}

/// The one that all tests look at.
pub fn small_escrow() -> &'static SmallEscrow {
    static ESCROW: OnceLock<SmallEscrow> = OnceLock::new();
    ESCROW.get_or_init(make)
}

/// Prod is sealed 2-of-3 and checked; carol asks, alice and bob approve; it is released, ended and closed.
fn make() -> SmallEscrow {
    let people = ["alice", "bob", "carol"].map(|id| (id, actor(id, &[Role::Custodian])));
    let people = people.into_iter().chain([("dan", actor("dan", &[Role::Administrator]))]).collect();
    let world = World::begin_among(people, Policy::default());
    let sealed = world.seal("prod", Kind::Root, 2, &["alice", "bob", "carol"]);
    ["alice", "bob", "carol"].iter().for_each(|who| world.check(who));
    let books: Vec<Book> =
        ["alice", "bob", "carol"].iter().map(|who| world.person(who).book.borrow().clone()).collect();
    let asking = world.emergency();
    let asked = world.reading().escrow;
    let approvals = world.approvals(&["alice", "bob"], &asking);
    let vault_identity = breakglass::crypto::envelope::vault_identity(&world.keys("prod").vault_key);
    let session_file = asking.session.seal(&world.person("carol").card.card().recipients).unwrap();
    world.release(&asking, &approvals).unwrap();
    world.end(&asking, EndOutcome::Released);
    world.close("bob", &asking);
    let statements = vec![("denial.bgs", denial(&world, &asking.file)), ("check.bgs", checked(&world))];
    let custodians = ["alice", "bob", "carol"].iter().zip(books).map(|(who, book)| {
        let one = world.person(who);
        let share = sealed.sealed_shares.iter().find(|(id, _)| id == one.id()).unwrap();
        let approval = ["alice", "bob"].iter().position(|id| id == who);
        Custodian {
            id: one.id().clone(),
            identity: one.identity.clone(),
            recipient: one.identity.to_recipient(),
            identity_file: identity_file(&one.identity, "2026-11-23T08:00:00Z").expose_secret().into(),
            card: one.card.clone(),
            sealed_share: share.1.clone(),
            book,
            book_file: one.book_bytes.borrow().clone(),
            approval: approval.map(|at| approvals[at].clone()).unwrap_or_default(),
        }
    });
    SmallEscrow {
        custodians: custodians.collect(),
        log: world.bytes(),
        escrow: world.reading().escrow,
        head: world.head_file(),
        now: world.now(),
        payload: sealed.payload.clone(),
        request: asking.record,
        request_file: asking.file,
        session_file,
        asked,
        statements,
        vault_identity,
    }
}

/// Carol's denial of the request.
fn denial(world: &World, request_file: &[u8]) -> Vec<u8> {
    let carol = world.person("carol");
    let carried = RequestFile::parse(request_file).unwrap();
    let identity = std::slice::from_ref(&carol.identity);
    let intent = {
        let book = carol.book.borrow();
        let examined = carried.examine(&carol.card, identity, &book).unwrap();
        examined.deny(text("not now"), world.now())
    };
    LogRecord::bytes_of(&world.book("carol", intent).note)
}

/// A check by carol that was not collected.
fn checked(world: &World) -> Vec<u8> {
    let (carol, escrow) = (world.person("carol"), world.reading().escrow);
    let held = holdings(&escrow, carol.id(), &[]).into_iter().map(|generation| {
        let sealed = world.sealed(&generation.seal.vault, generation.seal.generation);
        let file = sealed.sealed_shares.iter().find(|(id, _)| id == carol.id()).unwrap().1.clone();
        Held { generation, file }
    });
    let held: Vec<_> = held.collect();
    let check = check(&escrow, carol.id(), std::slice::from_ref(&carol.identity), &held).unwrap();
    LogRecord::bytes_of(&world.state("carol", check).note)
}

impl SmallEscrow {
    /// Somebody who holds a share.
    pub fn custodian(&self, id: &str) -> &Custodian {
        self.custodians.iter().find(|one| one.id.as_str() == id).unwrap()
    }

    /// The session, as carol opens it.
    pub fn session(&self) -> Session {
        let identity = std::slice::from_ref(&self.custodian("carol").identity);
        Session::open(identity, self.session_file.as_bytes()).unwrap()
    }

    /// Where each record of the log begins.
    pub fn starts(&self) -> Vec<usize> {
        let reading = Reading::of(self.log.clone()).unwrap();
        reading.starts.iter().map(|start| *start as usize).collect()
    }
}
