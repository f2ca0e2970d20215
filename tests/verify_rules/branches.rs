//! Branches that were joined.

use breakglass::crypto::digest::Digest;
use breakglass::record::finding::Rule;
use breakglass::record::head::Head;
use breakglass::record::repair::{Adopt, AdoptPart};
use breakglass::record::request::EndOutcome;
use breakglass::record::seal::Kind;
use data_encoding::BASE64;

use crate::retirements::retire;
use crate::world::{OVERRULED, Overruled, World, adoption, text};
use crate::{Case, Spoil};

/// A log that went on in two places, from `fork`: with two checks of alice's, and with one of bob's.
fn parted(world: &World) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let fork = world.bytes();
    world.check("alice");
    world.check("alice");
    let other = world.bytes();
    world.set_bytes(fork.clone());
    world.check("bob");
    (fork, other, world.bytes())
}

#[test]
fn adopted() {
    let world = World::ready();
    let (fork, other, ours) = parted(&world);
    let case = Case::of(&world);
    let seq = world.head().seq + 1;
    world.adopt(adoption(&fork, &other), &["alice", "fred"]).unwrap();
    case.breaks(Rule::Adopted, seq);
    // What the branch says counts: the heads of both are known, and bob's and alice's books hold.
    let heads = [other, ours].map(|bytes| world.head_of(&bytes));
    let escrow = world.reading().escrow;
    assert!(heads.iter().all(|head| escrow.is_ancestor(head)));
    let evidence = breakglass::audit::verify::Evidence {
        heads: heads
            .iter()
            .map(|head| ("h".into(), breakglass::record::head::HeadFile::new(escrow.id, *head)))
            .collect(),
        books: ["alice", "bob", "carol"].map(|who| world.person(who).book_evidence()).into(),
        ..Default::default()
    };
    let report = world.verify_with(&evidence);
    let worst: Vec<_> = report.findings.iter().filter(|one| one.rule != Rule::Adopted).collect();
    let newest = Rule::CompletenessUnproven;
    assert!(worst.iter().all(|one| one.rule == newest), "{worst:?}");
}

#[test]
fn adopt_signers() {
    let world = World::ready();
    let (fork, other, _) = parted(&world);
    let case = Case::of(&world);
    let spoil = |who: &'static [&'static str]| -> Spoil<'_> {
        let (fork, other) = (fork.clone(), other.clone());
        Box::new(move |world: &World| {
            let signers: Vec<_> = who.iter().map(|who| world.signs(who)).collect();
            world.forge(adoption(&fork, &other), &signers)
        })
    };
    case.each_breaks(Rule::AdoptSigners, vec![spoil(&["alice"]), spoil(&["alice", "bob", "dan"])]);
    // Nobody adopts who has retired here.
    world.retires("erin", "dan");
    Case::of(&world).each_breaks(Rule::AdoptSigners, vec![spoil(&["dan", "alice"]), spoil(&["bob", "dan"])]);
}

#[test]
fn adopt_branch() {
    let world = World::ready();
    let (fork, other, ours) = parted(&world);
    let case = Case::of(&world);
    let good = adoption(&fork, &other);
    let spoil = |adopt: Adopt| -> Spoil<'_> {
        Box::new(move |world: &World| world.forge(adopt.clone(), &[world.signs("alice"), world.signs("bob")]))
    };
    let with = |records: &[u8]| Adopt { records: BASE64.encode(records), ..good.clone() };
    let branch = BASE64.decode(good.records.as_bytes()).unwrap();
    let mut flipped = branch.clone();
    flipped[branch.len() - 10] ^= 1;
    let other_from = Head { hash: Digest::of(b"other"), ..good.from };
    let from_ours = world.head();
    // A branch whose last record breaks a rule, though it is signed.
    world.set_bytes(other.clone());
    world.forge(retire("nobody"), &[world.signs("dan")]);
    let unlawful = adoption(&fork, &world.bytes());
    world.set_bytes(ours.clone());
    case.each_breaks(
        Rule::AdoptBranch,
        vec![
            spoil(Adopt { records: "no base64".into(), ..good.clone() }),
            spoil(with(b"")),
            spoil(with(b"no record")),
            spoil(with(&branch[..branch.len() - 1])),
            spoil(with(&flipped)),
            spoil(with(&[&branch[..], b"more"].concat())),
            spoil(Adopt { from: other_from, ..good.clone() }),
            spoil(Adopt { from: Head { size: good.from.size + 1, ..good.from }, ..good.clone() }),
            spoil(Adopt { from: from_ours, ..good.clone() }),
            // It is in this log already.
            spoil(adoption(&fork, &ours)),
            spoil(unlawful),
        ],
    );
    world.adopt(good.clone(), &["alice", "bob"]).unwrap();
    let again = Case::of(&world);
    let seq = world.forge(good.clone(), &[world.signs("alice"), world.signs("bob")]);
    again.breaks(Rule::AdoptBranch, seq);
}

