//! Keys that anybody can forge with, and session keys that are somebody else's.

use bech32::{Bech32, Hrp};
use breakglass::crypto::sign::SigningKey;
use breakglass::record::armour::Label;
use breakglass::record::request::{Purpose, Request};
use breakglass::value::names::KeyName;
use data_encoding::{HEXLOWER, HEXLOWER as HEX};

use crate::forge::{self, entry, first_line, honest_line, line_of, signature_line, signed, swapped};
use crate::laid::Laid;
use crate::world::rng;

/// 2^255 − 19 and a little more, little endian: what is not below the prime is not canonical.
fn above_the_prime(more: u8) -> [u8; 32] {
    let mut key = [0xff; 32];
    key[0] = 0xed + more;
    key[31] = 0x7f;
    key
}

/// Verifying keys of small order, and keys that are not canonically encoded.
fn bad_keys() -> Vec<[u8; 32]> {
    let hex = |text: &str| -> [u8; 32] { HEX.decode(text.as_bytes()).unwrap().try_into().unwrap() };
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut signed_identity = identity;
    signed_identity[31] = 0x80;
    let mut minus_one = above_the_prime(0);
    minus_one[0] = 0xec;
    let mut keys = vec![
        // Orders 1, 2, 4 and 8.
        identity,
        minus_one,
        [0; 32],
        hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        hex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
        // The identity, with a sign that it does not have.
        signed_identity,
    ];
    keys.extend((0..=18).map(above_the_prime));
    keys
}

/// The signature that verifies under the identity, for whoever checks the equation and nothing else: R is the
/// identity too, and S is 0.
fn anybodys() -> [u8; 64] {
    let mut signature = [0; 64];
    signature[0] = 1;
    signature
}

#[test]
fn a_small_order_or_noncanonical_key_in_a_card_is_refused() {
    let laid = Laid::ready();
    let alice = laid.world.person("alice");
    let own = alice.signer.key().verifying_key().to_string();
    for key in bad_keys() {
        let line = swapped(&first_line(alice.card.note().as_bytes()), &own, &HEXLOWER.encode(&key));
        let card = format!("{line}\n\n{}", signature_line("alice", &key, &anybodys()));
        laid.is_no_card(card.as_bytes()).what("the verifying key is");
    }
    laid.begins("alice/alice.card", None);
}

#[test]
fn a_small_order_or_noncanonical_session_key_in_a_request_is_refused() {
    let laid = Laid::ready();
    let (request, session) =
        laid.world.make_request("carol", "prod", laid.world.question(Purpose::Emergency));
    let signers = [laid.world.signs("carol"), (KeyName::Session, session.key())];
    let good = line_of(&entry(&laid.world, request, &signers), &signers);
    let own = session.key().verifying_key().to_string();
    for (at, key) in bad_keys().iter().enumerate() {
        let text = format!("{}\n", swapped(&good, &own, &HEXLOWER.encode(key)));
        let lines = honest_line(&signers[0], &text) + &signature_line("session", key, &anybodys());
        let record = format!("{text}\n{lines}\n");
        // Each is the same story; the whole of it is told of two.
        if at == 0 || at == 7 {
            laid.is_faulty("RECORD-MALFORMED", record.as_bytes());
        }
        let shares: String =
            laid.sealed("prod", 1).sealed_shares.iter().map(|(_, file)| file.as_str()).collect();
        laid.disk.wrap(
            "bad.bgr",
            Label::Request,
            [&laid.world.bytes(), record.as_bytes(), shares.as_bytes()].concat(),
        );
        let run = laid.disk.refuses(10, "approve bad.bgr --as alice/alice -o bad.bga --session-words x");
        run.at("bad.bgr, record 6, byte ").what("the verifying key is");
    }
    laid.restore([&laid.world.bytes(), &signed(&good, &signers)[..], b"\n"].concat());
}

#[test]
fn a_small_order_or_noncanonical_release_key_in_a_seal_is_refused() {
    let laid = Laid::ready();
    let dan = [laid.world.signs("dan")];
    let sealed = laid.made("other");
    let seal = sealed.seal.clone();
    let own = seal.release_key.to_string();
    for (at, key) in bad_keys().iter().enumerate() {
        let record =
            forge::record(&laid.world, seal.clone(), &dan, |line| swapped(line, &own, &HEXLOWER.encode(key)));
        if at == 0 || at == 7 {
            laid.is_faulty("RECORD-MALFORMED", &record);
        }
        laid.disk.write("escrow/log", [laid.world.bytes(), record].concat());
        laid.verify("").exits(10).shows("record 6, byte ").shows("the verifying key is");
    }
    laid.world.forge(seal, &dan);
    laid.lay_sealed(&sealed);
    laid.restore(laid.world.bytes());
}

