//! The sealed files beside a log: those that are missing, changed, or too few to open what they hold.

use breakglass::audit::files::{Found, SealedFile, SealedFiles, generations};
use breakglass::audit::verify::Evidence;
use breakglass::ceremony::seal::Sealed;
use breakglass::crypto::digest::Digest;
use breakglass::crypto::envelope::{Identity, encrypt, encrypt_armored};
use breakglass::record::card::Role;
use breakglass::record::finding::{Rule, Severity};
use breakglass::record::policy::Policy;
use breakglass::record::seal::{Credentials, Kind};

use crate::Case;
use crate::world::{World, actor_with, everybody};

const THREE: [&str; 3] = ["alice", "bob", "carol"];

/// What is found for each sealed file: that file, unless `other` tells of something else.
fn files(world: &World, other: impl Fn(&str) -> Option<Found>) -> Evidence {
    let escrow = world.reading().escrow;
    let look = |file: &SealedFile<'_>| {
        let seal = &file.generation.seal;
        let made = world.sealed(&seal.vault, seal.generation);
        let (name, bytes) = match file.custodian {
            None => ("payload", made.payload.as_slice()),
            Some(custodian) => {
                let share = made.sealed_shares.iter().find(|(of, _)| of == custodian).unwrap();
                (custodian.as_str(), share.1.as_bytes())
            }
        };
        let path = format!("{}/{}/{name}", seal.name, seal.generation);
        let found = other(&path).unwrap_or_else(|| file.seen(bytes));
        (path, found)
    };
    let compared = generations(&escrow).map(|one| one.compare(look)).collect();
    let heads = vec![("a head".to_owned(), world.head_file())];
    Evidence { files: SealedFiles::Compared(compared), heads, ..Evidence::default() }
}

/// The files of a world that is ready, each with the number of its seal.
const SEALED: [(&str, u64); 8] = [
    ("prod/1/payload", 1),
    ("prod/1/alice", 1),
    ("prod/1/bob", 1),
    ("prod/1/carol", 1),
    ("canary-2-of-3-ecd32c36/1/payload", 2),
    ("canary-2-of-3-ecd32c36/1/alice", 2),
    ("canary-2-of-3-ecd32c36/1/bob", 2),
    ("canary-2-of-3-ecd32c36/1/carol", 2),
];

fn missing() -> Found {
    Found::Missing("gone".to_owned())
}

#[test]
fn file_changed() {
    let world = World::ready();
    let case = Case::with(&world, &files(&world, |_| None));
    assert!(case.before.findings.is_empty(), "{:?}", case.before.findings);
    for (path, seq) in SEALED {
        for other in
            [Found::File(Digest::of(b"another file"), None), Found::Other("it is too large".to_owned())]
        {
            let evidence = files(&world, |one| (one == path).then(|| other.clone()));
            let also: &[Rule] = if path.ends_with("payload") { &[Rule::VaultNotOpenable] } else { &[] };
            let found = case.says(&world.verify_with(&evidence), Rule::FileChanged, Some(seq), also);
            assert!(found.detail.starts_with(&format!("{path} (")), "{}", found.detail);
        }
    }
    // One custodian's file is not another's.
    let alices = world.generation("prod").seal.shares[0].sealed_share;
    let swapped = files(&world, |path| (path == "prod/1/bob").then_some(Found::File(alices, None)));
    let found = case.says(&world.verify_with(&swapped), Rule::FileChanged, Some(1), &[]);
    assert!(found.detail.contains("generation 1, the share of `bob`"), "{}", found.detail);
}

#[test]
fn file_missing() {
    let world = World::ready();
    let case = Case::with(&world, &files(&world, |_| None));
    for (path, seq) in SEALED {
        let evidence = files(&world, |one| (one == path).then(missing));
        let also: &[Rule] = if path.ends_with("payload") { &[Rule::VaultNotOpenable] } else { &[] };
        let report = world.verify_with(&evidence);
        let found = case.says(&report, Rule::FileMissing, Some(seq), also);
        assert!(found.detail.starts_with(&format!("{path} (")), "{}", found.detail);
        assert_eq!(
            report.worst(),
            Some(Severity::Finding),
            "a copy without a file that is needed does not hold"
        );
    }
}

#[test]
fn file_missing_superseded() {
    let world = World::ready();
    world.seal("next", Kind::Root, 2, &THREE);
    let first = world.head().seq;
    world.seal("next", Kind::Root, 2, &THREE);
    world.confirm("next", 2, &["dan", "alice"]);
    let case = Case::with(&world, &files(&world, |_| None));
    // Without the files of the first generation only, the newer credentials can be opened.
    let report = world.verify_with(&files(&world, |one| one.starts_with("next/1/").then(missing)));
    let others = [Rule::FileMissingSuperseded; 3];
    case.says(&report, Rule::FileMissingSuperseded, Some(first), &others);
    assert!(report.worst() < Some(Severity::Finding), "{:?}", report.findings);
    // That they were changed is still tampering.
    let changed =
        files(&world, |one| (one == "next/1/payload").then(|| Found::Other("too large".to_owned())));
    case.says(&world.verify_with(&changed), Rule::FileChanged, Some(first), &[]);
}

