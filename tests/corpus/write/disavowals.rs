//! What is believed of missing records, and repairs that are disavowed.

use breakglass::crypto::digest::Digest;
use breakglass::record::agree::{Agree, Proposal};
use breakglass::record::disavow::Disavow;
use breakglass::record::finding::Rule;
use breakglass::record::head::{Head, HeadFile};
use breakglass::record::repair::Recovered;
use breakglass::record::request::Purpose;
use data_encoding::BASE64;

use super::log_case::{LogCase, small, spoiled};
use super::retirements::retire;
use crate::world::{World, adoption};

const BOTH: [&str; 2] = ["dan", "erin"];

pub fn write() {
    believed();
    who_disavows();
    what_is_disavowed();
    on_a_branch();
}

/// The last of ten records behind the log's end, and one among them, which nobody knows.
fn invented(world: &World) -> [Head; 2] {
    let head = world.head();
    [(10, b"the last"), (3, b"another!")].map(|(more, hash)| Head {
        size: head.size + 1000 * more,
        seq: head.seq + more,
        hash: Digest::of(hash),
    })
}

/// Somebody collects a statement of `who`, who saw `head`.
fn seen(world: &World, who: &str, head: Head) {
    let none = Digest::of(b"none");
    let says = Agree::Proposal(Proposal::of(&world.disavow_with(none, &[]), none));
    let statement = world.forge_statement(world.signs(who), says, |entry| entry.head = head);
    world.forge_collected("bob", &[&statement]);
}

fn released(world: &World) {
    let asking = world.ask("carol", "prod", world.question(Purpose::Emergency));
    let files = world.approvals(&["alice", "bob"], &asking);
    world.release(&asking, &files).unwrap();
}

/// What somebody who has retired declares.
fn believed() {
    let world = small();
    world.append(retire("fred"), &[world.signs("dan")]).unwrap();
    let [last, inside] = invented(&world);
    let retired = Rule::RepairRetired;
    spoiled(&world, "continued-by-the-retired", "Nothing is missing.", retired, |world| {
        world.continue_after("fred", world.head());
    });
    spoiled(&world, "recovered-by-the-retired", "A damaged end, by one who retired.", retired, |world| {
        world.recover_nothing("fred");
    });
    spoiled(&world, "missing-by-the-retired", "What they say is missing is not.", retired, |world| {
        world.continue_after("fred", last);
    });
    let about = "A release follows: it is missing.";
    spoiled(&world, "missing-by-the-retired-released", about, Rule::RecordsMissing, |world| {
        world.continue_after("fred", last);
        released(world);
    });
    let about = "Somebody else stated something there: it is missing up to that.";
    spoiled(&world, "missing-by-the-retired-proved", about, Rule::RecordsMissing, |world| {
        world.continue_after("fred", last);
        seen(world, "alice", inside);
    });
    spoiled(&world, "missing-by-the-retired-again", "They stated something there.", retired, |world| {
        world.continue_after("fred", last);
        seen(world, "fred", inside);
    });
    let before = world.bytes();
    world.continue_after("fred", last);
    for (name, about, head) in [
        ("missing-by-the-retired-head", "A head lies there.", inside),
        ("missing-by-the-retired-last-head", "A head is the last of them.", last),
    ] {
        let head = HeadFile::new(world.id(), head);
        LogCase::of(name, about, Rule::HeadTruncated).heads(&[head]).of_world(&world);
    }
    let about = "A head lies before what a statement proves.";
    seen(&world, "alice", last);
    let head = HeadFile::new(world.id(), inside);
    LogCase::of("missing-proved-head", about, Rule::RecordsMissing).heads(&[head]).of_world(&world);
    world.set_bytes(before);
}

