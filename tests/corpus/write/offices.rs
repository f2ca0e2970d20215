//! Custody, vaults that are decommissioned, and escrows that succeed others.

use breakglass::crypto::digest::Digest;
use breakglass::record::agree::{Agree, Proposal};
use breakglass::record::custody::{Custody, InCustody};
use breakglass::record::decommission::Decommission;
use breakglass::record::finding::Rule;
use breakglass::record::frame::RecordBody;
use breakglass::record::head::{Head, HeadFile};
use breakglass::record::repair::Continue;
use breakglass::record::request::Purpose;
use breakglass::record::seal::Kind;
use breakglass::record::statement::CheckedShare;
use breakglass::record::succeeded::Succeeded;
use breakglass::value::names::KeyName;
use data_encoding::BASE64;

use super::edits::edited;
use super::log_case::{small, spoiled};
use super::put::base;
use super::retirements::retire;
use crate::world::{CANARY, World, adoption, text};

const ALL: [&str; 3] = ["alice", "bob", "carol"];
const TWO: [&str; 2] = ["alice", "bob"];
const OFFICE: [&str; 2] = ["dan", "alice"];

pub fn write() {
    let world = small();
    custody(&world);
    decommissions(&world);
    in_use_again(&world);
    branches();
    successions(&world);
}

fn forge<S: RecordBody>(world: &World, says: S, who: &[&str]) -> u64 {
    let signers: Vec<_> = who.iter().map(|who| world.signs(who)).collect();
    world.forge(says, &signers)
}

fn custody(world: &World) {
    let share =
        CheckedShare { vault: world.generation("prod").seal.vault, generation: 1, index: 2, seal: None };
    let of = |what: InCustody| Custody { what, place: text("the safe on floor 3"), bag: None, because: None };
    let good = Custody {
        bag: Some(text("A 0018273")),
        because: Some(text("the drive is new")),
        ..of(InCustody::Share(share.clone()))
    };
    let medium = of(InCustody::Medium(text("the drive with the payloads")));
    let fifth = of(InCustody::Share(CheckedShare { index: 5, ..share.clone() }));
    let second = of(InCustody::Share(CheckedShare { generation: 2, ..share }));
    let one = Rule::CustodyAlone;
    for (name, about, rule, says, who) in [
        ("custody", "Two people say where a share is.", None, &good, &TWO[..]),
        (
            "custody-of-a-medium",
            "A drive, say an auditor and an administrator.",
            None,
            &medium,
            &["fred", "dan"],
        ),
        ("custody-by-one", "One person says so.", Some(one), &good, &["alice"]),
        ("custody-by-three", "Three people say so.", Some(Rule::CustodySigner), &good, &ALL),
        ("custody-of-no-share", "A share that is not there.", Some(Rule::CustodyShare), &fifth, &TWO),
        (
            "custody-of-no-generation",
            "A generation that is not there.",
            Some(Rule::CustodyShare),
            &second,
            &TWO,
        ),
    ] {
        spoiled(world, name, about, rule, |world| forge(world, says.clone(), who));
    }
    spoiled(world, "custody-by-one-who-stays", "One of the two had retired.", one, |world| {
        world.append(retire("fred"), &[world.signs("dan")]).unwrap();
        forge(world, good, &["alice", "fred"])
    });
}

fn out_of_use(world: &World, vault: &str) -> Decommission {
    let vault = world.generation(vault).seal.vault;
    Decommission { vault, because: text("the account is closed"), agrees: Vec::new() }
}

/// With the consents of these people to it as it is now.
fn agreed(world: &World, says: Decommission, who: &[&str]) -> Decommission {
    let newest = world.reading().escrow.vault(&says.vault).unwrap().newest().record;
    Decommission { agrees: world.consents(&Proposal::of(&says.proposed(), newest), who), ..says }
}

