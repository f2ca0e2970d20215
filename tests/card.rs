//! Cards: what makes one unacceptable, alone and among others.

use breakglass::crypto::digest::Digest;
use breakglass::crypto::envelope::{EnvelopeError, Identity};
use breakglass::crypto::recipient::Recipient;
use breakglass::crypto::sign::SigningKey;
use breakglass::escrow::people;
use breakglass::record::card::{Card, CardError, MAX_RECIPIENTS, Role, VerifiedCard};
use breakglass::record::finding::Rule;
use breakglass::record::note::{Note, NoteError, Signed as _};
use breakglass::record::statement::{Check, FramedStatement};
use breakglass::secret::signer::{Signer, SignerError, seal_signing_key};
use breakglass::value::names::{KeyName, PersonId};

fn key(who: &str) -> SigningKey {
    SigningKey::from_seed(Digest::of(who.as_bytes()).as_bytes())
}

fn person(who: &str) -> PersonId {
    who.parse().unwrap()
}

fn key_name(who: &str) -> KeyName {
    who.parse().unwrap()
}

fn fresh_recipient() -> Recipient {
    Identity::generate().to_recipient()
}

/// An acceptable card, before it is signed.
fn draft(who: &str, roles: &[Role]) -> Card {
    let recipients = vec![fresh_recipient()];
    Card {
        time: "2026-11-23T00:00:00Z".parse().unwrap(),
        by: vec![key_name(who)],
        person: person(who),
        name: format!("{who} of Example Corp").parse().unwrap(),
        contact: "+1 555 0100".parse().unwrap(),
        roles: roles.to_vec(),
        verifying_key: key(who).verifying_key(),
        sealed_signing_key: seal_signing_key(&key(who), &recipients).unwrap(),
        recipients,
    }
}

fn custodian(who: &str) -> Card {
    draft(who, &[Role::Custodian])
}

fn administrator(who: &str) -> Card {
    draft(who, &[Role::Administrator])
}

fn sign(card: &Card, who: &str) -> Result<VerifiedCard, CardError> {
    VerifiedCard::sign(card, &key(who))
}

#[test]
fn a_card_reads_back_as_it_was_signed() {
    let card = draft("alice", &[Role::Administrator, Role::Auditor, Role::Custodian]);
    let signed = sign(&card, "alice").unwrap();
    let read = VerifiedCard::parse(signed.note().as_bytes()).unwrap();
    assert_eq!((read.card(), &read), (&card, &signed));
    assert_eq!(read.digest(), Digest::of(signed.note().as_bytes()));
    assert!(read.is(Role::Auditor));
    assert!(!sign(&custodian("bob"), "bob").unwrap().is(Role::Auditor));
}

// ── Who signed ──

#[test]
fn a_card_signed_by_another_key_is_refused() {
    // The key id is made of the key that signed, which is not the one that the card names.
    assert_eq!(
        sign(&custodian("alice"), "mallory"),
        Err(CardError::Note(NoteError::KeyId(key_name("alice"))))
    );
    // And with the key id of the key that the card names, its signature does not verify.
    let good = sign(&custodian("alice"), "alice").unwrap();
    let other = sign(&custodian("alice"), "alice").unwrap();
    let line = |card: &VerifiedCard| {
        let text = String::from_utf8(card.note().as_bytes().to_vec()).unwrap();
        let (json, signature) = text.split_once("\n\n").unwrap();
        (json.to_owned(), signature.to_owned())
    };
    let mixed = format!("{}\n\n{}", line(&good).0, line(&other).1);
    assert_eq!(
        VerifiedCard::parse(mixed.as_bytes()),
        Err(CardError::Note(NoteError::BadSignature(key_name("alice"))))
    );
}

#[test]
fn a_card_is_signed_by_its_person_and_nobody_else() {
    let card = custodian("alice");
    let (alice, bob) = (key("alice"), key("bob"));
    for signers in [
        &[(key_name("bob"), &alice)][..],
        &[(key_name("session"), &alice)],
        &[(key_name("alice"), &alice), (key_name("bob"), &bob)],
        &[(key_name("bob"), &bob), (key_name("alice"), &alice)],
    ] {
        let refusal = VerifiedCard::parse(Note::sign(&card, signers).as_bytes()).unwrap_err();
        assert!(matches!(refusal, CardError::Note(NoteError::Signers { .. })), "{refusal:?}");
    }
}

