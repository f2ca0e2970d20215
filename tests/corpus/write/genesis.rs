//! Genesis and the people whom it brings in.

use breakglass::crypto::digest::Digest;
use breakglass::crypto::envelope::Identity;
use breakglass::crypto::sign::SigningKey;
use breakglass::record::card::Role;
use breakglass::record::chain::Record;
use breakglass::record::finding::Rule;
use breakglass::record::frame::Entry;
use breakglass::record::genesis::Genesis;
use breakglass::record::note::Note;
use breakglass::record::policy::Policy;
use breakglass::value::fingerprint::Words;
use data_encoding::BASE64;

use super::{LogCase, base, nothing, put};
use crate::world::{Actor, Signs, World, actor, dawn, keyed_actor, rng, text};

fn cards_of(people: &[&Actor]) -> Vec<String> {
    people.iter().map(|one| BASE64.encode(one.card.note().as_bytes())).collect()
}

fn log(cards: Vec<String>, signers: &[Signs<'_>], change: impl FnOnce(&mut Entry<Genesis>)) -> Vec<u8> {
    let says =
        Genesis { nonce: Digest::of(b"nonce"), name: text("Example Corp"), cards, policy: Policy::default() };
    let by = signers.iter().map(|(name, _)| name.clone()).collect();
    let mut entry = Entry { escrow: None, seq: 0, prev: Digest::ZERO, time: dawn(), by, says };
    change(&mut entry);
    Record::bytes_of(&Note::sign(&entry, signers))
}

fn case(name: &str, about: &str, rule: impl Into<Option<Rule>>, bytes: Vec<u8>) {
    LogCase::of(name, about, rule).write(bytes, dawn());
}

/// Replaces something in the text of a note.
pub fn edited(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = std::str::from_utf8(bytes).unwrap();
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1).into_bytes()
}

pub fn write() {
    let (dan, alice) = (actor("dan", &[Role::Administrator]), actor("alice", &[Role::Custodian]));
    let erin = actor("erin", &[Role::Administrator]);
    let both = cards_of(&[&dan, &alice]);
    let signed = |cards: Vec<String>| log(cards, &[dan.signs()], |_| {});
    let changed = |change: &dyn Fn(&mut Entry<Genesis>)| log(both.clone(), &[dan.signs()], change);
    let good = signed(both.clone());
    case("genesis", "A genesis and nothing else.", None, good.clone());
    case(
        "genesis-second-administrator",
        "Any administrator among its cards may sign genesis.",
        None,
        log(cards_of(&[&dan, &erin, &alice]), &[erin.signs()], |_| {}),
    );
    case("empty", "A file without a byte is no log.", Rule::RecordMalformed, Vec::new());
    case(
        "genesis-torn",
        "Genesis is cut off: there is no log without it.",
        Rule::RecordMalformed,
        good[..good.len() / 2].to_vec(),
    );
    let other = edited(&good, "Example Corp", "Example Co.");
    case(
        "genesis-changed-alone",
        "Genesis was changed, and nothing stands behind it.",
        Rule::RecordSignature,
        other,
    );
    case(
        "genesis-seq",
        "Genesis has another number than 0.",
        Rule::ChainSeq,
        changed(&|entry| entry.seq = 1),
    );
    let prev = changed(&|entry| entry.prev = Digest::of(b"before"));
    case("genesis-prev", "Genesis names a record before it.", Rule::ChainPrev, prev);
    let escrow = changed(&|entry| entry.escrow = Some(Digest::of(b"before")));
    case("genesis-escrow", "Genesis names an escrow.", Rule::ChainEscrow, escrow);
    for (name, about, bad) in [
        ("genesis-card-base64", "A card is not base64.", "=".to_owned()),
        ("genesis-card-no-note", "A card is not a note.", BASE64.encode(b"card")),
    ] {
        case(name, about, Rule::GenesisCard, signed(vec![both[0].clone(), bad]));
    }
    let mut card = alice.card.card().clone();
    card.contact = text("mallory@example.com");
    let forged = Note::sign(&card, &[(alice.signs().0, dan.signer.key())]);
    let forged = signed(vec![both[0].clone(), BASE64.encode(forged.as_bytes())]);
    case("genesis-card-signed-by-another", "A card is signed by another key.", Rule::GenesisCard, forged);
    for (name, about, log) in [
        (
            "genesis-by-a-custodian",
            "Genesis is signed by somebody who is no administrator.",
            log(cards_of(&[&dan, &erin, &alice]), &[alice.signs()], |_| {}),
        ),
        (
            "genesis-by-two",
            "Genesis is signed by two administrators.",
            log(cards_of(&[&dan, &erin]), &[dan.signs(), erin.signs()], |_| {}),
        ),
        (
            "genesis-by-a-stranger",
            "Genesis is signed by an administrator who is not in it.",
            log(both.clone(), &[erin.signs()], |_| {}),
        ),
        (
            "genesis-without-administrator",
            "No card in genesis is an administrator's.",
            log(cards_of(&[&alice]), &[alice.signs()], |_| {}),
        ),
    ] {
        case(name, about, Rule::GenesisAdministrator, log);
    }
    let twin = actor("alice", &[Role::Custodian]);
    let twice = signed(cards_of(&[&dan, &alice, &twin]));
    case("genesis-person-repeated", "Two cards are of one person.", Rule::PersonRepeated, twice);
    let twin = keyed_actor("bob", &[Role::Custodian], Identity::generate(), alice.signer.key());
    let twice = signed(cards_of(&[&dan, &alice, &twin]));
    case("genesis-key-repeated", "Two cards hold one verifying key.", Rule::KeyRepeated, twice);
    let twin =
        keyed_actor("bob", &[Role::Custodian], alice.identity.clone(), &SigningKey::generate(&mut rng()));
    let twice = signed(cards_of(&[&dan, &alice, &twin]));
    case("genesis-recipient-repeated", "Two cards hold one age recipient.", Rule::RecipientRepeated, twice);
    not_first();
    anchors();
    cards(&alice);
}