/// Carol's request with another session recipient, signed as changed.
fn request_to(laid: &Laid, recipient: &str) -> Vec<u8> {
    let (request, session) =
        laid.world.make_request("carol", "prod", laid.world.question(Purpose::Emergency));
    let own = request.session_recipient.to_string();
    let signers = [laid.world.signs("carol"), (KeyName::Session, session.key())];
    forge::record(&laid.world, request, &signers, |line| line.replacen(&own, recipient, 1))
}

#[test]
fn a_low_order_session_recipient_is_refused() {
    let laid = Laid::ready();
    let mut one = [0; 32];
    one[0] = 1;
    let eight = HEX.decode(b"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800").unwrap();
    let eight: [u8; 32] = eight.try_into().unwrap();
    for key in [[0; 32], one, eight, above_the_prime(0), above_the_prime(1), [0xff; 32]] {
        let recipient = bech32::encode::<Bech32>(Hrp::parse("age").unwrap(), &key).unwrap();
        let record = request_to(&laid, &recipient);
        laid.is_faulty("RECORD-MALFORMED", &record);
        let shares: String =
            laid.sealed("prod", 1).sealed_shares.iter().map(|(_, file)| file.as_str()).collect();
        laid.disk.wrap("bad.bgr", Label::Request, [&laid.world.bytes(), &record, shares.as_bytes()].concat());
        let run = laid.disk.refuses(10, "approve bad.bgr --as alice/alice -o bad.bga --session-words x");
        run.at("bad.bgr, record 6, byte ").what("a point of low order, or not canonically encoded");
        // Nor is it taken on a card.
        let line = "enroll zoe --name Z --contact x --role custodian -o zoe --recipient";
        laid.disk.refuses_line(3, laid.disk.line(line).arg(&recipient)).at("--recipient");
    }
}

/// A request whose session keys `change` took from somebody.
#[track_caller]
fn not_fresh(change: impl FnOnce(&Laid, &mut Request) -> Option<SigningKey>) {
    let laid = Laid::ready();
    let (mut request, session) =
        laid.world.make_request("carol", "prod", laid.world.question(Purpose::Emergency));
    let key = change(&laid, &mut request);
    let signers =
        [laid.world.signs("carol"), (KeyName::Session, key.as_ref().unwrap_or_else(|| session.key()))];
    laid.breaks("REQUEST-SESSION", request.clone(), &signers);
    // An approver is told before she hands anything over.
    laid.world.forge(request, &signers);
    let shares: String = laid.sealed("prod", 1).sealed_shares.iter().map(|(_, file)| file.as_str()).collect();
    laid.disk.wrap("bad.bgr", Label::Request, [&laid.world.bytes(), shares.as_bytes()].concat());
    let run = laid.disk.refuses(10, "approve bad.bgr --as alice/alice -o bad.bga --session-words x");
    run.what("REQUEST-SESSION").at("bad.bgr, record 6, byte ");
}

#[test]
fn a_session_recipient_that_is_a_custodians_is_refused() {
    not_fresh(|laid, request| {
        request.session_recipient = laid.identity("bob").to_recipient();
        None
    });
}

#[test]
fn a_session_recipient_that_is_the_vaults_is_refused() {
    not_fresh(|laid, request| {
        request.session_recipient = laid.sealed("prod", 1).seal.recipient.clone();
        None
    });
}

#[test]
fn a_session_key_that_is_a_persons_is_refused() {
    not_fresh(|laid, request| {
        let key = SigningKey::from_seed(&laid.world.person("carol").signer.key().seed());
        request.session_key = key.verifying_key();
        Some(key)
    });
    // A fresh one is taken.
    let laid = Laid::ready();
    let (mut request, _) = laid.world.make_request("carol", "prod", laid.world.question(Purpose::Emergency));
    let key = SigningKey::generate(&mut rng());
    request.session_key = key.verifying_key();
    laid.world.forge(request, &[laid.world.signs("carol"), (KeyName::Session, &key)]);
    laid.restore(laid.world.bytes());
}
