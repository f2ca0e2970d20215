//! Records that break two rules at once: the first one of the order is reported, and not the other.

use breakglass::crypto::digest::Digest;
use breakglass::record::card::Role;
use breakglass::record::custody::{Custody, InCustody};
use breakglass::record::decommission::Decommission;
use breakglass::record::finding::Rule;
use breakglass::record::frame::RecordBody;
use breakglass::record::head::Head;
use breakglass::record::repair::{Continue, Damage, Recovered};
use breakglass::record::request::{EndOutcome, Purpose, Release, Request};
use breakglass::record::seal::{Credentials, Kind, Seal};
use breakglass::record::statement::CheckedShare;
use breakglass::value::names::KeyName;
use data_encoding::BASE64;

use super::log_case::{nothing, small, spoiled};
use super::put::base;
use super::retirements::retire;
use crate::world::{World, actor, adoption, dawn, text};

const ALL: [&str; 3] = ["alice", "bob", "carol"];

pub fn write() {
    let world = small();
    places(&world);
    seals(&world);
    requests(&world);
    statements(&world);
    offices(&world);
    repairs(&world);
    far(&world);
    releases();
}

/// Another digest than any that is known.
fn other() -> Digest {
    Digest::of(b"other")
}

fn by<S: RecordBody>(world: &World, says: S, who: &[&str]) -> u64 {
    let signers: Vec<_> = who.iter().map(|who| world.signs(who)).collect();
    world.forge(says, &signers)
}

fn places(world: &World) {
    let alice = || [world.signs("alice")];
    let about = "Number, `prev` and escrow are all others.";
    spoiled(world, "order-chain-seq", about, Rule::ChainSeq, |world| {
        world.forge_framed(nothing(), &alice(), |entry| {
            (entry.seq, entry.prev, entry.escrow) = (entry.seq + 1, other(), Some(other()));
        })
    });
    let about = "`prev` and escrow are others.";
    spoiled(world, "order-chain-prev", about, Rule::ChainPrev, |world| {
        world.forge_framed(nothing(), &alice(), |entry| {
            (entry.prev, entry.escrow) = (other(), Some(other()));
        })
    });
    let about = "A time before the record's that it follows, and a rule: both are reported.";
    spoiled(world, "order-time-backwards", about, Rule::TimeBackwards, |world| {
        let two = [world.signs("alice"), world.signs("bob")];
        world.forge_framed(nothing(), &two, |entry| entry.time = dawn())
    });
}

/// The next seal of `prod`, with two things wrong.
fn seal(world: &World, name: &str, about: &str, rule: Rule, change: &dyn Fn(&mut Seal)) {
    let mut seal = world.make_seal("prod", Kind::Root, 2, &ALL, Credentials::New).seal;
    change(&mut seal);
    let name = format!("order-seal-{name}");
    spoiled(world, &name, about, rule, |world| by(world, seal, &["dan"]));
}

fn seals(world: &World) {
    let stranger = actor("mallory", &[Role::Custodian]);
    let to_a_stranger = |seal: &mut Seal, at: usize| {
        seal.shares[at].custodian = stranger.id().clone();
        seal.shares[at].card = stranger.card.digest();
    };
    let used = world.generation("prod").seal.recipient.clone();
    spoiled(world, "order-seal-signer", "Another signer and number.", Rule::SealSigner, |world| {
        let mut seal = world.make_seal("prod", Kind::Root, 2, &ALL, Credentials::New).seal;
        seal.generation = 4;
        by(world, seal, &["alice"])
    });
    seal(world, "generation", "Another number and name.", Rule::SealGeneration, &|seal| {
        (seal.generation, seal.name) = (4, text("prod2"));
    });
    seal(world, "vault", "Another name, and a threshold of 1.", Rule::SealVault, &|seal| {
        (seal.name, seal.threshold) = (text("prod2"), 1);
    });
    seal(world, "threshold", "A threshold of 1, and no order.", Rule::SealThreshold, &|seal| {
        seal.threshold = 1;
        seal.shares.swap(0, 1);
    });
    let about = "The first share is a stranger's, and the last has another number.";
    seal(world, "shares", about, Rule::SealShares, &|seal| {
        to_a_stranger(seal, 0);
        seal.shares[2].index = 9.try_into().unwrap();
    });
    seal(world, "custodian", "To a stranger, in no group.", Rule::SealCustodian, &|seal| {
        to_a_stranger(seal, 0);
        seal.groups_needed = Some(1);
    });
    seal(world, "groups", "No groups, and a field twice.", Rule::SealGroups, &|seal| {
        seal.groups_needed = Some(1);
        seal.new_fields = vec![text("password"), text("password")];
    });
    seal(world, "fields", "A field twice, and a key that was used.", Rule::SealFields, &|seal| {
        seal.new_fields = vec![text("password"), text("password")];
        seal.recipient = used.clone();
    });
    let about = "A canary's name, and a key that was used.";
    spoiled(world, "order-seal-canary", about, Rule::SealCanary, |world| {
        let mut seal = world.make_seal("other", Kind::Root, 2, &ALL, Credentials::New).seal;
        (seal.name, seal.recipient) = (text("canary-none"), used);
        by(world, seal, &["dan"])
    });
}

