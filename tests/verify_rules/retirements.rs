//! People who retired.

use breakglass::record::card::Role;
use breakglass::record::finding::Rule;
use breakglass::record::policy::Policy;
use breakglass::record::request::Purpose;
use breakglass::record::retire::Retire;
use breakglass::record::seal::Kind;

use crate::world::{CANARY, World, actor, everybody, text};
use crate::{Case, Spoil};

pub fn retire(who: &str) -> Retire {
    Retire::of(text(who), text("left the company"))
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
            spoil(&["alice", "bob"]),
            spoil(&["alice", "fred"]),
            spoil(&["dan", "erin"]),
            spoil(&["alice", "bob", "fred"]),
        ],
    );
    consents(&world);
    consents_of_many();
    // An administrator who retired is none.
    let world = World::ready();
    world.append(retire("dan"), &[world.signs("erin")]).unwrap();
    let case = Case::of(&world);
    let seq = world.forge(retire("carol"), &[world.signs("dan")]);
    case.breaks(Rule::RetireSigner, seq);
}

/// Custodians may retire somebody together, for the vault of which they are the electors.
#[track_caller]
fn consents(world: &World) {
    // Custodians may with the consent of a satisfying set of the electors, which only counts for this proposal and once.
    let prod = world.generation("prod").seal.vault;
    let for_prod = |who: &str| Retire { vault: Some(prod), ..retire(who) };
    let consents = |says: Retire, who: &[&str]| world.retire_with(&says, who);
    let swapped = |says: Retire, of: Retire| Retire { agrees: of.agrees, ..says };
    let canary = world.generation(CANARY).seal.vault;
    let by_carol = |says: Retire| -> Spoil<'_> {
        Box::new(move |world: &World| world.forge(says.clone(), &[world.signs("carol")]))
    };
    Case::of(world).each_breaks(
        Rule::RetireSigner,
        vec![
            // Too few; one of them twice; somebody without the vote; to another retirement; of a canary's people.
            by_carol(consents(for_prod("dan"), &["alice"])),
            by_carol(consents(for_prod("dan"), &["alice", "alice"])),
            by_carol(consents(for_prod("dan"), &["alice", "erin"])),
            by_carol(swapped(for_prod("dan"), consents(for_prod("erin"), &["alice", "bob"]))),
            by_carol(swapped(retire("dan"), consents(for_prod("dan"), &["alice", "bob"]))),
            by_carol(consents(Retire { vault: Some(canary), ..retire("dan") }, &["alice", "bob"])),
            // An administrator, for one vault; and two people who bring the consents in.
            Box::new(|world| world.forge(for_prod("dan"), &[world.signs("erin")])),
            Box::new(|world| {
                let says = world.retire_with(&for_prod("dan"), &["alice", "bob"]);
                world.forge(says, &[world.signs("alice"), world.signs("bob")])
            }),
        ],
    );
    let says = world.retire_with(&for_prod("carol"), &["alice", "bob"]);
    world.append(says.clone(), &[world.signs("fred")]).unwrap();
    let escrow = world.reading().escrow;
    assert!(escrow.has_retired_from(world.person("carol").id(), &prod));
    assert!(!escrow.has_retired_from(world.person("carol").id(), &canary), "for that vault alone");
    // Whose retirement counts has no vote any more.
    let case = Case::of(world);
    let seq = world.forge(world.retire_with(&for_prod("bob"), &["alice", "carol"]), &[world.signs("fred")]);
    case.breaks(Rule::RetireSigner, seq);
}

/// All electors of a large vault may consent, at the greatest length.
fn consents_of_many() {
    let names: Vec<&'static str> = (0..60).map(|at| &*format!("custodian-{at}").leak()).collect();
    let mut people = everybody();
    people.extend(names.iter().map(|id| (*id, actor(id, &[Role::Custodian]))));
    let world = World::begin_among(people, Policy::default());
    world.seal("prod", Kind::Root, 60, &names);
    let checks: Vec<_> = names.iter().map(|who| world.checked(who)).collect();
    world.collect("dan", &checks.iter().collect::<Vec<_>>()).unwrap();
    let says = Retire::of(text("erin"), text(&"\"".repeat(4096)));
    let before = world.bytes().len();
    world.append(world.retire_with(&says, &names), &[world.signs("fred")]).unwrap();
    assert!(world.bytes().len() - before > 900_000);
    assert!(world.reading().escrow.has_retired(world.person("erin").id()));
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
