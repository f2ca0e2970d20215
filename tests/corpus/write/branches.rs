//! Branches of a log that were joined.

use breakglass::ceremony::request::RequestPlan;
use breakglass::crypto::digest::Digest;
use breakglass::record::finding::Rule;
use breakglass::record::head::{Head, HeadFile};
use breakglass::record::repair::{Adopt, AdoptPart};
use breakglass::record::request::{EndOutcome, Purpose, Reason};
use breakglass::record::seal::Kind;
use data_encoding::BASE64;

use super::log_case::{LogCase, nothing, small, spoiled};
use super::put::base;
use super::retirements::retire;
use crate::world::{OVERRULED, Overruled, World, adoption, dawn};

const ALL: [&str; 3] = ["alice", "bob", "carol"];

const TWO: [&str; 2] = ["alice", "bob"];

pub fn write() {
    let parted = Parted::new();
    signers(&parted);
    broken(&parted);
    adopted(&parted);
    sealed(&parted);
    in_parts(&parted);
    overruled();
    asked_there();
    twice_released();
}

/// A log, and two ways in which it went on.
struct Parted {
    world: World,
    fork: Vec<u8>,
    ours: Vec<u8>,
    other: Vec<u8>,
}

impl Parted {
    fn new() -> Parted {
        let world = small();
        let fork = world.bytes();
        world.check("alice");
        world.check("alice");
        let other = world.bytes();
        world.set_bytes(fork.clone());
        world.check("bob");
        let ours = world.bytes();
        base(&ours);
        Parted { world, fork, ours, other }
    }

    /// What brings the other branch in.
    fn adoption(&self) -> Adopt {
        adoption(&self.fork, &self.other)
    }

    fn forge(&self, name: &str, about: &str, rule: Rule, says: Adopt, who: &[&str]) {
        spoiled(&self.world, name, about, rule, |world| {
            let signers: Vec<_> = who.iter().map(|who| world.signs(who)).collect();
            world.forge(says, &signers)
        });
    }
}

fn signers(parted: &Parted) {
    let good = parted.adoption();
    parted.forge("adopted", "Another branch of the log.", Rule::Adopted, good.clone(), &["alice", "fred"]);
    parted.forge("adopted-by-one", "By one person.", Rule::AdoptSigners, good.clone(), &["alice"]);
    parted.forge(
        "adopted-by-three",
        "By three people.",
        Rule::AdoptSigners,
        good.clone(),
        &["alice", "bob", "dan"],
    );
}

fn broken(parted: &Parted) {
    let Parted { world, fork, ours, other } = parted;
    let good = parted.adoption();
    let with = |records: &[u8]| Adopt { records: BASE64.encode(records), ..good.clone() };
    let branch = BASE64.decode(good.records.as_bytes()).unwrap();
    world.set_bytes(other.clone());
    world.forge(retire("nobody"), &[world.signs("dan")]);
    let unlawful = adoption(fork, &world.bytes());
    world.set_bytes(ours.clone());
    for (name, about, says) in [
        (
            "adopt-no-base64",
            "The branch is not base64.",
            Adopt { records: "no base64".into(), ..good.clone() },
        ),
        ("adopt-nothing", "The branch is empty.", with(b"")),
        ("adopt-no-record", "The branch is no record.", with(b"no record")),
        ("adopt-cut-off", "The branch is cut off.", with(&branch[..branch.len() - 1])),
        ("adopt-followed", "Something follows the branch.", with(&[&branch[..], b"more"].concat())),
        (
            "adopt-from-other",
            "It begins behind a record that there is not.",
            Adopt { from: Head { hash: Digest::of(b"other"), ..good.from }, ..good.clone() },
        ),
        (
            "adopt-from-size",
            "It begins behind a record of another size.",
            Adopt { from: Head { size: good.from.size + 1, ..good.from }, ..good.clone() },
        ),
        (
            "adopt-from-later",
            "It begins behind a later record.",
            Adopt { from: world.head(), ..good.clone() },
        ),
        ("adopt-this-log", "It is in this log already.", adoption(fork, ours)),
        ("adopt-broken", "Its last record breaks a rule.", unlawful),
    ] {
        parted.forge(name, about, Rule::AdoptBranch, says, &TWO);
    }
}

fn adopted(parted: &Parted) {
    let Parted { world, ours, other, .. } = parted;
    let good = parted.adoption();
    world.adopt(good.clone(), &TWO).unwrap();
    let about = "Heads of both branches, and everybody's books.";
    let heads = [other, ours].map(|log| HeadFile::new(world.id(), world.head_of(log)));
    LogCase::of("adopted-with-evidence", about, Rule::Adopted)
        .heads(&heads)
        .books(world, &ALL)
        .of_world(world);
    parted.forge("adopted-twice", "A branch is adopted twice.", Rule::AdoptBranch, good, &TWO);
}