/// A request of carol's, with two things wrong, signed by somebody.
fn request(world: &World, name: &str, about: &str, rule: Rule, who: &str, change: &dyn Fn(&mut Request)) {
    spoiled(world, &format!("order-request-{name}"), about, rule, |world| {
        let (mut request, session) = world.make_request("carol", "prod", world.question(Purpose::Emergency));
        request.deviations.clear();
        change(&mut request);
        world.forge(request, &[world.signs(who), (KeyName::Session, session.key())])
    });
}

fn requests(world: &World) {
    let used = world.person("alice").identity.to_recipient();
    request(world, "seal", "Another seal, by another.", Rule::RequestSeal, "bob", &|request| {
        request.seal = other();
    });
    request(world, "signer", "By another, for a used key.", Rule::RequestSigner, "bob", &|request| {
        request.session_recipient = used.clone();
    });
    let about = "A used key, for a drill, without a field.";
    request(world, "session", about, Rule::RequestSession, "carol", &|request| {
        (request.session_recipient, request.purpose) = (used.clone(), Purpose::Drill);
        request.fields.clear();
    });
    request(world, "purpose", "A drill without a field.", Rule::RequestPurpose, "carol", &|request| {
        request.purpose = Purpose::Drill;
        request.fields.clear();
    });
    let about = "No field, and a card of nobody.";
    request(world, "content", about, Rule::RequestContent, "carol", &|request| {
        request.fields.clear();
        request.renews = vec![other()];
    });
}

fn statements(world: &World) {
    let (checked, none) = (world.checked("alice"), other());
    let head = Head { hash: none, ..world.head() };
    let with = |name: &str, about: &str, rule: Rule, change: &dyn Fn(&mut (Digest, Head)), who: &str| {
        let (mut place, says) = ((world.id(), world.head()), checked.statement.says.clone());
        change(&mut place);
        spoiled(world, name, about, rule, |world| {
            let statement = world.forge_statement(world.signs(who), says, |entry| {
                (entry.escrow, entry.head) = place;
            });
            world.forge_collected("bob", &[&statement])
        });
    };
    let about = "Of another escrow, on another history, of another's share.";
    with("order-statement-escrow", about, Rule::StatementEscrow, &|place| *place = (none, head), "carol");
    let about = "On another history, of another's share.";
    with("order-statement-head", about, Rule::StatementHead, &|place| place.1 = head, "carol");
    let about = "By two people, and nothing that is a statement.";
    spoiled(world, "order-statements-signer", about, Rule::StatementsSigner, |world| {
        let mut says = nothing();
        says.statements.push(BASE64.encode(b"no statement"));
        by(world, says, &["alice", "bob"])
    });
}

fn offices(world: &World) {
    let about = "By a custodian, of nobody.";
    spoiled(world, "order-retire-signer", about, Rule::RetireSigner, |world| {
        by(world, retire("nobody"), &["alice"])
    });
    let share = InCustody::Share(CheckedShare { vault: other(), generation: 1, index: 1, seal: None });
    let custody = Custody { what: share, place: text("here"), bag: None, because: None };
    let about = "By three people, of a share that is not known.";
    spoiled(world, "order-custody-signer", about, Rule::CustodySigner, |world| by(world, custody, &ALL));
    let gone = |vault: Digest| Decommission { vault, because: text("closed"), agrees: Vec::new() };
    let about = "By one person, of a vault that is not known.";
    spoiled(world, "order-decommission-vault", about, Rule::DecommissionVault, |world| {
        by(world, gone(other()), &["alice"])
    });
    let about = "By one person, of no repair.";
    spoiled(world, "order-disavow-record", about, Rule::DisavowRecord, |world| {
        by(world, world.disavow_with(other(), &[]), &["alice"])
    });
}

fn after(from: Head) -> Continue {
    Continue { from, last: None, left: None, kept: Vec::new() }
}

