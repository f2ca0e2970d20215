//! What comes from outside the log: heads that were taken home, and books.

use breakglass::audit::verify::Evidence;
use breakglass::crypto::digest::Digest;
use breakglass::record::book::BookRecord;
use breakglass::record::finding::Rule;
use breakglass::record::head::HeadFile;
use breakglass::record::note::Note;
use breakglass::record::statement::Action;

use super::log_case::{LogCase, small};
use super::put::put;
use crate::world::{Asking, World, text};

fn done(asking: &Asking) -> Action {
    Action { request: asking.record, done: text("something") }
}

pub fn write() {
    heads();
    forks();
    books();
    lost_books();
    files();
}

fn heads() {
    let world = small();
    let before = world.head_file();
    LogCase::of("head", "A head of the log's last record.", None).heads(&[before]).of_world(&world);
    let required = || Evidence { require_head: true, ..Evidence::default() };
    let case = LogCase::of("head-required", "A head is required, and none is given.", Rule::HeadRequired);
    LogCase { evidence: required(), ..case }.of_world(&world);
    let case = LogCase::of("head-required-and-given", "A head is required, and given.", None);
    LogCase { evidence: required(), ..case }.heads(&[before]).of_world(&world);
    world.emergency();
    let about = "A head that does not know of the last record.";
    LogCase::of("head-older", about, Rule::CompletenessUnproven).heads(&[before]).of_world(&world);
    let now = world.head_file();
    let last = world.records().pop().unwrap().start as usize;
    let about = "The log is one record shorter than a head.";
    let case = LogCase::of("head-truncated", about, Rule::HeadTruncated).heads(&[now]);
    case.write(world.bytes()[..last].to_vec(), world.now());
    for (name, about, head) in [
        ("head-size", "A head with another size.", HeadFile { size: now.size + 1, ..now }),
        ("head-hash", "A head with another digest.", HeadFile { hash: Digest::of(b"another record"), ..now }),
        ("head-seq", "A head with another number.", HeadFile { seq: now.seq - 1, ..now }),
        (
            "head-of-another-escrow",
            "A head of another escrow.",
            HeadFile { escrow: Digest::of(b"other"), ..now },
        ),
    ] {
        LogCase::of(name, about, Rule::HeadFork).heads(&[now, head]).of_world(&world);
    }
}

fn forks() {
    let world = small();
    let before = world.bytes();
    world.emergency();
    let head = world.head_file();
    world.set_bytes(before.clone());
    world.emergency();
    let about = "Another record in the place that a head is of.";
    LogCase::of("head-fork", about, Rule::HeadFork).heads(&[head]).of_world(&world);
    // What a book knew was rewritten, and its owner stated more on what it became.
    world.set_bytes(before.clone());
    let first = world.emergency();
    world.act("alice", &first);
    world.set_bytes(before.clone());
    let second = world.emergency();
    world.act("alice", &second);
    let about = "A book knows another record than the log has.";
    LogCase::of("book-fork", about, Rule::HeadFork).books(&world, &["alice"]).of_world(&world);
    world.set_bytes(before);
    let about = "A book knows a record that the log does not have.";
    LogCase::of("book-truncated", about, Rule::HeadTruncated).books(&world, &["alice"]).of_world(&world);
}

