//! Repairs: damaged tails that were kept, logs that went on elsewhere, branches that were joined, people who
//! retired.

use breakglass::crypto::digest::Digest;
use breakglass::record::finding::Rule;
use breakglass::record::head::Head;
use breakglass::record::repair::{AdoptPart, Began, Continue, Damage, Recovered};
use breakglass::record::request::EndOutcome;
use breakglass::record::seal::{Credentials, Kind};
use data_encoding::BASE64;

use crate::world::{World, adoption, text};
use crate::{Case, Spoil};

/// A continuation after `from`, past the ledger's refusal. Gives the number of its place.
fn forge_continue(world: &World, says: Continue) -> u64 {
    let from = says.from;
    world.forge_framed(says, &[world.signs("alice")], |entry| {
        entry.seq = from.seq + 1;
        entry.prev = from.hash;
    })
}

fn after(from: Head) -> Continue {
    Continue { from, last: None, left: None, kept: Vec::new() }
}

/// After a record that is not here.
fn beyond(world: &World, from: Head) -> Continue {
    Continue { last: Some(world.head()), ..after(from) }
}

#[test]
fn recovered() {
    let world = World::ready();
    let case = Case::of(&world);
    let (whole, last) = (world.bytes(), world.head().seq);
    for tail in [vec![0; 512], b"{\"type\":\"breakglass/v1/statements\",".to_vec(), vec![0xff]] {
        world.set_bytes([whole.clone(), tail].concat());
        world.recover("alice").unwrap();
        case.breaks(Rule::Recovered, last + 1);
        world.set_bytes(whole.clone());
    }
    // A tail that began a release exposes that generation, and one of which nobody can tell what it began
    // exposes what was asked for.
    let asking = world.emergency();
    let (whole, last) = (world.bytes(), world.head().seq);
    let case = Case::of(&world);
    let release =
        format!("{{\"type\":\"breakglass/v1/release\",\"says\":{{\"request\":\"{}\"", asking.record);
    for tail in [release.as_bytes(), &release.as_bytes()[..40], &[0; 512]] {
        world.set_bytes([&whole, tail].concat());
        world.recover("alice").unwrap();
        case.breaks_and(Rule::Recovered, last + 1, &[Rule::Exposed]);
    }
    world.set_bytes([&whole[..], b"{\"type\":\"breakglass/v1/statements\","].concat());
    world.recover("alice").unwrap();
    case.breaks(Rule::Recovered, last + 1);
    // What has ended cannot be begun.
    world.set_bytes(whole);
    world.end(&asking, EndOutcome::NotReleased);
    let case = Case::of(&world);
    let last = world.head().seq;
    world.set_bytes([world.bytes(), vec![0; 9]].concat());
    world.recover("alice").unwrap();
    case.breaks(Rule::Recovered, last + 1);
}

#[test]
fn recovered_content() {
    let world = World::ready();
    let case = Case::of(&world);
    let good = || Recovered::of(b"{\"type\":\"breakglass/v1/end\"\0\0").unwrap();
    let spoil = |change: fn(&mut Recovered)| -> Spoil<'_> {
        Box::new(move |world: &World| {
            let mut says = good();
            change(&mut says);
            world.forge(says, &[world.signs("alice")])
        })
    };
    case.each_breaks(
        Rule::RecoveredContent,
        vec![
            spoil(|says| says.damage.size += 1),
            spoil(|says| says.damage.zeros += 1),
            spoil(|says| says.damage.digest = Digest::of(b"other")),
            spoil(|says| says.damage.bytes = None),
            spoil(|says| says.began = Some(Began::Unknown)),
            spoil(|says| says.began = Some(Began::Release(Digest::of(b"request")))),
            spoil(|says| {
                *says = Recovered::of(b"{\"type\":\"breakglass/v1/rel").unwrap();
                says.began = None;
            }),
        ],
    );
    // What is whole is no damage, wherever it stands in it.
    let whole = world.bytes();
    world.check("alice");
    let record = world.bytes()[whole.len()..].to_vec();
    world.set_bytes(whole);
    for bytes in [record.clone(), [&[0; 9], &record[..]].concat(), [&record[..], b"{\"type\":"].concat()] {
        let says = Recovered::of(&bytes).unwrap();
        case.each_breaks(
            Rule::RecoveredContent,
            vec![Box::new(|world: &World| world.forge(says.clone(), &[world.signs("alice")]))],
        );
    }
    // Cut by one byte, it is.
    let seq = world.forge(Recovered::of(&record[..record.len() - 1]).unwrap(), &[world.signs("alice")]);
    case.breaks(Rule::Recovered, seq);
}

