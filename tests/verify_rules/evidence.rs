//! What comes from outside the log: books, and heads that were taken home.

use breakglass::audit::verify::Evidence;
use breakglass::crypto::digest::Digest;
use breakglass::record::chain::LogRecord;
use breakglass::record::finding::Rule;
use breakglass::record::frame::FramedRecord;
use breakglass::record::head::HeadFile;
use breakglass::record::note::{Note, Signed};
use breakglass::record::statement::{Action, Denial};
use breakglass::value::names::PersonId;
use serde::{Deserialize, Serialize};

use crate::Case;
use crate::world::{World, text};

fn books(books: Vec<(PersonId, Vec<u8>)>) -> Evidence {
    Evidence { books, ..Evidence::default() }
}

fn heads(heads: &[HeadFile]) -> Evidence {
    let heads = heads.iter().map(|head| ("a head".to_owned(), *head)).collect();
    Evidence { heads, ..Evidence::default() }
}

#[test]
fn book_chain() {
    let world = World::ready();
    let asking = world.emergency();
    world.act("alice", &asking);
    let (alice, good) = world.person("alice").book_evidence();
    // The log's end is proven by a head, so that the book is all that is in question.
    let head = world.head_file();
    let given = |book| Evidence { books: vec![book], ..heads(&[head]) };
    let case = Case::with(&world, &given((alice.clone(), good.clone())));
    assert!(case.before.findings.is_empty(), "{:?}", case.before.findings);
    let second = good.windows(3).position(|three| three == b"\n\n{").unwrap() + 2;
    let flipped = |at: usize| {
        let mut book = good.clone();
        book[at] ^= 1;
        book
    };
    let bad = [
        good[second..].to_vec(),
        [&good[second..], &good[..second]].concat(),
        [&good[..second], &good[..second]].concat(),
        flipped(60),
        // What she signed is no damage, whatever it says.
        [&good[..], &signed_by_alice(&world)].concat(),
        world.person("bob").book_bytes.borrow().clone(),
    ];
    for bad in bad {
        case.says(&world.verify_with(&given((alice.clone(), bad))), Rule::BookChain, None, &[]);
    }
    // Nobody's book.
    let report = world.verify_with(&given((text("mallory"), good)));
    case.says(&report, Rule::BookChain, None, &[]);
}

/// A line that is signed as a book's record is.
fn signed_by_alice(world: &World) -> Vec<u8> {
    let denial = Denial { request: world.id(), because: text("no") };
    let key = world.signs("alice");
    let nothing = FramedRecord {
        escrow: None,
        seq: 0,
        prev: world.id(),
        time: world.now(),
        by: Vec::new(),
        says: denial,
    };
    let note = Note::sign(&Loose(nothing), &[key]);
    LogRecord::bytes_of(&note)
}

/// A book's record with other fields.
#[derive(Serialize, Deserialize)]
struct Loose(FramedRecord<Denial>);

impl Signed for Loose {
    const KIND: &'static str = "book";
}

#[test]
fn book_damaged() {
    let world = World::ready();
    let asking = world.emergency();
    for who in ["alice", "bob"] {
        world.approve(who, &asking);
        world.state(who, Denial { request: asking.record, because: text("too late") });
    }
    let head = world.head_file();
    let given = |cut: &dyn Fn(Vec<u8>) -> Vec<u8>| {
        let books = ["alice", "bob"].map(|who| {
            let (who, book) = world.person(who).book_evidence();
            (who, cut(book))
        });
        let report = world.verify_with(&Evidence { books: books.to_vec(), ..heads(&[head]) });
        report.findings.into_iter().map(|finding| finding.rule).collect::<Vec<_>>()
    };
    let whole = given(&|book| book);
    assert!(whole.contains(&Rule::QuorumUnreleased) && !whole.contains(&Rule::BookDamaged), "{whole:?}");
    type Cut = fn(Vec<u8>) -> Vec<u8>;
    let cuts: [Cut; 4] = [
        |book| book[..book.len() - 1].to_vec(),
        |book| [&book[..], &[0; 512]].concat(),
        |book| [&book[..book.len() - 100], &[0xff; 100]].concat(),
        |book| [&book[..], b"{\"type\":\"breakglass/v1/book\",\"num"].concat(),
    ];
    for cut in cuts {
        let found = given(&cut);
        let count = |rule| found.iter().filter(|one| **one == rule).count();
        assert_eq!((count(Rule::BookDamaged), count(Rule::QuorumUnreleased)), (2, 1), "{found:?}");
        assert_eq!((count(Rule::BookChain), count(Rule::BookSilent)), (0, 0), "{found:?}");
    }
}