fn decommissions(world: &World) {
    let says = out_of_use(world, "prod");
    let with = |who: &[&str]| agreed(world, says.clone(), who);
    let other = Decommission { vault: Digest::of(b"another vault"), ..says.clone() };
    let signer = Some(Rule::DecommissionSigner);
    for (name, about, rule, says, who) in [
        ("decommissioned", "By an administrator and a holder.", None, says.clone(), &OFFICE[..]),
        ("decommissioned-canary", "A canary.", None, out_of_use(world, CANARY), &OFFICE),
        ("decommissioned-with-consent", "With the electors' consent.", None, with(&TWO), &["fred"]),
        ("decommissioned-by-one", "By an administrator alone.", signer, says.clone(), &["dan"]),
        ("decommissioned-by-holders", "By two holders, without consents.", signer, says.clone(), &TWO),
        (
            "decommissioned-by-administrators",
            "By nobody who holds a share.",
            signer,
            says.clone(),
            &["dan", "erin"],
        ),
        ("decommissioned-in-another-order", "The holder first.", signer, says.clone(), &["alice", "dan"]),
        ("decommissioned-consent-of-one", "With one consent.", signer, with(&["alice"]), &["fred"]),
        ("decommissioned-no-vault", "No such vault.", Some(Rule::DecommissionVault), other, &OFFICE),
    ] {
        spoiled(world, name, about, rule, |world| forge(world, says, who));
    }
    let about = "With a consent of nobody who is enrolled.";
    spoiled(world, "decommissioned-consent-by-nobody", about, Rule::DecommissionSigner, |world| {
        let newest = world.generation("prod").record;
        let agrees = of_a_stranger(world, Proposal::of(&says, newest));
        forge(world, Decommission { agrees, ..says.clone() }, &["fred"])
    });
    let about = "A second time.";
    spoiled(world, "decommissioned-twice", about, Rule::DecommissionVault, |world| {
        forge(world, says.clone(), &OFFICE);
        forge(world, says.clone(), &OFFICE)
    });
    let about = "The holder had retired.";
    spoiled(world, "decommissioned-by-a-retired-holder", about, Rule::DecommissionSigner, |world| {
        world.append(retire("alice"), &[world.signs("erin")]).unwrap();
        forge(world, says.clone(), &OFFICE)
    });
    let about = "They consented to it before it was sealed again.";
    spoiled(world, "decommissioned-with-old-consents", about, Rule::DecommissionSigner, |world| {
        let old = with(&TWO);
        world.seal("prod", Kind::Root, 2, &ALL);
        forge(world, old, &["fred"])
    });
}

/// A consent of somebody who is not enrolled.
fn of_a_stranger(world: &World, proposal: Proposal) -> Vec<String> {
    let stranger = (KeyName::Person(text("mallory")), world.person("bob").signer.key());
    let forged = world.forge_statement(stranger, Agree::Proposal(proposal), |_| {});
    vec![BASE64.encode(forged.note.as_bytes())]
}

fn in_use_again(world: &World) {
    let says = out_of_use(world, "prod");
    let about = "Holders retire who are needed; the vault is out of use.";
    spoiled(world, "decommissioned-without-holders", about, Rule::Retired, |world| {
        world.append(retire("bob"), &[world.signs("dan")]).unwrap();
        world.append(retire("carol"), &[world.signs("dan")]).unwrap();
        forge(world, says.clone(), &OFFICE)
    });
    let about = "A request for it that does not say so.";
    spoiled(world, "undeclared-decommissioned", about, Rule::DeviationUndeclared, |world| {
        forge(world, says.clone(), &OFFICE);
        world.ask_silently(|_| {})
    });
    let about = "Sealed again: in use, and not all have checked.";
    spoiled(world, "decommissioned-and-sealed", about, Rule::NotInForce, |world| {
        forge(world, says.clone(), &OFFICE);
        world.seal("prod", Kind::Root, 2, &ALL);
    });
    let about = "Released: in use again, so that it can be decommissioned once more.";
    spoiled(world, "decommissioned-and-released", about, Rule::Exposed, |world| {
        forge(world, says.clone(), &OFFICE);
        let asking = world.ask("carol", "prod", world.question(Purpose::Emergency));
        let files = world.approvals(&TWO, &asking);
        drop(world.release(&asking, &files).unwrap());
        forge(world, says.clone(), &OFFICE)
    });
    let start = world.bytes();
    forge(world, says, &OFFICE);
    let kept = vec![BASE64.encode(&world.bytes()[start.len()..])];
    world.check("alice");
    let from = world.head();
    world.set_bytes(start);
    let about = "It stood among missing records, and is kept.";
    spoiled(world, "continue-kept-decommission", about, Rule::Decommissioned, |world| {
        let says = Continue { from, last: Some(world.head()), left: None, kept };
        world.forge_framed(says, &[world.signs("carol")], |entry| {
            entry.seq = from.seq + 1;
            entry.prev = from.hash;
        })
    });
}