/// The branch comes in more than one record.
fn in_parts(parted: &Parted) {
    let Parted { world, ours, .. } = parted;
    let good = parted.adoption();
    let part = |what: &str, who: &str| {
        world.forge(AdoptPart { records: what.to_owned() }, &[world.signs(who)]);
    };
    let case = |name: &str, about: &str, rule: Rule, change: &dyn Fn()| {
        world.set_bytes(ours.clone());
        spoiled(world, name, about, rule, |_| change());
    };
    let taking = |parts: u64| {
        world.forge(Adopt { parts, ..good.clone() }, &TWO.map(|who| world.signs(who)));
    };
    case("adopted-in-parts", "A branch in three records, cut anywhere.", Rule::Adopted, &|| {
        world.adopt_in_parts(&good, &[700, 1], &TWO);
    });
    case(
        "adopted-after-stale-part",
        "A part that is left, and those that are taken.",
        Rule::AdoptUnfinished,
        &|| {
            part("AAAA", "erin");
            world.adopt_in_parts(&good, &[700], &TWO);
        },
    );
    case("adopt-part-alone", "Nothing follows a part.", Rule::AdoptUnfinished, &|| part("AAAA", "erin"));
    case("adopt-part-left", "Something else follows a part.", Rule::AdoptUnfinished, &|| {
        part("AAAA", "erin");
        world.check("alice");
    });
    case("adopt-part-apart", "Something stands between a part and its adoption.", Rule::AdoptBranch, &|| {
        part("AAAA", "erin");
        world.check("alice");
        taking(1);
    });
    case("adopt-too-many-parts", "More parts are taken than there are.", Rule::AdoptBranch, &|| {
        part("AAAA", "erin");
        taking(2);
    });
    case("adopt-part-mixed", "Parts of two people are mixed.", Rule::AdoptBranch, &|| {
        let first = BASE64.encode(&BASE64.decode(good.records.as_bytes()).unwrap()[..700]);
        part(&first, "alice");
        part("AAAA", "erin");
        taking(2);
    });
    case("adopt-part-no-base64", "A part is no base64.", Rule::AdoptBranch, &|| {
        part("no base64", "erin");
        taking(1);
    });
    case("adopt-part-by-two", "A part by two people.", Rule::RepairSigner, &|| {
        world.forge(AdoptPart { records: String::new() }, &TWO.map(|who| world.signs(who)));
    });
    world.set_bytes(ours.clone());
    adopted_in_parts_there(world, ours, &good);
}

/// A branch adopted another one in parts, and parted from this log behind them.
fn adopted_in_parts_there(world: &World, ours: &[u8], good: &Adopt) {
    world.adopt_in_parts(good, &[700], &TWO);
    let theirs = world.bytes();
    let records = world.records();
    let fork = &theirs[..records.last().unwrap().start as usize];
    world.set_bytes(fork.to_vec());
    world.check("carol");
    base(&world.bytes());
    for (name, about, rule, from) in [
        ("adopted-with-its-parts", "A branch that adopted in parts, with these.", Rule::Adopted, ours),
        ("adopted-without-its-parts", "The same, without its parts.", Rule::AdoptBranch, fork),
    ] {
        spoiled(world, name, about, rule, |world| {
            world.forge(adoption(from, &theirs), &TWO.map(|who| world.signs(who)))
        });
    }
    world.set_bytes(ours.to_vec());
}

/// Both branches sealed, or one of them.
fn sealed(parted: &Parted) {
    let Parted { world, fork, .. } = parted;
    for name in ["prod", "new"] {
        world.set_bytes(fork.clone());
        world.seal(name, Kind::Root, 2, &ALL);
        let other = world.bytes();
        world.set_bytes(fork.clone());
        world.seal(name, Kind::Root, 2, &ALL);
        let case = format!("adopt-conflict-{name}");
        parted.forge(&case, "Both branches sealed it.", Rule::AdoptConflict, adoption(fork, &other), &TWO);
        world.set_bytes(fork.clone());
        world.check("bob");
        let case = format!("adopted-seal-{name}");
        parted.forge(&case, "Only the branch sealed it.", Rule::Adopted, adoption(fork, &other), &TWO);
    }
}

