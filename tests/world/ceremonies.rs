//! The ceremonies of the world, each through the public library.

use std::rc::Rc;

use breakglass::ceremony::approve::{ApprovalFile, Carried, keepsakes, request_file};
use breakglass::ceremony::check::{Held, check, holdings};
use breakglass::ceremony::release::{ReleaseError, gather};
use breakglass::ceremony::request::{Question, Session, request};
use breakglass::ceremony::seal::{Plan, Sealed, fresh_vault_id, open_share, seal};
use breakglass::crypto::digest::Digest;
use breakglass::crypto::envelope;
use breakglass::crypto::threshold::Threshold;
use breakglass::escrow::Generation;
use breakglass::ledger::bookkeeping::{BookIsDurable, Intent, Noted, note};
use breakglass::ledger::error::LedgerError;
use breakglass::ledger::log::Appended;
use breakglass::record::card::VerifiedCard;
use breakglass::record::closing::{Answer, Close, Item, Obligation};
use breakglass::record::request::{End, Outcome, Purpose, Reason, Release, Request};
use breakglass::record::seal::{Credentials, Kind, Seal};
use breakglass::record::statement::{Action, BookRef, HeadFrom, SignedStatement, Stated, Statement};
use breakglass::record::statements::Statements;
use breakglass::secret::payload::Fields;
use breakglass::secret::quorum::{Reconstructed, UntrustedQuorum};
use breakglass::value::names::KeyName;
use breakglass::value::time::Seconds;
use data_encoding::BASE64;

use super::{Signs, World, environment, rng, text};

/// A request, its session, and the file that approvers are given.
pub struct Asking {
    /// The digest of its record.
    pub record: Digest,
    /// Its session.
    pub session: Session,
    /// The request file.
    pub file: Vec<u8>,
}

impl Asking {
    /// The session's name and key.
    pub fn signs(&self) -> Signs<'_> {
        (KeyName::Session, self.session.key())
    }
}

