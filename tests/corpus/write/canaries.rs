//! Canaries: what their seals say, what they hold, and what a drill finds in one that is none.

use breakglass::record::canary::canary_name;
use breakglass::record::finding::Rule;
use breakglass::record::request::{EndOutcome, Purpose};
use breakglass::record::seal::{Credentials, Group, Kind, Seal};
use breakglass::secret::canary::canary_fields;
use breakglass::value::names::VaultName;

use super::log_case::{small, spoiled};
use super::put::put;
use crate::world::{CANARY, World, fields, text};

const OTHERS: [&str; 3] = ["alice", "bob", "erin"];

pub fn write() {
    let world = small();
    seals(&world);
    ends();
    payloads();
}

/// The seal of the canary of alice, bob and erin, changed.
fn seal(world: &World, change: impl FnOnce(&mut Seal)) -> u64 {
    let name = canary_name(2, &OTHERS.map(text));
    let mut seal = world.make_seal(name.as_str(), Kind::Canary, 2, &OTHERS, Credentials::New).seal;
    change(&mut seal);
    world.forge(seal, &[world.signs("dan")])
}

/// Divides the people in two groups, of which both are needed.
fn grouped(seal: &mut Seal) {
    let group = |name: &str, threshold, total| Group { name: text(name), threshold, total };
    seal.groups = vec![group("security", 1, 2), group("operations", 1, 1)];
    seal.groups_needed = Some(2);
    for (share, name) in seal.shares.iter_mut().zip(["security", "security", "operations"]) {
        share.group = Some(text(name));
    }
}

fn seals(world: &World) {
    let bad = |name: &str, about: &str, change: &dyn Fn(&mut Seal)| {
        spoiled(world, name, about, Rule::SealCanary, |world| seal(world, change));
    };
    spoiled(world, "canary", "A canary of other people.", None, |world| seal(world, |_| {}));
    spoiled(world, "canary-of-groups", "A canary of two groups.", None, |world| {
        seal(world, |seal| {
            grouped(seal);
            seal.name = seal.canary_name();
        })
    });
    bad("canary-name-without-groups", "Two groups, under the name without them.", &grouped);
    bad("canary-name-other", "A canary with a name of its own.", &|seal| seal.name = text("drill"));
    bad("canary-name-of-others", "A canary with a name that others would have.", &|seal| {
        seal.name = text("canary-2-of-3-00000000");
    });
    bad("canary-account", "A canary of an account.", &|seal| seal.account = text("111122223333"));
    bad("canary-partition", "A canary at a provider.", &|seal| seal.partition = text("aws"));
    bad("canary-title", "A canary with a title.", &|seal| seal.title = Some(text("production")));
    bad("canary-provider", "A canary with a provider.", &|seal| seal.provider = Some(text("aws")));
    bad("canary-mfa", "A canary with a second factor.", &|seal| seal.mfa = Some(text("totp")));
    bad("canary-renews", "A canary that renews.", &|seal| seal.renews = Some(seal.vault));
    bad("canary-name-of-a-root", "A root vault with a canary's name.", &|seal| seal.kind = Kind::Root);
}

fn ends() {
    let world = World::ready();
    world.seal_false_canary();
    ["alice", "bob", "carol"].iter().for_each(|who| world.check(who));
    let unreleased = world.ask("carol", CANARY, world.question(Purpose::Drill));
    let rule = Rule::EndShown;
    spoiled(&world, "not-canary-unreleased", "No canary, though nothing was released.", rule, |world| {
        world.end_unmasked(&unreleased)
    });
    let emergency = world.released();
    spoiled(&world, "not-canary-of-a-root", "No canary, in an emergency.", rule, |world| {
        world.end_unmasked(&emergency)
    });
    world.end(&emergency, EndOutcome::Released);
    let (drill, _) = world.drilled(2);
    let found = |world: &World| world.end_unmasked(&drill);
    spoiled(&world, "not-canary", "A drill finds no canary.", Rule::NotCanary, found);
    spoiled(
        &world,
        "not-canary-replaced",
        "Then the next generation is confirmed.",
        Rule::NotCanary,
        |world| {
            found(world);
            world.seal(CANARY, Kind::Canary, 2, &["alice", "bob", "carol"]);
            world.confirm(CANARY, 3, &["dan", "alice"]);
        },
    );
}

fn payloads() {
    let name: VaultName = text(CANARY);
    let good = canary_fields(&name).encode().to_vec();
    let case = |at: &str, about: &str, expect: &str, name: &str, payload: &[u8]| {
        let lines = [format!("vault: {name}"), format!("expect: {expect}")];
        put(&format!("canary/{at}"), about, &lines, &[("payload", payload)]);
    };
    case("good", "What a canary holds.", "good", CANARY, &good);
    case("other-name", "What another canary holds.", "refused", "canary-2-of-3-00000000", &good);
    case("padding-more", "A block more padding.", "refused", CANARY, &[&good[..], &[0; 4096]].concat());
    case("credentials", "Real credentials.", "refused", CANARY, &fields().encode());
    let mut one = good.clone();
    let at = good.windows(9).position(|part| part == b"password ").unwrap() + 13;
    one[at] = if one[at] == b'0' { b'1' } else { b'0' };
    case("one-digit-other", "One digit of the password is another.", "refused", CANARY, &one);
}
