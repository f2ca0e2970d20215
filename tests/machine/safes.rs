//! Two safes, each with a copy of the log, and what the world knows to be true of them.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use breakglass::audit::verify::{Evidence, Report, verify};
use breakglass::ceremony::approve::{ApprovalFile, RequestFile, request_file};
use breakglass::ceremony::carried::CarriedLog;
use breakglass::ceremony::continuation::base;
use breakglass::ceremony::release::{ReleaseError, gather};
use breakglass::crypto::digest::Digest;
use breakglass::escrow::Reading;
use breakglass::ledger::draft::Draft;
use breakglass::ledger::log::Ledger;
use breakglass::record::book::Book;
use breakglass::record::finding::{Rule, Severity};
use breakglass::record::request::Purpose;
use breakglass::record::seal::Credentials;
use breakglass::secret::payload::Fields;
use breakglass::value::names::KeyName;
use secrecy::ExposeSecret as _;

use crate::screens::hide_nothing;
use crate::world::{Asking, Fault, MemoryMedium, World, environment};

pub const CUSTODIANS: [&str; 3] = ["alice", "bob", "carol"];
const THRESHOLD: usize = 2;

/// What became of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    Sound,
    Torn,
    Tampered,
    Gone,
}

/// One safe's copy of the log.
#[derive(Clone)]
pub struct Safe {
    pub bytes: Vec<u8>,
    pub condition: Condition,
}

