//! The whole story on a log in memory: sealed, checked, asked for, approved, released, ended, closed. And what
//! each ceremony refuses on the way.

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
use breakglass::record::request::{End, Outcome, Purpose};
use breakglass::record::seal::Kind;
use breakglass::record::statements::Statements;
use breakglass::secret::payload::Fields;
use breakglass::secret::quorum::Reconstructed;
use breakglass::secret::share::{Share, ShareError};
use breakglass::value::names::{KeyName, PersonId};
use secrecy::ExposeSecret as _;
use world::{Asking, Fault, World, actor, dawn, environment, fields, rng, text};

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
    world.end(&asking, Outcome::Released);
    let report = world.verify();
    assert!(report.worst() < Some(Severity::Finding), "{:?}", report.findings);
    assert_eq!(rules(&report), [Rule::Exposed, Rule::CloseMissing, Rule::CompletenessUnproven]);
    // New credentials are sealed, checked, and the emergency is closed. Books and a head agree.
    world.seal("prod", Kind::Root, 2, &["alice", "bob", "carol"]);
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
    let asking = world.ask("alice", "canary", world.question(Purpose::Drill));
    let approvals = world.approvals(&["bob", "carol"], &asking);
    same(&world.release(&asking, &approvals).unwrap(), &fields());
    world.end(&asking, Outcome::Released);
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
    world.end(&asking, Outcome::Released);
    let ended = world.head().seq;
    let size = world.bytes().len();
    assert!(matches!(world.release(&asking, &approvals), Err(ReleaseError::Ended(seq)) if seq == ended));
    assert_eq!(world.bytes().len(), size, "nothing was written");
    // A new request for the same thing takes new approvals.
    let again = world.emergency();
    assert!(matches!(world.release(&again, &approvals), Err(ReleaseError::NotEnough { .. })));
}

/// What is set aside from `bad` and two good approvals.
#[track_caller]
fn set_aside(
    world: &World,
    asking: &Asking,
    bad: ApprovalFile,
    good: &[Vec<u8>],
) -> (Option<String>, BadApproval) {
    let escrow = world.reading().escrow;
    let mut all = vec![bad];
    all.extend(files(good));
    let mut gathered = gather(&escrow, &asking.record, &asking.session, all).unwrap();
    assert!(gathered.enough().is_ok(), "the good ones remain");
    assert_eq!(gathered.set_aside.len(), 1, "{:?}", gathered.set_aside);
    assert!(gathered.approvers().iter().map(PersonId::as_str).eq(["alice", "bob"]));
    let bad = gathered.bad_shares();
    let aside = gathered.set_aside.pop().unwrap();
    // Whom nobody signed for is not accused.
    let signed = !matches!(aside.why, BadApproval::Statement(..));
    assert_eq!(bad, aside.custodian.iter().filter(|_| signed).cloned().collect::<Vec<_>>());
    let sealed = world.sealed(&world.generation("prod").seal.vault, 1);
    gathered.reconstruct(&sealed.payload, Vec::new(), environment()).unwrap();
    (aside.custodian.map(|person| person.to_string()), aside.why)
}

