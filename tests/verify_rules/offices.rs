//! Custody, vaults that are decommissioned, and escrows that succeed others.

use breakglass::crypto::digest::Digest;
use breakglass::record::agree::Proposal;
use breakglass::record::custody::{Custody, InCustody};
use breakglass::record::decommission::Decommission;
use breakglass::record::finding::Rule;
use breakglass::record::head::{Head, HeadFile};
use breakglass::record::request::Purpose;
use breakglass::record::seal::Kind;
use breakglass::record::statement::CheckedShare;
use breakglass::record::succeeded::Succeeded;

use crate::retirements::retire;
use crate::world::{CANARY, World, text};
use crate::{Case, Spoil};

fn share(world: &World, index: u8) -> CheckedShare {
    CheckedShare { vault: world.generation("prod").seal.vault, generation: 1, index, seal: None }
}

fn kept(what: InCustody) -> Custody {
    Custody { what, place: text("the safe on floor 3"), bag: Some(text("A 0018273")), because: None }
}

fn signed(custody: Custody, who: &'static [&'static str]) -> Spoil<'static> {
    Box::new(move |world: &World| {
        let signers: Vec<_> = who.iter().map(|who| world.signs(who)).collect();
        world.forge(custody.clone(), &signers)
    })
}

#[test]
fn custody_signer() {
    let world = World::ready();
    let what = InCustody::Medium(text("the drive with the payloads"));
    Case::of(&world)
        .each_breaks(Rule::CustodySigner, vec![signed(kept(what.clone()), &["alice", "bob", "fred"])]);
    world.append(kept(what), &[world.signs("alice"), world.signs("fred")]).unwrap();
}

#[test]
fn custody_share() {
    let world = World::ready();
    let of = |share: CheckedShare| signed(kept(InCustody::Share(share)), &["alice", "bob"]);
    let good = share(&world, 2);
    let bad = [
        CheckedShare { index: 4, ..good.clone() },
        CheckedShare { generation: 2, ..good.clone() },
        CheckedShare { vault: Digest::of(b"another"), ..good.clone() },
    ];
    Case::of(&world).each_breaks(Rule::CustodyShare, bad.map(of).into());
    world.append(kept(InCustody::Share(good)), &[world.signs("alice"), world.signs("bob")]).unwrap();
}

#[test]
fn custody_alone() {
    let world = World::ready();
    let says = kept(InCustody::Share(share(&world, 1)));
    Case::of(&world).each_breaks(Rule::CustodyAlone, vec![signed(says.clone(), &["alice"])]);
    world.append(retire("fred"), &[world.signs("dan")]).unwrap();
    Case::of(&world).each_breaks(Rule::CustodyAlone, vec![signed(says, &["alice", "fred"])]);
}

fn out_of_use(world: &World, vault: &str) -> Decommission {
    let vault = world.generation(vault).seal.vault;
    Decommission { vault, because: text("the account is closed"), agrees: Vec::new() }
}

/// With the consents of these people to it as it is now.
fn agreed(world: &World, says: Decommission, who: &[&str]) -> Decommission {
    let newest = world.reading().escrow.vault(&says.vault).unwrap().newest().record;
    let agrees = world.consents(&Proposal::of(&says.proposed(), newest), who);
    Decommission { agrees, ..says }
}

fn by(says: Decommission, who: &'static [&'static str]) -> Spoil<'static> {
    Box::new(move |world: &World| {
        let signers: Vec<_> = who.iter().map(|who| world.signs(who)).collect();
        world.forge(says.clone(), &signers)
    })
}

#[test]
fn decommission_vault() {
    let world = World::ready();
    let says = out_of_use(&world, "prod");
    let other = Decommission { vault: Digest::of(b"another"), ..says.clone() };
    Case::of(&world).each_breaks(Rule::DecommissionVault, vec![by(other, &["dan", "alice"])]);
    world.append(says.clone(), &[world.signs("dan"), world.signs("alice")]).unwrap();
    Case::of(&world).each_breaks(Rule::DecommissionVault, vec![by(says, &["dan", "alice"])]);
}