/// Whose consent is enough.
fn who_disavows() {
    let world = small();
    let [last, _] = invented(&world);
    let start = world.bytes();
    world.continue_after("dan", last);
    let record = world.head().hash;
    let bad = Rule::DisavowSigner;
    let (two, three) = (Rule::Disavowed, ["alice", "bob", "carol"]);
    for (name, about, rule, who) in [
        ("disavowed-by-electors", "By a satisfying set of electors.", two, &three[..2]),
        ("disavowed-by-its-signer", "One of two administrators signed it.", bad, &BOTH),
        ("disavowed-by-one", "By one administrator.", bad, &BOTH[1..]),
        ("disavowed-by-one-elector", "By one elector.", bad, &three[..1]),
        ("disavowed-by-one-of-each", "By an administrator and an elector.", bad, &["alice", "erin"]),
        ("disavowed-by-one-twice", "By one administrator twice.", bad, &["erin", "erin"]),
        ("disavowed-by-nobody", "Nobody consents.", bad, &[]),
    ] {
        spoiled(&world, name, about, rule, |world| {
            world.forge(world.disavow_with(record, who), &[world.signs("carol")]);
        });
    }
    spoiled(&world, "disavowed-by-a-machine-of-two", "Two people bring it in.", bad, |world| {
        let says = world.disavow_with(record, &three[..2]);
        world.forge(says, &[world.signs("alice"), world.signs("bob")]);
    });
    spoiled(&world, "disavowed-with-another-consent", "They consent to something else.", bad, |world| {
        let agrees = world.disavow_with(Digest::of(b"another"), &three[..2]).agrees;
        let says = Disavow { agrees, ..world.disavow_with(record, &[]) };
        world.forge(says, &[world.signs("carol")]);
    });
    spoiled(&world, "disavowed-with-no-statement", "What consents is no statement.", bad, |world| {
        let says = world.disavow_with(record, &["alice"]);
        let agrees = [says.agrees.clone(), vec![BASE64.encode(b"no statement")]].concat();
        world.forge(Disavow { agrees, ..says }, &[world.signs("carol")]);
    });
    world.set_bytes(start);
    world.continue_after("fred", last);
    let record = world.head().hash;
    spoiled(&world, "disavowed", "By two administrators.", Rule::Disavowed, |world| {
        world.forge(world.disavow_with(record, &BOTH), &[world.signs("fred")]);
    });
    spoiled(&world, "disavowed-by-the-retired", "One of two has retired.", bad, |world| {
        let says = world.disavow_with(record, &BOTH);
        world.append(retire("erin"), &[world.signs("dan")]).unwrap();
        world.forge(says, &[world.signs("carol")]);
    });
}

/// What can be disavowed, and what stays.
fn what_is_disavowed() {
    let world = small();
    let [last, inside] = invented(&world);
    let (seal, check) = (world.records()[1].hash, world.records()[3].hash);
    let bad = Rule::DisavowRecord;
    for (name, about, record) in [
        ("disavowed-seal", "A seal cannot be.", seal),
        ("disavowed-statements", "Statements cannot be.", check),
        ("disavowed-nothing", "What is not there cannot be.", Digest::of(b"none")),
    ] {
        spoiled(&world, name, about, bad, |world| {
            world.forge(world.disavow_with(record, &BOTH), &[world.signs("carol")]);
        });
    }
    let disavow = |world: &World| {
        let record = world.head().hash;
        world.forge(world.disavow_with(record, &BOTH), &[world.signs("carol")]);
        record
    };
    spoiled(&world, "disavowed-twice", "It was disavowed before.", bad, |world| {
        world.recover_nothing("fred");
        let record = disavow(world);
        world.forge(world.disavow_with(record, &["alice", "bob"]), &[world.signs("carol")]);
    });
    let about = "A release follows what was disavowed, and nothing is believed.";
    spoiled(&world, "disavowed-and-released", about, Rule::Disavowed, |world| {
        world.continue_after("fred", last);
        disavow(world);
        released(world);
    });
    let about = "Somebody stated something there: it is missing up to that.";
    spoiled(&world, "disavowed-and-proved", about, Rule::RecordsMissing, |world| {
        world.continue_after("fred", last);
        disavow(world);
        seen(world, "alice", inside);
    });
    spoiled(&world, "disavowed-and-exposed", "What was exposed is exposed.", Rule::Exposed, |world| {
        world.emergency();
        world.forge(Recovered::of(&[0; 9]).unwrap(), &[world.signs("fred")]);
        disavow(world);
    });
    let before = world.bytes();
    world.continue_after("fred", last);
    disavow(&world);
    let head = HeadFile::new(world.id(), inside);
    let about = "A head knows what was disavowed.";
    LogCase::of("disavowed-head", about, Rule::HeadTruncated).heads(&[head]).of_world(&world);
    world.set_bytes(before);
}

/// What is disavowed on a branch.
fn on_a_branch() {
    let world = small();
    let [last, _] = invented(&world);
    world.continue_after("fred", last);
    let (record, fork) = (world.head().hash, world.bytes());
    world.append(world.disavow_with(record, &BOTH), &[world.signs("carol")]).unwrap();
    let branch = adoption(&fork, &world.bytes());
    world.set_bytes(fork);
    world.check("alice");
    spoiled(&world, "adopted-disavowal", "It counts here, too.", Rule::Disavowed, |world| {
        world.adopt(branch.clone(), &["alice", "bob"]).unwrap();
    });
    let about = "One of those who consented has retired here: it does not count.";
    spoiled(&world, "adopted-disavowal-by-the-retired", about, Rule::RecordsMissing, |world| {
        world.append(retire("erin"), &[world.signs("dan")]).unwrap();
        world.adopt(branch.clone(), &["alice", "bob"]).unwrap();
    });
}
