//! The shapes in which bytes are hostile.

use breakglass::crypto::digest::Digest;
use breakglass::record::agree::Agree;
use breakglass::record::head::Head;
use breakglass::record::repair::{Adopt, Continue};
use breakglass::record::statements::Statements;
use data_encoding::BASE64;

use crate::laid::Laid;
use crate::measure::Task;
use crate::quill::Quill;
use crate::world::{Signs, World};

/// One way to make a reader work.
pub struct Shape {
    pub name: &'static str,
    pub in_ci: bool,
    write: fn(&World, usize) -> Vec<u8>,
    /// Whether there is a book of alice's besides, which [`book`] leaves behind in the world.
    book: bool,
}

const fn log(name: &'static str, in_ci: bool, write: fn(&World, usize) -> Vec<u8>) -> Shape {
    Shape { name, in_ci, write, book: false }
}

impl Shape {
    /// A log of that shape, of about so many bytes.
    pub fn lay(&self, size: usize) -> Task {
        let laid = Laid::ready();
        let log = (self.write)(&laid.world, size);
        let mut bytes = log.len();
        laid.disk.write("escrow/log", log);
        let mut line = format!("verify --escrow escrow --time {}", laid.now());
        if self.book {
            let book = laid.world.person("alice").book_bytes.borrow();
            bytes += book.len();
            laid.disk.write("alice.book", book.as_slice());
            line += " --book alice.book";
        }
        Task { disk: laid.disk, line, bytes }
    }
}

pub const SHAPES: [Shape; 12] = [
    log("statements", false, statements),
    log("unsigned-adopts", true, unsigned_adopts),
    log("unsigned-within-adopts", false, unsigned_within_adopts),
    log("adopts", true, adopts),
    log("adopts-of-one-fork", false, adopts_of_one_fork),
    log("nested-adopts", false, nested_adopts),
    log("deep", false, deep),
    log("wide", false, wide),
    log("bad-signatures", false, bad_signatures),
    log("heads", false, heads),
    log("gaps", false, gaps),
    Shape { name: "book", in_ci: false, write: book, book: true },
];

fn signs<'a>(world: &'a World, who: &[&str]) -> Vec<Signs<'a>> {
    who.iter().map(|who| world.signs(who)).collect()
}

fn nothing() -> Statements {
    Statements { statements: Vec::new() }
}

/// The kind of agreement that grants nothing.
fn agree() -> Agree {
    Agree::Statement(Digest::of(b"nothing"))
}

/// One small statement in each record.
fn statements(world: &World, size: usize) -> Vec<u8> {
    let (mut quill, alice) = (Quill::of(world), world.signs("alice"));
    let mut number = 1000;
    while quill.bytes.len() < size {
        let one = quill.statement(&alice, number, quill.head, agree().into());
        quill.write(Statements { statements: vec![one] }, std::slice::from_ref(&alice));
        number += 1;
    }
    quill.bytes
}

/// A line that looks like the adoption of a branch from each record, signed by nobody.
fn unsigned(world: &World, heads: &[Head], size: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for head in heads.iter().cycle() {
        if bytes.len() >= size {
            break;
        }
        let says =
            format!("{{\"from\":{{\"size\":1,\"seq\":1,\"hash\":\"{}\"}},\"records\":\"\"}}", head.hash);
        let line =
            format!("{{\"type\":\"breakglass/v1/adopt\",\"escrow\":\"{}\",\"says\":{says}}}\n", world.id());
        bytes.extend(line.bytes());
    }
    bytes
}

/// A log of which half is records, and half lines that look like adoptions from each of them.
fn unsigned_adopts(world: &World, size: usize) -> Vec<u8> {
    let (mut quill, heads) = small_records(world, size / 2);
    quill.bytes.extend(unsigned(world, &heads, size / 2));
    quill.bytes
}

/// The same lines within a branch that two people adopt.
pub fn unsigned_within_adopts(world: &World, size: usize) -> Vec<u8> {
    let (mut quill, heads) = small_records(world, size / 2);
    let records = BASE64.encode(&unsigned(world, &heads, size * 3 / 8));
    let adopt = Adopt { from: heads[0], parts: 0, records };
    quill.write(adopt, &signs(world, &["alice", "bob"]));
    quill.bytes
}

fn small_records(world: &World, size: usize) -> (Quill, Vec<Head>) {
    let (mut quill, alice) = (Quill::of(world), signs(world, &["alice"]));
    let mut heads = vec![quill.head];
    while quill.bytes.len() < size {
        quill.write(nothing(), &alice);
        heads.push(quill.head);
    }
    (quill, heads)
}

/// Two people adopt a branch of one record after the other, each from another record.
fn adopts(world: &World, size: usize) -> Vec<u8> {
    let mut quill = Quill::of(world);
    let two = signs(world, &["alice", "bob"]);
    while quill.bytes.len() < size {
        let mut branch = quill.branch();
        branch.write(nothing(), &two[1..]);
        let adopt = Adopt { from: quill.head, parts: 0, records: BASE64.encode(&branch.bytes) };
        quill.write(nothing(), &two[..1]);
        quill.write(adopt, &two);
    }
    quill.bytes
}