#[test]
fn decommission_signer() {
    let world = World::ready();
    let says = out_of_use(&world, "prod");
    let with = |who: &[&str]| agreed(&world, says.clone(), who);
    let canary = agreed(&world, out_of_use(&world, CANARY), &["alice", "bob"]);
    let bad = vec![
        by(says.clone(), &["dan"]),
        by(says.clone(), &["alice", "bob"]),
        by(says.clone(), &["alice", "dan"]),
        by(says.clone(), &["dan", "erin"]),
        by(says.clone(), &["dan", "alice", "bob"]),
        by(with(&["alice"]), &["fred"]),
        by(with(&["alice", "alice"]), &["fred"]),
        by(with(&["alice", "fred"]), &["fred"]),
        by(with(&["alice", "bob"]), &["dan", "alice"]),
        by(canary, &["fred"]),
        by(Decommission { because: text("another reason"), ..with(&["alice", "bob"]) }, &["fred"]),
    ];
    Case::of(&world).each_breaks(Rule::DecommissionSigner, bad);
    // Consents are to a vault as it was sealed last.
    let old = with(&["alice", "bob"]);
    let bytes = world.bytes();
    world.seal("prod", Kind::Root, 2, &["alice", "bob", "carol"]);
    Case::of(&world).each_breaks(Rule::DecommissionSigner, vec![by(old.clone(), &["fred"])]);
    world.set_bytes(bytes);
    let bytes = world.bytes();
    world.append(old, &[world.signs("fred")]).unwrap();
    world.set_bytes(bytes);
    world.append(retire("alice"), &[world.signs("erin")]).unwrap();
    Case::of(&world).each_breaks(Rule::DecommissionSigner, vec![by(says, &["dan", "alice"])]);
}

#[test]
fn decommissioned() {
    let world = World::begin(Default::default());
    world.seal("prod", Kind::Root, 2, &["alice", "bob", "carol"]);
    world.append(retire("carol"), &[world.signs("dan")]).unwrap();
    let rules = |world: &World| -> Vec<Rule> { world.verify().findings.iter().map(|one| one.rule).collect() };
    let due = [Rule::NotInForce, Rule::HoldersJust];
    assert!(due.iter().all(|rule| rules(&world).contains(rule)));
    let says = out_of_use(&world, "prod");
    world.append(says, &[world.signs("dan"), world.signs("alice")]).unwrap();
    let now = rules(&world);
    assert!(now.contains(&Rule::Decommissioned) && due.iter().all(|rule| !now.contains(rule)), "{now:?}");
    // It refuses nobody, and says so; and what is released is in use again.
    let asking = world.ask("alice", "prod", world.question(Purpose::Emergency));
    let listed = &world.reading().escrow.requests[0].request.deviations;
    assert!(listed.iter().any(|one| one.as_str() == "decommissioned"), "{listed:?}");
    let files = world.approvals(&["alice", "bob"], &asking);
    world.release(&asking, &files).unwrap();
    let now = rules(&world);
    assert!(now.contains(&Rule::Exposed) && due.iter().all(|rule| now.contains(rule)), "{now:?}");
    // So is what is sealed again.
    world.append(out_of_use(&world, "prod"), &[world.signs("dan"), world.signs("alice")]).unwrap();
    assert!(rules(&world).contains(&Rule::Exposed), "what is due already stays due");
    assert!(!rules(&world).contains(&Rule::NotInForce));
    world.seal("prod", Kind::Root, 2, &["alice", "bob"]);
    assert!(rules(&world).contains(&Rule::NotInForce));
}

fn other() -> HeadFile {
    let hash = Digest::of(b"another escrow");
    HeadFile::new(hash, Head { size: 4000, seq: 0, hash })
}

fn follows(agrees: Vec<String>) -> Succeeded {
    Succeeded { successor: other(), agrees }
}

#[test]
fn succeeded_signer() {
    let world = World::ready();
    let proposal = Proposal::of(&follows(Vec::new()), world.id());
    let with = |who: &[&str]| follows(world.consents(&proposal, who));
    let spoil = |says: Succeeded, who: &'static [&'static str]| -> Spoil<'static> {
        Box::new(move |world: &World| {
            let signers: Vec<_> = who.iter().map(|who| world.signs(who)).collect();
            world.forge(says.clone(), &signers)
        })
    };
    Case::of(&world).each_breaks(
        Rule::SucceededSigner,
        vec![
            spoil(follows(Vec::new()), &["alice"]),
            spoil(follows(Vec::new()), &["dan", "erin"]),
            spoil(with(&["alice"]), &["fred"]),
            spoil(with(&["alice", "fred"]), &["fred"]),
            spoil(with(&["alice", "bob"]), &["dan", "erin"]),
            spoil(
                Succeeded {
                    agrees: with(&["alice", "bob"]).agrees,
                    successor: HeadFile { seq: 7, ..other() },
                },
                &["fred"],
            ),
        ],
    );
    world.append(with(&["alice", "bob"]), &[world.signs("fred")]).unwrap();
}

#[test]
fn succeeded() {
    let world = World::ready();
    let case = Case::of(&world);
    let seq = world.forge(follows(Vec::new()), &[world.signs("dan")]);
    case.breaks(Rule::Succeeded, seq);
    world.ask("alice", "prod", world.question(Purpose::Emergency));
    let listed = &world.reading().escrow.requests[0].request.deviations;
    assert!(listed.iter().any(|one| one.as_str() == "succeeded"), "{listed:?}");
}