fn repairs(world: &World) {
    let head = world.head();
    let alice = || [world.signs("alice")];
    let about = "A continuation of another escrow, after another record.";
    spoiled(world, "order-continue-escrow", about, Rule::ChainEscrow, |world| {
        let from = Head { hash: other(), ..head };
        world.forge_framed(after(from), &alice(), |entry| entry.escrow = Some(other()))
    });
    let left = Some(Damage::of_tail(b"left").unwrap());
    let both = Continue { left: left.clone(), kept: vec![BASE64.encode(b"no record")], ..after(head) };
    let about = "By two people, with bytes of what was left.";
    spoiled(world, "order-continue-signer", about, Rule::RepairSigner, |world| {
        by(world, Continue { left, ..after(head) }, &["alice", "bob"])
    });
    let about = "With bytes of what was left, and what is kept is no record.";
    spoiled(world, "order-continue-left", about, Rule::ContinueFrom, |world| by(world, both, &["alice"]));
    let damage = Damage { size: 1, ..Damage::of_tail(b"left").unwrap() };
    let about = "By two people, of another size.";
    spoiled(world, "order-recovered-signer", about, Rule::RepairSigner, |world| {
        by(world, Recovered { damage, began: None }, &["alice", "bob"])
    });
    let about = "By one person, and no branch.";
    spoiled(world, "order-adopt-signers", about, Rule::AdoptSigners, |world| {
        let branch = adoption(&world.bytes(), &[world.bytes(), b"no record".to_vec()].concat());
        by(world, branch, &["alice"])
    });
    let about = "One record is kept, about which something is to be said, and then one that is none.";
    spoiled(world, "order-kept-and-none", about, Rule::ContinueKept, |world| {
        let bytes = world.bytes();
        let fragile = world.make_seal("fragile", Kind::Root, 3, &ALL, Credentials::New).seal;
        world.forge_framed(fragile, &[world.signs("dan")], |entry| entry.seq += 5);
        let kept = BASE64.encode(&world.bytes()[bytes.len()..]);
        world.set_bytes(bytes);
        let from = Head { size: head.size + 5000, seq: head.seq + 10, hash: other() };
        let kept = vec![kept, BASE64.encode(b"no record")];
        let says = Continue { last: Some(head), kept, ..after(from) };
        world.forge_framed(says, &alice(), |entry| (entry.seq, entry.prev) = (from.seq + 1, from.hash))
    });
}

/// Nothing is missing behind the highest number that may be missing: there the log may go on in another file, too.
fn far(world: &World) {
    let from = Head { size: 1 << 40, seq: 1 << 53, hash: other() };
    let says = Continue { last: Some(world.head()), ..after(from) };
    let about = "It goes on in another file behind the highest number that may be missing.";
    spoiled(world, "continued-far", about, Rule::Continued, |world| {
        world.forge_framed(says, &[world.signs("alice")], |entry| {
            (entry.seq, entry.prev) = (from.seq + 1, from.hash);
        });
        by(world, after(world.head()), &["bob"])
    });
}

fn releases() {
    let world = small();
    let asking = world.emergency();
    let files = world.approvals(&["alice", "bob"], &asking);
    world.release(&asking, &files).unwrap();
    base(&world.bytes());
    let (name, key) = (world.release_name("prod"), world.keys("prod").release_key);
    let case = |which: &str, about: &str, rule: Rule, release: Release, all: bool| {
        spoiled(&world, &format!("order-release-{which}"), about, rule, |world| {
            if rule == Rule::ReleaseEnded {
                world.end(&asking, EndOutcome::Released);
            }
            let signers = [(name.clone(), &key), asking.signs()];
            world.forge(release, if all { &signers } else { &signers[..1] })
        });
    };
    let next = |attempt: u32, files: &[Vec<u8>]| world.release_of(&asking, attempt, files);
    let bad = |mut release: Release| {
        release.approvals[1] = BASE64.encode(b"no approval");
        release
    };
    case("ended", "After the end, without the session.", Rule::ReleaseEnded, next(2, &files), false);
    case("signer", "Without the session, attempt 1 again.", Rule::ReleaseSigner, next(1, &files), false);
    let again = bad(next(1, &files));
    case("attempt", "Attempt 1 again, on what is no approval.", Rule::ReleaseAttempt, again, true);
    let one = Release { approvals: vec![BASE64.encode(b"no approval")], ..next(2, &files) };
    case("approval", "On one thing that is no approval.", Rule::ReleaseApproval, one, true);
    let twice = next(2, &[files[0].clone(), files[0].clone(), files[1].clone()]);
    let about = "One custodian's approval is there twice.";
    spoiled(&world, "release-approval-again", about, Rule::ReleaseApproval, |world| {
        world.forge(twice, &[(name.clone(), &key), asking.signs()])
    });
    ends(&world);
    let record = breakglass::ceremony::approve::ApprovalFile::parse(&files[0]).unwrap().note;
    let about = "An approval that its release embeds is collected.";
    spoiled(&world, "statement-embedded-collected", about, Rule::StatementTwice, |world| {
        let mut says = nothing();
        says.statements.push(BASE64.encode(record.as_bytes()));
        by(world, says, &["bob"])
    });
}

fn ends(world: &World) {
    let asking = world.emergency();
    let none = EndOutcome::NotReleased;
    spoiled(world, "order-end-signer", "A second end, by another.", Rule::EndSigner, |world| {
        world.end(&asking, none);
        by(world, world.end_of(&asking, none), &["bob"])
    });
    let about = "A second end, of a release that was not.";
    spoiled(world, "order-end-twice", about, Rule::EndTwice, |world| {
        world.end(&asking, none);
        by(world, world.end_of(&asking, EndOutcome::Released), &["carol"])
    });
}