#[test]
fn bad_approvals_are_set_aside_by_name_and_the_good_ones_count() {
    let world = World::ready();
    let (asking, other) = (world.emergency(), world.emergency());
    let good = world.approvals(&["alice", "bob"], &asking);
    let carols = world.approve("carol", &asking);
    // Of another request.
    let (who, why) = set_aside(&world, &asking, files(&[world.approve("carol", &other)]).remove(0), &good);
    assert_eq!(who.as_deref(), Some("carol"));
    assert_eq!(why.to_string(), "the approval by `carol` is of another request");
    // Another ciphertext: alice's under carol's note, and carol's with a changed line.
    let (parsed, alices) = (ApprovalFile::parse(&carols).unwrap(), ApprovalFile::parse(&good[0]).unwrap());
    let mixed = ApprovalFile { note: parsed.note.clone(), ciphertext: alices.ciphertext };
    assert!(matches!(set_aside(&world, &asking, mixed, &good).1, BadApproval::OtherCiphertext));
    let mut changed = parsed.ciphertext.into_bytes();
    let middle = changed.len() / 2;
    changed[middle] = if changed[middle] == b'A' { b'B' } else { b'A' };
    let changed = ApprovalFile { note: parsed.note, ciphertext: String::from_utf8(changed).unwrap() };
    let (who, why) = set_aside(&world, &asking, changed, &good);
    assert_eq!(who.as_deref(), Some("carol"));
    assert!(matches!(why, BadApproval::OtherCiphertext));
    // A second one by alice, as good as the first: one of the two is set aside.
    let (who, why) = set_aside(&world, &asking, files(&[world.approve("alice", &asking)]).remove(0), &good);
    assert_eq!(
        (who.as_deref(), why.to_string().as_str()),
        (Some("alice"), "`alice` approved twice, and counts once")
    );
    // By somebody without a share, by a stranger, under a false name.
    let approval =
        breakglass::record::statement::SignedStatement::parse(files(&good).remove(0).note).unwrap();
    let mallory = actor("mallory", &[Role::Custodian]);
    for (signs, who, rule) in [
        (world.signs("erin"), "erin", None),
        (mallory.signs(), "mallory", Some(Rule::StatementPerson)),
        ((world.signs("carol").0, mallory.signs().1), "carol", Some(Rule::StatementSignature)),
    ] {
        let forged = world.forge_statement(signs, approval.statement.says.clone(), |_| {});
        let file = ApprovalFile { note: forged.note, ciphertext: files(&good).remove(0).ciphertext };
        let (named, why) = set_aside(&world, &asking, file, &good);
        assert_eq!(named.as_deref(), Some(who));
        match rule {
            Some(rule) => {
                assert!(matches!(&why, BadApproval::Statement(broken) if broken.rule == rule), "{why:?}")
            }
            None => assert_eq!(
                why.to_string(),
                "the approval by `erin` is not of the share that was sealed to them"
            ),
        }
    }
    // The ciphertext that was approved, and another share in it: alice's, or one for another request.
    let escrow = world.id();
    let seal = world.generation("prod").seal;
    let open = |who: &str| {
        let sealed = world.sealed(&seal.vault, 1);
        let file = &sealed.sealed_shares.iter().find(|(id, _)| id.as_str() == who).unwrap().1;
        let identity = world.person(who).identity.clone();
        open_share(&[identity], file, &escrow, &seal, world.person(who).id()).unwrap()
    };
    // And carol's own with another value, which would spoil the release of the others.
    let text = open("carol").text();
    let (rest, last) = text.trim_end().split_at(text.trim_end().len() - 1);
    let spoilt = Share::parse(&format!("{rest}{}\n", if last == "0" { "1" } else { "0" })).unwrap();
    for (share, request, expected) in [
        (open("alice"), asking.record, ShareError::Contradicts("index")),
        (open("carol"), other.record, ShareError::OtherRequest),
        (spoilt, asking.record, ShareError::Commitment),
    ] {
        let to = [asking.session.identity().to_recipient()];
        let ciphertext = envelope::encrypt_armored(&to, share.approved_text(&request).as_bytes()).unwrap();
        let approval = breakglass::record::statement::Approval {
            request: asking.record,
            vault: seal.vault,
            generation: 1,
            index: 3.try_into().unwrap(),
            ciphertext: Digest::of(ciphertext.as_bytes()),
            deviations: Vec::new(),
        };
        let forged = world.forge_statement(world.signs("carol"), approval, |_| {});
        let why = set_aside(&world, &asking, ApprovalFile { note: forged.note, ciphertext }, &good).1;
        assert!(matches!(why, BadApproval::Share(ref found) if *found == expected), "{why:?}");
    }
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
    let forged = envelope::encrypt(&[world.generation("prod").seal.recipient], &fields().encode()).unwrap();
    assert!(matches!(third.reveal(&appended, &forged), Err(ReleaseError::OtherPayload)));
}

fn payload(world: &World) -> Vec<u8> {
    world.sealed(&world.generation("prod").seal.vault, 1).payload.clone()
}

/// A draft of carol's, and of a stranger's that breaks a rule.
#[test]
fn a_record_is_as_large_as_a_line_may_be_and_no_larger() {
    let world = World::ready();
    let record = |length: usize| {
        let says = Adopt { from: world.head(), records: "A".repeat(length) };
        let draft = Draft { time: dawn(), says, signers: vec![world.signs("alice")] };
        draft.at(world.id(), 1, Digest::ZERO)
    };
    let line = |note: &Note| note.as_bytes().iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let rest = line(&record(0).unwrap());
    let largest = record(MAX_LINE - rest).unwrap();
    assert_eq!(line(&largest), MAX_LINE);
    assert!(Note::parse(largest.as_bytes()).is_ok());
    let larger = record(MAX_LINE - rest + 1);
    assert!(matches!(larger, Err(LedgerError::TooLarge(length)) if length == MAX_LINE + 1));
}