fn branches() {
    // Nobody has checked, so that what is in use shows.
    let world = World::begin(Default::default());
    world.seal("prod", Kind::Root, 2, &ALL);
    let root = world.bytes();
    base(&root);
    world.check("alice");
    let checked = world.bytes();
    world.set_bytes(root.clone());
    let says = out_of_use(&world, "prod");
    forge(&world, says.clone(), &OFFICE);
    let unused = world.bytes();
    world.set_bytes(checked.clone());
    let about = "A branch decommissioned a vault: that does not count here.";
    spoiled(&world, "adopted-decommission", about, Rule::NotInForce, |world| {
        world.adopt(adoption(&root, &unused), &TWO).unwrap()
    });
    world.set_bytes(unused.clone());
    let about = "A branch only checked a vault that is out of use here.";
    spoiled(&world, "adopted-by-decommissioned", about, Rule::Decommissioned, |world| {
        world.adopt(adoption(&root, &checked), &TWO).unwrap()
    });
    world.set_bytes(root.clone());
    let asking = world.emergency();
    let files = world.approvals(&TWO, &asking);
    drop(world.release(&asking, &files).unwrap());
    let released = world.bytes();
    world.set_bytes(unused);
    let about = "A branch released a vault that is out of use here.";
    spoiled(&world, "adopted-release-of-decommissioned", about, Rule::NotInForce, |world| {
        world.adopt(adoption(&root, &released), &TWO).unwrap()
    });
}

fn successions(world: &World) {
    let hash = Digest::of(b"another escrow");
    let successor = HeadFile::new(hash, Head { size: 4000, seq: 0, hash });
    let says = Succeeded { successor, agrees: Vec::new() };
    let with = |who: &[&str]| {
        let agrees = world.consents(&Proposal::of(&says, world.id()), who);
        Succeeded { agrees, ..says.clone() }
    };
    let signer = Some(Rule::SucceededSigner);
    for (name, about, rule, says, who) in [
        ("succeeded", "Says an administrator.", None, says.clone(), &["dan"][..]),
        ("succeeded-with-consent", "With all electors' consent.", None, with(&TWO), &["fred"]),
        ("succeeded-by-a-custodian", "Says a custodian.", signer, says.clone(), &["alice"]),
        ("succeeded-consent-of-one", "With one consent.", signer, with(&["bob"]), &["fred"]),
    ] {
        spoiled(world, name, about, rule, |world| forge(world, says, who));
    }
    let about = "With a consent of nobody who is enrolled.";
    spoiled(world, "succeeded-consent-by-nobody", about, Rule::SucceededSigner, |world| {
        let agrees = of_a_stranger(world, Proposal::of(&says, world.id()));
        forge(world, Succeeded { agrees, ..says.clone() }, &["fred"])
    });
    let about = "With one consent twice.";
    spoiled(world, "succeeded-consent-twice", about, Rule::SucceededSigner, |world| {
        forge(world, with(&["bob", "bob"]), &["fred"])
    });
    let about = "A request after it that does not say so.";
    spoiled(world, "undeclared-succeeded", about, Rule::DeviationUndeclared, |world| {
        forge(world, says.clone(), &["dan"]);
        world.ask_silently(|_| {})
    });
    let about = "A field that a head of another escrow does not have.";
    spoiled(world, "succeeded-field", about, Rule::RecordField, |world| {
        let before = world.bytes();
        forge(world, says.clone(), &["dan"]);
        let record = world.bytes()[before.len()..].to_vec();
        let line = String::from_utf8(record).unwrap();
        let line = edited(
            line.lines().next().unwrap().as_bytes(),
            "\"seq\":0,\"hash\"",
            "\"seq\":0,\"x\":1,\"hash\"",
        );
        let mut bytes = super::edits::signed_line(std::str::from_utf8(&line).unwrap(), world.person("dan"));
        bytes.push(b'\n');
        world.set_bytes([before, bytes].concat());
    });
}
