//! The container: everything that is not exactly one canonical note, signed by exactly the people expected, is
//! refused. Most notes here are spelled by hand and properly signed, so that it is the one rule under test
//! that refuses them, and not the signature.

use breakglass::crypto::digest::Digest;
use breakglass::crypto::sign::SigningKey;
use breakglass::record::note::{MAX_NOTE, MAX_SIGNATURES, Note, NoteError, Signed, beginnings, key_id};
use breakglass::value::names::KeyName;
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

mod common;
#[path = "note/damage.rs"]
mod damage;
#[path = "note/signatures.rs"]
mod signatures;
#[path = "note/without_breakglass.rs"]
mod without_breakglass;

/// A kind of its own, with one field of each sort.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Letter {
    by: Vec<KeyName>,
    number: u64,
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    copy: Option<Digest>,
}

impl Signed for Letter {
    const KIND: &'static str = "letter";
}

/// The same fields under another type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Invoice {
    by: Vec<KeyName>,
    number: u64,
    text: String,
}

impl Signed for Invoice {
    const KIND: &'static str = "invoice";
}

const LINE: &str = r#"{"type":"breakglass/v1/letter","by":["alice"],"number":1,"text":"a/b \"c\" — Zoë"}"#;

fn name(text: &str) -> KeyName {
    text.parse().unwrap()
}

/// Everybody's key is made of their name.
fn key(who: &str) -> SigningKey {
    SigningKey::from_seed(Digest::of(who.as_bytes()).as_bytes())
}

fn letter() -> Letter {
    Letter { by: vec![name("alice")], number: 1, text: "a/b \"c\" — Zoë".to_owned(), copy: None }
}

/// The 68 bytes of a signature line: the key's id, then the signature over `text`.
fn blob(who: &str, text: &str) -> Vec<u8> {
    let key = key(who);
    [key_id(&name(who), &key.verifying_key()).to_vec(), key.sign(text.as_bytes()).to_vec()].concat()
}

fn signature_line(who: &str, text: &str) -> String {
    format!("— {who} {}\n", BASE64.encode(&blob(who, text)))
}

/// A note spelled by hand: `line`, which may be any bytes' worth of text, signed by each of `signers`.
fn spelled(line: &str, signers: &[&str]) -> Vec<u8> {
    let text = format!("{line}\n");
    let lines: String = signers.iter().map(|who| signature_line(who, &text)).collect();
    format!("{text}\n{lines}").into_bytes()
}

/// A note whose signature lines are spelled by hand.
fn with_lines(lines: &str) -> Vec<u8> {
    format!("{LINE}\n\n{lines}").into_bytes()
}

/// All that stands between bytes and being believed, as every reader of notes does it.
fn accept(bytes: &[u8], signers: &[&str]) -> Result<Letter, NoteError> {
    let note = Note::parse(bytes)?;
    let letter = note.read::<Letter>()?;
    let keys: Vec<_> = signers.iter().map(|who| (name(who), key(who).verifying_key())).collect();
    note.verify(&keys)?;
    Ok(letter)
}

/// What refuses `line`, although alice signed it properly.
fn refusal_of(line: &str) -> NoteError {
    let bytes = spelled(line, &["alice"]);
    let note = Note::parse(&bytes).unwrap_or_else(|error| panic!("{line} does not parse: {error}"));
    assert_eq!(note.verify(&[(name("alice"), key("alice").verifying_key())]), Ok(()), "{line}");
    note.read::<Letter>().expect_err(line)
}

// ── Controls ──

#[test]
fn what_is_signed_by_hand_is_what_sign_writes() {
    let bytes = spelled(LINE, &["alice"]);
    assert_eq!(Note::sign(&letter(), &[(name("alice"), &key("alice"))]).as_bytes(), bytes);
    assert_eq!(accept(&bytes, &["alice"]), Ok(letter()));
    let note = Note::parse(&bytes).unwrap();
    assert_eq!((note.kind(), note.digest()), ("letter", Digest::of(&bytes)));
    assert_eq!(note.signers().collect::<Vec<_>>(), [&name("alice")]);
}

#[test]
fn one_to_sixteen_signatures_are_taken_and_verified_in_order() {
    let people: Vec<String> = (0..MAX_SIGNATURES).map(|at| format!("person-{at}")).collect();
    for count in 1..=people.len() {
        let signers: Vec<&str> = people[..count].iter().map(String::as_str).collect();
        assert!(accept(&spelled(LINE, &signers), &signers).is_ok(), "{count}");
    }
}

