//! Cards: what two of them may not share, and ids that are no ids.

use breakglass::crypto::digest::Digest;
use breakglass::crypto::envelope::Identity;
use breakglass::crypto::sign::SigningKey;
use breakglass::record::card::{Role, VerifiedCard};
use breakglass::record::chain::LogRecord;
use breakglass::record::frame::FramedRecord;
use breakglass::record::genesis::Genesis;
use breakglass::record::note::Note;
use breakglass::record::policy::Policy;
use data_encoding::BASE64;

use crate::disk::{Disk, row};
use crate::forge::{self, swapped};
use crate::laid::Laid;
use crate::world::{dawn, keyed_actor, rng, text};

/// A genesis that an administrator's own tool would have refused to write.
fn genesis(laid: &Laid, cards: &[&VerifiedCard]) -> Vec<u8> {
    let dan = [laid.world.signs("dan")];
    let entry = FramedRecord {
        escrow: None,
        seq: 0,
        prev: Digest::ZERO,
        time: dawn(),
        by: vec![dan[0].0.clone()],
        says: Genesis {
            nonce: Digest::of(b"nonce"),
            name: text("Example Corp"),
            cards: cards.iter().map(|card| BASE64.encode(card.note().as_bytes())).collect(),
            policy: Policy::default(),
            succeeds: None,
        },
    };
    LogRecord::bytes_of(&Note::sign(&entry, &dan))
}

/// `init` refuses zoe's card beside alice's for what they share, and a genesis that holds both is tampering.
#[track_caller]
fn not_beside_alice(zoe: &VerifiedCard, rule: &str, why: &str) {
    let laid = Laid::ready();
    not_beside(&laid, zoe, rule, why);
}

#[track_caller]
fn not_beside(laid: &Laid, zoe: &VerifiedCard, rule: &str, why: &str) {
    laid.disk.write("zoe.card", zoe.note().as_bytes());
    laid.begins("alice/alice.card zoe.card", Some(3)).what(why).at("--card");
    laid.begins("alice/alice.card", None);
    laid.begins("zoe.card", None);
    let [dan, alice] = ["dan", "alice"].map(|who| &laid.world.person(who).card);
    laid.disk.write("escrow/log", genesis(laid, &[dan, alice, zoe]));
    laid.verify("").exits(10).shows(rule).shows("record 0, byte 0").shows(why);
    laid.disk.refuses(10, "check --all --as alice/alice").what(rule).at("escrow/log, record 0, byte 0");
    laid.disk.write("escrow/log", genesis(laid, &[dan, alice]));
    laid.verify("").ok();
}

#[test]
fn two_cards_with_one_verifying_key_are_refused() {
    let laid = Laid::ready();
    let alice = SigningKey::from_seed(&laid.world.person("alice").signer.key().seed());
    let zoe = keyed_actor("zoe", &[Role::Custodian], Identity::generate(), &alice).card;
    not_beside(&laid, &zoe, "KEY-REPEATED", "`zoe` shares a verifying key with another card");
}

#[test]
fn two_cards_with_one_recipient_are_refused() {
    let laid = Laid::ready();
    let identity = laid.identity("alice").clone();
    let zoe = keyed_actor("zoe", &[Role::Custodian], identity, &SigningKey::generate(&mut rng())).card;
    not_beside(&laid, &zoe, "RECIPIENT-REPEATED", "`zoe` shares the age recipient age1");
}

#[test]
fn two_cards_of_one_person_are_refused() {
    let key = SigningKey::generate(&mut rng());
    let other = keyed_actor("alice", &[Role::Custodian], Identity::generate(), &key).card;
    not_beside_alice(&other, "PERSON-REPEATED", "there are two cards of `alice`");
}

#[test]
fn one_recipient_twice_on_a_card_is_refused() {
    let laid = Laid::ready();
    let alice = laid.world.person("alice");
    let own = alice.identity.to_recipient();
    let twice = format!(r#"["{own}","{own}"]"#);
    let bad =
        forge::card(&alice.card, &alice.signs(), |line| swapped(line, &format!(r#"["{own}"]"#), &twice));
    laid.is_no_card(&bad).what("the card of `alice` must name 1 to 8 different age recipients");
}

#[test]
fn one_custodian_twice_in_a_seal_is_refused() {
    let disk = Disk::begun();
    let line = "seal --from - --threshold 2 --custodian alice --custodian alice --as dan/dan";
    disk.refuses_line(3, disk.line(line).stdin(row("prod"))).what("`alice` is named twice as custodian");
    let laid = Laid::ready();
    let mut seal = laid.made("other").seal;
    (seal.shares[1].custodian, seal.shares[1].card) = (seal.shares[0].custodian.clone(), seal.shares[0].card);
    laid.breaks("SEAL-SHARES", seal, &[laid.world.signs("dan")]);
}

/// An id that could leave its directory, name a device, or hide is refused wherever one is taken.
#[track_caller]
fn no_id(id: &str) {
    let disk = Disk::people();
    let before = disk.tree();
    let flags = "--name N --contact x --role custodian -i alice/alice.key -o";
    let run = disk.line(&format!("enroll {flags} zoe")).arg(id).run();
    let run = run.fails(2);
    assert!(run.err.contains("a person's id"), "{}", run.err);
    assert!(disk.tree() == before, "nothing is left of `{id}`");
    for file in ["../x.card", "CON.card", "zoe"] {
        assert!(!disk.exists(file));
    }
    // As a custodian, by flag and by column.
    let begun = Disk::begun();
    let line = "seal --from - --threshold 2 --custodian alice --as dan/dan --custodian";
    begun.refuses_line(2, begun.line(line).arg(id).stdin(row("prod"))).says("a person's id");
    let csv =
        row("prod").replacen("vault,", "custodians,vault,", 1).replace("\nprod", &format!("\n{id} bob,prod"));
    let words = begun.line("seal --from - --threshold 2 --as dan/dan").stdin(csv);
    begun.refuses_line(3, words).what("column `custodians`: a person's id").at("-, row 2");
    // In a card that its owner signed.
    let laid = Laid::ready();
    let alice = laid.world.person("alice");
    let quoted = serde_json::to_string(id).unwrap();
    let card = forge::card(&alice.card, &alice.signs(), |line| {
        swapped(line, r#""person":"alice""#, &format!(r#""person":{quoted}"#))
    });
    laid.is_no_card(&card).what("a person's id");
    // In a seal that an administrator signed.
    let dan = [laid.world.signs("dan")];
    let seal = forge::record(&laid.world, laid.made("other").seal, &dan, |line| {
        swapped(line, r#""custodian":"alice""#, &format!(r#""custodian":{quoted}"#))
    });
    laid.is_faulty("RECORD-MALFORMED", &seal);
}

#[test]
fn a_person_id_that_leaves_its_directory_is_refused() {
    no_id("../x");
    no_id("a/b");
}

#[test]
fn a_person_id_that_names_a_device_is_refused() {
    no_id("CON");
    no_id("con");
    no_id("lpt1");
}

#[test]
fn a_person_id_of_33_characters_is_refused() {
    no_id(&"x".repeat(33));
    let disk = Disk::people();
    let longest = "x".repeat(32);
    disk.enroll(&longest, "--role custodian -i alice/alice.key").ok();
}

#[test]
fn a_person_id_that_is_a_keys_name_is_refused() {
    no_id("session");
}
