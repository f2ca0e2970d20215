//! People who retired.

use breakglass::record::finding::Rule;
use breakglass::record::request::Purpose;
use breakglass::record::retire::Retire;

use crate::world::{World, text};
use crate::{Case, Spoil};

pub fn retire(who: &str) -> Retire {
    Retire { person: text(who), because: text("left the company") }
}

#[test]
fn retire_signer() {
    let world = World::ready();
    let case = Case::of(&world);
    let spoil = |who: &'static [&'static str]| -> Spoil<'_> {
        Box::new(move |world: &World| {
            let signers: Vec<_> = who.iter().map(|who| world.signs(who)).collect();
            world.forge(retire("carol"), &signers)
        })
    };
    case.each_breaks(
        Rule::RetireSigner,
        vec![
            spoil(&["alice"]),
            spoil(&["fred"]),
            spoil(&["alice", "fred"]),
            spoil(&["dan", "erin"]),
            spoil(&["alice", "bob", "fred"]),
        ],
    );
    // A threshold of custodians may; once one of them retired, they count no more.
    world.append(retire("carol"), &[world.signs("alice"), world.signs("bob")]).unwrap();
    let case = Case::of(&world);
    let seq = world.forge(retire("fred"), &[world.signs("alice"), world.signs("carol")]);
    case.breaks(Rule::RetireSigner, seq);
    // An administrator who retired is none.
    let world = World::ready();
    world.append(retire("dan"), &[world.signs("erin")]).unwrap();
    let case = Case::of(&world);
    let seq = world.forge(retire("carol"), &[world.signs("dan")]);
    case.breaks(Rule::RetireSigner, seq);
}

#[test]
fn retire_person() {
    let world = World::ready();
    world.append(retire("fred"), &[world.signs("dan")]).unwrap();
    let case = Case::of(&world);
    let spoil = |who: &'static str| -> Spoil<'_> {
        Box::new(move |world: &World| world.forge(retire(who), &[world.signs("dan")]))
    };
    case.each_breaks(Rule::RetirePerson, vec![spoil("nobody"), spoil("fred")]);
}

#[test]
fn retired_person() {
    let world = World::ready();
    world.append(retire("carol"), &[world.signs("dan")]).unwrap();
    let case = Case::of(&world);
    let seq = world.head().seq + 1;
    let asking = world.ask("carol", "prod", world.question(Purpose::Emergency));
    // It is in the request, so that the approvers sign it.
    case.breaks_and(Rule::RetiredPerson, seq, &[Rule::RequestDeviation]);
    drop(asking);
    let world = World::ready();
    let asking = world.ask("alice", "prod", world.question(Purpose::Emergency));
    world.append(retire("carol"), &[world.signs("dan")]).unwrap();
    let seq = world.head().seq + 1;
    let files = world.approvals(&["alice", "carol"], &asking);
    world.release(&asking, &files).unwrap();
    let found: Vec<_> =
        world.verify().findings.into_iter().filter(|one| one.rule == Rule::RetiredPerson).collect();
    assert!(matches!(found.as_slice(), [one] if one.seq == Some(seq)), "{found:?}");
}
