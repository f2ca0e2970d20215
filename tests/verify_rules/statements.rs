//! Statements: whoever carries them in, they are judged by their maker.

use breakglass::ceremony::approve::ApprovalFile;
use breakglass::crypto::digest::Digest;
use breakglass::record::card::Role;
use breakglass::record::closing::{Close, Obligation};
use breakglass::record::finding::Rule;
use breakglass::record::note::Note;
use breakglass::record::request::{End, EndOutcome, Purpose};
use breakglass::record::statement::{
    Action, Approval, Check, CheckedShare, Denial, FramedStatement, Reviewed, SignedStatement, Statement,
};
use breakglass::record::statements::Statements;
use breakglass::value::names::KeyName;
use breakglass::value::time::Seconds;
use data_encoding::BASE64;

use crate::retirements::retire;
use crate::world::{Asking, CANARY, World, actor, embed, text};
use crate::{Case, Spoil};

fn done(asking: &Asking) -> Action {
    Action { request: asking.record, done: text("something") }
}

fn denied(asking: &Asking) -> Denial {
    Denial { request: asking.record, because: text("I cannot tell who asks.") }
}

/// Alice's approval of what `asking` asks for, changed.
fn approval(world: &World, asking: &Asking, change: impl FnOnce(&mut Approval)) -> Approval {
    let seal = world.generation("prod").seal.as_ref().clone();
    let mut approval = Approval {
        request: asking.record,
        vault: seal.vault,
        generation: seal.generation,
        index: 1.try_into().unwrap(),
        ciphertext: Digest::of(b"a ciphertext"),
        compared: Vec::new(),
        deviations: Vec::new(),
        environment: None,
    };
    change(&mut approval);
    approval
}

/// Each statement, collected by bob, breaks `rule`; and so does it in company.
#[track_caller]
fn each_breaks(world: &World, rule: Rule, bad: &[SignedStatement]) {
    let case = Case::of(world);
    let good = world.forge_statement(world.signs("alice"), check(world, 1, 1), |_| {});
    let (alone, again): (Vec<_>, Vec<_>) = (bad.iter().collect(), bad.iter().collect());
    let spoils = alone
        .into_iter()
        .map(|bad| -> Spoil<'_> { Box::new(move |world| world.forge_collected("bob", &[bad])) });
    case.each_breaks(rule, spoils.collect());
    for bad in again {
        let bytes = world.bytes();
        let count = world.reading().escrow.statements.len();
        let seq = world.forge_collected("bob", &[&good, bad]);
        case.breaks(rule, seq);
        assert_eq!(world.reading().escrow.statements.len(), count, "a bad one takes the good one with it");
        world.set_bytes(bytes);
    }
}

/// A check of one share of `prod`.
fn check(world: &World, generation: u32, index: u8) -> Check {
    let vault = world.generation("prod").seal.vault;
    Check::of(vec![CheckedShare { vault, generation, index, seal: None }])
}

#[test]
fn statements_signer() {
    let world = World::ready();
    let asking = world.emergency();
    let case = Case::of(&world);
    let action = world.state("alice", done(&asking));
    let seq = world.forge(embed(&[&action]), &[world.signs("alice"), world.signs("bob")]);
    case.breaks(Rule::StatementsSigner, seq);
    assert!(world.reading().escrow.statements.iter().all(|one| one.statement.note != action.note));
}

#[test]
fn statement_malformed() {
    let world = World::ready();
    let asking = world.emergency();
    let good = world.state("alice", done(&asking)).note.as_bytes().to_vec();
    let spaced = String::from_utf8(good.clone()).unwrap().replacen("\"time\":", "\"time\": ", 1);
    let bad = [
        "no base64".to_owned(),
        BASE64.encode(b"no note"),
        BASE64.encode(&[&good[..], b"\n"].concat()),
        BASE64.encode(spaced.as_bytes()),
        BASE64.encode(world.person("alice").card.note().as_bytes()),
    ];
    let spoils = bad.iter().map(|bad| -> Spoil<'_> {
        Box::new(move |world| {
            world.forge(Statements { statements: vec![bad.clone()] }, &[world.signs("alice")])
        })
    });
    let case = Case::of(&world);
    case.each_breaks(Rule::StatementMalformed, spoils.collect());
    // Among the approvals of an end, only approvals have a place.
    let action = world.state("alice", done(&asking));
    let seq = forge_end(&world, &asking, &action);
    case.breaks(Rule::StatementMalformed, seq);
}

