//! People who retired.

use breakglass::record::finding::Rule;
use breakglass::record::request::Purpose;
use breakglass::record::retire::Retire;
use breakglass::record::seal::{Credentials, Kind, Seal};

use super::log_case::{small, spoiled};
use crate::world::{World, text};

const ALL: [&str; 3] = ["alice", "bob", "carol"];

pub fn write() {
    let world = small();
    signers(&world);
    seals(&world);
    retired(&world);
}

/// That somebody left.
pub fn retire(who: &str) -> Retire {
    Retire::of(text(who), text("left the company"))
}

fn signers(world: &World) {
    let by = |name: &str, about: &str, rule: Option<Rule>, who: &str, signers: &[&str]| {
        spoiled(world, name, about, rule, |world| {
            let signers: Vec<_> = signers.iter().map(|who| world.signs(who)).collect();
            world.forge(retire(who), &signers)
        });
    };
    by("retired", "Somebody retires, says an administrator.", None, "carol", &["dan"]);
    let about = "A threshold of custodians says so, without the consents.";
    by("retired-by-custodians", about, Some(Rule::RetireSigner), "dan", &["alice", "bob"]);
    for (name, about, signers) in [
        ("retired-by-one-custodian", "By one custodian.", &["alice"][..]),
        ("retired-by-an-auditor", "By an auditor.", &["fred"]),
        ("retired-by-two-administrators", "By two administrators.", &["dan", "erin"]),
        ("retired-by-custodians-and-auditor", "By a threshold, and an auditor.", &["alice", "bob", "fred"]),
    ] {
        by(name, about, Some(Rule::RetireSigner), "carol", signers);
    }
    by("retired-nobody", "Nobody of that name.", Some(Rule::RetirePerson), "nobody", &["dan"]);
    spoiled(world, "retired-twice", "Somebody retires twice.", Rule::RetirePerson, |world| {
        world.forge(retire("fred"), &[world.signs("dan")]);
        world.forge(retire("fred"), &[world.signs("dan")])
    });
    spoiled(
        world,
        "retired-administrator",
        "An administrator who retired is none.",
        Rule::RetireSigner,
        |world| {
            world.forge(retire("dan"), &[world.signs("erin")]);
            world.forge(retire("carol"), &[world.signs("dan")])
        },
    );
}

/// The next seal of `prod`, to these custodians.
fn seal(world: &World, who: &[&str]) -> Seal {
    world.make_seal("prod", Kind::Root, 2, who, Credentials::New).seal
}

fn seals(world: &World) {
    spoiled(
        world,
        "seal-by-custodians",
        "A threshold of custodians seals.",
        Rule::GenerationUndecided,
        |world| world.forge(seal(world, &ALL), &[world.signs("alice"), world.signs("bob")]),
    );
    spoiled(
        world,
        "seal-by-a-retired-custodian",
        "One of a threshold had retired, says an administrator alone: the vote is not lost.",
        Rule::GenerationUndecided,
        |world| {
            world.forge(retire("carol"), &[world.signs("dan")]);
            world.forge(seal(world, &["alice", "bob"]), &[world.signs("alice"), world.signs("carol")])
        },
    );
    spoiled(
        world,
        "seal-to-a-retired-custodian",
        "Sealed to somebody who retired.",
        Rule::SealCustodian,
        |world| {
            world.forge(retire("carol"), &[world.signs("dan")]);
            world.forge(seal(world, &ALL), &[world.signs("dan")])
        },
    );
}

/// What people do who have retired.
fn retired(world: &World) {
    spoiled(world, "retired-requester", "Somebody asks who had retired.", Rule::RetiredPerson, |world| {
        world.forge(retire("carol"), &[world.signs("dan")]);
        world.ask("carol", "prod", world.question(Purpose::Emergency))
    });
    spoiled(world, "retired-approver", "Somebody approves who had retired.", Rule::RetiredPerson, |world| {
        let asking = world.ask("alice", "prod", world.question(Purpose::Emergency));
        world.append(retire("carol"), &[world.signs("dan")]).unwrap();
        let files = world.approvals(&["alice", "carol"], &asking);
        drop(world.release(&asking, &files).unwrap());
    });
}
