//! Canaries: what their seals say, and what a drill finds in one that is none.

use breakglass::ceremony::release::ReleaseError;
use breakglass::crypto::digest::Digest;
use breakglass::record::canary::canary_name;
use breakglass::record::finding::Rule;
use breakglass::record::request::{End, EndOutcome, Purpose};
use breakglass::record::seal::{Credentials, Kind, Seal};
use breakglass::value::names::VaultName;

use crate::world::{CANARY, World, text};
use crate::{Case, Spoil};

const ALL: [&str; 3] = ["alice", "bob", "carol"];
const OTHERS: [&str; 3] = ["alice", "bob", "erin"];

/// The name of the canary of alice, bob and erin.
fn name() -> VaultName {
    let people = OTHERS.map(text);
    canary_name(2, &people)
}

/// A first seal of the canary of other people, which nothing is wrong with.
fn new_canary(world: &World) -> Seal {
    world.make_seal(name().as_str(), Kind::Canary, 2, &OTHERS, Credentials::New).seal
}

#[test]
fn seal_canary() {
    let world = World::ready();
    let changes: [&dyn Fn(&mut Seal); 9] = [
        &|seal| seal.name = text("drill"),
        &|seal| seal.name = text("canary-2-of-3-00000000"),
        &|seal| seal.account = text("111122223333"),
        &|seal| seal.partition = text("aws"),
        &|seal| seal.title = Some(text("production")),
        &|seal| seal.provider = Some(text("aws")),
        &|seal| seal.mfa = Some(text("totp")),
        &|seal| seal.renews = Some(Digest::of(b"a release")),
        // A root vault under the name of a canary.
        &|seal| seal.kind = Kind::Root,
    ];
    let spoil = |change: &dyn Fn(&mut Seal), world: &World| {
        let mut seal = new_canary(world);
        change(&mut seal);
        world.forge(seal, &[world.signs("dan")])
    };
    let spoils = changes.iter().map(|change| -> Spoil<'_> { Box::new(move |world| spoil(change, world)) });
    let case = Case::of(&world);
    case.each_breaks(Rule::SealCanary, spoils.collect());
    let seq = spoil(&|_| {}, &world);
    case.says(&world.verify(), Rule::NotInForce, Some(seq), &[]);
}

fn has(world: &World, rule: Rule) -> bool {
    world.verify().findings.iter().any(|one| one.rule == rule)
}

#[test]
fn not_canary() {
    let world = World::ready();
    let sealed = world.seal_false_canary();
    ALL.iter().for_each(|who| world.check(who));
    let (asking, given) = world.drilled(2);
    assert!(matches!(given, Err(ReleaseError::NotCanary)), "nothing of it is given out");
    assert!(!has(&world, Rule::Exposed));
    let seq = world.end_unmasked(&asking);
    let report = world.verify();
    let found = |rule| report.findings.iter().find(|one| one.rule == rule).map(|one| one.seq);
    assert_eq!(found(Rule::NotCanary), Some(Some(seq)));
    let escrow = world.reading().escrow;
    let exposed = escrow.generation(&sealed.seal.vault, 2).map(|one| one.seq);
    assert_eq!(found(Rule::Exposed), Some(exposed));
    // What ends a root vault's exposure, ends this one: other credentials, confirmed.
    world.seal(CANARY, Kind::Canary, 2, &ALL);
    world.confirm(CANARY, 3, &["dan"]);
    assert!(has(&world, Rule::ConfirmedAlone));
    world.confirm(CANARY, 3, &["alice"]);
    assert!(!has(&world, Rule::Exposed) && has(&world, Rule::NotCanary), "what happened is not forgotten");
}

/// Only a drill that was released, and that showed nothing, found no canary.
pub fn other_ends_contradict_the_log() {
    let world = World::ready();
    let unreleased = world.ask("carol", CANARY, world.question(Purpose::Drill));
    Case::of(&world).each_breaks(Rule::EndShown, vec![Box::new(|world| world.end_unmasked(&unreleased))]);
    let (drill, given) = world.drilled(1);
    assert!(given.is_ok());
    let says = |shown| End { outcome: EndOutcome::NotCanary, shown, ..End::nothing(drill.record) };
    let shows = |world: &World| world.forge(says(vec![text("password")]), &[drill.signs()]);
    Case::of(&world).each_breaks(Rule::EndShown, vec![Box::new(shows)]);
    let emergency = world.released();
    Case::of(&world).each_breaks(Rule::EndShown, vec![Box::new(|world| world.end_unmasked(&emergency))]);
}
