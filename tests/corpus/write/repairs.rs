//! Damaged tails that were kept, logs that went on elsewhere, branches that were joined, people who retired.

use breakglass::crypto::digest::Digest;
use breakglass::record::finding::Rule;
use breakglass::record::head::Head;
use breakglass::record::repair::{Adopt, Began, Continue, Damage, Recovered};
use breakglass::record::request::{Outcome, Purpose};
use breakglass::record::retire::Retire;
use breakglass::record::seal::{Credentials, Kind};
use data_encoding::BASE64;

use super::requests::small;
use super::{LogCase, base, spoiled};
use crate::world::{World, adoption, text};

const ALL: [&str; 3] = ["alice", "bob", "carol"];

pub fn write() {
    tails();
    elsewhere();
    kept_seals();
    branches();
    asked_there();
    twice_released();
    people();
}

fn tails() {
    let world = small();
    let asking = world.emergency();
    let release =
        format!("{{\"type\":\"breakglass/v1/release\",\"says\":{{\"request\":\"{}\"", asking.record)
            .into_bytes();
    let other = format!(
        "{{\"type\":\"breakglass/v1/release\",\"says\":{{\"request\":\"{}\"",
        Digest::of(b"another request")
    );
    for (name, about, tail) in [
        (
            "recovered",
            "A damaged tail that began a record of statements.",
            b"{\"type\":\"breakglass/v1/statements\",".to_vec(),
        ),
        ("recovered-zeros", "A tail of zeros could have been a release.", vec![0; 512]),
        ("recovered-garbage", "A tail of which nobody can tell what it began.", vec![0xff; 9]),
        ("recovered-release", "A tail that began a release exposes what was asked for.", release.clone()),
        ("recovered-release-cut-off", "A tail that ends before it names a request.", release[..60].to_vec()),
        ("recovered-kind-cut-off", "A tail that ends within its kind.", release[..26].to_vec()),
        (
            "recovered-other-kind-cut-off",
            "A tail that ends within another kind.",
            b"{\"type\":\"breakglass/v1/e".to_vec(),
        ),
        ("recovered-type-cut-off", "A tail that ends within its type.", release[..9].to_vec()),
        (
            "recovered-release-of-no-request",
            "A release of a request that the log does not hold.",
            other.into_bytes(),
        ),
        ("recovered-text-and-zeros", "A tail of text and zeros.", [&release[..], &[0; 400]].concat()),
    ] {
        spoiled(&world, name, about, Rule::Recovered, |world| {
            world.set_bytes([world.bytes(), tail].concat());
            world.recover("alice").unwrap();
        });
    }
    spoiled(&world, "recovered-after-end", "What has ended cannot be begun.", Rule::Recovered, |world| {
        world.end(&asking, Outcome::NotReleased);
        world.set_bytes([world.bytes(), vec![0; 9]].concat());
        world.recover("alice").unwrap();
    });
    type Change = fn(&mut Recovered);
    let changes: [(&str, &str, Change); 6] = [
        ("recovered-size", "Another size than its bytes have.", |says| says.damage.size += 1),
        ("recovered-zeros-miscounted", "More zeros than there were.", |says| says.damage.zeros += 1),
        ("recovered-digest", "Another digest.", |says| says.damage.digest = Digest::of(b"other")),
        ("recovered-without-bytes", "Without the bytes.", |says| says.damage.bytes = None),
        ("recovered-began-unknown", "It began something known.", |says| says.began = Some(Began::Unknown)),
        ("recovered-began-release", "It began no release.", |says| {
            says.began = Some(Began::Release(Digest::of(b"request")));
        }),
    ];
    let good = || Recovered::of(b"{\"type\":\"breakglass/v1/end\"\0\0").unwrap();
    for (name, about, change) in changes {
        spoiled(&world, name, about, Rule::RecoveredContent, |world| {
            let mut says = good();
            change(&mut says);
            world.forge(says, &[world.signs("alice")])
        });
    }
    spoiled(&world, "recovered-by-two", "Recorded by two people.", Rule::RepairSigner, |world| {
        world.forge(good(), &[world.signs("alice"), world.signs("bob")])
    });
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

fn elsewhere() {
    let world = small();
    let (head, earlier) = (world.head(), world.records()[2].head());
    let other = Digest::of(b"other");
    spoiled(&world, "continued", "The log goes on in this file.", Rule::Continued, |world| {
        let left = Some(Damage::of_file(b"what was left"));
        forge_continue(world, Continue { left, ..after(head) });
    });
    spoiled(&world, "continued-by-two", "By two people.", Rule::RepairSigner, |world| {
        world.forge(after(head), &[world.signs("alice"), world.signs("bob")])
    });
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
        spoiled(&world, name, about, Rule::ContinueFrom, |world| forge_continue(world, says));
    }
    spoiled(&world, "continue-place", "Its number is not the next one.", Rule::ContinueFrom, |world| {
        world.forge_framed(after(head), &[world.signs("alice")], |entry| entry.seq += 1)
    });
    spoiled(&world, "continue-prev", "Its `prev` is another.", Rule::ContinueFrom, |world| {
        world.forge_framed(after(head), &[world.signs("alice")], |entry| entry.prev = other)
    });
    // Records are missing, and come back.
    let fork = world.bytes();
    world.check("alice");
    world.check("bob");
    let (whole, from) = (world.bytes(), world.head());
    world.set_bytes(fork.clone());
    forge_continue(&world, leaving_out(&world, from));
    let about = "The log goes on without two records.";
    LogCase::of("records-missing", about, Rule::RecordsMissing).of_world(&world);
    let about = "A head and books that know of the missing records.";
    let head = breakglass::record::head::HeadFile::new(world.id(), from);
    LogCase::of("records-missing-known", about, Rule::RecordsMissing)
        .heads(&[head])
        .books(&world, &["bob"])
        .of_world(&world);
    world.adopt(adoption(&fork, &whole), &["alice", "bob"]).unwrap();
    let about = "A branch brought the missing records back.";
    LogCase::of("records-brought-back", about, Rule::Adopted).of_world(&world);
}