/// A request, and who truly approved it.
pub struct Open {
    pub asking: Asking,
    pub generation: (Digest, u32),
    pub approvals: Vec<(&'static str, Vec<u8>)>,
}

/// A request, the generation that it asks for, and somebody whose book knows that they approved it.
type Handed = (Digest, (Digest, u32), &'static str);

/// A log that was judged, and how many generations had been handed over then.
type Judged = (Vec<u8>, usize);

/// The two safes, and everybody.
pub struct Safes {
    pub world: World,
    pub safes: RefCell<[Safe; 2]>,
    pub open: RefCell<Vec<Rc<RefCell<Open>>>>,
    /// What the books know of approvals.
    handed: RefCell<BTreeSet<Handed>>,
    begun: Vec<u8>,
    books: Vec<(&'static str, Book, Vec<u8>)>,
    sealed: Cell<usize>,
    judged: RefCell<[Option<Judged>; 2]>,
}

impl Safes {
    pub fn new() -> Safes {
        let world = World::ready();
        let begun = world.bytes();
        let books = CUSTODIANS.map(|who| {
            let actor = world.person(who);
            (who, actor.book.borrow().clone(), actor.book_bytes.borrow().clone())
        });
        let safe = Safe { bytes: begun.clone(), condition: Condition::Sound };
        let sealed = Cell::new(world.count_sealed());
        Safes {
            world,
            safes: RefCell::new([safe.clone(), safe]),
            open: RefCell::default(),
            handed: RefCell::default(),
            begun,
            books: books.into(),
            sealed,
            judged: RefCell::default(),
        }
    }

    /// Everything is as it was at first.
    pub fn reset(&self) {
        let safe = Safe { bytes: self.begun.clone(), condition: Condition::Sound };
        *self.safes.borrow_mut() = [safe.clone(), safe];
        self.open.borrow_mut().clear();
        *self.judged.borrow_mut() = [None, None];
        self.handed.borrow_mut().clear();
        self.world.forget_sealed(self.sealed.get());
        for (who, book, bytes) in &self.books {
            let actor = self.world.person(who);
            *actor.book.borrow_mut() = book.clone();
            *actor.book_bytes.borrow_mut() = bytes.clone();
        }
    }

    pub fn condition(&self, at: usize) -> Condition {
        self.safes.borrow()[at].condition
    }

    /// Somebody works at one safe: what they append stays there.
    pub fn at<T>(&self, at: usize, work: impl FnOnce(&World) -> T) -> T {
        self.world.set_bytes(self.safes.borrow()[at].bytes.clone());
        let done = work(&self.world);
        self.safes.borrow_mut()[at].bytes = self.world.bytes();
        done
    }

    pub fn spoil(&self, at: usize, bytes: Vec<u8>, condition: Condition) {
        self.safes.borrow_mut()[at] = Safe { bytes, condition };
    }

    /// The log of a safe, as whoever has to add to it goes on: as it is, with its damaged end kept, caught up, or
    /// in another file that takes its place.
    pub fn footing(&self, at: usize, who: &str, carried: Option<&RequestFile>) {
        let bytes = self.safes.borrow()[at].bytes.clone();
        let world = &self.world;
        world.set_bytes(bytes.clone());
        let holds = |reading: &Reading| {
            carried.is_none_or(|carried| reading.escrow.request(&carried.asked().record).is_some())
        };
        let in_place = match Ledger::open(world.medium()) {
            Ok(mut ledger) => {
                if ledger.is_torn() {
                    ledger.recover(world.tick(), world.signs(who)).unwrap();
                }
                let sound = ledger.reading().unsound().is_none();
                match carried {
                    Some(carried) if sound && !holds(ledger.reading()) => match carried.log() {
                        CarriedLog::Whole(ahead) => {
                            ledger.catch_up(&Reading::of(ahead.bytes.clone()).unwrap()).is_ok()
                        }
                        CarriedLog::Excerpt(_) => false,
                    },
                    _ => sound,
                }
            }
            Err(_) => false,
        };
        if !in_place {
            let left = (!bytes.is_empty()).then_some(bytes.as_slice());
            let book = world.person(who).book.borrow();
            let base = base(left, carried, Some(&book), &|_| true)
                .expect("an emergency has something to go on from");
            world.set_bytes(Vec::new());
            let draft = Draft { time: world.tick(), says: base.says, signers: vec![world.signs(who)] };
            Ledger::continue_on(world.medium(), &base.records, draft).unwrap();
        }
        self.spoil(at, world.bytes(), Condition::Sound);
    }

    /// Somebody asks for `prod` in an emergency at one safe. It is never refused.
    pub fn ask(&self, at: usize, who: &'static str) -> Rc<RefCell<Open>> {
        self.footing(at, who, None);
        let asking = self.at(at, |world| {
            let (asked, session) = world.make_request(who, "prod", world.question(Purpose::Emergency));
            let escrow = world.reading().escrow;
            let sealed = world.files_of(&escrow.generation(&asked.vault, asked.generation).unwrap().seal);
            let signers = [world.signs(who), (KeyName::Session, session.key())];
            let generation = (asked.vault, asked.generation);
            let record = world.append(asked, &signers).unwrap().record();
            let shares = sealed.sealed_shares.iter().map(|(_, file)| file.as_str());
            (Asking { record, file: request_file(&world.bytes(), shares), session }, generation)
        });
        let open = Open { asking: asking.0, generation: asking.1, approvals: Vec::new() };
        let open = Rc::new(RefCell::new(open));
        self.open.borrow_mut().push(Rc::clone(&open));
        open
    }

    /// Somebody approves, whatever their book knows. It is never refused.
    pub fn approve(&self, open: &Rc<RefCell<Open>>, who: &'static str) {
        self.look(who, &open.borrow().asking);
        let file = self.world.approve(who, &open.borrow().asking);
        open.borrow_mut().approvals.push((who, file));
        let open = open.borrow();
        self.handed.borrow_mut().insert((open.asking.record, open.generation, who));
    }

    /// Somebody looks at a request before they decide.
    fn look(&self, who: &str, asking: &Asking) {
        let actor = self.world.person(who);
        let carried = RequestFile::parse(&asking.file).unwrap();
        let book = actor.book.borrow();
        let examined = carried.examine(&actor.card, std::slice::from_ref(&actor.identity), &book).unwrap();
        hide_nothing(&examined, &carried, &book, self.world.now());
    }

    /// Somebody's book is lost, and with it what it alone could tell.
    pub fn lose_book(&self, who: &str) {
        self.world.set_book(who, b"");
        self.handed.borrow_mut().retain(|(.., one)| *one != who);
    }

    /// The generations of which the books tell that a threshold of custodians approved one request.
    fn handed_over(&self) -> BTreeSet<(Digest, u32)> {
        let handed = self.handed.borrow();
        let count = |request: &Digest| handed.iter().filter(|(one, ..)| one == request).count();
        handed.iter().filter(|(request, ..)| count(request) >= THRESHOLD).map(|(_, one, _)| *one).collect()
    }

    /// Whether somebody at a safe has anything to go on from: its log, or what their book keeps.
    pub fn has_footing(&self, at: usize, who: &str) -> bool {
        let book = self.world.person(who).book.borrow();
        book.records().any(|(_, record)| !record.keeps.is_empty())
            || Reading::of(self.safes.borrow()[at].bytes.clone()).is_ok()
    }

    /// Tries to release at a safe as it is, on a medium with that fault. Checks that nothing is shown unlogged, or
    /// under the threshold.
    pub fn release(
        &self,
        at: usize,
        asking: &Asking,
        files: &[Vec<u8>],
        fault: Fault,
    ) -> Result<Fields, String> {
        let before = self.safes.borrow()[at].bytes.clone();
        self.world.set_bytes(before.clone());
        let outcome = self.try_release(asking, files, fault);
        let bytes = self.world.bytes();
        let condition = self.condition(at);
        if let Ok(fields) = &outcome {
            let password = fields.get("password").map(|value| value.expose_secret().to_owned());
            assert_eq!(password.as_deref(), Some("correct horse battery staple"));
            // Nothing is shown that is not in the log, as it lies on the medium.
            let reading = Reading::of(bytes.clone()).unwrap();
            let asked =
                reading.escrow.request(&asking.record).expect("a request that was released is logged");
            let released = asked.releases.last().expect("what was shown is logged");
            assert_eq!(released.record, reading.escrow.head.hash);
            // Nothing is released under the threshold of those who truly approved this request.
            let open = self.open.borrow();
            let open =
                open.iter().find(|open| open.borrow().asking.record == asking.record).unwrap().borrow();
            let truly: BTreeSet<_> = open.approvals.iter().map(|(who, _)| (*who).to_owned()).collect();
            let said: BTreeSet<_> = released.approvers.iter().map(ToString::to_string).collect();
            assert!(said.len() >= THRESHOLD && said.is_subset(&truly), "{said:?} of {truly:?}");
        }
        let condition = match fault {
            // What a faulty medium holds is judged by whoever reads it next.
            Fault::Changes | Fault::Tears if bytes != before => Condition::Torn,
            _ => condition,
        };
        self.spoil(at, bytes, condition);
        outcome
    }

    fn try_release(&self, asking: &Asking, files: &[Vec<u8>], fault: Fault) -> Result<Fields, String> {
        let said = |error: &dyn std::fmt::Display| error.to_string();
        let medium: MemoryMedium = self.world.medium().failing(fault);
        let mut ledger = Ledger::open(medium).and_then(Ledger::sound).map_err(|error| said(&error))?;
        let escrow = ledger.escrow().clone();
        let files = files.iter().map(|file| ApprovalFile::parse(file).unwrap()).collect();
        let gathered =
            gather(&escrow, &asking.record, &asking.session, files).map_err(|error| said(&error))?;
        let asked = escrow.request(&asking.record).unwrap();
        let request = &asked.request;
        let seal = &escrow.generation(&request.vault, request.generation).unwrap().seal.as_ref().clone();
        let sealed = self.world.files_of(seal);
        let deviations = gathered.deviations(&environment(), self.world.now());
        let authorized = gathered
            .reconstruct(&sealed.payload, deviations, environment())
            .map_err(|error: ReleaseError| said(&error))?;
        let draft = authorized.draft(&asking.session, self.world.tick());
        let appended = ledger.append(draft).map_err(|error| said(&error))?;
        authorized.reveal(&appended, &sealed.payload).map_err(|error| said(&error))
    }

    /// Releases in an emergency, whatever became of that safe's log. It is never refused.
    pub fn release_honestly(&self, at: usize, open: &Rc<RefCell<Open>>) {
        let open = open.borrow();
        let carried = RequestFile::parse(&open.asking.file).unwrap();
        self.footing(at, "carol", Some(&carried));
        let files: Vec<_> = open.approvals.iter().map(|(_, file)| file.clone()).collect();
        self.release(at, &open.asking, &files, Fault::None)
            .unwrap_or_else(|error| panic!("an honest emergency is refused: {error}"));
    }

    fn verify(&self, at: usize, evidence: &Evidence) -> Report {
        verify(Reading::of(self.safes.borrow()[at].bytes.clone()), evidence, self.world.now())
    }

    /// Verify says of both safes what is true of them.
    pub fn check_verdicts(&self, after: &str) {
        for at in 0..2 {
            let condition = self.condition(at);
            // What was judged before, and did not change, is judged again only once more was handed over.
            let now = (self.safes.borrow()[at].bytes.clone(), self.handed_over().len());
            if self.judged.borrow()[at].as_ref() == Some(&now) {
                continue;
            }
            self.judged.borrow_mut()[at] = Some(now);
            let report = self.verify(at, &Evidence::default());
            let broken = report.findings.iter().filter(|one| one.severity() >= Severity::Torn);
            let broken =
                broken.filter(|one| one.rule != Rule::RecordsMissing).map(|one| one.severity()).max();
            let right = match condition {
                Condition::Sound => broken.is_none(),
                Condition::Torn => broken == Some(Severity::Torn),
                Condition::Tampered | Condition::Gone => broken >= Some(Severity::Torn),
            };
            assert!(right, "after {after}, safe {at} is {condition:?}: {:?}", report.findings);
            if condition == Condition::Sound {
                self.check_books(at, after);
            }
        }
    }

    /// What a threshold of custodians handed over is exposed, by the log or by their books, until newer
    /// credentials are confirmed.
    fn check_books(&self, at: usize, after: &str) {
        let books = CUSTODIANS.map(|who| self.world.person(who).book_evidence());
        let evidence = Evidence { books: books.into(), ..Evidence::default() };
        let report = self.verify(at, &evidence);
        let escrow = report.escrow.as_ref().expect("it is sound");
        for (vault, number) in &self.handed_over() {
            let Some(generation) = escrow.generation(vault, *number) else { continue };
            let later = escrow.vault(vault).into_iter().flat_map(|vault| &vault.generations);
            let mut later = later.filter(|one| one.seal.generation > *number);
            if later.any(|one| one.is_confirmed() && one.seal.credentials == Credentials::New) {
                continue;
            }
            let title = generation.seal.title();
            let told = report.findings.iter().any(|one| {
                matches!(one.rule, Rule::Exposed | Rule::RotationOverdue) && one.detail.starts_with(&title)
            });
            assert!(told, "after {after}, safe {at}: nobody tells that {title} was handed over");
        }
        let broken: Vec<_> = report.findings.iter().filter(|one| one.rule == Rule::BookChain).collect();
        assert!(broken.is_empty(), "{broken:?}");
    }
}