#[test]
fn a_card_names_its_person_as_its_signer() {
    for by in
        [vec![], vec![key_name("bob")], vec![key_name("alice"), key_name("bob")], vec![KeyName::Session]]
    {
        let card = Card { by, ..custodian("alice") };
        let refusal = sign(&card, "alice").unwrap_err();
        assert!(matches!(refusal, CardError::Note(NoteError::Signers { .. })), "{refusal:?}");
    }
}

#[test]
fn only_a_whole_note_of_the_type_card_is_a_card() {
    let good = sign(&custodian("alice"), "alice").unwrap().note().as_bytes().to_vec();
    let trailing = [&good[..], b"\n"].concat();
    assert_eq!(VerifiedCard::parse(&trailing), Err(CardError::Note(NoteError::Trailing(1))));
    let cut = VerifiedCard::parse(&good[..good.len() - 1]);
    assert_eq!(cut, Err(CardError::Note(NoteError::Incomplete)));
    let text = String::from_utf8(good).unwrap();
    let other = text.replacen("v1/card", &format!("v1/{}", FramedStatement::<Check>::KIND), 1);
    let refusal = VerifiedCard::parse(other.as_bytes()).unwrap_err();
    assert!(matches!(refusal, CardError::Note(NoteError::WrongType { expected: "card", .. })), "{refusal:?}");
}

#[test]
fn every_flipped_bit_of_a_card_is_refused() {
    let good = sign(&custodian("alice"), "alice").unwrap().note().as_bytes().to_vec();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        assert!(VerifiedCard::parse(&bad).is_err(), "byte {at}");
    }
}

// ── What it says ──

#[test]
fn roles_are_named_once_each_in_order_and_at_least_one() {
    use Role::{Administrator, Auditor, Custodian};
    for roles in [
        &[][..],
        &[Custodian, Custodian],
        &[Administrator, Auditor, Auditor],
        &[Custodian, Administrator],
        &[Auditor, Administrator, Custodian],
    ] {
        assert_eq!(
            sign(&draft("alice", roles), "alice"),
            Err(CardError::Roles(person("alice"))),
            "{roles:?}"
        );
    }
}

#[test]
fn recipients_are_different_and_from_one_to_eight() {
    let of = |count: usize| -> Vec<Recipient> { (0..count).map(|_| fresh_recipient()).collect() };
    let mut repeated = of(3);
    repeated[2] = repeated[0].clone();
    for (recipients, taken) in [
        (of(1), true),
        (of(MAX_RECIPIENTS), true),
        (of(0), false),
        (of(MAX_RECIPIENTS + 1), false),
        (repeated, false),
    ] {
        let card = Card { recipients, ..custodian("alice") };
        let expected = if taken { Ok(()) } else { Err(CardError::Recipients(person("alice"))) };
        assert_eq!(sign(&card, "alice").map(drop), expected, "{}", card.recipients.len());
    }
}