fn books() {
    let world = small();
    let asking = world.emergency();
    let about = "A book that was never written in.";
    LogCase::of("book-empty", about, None).books(&world, &["bob"]).of_world(&world);
    world.act("alice", &asking);
    world.act("alice", &asking);
    let about = "A book and the log that it tells of.";
    LogCase::of("book", about, None).books(&world, &["alice"]).of_world(&world);
    let (alice, good) = world.person("alice").book_evidence();
    let second = good.windows(3).position(|three| three == b"\n\n{").unwrap() + 2;
    let mut changed = good.clone();
    changed[second + 60] ^= 1;
    let chain = |name: &str, about: &str, owner: &str, book: Vec<u8>| {
        let evidence = Evidence { books: vec![(text(owner), book)], ..Evidence::default() };
        LogCase { evidence, ..LogCase::of(name, about, Rule::BookChain) }
            .heads(&[world.head_file()])
            .of_world(&world);
    };
    chain(
        "book-beginning-removed",
        "A book without its first record.",
        alice.as_str(),
        good[second..].to_vec(),
    );
    let turned = [&good[second..], &good[..second]].concat();
    chain("book-turned-round", "A book whose records changed places.", alice.as_str(), turned);
    let mut cut = LogCase::of("book-cut-off", "A book that is cut off.", Rule::BookDamaged);
    cut.evidence.books = vec![(alice.clone(), good[..good.len() - 1].to_vec())];
    cut.of_world(&world);
    chain("book-changed", "A book of which a bit was changed.", alice.as_str(), changed);
    chain("book-of-another", "Somebody else's book.", "bob", good.clone());
    chain("book-of-a-stranger", "A book of nobody here.", "mallory", good);
    let action = world.state("alice", done(&asking));
    let about = "A book tells of a statement that the log does not hold.";
    LogCase::of("book-unlogged", about, Rule::BookUnlogged).books(&world, &["alice"]).of_world(&world);
    world.collect("bob", &[&action]).unwrap();
    let about = "A statement names a record that its maker's book does not have.";
    let forged = world.forge_statement(world.signs("alice"), done(&asking), |_| {});
    world.forge_collected("bob", &[&forged]);
    LogCase::of("book-silent", about, Rule::BookSilent).books(&world, &["alice"]).of_world(&world);
    let about = "A statement names a record of its maker's book that says something else.";
    let other = forged_place(&world);
    let twisted = world.forge_statement(
        world.signs("alice"),
        Action { request: asking.record, done: text("something else") },
        |statement| statement.book = other,
    );
    world.forge_collected("bob", &[&twisted]);
    LogCase::of("book-says-otherwise", about, Rule::BookSilent).books(&world, &["alice"]).of_world(&world);
}

/// Books that begin again after what is lost of them.
fn lost_books() {
    let world = small();
    let asking = world.emergency();
    world.act("alice", &asking);
    let older = world.person("alice").book_evidence().1;
    world.act("alice", &asking);
    let before = world.bytes();
    for (name, about, book) in [
        ("book-lost", "A book that was lost begins again, and says so.", &older[..0]),
        ("book-set-back", "A book that was set back goes on after what the log names, and says so.", &older),
    ] {
        world.set_bytes(before.clone());
        world.set_book("alice", book);
        let action = world.state_compared("alice", done(&asking));
        world.collect("alice", &[&action]).unwrap();
        LogCase::of(name, about, Rule::BookLost).books(&world, &["alice"]).of_world(&world);
        let next = world.state("alice", done(&asking));
        world.collect("alice", &[&next]).unwrap();
        let name = format!("{name}-and-goes-on");
        LogCase::of(&name, "The record after that.", Rule::BookLost)
            .books(&world, &["alice"])
            .of_world(&world);
    }
    let last = world.person("alice").book.borrow().records().nth(2).unwrap().1.clone();
    let set_back = BookRecord { number: 3, lost: Some(2), ..last };
    for (name, about, record) in [
        ("book-lost-unsaid", "A record skips numbers and does not say why.", (3, None)),
        ("book-lost-nothing", "A record says that itself is lost.", (3, Some(3))),
        ("book-lost-too-late", "A record says that less is lost than is.", (5, Some(3))),
        ("book-lost-twice", "A record has the number of one that the book holds.", (1, Some(0))),
        ("book-lost-unchained", "Nothing is skipped, and the record does not follow.", (2, Some(1))),
        ("book-lost-too-far", "A number that leaves no room for others.", ((1 << 53) + 1, Some(2))),
    ] {
        let (number, lost) = record;
        let record = BookRecord { number, lost, ..set_back.clone() };
        let note = Note::sign(&record, &[world.signs("alice")]);
        let mut case = LogCase::of(name, about, Rule::BookChain);
        let book = [&older[..], note.as_bytes(), b"\n"].concat();
        case.evidence.books = vec![(text("alice"), book)];
        case.of_world(&world);
    }
}

/// The record of alice's book that was written first.
fn forged_place(world: &World) -> breakglass::record::statement::BookRef {
    world.person("alice").book.borrow().records().next().unwrap().0
}

/// Head files of their own.
fn files() {
    let world = small();
    let good = world.head_file().to_line();
    let head = |name: &str, about: &str, expect: &str, text: String| {
        put(&format!("head/{name}"), about, &[format!("expect: {expect}")], &[("head", text.as_bytes())]);
    };
    head("good", "A head file.", "good", good.clone());
    head("two-lines", "Two lines.", "refused", format!("{good}{good}"));
    head("field-unknown", "An unknown field.", "refused", good.replace("}", ",\"extra\":1}"));
    head("field-missing", "A missing field.", "refused", good.replacen("\"size\"", "\"sise\"", 1));
    head("digest-in-capitals", "A digest in capitals.", "refused", good.to_uppercase());
    head("number-negative", "A number with a sign.", "refused", good.replacen("\"seq\":", "\"seq\":-", 1));
}