#[test]
fn vault_not_openable() {
    let world = World::ready();
    let case = Case::with(&world, &files(&world, |_| None));
    let shares = ["prod/1/alice", "prod/1/bob", "prod/1/carol"];
    let changed = || Found::File(Digest::of(b"another file"), None);
    // Of three shares two are needed: it takes two bad ones, each missing or changed.
    for left in shares {
        let gone = files(&world, |one| {
            (one.starts_with("prod/1/") && one != left && one != "prod/1/payload").then(missing)
        });
        let also = [Rule::FileMissing; 2];
        let found = case.says(&world.verify_with(&gone), Rule::VaultNotOpenable, Some(1), &also);
        assert_eq!(
            found.detail,
            "prod generation 1: 1 of 3 sealed shares are good, and at least 2 are needed"
        );
        let worse = files(&world, |one| match one {
            "prod/1/payload" => Some(changed()),
            one if shares.contains(&one) && one != left => Some(changed()),
            _ => None,
        });
        let found =
            case.says(&world.verify_with(&worse), Rule::VaultNotOpenable, Some(1), &[Rule::FileChanged; 3]);
        let what = "prod generation 1: the payload is missing or changed; 1 of 3 sealed shares are good, and at least 2 are needed";
        assert_eq!(found.detail, what);
    }
    let one = files(&world, |path| (path == "prod/1/alice").then(missing));
    let report = world.verify_with(&one);
    assert!(
        report.findings.iter().all(|found| found.rule != Rule::VaultNotOpenable),
        "{:?}",
        report.findings
    );
    let payload = files(&world, |path| (path == "canary-2-of-3-ecd32c36/1/payload").then(missing));
    let found =
        case.says(&world.verify_with(&payload), Rule::VaultNotOpenable, Some(2), &[Rule::FileMissing]);
    assert_eq!(found.detail, "canary-2-of-3-ecd32c36 generation 1: the payload is missing or changed");
}

/// A file that is encrypted to so many people, whoever they are.
fn to(count: usize) -> Vec<u8> {
    let people: Vec<_> = (0..count).map(|_| Identity::generate().to_recipient()).collect();
    encrypt(&people, b"anything").unwrap()
}

fn armoured_to(count: usize) -> String {
    let people: Vec<_> = (0..count).map(|_| Identity::generate().to_recipient()).collect();
    encrypt_armored(&people, b"anything").unwrap()
}

/// Bob of this world has two keys, and everybody else has one.
fn with_two_keys() -> World {
    let mut people = everybody();
    let second = Identity::generate().to_recipient();
    people[1] = ("bob", actor_with("bob", &[Role::Custodian], &[second]));
    World::begin_among(people, Policy::default())
}

#[test]
fn file_recipients() {
    let world = with_two_keys();
    let case = Case::with(&world, &files(&world, |_| None));
    let bytes = world.bytes();
    let is_told = |of: &str, change: &dyn Fn(&mut Sealed)| {
        let mut sealed = world.make_seal("prod", Kind::Root, 2, &THREE, Credentials::New);
        change(&mut sealed);
        sealed.seal.payload = Digest::of(&sealed.payload);
        for (share, (_, file)) in sealed.seal.shares.iter_mut().zip(&sealed.sealed_shares) {
            share.sealed_share = Digest::of(file.as_bytes());
        }
        let seq = world.forge(sealed.seal.clone(), &[world.signs("dan")]);
        world.keep_sealed(sealed);
        let report = world.verify_with(&files(&world, |_| None));
        if of.is_empty() {
            assert!(report.findings.iter().all(|found| found.rule != Rule::FileRecipients), "{report:?}");
        } else {
            let found = case.says(&report, Rule::FileRecipients, Some(seq), &[Rule::NotInForce]);
            assert!(found.detail.starts_with(&format!("prod/1/{of} (prod generation 1, ")), "{found:?}");
        }
        world.set_bytes(bytes.clone());
        world.forget_sealed(0);
    };
    // As they are sealed: bob's share to both of his keys, and now and then with grease.
    (0..8).for_each(|_| is_told("", &|_| ()));
    is_told("payload", &|sealed| sealed.payload = to(2));
    is_told("payload", &|sealed| sealed.payload = armoured_to(1).into_bytes());
    is_told("payload", &|sealed| sealed.payload = b"age-encryption.org/v1\n".to_vec());
    is_told("alice", &|sealed| sealed.sealed_shares[0].1 = armoured_to(2));
    is_told("alice", &|sealed| sealed.sealed_shares[0].1 = "no age file\n".to_owned());
    is_told("bob", &|sealed| sealed.sealed_shares[1].1 = armoured_to(1));
    is_told("bob", &|sealed| sealed.sealed_shares[1].1 = armoured_to(3));
    // A second recipient of another type is one in plain sight, too.
    is_told("payload", &|sealed| {
        let text = to(1);
        let first = text.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        sealed.payload = [&text[..first], b"-> ssh-ed25519 abc\nAAAA\n", &text[first..]].concat();
    });
}

#[test]
fn files_not_examined() {
    let world = World::ready();
    let heads = vec![("a head".to_owned(), world.head_file())];
    let evidence = Evidence { heads, ..Evidence::default() };
    let case = Case::with(&world, &evidence);
    assert!(case.before.findings.is_empty(), "{:?}", case.before.findings);
    let report = world.verify_with(&Evidence { files: SealedFiles::NoFolder, ..evidence });
    case.says(&report, Rule::FilesNotExamined, None, &[]);
    assert!(report.worst() < Some(Severity::Finding));
}