/// Ends `asking` without a release, with this among the approvals received.
fn forge_end(world: &World, asking: &Asking, received: &SignedStatement) -> u64 {
    let approvals = vec![BASE64.encode(received.note.as_bytes())];
    let end = End { approvals, ..world.end_of(asking, EndOutcome::NotReleased) };
    world.forge(end, &[asking.signs()])
}

#[test]
fn statement_person() {
    let world = World::ready();
    let asking = world.emergency();
    let mallory = actor("mallory", &[Role::Custodian]);
    let stranger = world.forge_statement(mallory.signs(), done(&asking), |_| {});
    // By two people, each with their signature.
    let action = world.forge_statement(world.signs("alice"), done(&asking), |_| {});
    let (alice, bob) = (world.signs("alice"), world.signs("bob"));
    let FramedStatement { escrow, head, head_from, book, time, .. } = action.statement.clone();
    let by = vec![alice.0.clone(), bob.0.clone()];
    let two = FramedStatement { escrow, head, head_from, book, time, by, says: done(&asking) };
    let two = SignedStatement { note: Note::sign(&two, &[alice, bob]), ..action };
    each_breaks(&world, Rule::StatementPerson, &[stranger, two]);
}

#[test]
fn statement_signature() {
    let world = World::ready();
    let asking = world.emergency();
    let forged = (world.signs("alice").0, world.signs("bob").1);
    let forged = world.forge_statement(forged, done(&asking), |_| {});
    // Alice's own signature, under other words.
    let mut changed = world.forge_statement(world.signs("alice"), done(&asking), |_| {});
    let words =
        String::from_utf8(changed.note.as_bytes().to_vec()).unwrap().replace("something", "all of it");
    changed.note = Note::parse(words.as_bytes()).unwrap();
    // Alice's statement, with bob's signature line.
    let mut other = changed.clone();
    let line = world.forge_statement(world.signs("bob"), done(&asking), |_| {});
    let line = String::from_utf8(line.note.as_bytes().to_vec()).unwrap();
    let bytes = [words.split("\n\n").next().unwrap(), "\n\n", line.split("\n\n").nth(1).unwrap()].concat();
    other.note = Note::parse(bytes.as_bytes()).unwrap();
    each_breaks(&world, Rule::StatementSignature, &[forged, changed, other]);
}

#[test]
fn statement_escrow() {
    let world = World::ready();
    let asking = world.emergency();
    let other = world.forge_statement(world.signs("alice"), done(&asking), |statement| {
        statement.escrow = Digest::of(b"another escrow");
    });
    each_breaks(&world, Rule::StatementEscrow, &[other]);
}

#[test]
fn statement_head() {
    let world = World::ready();
    let asking = world.emergency();
    let state = |change: &dyn Fn(&mut FramedStatement<Statement>)| {
        world.forge_statement(world.signs("alice"), done(&asking), change)
    };
    let bad = [
        state(&|statement| statement.head.hash = Digest::of(b"another record")),
        state(&|statement| statement.head.size += 1),
        state(&|statement| statement.head.seq -= 1),
        state(&|statement| statement.head.seq += 1),
        state(&|statement| statement.head.seq = u64::MAX),
    ];
    each_breaks(&world, Rule::StatementHead, &bad);
}

#[test]
fn statement_request() {
    let world = World::ready();
    let asking = world.emergency();
    let unknown = Digest::of(b"another request");
    let state = |says: Statement| world.forge_statement(world.signs("alice"), says, |_| {});
    let bad = [
        state(Action { request: unknown, ..done(&asking) }.into()),
        state(Denial { request: unknown, ..denied(&asking) }.into()),
        state(approval(&world, &asking, |approval| approval.request = unknown).into()),
        state(Close { request: unknown, ..world.close_of(&asking) }.into()),
    ];
    each_breaks(&world, Rule::StatementRequest, &bad);
    // An approval of one request is none that the end of another received.
    let other = world.emergency();
    let case = Case::of(&world);
    let approved = state(approval(&world, &asking, |_| {}).into());
    let seq = forge_end(&world, &other, &approved);
    case.breaks(Rule::StatementRequest, seq);
}