/// The same, all of them from the same record.
fn adopts_of_one_fork(world: &World, size: usize) -> Vec<u8> {
    let mut quill = Quill::of(world);
    let two = signs(world, &["alice", "bob"]);
    let fork = quill.branch();
    let mut number = 0;
    while quill.bytes.len() < size {
        let mut branch = fork.clone();
        number += 1;
        let one = quill.statement(&two[0], 1000 + number, fork.head, agree().into());
        branch.write(Statements { statements: vec![one] }, &two[1..]);
        let adopt = Adopt { from: fork.head, parts: 0, records: BASE64.encode(&branch.bytes) };
        quill.write(adopt, &two);
    }
    quill.bytes
}

/// A branch that adopts a branch that adopts a branch.
fn nested_adopts(world: &World, size: usize) -> Vec<u8> {
    let mut quill = Quill::of(world);
    let two = signs(world, &["alice", "bob"]);
    let fork = quill.branch();
    let mut inner = fork.clone();
    inner.write(nothing(), &two[1..]);
    while inner.bytes.len() * 4 / 3 + 2000 < size {
        let adopt = Adopt { from: fork.head, parts: 0, records: BASE64.encode(&inner.bytes) };
        let mut outer = fork.clone();
        outer.write(nothing(), &two[..1]);
        outer.write(adopt, &two);
        inner = outer;
    }
    let adopt = Adopt { from: fork.head, parts: 0, records: BASE64.encode(&inner.bytes) };
    quill.write(nothing(), &two[..1]);
    quill.write(adopt, &two);
    quill.bytes
}

/// Records whose JSON is nested as deep as may be, and deeper.
fn deep(world: &World, size: usize) -> Vec<u8> {
    let mut bytes = world.bytes();
    while bytes.len() < size {
        let nest = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let line =
            format!("{{\"type\":\"breakglass/v1/novel\",\"escrow\":\"{}\",\"says\":{nest}}}\n", world.id());
        bytes.extend(line.bytes());
    }
    bytes
}

/// Records of many small values.
fn wide(world: &World, size: usize) -> Vec<u8> {
    let mut quill = Quill::of(world);
    let alice = signs(world, &["alice"]);
    while quill.bytes.len() < size {
        quill.write(Statements { statements: vec![String::new(); 20_000] }, &alice);
    }
    quill.bytes
}

/// Whole records, each with a signature that does not hold.
fn bad_signatures(world: &World, size: usize) -> Vec<u8> {
    let mut quill = Quill::of(world);
    let alice = signs(world, &["alice"]);
    while quill.bytes.len() < size {
        let start = quill.bytes.len();
        quill.write(nothing(), &alice);
        // Another letter of the time.
        let at = quill.bytes[start..].windows(7).position(|part| part == b"\"time\":").unwrap();
        quill.bytes[start + at + 18] ^= 1;
    }
    quill.bytes
}

/// Statements, each made at another head that is among missing records.
fn heads(world: &World, size: usize) -> Vec<u8> {
    let mut quill = Quill::of(world);
    let alice = world.signs("alice");
    let missing = Head { size: 1 << 30, seq: quill.head.seq + (1 << 20), hash: Digest::of(b"missing") };
    let first = quill.head.seq + 1;
    skip(&mut quill, missing, &world.signs("dan"));
    let mut number = 0;
    while quill.bytes.len() < size {
        let head = Head { size: 1 << 20, seq: first + number, hash: Digest::of(&number.to_be_bytes()) };
        let one = quill.statement(&alice, 1000 + number, head, agree().into());
        quill.write(Statements { statements: vec![one] }, std::slice::from_ref(&alice));
        number += 1;
    }
    quill.bytes
}

/// Continues without the records up to `until`.
fn skip(quill: &mut Quill, until: Head, signs: &Signs<'_>) {
    let says = Continue { from: until, last: Some(quill.head), left: None, kept: Vec::new() };
    quill.head = until;
    quill.write(says, std::slice::from_ref(signs));
}

/// The log is continued without records again and again.
fn gaps(world: &World, size: usize) -> Vec<u8> {
    let mut quill = Quill::of(world);
    let dan = world.signs("dan");
    while quill.bytes.len() < size {
        let Head { size, seq, .. } = quill.head;
        skip(
            &mut quill,
            Head { size: size + 1000, seq: seq + 2, hash: Digest::of(&seq.to_be_bytes()) },
            &dan,
        );
    }
    quill.bytes
}

/// A book, and a log that holds each of its statements.
fn book(world: &World, size: usize) -> Vec<u8> {
    let (mut quill, alice) = (Quill::of(world), world.signs("alice"));
    let actor = world.person("alice");
    let mut book = actor.book.borrow_mut();
    while quill.bytes.len() < size / 2 {
        let draft = quill.draft(agree().into());
        let (bytes, at) = book.write(alice.1, &draft, None);
        actor.book_bytes.borrow_mut().extend(bytes);
        let one = quill.statement_of(&alice, at, quill.head, agree().into());
        quill.write(Statements { statements: vec![one] }, std::slice::from_ref(&alice));
    }
    drop(book);
    quill.bytes
}
