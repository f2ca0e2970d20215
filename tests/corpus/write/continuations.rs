//! Logs that went on elsewhere, and seals that were kept of what is missing.

use breakglass::crypto::digest::Digest;
use breakglass::record::deviation::Deviation;
use breakglass::record::finding::Rule;
use breakglass::record::frame::RecordBody;
use breakglass::record::head::{Head, HeadFile};
use breakglass::record::repair::{Continue, Damage};
use breakglass::record::request::{End, Purpose};
use breakglass::record::retire::Retire;
use breakglass::record::seal::{Credentials, Kind};
use breakglass::record::statements::Statements;
use breakglass::value::names::KeyName;
use data_encoding::BASE64;

use super::log_case::{LogCase, small, spoiled};
use crate::world::{Signs, World, adoption, text};

pub fn write() {
    let world = small();
    continued(&world);
    from_elsewhere(&world);
    missing(&world);
    kept_seals();
    kept_records();
}

/// A continuation after `from`, past the ledger's refusal.
fn forge_continue(world: &World, says: Continue) {
    let from = says.from;
    world.forge_framed(says, &[world.signs("alice")], |entry| {
        entry.seq = from.seq + 1;
        entry.prev = from.hash;
    });
}

fn after(from: Head) -> Continue {
    Continue { from, last: None, left: None, kept: Vec::new() }
}

/// The same, where records are missing behind the log's end.
fn leaving_out(world: &World, from: Head) -> Continue {
    Continue { last: Some(world.head()), ..after(from) }
}

fn continued(world: &World) {
    let head = world.head();
    spoiled(world, "continued", "The log goes on in this file.", Rule::Continued, |world| {
        let left = Some(Damage::of_file(b"what was left"));
        forge_continue(world, Continue { left, ..after(head) });
    });
    spoiled(world, "continued-by-two", "By two people.", Rule::RepairSigner, |world| {
        world.forge(after(head), &[world.signs("alice"), world.signs("bob")])
    });
}

fn from_elsewhere(world: &World) {
    let (head, earlier) = (world.head(), world.records()[2].head());
    let other = Digest::of(b"other");
    let left = Some(Damage::of_tail(b"left").unwrap());
    for (name, about, says) in [
        ("continue-from-an-earlier-record", "It follows a record before the last.", after(earlier)),
        ("continue-from-hash", "It follows another record.", after(Head { hash: other, ..head })),
        (
            "continue-from-size",
            "It follows a record of another size.",
            after(Head { size: head.size + 1, ..head }),
        ),
        (
            "continue-without-last",
            "It leaves records out, and does not say behind which.",
            after(Head { size: 1 << 40, seq: head.seq + 3, hash: other }),
        ),
        (
            "continue-last-other",
            "It leaves records out behind another record.",
            Continue { last: Some(earlier), ..after(Head { size: 1 << 40, seq: head.seq + 3, hash: other }) },
        ),
        (
            "continue-last-and-from",
            "It leaves nothing out, and says behind what.",
            Continue { last: Some(head), ..after(head) },
        ),
        (
            "continue-from-far",
            "A number above 2^53.",
            after(Head { size: 1 << 40, seq: (1 << 53) + 1, hash: other }),
        ),
        ("continue-left-with-bytes", "It keeps bytes of what was left.", Continue { left, ..after(head) }),
    ] {
        spoiled(world, name, about, Rule::ContinueFrom, |world| forge_continue(world, says));
    }
    spoiled(world, "continue-place", "Its number is not the next one.", Rule::ContinueFrom, |world| {
        world.forge_framed(after(head), &[world.signs("alice")], |entry| entry.seq += 1)
    });
    spoiled(world, "continue-prev", "Its `prev` is another.", Rule::ContinueFrom, |world| {
        world.forge_framed(after(head), &[world.signs("alice")], |entry| entry.prev = other)
    });
}

/// Records are missing, and come back.
fn missing(world: &World) {
    let fork = world.bytes();
    world.check("alice");
    world.check("bob");
    let (whole, from) = (world.bytes(), world.head());
    world.set_bytes(fork.clone());
    forge_continue(world, leaving_out(world, from));
    let about = "The log goes on without two records.";
    LogCase::of("records-missing", about, Rule::RecordsMissing).of_world(world);
    let about = "A head and books that know of the missing records.";
    let head = HeadFile::new(world.id(), from);
    LogCase::of("records-missing-known", about, Rule::RecordsMissing)
        .heads(&[head])
        .books(world, &["bob"])
        .of_world(world);
    world.adopt(adoption(&fork, &whole), &["alice", "bob"]).unwrap();
    let about = "A branch brought the missing records back.";
    LogCase::of("records-brought-back", about, Rule::Adopted).of_world(world);
}

