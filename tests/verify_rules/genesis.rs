//! Genesis, and the people whom it brings in.

use breakglass::audit::verify::{Evidence, verify};
use breakglass::crypto::digest::Digest;
use breakglass::crypto::envelope::Identity;
use breakglass::crypto::sign::SigningKey;
use breakglass::escrow::Reading;
use breakglass::record::card::{Role, VerifiedCard};
use breakglass::record::chain::LogRecord;
use breakglass::record::finding::{Rule, Severity};
use breakglass::record::frame::FramedRecord;
use breakglass::record::genesis::Genesis;
use breakglass::record::head::{Head, HeadFile};
use breakglass::record::note::Note;
use breakglass::record::policy::Policy;
use breakglass::value::fingerprint::Words;
use data_encoding::BASE64;

use crate::Case;
use crate::world::{Actor, Signs, World, actor, dawn, keyed_actor, rng, text};

/// The most people of one escrow.
const MAX_PEOPLE: usize = 500;

fn cards_of(people: &[&Actor]) -> Vec<String> {
    people.iter().map(|one| BASE64.encode(one.card.note().as_bytes())).collect()
}

/// The log that a genesis of these cards begins, signed by these.
fn log(
    cards: Vec<String>,
    signers: &[Signs<'_>],
    change: impl FnOnce(&mut FramedRecord<Genesis>),
) -> Vec<u8> {
    let mut entry = FramedRecord {
        escrow: None,
        seq: 0,
        prev: Digest::ZERO,
        time: dawn(),
        by: signers.iter().map(|(name, _)| name.clone()).collect(),
        says: Genesis {
            nonce: Digest::of(b"nonce"),
            name: text("Example Corp"),
            cards,
            policy: Policy::default(),
            succeeds: None,
        },
    };
    change(&mut entry);
    LogRecord::bytes_of(&Note::sign(&entry, signers))
}

/// Verify says that the log's genesis breaks `rule`, and nothing else: there is no escrow then.
#[track_caller]
fn breaks(rule: Rule, bytes: Vec<u8>) {
    let report = verify(Reading::of(bytes), &Evidence::default(), dawn());
    assert!(report.escrow.is_none());
    let found: Vec<_> = report.findings.iter().map(|one| (one.rule, one.seq, one.offset)).collect();
    assert_eq!(found, [(rule, Some(0), Some(0))], "{:?}", report.findings);
}

/// Verify has nothing to say about it.
#[track_caller]
fn holds(bytes: Vec<u8>) {
    let report = verify(Reading::of(bytes), &Evidence::default(), dawn());
    let found: Vec<_> = report.findings.iter().map(|one| one.rule).collect();
    assert_eq!(found, [Rule::CompletenessUnproven], "{:?}", report.findings);
}

fn dan_and_alice() -> (Actor, Actor) {
    (actor("dan", &[Role::Administrator]), actor("alice", &[Role::Custodian]))
}

#[test]
fn genesis_first() {
    let world = World::ready();
    let bytes = world.bytes();
    breaks(Rule::GenesisFirst, bytes[world.records()[1].start as usize..].to_vec());
    let case = Case::of(&world);
    let breakglass::record::kinds::Record::Genesis(genesis) = &world.records()[0].says else {
        unreachable!()
    };
    let seq = world.forge(genesis.clone(), &[world.signs("dan")]);
    case.breaks(Rule::GenesisFirst, seq);
}

/// A genesis of which nothing is wrong but this breaks `rule`.
#[track_caller]
pub fn breaks_changed(rule: Rule, change: impl FnOnce(&mut FramedRecord<Genesis>)) {
    let (dan, alice) = dan_and_alice();
    holds(log(cards_of(&[&dan, &alice]), &[dan.signs()], |_| {}));
    breaks(rule, log(cards_of(&[&dan, &alice]), &[dan.signs()], change));
}

#[test]
fn genesis_card() {
    let (dan, alice) = dan_and_alice();
    let good = cards_of(&[&dan, &alice]);
    holds(log(good.clone(), &[dan.signs()], |_| {}));
    // Not base64, not a note, another kind of note, signed by another key.
    let mut card = alice.card.card().clone();
    card.contact = text("mallory@example.com");
    let other = Note::sign(&card, &[(alice.signs().0, dan.signer.key())]);
    for bad in ["=".to_owned(), BASE64.encode(b"card"), BASE64.encode(other.as_bytes())] {
        breaks(Rule::GenesisCard, log(vec![good[0].clone(), bad], &[dan.signs()], |_| {}));
    }
    // As many as there may be, and one more.
    let many: Vec<Actor> =
        (1..=MAX_PEOPLE).map(|number| actor(&format!("c{number}"), &[Role::Custodian])).collect();
    let many: Vec<&Actor> = std::iter::once(&dan).chain(&many).collect();
    holds(log(cards_of(&many[..MAX_PEOPLE]), &[dan.signs()], |_| {}));
    breaks(Rule::GenesisCard, log(cards_of(&many), &[dan.signs()], |_| {}));
}

#[test]
fn genesis_administrator() {
    let (dan, alice) = dan_and_alice();
    let erin = actor("erin", &[Role::Administrator]);
    let all = cards_of(&[&dan, &erin, &alice]);
    holds(log(all.clone(), &[erin.signs()], |_| {}));
    breaks(Rule::GenesisAdministrator, log(all.clone(), &[alice.signs()], |_| {}));
    breaks(Rule::GenesisAdministrator, log(all, &[dan.signs(), erin.signs()], |_| {}));
    breaks(Rule::GenesisAdministrator, log(cards_of(&[&dan, &alice]), &[erin.signs()], |_| {}));
    breaks(Rule::GenesisAdministrator, log(cards_of(&[&alice]), &[alice.signs()], |_| {}));
}

#[test]
fn person_repeated() {
    let (dan, alice) = dan_and_alice();
    let other = actor("alice", &[Role::Custodian]);
    breaks(Rule::PersonRepeated, log(cards_of(&[&dan, &alice, &other]), &[dan.signs()], |_| {}));
    holds(log(cards_of(&[&dan, &other]), &[dan.signs()], |_| {}));
}

#[test]
fn key_repeated() {
    let (dan, alice) = dan_and_alice();
    let twin = keyed_actor("bob", &[Role::Custodian], Identity::generate(), alice.signer.key());
    breaks(Rule::KeyRepeated, log(cards_of(&[&dan, &alice, &twin]), &[dan.signs()], |_| {}));
    holds(log(cards_of(&[&dan, &twin]), &[dan.signs()], |_| {}));
}

#[test]
fn recipient_repeated() {
    let (dan, alice) = dan_and_alice();
    let key = SigningKey::generate(&mut rng());
    let twin = keyed_actor("bob", &[Role::Custodian], alice.identity.clone(), &key);
    breaks(Rule::RecipientRepeated, log(cards_of(&[&dan, &alice, &twin]), &[dan.signs()], |_| {}));
    holds(log(cards_of(&[&dan, &twin]), &[dan.signs()], |_| {}));
    // A card that repeats a recipient of its own is no card.
    let mut card = twin.card.card().clone();
    card.recipients.push(card.recipients[0].clone());
    assert!(VerifiedCard::sign(&card, &key).is_err());
}

#[test]
fn anchor() {
    let world = World::ready();
    let id = world.id();
    for good in [id.to_string(), Words::of(&id).to_string()] {
        let report = world.verify_with(&Evidence { anchor: Some(text(&good)), ..Evidence::default() });
        assert!(report.worst() < Some(Severity::Finding), "{good}: {:?}", report.findings);
        let case = Case::with(&world, &Evidence { anchor: Some(text(&good)), ..Evidence::default() });
        let other = Digest::of(b"other");
        for bad in [other.to_string(), Words::of(&other).to_string()] {
            let report = world.verify_with(&Evidence { anchor: Some(text(&bad)), ..Evidence::default() });
            let found = case.new_finding(&report, Rule::Anchor, &[]);
            assert_eq!((found.seq, found.offset), (Some(0), Some(0)));
        }
    }
}

#[test]
fn succeeds() {
    let dan = actor("dan", &[Role::Administrator]);
    let before =
        HeadFile::new(Digest::of(b"another"), Head { size: 4000, seq: 7, hash: Digest::of(b"its end") });
    let rules = |succeeds: Option<HeadFile>| -> Vec<Rule> {
        let bytes = log(cards_of(&[&dan]), &[dan.signs()], |entry| entry.says.succeeds = succeeds);
        let report = verify(Reading::of(bytes), &Evidence::default(), dawn());
        report.findings.iter().map(|one| one.rule).collect()
    };
    assert_eq!(rules(Some(before)), [Rule::Succeeds, Rule::CompletenessUnproven]);
    assert_eq!(rules(None), [Rule::CompletenessUnproven]);
}