#[test]
fn repair_signer() {
    let world = World::ready();
    let case = Case::of(&world);
    case.each_breaks(
        Rule::RepairSigner,
        vec![
            Box::new(|world: &World| {
                let recovered = Recovered::of(b"{\"type\":\"breakglass/v1/end\"").unwrap();
                world.forge(recovered, &[world.signs("alice"), world.signs("bob")])
            }),
            Box::new(|world: &World| {
                world.forge(after(world.head()), &[world.signs("alice"), world.signs("bob")])
            }),
            Box::new(|world: &World| {
                let part = AdoptPart { records: String::new() };
                world.forge(part, &[world.signs("alice"), world.signs("bob")])
            }),
        ],
    );
}

#[test]
fn continued() {
    let world = World::ready();
    let case = Case::of(&world);
    let left = Some(Damage::of_file(b"what was left"));
    let seq = forge_continue(&world, Continue { left, ..after(world.head()) });
    case.breaks(Rule::Continued, seq);
}

/// Continuations that begin where none can.
fn misplaced<'a>() -> Vec<Spoil<'a>> {
    fn earlier(world: &World) -> Head {
        world.records()[2].head()
    }
    vec![
        // What it says it follows is not the last record here.
        Box::new(move |world: &World| {
            let seq = world.head().seq + 1;
            forge_continue(world, after(earlier(world)));
            seq
        }),
        Box::new(|world: &World| {
            let head = world.head();
            forge_continue(world, after(Head { hash: Digest::of(b"other"), ..head }))
        }),
        Box::new(|world: &World| {
            let head = world.head();
            forge_continue(world, after(Head { size: head.size + 1, ..head }))
        }),
        // Its place is not behind that.
        Box::new(|world: &World| {
            let says = after(world.head());
            world.forge_framed(says, &[world.signs("alice")], |entry| entry.seq += 1)
        }),
        Box::new(|world: &World| {
            let says = after(world.head());
            world.forge_framed(says, &[world.signs("alice")], |entry| entry.prev = Digest::of(b"other"))
        }),
        Box::new(|world: &World| {
            let seq = world.head().seq + 1;
            let far = Head { size: 1, seq: (1 << 53) + 1, hash: Digest::of(b"far") };
            forge_continue(world, beyond(world, far));
            seq
        }),
        // It does not say that records are missing.
        Box::new(|world: &World| {
            let seq = world.head().seq + 1;
            forge_continue(world, after(later(world, Digest::of(b"the last"))));
            seq
        }),
        // What it follows is here.
        Box::new(|world: &World| {
            let seq = world.head().seq + 1;
            forge_continue(world, beyond(world, earlier(world)));
            seq
        }),
        Box::new(|world: &World| forge_continue(world, beyond(world, world.head()))),
        // It keeps bytes of what was left behind.
        Box::new(|world: &World| {
            let left = Some(Damage::of_tail(b"left").unwrap());
            forge_continue(world, Continue { left, ..after(world.head()) })
        }),
    ]
}

#[test]
fn continue_from() {
    let world = World::ready();
    let case = Case::of(&world);
    case.each_breaks(Rule::ContinueFrom, misplaced());
    // No number of continuations keeps a log from being continued once more.
    let bytes = world.bytes();
    for _ in 0..70 {
        forge_continue(&world, beyond(&world, later(&world, Digest::of(b"the last"))));
    }
    assert!(world.verify().findings.iter().all(|one| one.rule != Rule::ContinueFrom));
    world.set_bytes(bytes);
    // A record is left out that it was made on.
    let records = world.records();
    let last = &records[records.len() - 1];
    let says = beyond(&world, later(&world, Digest::of(b"the last")));
    world.set_bytes(world.bytes()[..last.start as usize].to_vec());
    let case = Case::of(&world);
    forge_continue(&world, says);
    case.breaks(Rule::ContinueFrom, last.frame.seq);
}

/// Where the log would be ten records later, with `hash` as the last of them.
fn later(world: &World, hash: Digest) -> Head {
    let head = world.head();
    Head { size: head.size + 5000, seq: head.seq + 10, hash }
}