#[test]
fn statement_twice() {
    let world = World::ready();
    let asking = world.emergency();
    let action = world.state("alice", done(&asking));
    world.collect("alice", &[&action]).unwrap();
    let count = world.reading().escrow.statements.len();
    let case = Case::of(&world);
    world.collect("bob", &[&action]).unwrap();
    case.breaks(Rule::StatementTwice, world.head().seq);
    assert_eq!(world.reading().escrow.statements.len(), count);
    // Within one record, too.
    let action = world.state("alice", done(&asking));
    let place = world.head().size;
    world.collect("bob", &[&action, &action]).unwrap();
    let seq = Some(world.head().seq);
    let again: Vec<_> = world.verify().findings.into_iter().filter(|one| one.seq == seq).collect();
    let again: Vec<_> = again.iter().map(|one| (one.rule, one.offset)).collect();
    assert_eq!(again, [(Rule::StatementTwice, Some(place))]);
}

#[test]
fn statement_role() {
    let world = World::ready();
    // Dan, who is no custodian, asks.
    let asking = world.ask("dan", "prod", world.question(Purpose::Emergency));
    let files = world.approvals(&["alice", "bob"], &asking);
    world.release(&asking, &files).unwrap();
    let state = |who: &str, says: Statement| world.forge_statement(world.signs(who), says, |_| {});
    let bytes = world.bytes();
    let case = Case::of(&world);
    for statement in [
        state("fred", denied(&asking).into()),
        state("dan", denied(&asking).into()),
        state("fred", done(&asking).into()),
    ] {
        world.collect("alice", &[&statement]).unwrap();
        case.breaks(Rule::StatementRole, world.head().seq);
        world.set_bytes(bytes.clone());
    }
    let closing = state("fred", world.close_of(&asking).into());
    world.collect("alice", &[&closing]).unwrap();
    let mut closed = Case { before: world.verify(), ..Case::of(&world) };
    closed.before.findings.retain(|finding| finding.rule != Rule::StatementRole);
    closed.breaks(Rule::StatementRole, world.head().seq);
    world.set_bytes(bytes);
    // Whose part it is: whoever carries it in.
    let good = [
        state("carol", denied(&asking).into()),
        state("carol", done(&asking).into()),
        state("dan", done(&asking).into()),
        state("carol", world.close_of(&asking).into()),
    ];
    world.collect("fred", &good.each_ref()).unwrap();
    assert!(world.verify().findings.iter().all(|finding| finding.rule != Rule::StatementRole));
    // Everybody reviews who has not retired.
    let review = Reviewed { review: text("monthly"), found: None, evidence: None };
    world.collect("fred", &[&world.state("fred", review.clone())]).unwrap();
    world.append(retire("fred"), &[world.signs("dan")]).unwrap();
    let case = Case::of(&world);
    world.collect("dan", &[&state("fred", review.into())]).unwrap();
    case.breaks(Rule::StatementRole, world.head().seq);
}

#[test]
fn check_share() {
    let world = World::ready();
    let state = |who: &str, says: Check| world.forge_statement(world.signs(who), says, |_| {});
    let twice = Check::of([check(&world, 1, 1).shares, check(&world, 1, 1).shares].concat());
    let mut elsewhere = check(&world, 1, 1);
    elsewhere.shares[0].vault = Digest::of(b"another vault");
    let bad = [
        state("alice", check(&world, 1, 2)),
        state("alice", check(&world, 2, 1)),
        state("alice", elsewhere),
        state("alice", twice),
        state("alice", Check::of(Vec::new())),
        state("erin", check(&world, 1, 1)),
    ];
    each_breaks(&world, Rule::CheckShare, &bad);
}