fn not_first() {
    let world = World::begin(Policy::default());
    world.append(nothing(), &[world.signs("alice")]).unwrap();
    let second = world.records()[1].start as usize;
    let bytes = world.bytes();
    let about = "The log does not begin with a genesis.";
    LogCase::of("genesis-missing", about, Rule::GenesisFirst).write(bytes[second..].to_vec(), world.now());
    let breakglass::record::kinds::Said::Genesis(genesis) = &world.records()[0].said else { unreachable!() };
    world.forge(genesis.clone(), &[world.signs("dan")]);
    LogCase::of("genesis-again", "A later record is a genesis.", Rule::GenesisFirst).of_world(&world);
}

fn anchors() {
    let world = World::begin(Policy::default());
    base(&world.bytes());
    let (good, bad) = (world.id(), Digest::of(b"other"));
    for (name, about, anchor, rule) in [
        ("anchor-digits", "The fingerprint that was given, in digits.", good.to_string(), None),
        ("anchor-words", "The fingerprint that was given, in words.", Words::of(&good).to_string(), None),
        ("anchor-other-digits", "Another fingerprint, in digits.", bad.to_string(), Some(Rule::Anchor)),
        ("anchor-other-words", "Another one, in words.", Words::of(&bad).to_string(), Some(Rule::Anchor)),
    ] {
        LogCase { anchor: Some(anchor), ..LogCase::of(name, about, rule) }.of_world(&world);
    }
}

/// Cards as files of their own.
fn cards(alice: &Actor) {
    let good = alice.card.note().as_bytes();
    let card = |name: &str, about: &str, expect: &str, bytes: &[u8]| {
        put(&format!("card/{name}"), about, &[format!("expect: {expect}")], &[("card", bytes)]);
    };
    card("good", "A card.", "good", good);
    card("followed", "Something follows the card.", "refused", &[good, b"\n"].concat());
    let contact = edited(good, "alice@example.com", "alice@example.org");
    card("changed", "The contact was changed.", "refused", &contact);
    let key = alice.card.card().verifying_key.to_string();
    let resign = |change: &dyn Fn(&str) -> String| {
        let line = std::str::from_utf8(good).unwrap().lines().next().unwrap();
        signed_line(&change(line), alice)
    };
    let control = resign(&str::to_owned);
    assert_eq!(control, good, "signing is deterministic");
    for (name, about, from, to) in [
        ("no-role", "A card without a role.", "[\"custodian\"]", "[]"),
        ("role-twice", "A role stands there twice.", "[\"custodian\"]", "[\"custodian\",\"custodian\"]"),
        ("roles-out-of-order", "Roles out of order.", "[\"custodian\"]", "[\"custodian\",\"auditor\"]"),
        ("role-unknown", "A role that there is not.", "[\"custodian\"]", "[\"king\"]"),
        ("person-other", "The person is not the signer.", "\"person\":\"alice\"", "\"person\":\"bob\""),
        ("person-reserved", "A person's id that is reserved.", "\"person\":\"alice\"", "\"person\":\"con\""),
        ("name-with-bidi", "A name with a character that turns text round.", "alice of", "alice\u{202e}of"),
        ("name-with-escape", "A name with a control character.", "alice of", "alice\\u001bof"),
        ("name-empty", "An empty name.", "\"name\":\"alice of Example Corp\"", "\"name\":\"\""),
        ("recipient-of-a-plugin", "A plugin's recipient.", "[\"age1", "[\"age1yubikey1"),
        ("recipients-none", "No recipient.", "\"recipients\":[", "\"recipients\":[],\"r\":["),
        ("field-unknown", "An unknown field.", "\"person\":", "\"extra\":1,\"person\":"),
        ("field-repeated", "A repeated field.", "\"person\":", "\"person\":\"alice\",\"person\":"),
        ("space", "White space outside strings.", "\"person\":", "\"person\": "),
        ("escape", "A letter that is escaped.", "alice of", "\\u0061lice of"),
        ("type-not-first", "The type is not the first key.", "{\"type\":\"breakglass/v1/card\",", "{"),
    ] {
        let bytes = resign(&|line| {
            assert!(line.contains(from), "{from}");
            line.replacen(from, to, 1)
        });
        card(name, about, "refused", &bytes);
    }
    for (name, about, point) in [
        ("key-of-small-order", "A verifying key of order 1.", format!("01{}", "00".repeat(31))),
        ("key-of-order-8", "A verifying key of order 8.", ORDER_8.to_owned()),
        ("key-not-canonical", "A verifying key in another spelling.", format!("ee{}7f", "ff".repeat(30))),
        ("key-upper-case", "A verifying key in capitals.", key.to_uppercase()),
    ] {
        card(name, about, "refused", &resign(&|line| line.replacen(&key, &point, 1)));
    }
}

const ORDER_8: &str = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a";

/// A line of JSON, in whatever spelling, signed by somebody.
pub fn signed_line(line: &str, by: &Actor) -> Vec<u8> {
    let (name, key) = by.signs();
    signed_text(&format!("{line}\n"), &name, key)
}

/// A text, whatever it is, with one good signature.
pub fn signed_text(text: &str, name: &breakglass::value::names::KeyName, key: &SigningKey) -> Vec<u8> {
    let id = breakglass::record::note::key_id(name, &key.verifying_key());
    let blob = [&id[..], key.sign(text.as_bytes()).as_ref()].concat();
    format!("{text}\n\u{2014} {name} {}\n", BASE64.encode(&blob)).into_bytes()
}