/// The next generation of `prod`, as a record that stands five places behind the log's end, signed by `who`.
fn kept(world: &World, who: &str, kind: Kind, name: &str, place: i64) -> String {
    let sealed = world.make_seal(name, kind, 2, &["alice", "bob", "carol"], Credentials::New);
    let bytes = world.bytes();
    let start = bytes.len();
    world.forge_framed(sealed.seal, &[world.signs(who)], |entry| {
        entry.seq = entry.seq.checked_add_signed(place).unwrap();
    });
    let record = BASE64.encode(&world.bytes()[start..]);
    world.set_bytes(bytes);
    record
}

#[test]
fn continue_kept() {
    let world = World::ready();
    let from = later(&world, Digest::of(b"the last"));
    let seal = |who: &str, place| kept(&world, who, Kind::Root, "prod", place);
    // What is kept as it should be brings its generation in.
    let case = Case::of(&world);
    let whole = world.bytes();
    forge_continue(&world, Continue { kept: vec![seal("dan", 5)], ..beyond(&world, from) });
    let report = world.verify();
    let escrow = report.escrow.as_ref().unwrap();
    assert_eq!(escrow.vault_named(&text("prod")).unwrap().generations.len(), 2);
    world.set_bytes(whole.clone());
    let check = BASE64.encode(&whole[world.records()[3].start as usize..world.records()[3].end as usize]);
    let good = seal("dan", 5);
    let mut flipped = BASE64.decode(good.as_bytes()).unwrap();
    let at = flipped.len() - 20;
    flipped[at] = if flipped[at] == b'A' { b'B' } else { b'A' };
    let bad: Vec<Vec<String>> = vec![
        vec!["no base64".into()],
        vec![BASE64.encode(b"no record")],
        vec![BASE64.encode(&flipped)],
        vec![BASE64.encode(&[&BASE64.decode(good.as_bytes()).unwrap()[..], b"more"].concat())],
        // Not a seal; not by an administrator; not a later generation.
        vec![check],
        vec![seal("alice", 5)],
        vec![good.clone(), good.clone()],
        // Not among the missing records, or not in their order: before them, behind them, or in the last one's place.
        vec![kept(&world, "dan", Kind::Root, "other", -2)],
        vec![kept(&world, "dan", Kind::Root, "other", 5), kept(&world, "dan", Kind::Root, "another", 3)],
        vec![BASE64.encode(&whole[world.records()[1].start as usize..world.records()[1].end as usize])],
        vec![seal("dan", 10)],
        vec![seal("dan", 9)],
    ];
    for kept in bad {
        forge_continue(&world, Continue { kept: kept.clone(), ..beyond(&world, from) });
        let report = world.verify();
        assert!(
            report.findings.iter().any(|one| one.rule == Rule::ContinueKept),
            "{kept:?} {:?}",
            report.findings
        );
        assert!(!report.findings.iter().any(|one| one.rule == Rule::Continued), "{kept:?}");
        world.set_bytes(whole.clone());
    }
    // Nothing is missing, and something is kept.
    let seq = forge_continue(&world, Continue { kept: vec![good], ..after(world.head()) });
    case.breaks(Rule::ContinueKept, seq);
}

#[test]
fn records_missing() {
    let world = World::ready();
    let case = Case::of(&world);
    let (first, from) = (world.head().seq + 1, later(&world, Digest::of(b"the last")));
    forge_continue(&world, beyond(&world, from));
    case.says(&world.verify(), Rule::RecordsMissing, Some(first), &[Rule::Continued]);
    // The log goes on, and a branch that holds the missing records brings them back.
    let world = World::ready();
    let fork = world.bytes();
    world.check("alice");
    world.check("bob");
    let (whole, from) = (world.bytes(), world.head());
    world.set_bytes(fork.clone());
    let first = world.head().seq + 1;
    forge_continue(&world, beyond(&world, from));
    let case = Case::of(&world);
    world.adopt(adoption(&fork, &whole), &["alice", "bob"]).unwrap();
    let report = world.verify();
    assert!(
        case.before.findings.iter().any(|one| one.rule == Rule::RecordsMissing && one.seq == Some(first))
    );
    assert!(!report.findings.iter().any(|one| one.rule == Rule::RecordsMissing), "{:?}", report.findings);
}