#[test]
fn approval_share() {
    let world = World::ready();
    let asking = world.emergency();
    let canary = world.generation(CANARY).seal.vault;
    let state = |who: &str, says: Approval| world.forge_statement(world.signs(who), says, |_| {});
    let bad = [
        state("alice", approval(&world, &asking, |approval| approval.index = 2.try_into().unwrap())),
        state("alice", approval(&world, &asking, |approval| approval.generation = 2)),
        state("alice", approval(&world, &asking, |approval| approval.vault = canary)),
        state("erin", approval(&world, &asking, |_| {})),
        state("bob", approval(&world, &asking, |_| {})),
    ];
    each_breaks(&world, Rule::ApprovalShare, &bad);
    // Nor does an end receive such approvals.
    for bad in &bad {
        let case = Case::of(&world);
        let bytes = world.bytes();
        let seq = forge_end(&world, &asking, bad);
        case.breaks(Rule::ApprovalShare, seq);
        world.set_bytes(bytes);
    }
}

#[test]
fn close_items() {
    let world = World::ready();
    let asking = world.released();
    let close = |change: &dyn Fn(&mut Close)| {
        let mut close = world.close_of(&asking);
        change(&mut close);
        world.forge_statement(world.signs("alice"), close, |_| {})
    };
    let bad = [
        close(&|close| close.items.truncate(6)),
        close(&|close| close.items.swap(0, 1)),
        close(&|close| close.items.push(close.items[0].clone())),
        close(&|close| close.items[6].obligation = Obligation::PasswordChanged),
        close(&|close| close.items.clear()),
    ];
    each_breaks(&world, Rule::CloseItems, &bad);
}

#[test]
fn book_forked() {
    let world = World::ready();
    let asking = world.emergency();
    // Alice loses her book, and begins another.
    let case = Case::of(&world);
    let number = world.reading().escrow.statements[0].statement.statement.book.number;
    let again = world.forge_statement(world.signs("alice"), done(&asking), |statement| {
        statement.book.number = number;
    });
    let bytes = world.bytes();
    let seq = world.forge_collected("alice", &[&again]);
    case.breaks(Rule::BookForked, seq);
    // The same, where neither statement was collected: both came with releases.
    world.set_bytes(bytes);
    let files = world.approvals(&["alice", "bob"], &asking);
    let known = ApprovalFile::parse(&files[0]).unwrap().note;
    world.release(&asking, &files).unwrap();
    let case = Case::of(&world);
    let known = SignedStatement::parse(known).unwrap();
    let other = world.forge_statement(world.signs("alice"), known.statement.says, |statement| {
        statement.book.number = known.statement.book.number;
    });
    let mut release = world.release_of(&asking, 2, &files);
    release.approvals[0] = BASE64.encode(other.note.as_bytes());
    let key = world.keys("prod").release_key;
    let release_key: (KeyName, _) = (world.release_name("prod"), &key);
    let seq = world.forge(release, &[release_key, asking.signs()]);
    case.breaks(Rule::BookForked, seq);
}

#[test]
fn closed_by_requester() {
    let world = World::ready();
    let asking = world.released();
    world.end(&asking, EndOutcome::Released);
    world.pass(Seconds(60));
    let closing = world.state("carol", world.close_of(&asking));
    let mut case = Case::of(&world);
    case.before.findings.retain(|finding| finding.rule != Rule::CloseMissing);
    world.collect("alice", &[&closing]).unwrap();
    case.breaks(Rule::ClosedByRequester, world.head().seq);
    // A drill is its requester's to close.
    let world = World::ready();
    let drill = world.ask("carol", CANARY, world.question(Purpose::Drill));
    let approvals = world.approvals(&["alice", "bob"], &drill);
    world.release(&drill, &approvals).unwrap();
    world.end(&drill, EndOutcome::Released);
    let closing = world.state("carol", world.close_of(&drill));
    world.collect("alice", &[&closing]).unwrap();
    let found = world.verify().findings;
    assert!(found.iter().all(|finding| finding.rule != Rule::ClosedByRequester), "{found:?}");
}
