//! Who may have signed what is kept of missing records.

use breakglass::crypto::digest::Digest;
use breakglass::record::agree::Proposal;
use breakglass::record::decommission::Decommission;
use breakglass::record::finding::Rule;
use breakglass::record::frame::RecordBody;
use breakglass::record::head::{Head, HeadFile};
use breakglass::record::repair::Continue;
use breakglass::record::retire::Retire;
use breakglass::record::seal::{Credentials, Kind};
use breakglass::record::succeeded::Succeeded;
use data_encoding::BASE64;

use super::log_case::spoiled;
use super::put::base;
use crate::world::{Signs, World, text};

/// Loses what `act` adds, and keeps all of it.
fn lost(world: &World, act: impl FnOnce(&World)) {
    let start = world.bytes();
    act(world);
    let whole = world.bytes();
    let records = world.records();
    let ours = records.iter().filter(|one| one.start as usize >= start.len());
    let kept = ours.map(|one| BASE64.encode(&whole[one.start as usize..one.end as usize])).collect();
    let from = records.last().unwrap().head();
    world.set_bytes(start);
    let says = Continue { from, last: Some(world.head()), left: None, kept };
    world.forge_framed(says, &[world.signs("carol")], |entry| {
        entry.seq = from.seq + 1;
        entry.prev = from.hash;
    });
}

fn sealed(world: &World, vault: &str, to: &[&str], by: &[&str]) {
    let sealed = world.make_seal(vault, Kind::Root, 2, to, Credentials::New);
    forge(world, sealed.seal, by);
}

fn forge<S: RecordBody>(world: &World, says: S, by: &[&str]) {
    let by: Vec<Signs<'_>> = by.iter().map(|who| world.signs(who)).collect();
    world.forge(says, &by);
}

/// A log that goes on without what an act added to it, and keeps that: the name, what is wrong with it, the rule, the act.
type Case<'a> = &'a dyn Fn(&str, &str, Rule, &dyn Fn(&World));

pub fn write() {
    let world = World::ready();
    world.seal("sandbox", Kind::Root, 2, &["carol", "erin"]);
    ["carol", "erin"].iter().for_each(|who| world.check(who));
    base(&world.bytes());
    let prod = world.reading().escrow.vault_named(&text("prod")).unwrap().id;
    let others = ["alice", "bob", "erin"];
    let refused = Rule::ContinueKept;
    let case: Case<'_> = &|name, about, rule, act| {
        spoiled(&world, name, about, rule, |world| lost(world, act));
    };
    case("kept-seal-by-other-custodians", "A seal by another vault's custodians.", refused, &|world| {
        sealed(world, "prod", &others, &["carol", "erin"])
    });
    case(
        "kept-seal-by-a-later-generation",
        "By the people of a seal before it.",
        Rule::RecordsMissing,
        &|world| {
            sealed(world, "prod", &others, &["dan"]);
            sealed(world, "prod", &others, &["bob", "erin"]);
        },
    );
    case("kept-seal-by-electors-and-another", "By electors, and by somebody else.", refused, &|world| {
        sealed(world, "prod", &others, &["alice", "bob", "erin"])
    });
    let about = "A new vault, sealed by the electors of another one.";
    case("kept-seal-of-a-new-vault", about, Rule::RecordsMissing, &|world| {
        sealed(world, "new", &others, &["carol", "erin"])
    });
    case("kept-seal-of-a-new-vault-by-nobody", "By two who hold no vault together.", refused, &|world| {
        sealed(world, "new", &others, &["alice", "erin"])
    });
    let release = Digest::of(b"a release that is missing");
    case("kept-renewal-to-others", "A renewal to other people.", refused, &|world| {
        forge(world, world.renewal(&others, release), &["fred"])
    });
    case("kept-renewal-to-fewer", "A renewal to those who are left.", Rule::RecordsMissing, &|world| {
        forge(world, world.renewal(&["alice", "bob"], release), &["fred"])
    });
    retirements(case, prod);
    offices(case, prod);
    // The vote passes on, and those who had it have it no more.
    sealed(&world, "prod", &["bob", "carol", "erin"], &["alice", "bob"]);
    base(&world.bytes());
    case("kept-seal-by-former-electors", "By those who had the vote before.", refused, &|world| {
        sealed(world, "prod", &others, &["alice", "bob"])
    });
}

fn retirements(case: Case<'_>, vault: Digest) {
    let refused = Rule::ContinueKept;
    let retired = |world: &World, retire: Retire, consent: &[&str]| {
        let says = world.retire_with(&retire, consent);
        forge(world, says, &["fred"]);
    };
    let from_prod = || Retire { vault: Some(vault), ..Retire::of(text("alice"), text("left")) };
    case("kept-retirement-by-other-custodians", "By another vault's custodians.", refused, &|world| {
        retired(world, from_prod(), &["carol", "erin"])
    });
    case("kept-retirement-by-electors", "By the vault's electors.", Rule::RecordsMissing, &|world| {
        retired(world, from_prod(), &["carol", "bob", "erin"])
    });
    let about = "Everywhere, with the consent of one vault's electors.";
    case("kept-retirement-everywhere", about, refused, &|world| {
        retired(world, Retire::of(text("alice"), text("left")), &["carol", "erin"])
    });
}

/// Vaults out of use, and an escrow that another one succeeds.
fn offices(case: Case<'_>, vault: Digest) {
    let (refused, others) = (Rule::ContinueKept, ["carol", "erin"]);
    let out_of_use = Decommission { vault, because: text("the account is closed"), agrees: Vec::new() };
    case("kept-decommission-without-a-holder", "By nobody who holds a share.", refused, &|world| {
        forge(world, out_of_use.clone(), &["dan", "erin"])
    });
    let consented = |world: &World, who: &[&str]| {
        let proposal = Proposal::of(&out_of_use.proposed(), world.generation("prod").record);
        let agrees = world.consents(&proposal, who);
        forge(world, Decommission { agrees, ..out_of_use.clone() }, &["fred"]);
    };
    case("kept-decommission-by-other-custodians", "By another vault's custodians.", refused, &|world| {
        consented(world, &others)
    });
    case("kept-decommission-by-electors", "By the vault's electors.", Rule::Decommissioned, &|world| {
        consented(world, &["alice", "carol"])
    });
    let hash = Digest::of(b"another escrow");
    let successor = HeadFile::new(hash, Head { size: 4000, seq: 0, hash });
    let succeeded = |world: &World, who: &[&str]| {
        let says = Succeeded { successor, agrees: Vec::new() };
        let agrees = world.consents(&Proposal::of(&says.proposed(), world.id()), who);
        forge(world, Succeeded { agrees, ..says }, &["fred"]);
    };
    case("kept-succession-by-one-vault", "By the electors of one of two vaults.", refused, &|world| {
        succeeded(world, &others)
    });
    case("kept-succession-by-all-vaults", "By the electors of both.", Rule::Succeeded, &|world| {
        succeeded(world, &["alice", "carol", "erin"])
    });
}