fn draft<'a>(world: &'a World, who: &str) -> Draft<'a, Statements> {
    Draft { time: world.tick(), says: Statements { statements: Vec::new() }, signers: vec![world.signs(who)] }
}

/// What is called an end and has nothing of one.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
struct NoEnd {
    ends: u64,
}

impl RecordBody for NoEnd {
    const KIND: &'static str = End::KIND;
}

#[test]
fn a_record_that_breaks_a_rule_is_refused_and_nothing_is_written() {
    #[track_caller]
    fn refused<S: RecordBody>(world: &World, rule: Rule, says: S, signers: &[world::Signs<'_>]) {
        let before = world.bytes();
        let mut ledger = world.ledger();
        let draft = Draft { time: world.tick(), says, signers: signers.to_vec() };
        match ledger.append(draft).unwrap_err() {
            LedgerError::Refused(finding) => {
                assert_eq!((finding.rule, finding.seq), (rule, Some(world.head().seq + 1)), "{finding:?}");
                assert_eq!(finding.offset, Some(before.len() as u64));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(world.bytes(), before);
        // The ledger is as good as before.
        ledger.append(self::draft(world, "alice")).unwrap();
        world.set_bytes(before);
    }
    let world = World::ready();
    let asking = world.emergency();
    let seal = world.generation("prod").seal;
    let (alice, dan) = (world.signs("alice"), world.signs("dan"));
    let mallory = actor("mallory", &[Role::Administrator]);
    refused(&world, Rule::RecordMalformed, NoEnd { ends: 1 }, std::slice::from_ref(&dan));
    refused(&world, Rule::SealGeneration, seal.clone(), std::slice::from_ref(&dan));
    refused(&world, Rule::SealSigner, seal.clone(), std::slice::from_ref(&alice));
    refused(&world, Rule::RecordSignerUnknown, seal, &[mallory.signs()]);
    refused(&world, Rule::EndShown, world.end_of(&asking, Outcome::Released), &[asking.signs()]);
    let files = world.approvals(&["alice"], &asking);
    let Reconstructed { release_key, .. } = world.keys("prod");
    let signers = [(world.release_name("prod"), &release_key), asking.signs()];
    refused(&world, Rule::ReleaseQuorum, world.release_of(&asking, 1, &files), &signers);
    // All of several, or none.
    let before = world.bytes();
    let mut ledger = world.ledger();
    let several = vec![
        draft(&world, "alice"),
        draft(&world, "dan"),
        Draft { signers: vec![mallory.signs()], ..draft(&world, "bob") },
    ];
    assert!(matches!(ledger.append_all(several), Err(LedgerError::Refused(_))));
    assert_eq!(world.bytes(), before);
    let heads = ledger.append_all(vec![draft(&world, "alice"), draft(&world, "dan")]).unwrap();
    assert_eq!(heads[1].head(), world.head());
    assert_eq!(world.reading().escrow.head, world.head());
}

#[test]
fn a_medium_that_fails_gives_no_proof_and_is_not_used_again() {
    for fault in [Fault::Fails, Fault::Loses, Fault::Changes, Fault::Tears, Fault::FailsToReread] {
        let world = World::ready();
        let asking = world.emergency();
        let approvals = world.approvals(&["alice", "bob"], &asking);
        let mut ledger = Ledger::open(world.medium().failing(fault)).unwrap().sound().unwrap();
        let escrow = ledger.escrow().clone();
        let gathered = gather(&escrow, &asking.record, &asking.session, files(&approvals)).unwrap();
        let authorized = gathered.reconstruct(&payload(&world), Vec::new(), environment()).unwrap();
        assert_eq!(format!("{authorized:?}"), "Authorized(attempt 1, …)");
        let failed = ledger.append(authorized.draft(&asking.session, world.tick())).unwrap_err();
        match fault {
            Fault::Fails | Fault::FailsToReread => {
                assert!(matches!(failed, LedgerError::Io { .. }), "{failed:?}")
            }
            _ => assert!(matches!(failed, LedgerError::Unfaithful), "{failed:?}"),
        }
        assert_eq!(ledger.escrow().head, escrow.head, "{fault:?}");
        let size = world.bytes().len();
        assert!(matches!(ledger.append(draft(&world, "alice")), Err(LedgerError::Unusable)));
        assert_eq!(world.bytes().len(), size, "{fault:?}: nothing is written any more");
    }
}

#[test]
fn a_log_that_is_not_sound_is_not_built_on() {
    let world = World::ready();
    let torn = world.bytes().len() - 1;
    world.set_bytes(world.bytes()[..torn].to_vec());
    let mut ledger = Ledger::open(world.medium()).unwrap();
    assert!(
        matches!(ledger.append(draft(&world, "alice")), Err(LedgerError::Unsound(found)) if found.rule == Rule::Torn)
    );
    assert_eq!(world.bytes().len(), torn);
    assert!(matches!(ledger.sound(), Err(LedgerError::Unsound(_))));
    world.set_bytes(Vec::new());
    assert!(matches!(Ledger::open(world.medium()), Err(LedgerError::Unsound(_))));
}

/// What becomes of a request file in `who`'s hands.
fn examine(world: &World, who: &str, file: &[u8], book: &Book) -> Result<(), ApproveError> {
    let actor = world.person(who);
    let carried = RequestFile::parse(file)?;
    carried.examine(&actor.card, std::slice::from_ref(&actor.identity), book).map(|_| ())
}

#[test]
fn an_approver_is_not_led_astray() {
    let world = World::ready();
    let asking = world.emergency();
    let (alice, empty) = (world.person("alice"), Book::new(text("alice")));
    let ours = |file: &[u8]| examine(&world, "alice", file, &alice.book.borrow());
    ours(&asking.file).unwrap();
    // Not of this escrow, without a share, with another card.
    assert!(matches!(examine(&world, "erin", &asking.file, &empty), Err(ApproveError::NoShare { .. })));
    let mallory = actor("alice", &[Role::Custodian]);
    let carried = RequestFile::parse(&asking.file).unwrap();
    let refused = carried.examine(&mallory.card, std::slice::from_ref(&mallory.identity), &empty);
    assert!(matches!(refused, Err(ApproveError::NotEnrolled(_))));
    // Her sealed share is missing, or her identity is another.
    let sealed = world.sealed(&world.generation("prod").seal.vault, 1);
    let others = sealed.sealed_shares[1..].iter().map(|(_, file)| file.as_str());
    assert!(matches!(ours(&request_file(&world.bytes(), others)), Err(ApproveError::ShareMissing(_))));
    let refused = carried.examine(&alice.card, std::slice::from_ref(&mallory.identity), &empty);
    let no_key = |error: &OpenShareError| matches!(error, OpenShareError::Envelope(_));
    assert!(matches!(refused, Err(ApproveError::BadShare { ref error, .. }) if no_key(error)));
    // A log that does not end with a request, that is torn, or that was tampered with.
    let shares: Vec<&str> = sealed.sealed_shares.iter().map(|(_, file)| file.as_str()).collect();
    let with = |log: &[u8]| request_file(log, shares.iter().copied());
    let (log, request) = (world.bytes(), world.records().pop().unwrap());
    assert!(matches!(ours(&with(&log[..request.start as usize])), Err(ApproveError::NoRequest)));
    world.append(Statements { statements: Vec::new() }, &[world.signs("bob")]).unwrap();
    assert!(matches!(ours(&with(&world.bytes())), Err(ApproveError::NoRequest)));
    world.set_bytes(log.clone());
    assert!(
        matches!(ours(&with(&log[..log.len() - 1])), Err(ApproveError::Unsound(found)) if found.rule == Rule::Torn)
    );
    let mut flipped = log.clone();
    flipped[request.start as usize - 40] ^= 1;
    assert!(matches!(ours(&with(&flipped)), Err(ApproveError::Unsound(_))));
    // Real credentials asked for as a drill: past the request ceremony, and not past the approver.
    let (mut drill, session) = world.make_request("carol", "prod", world.question(Purpose::Emergency));
    drill.purpose = Purpose::Drill;
    world.forge(drill, &[world.signs("carol"), (KeyName::Session, session.key())]);
    let refused = ours(&with(&world.bytes()));
    assert!(matches!(refused, Err(ApproveError::Unsound(found)) if found.rule == Rule::RequestPurpose));
}

#[test]
fn an_approver_notices_another_history() {
    let world = World::ready();
    let sealed = world.sealed(&world.generation("prod").seal.vault, 1);
    let shares = || sealed.sealed_shares.iter().map(|(_, file)| file.as_str());
    let before = world.bytes();
    let first = world.emergency();
    world.approve("alice", &first);
    let known = world.head().seq;
    let alice = world.person("alice");
    let ours = |file: &[u8]| {
        let carried = RequestFile::parse(file).unwrap();
        let identity = std::slice::from_ref(&alice.identity);
        match carried.examine(&alice.card, identity, &alice.book.borrow()) {
            Ok(examined) => Ok(examined.deviations(world.now())),
            Err(ApproveError::OtherHistory { seq }) => Err(seq),
            Err(error) => panic!("{error}"),
        }
    };
    // What she approved is cut off, and something else asked instead.
    world.set_bytes(before);
    let second = world.emergency();
    assert_eq!(ours(&second.file), Ok(vec![Deviation::OtherHistory]));
    world.emergency();
    let longer = request_file(&world.bytes(), shares());
    assert_eq!(ours(&longer), Ok(vec![Deviation::OtherHistory]));
    // Only an emergency goes on all the same.
    world.ask("carol", "prod", world.question(Purpose::Maintenance));
    let planned = request_file(&world.bytes(), shares());
    assert_eq!(ours(&planned), Err(known));
    // To somebody whose book does not know that much, it is a history like any other.
    examine(&world, "bob", &second.file, &world.person("bob").book.borrow()).unwrap();
    // On her own history she is told of what she approved and was never released.
    let world = World::ready();
    let first = world.emergency();
    world.approve("alice", &first);
    let second = world.emergency();
    let (alice, carried) = (world.person("alice"), RequestFile::parse(&second.file).unwrap());
    let book = alice.book.borrow();
    let examined = carried.examine(&alice.card, std::slice::from_ref(&alice.identity), &book).unwrap();
    let told: Vec<_> = examined.unreleased.iter().map(|one| (one.person.as_str(), one.request)).collect();
    assert_eq!(told, [("alice", first.record)]);
}

#[test]
fn a_forged_escrow_with_the_same_people_gets_no_share() {
    let world = World::ready();
    let seal = world.generation("prod").seal;
    let sealed = world.sealed(&seal.vault, 1);
    // Mallory's own genesis, with everybody's true card, and the true seal copied.
    let mallory = actor("mallory", &[Role::Administrator]);
    let people = ["alice", "bob", "carol", "dan"].map(|id| world.person(id).card.clone());
    let cards = people.into_iter().chain([mallory.card.clone()]).collect();
    let beginning = Beginning { name: text("Example Corp"), cards, policy: Policy::default() };
    let forged = world;
    let first = genesis(&beginning, &mallory.signer, dawn(), &mut rng()).unwrap();
    forged.set_bytes(LogRecord::bytes_of(&first));
    forged.append(seal.clone(), &[mallory.signs()]).unwrap();
    let question = forged.question(Purpose::Emergency);
    let (request, session) = forged.make_request("carol", "prod", question);
    let request = breakglass::record::request::Request { requester: mallory.id().clone(), ..request };
    forged.append(request, &[mallory.signs(), (KeyName::Session, session.key())]).unwrap();
    let file = request_file(&forged.bytes(), sealed.sealed_shares.iter().map(|(_, file)| file.as_str()));
    // Alice's book is lost, and still the share itself says whose it is.
    match examine(&forged, "alice", &file, &Book::new(text("alice"))) {
        Err(ApproveError::BadShare { error: OpenShareError::Share(error), .. }) => {
            assert_eq!(error, ShareError::Contradicts("escrow"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_share_that_is_not_the_sealed_one_is_not_checked_off() {
    let world = World::ready();
    let escrow = world.reading().escrow;
    let (alice, generation) = (world.person("alice"), world.generation("prod"));
    let sealed = world.sealed(&generation.seal.vault, 1);
    let held = |file: &str| [Held { generation: &generation, file: file.to_owned() }];
    let try_check =
        |identity, file: &str| check(&escrow, alice.id(), std::slice::from_ref(identity), &held(file));
    assert!(try_check(&alice.identity, &sealed.sealed_shares[0].1).is_ok());
    let refused = try_check(&alice.identity, &sealed.sealed_shares[1].1);
    assert!(matches!(refused, Err(CheckError::OtherFile { .. })));
    let refused = try_check(&world.person("bob").identity, &sealed.sealed_shares[0].1);
    assert!(matches!(refused, Err(CheckError::Bad { .. })));
    let nothing = check(&escrow, alice.id(), &[], &[]);
    assert!(matches!(nothing, Err(CheckError::Nothing(_))));
}