#[test]
fn adopt_unfinished() {
    let world = World::ready();
    let (fork, other, _) = parted(&world);
    let (case, good) = (Case::of(&world), adoption(&fork, &other));
    let bytes = world.bytes();
    let part = |world: &World, what: &[u8]| {
        world.forge(AdoptPart { records: BASE64.encode(what) }, &[world.signs("erin")])
    };
    // Nothing follows it; or a part follows that is taken alone; or something else does.
    let seq = part(&world, b"anything");
    case.says(&world.verify(), Rule::AdoptUnfinished, Some(seq), &[]);
    world.adopt_in_parts(&good, &[700], &["alice", "bob"]);
    case.says(&world.verify(), Rule::AdoptUnfinished, Some(seq), &[Rule::Adopted]);
    world.set_bytes(bytes.clone());
    let branch = BASE64.decode(good.records.as_bytes()).unwrap();
    let seq = part(&world, &branch[..300]);
    world.check("alice");
    case.says(&world.verify(), Rule::AdoptUnfinished, Some(seq), &[]);
    // It can be taken no more; nor can more parts be taken than there are, or one that is no base64.
    let beside = |parts: u64, records: &[u8]| {
        let adopt = Adopt { parts, records: BASE64.encode(records), ..good };
        let seq = world.forge(adopt, &[world.signs("alice"), world.signs("bob")]);
        let found = world.verify().findings;
        assert!(found.iter().any(|one| one.rule == Rule::AdoptBranch && one.seq == Some(seq)), "{found:?}");
    };
    beside(1, &branch[300..]);
    world.set_bytes(bytes);
    world.forge(AdoptPart { records: "no base64".into() }, &[world.signs("erin")]);
    for parts in [1, 2, u64::MAX] {
        let bytes = world.bytes();
        beside(parts, &branch);
        world.set_bytes(bytes);
    }
}

#[test]
fn adopt_without_effect() {
    for Overruled { name, before, there, here, kind, .. } in OVERRULED {
        let world = World::ready();
        before(&world);
        let fork = world.bytes();
        there(&world);
        let other = world.bytes();
        let found = |change: fn(&World)| {
            world.set_bytes(fork.clone());
            change(&world);
            let seq = world.head().seq + 1;
            world.adopt(adoption(&fork, &other), &["bob", "fred"]).unwrap();
            let found = world.verify().findings.into_iter();
            let found = found.filter(|one| one.rule == Rule::AdoptWithoutEffect && one.seq == Some(seq));
            found.map(|one| one.particulars.kind.unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(found(here), [kind], "{name}");
        assert_eq!(found(|world| world.check("bob")), [""; 0], "{name}: it holds by the branch's past");
    }
}

#[test]
fn adopt_conflict() {
    let world = World::ready();
    let fork = world.bytes();
    let people = ["alice", "bob", "carol"];
    for name in ["prod", "new"] {
        world.set_bytes(fork.clone());
        world.seal(name, Kind::Root, 2, &people);
        let other = world.bytes();
        world.set_bytes(fork.clone());
        world.seal(name, Kind::Root, 2, &people);
        let seq = world.head().seq + 1;
        world.adopt(adoption(&fork, &other), &["alice", "bob"]).unwrap();
        let found = world.verify().findings;
        assert!(found.iter().any(|one| one.rule == Rule::AdoptConflict && one.seq == Some(seq)), "{name}");
        let escrow = world.reading().escrow;
        let all = escrow.vaults.iter().filter(|vault| vault.name == text(name));
        let numbers: Vec<_> =
            all.flat_map(|vault| &vault.generations).map(|one| one.seal.generation).collect();
        assert_eq!(numbers, if name == "prod" { vec![1, 2, 2] } else { vec![1, 1] });
    }
    // A generation that only the branch has is brought in.
    world.set_bytes(fork.clone());
    world.seal("prod", Kind::Root, 2, &people);
    let other = world.bytes();
    world.set_bytes(fork.clone());
    world.check("bob");
    world.adopt(adoption(&fork, &other), &["alice", "bob"]).unwrap();
    let escrow = world.reading().escrow;
    assert_eq!(escrow.vault_named(&text("prod")).unwrap().newest().seal.generation, 2);
}

#[test]
fn release_branches() {
    let world = World::ready();
    let asking = world.emergency();
    let files = world.approvals(&["alice", "bob"], &asking);
    let fork = world.bytes();
    world.release(&asking, &files).unwrap();
    let released = world.bytes();
    world.end(&asking, EndOutcome::Released);
    let ended = world.bytes();
    world.set_bytes(fork.clone());
    world.end(&asking, EndOutcome::NotReleased);
    let withdrawn = world.bytes();
    world.set_bytes(fork.clone());
    world.check("alice");
    let quiet = world.bytes();
    let again = {
        world.set_bytes(fork.clone());
        world.release(&asking, &files).unwrap();
        world.bytes()
    };
    let reported = |ours: &[u8], other: &[u8]| {
        world.set_bytes(ours.to_vec());
        let seq = world.head().seq + 1;
        world.adopt(adoption(&fork, other), &["alice", "bob"]).unwrap();
        let report = world.verify();
        let found = report.findings.iter().find(|one| one.rule == Rule::ReleaseBranches);
        found.inspect(|found| assert_eq!(found.seq, Some(seq))).is_some()
    };
    assert!(reported(&again, &released));
    assert!(reported(&again, &ended));
    assert!(reported(&ended, &again));
    assert!(reported(&withdrawn, &released));
    assert!(reported(&released, &withdrawn));
    for bytes in [&released, &ended, &withdrawn] {
        assert!(!reported(bytes, &quiet), "control");
        assert!(!reported(&quiet, bytes), "control");
    }
    // The release that was adopted exposes, and the next attempt is numbered after both.
    world.set_bytes(again);
    world.adopt(adoption(&fork, &released), &["alice", "bob"]).unwrap();
    world.release(&asking, &files).unwrap();
    assert_eq!(world.reading().escrow.request(&asking.record).unwrap().releases.len(), 3);
}