/// What the JSON of a card may not say, each with what is found wrong with it. The card is not signed again:
/// its fields are read before its signature is looked at.
#[test]
fn keys_recipients_and_texts_that_could_do_harm_are_refused() {
    let card = custodian("alice");
    let good = String::from_utf8(sign(&card, "alice").unwrap().note().as_bytes().to_vec()).unwrap();
    let key = card.verifying_key.to_string();
    let recipient = card.recipients[0].as_str();
    let small = format!("ecffffff{}7f", "f".repeat(54));
    for (from, to, why) in [
        (key.as_str(), small.as_str(), "small order"),
        (&key, &small.replace("ecff", "eeff"), "not canonically encoded"),
        (&key, &key.to_uppercase(), "64 lower-case hexadecimal digits"),
        (recipient, "age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t", "plugins"),
        (recipient, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW", "SSH keys"),
        (recipient, &recipient.to_uppercase(), "not an age recipient"),
        ("alice of Example Corp", "alice\\u001b[2J", "U+001B"),
        ("alice of Example Corp", "alice\u{202e}", "U+202E"),
        ("alice of Example Corp", "", "empty"),
        ("\"person\":\"alice\"", "\"person\":\"../alice\"", "a-z, 0-9"),
        ("\"custodian\"", "\"root\"", "unknown variant"),
        ("\"contact\"", "\"extra\":\"\",\"contact\"", "unknown field"),
        ("2026-11-23T00:00:00Z", "2026-11-23T00:00:00+00:00", "not a time"),
    ] {
        assert!(good.contains(from), "{from}");
        match VerifiedCard::parse(good.replacen(from, to, 1).as_bytes()) {
            Err(CardError::Note(
                NoteError::Malformed { why: said, .. } | NoteError::UnknownField { why: said, .. },
            )) => {
                assert!(said.contains(why), "{to}: {said}");
            }
            other => panic!("{to}: {other:?}"),
        }
    }
}

// ── The signing key within ──

#[test]
fn the_signing_key_comes_out_for_its_owner_only_and_is_the_one_that_the_card_names() {
    let identity = Identity::generate();
    let recipients = vec![identity.to_recipient()];
    let with = |inside: &str| {
        let sealed_signing_key = seal_signing_key(&key(inside), &recipients).unwrap();
        let card = Card { recipients: recipients.clone(), sealed_signing_key, ..custodian("alice") };
        sign(&card, "alice").unwrap()
    };
    let signer = Signer::open(&with("alice"), std::slice::from_ref(&identity)).unwrap();
    assert_eq!((signer.person(), signer.key_name()), (&person("alice"), key_name("alice")));
    assert_eq!(signer.key().verifying_key(), key("alice").verifying_key());
    let refusal = Signer::open(&with("mallory"), &[identity]).unwrap_err();
    assert!(matches!(&refusal, SignerError::OtherKey(who) if *who == person("alice")), "{refusal:?}");
    let refusal = Signer::open(&with("alice"), &[Identity::generate()]).unwrap_err();
    assert!(
        matches!(&refusal, SignerError::Sealed { person: who, error: EnvelopeError::NoMatchingKey } if *who == person("alice")),
        "{refusal:?}"
    );
    let seed = data_encoding::HEXLOWER.encode(key("alice").seed().as_ref());
    assert!(!format!("{signer:?}").contains(&seed));
}

// ── Among others ──

fn refusal(cards: &[Card]) -> Rule {
    let signed = cards.iter().map(|card| {
        // Each is signed with the key it names, whoever's that is.
        let whose = ["alice", "bob", "carol", "dave"].into_iter();
        let who = whose.into_iter().find(|who| key(who).verifying_key() == card.verifying_key).unwrap();
        sign(card, who).unwrap()
    });
    let broken = people(signed.collect()).unwrap_err();
    assert!(!broken.detail.is_empty());
    broken.rule
}

#[test]
fn people_with_nothing_in_common_are_an_escrow() {
    let cards = [administrator("alice"), custodian("bob"), custodian("carol")];
    let signed = cards.iter().map(|card| sign(card, card.person.as_str()).unwrap()).collect();
    let people = people(signed).unwrap();
    assert_eq!(people.keys().map(PersonId::as_str).collect::<Vec<_>>(), ["alice", "bob", "carol"]);
    assert!(
        people[&person("alice")].is(Role::Administrator) && !people[&person("bob")].is(Role::Administrator)
    );
    assert_eq!(people[&person("bob")].verifying_key(), key("bob").verifying_key());
}

#[test]
fn one_person_has_one_card() {
    let second = Card { verifying_key: key("carol").verifying_key(), ..custodian("bob") };
    assert_eq!(refusal(&[administrator("alice"), custodian("bob"), second]), Rule::PersonRepeated);
}

#[test]
fn one_key_has_one_person() {
    let same = Card { verifying_key: key("bob").verifying_key(), ..custodian("carol") };
    assert_eq!(refusal(&[administrator("alice"), custodian("bob"), same]), Rule::KeyRepeated);
}

#[test]
fn one_recipient_has_one_person() {
    let bob = custodian("bob");
    for at in 0..2 {
        let mut recipients = vec![fresh_recipient(), fresh_recipient()];
        recipients[at] = bob.recipients[0].clone();
        let same = Card { recipients, ..custodian("carol") };
        assert_eq!(refusal(&[administrator("alice"), bob.clone(), same]), Rule::RecipientRepeated);
    }
}

#[test]
fn somebody_is_an_administrator() {
    assert_eq!(refusal(&[custodian("alice"), draft("bob", &[Role::Auditor])]), Rule::GenesisAdministrator);
    assert_eq!(refusal(&[]), Rule::GenesisAdministrator);
}
