//! The whole story on a log in memory: sealed, checked, asked for, approved, released, ended, closed. And what
//! each ceremony refuses on the way.

#[path = "main_path/appending.rs"]
mod appending;
#[path = "main_path/approving.rs"]
mod approving;
#[path = "main_path/bad_approvals.rs"]
mod bad_approvals;
#[path = "fixtures/world/mod.rs"]
mod world;

use breakglass::audit::verify::Evidence;
use breakglass::ceremony::approve::{ApprovalFile, ApproveError, RequestFile, request_file};
use breakglass::ceremony::check::{CheckError, Held, check};
use breakglass::ceremony::init::{Beginning, genesis};
use breakglass::ceremony::release::{BadApproval, Gathered, ReleaseError, gather};
use breakglass::ceremony::seal::{OpenShareError, open_share};
use breakglass::crypto::digest::Digest;
use breakglass::crypto::envelope;
use breakglass::ledger::draft::{Draft, MAX_LINE};
use breakglass::ledger::error::LedgerError;
use breakglass::ledger::log::Ledger;
use breakglass::record::book::Book;
use breakglass::record::card::Role;
use breakglass::record::chain::LogRecord;
use breakglass::record::deviation::Deviation;
use breakglass::record::finding::{Rule, Severity};
use breakglass::record::frame::RecordBody;
use breakglass::record::note::Note;
use breakglass::record::policy::Policy;
use breakglass::record::repair::Adopt;
use breakglass::record::request::{End, EndOutcome, Purpose};
use breakglass::record::seal::Kind;
use breakglass::record::statements::Statements;
use breakglass::secret::canary::canary_fields;
use breakglass::secret::payload::Fields;
use breakglass::secret::quorum::Reconstructed;
use breakglass::secret::share::{Share, ShareError};
use breakglass::value::names::{KeyName, PersonId};
use secrecy::ExposeSecret as _;
use world::{Asking, CANARY, Fault, World, actor, dawn, environment, fields, rng, text};

fn files(files: &[Vec<u8>]) -> Vec<ApprovalFile> {
    files.iter().map(|file| ApprovalFile::parse(file).unwrap()).collect()
}

#[track_caller]
fn same(fields: &Fields, expected: &Fields) {
    assert!(fields.names().eq(expected.names()), "{fields:?}");
    for name in expected.names() {
        let value = |fields: &Fields| fields.get(name.as_str()).unwrap().expose_secret().to_owned();
        assert_eq!(value(fields), value(expected));
    }
}

fn rules(report: &breakglass::audit::verify::Report) -> Vec<Rule> {
    report.findings.iter().map(|finding| finding.rule).collect()
}