/// A record some places behind the log's end.
fn apart<S: RecordBody>(world: &World, says: S, signers: &[Signs<'_>], place: u64) -> String {
    let bytes = world.bytes();
    world.forge_framed(says, signers, |entry| entry.seq += place);
    let record = BASE64.encode(&world.bytes()[bytes.len()..]);
    world.set_bytes(bytes);
    record
}

/// The next generation of `prod`, as a record some places behind the log's end.
fn kept(world: &World, who: &str, place: u64) -> String {
    let sealed = world.make_seal("prod", Kind::Root, 2, &["alice", "bob", "carol"], Credentials::New);
    apart(world, sealed.seal, &[world.signs(who)], place)
}

/// What may be kept besides seals.
fn kept_records() {
    let world = small();
    let head = world.head();
    let from = Head { size: head.size + 5000, seq: head.seq + 10, hash: Digest::of(b"the last") };
    let retire = || Retire::of(text("fred"), text("left"));
    let (dan, alice, bob) = (world.signs("dan"), world.signs("alice"), world.signs("bob"));
    let (mut asked, session) = world.make_request("carol", "prod", world.question(Purpose::Emergency));
    asked.deviations = vec![Deviation::MissingRecords];
    let asks = [world.signs("carol"), (KeyName::Session, session.key())];
    let request = apart(&world, asked, &asks, 4);
    let retired = apart(&world, retire(), std::slice::from_ref(&dan), 5);
    let by_two = apart(&world, retire(), &[alice.clone(), bob.clone()], 5);
    let by_one = apart(&world, retire(), std::slice::from_ref(&alice), 5);
    let of_nobody = Retire::of(text("nobody"), text("left"));
    let of_nobody = apart(&world, of_nobody, std::slice::from_ref(&dan), 5);
    let statements = apart(&world, Statements { statements: Vec::new() }, std::slice::from_ref(&bob), 6);
    let again = Statements { statements: vec![BASE64.encode(b"no statement")] };
    let no_statement = apart(&world, again, std::slice::from_ref(&bob), 6);
    let end = apart(&world, End::nothing(Digest::of(b"none")), std::slice::from_ref(&bob), 6);
    for (name, about, rule, kept) in [
        ("continue-kept-request", "A request was kept.", Rule::RecordsMissing, vec![request]),
        ("continue-kept-retirement", "A retirement was kept.", Rule::RecordsMissing, vec![retired]),
        ("continue-kept-retirement-by-two", "One by two custodians.", Rule::ContinueKept, vec![by_two]),
        ("continue-kept-statements", "Statements were kept.", Rule::RecordsMissing, vec![statements]),
        ("continue-kept-retirement-by-one", "One by a custodian alone.", Rule::ContinueKept, vec![by_one]),
        ("continue-kept-retirement-of-nobody", "Nobody retires.", Rule::ContinueKept, vec![of_nobody]),
        (
            "continue-kept-no-statement",
            "What is in it is no statement.",
            Rule::ContinueKept,
            vec![no_statement],
        ),
        ("continue-kept-end", "An end is not kept.", Rule::ContinueKept, vec![end]),
    ] {
        spoiled(&world, name, about, rule, |world| {
            forge_continue(world, Continue { kept, ..leaving_out(world, from) });
        });
    }
}

fn kept_seals() {
    let world = small();
    let head = world.head();
    let from = Head { size: head.size + 5000, seq: head.seq + 10, hash: Digest::of(b"the last") };
    let good = kept(&world, "dan", 5);
    let about = "A seal among the missing records was kept.";
    spoiled(&world, "continue-kept", about, Rule::RecordsMissing, |world| {
        forge_continue(world, Continue { kept: vec![good.clone()], ..leaving_out(world, from) });
    });
    let raw = BASE64.decode(good.as_bytes()).unwrap();
    let followed = BASE64.encode(&[&raw[..], b"more"].concat());
    let check = &world.records()[3];
    let check = BASE64.encode(&world.bytes()[check.start as usize..check.end as usize]);
    for (name, about, kept) in [
        ("continue-kept-no-base64", "What is kept is not base64.", vec!["no base64".to_owned()]),
        ("continue-kept-no-record", "What is kept is no record.", vec![BASE64.encode(b"no record")]),
        ("continue-kept-followed", "Something follows it.", vec![followed]),
        ("continue-kept-no-seal", "What is kept is no seal.", vec![check]),
        ("continue-kept-by-a-custodian", "A seal by a custodian alone.", vec![kept(&world, "alice", 5)]),
        ("continue-kept-twice", "One seal is kept twice.", vec![good.clone(), good.clone()]),
        ("continue-kept-behind", "A seal behind the missing records.", vec![kept(&world, "dan", 10)]),
        ("continue-kept-as-the-last", "Another record than the last one.", vec![kept(&world, "dan", 9)]),
    ] {
        spoiled(&world, name, about, Rule::ContinueKept, |world| {
            forge_continue(world, Continue { kept, ..leaving_out(world, from) });
        });
    }
    spoiled(&world, "continue-kept-of-nothing", "Nothing is missing.", Rule::ContinueKept, |world| {
        forge_continue(world, Continue { kept: vec![good.clone()], ..after(head) });
    });
}
