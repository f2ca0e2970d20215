//! What stands within other things: references in what is embedded or kept, and what was signed within damage.

use breakglass::crypto::digest::Digest;
use breakglass::record::agree::{Agree, Proposal};
use breakglass::record::card::Role;
use breakglass::record::finding::Rule;
use breakglass::record::head::Head;
use breakglass::record::repair::{Continue, Recovered};
use breakglass::record::request::Purpose;
use breakglass::record::retire::Retire;
use breakglass::value::names::KeyName;
use data_encoding::BASE64;

use super::edits::signed_by;
use super::faults::put;
use super::log_case::{nothing, small, spoiled};
use super::retirements::retire;
use crate::world::{World, actor};

pub fn write() {
    let world = small();
    references(&world);
    places(&world);
    damage(&world);
}

/// A record of a later version, by an administrator, that may have brought in anything.
fn newer(world: &World) {
    put(world, nothing(), &[world.signs("dan")], |line| line.replacen("v1/statements", "v2/admit", 1));
}

fn references(world: &World) {
    let about = "A request is kept, of a vault that a newer record may have brought in.";
    spoiled(world, "newer-reference-kept", about, Rule::RecordNewerReference, |world| {
        newer(world);
        let (head, bytes) = (world.head(), world.bytes());
        let (mut asked, session) = world.make_request("carol", "prod", world.question(Purpose::Emergency));
        asked.vault = Digest::of(b"vault");
        let asks = [world.signs("carol"), (KeyName::Session, session.key())];
        world.forge_framed(asked, &asks, |entry| entry.seq += 3);
        let kept = vec![BASE64.encode(&world.bytes()[bytes.len()..])];
        world.set_bytes(bytes);
        let from = Head { size: head.size + 5000, seq: head.seq + 10, hash: Digest::of(b"the last") };
        let says = Continue { from, last: Some(head), left: None, kept };
        world.forge_framed(says, &[world.signs("alice")], |entry| {
            (entry.seq, entry.prev) = (from.seq + 1, from.hash);
        });
    });
    let stranger = actor("mallory", &[Role::Custodian]);
    let about = "A consent by somebody whom a newer record may have brought in.";
    spoiled(world, "newer-reference-consent", about, Rule::RecordNewerReference, |world| {
        newer(world);
        let proposal = Proposal::of(&retire("fred"), world.id());
        let agree = world.forge_statement(stranger.signs(), Agree::Proposal(proposal), |_| {});
        let says = Retire { agrees: vec![BASE64.encode(agree.note.as_bytes())], ..retire("fred") };
        world.forge(says, &[world.signs("alice")]);
    });
}

/// A continuation with a field that is not known, and a `last` that is no head: it stands where any other record would.
fn places(world: &World) {
    let after = Continue { from: world.head(), last: None, left: None, kept: Vec::new() };
    for (name, about, rule, seq) in [
        (
            "continue-last-unreadable",
            "Its `last` is no head, and its number is the next.",
            Rule::RecordMalformed,
            0,
        ),
        ("continue-last-unreadable-apart", "The same, with another number.", Rule::ChainSeq, 1),
    ] {
        spoiled(world, name, about, rule, |world| {
            put(world, after.clone(), &[world.signs("alice")], |line| {
                let next = world.head().seq + 1;
                let line = line.replacen(&format!("\"seq\":{next}"), &format!("\"seq\":{}", next + seq), 1);
                line.replacen("}}}", "},\"last\":7}}", 1)
            });
        });
    }
}

fn damage(world: &World) {
    let (name, key) = (world.release_name("prod"), world.keys("prod").release_key);
    let line = "{\"type\":\"breakglass/v2/novel\",\"a\":1}";
    let note = signed_by(line, &[(name, &key)]);
    let about =
        "A damaged end holds a note of a later version by a release key, without an empty line behind it.";
    spoiled(world, "torn-release-key-version-2", about, Rule::Exposed, |world| {
        let tail = [&b"{\"type\":\"breakglass/v1/statements\",\n"[..], &note].concat();
        world.set_bytes([world.bytes(), tail].concat());
    });
    let line = signed_by("A line of alice's.", &[world.signs("alice")]);
    let about = "It keeps a line that somebody signed, which is no damage, whatever it says.";
    spoiled(world, "recovered-signed-line", about, Rule::RecoveredContent, |world| {
        let kept = [&line[..], b"\n"].concat();
        world.forge(Recovered::of(&kept).unwrap(), &[world.signs("bob")])
    });
}