/// The next generation of `prod`, as a record some places behind the log's end.
fn kept(world: &World, who: &str, place: u64) -> String {
    let sealed = world.make_seal("prod", Kind::Root, 2, &ALL, Credentials::New);
    let bytes = world.bytes();
    world.forge_framed(sealed.seal, &[world.signs(who)], |entry| entry.seq += place);
    let record = BASE64.encode(&world.bytes()[bytes.len()..]);
    world.set_bytes(bytes);
    record
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

fn branches() {
    let world = small();
    let fork = world.bytes();
    world.check("alice");
    world.check("alice");
    let other = world.bytes();
    world.set_bytes(fork.clone());
    world.check("bob");
    let ours = world.bytes();
    base(&ours);
    let good = adoption(&fork, &other);
    let forge = |name: &str, about: &str, rule: Rule, says: Adopt, who: &[&str]| {
        spoiled(&world, name, about, rule, |world| {
            let signers: Vec<_> = who.iter().map(|who| world.signs(who)).collect();
            world.forge(says, &signers)
        });
    };
    let two = ["alice", "bob"];
    forge("adopted", "Another branch of the log.", Rule::Adopted, good.clone(), &["alice", "fred"]);
    forge("adopted-by-one", "By one person.", Rule::AdoptSigners, good.clone(), &["alice"]);
    forge("adopted-by-three", "By three people.", Rule::AdoptSigners, good.clone(), &["alice", "bob", "dan"]);
    let with = |records: &[u8]| Adopt { records: BASE64.encode(records), ..good.clone() };
    let branch = BASE64.decode(good.records.as_bytes()).unwrap();
    world.set_bytes(other.clone());
    world.forge(retire("nobody"), &[world.signs("dan")]);
    let unlawful = adoption(&fork, &world.bytes());
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
        ("adopt-this-log", "It is in this log already.", adoption(&fork, &ours)),
        ("adopt-broken", "Its last record breaks a rule.", unlawful),
    ] {
        forge(name, about, Rule::AdoptBranch, says, &two);
    }
    world.adopt(good.clone(), &two).unwrap();
    let about = "Heads of both branches, and everybody's books.";
    let heads =
        [other, ours].map(|log| breakglass::record::head::HeadFile::new(world.id(), world.head_of(&log)));
    LogCase::of("adopted-with-evidence", about, Rule::Adopted)
        .heads(&heads)
        .books(&world, &ALL)
        .of_world(&world);
    forge("adopted-twice", "A branch is adopted twice.", Rule::AdoptBranch, good, &two);
    for name in ["prod", "new"] {
        world.set_bytes(fork.clone());
        world.seal(name, Kind::Root, 2, &ALL);
        let other = world.bytes();
        world.set_bytes(fork.clone());
        world.seal(name, Kind::Root, 2, &ALL);
        let case = format!("adopt-conflict-{name}");
        forge(&case, "Both branches sealed it.", Rule::AdoptConflict, adoption(&fork, &other), &two);
        world.set_bytes(fork.clone());
        world.check("bob");
        let case = format!("adopted-seal-{name}");
        forge(&case, "Only the branch sealed it.", Rule::Adopted, adoption(&fork, &other), &two);
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
        world.adopt(branch, &["alice", "bob"]).unwrap();
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
            let reason = breakglass::record::request::Reason::Other;
            world.ask("carol", "prod", breakglass::ceremony::request::Question { reason, ..question });
        },
    );
    adopt("adopted-request-ended", "Asked and withdrawn on the branch.", Rule::Adopted, &|| {
        let asking = world.emergency();
        world.end(&asking, Outcome::NotReleased);
    });
    adopt("adopted-retirement", "Somebody retired on the branch.", Rule::Adopted, &|| {
        world.append(retire("carol"), &[world.signs("dan")]).unwrap();
    });
    adopt("adopted-tail", "The branch had a damaged tail.", Rule::Adopted, &|| {
        world.set_bytes([world.bytes(), vec![0; 9]].concat());
        world.recover("alice").unwrap();
    });
    adopt("adopted-time-backwards", "Time runs backwards on the branch.", Rule::Adopted, &|| {
        world.forge_framed(super::nothing(), &[world.signs("alice")], |entry| {
            entry.time = crate::world::dawn()
        });
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
        world.end(&asking, Outcome::Released);
    });
    let withdrawn = from(&|| world.end(&asking, Outcome::NotReleased));
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
        world.adopt(adoption(&fork, other), &["alice", "bob"]).unwrap();
        LogCase::of(name, about, rule).of_world(&world);
    }
}