#[test]
fn what_was_sealed_is_released_and_verify_says_that_all_holds() {
    let world = World::ready();
    assert_eq!(rules(&world.verify()), [Rule::CompletenessUnproven]);
    let asking = world.emergency();
    let approvals = world.approvals(&["alice", "bob"], &asking);
    same(&world.release(&asking, &approvals).unwrap(), &fields());
    world.act("carol", &asking);
    world.end(&asking, EndOutcome::Released);
    let report = world.verify();
    assert!(report.worst() < Some(Severity::Finding), "{:?}", report.findings);
    assert_eq!(rules(&report), [Rule::Exposed, Rule::CloseMissing, Rule::CompletenessUnproven]);
    // New credentials are sealed, confirmed, checked, and the emergency is closed. Books and a head agree.
    world.seal("prod", Kind::Root, 2, &["alice", "bob", "carol"]);
    world.confirm("prod", 2, &["dan", "alice"]);
    for who in ["alice", "bob", "carol"] {
        world.check(who);
    }
    world.close("alice", &asking);
    let books = ["alice", "bob", "carol"].map(|who| world.person(who).book_evidence()).to_vec();
    let heads = vec![("head".to_owned(), world.head_file())];
    let evidence = Evidence { books, heads, require_head: true, ..Evidence::default() };
    let report = world.verify_with(&evidence);
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

#[test]
fn a_drill_walks_the_same_path() {
    let world = World::ready();
    let asking = world.ask("alice", CANARY, world.question(Purpose::Drill));
    let approvals = world.approvals(&["bob", "carol"], &asking);
    same(&world.release(&asking, &approvals).unwrap(), &canary_fields(&text(CANARY)));
    world.end(&asking, EndOutcome::Released);
    assert_eq!(rules(&world.verify()), [Rule::CompletenessUnproven]);
}

#[test]
fn a_request_is_released_again_until_it_ends() {
    let world = World::ready();
    let asking = world.emergency();
    let approvals = world.approvals(&["alice", "bob"], &asking);
    for _ in 0..2 {
        same(&world.release(&asking, &approvals).unwrap(), &fields());
    }
    let escrow = world.reading().escrow;
    assert_eq!(escrow.requests[0].releases.len(), 2);
    let Some(LogRecord { says: breakglass::record::kinds::Record::Release(second), .. }) =
        world.records().pop()
    else {
        panic!("the last record is the second release");
    };
    assert_eq!(second.attempt, 2);
    world.end(&asking, EndOutcome::Released);
    let ended = world.head().seq;
    let size = world.bytes().len();
    assert!(matches!(world.release(&asking, &approvals), Err(ReleaseError::Ended(seq)) if seq == ended));
    assert_eq!(world.bytes().len(), size, "nothing was written");
    // A new request for the same thing takes new approvals.
    let again = world.emergency();
    assert!(matches!(world.release(&again, &approvals), Err(ReleaseError::NotEnough { .. })));
}

#[test]
fn nothing_is_released_on_too_few_approvals_or_to_another_session() {
    let world = World::ready();
    let (asking, other) = (world.emergency(), world.emergency());
    let alice = world.approve("alice", &asking);
    let size = world.bytes().len();
    let again = [alice.clone(), alice.clone()];
    for few in [&[][..], std::slice::from_ref(&alice), &again] {
        assert!(matches!(world.release(&asking, few), Err(ReleaseError::NotEnough { .. })));
    }
    let escrow = world.reading().escrow;
    let gathered =
        |record: &Digest, session| gather(&escrow, record, session, Vec::new()).map(|_: Gathered<'_>| ());
    assert!(matches!(gathered(&asking.record, &other.session), Err(ReleaseError::OtherSession)));
    let unknown = Digest::of(b"another request");
    assert!(matches!(gathered(&unknown, &asking.session), Err(ReleaseError::NoRequest(_))));
    let both = [alice, world.approve("bob", &asking)];
    let gathered = gather(&escrow, &asking.record, &asking.session, files(&both)).unwrap();
    let refused = gathered.reconstruct(b"another payload", Vec::new(), environment());
    assert!(matches!(refused, Err(ReleaseError::OtherPayload)));
    assert_eq!(world.bytes().len(), size, "nothing was written");
}

#[test]
fn only_its_own_record_opens_the_payload() {
    let world = World::ready();
    let asking = world.emergency();
    let approvals = world.approvals(&["alice", "bob"], &asking);
    let authorized = || {
        let escrow = world.reading().escrow;
        let gathered = gather(&escrow, &asking.record, &asking.session, files(&approvals)).unwrap();
        gathered.reconstruct(&payload(&world), Vec::new(), environment()).unwrap()
    };
    let (first, late) = (authorized(), authorized());
    let other = world.append(Statements { statements: Vec::new() }, &[world.signs("alice")]).unwrap();
    assert!(matches!(authorized().reveal(&other, &payload(&world)), Err(ReleaseError::OtherRecord)));
    let mut ledger = world.ledger();
    let appended = ledger.append(first.draft(&asking.session, world.tick())).unwrap();
    // The release that was not logged: its number is taken, so that it cannot be, and the next is another one.
    let refused = ledger.append(late.draft(&asking.session, world.tick())).unwrap_err();
    assert!(matches!(refused, LedgerError::Refused(found) if found.rule == Rule::ReleaseAttempt));
    assert!(matches!(authorized().reveal(&appended, &payload(&world)), Err(ReleaseError::OtherRecord)));
    same(&first.reveal(&appended, &payload(&world)).unwrap(), &fields());
    // Anybody can encrypt to a vault's recipient. What was not sealed is not shown, though it opens.
    let third = authorized();
    let appended = ledger.append(third.draft(&asking.session, world.tick())).unwrap();
    let forged =
        envelope::encrypt(&[world.generation("prod").seal.recipient.clone()], &fields().encode()).unwrap();
    assert!(matches!(third.reveal(&appended, &forged), Err(ReleaseError::OtherPayload)));
}

fn payload(world: &World) -> Vec<u8> {
    world.sealed(&world.generation("prod").seal.vault, 1).payload.clone()
}
