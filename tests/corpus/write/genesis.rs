//! Genesis and the people whom it brings in.

use breakglass::crypto::digest::Digest;
use breakglass::crypto::envelope::Identity;
use breakglass::crypto::sign::SigningKey;
use breakglass::record::card::Role;
use breakglass::record::chain::LogRecord;
use breakglass::record::finding::Rule;
use breakglass::record::frame::FramedRecord;
use breakglass::record::genesis::Genesis;
use breakglass::record::head::{Head, HeadFile};
use breakglass::record::note::Note;
use breakglass::record::policy::Policy;
use breakglass::value::fingerprint::Words;
use data_encoding::BASE64;

use super::edits::{edited, signed_line};
use super::log_case::{LogCase, nothing};
use super::put::base;
use crate::world::{Actor, Signs, World, actor, dawn, keyed_actor, rng, text};

fn cards_of(people: &[&Actor]) -> Vec<String> {
    people.iter().map(|one| BASE64.encode(one.card.note().as_bytes())).collect()
}

fn log(
    cards: Vec<String>,
    signers: &[Signs<'_>],
    change: impl FnOnce(&mut FramedRecord<Genesis>),
) -> Vec<u8> {
    let says = Genesis {
        nonce: Digest::of(b"nonce"),
        name: text("Example Corp"),
        cards,
        policy: Policy::default(),
        succeeds: None,
    };
    let by = signers.iter().map(|(name, _)| name.clone()).collect();
    let mut entry = FramedRecord { escrow: None, seq: 0, prev: Digest::ZERO, time: dawn(), by, says };
    change(&mut entry);
    LogRecord::bytes_of(&Note::sign(&entry, signers))
}

fn case(name: &str, about: &str, rule: impl Into<Option<Rule>>, bytes: Vec<u8>) {
    LogCase::of(name, about, rule).write(bytes, dawn());
}

pub fn write() {
    let founders = Founders::new();
    alone(&founders);
    cards(&founders);
    signers(&founders);
    repeated(&founders);
    not_first();
    anchors();
    succeeds(&founders);
    ordered(&founders);
}

/// Two administrators and a custodian.
struct Founders {
    dan: Actor,
    erin: Actor,
    alice: Actor,
}

impl Founders {
    fn new() -> Founders {
        let [dan, erin] = ["dan", "erin"].map(|who| actor(who, &[Role::Administrator]));
        Founders { dan, erin, alice: actor("alice", &[Role::Custodian]) }
    }

    /// The cards of dan and alice.
    fn both(&self) -> Vec<String> {
        cards_of(&[&self.dan, &self.alice])
    }

    /// A genesis with these cards, signed by dan.
    fn signed(&self, cards: Vec<String>) -> Vec<u8> {
        log(cards, &[self.dan.signs()], |_| {})
    }
}

fn alone(founders: &Founders) {
    let Founders { dan, erin, alice } = founders;
    let changed = |change: &dyn Fn(&mut FramedRecord<Genesis>)| log(founders.both(), &[dan.signs()], change);
    let good = founders.signed(founders.both());
    case("genesis", "A genesis and nothing else.", None, good.clone());
    case(
        "genesis-second-administrator",
        "Any administrator among its cards may sign genesis.",
        None,
        log(cards_of(&[dan, erin, alice]), &[erin.signs()], |_| {}),
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
}

fn cards(founders: &Founders) {
    let Founders { dan, alice, .. } = founders;
    let first = founders.both().swap_remove(0);
    for (name, about, bad) in [
        ("genesis-card-base64", "A card is not base64.", "=".to_owned()),
        ("genesis-card-no-note", "A card is not a note.", BASE64.encode(b"card")),
    ] {
        case(name, about, Rule::GenesisCard, founders.signed(vec![first.clone(), bad]));
    }
    let mut card = alice.card.card().clone();
    card.contact = text("mallory@example.com");
    let forged = Note::sign(&card, &[(alice.signs().0, dan.signer.key())]);
    let forged = founders.signed(vec![first.clone(), BASE64.encode(forged.as_bytes())]);
    case("genesis-card-signed-by-another", "A card is signed by another key.", Rule::GenesisCard, forged);
}

fn signers(founders: &Founders) {
    let Founders { dan, erin, alice } = founders;
    for (name, about, log) in [
        (
            "genesis-by-a-custodian",
            "Genesis is signed by somebody who is no administrator.",
            log(cards_of(&[dan, erin, alice]), &[alice.signs()], |_| {}),
        ),
        (
            "genesis-by-two",
            "Genesis is signed by two administrators.",
            log(cards_of(&[dan, erin]), &[dan.signs(), erin.signs()], |_| {}),
        ),
        (
            "genesis-by-a-stranger",
            "Genesis is signed by an administrator who is not in it.",
            log(founders.both(), &[erin.signs()], |_| {}),
        ),
        (
            "genesis-without-administrator",
            "No card in genesis is an administrator's.",
            log(cards_of(&[alice]), &[alice.signs()], |_| {}),
        ),
    ] {
        case(name, about, Rule::GenesisAdministrator, log);
    }
}

fn repeated(founders: &Founders) {
    let Founders { dan, alice, .. } = founders;
    let twin = actor("alice", &[Role::Custodian]);
    let twice = founders.signed(cards_of(&[dan, alice, &twin]));
    case("genesis-person-repeated", "Two cards are of one person.", Rule::PersonRepeated, twice);
    let twin = keyed_actor("bob", &[Role::Custodian], Identity::generate(), alice.signer.key());
    let twice = founders.signed(cards_of(&[dan, alice, &twin]));
    case("genesis-key-repeated", "Two cards hold one verifying key.", Rule::KeyRepeated, twice);
    let twin =
        keyed_actor("bob", &[Role::Custodian], alice.identity.clone(), &SigningKey::generate(&mut rng()));
    let twice = founders.signed(cards_of(&[dan, alice, &twin]));
    case("genesis-recipient-repeated", "Two cards hold one age recipient.", Rule::RecipientRepeated, twice);
}

fn not_first() {
    let world = World::begin(Policy::default());
    world.append(nothing(), &[world.signs("alice")]).unwrap();
    let second = world.records()[1].start as usize;
    let bytes = world.bytes();
    let about = "The log does not begin with a genesis.";
    LogCase::of("genesis-missing", about, Rule::GenesisFirst).write(bytes[second..].to_vec(), world.now());
    let breakglass::record::kinds::Record::Genesis(genesis) = &world.records()[0].says else {
        unreachable!()
    };
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

/// A genesis that carries on the duties of another escrow.
fn succeeds(founders: &Founders) {
    let dan = &founders.dan;
    let before =
        HeadFile::new(Digest::of(b"another"), Head { size: 4000, seq: 7, hash: Digest::of(b"its end") });
    let bytes = log(cards_of(&[dan]), &[dan.signs()], |entry| entry.says.succeeds = Some(before));
    case("genesis-succeeds", "An escrow that succeeds another.", None, bytes);
}

/// Genesis with two things wrong: the first one of the order is reported, and not the other.
fn ordered(founders: &Founders) {
    let Founders { dan, alice, .. } = founders;
    let first = founders.both().swap_remove(0);
    let line = std::str::from_utf8(alice.card.note().as_bytes()).unwrap().lines().next().unwrap();
    let newer = signed_line(&line.replacen(r#","person""#, r#","also":1,"person""#, 1), alice);
    let (newer, none) = (BASE64.encode(&newer), BASE64.encode(b"card"));
    let genesis = |cards: &[&String]| founders.signed(cards.iter().map(|card| (*card).clone()).collect());
    let about = "501 cards, of which one has a field that is not known.";
    let many: Vec<&String> = [&first, &newer].into_iter().chain([&none; 499]).collect();
    case("order-genesis-limit", about, Rule::GenesisCard, genesis(&many));
    let about = "No card, and then one with a field that is not known.";
    case("order-genesis-card", about, Rule::GenesisCard, genesis(&[&first, &none, &newer]));
    let about = "A card with a field that is not known, and then no card.";
    case("order-genesis-field", about, Rule::RecordField, genesis(&[&first, &newer, &none]));
    let with_key = |who: &str| keyed_actor(who, &[Role::Custodian], Identity::generate(), alice.signer.key());
    let key = SigningKey::generate(&mut rng());
    let with_recipient = |who: &str| keyed_actor(who, &[Role::Custodian], alice.identity.clone(), &key);
    let twin = actor("alice", &[Role::Custodian]);
    let log_of = |people: &[&Actor]| founders.signed(cards_of(people));
    let about = "A key that another card holds, and then a person who is there already.";
    let people = log_of(&[dan, alice, &with_key("bob"), &twin]);
    case("order-genesis-person", about, Rule::PersonRepeated, people);
    let about = "A recipient that another card holds, and then a key.";
    let people = log_of(&[dan, alice, &with_recipient("bob"), &with_key("carol")]);
    case("order-genesis-key", about, Rule::KeyRepeated, people);
    let about = "Two cards hold one age recipient, and no card is an administrator's.";
    let people = log(cards_of(&[alice, &with_recipient("bob")]), &[alice.signs()], |_| {});
    case("order-genesis-recipient", about, Rule::RecipientRepeated, people);
    let about = "It names a record before it, and a card is none.";
    let other = log(vec![none], &[dan.signs()], |entry| entry.prev = Digest::of(b"before"));
    case("order-genesis-place", about, Rule::ChainPrev, other);
    let about = "It succeeds another escrow, and is signed for a custodian by somebody else.";
    let before = HeadFile::new(Digest::of(b"another"), Head { size: 9, seq: 0, hash: Digest::ZERO });
    let other = log(founders.both(), &[(alice.signs().0, dan.signer.key())], |entry| {
        entry.says.succeeds = Some(before);
    });
    case("order-genesis-administrator", about, Rule::GenesisAdministrator, other);
}
