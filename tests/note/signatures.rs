//! The signature lines of a note: their one form, and whose they are.

use super::*;

#[test]
fn a_signature_line_has_one_form() {
    let text = format!("{LINE}\n");
    let good = signature_line("alice", &text);
    let base64 = BASE64.encode(&blob("alice", &text));
    assert!(accept(&with_lines(&good), &["alice"]).is_ok());
    assert!(base64.ends_with('='), "68 bytes are padded");
    for bad in [
        "— alice\n".to_owned(),
        "— alice \n".to_owned(),
        "— \n".to_owned(),
        format!("— {base64}\n"),
        format!("—  alice {base64}\n"),
        format!("— alice  {base64}\n"),
        format!("— alice {base64} \n"),
        format!("— alice {base64}\r\n"),
        format!("— Alice {base64}\n"),
        format!("— {} {base64}\n", "a".repeat(33)),
        format!("— release/0123abcd/0 {base64}\n"),
        format!("— release/0123ABCD/1 {base64}\n"),
        format!("— alice {}\n", base64.trim_end_matches('=')),
        format!("— alice {base64}=\n"),
        format!("— alice {}\n", base64.replacen(&base64[..1], "!", 1)),
        format!("— alice {} {}\n", &base64[..40], &base64[40..]),
        format!("— alice {}\n", BASE64.encode(&blob("alice", &text)[..67])),
        format!("— alice {}\n", BASE64.encode(&[&blob("alice", &text)[..], &[0]].concat())),
        format!("— alice {}\n", BASE64.encode(&[&blob("alice", &text)[..], &[0; 64]].concat())),
    ] {
        assert_eq!(Note::parse(&with_lines(&bad)), Err(NoteError::NotASignatureLine(3)), "{bad:?}");
        let second = with_lines(&format!("{}{bad}", signature_line("bob", &text)));
        assert_eq!(Note::parse(&second), Err(NoteError::NotASignatureLine(4)), "{bad:?}");
    }
    // Without the em dash it is no signature line at all.
    for bad in [good.replace('—', "-"), good.replace('—', "–"), format!(" {good}"), good.replace("— ", "—")]
    {
        assert_eq!(Note::parse(&with_lines(&bad)), Err(NoteError::NotASignatureLine(3)), "{bad:?}");
    }
}

#[test]
fn base64_with_bits_left_over_is_refused() {
    let text = format!("{LINE}\n");
    let base64 = BASE64.encode(&blob("alice", &text));
    let body = base64.strip_suffix('=').unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let last = alphabet.find(body.chars().last().unwrap()).unwrap();
    assert_eq!(last % 4, 0, "the last two bits are zero in the one spelling");
    for bits in 1..4 {
        let other = alphabet.chars().nth(last + bits).unwrap();
        let line = format!("— alice {}{other}=\n", &body[..body.len() - 1]);
        assert_eq!(Note::parse(&with_lines(&line)), Err(NoteError::NotASignatureLine(3)), "{line}");
    }
}

#[test]
fn a_seventeenth_signature_is_refused() {
    let people: Vec<String> = (0..=MAX_SIGNATURES).map(|at| format!("person-{at}")).collect();
    let signers: Vec<&str> = people.iter().map(String::as_str).collect();
    assert_eq!(Note::parse(&spelled(LINE, &signers)), Err(NoteError::TooManySignatures));
}

#[test]
fn nobody_signs_twice() {
    let bytes = spelled(LINE, &["alice", "bob", "alice"]);
    assert_eq!(Note::parse(&bytes), Err(NoteError::DuplicateSignature(name("alice"))));
}

#[test]
fn the_signers_are_those_expected_and_in_that_order() {
    for (signed, expected) in [
        (&["bob", "alice"][..], &["alice", "bob"][..]),
        (&["alice"], &["alice", "bob"]),
        (&["alice", "bob"], &["alice"]),
        (&["alice", "bob"], &["bob"]),
        (&["mallory"], &["alice"]),
        (&["alice"], &[]),
    ] {
        let owned = |names: &[&str]| names.iter().map(|one| (*one).to_owned()).collect();
        assert_eq!(
            accept(&spelled(LINE, signed), expected),
            Err(NoteError::Signers { named: owned(expected), signed: owned(signed) })
        );
    }
}

#[test]
fn a_key_id_of_another_key_is_refused() {
    let text = format!("{LINE}\n");
    let line = |id: [u8; 4]| {
        let bytes = [&id[..], &key("alice").sign(text.as_bytes())].concat();
        with_lines(&format!("— alice {}\n", BASE64.encode(&bytes)))
    };
    let alice = key("alice").verifying_key();
    assert!(accept(&line(key_id(&name("alice"), &alice)), &["alice"]).is_ok());
    for id in [
        key_id(&name("bob"), &alice),
        key_id(&name("alice"), &key("bob").verifying_key()),
        key_id(&name("session"), &alice),
        [0; 4],
    ] {
        assert_eq!(accept(&line(id), &["alice"]), Err(NoteError::KeyId(name("alice"))));
    }
}

/// SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key), its first four bytes, as C2SP has it for Ed25519.
#[test]
fn the_key_id_is_that_of_the_specification() {
    let alice = key("alice").verifying_key();
    let preimage = [b"alice\x0a\x01".as_slice(), alice.as_bytes()].concat();
    assert_eq!(key_id(&name("alice"), &alice), Digest::of(&preimage).as_bytes()[..4]);
}

/// The order of the group, little endian: 2^252 + 27742317777372353535851937790883648493.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

#[test]
fn signatures_that_do_not_verify_are_refused() {
    let text = format!("{LINE}\n");
    let id = key_id(&name("alice"), &key("alice").verifying_key());
    let good = key("alice").sign(text.as_bytes());
    let mut plus_order = good;
    let mut carry = 0;
    for (byte, add) in plus_order[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
    let swapped: [u8; 64] = [&good[32..], &good[..32]].concat().try_into().unwrap();
    for (what, signature, verifies) in [
        ("the signature", good, true),
        ("S + L", plus_order, false),
        ("of another note", key("alice").sign(b"another line\n"), false),
        ("without the line feed", key("alice").sign(LINE.as_bytes()), false),
        ("with the empty line", key("alice").sign(format!("{text}\n").as_bytes()), false),
        ("of another key", key("bob").sign(text.as_bytes()), false),
        ("S before R", swapped, false),
        ("zeros", [0; 64], false),
    ] {
        let bytes = with_lines(&format!("— alice {}\n", BASE64.encode(&[&id[..], &signature].concat())));
        let expected = if verifies { Ok(letter()) } else { Err(NoteError::BadSignature(name("alice"))) };
        assert_eq!(accept(&bytes, &["alice"]), expected, "{what}");
    }
}

#[test]
fn every_signature_is_verified_not_only_the_first() {
    let text = format!("{LINE}\n");
    for bad in 0..3 {
        let lines: String = ["alice", "bob", "carol"]
            .iter()
            .enumerate()
            .map(|(at, who)| signature_line(who, if at == bad { "something else\n" } else { &text }))
            .collect();
        let who = ["alice", "bob", "carol"];
        assert_eq!(accept(&with_lines(&lines), &who), Err(NoteError::BadSignature(name(who[bad]))));
    }
}