fn retire(who: &str) -> Retire {
    Retire { person: text(who), because: text("left the company") }
}

fn people() {
    let world = small();
    let by = |name: &str, about: &str, rule: Option<Rule>, who: &str, signers: &[&str]| {
        spoiled(&world, name, about, rule, |world| {
            let signers: Vec<_> = signers.iter().map(|who| world.signs(who)).collect();
            world.forge(retire(who), &signers)
        });
    };
    by("retired", "Somebody retires, says an administrator.", None, "carol", &["dan"]);
    by("retired-by-custodians", "A threshold of custodians says so.", None, "dan", &["alice", "bob"]);
    for (name, about, signers) in [
        ("retired-by-one-custodian", "By one custodian.", &["alice"][..]),
        ("retired-by-an-auditor", "By an auditor.", &["fred"]),
        ("retired-by-two-administrators", "By two administrators.", &["dan", "erin"]),
        ("retired-by-custodians-and-auditor", "By a threshold, and an auditor.", &["alice", "bob", "fred"]),
    ] {
        by(name, about, Some(Rule::RetireSigner), "carol", signers);
    }
    by("retired-nobody", "Nobody of that name.", Some(Rule::RetirePerson), "nobody", &["dan"]);
    let seal =
        |world: &World, who: &[&str]| world.make_seal("prod", Kind::Root, 2, who, Credentials::New).seal;
    spoiled(&world, "seal-by-custodians", "A threshold of custodians seals.", None, |world| {
        world.forge(seal(world, &ALL), &[world.signs("alice"), world.signs("bob")])
    });
    spoiled(&world, "retired-twice", "Somebody retires twice.", Rule::RetirePerson, |world| {
        world.forge(retire("fred"), &[world.signs("dan")]);
        world.forge(retire("fred"), &[world.signs("dan")])
    });
    spoiled(
        &world,
        "retired-administrator",
        "An administrator who retired is none.",
        Rule::RetireSigner,
        |world| {
            world.forge(retire("dan"), &[world.signs("erin")]);
            world.forge(retire("carol"), &[world.signs("dan")])
        },
    );
    spoiled(
        &world,
        "seal-by-a-retired-custodian",
        "One of a threshold had retired.",
        Rule::SealSigner,
        |world| {
            world.forge(retire("carol"), &[world.signs("dan")]);
            world.forge(seal(world, &["alice", "bob"]), &[world.signs("alice"), world.signs("carol")])
        },
    );
    spoiled(
        &world,
        "seal-to-a-retired-custodian",
        "Sealed to somebody who retired.",
        Rule::SealCustodian,
        |world| {
            world.forge(retire("carol"), &[world.signs("dan")]);
            world.forge(seal(world, &ALL), &[world.signs("dan")])
        },
    );
    spoiled(&world, "retired-requester", "Somebody asks who had retired.", Rule::RetiredPerson, |world| {
        world.forge(retire("carol"), &[world.signs("dan")]);
        world.ask("carol", "prod", world.question(Purpose::Emergency))
    });
    spoiled(&world, "retired-approver", "Somebody approves who had retired.", Rule::RetiredPerson, |world| {
        let asking = world.ask("alice", "prod", world.question(Purpose::Emergency));
        world.append(retire("carol"), &[world.signs("dan")]).unwrap();
        let files = world.approvals(&["alice", "carol"], &asking);
        drop(world.release(&asking, &files).unwrap());
    });
}