/// What is sealed here.
pub fn fields() -> Fields {
    let field = |name, value: &str| (text(name), value.into());
    Fields::new(vec![
        field("account-id", "123456789012"),
        field("email", "root@example.com"),
        field("password", "correct horse battery staple"),
        field("totp", "otpauth://totp/root?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
    ])
    .unwrap()
}

/// Statements as a record of the log embeds them.
pub fn embed(statements: &[&SignedStatement]) -> Statements {
    Statements { statements: statements.iter().map(|one| BASE64.encode(one.note.as_bytes())).collect() }
}

impl World {
    /// Seals what is not appended yet: a new vault, or the next generation of one of that name.
    pub fn make_seal(
        &self,
        name: &str,
        kind: Kind,
        threshold: u8,
        custodians: &[&str],
        credentials: Credentials,
    ) -> Sealed {
        let escrow = self.reading().escrow;
        let vault = escrow.vault_named(&text(name));
        let cards: Vec<VerifiedCard> = custodians.iter().map(|id| self.person(id).card.clone()).collect();
        let plan = Plan {
            vault: vault.map_or_else(|| fresh_vault_id(&mut rng()), |vault| vault.id),
            name: text(name),
            kind,
            partition: text("aws"),
            account: text("123456789012"),
            generation: vault.map_or(1, |vault| vault.generations.len() as u32 + 1),
            credentials,
            threshold: Threshold::new(threshold, cards.len()).unwrap(),
            custodians: cards,
            environment: environment(),
        };
        seal(&escrow.id, &plan, &fields(), &[], &mut rng()).unwrap()
    }

    /// Seals a vault, or its next generation with new credentials.
    pub fn seal(&self, name: &str, kind: Kind, threshold: u8, custodians: &[&str]) -> Rc<Sealed> {
        self.append_seal(self.make_seal(name, kind, threshold, custodians, Credentials::New))
    }

    /// Seals a vault and gives bob alice's share: the seal says that it is his own.
    pub fn seal_misdealt(&self, name: &str) -> Rc<Sealed> {
        let mut sealed = self.make_seal(name, Kind::Root, 2, &["alice", "bob"], Credentials::New);
        let (alice, bob) = (self.person("alice"), self.person("bob"));
        let identity = std::slice::from_ref(&alice.identity);
        let file = &sealed.sealed_shares[0].1;
        let share = open_share(identity, file, &self.id(), &sealed.seal, alice.id()).unwrap();
        let file = envelope::encrypt_armored(&bob.card.card().recipients, share.text().as_bytes()).unwrap();
        sealed.seal.shares[1].sealed_share = Digest::of(file.as_bytes());
        sealed.sealed_shares[1].1 = file;
        self.append_seal(sealed)
    }

    fn append_seal(&self, sealed: Sealed) -> Rc<Sealed> {
        self.append(sealed.seal.clone(), &[self.signs("dan")]).unwrap();
        let sealed = Rc::new(sealed);
        self.sealed.borrow_mut().push(Rc::clone(&sealed));
        sealed
    }

    /// The files of a generation.
    pub fn sealed(&self, vault: &Digest, generation: u32) -> Rc<Sealed> {
        let all = self.sealed.borrow();
        let found = all.iter().find(|one| one.seal.vault == *vault && one.seal.generation == generation);
        Rc::clone(found.expect("it was sealed here"))
    }

    /// The files of that very seal, where two of one number were made.
    pub fn files_of(&self, seal: &Seal) -> Rc<Sealed> {
        let all = self.sealed.borrow();
        Rc::clone(all.iter().find(|one| one.seal.payload == seal.payload).expect("it was sealed here"))
    }

    /// Remembers the files of a seal that was appended by hand.
    pub fn keep_sealed(&self, sealed: Sealed) {
        self.sealed.borrow_mut().push(Rc::new(sealed));
    }

    /// How many generations were sealed.
    pub fn count_sealed(&self) -> usize {
        self.sealed.borrow().len()
    }

    /// Forgets the files of all generations but the first `count`.
    pub fn forget_sealed(&self, count: usize) {
        self.sealed.borrow_mut().truncate(count);
    }

    /// The current generation of a vault.
    pub fn generation(&self, vault: &str) -> Generation {
        self.reading().escrow.vault_named(&text(vault)).unwrap().current().clone()
    }

    /// Vault key and release key of the current generation of a vault, from alice's and bob's shares.
    pub fn keys(&self, vault: &str) -> Reconstructed {
        let seal = self.generation(vault).seal;
        let sealed = self.sealed(&seal.vault, seal.generation);
        let mut quorum = UntrustedQuorum::default();
        for (custodian, file) in sealed.sealed_shares.iter().take(usize::from(seal.threshold)) {
            let identity = self.person(custodian.as_str()).identity.clone();
            quorum
                .add(custodian.clone(), open_share(&[identity], file, &self.id(), &seal, custodian).unwrap());
        }
        quorum.check(&self.id(), &seal).unwrap().combine().unwrap()
    }

    /// The name of the release key of the current generation of a vault.
    pub fn release_name(&self, vault: &str) -> KeyName {
        let seal = self.generation(vault).seal;
        KeyName::release(&seal.vault, seal.generation)
    }

    /// What somebody at the log states now.
    pub fn state(&self, who: &str, says: impl Into<Stated>) -> SignedStatement {
        self.state_and_keep(who, says, Vec::new())
    }

    /// The same, with records that the book keeps.
    fn state_and_keep(&self, who: &str, says: impl Into<Stated>, keeps: Vec<String>) -> SignedStatement {
        let escrow = self.reading().escrow;
        let intent = Intent {
            escrow: escrow.id,
            head: escrow.head,
            head_from: HeadFrom::Log,
            time: self.tick(),
            keeps,
            says: says.into(),
        };
        self.book(who, intent)
    }

    /// Writes an intent into somebody's book, and signs it.
    pub fn book(&self, who: &str, intent: Intent) -> SignedStatement {
        let actor = self.person(who);
        let noted: Noted = note(intent, &mut actor.book.borrow_mut(), None, actor.signer.key());
        actor.book_bytes.borrow_mut().extend(&noted.book_record);
        noted.sign(BookIsDurable, actor.signer.key())
    }

    /// A statement that no ceremony would make: signed by `key`, without a book behind it.
    pub fn forge_statement(
        &self,
        signs: Signs<'_>,
        says: impl Into<Stated>,
        change: impl FnOnce(&mut Statement<Stated>),
    ) -> SignedStatement {
        let (KeyName::Person(person), key) = signs else { panic!("statements are by people") };
        let escrow = self.reading().escrow;
        let mut statement = Statement {
            escrow: escrow.id,
            head: escrow.head,
            head_from: HeadFrom::Log,
            book: BookRef { number: 1000 + escrow.head.seq, hash: Digest::of(b"no such book") },
            time: self.tick(),
            by: vec![KeyName::Person(person.clone())],
            says: says.into(),
        };
        change(&mut statement);
        SignedStatement::sign(&person, key, statement)
    }

    /// Appends statements the honest way.
    pub fn collect(&self, by: &str, statements: &[&SignedStatement]) -> Result<Appended, LedgerError> {
        self.append(embed(statements), &[self.signs(by)])
    }

    /// Appends statements past the ledger's refusal. Gives the record's number.
    pub fn forge_collected(&self, by: &str, statements: &[&SignedStatement]) -> u64 {
        self.forge(embed(statements), &[self.signs(by)])
    }

    /// Somebody checks all their shares, and the log is told.
    pub fn check(&self, who: &str) {
        let statement = self.checked(who);
        self.collect(who, &[&statement]).unwrap();
    }

    /// Somebody checks all their shares, and has the statement in a file.
    pub fn checked(&self, who: &str) -> SignedStatement {
        let (actor, reading) = (self.person(who), self.reading());
        let escrow = &reading.escrow;
        let held: Vec<Held<'_>> = holdings(escrow, actor.id(), &[])
            .into_iter()
            .map(|generation| {
                let sealed = self.files_of(&generation.seal);
                let file = sealed.sealed_shares.iter().find(|(custodian, _)| custodian == actor.id());
                Held { generation, file: file.unwrap().1.clone() }
            })
            .collect();
        let generations: Vec<_> = held.iter().map(|one| one.generation).collect();
        let keeps = keepsakes(&reading, &generations);
        let checked = check(escrow, actor.id(), std::slice::from_ref(&actor.identity), &held).unwrap();
        self.state_and_keep(who, checked, keeps)
    }

    /// A question that nothing is wrong with.
    pub fn question(&self, purpose: Purpose) -> Question {
        Question {
            purpose,
            reason: Reason::IamFailure,
            ticket: text("INC-42"),
            justification: text("Nobody can log in."),
            actions: vec![text("repair the identity provider")],
            fields: vec![text("password"), text("totp")],
            totp_codes: 2,
            not_before: self.now(),
            expires: Seconds(4 * 3600),
            generation: None,
            known: Vec::new(),
            environment: environment(),
        }
    }

    /// A request that is not appended yet, and its session.
    pub fn make_request(&self, who: &str, vault: &str, question: Question) -> (Request, Session) {
        let session = Session::generate(&mut rng());
        let escrow = self.reading().escrow;
        let vault = escrow.vault_named(&text(vault)).unwrap();
        (request(&escrow, vault, question, self.person(who).id().clone(), &session).unwrap(), session)
    }

    /// Somebody asks, and the log is told.
    pub fn ask(&self, who: &str, vault: &str, question: Question) -> Asking {
        let (asked, session) = self.make_request(who, vault, question);
        let sealed = self.sealed(&asked.vault, asked.generation);
        let signers = [self.signs(who), (KeyName::Session, session.key())];
        let record = self.append(asked, &signers).unwrap().record();
        let shares = sealed.sealed_shares.iter().map(|(_, file)| file.as_str());
        Asking { record, file: request_file(&self.bytes(), shares), session }
    }

    /// Carol asks for `prod` in an emergency.
    pub fn emergency(&self) -> Asking {
        self.ask("carol", "prod", self.question(Purpose::Emergency))
    }

    /// Somebody approves: the approval's file.
    pub fn approve(&self, who: &str, asking: &Asking) -> Vec<u8> {
        let actor = self.person(who);
        let carried = Carried::parse(&asking.file).unwrap();
        let identity = std::slice::from_ref(&actor.identity);
        let examined = carried.examine(&actor.card, identity, &actor.book.borrow()).unwrap();
        let decided = examined.approve(self.tick()).unwrap();
        let statement = self.book(who, decided.intent.clone());
        decided.file(&statement)
    }

    /// Everybody's approval, as files.
    pub fn approvals(&self, who: &[&str], asking: &Asking) -> Vec<Vec<u8>> {
        who.iter().map(|who| self.approve(who, asking)).collect()
    }

    /// Releases: gather, reconstruct, append, reveal.
    pub fn release(&self, asking: &Asking, files: &[Vec<u8>]) -> Result<Fields, ReleaseError> {
        let mut ledger = self.ledger();
        let escrow = ledger.escrow().clone();
        let files = files.iter().map(|file| ApprovalFile::parse(file).unwrap()).collect();
        let gathered = gather(&escrow, &asking.record, &asking.session, files)?;
        let asked = escrow.request(&asking.record).unwrap();
        let sealed = self.sealed(&asked.request.vault, asked.request.generation);
        let deviations = gathered.deviations(self.now());
        let authorized = gathered.reconstruct(&sealed.payload, deviations, environment())?;
        let appended = ledger.append(authorized.draft(&asking.session, self.tick())).unwrap();
        authorized.reveal(&appended, &sealed.payload)
    }

    /// Carol's emergency, approved by alice and bob, and released.
    pub fn released(&self) -> Asking {
        let asking = self.emergency();
        let files = self.approvals(&["alice", "bob"], &asking);
        self.release(&asking, &files).unwrap();
        asking
    }

    /// A release as nobody's ceremony makes it.
    pub fn release_of(&self, asking: &Asking, attempt: u32, files: &[Vec<u8>]) -> Release {
        let approvals = files.iter().map(|file| {
            let file = ApprovalFile::parse(file).unwrap();
            BASE64.encode(file.note.as_bytes())
        });
        Release {
            request: asking.record,
            attempt,
            approvals: approvals.collect(),
            deviations: Vec::new(),
            environment: environment(),
        }
    }

    /// The end of a request that released password and one code, or that released nothing.
    pub fn end_of(&self, asking: &Asking, outcome: Outcome) -> End {
        let released = outcome == Outcome::Released;
        End {
            request: asking.record,
            outcome,
            shown: if released { vec![text("password"), text("totp")] } else { Vec::new() },
            totp_steps: if released { vec![59_000_000] } else { Vec::new() },
            approvals: Vec::new(),
            bad_shares: Vec::new(),
        }
    }

    /// Ends a request, by its session.
    pub fn end(&self, asking: &Asking, outcome: Outcome) {
        self.append(self.end_of(asking, outcome), &[asking.signs()]).unwrap();
    }

    /// Somebody says what was done.
    pub fn act(&self, who: &str, asking: &Asking) {
        let action = Action { request: asking.record, done: text("repaired the identity provider") };
        let statement = self.state(who, action);
        self.collect(who, &[&statement]).unwrap();
    }

    /// A closing list on which all is done.
    pub fn close_of(&self, asking: &Asking) -> Close {
        let done = |obligation: &Obligation| Item { obligation: *obligation, answer: Answer::Done };
        Close { request: asking.record, items: Obligation::ALL.iter().map(done).collect(), lessons: None }
    }

    /// Somebody closes the emergency.
    pub fn close(&self, who: &str, asking: &Asking) {
        let statement = self.state(who, self.close_of(asking));
        self.collect(who, &[&statement]).unwrap();
    }
}
