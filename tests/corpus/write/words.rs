//! The words of a session and of a card.

use breakglass::crypto::digest::Digest;
use breakglass::crypto::stretch::NoScratch;
use breakglass::record::card::Role;
use breakglass::value::fingerprint::Words;

use super::put::put;
use crate::world::{World, actor};

pub fn write() {
    let world = World::ready();
    let before = world.bytes().len();
    world.emergency();
    let record = &world.bytes()[before..];
    case("session", "The words of a session, from the request's record.", record, &Words::of_session);
    let alice = actor("alice", &[Role::Custodian]);
    case("card", "The words of a card.", alice.card.note().as_bytes(), &Words::of_card);
}

/// Computes the words of an artifact.
type Of = dyn Fn(&Digest) -> Result<Words, NoScratch>;

fn case(of: &str, about: &str, artifact: &[u8], words: &Of) {
    let words = words(&Digest::of(artifact)).unwrap();
    let lines = [format!("of: {of}"), format!("words: {words}")];
    put(&format!("words/{of}"), about, &lines, &[("artifact", artifact)]);
}