#[test]
fn session_and_release_keys_can_sign() {
    for who in ["session", "release/0123abcd/7"] {
        assert!(accept(&spelled(LINE, &[who]), &[who]).is_ok(), "{who}");
    }
}

#[test]
fn a_note_is_taken_from_the_front_of_a_longer_text() {
    let bytes = spelled(LINE, &["alice"]);
    let (note, length) = Note::take(&[&bytes[..], b"\nmore"].concat()).unwrap();
    assert_eq!((note.as_bytes(), length), (&bytes[..], bytes.len()));
}

// ── Type ──

#[test]
fn a_note_of_another_type_is_refused_though_its_fields_fit() {
    let invoice = Invoice { by: vec![name("alice")], number: 1, text: "pay".to_owned() };
    let note = Note::sign(&invoice, &[(name("alice"), &key("alice"))]);
    assert_eq!(
        note.read::<Letter>(),
        Err(NoteError::WrongType { expected: "letter", found: "invoice".to_owned() })
    );
    assert_eq!(note.read::<Invoice>(), Ok(invoice));
}

#[test]
fn the_type_is_checked_before_anything_else_in_the_line() {
    let bytes = spelled(r#"{"type":"breakglass/v1/invoice",no JSON at all"#, &["alice"]);
    let refusal = Note::parse(&bytes).unwrap().read::<Letter>();
    assert!(matches!(refusal, Err(NoteError::WrongType { .. })), "{refusal:?}");
}

#[test]
fn a_signature_does_not_move_to_another_type() {
    let invoice = LINE.replace("v1/letter", "v1/invoice");
    let bytes = format!("{LINE}\n\n{}", signature_line("alice", &format!("{invoice}\n")));
    assert_eq!(accept(bytes.as_bytes(), &["alice"]), Err(NoteError::BadSignature(name("alice"))));
}

#[test]
fn a_first_line_that_is_not_ours_is_refused() {
    let long = "k".repeat(33);
    for line in [
        "hello",
        "[]",
        r#"{"by":["alice"],"type":"breakglass/v1/letter","number":1,"text":"x"}"#,
        r#"{ "type":"breakglass/v1/letter","by":["alice"],"number":1,"text":"x"}"#,
        r#"{"type": "breakglass/v1/letter","by":["alice"],"number":1,"text":"x"}"#,
        r#"{"type":"breakglass/v0/letter","by":["alice"],"number":1,"text":"x"}"#,
        r#"{"type":"breakglass/v02/letter","by":["alice"],"number":1,"text":"x"}"#,
        r#"{"type":"breakglass/v10000/letter","by":["alice"],"number":1,"text":"x"}"#,
        r#"{"type":"breakglass/v/letter","by":["alice"],"number":1,"text":"x"}"#,
        r#"{"type":"Breakglass/v1/letter","by":["alice"],"number":1,"text":"x"}"#,
        r#"{"type":"breakglass\/v1/letter","by":["alice"],"number":1,"text":"x"}"#,
        r#"{"type":"breakglass/v1/","by":["alice"],"number":1,"text":"x"}"#,
        r#"{"type":"breakglass/v1/Letter","by":["alice"],"number":1,"text":"x"}"#,
        r#"{"type":"breakglass/v1/let ter","by":["alice"],"number":1,"text":"x"}"#,
        r#"{"type":"breakglass/v1/l\u0065tter","by":["alice"],"number":1,"text":"x"}"#,
        r#"{"type":"breakglass/v1/letter"#,
        &LINE.replace("letter", &long),
        &format!("\u{feff}{LINE}"),
        &format!(" {LINE}"),
        &format!("\n{LINE}"),
    ] {
        assert_eq!(Note::parse(&spelled(line, &["alice"])), Err(NoteError::NotOurs), "{line}");
    }
    assert!(Note::parse(&spelled(&LINE.replace("letter", &long[1..]), &["alice"])).is_ok());
    // Another version is a note of another kind.
    let newer = Note::parse(&spelled(&LINE.replace("/v1/", "/v2/"), &["alice"])).unwrap();
    assert_eq!(newer.kind(), "v2/letter");
    assert!(matches!(newer.read::<Letter>(), Err(NoteError::WrongType { .. })));
}

#[test]
fn a_line_that_is_not_utf_8_is_refused() {
    let mut bytes = spelled(LINE, &["alice"]);
    let at = LINE.find("Zo").unwrap();
    bytes[at] = 0xff;
    assert_eq!(Note::parse(&bytes), Err(NoteError::NotOurs));
}

// ── Fields ──

#[test]
fn unknown_missing_and_repeated_fields_are_refused() {
    for (line, why) in [
        (LINE.replace("\"number\"", "\"extra\":1,\"number\""), "unknown field `extra`"),
        (LINE.replace("\"number\":1,", ""), "missing field `number`"),
        (LINE.replace("\"by\":[\"alice\"],", ""), "missing field `by`"),
        (LINE.replace("\"number\":1", "\"number\":1,\"number\":1"), "duplicate field `number`"),
        (LINE.replace("\"number\":1", "\"number\":2,\"number\":1"), "duplicate field `number`"),
        (LINE.replace("\"by\"", "\"type\":\"breakglass/v1/letter\",\"by\""), "unknown field `type`"),
        (LINE.replace("\"by\":[\"alice\"]", "\"by\":[\"Alice\"]"), "1 to 32 characters"),
        (LINE.replace("\"by\":[\"alice\"]", "\"by\":\"alice\""), "invalid type"),
        (LINE.replace("\"text\"", "\"Text\""), "unknown field `Text`"),
        // An absent field, spelled out.
        (format!("{},\"copy\":null}}", &LINE[..LINE.len() - 1]), "not JSON as notes have it"),
        (format!("{LINE}{{}}"), "trailing characters"),
        (format!("{LINE},"), "trailing characters"),
        (LINE[..LINE.len() - 1].to_owned(), "EOF"),
        (LINE.replace("\"text\"", "'text'"), "key must be a string"),
    ] {
        match refusal_of(&line) {
            NoteError::Malformed { kind, why: said, .. }
                if !why.starts_with("unknown field") || why.contains("`type`") =>
            {
                assert_eq!(kind, "letter");
                assert!(said.contains(why), "{line}: {said}");
            }
            NoteError::UnknownField { kind, why: said, .. } => {
                assert_eq!(kind, "letter");
                assert!(said.starts_with(why), "{line}: {said}");
            }
            other => panic!("{line}: {other:?}"),
        }
    }
}

#[test]
fn a_malformed_field_is_named_by_its_column() {
    let line = LINE.replace("\"number\":1", "\"number\":x");
    let column = line.find('x').unwrap() + 1;
    let refusal = refusal_of(&line);
    assert!(matches!(refusal, NoteError::Malformed { column: found, .. } if found == column), "{refusal:?}");
}

#[test]
fn numbers_have_one_spelling_and_nothing_is_null() {
    for number in [
        "01",
        "1.0",
        "1e3",
        "1E0",
        "-0",
        "-1",
        "+1",
        "0x1",
        "null",
        "\"1\"",
        "true",
        "18446744073709551616",
        "",
    ] {
        let refusal = refusal_of(&LINE.replace("\"number\":1", &format!("\"number\":{number}")));
        assert!(matches!(refusal, NoteError::Malformed { .. }), "{number}: {refusal:?}");
    }
    for number in ["0", "9007199254740993", "18446744073709551615"] {
        let line = LINE.replace("\"number\":1", &format!("\"number\":{number}"));
        let letter = accept(&spelled(&line, &["alice"]), &["alice"]).unwrap();
        assert_eq!(letter.number.to_string(), number);
    }
}

#[test]
fn another_spelling_of_the_same_thing_is_not_canonical() {
    let end = LINE.len() - 1;
    for line in [
        // White space.
        LINE.replace("\"number\":1", "\"number\": 1"),
        LINE.replace("\"number\":1,", "\"number\":1, "),
        LINE.replace("letter\",", "letter\" ,"),
        LINE.replace("letter\",", "letter\", "),
        format!("{} }}", &LINE[..end]),
        format!("{LINE} "),
        format!("{LINE}\t"),
        // A carriage return before the line feed, within what is signed.
        format!("{LINE}\r"),
        // Another order of keys.
        r#"{"type":"breakglass/v1/letter","number":1,"by":["alice"],"text":"x"}"#.to_owned(),
        // Characters that need no escape, or have a shorter one.
        LINE.replace("a/b", "\\u0061/b"),
        LINE.replace("a/b", "a\\/b"),
        LINE.replace("\\\"c", "\\u0022c"),
        LINE.replace("ë", "\\u00eb"),
        LINE.replace("\"text\"", "\"te\\u0078t\""),
        LINE.replace("[\"alice\"]", "[\"\\u0061lice\"]"),
        // No field after the type.
        r#"{"type":"breakglass/v1/letter"}"#.to_owned(),
    ] {
        assert_eq!(refusal_of(&line), NoteError::NonCanonical("letter".to_owned()), "{line}");
    }
}

#[test]
fn digests_within_are_lower_case_hex_only() {
    let with = |digest: &str| format!("{},\"copy\":\"{digest}\"}}", &LINE[..LINE.len() - 1]);
    let digest = Digest::of(b"x").to_string();
    assert!(accept(&spelled(&with(&digest), &["alice"]), &["alice"]).is_ok());
    for bad in [digest.to_uppercase(), format!(" {digest}"), digest[1..].to_owned(), format!("0{digest}")] {
        assert!(matches!(refusal_of(&with(&bad)), NoteError::Malformed { .. }), "{bad}");
    }
}

// ── Layout ──

#[test]
fn the_empty_line_and_the_line_feeds_are_where_they_belong() {
    let text = format!("{LINE}\n");
    let signature = signature_line("alice", &text);
    for (bytes, refusal) in [
        (format!("{text}{signature}"), NoteError::NotASignatureLine(2)),
        (format!("{text} \n{signature}"), NoteError::NotASignatureLine(2)),
        (format!("{LINE}\r\n\r\n{}", signature.replace('\n', "\r\n")), NoteError::NotASignatureLine(2)),
        (format!("{text}\n\n{signature}"), NoteError::NotASignatureLine(3)),
        (format!("{text}\n# a comment\n{signature}"), NoteError::NotASignatureLine(3)),
        (format!("{text}\n"), NoteError::Incomplete),
        (text.clone(), NoteError::Incomplete),
        (String::new(), NoteError::Incomplete),
    ] {
        assert_eq!(Note::parse(bytes.as_bytes()), Err(refusal), "{bytes}");
    }
}

#[test]
fn bytes_behind_the_note_are_refused_and_counted() {
    let bytes = spelled(LINE, &["alice"]);
    for more in [&b"\n"[..], b"x", b"\0\0\0", b" ", b"\r\n", b"-- bob AAAA\n", &bytes] {
        let longer = [&bytes[..], more].concat();
        assert_eq!(Note::parse(&longer), Err(NoteError::Trailing(more.len())), "{more:?}");
    }
}

#[test]
fn what_is_too_large_is_refused_and_what_just_fits_is_taken() {
    let of_size = |size: usize| {
        let line = |length: usize| LINE.replace("a/b", &"x".repeat(length));
        let rest = spelled(&line(0), &["alice"]).len();
        spelled(&line(size - rest), &["alice"])
    };
    let fits = of_size(MAX_NOTE);
    assert_eq!(fits.len(), MAX_NOTE);
    assert!(Note::parse(&fits).is_ok());
    assert_eq!(Note::parse(&of_size(MAX_NOTE + 1)), Err(NoteError::TooLarge));
    // Without a line feed, nobody looks for one beyond the limit.
    let endless = [LINE.as_bytes(), &vec![b'x'; MAX_NOTE]].concat();
    assert_eq!(Note::parse(&endless), Err(NoteError::TooLarge));
    // What has the size that a note may have, and no end, is only not all there.
    assert_eq!(Note::parse(&endless[..MAX_NOTE]), Err(NoteError::Incomplete));
}

#[test]
fn a_line_is_measured_before_it_is_signed() {
    let signed = Note::sign(&letter(), &[(name("alice"), &key("alice"))]);
    assert_eq!(Note::line_length(&letter()), LINE.len() + 1);
    assert_eq!(signed.as_bytes()[..Note::line_length(&letter())], *format!("{LINE}\n").as_bytes());
}

#[test]
fn notes_may_begin_at_one_place_of_each_line_and_not_at_the_start() {
    let all = |bytes: &str| beginnings(bytes.as_bytes()).collect::<Vec<_>>();
    assert!(all(LINE).is_empty());
    assert_eq!(all(&format!("x{LINE}")), [1]);
    assert_eq!(all(&format!("{LINE}\n{LINE}")), [LINE.len() + 1]);
    assert_eq!(all(&format!("{LINE}{LINE}\nx\n\n{LINE}")), [LINE.len(), 2 * LINE.len() + 4]);
}