#[test]
fn book_unlogged() {
    let world = World::ready();
    let asking = world.emergency();
    let book = |world: &World| books(vec![world.person("alice").book_evidence()]);
    let case = Case::with(&world, &book(&world));
    let action = world.state("alice", Action { request: asking.record, done: text("something") });
    // Alice's book knows the whole log by now, so that nothing is unproven.
    let mut case = Case { before: case.before, ..Case::of(&world) };
    case.before.findings.retain(|finding| finding.rule != Rule::CompletenessUnproven);
    case.says(&world.verify_with(&book(&world)), Rule::BookUnlogged, None, &[]);
    world.collect("alice", &[&action]).unwrap();
    let rules: Vec<_> = world.verify_with(&book(&world)).findings.iter().map(|one| one.rule).collect();
    assert_eq!(rules, [Rule::CompletenessUnproven], "the log is longer than the book knows, and that is all");
}

#[test]
fn book_lost() {
    let world = World::ready();
    let asking = world.emergency();
    world.act("alice", &asking);
    let older = world.person("alice").book_evidence().1;
    world.act("alice", &asking);
    let book = |world: &World| books(vec![world.person("alice").book_evidence()]);
    let case = Case::with(&world, &book(&world));
    let says = || Action { request: asking.record, done: text("something") };
    for (kept, first, number) in [(&older[..0], 0, 3), (&older, 2, 3)] {
        let before = world.bytes();
        world.set_book("alice", kept);
        let action = world.state_compared("alice", says());
        world.collect("alice", &[&action]).unwrap();
        // What is lost is not missed besides.
        let found = case.says(&world.verify_with(&book(&world)), Rule::BookLost, None, &[]);
        assert_eq!(found.detail, format!("`alice`, record {number}: those from {first} on are lost"));
        world.set_bytes(before);
    }
    // Without the word that it was lost, the log's statements are missed.
    world.set_book("alice", &older);
    let report = world.verify_with(&book(&world));
    assert!(report.findings.iter().any(|one| one.rule == Rule::BookSilent));
    assert!(report.findings.iter().all(|one| one.rule != Rule::BookLost));
}

#[test]
fn book_silent() {
    let world = World::ready();
    let asking = world.emergency();
    let book = |world: &World| books(vec![world.person("alice").book_evidence()]);
    let case = Case::with(&world, &book(&world));
    let done = Action { request: asking.record, done: text("something") };
    // The statement names a record that the book does not have, or that says something else.
    let other = world.reading().escrow.statements[0].statement.statement.book;
    let forged = world.forge_statement(world.signs("alice"), done.clone(), |_| {});
    let twisted =
        world.forge_statement(world.signs("alice"), done.clone(), |statement| statement.book = other);
    for forged in [forged, twisted] {
        let bytes = world.bytes();
        let seq = world.forge_collected("bob", &[&forged]);
        case.says(&world.verify_with(&book(&world)), Rule::BookSilent, Some(seq), &[]);
        world.set_bytes(bytes);
    }
    // The control: what went through the book.
    let action = world.state("alice", done);
    world.collect("bob", &[&action]).unwrap();
    let report = world.verify_with(&book(&world));
    assert!(report.findings.iter().all(|finding| finding.rule != Rule::BookSilent), "{:?}", report.findings);
}