/// Requests that only the branch holds.
fn asked_there() {
    let world = small();
    let fork = world.bytes();
    let ours = {
        world.check("bob");
        world.bytes()
    };
    base(&ours);
    let adopt = |name: &str, about: &str, rule: Rule, on_branch: &dyn Fn()| {
        world.set_bytes(fork.clone());
        on_branch();
        let branch = adoption(&fork, &world.bytes());
        world.set_bytes(ours.clone());
        world.adopt(branch, &TWO).unwrap();
        LogCase::of(name, about, rule).of_world(&world);
    };
    adopt("adopted-request-released", "Asked and released on the branch.", Rule::Exposed, &|| {
        world.released();
    });
    adopt(
        "adopted-request-of-other-reason",
        "Asked on the branch, for another reason.",
        Rule::Adopted,
        &|| {
            let question = world.question(Purpose::Emergency);
            let reason = Reason::Other;
            world.ask("carol", "prod", RequestPlan { reason, ..question });
        },
    );
    adopt("adopted-request-ended", "Asked and withdrawn on the branch.", Rule::Adopted, &|| {
        let asking = world.emergency();
        world.end(&asking, EndOutcome::NotReleased);
    });
    adopt("adopted-retirement", "Somebody retired on the branch.", Rule::Adopted, &|| {
        world.append(retire("carol"), &[world.signs("dan")]).unwrap();
    });
    adopt("adopted-tail", "The branch had a damaged tail.", Rule::Adopted, &|| {
        world.set_bytes([world.bytes(), vec![0; 9]].concat());
        world.recover("alice").unwrap();
    });
    adopt("adopted-time-backwards", "Time runs backwards on the branch.", Rule::Adopted, &|| {
        world.forge_framed(nothing(), &[world.signs("alice")], |entry| entry.time = dawn());
    });
}

/// What a branch grants or clears, and may not here.
fn overruled() {
    for Overruled { name, about, before, there, here, .. } in OVERRULED {
        let world = small();
        before(&world);
        let fork = world.bytes();
        there(&world);
        let other = world.bytes();
        world.set_bytes(fork.clone());
        here(&world);
        base(&world.bytes());
        world.adopt(adoption(&fork, &other), &["bob", "fred"]).unwrap();
        let case = format!("adopted-overruled-{name}");
        LogCase::of(&case, about, Rule::AdoptWithoutEffect).of_world(&world);
    }
    let world = small();
    world.retires("erin", "dan");
    let fork = world.bytes();
    let branch = world.a_check_from(&fork);
    world.check("bob");
    base(&world.bytes());
    let about = "One of the two who adopt has retired.";
    spoiled(&world, "adopted-by-a-retired-person", about, Rule::AdoptSigners, |world| {
        world.forge(branch, &["alice", "dan"].map(|who| world.signs(who)))
    });
}

fn twice_released() {
    let world = small();
    let asking = world.emergency();
    let files = world.approvals(&["alice", "bob"], &asking);
    let fork = world.bytes();
    base(&fork);
    let from = |change: &dyn Fn()| {
        world.set_bytes(fork.clone());
        change();
        world.bytes()
    };
    let release = || drop(world.release(&asking, &files).unwrap());
    let released = from(&release);
    let again = from(&release);
    let ended = from(&|| {
        release();
        world.end(&asking, EndOutcome::Released);
    });
    let withdrawn = from(&|| world.end(&asking, EndOutcome::NotReleased));
    let quiet = from(&|| world.check("alice"));
    for (name, about, rule, ours, other) in [
        ("released-on-two-branches", "Released here and there.", Rule::ReleaseBranches, &again, &released),
        (
            "released-here-ended-there",
            "Released here, released and ended there.",
            Rule::ReleaseBranches,
            &again,
            &ended,
        ),
        (
            "ended-here-released-there",
            "Released and ended here, released there.",
            Rule::ReleaseBranches,
            &ended,
            &again,
        ),
        (
            "withdrawn-here-released-there",
            "Withdrawn here, released there.",
            Rule::ReleaseBranches,
            &withdrawn,
            &released,
        ),
        (
            "released-here-withdrawn-there",
            "Released here, withdrawn there.",
            Rule::ReleaseBranches,
            &released,
            &withdrawn,
        ),
        ("released-here-only", "Released here, and not there.", Rule::Adopted, &released, &quiet),
        ("released-there-only", "Released there, and not here.", Rule::Adopted, &quiet, &released),
        ("ended-there-only", "Released and ended there.", Rule::Adopted, &quiet, &ended),
    ] {
        world.set_bytes(ours.clone());
        world.adopt(adoption(&fork, other), &TWO).unwrap();
        LogCase::of(name, about, rule).of_world(&world);
    }
}