#[test]
fn head_truncated() {
    let world = World::ready();
    world.emergency();
    let head = world.head_file();
    let case = Case::with(&world, &heads(&[head]));
    assert!(case.before.findings.is_empty(), "{:?}", case.before.findings);
    let last = world.records().pop().unwrap();
    world.set_bytes(world.bytes()[..last.start as usize].to_vec());
    case.says(&world.verify_with(&heads(&[head])), Rule::HeadTruncated, Some(head.seq), &[]);
    // An older head does not see it, and a book that knows more does.
    let older = world.head_file();
    assert!(world.verify_with(&heads(&[older])).findings.is_empty());
    let world = World::ready();
    let asking = world.emergency();
    world.act("alice", &asking);
    let book = books(vec![world.person("alice").book_evidence()]);
    let request = world.records()[6].start as usize;
    assert!(world.verify_with(&book).findings.iter().all(|finding| finding.rule != Rule::HeadTruncated));
    world.set_bytes(world.bytes()[..request].to_vec());
    let report = world.verify_with(&book);
    let found = report.findings.iter().find(|finding| finding.rule == Rule::HeadTruncated);
    assert_eq!(found.unwrap_or_else(|| panic!("{:?}", report.findings)).seq, Some(6));
    // So does the head of the last verification.
    let since = Some(("the last head".to_owned(), head_of(&world, 6)));
    let report = world.verify_with(&Evidence { since, ..Evidence::default() });
    assert!(
        report.findings.iter().any(|finding| finding.rule == Rule::HeadTruncated),
        "{:?}",
        report.findings
    );
}

/// The head of a log of this escrow that has a record `seq`.
fn head_of(world: &World, seq: u64) -> HeadFile {
    HeadFile { seq, ..world.head_file() }
}

#[test]
fn head_fork() {
    let world = World::ready();
    let before = world.bytes();
    world.emergency();
    let head = world.head_file();
    let case = Case::with(&world, &heads(&[head]));
    // Another record in the same place.
    world.set_bytes(before.clone());
    world.emergency();
    case.says(&world.verify_with(&heads(&[head])), Rule::HeadFork, Some(head.seq), &[]);
    // And further on.
    world.emergency();
    let report = world.verify_with(&heads(&[head]));
    let mut after = report.findings;
    after.retain(|finding| finding.rule != Rule::CompletenessUnproven);
    assert_eq!(after.iter().map(|one| one.rule).collect::<Vec<_>>(), [Rule::HeadFork]);
    // Size and hash decide, each.
    let now = world.head_file();
    assert!(world.verify_with(&heads(&[now])).findings.is_empty());
    for other in [
        HeadFile { size: now.size + 1, ..now },
        HeadFile { hash: Digest::of(b"another record"), ..now },
        HeadFile { seq: now.seq - 1, ..now },
    ] {
        let report = world.verify_with(&heads(&[other]));
        assert!(report.findings.iter().any(|finding| finding.rule == Rule::HeadFork), "{other:?}");
    }
    // What alice's book knew is rewritten, and she stated more on what it became.
    let world = World::ready();
    let before = world.bytes();
    let first = world.emergency();
    world.act("alice", &first);
    world.set_bytes(before);
    let second = world.emergency();
    world.act("bob", &second);
    world.act("alice", &second);
    let report = world.verify_with(&books(vec![world.person("alice").book_evidence()]));
    let found = report.findings.iter().find(|finding| finding.rule == Rule::HeadFork);
    assert_eq!(found.unwrap_or_else(|| panic!("{:?}", report.findings)).seq, Some(6));
    // A head of another escrow.
    let world = World::ready();
    let now = world.head_file();
    let stranger = HeadFile { escrow: Digest::of(b"another escrow"), ..now };
    let case = Case::with(&world, &heads(&[now]));
    let report = world.verify_with(&heads(&[now, stranger]));
    case.says(&report, Rule::HeadFork, None, &[]);
}

#[test]
fn head_required() {
    let world = World::ready();
    let required = |evidence| Evidence { require_head: true, ..evidence };
    let mut case = Case::of(&world);
    case.before.findings.retain(|finding| finding.rule != Rule::CompletenessUnproven);
    case.says(&world.verify_with(&required(Evidence::default())), Rule::HeadRequired, None, &[]);
    assert!(world.verify_with(&required(heads(&[world.head_file()]))).findings.is_empty());
}

#[test]
fn completeness_unproven() {
    let world = World::ready();
    let head = world.head_file();
    let case = Case::with(&world, &heads(&[head]));
    assert!(case.before.findings.is_empty());
    case.says(&world.verify(), Rule::CompletenessUnproven, None, &[]);
    world.emergency();
    let found = case.says(&world.verify_with(&heads(&[head])), Rule::CompletenessUnproven, None, &[]);
    assert_eq!(found.detail, format!("no given head or book knows the records after {}", head.seq));
}
