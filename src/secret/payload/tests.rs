//! The payload's tests: one for each rule of the layout.

use proptest::prelude::*;

use super::*;

fn fields(pairs: &[(&str, &str)]) -> Result<Fields, PayloadError> {
    Fields::new(pairs.iter().map(|(name, value)| (name.parse().unwrap(), (*value).into())).collect())
}

fn name(text: &str) -> FieldName {
    text.parse().unwrap()
}

/// `text` after the first line, padded.
fn padded(text: &str) -> Vec<u8> {
    let mut bytes = [HEADER, text.as_bytes()].concat();
    bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
    bytes
}

fn refusal(bytes: &[u8]) -> PayloadError {
    Fields::decode(bytes).unwrap_err()
}

#[test]
fn the_layout_is_the_published_one() {
    let fields = fields(&[(EMAIL, "root@example.com"), (PASSWORD, "päss\n\0word")]).unwrap();
    let expected = "breakglass/v1/payload\nemail 16\nroot@example.com\npassword 11\npäss\n\0word\n";
    let bytes = fields.encode();
    assert_eq!(&bytes[..expected.len()], expected.as_bytes());
    assert!(bytes[expected.len()..].iter().all(|byte| *byte == 0));
    assert_eq!(bytes.len(), 4096);
}

#[test]
fn values_are_found_by_name_and_order_is_kept() {
    let bytes = fields(&[(PASSWORD, "b"), (ACCOUNT_ID, "1234")]).unwrap().encode();
    let fields = Fields::decode(&bytes).unwrap();
    assert_eq!(fields.names().map(FieldName::as_str).collect::<Vec<_>>(), [PASSWORD, ACCOUNT_ID]);
    assert_eq!(fields.get(ACCOUNT_ID).unwrap().expose_secret(), "1234");
    assert!(fields.get(TOTP).is_none());
}

#[test]
fn a_list_of_fields_is_checked() {
    assert_eq!(fields(&[]).unwrap_err(), PayloadError::NoFields);
    assert_eq!(
        fields(&[("a", "1"), ("b", "2"), ("a", "3")]).unwrap_err(),
        PayloadError::Duplicate(name("a"))
    );
    assert_eq!(fields(&[("a", "1"), ("b", "")]).unwrap_err(), PayloadError::Empty(name("b")));
    assert_eq!(fields(&[(TOTP_SEED, "x")]).unwrap_err(), PayloadError::ReservedName);
}

#[test]
fn names_are_short_and_plain() {
    let longest = "a".repeat(32);
    for good in ["a", "9a", "z9-", "account-id", TOTP_SEED, &longest] {
        assert_eq!(good.parse::<FieldName>().unwrap().as_str(), good);
    }
    let too_long = "a".repeat(33);
    for bad in ["", "-a", "A", "aB", "a b", "a_b", "ä", "aä", "a\n", &too_long] {
        assert!(bad.parse::<FieldName>().is_err(), "{bad:?}");
        let json = serde_json::to_string(bad).unwrap();
        assert!(serde_json::from_str::<FieldName>(&json).is_err(), "{bad:?}");
    }
    assert_eq!(serde_json::to_string(&name("totp")).unwrap(), "\"totp\"");
}

#[test]
fn the_room_is_reserved_at_once() {
    for length in [1, 4000, 4096, 70_000] {
        let bytes = fields(&[("a", &"x".repeat(length)), ("b", "y")]).unwrap().encode();
        assert_eq!(bytes.capacity(), bytes.len(), "{length}");
    }
}

/// `a LENGTH LF value LF` behind the 22 bytes of the first line.
#[test]
fn padding_is_never_more_than_needed() {
    for (length, size) in [(4065, 4096), (4066, 4096), (4067, 8192)] {
        let bytes = fields(&[("a", &"x".repeat(length))]).unwrap().encode();
        assert_eq!(bytes.len(), size, "{length}");
        assert!(Fields::decode(&bytes).is_ok());
        assert_eq!(refusal(&[&bytes[..], &[0; BLOCK]].concat()), PayloadError::BadPadding);
    }
}

#[test]
fn one_mebibyte_is_the_most() {
    // 22 for the first line, 10 for `a 1048543 LF` and 1 for the LF behind the value.
    let most = MAX_SIZE - 33;
    let bytes = fields(&[("a", &"x".repeat(most))]).unwrap().encode();
    assert_eq!(bytes.len(), MAX_SIZE);
    assert!(Fields::decode(&bytes).is_ok());
    let size = MAX_SIZE + BLOCK;
    assert_eq!(fields(&[("a", &"x".repeat(most + 1))]).unwrap_err(), PayloadError::TooLarge { size });
    assert_eq!(refusal(&vec![0; size]), PayloadError::TooLarge { size });
}

#[test]
fn sixty_four_fields_are_the_most() {
    let named =
        |count: usize| -> Vec<(String, &str)> { (0..count).map(|at| (format!("f{at}"), "x")).collect() };
    let of = |count: usize| {
        let named = named(count);
        fields(&named.iter().map(|(name, value)| (name.as_str(), *value)).collect::<Vec<_>>())
    };
    assert!(Fields::decode(&of(MAX_FIELDS).unwrap().encode()).is_ok());
    assert_eq!(of(MAX_FIELDS + 1).unwrap_err(), PayloadError::TooManyFields);
    // The next one is not even looked at.
    let lines: String =
        named(MAX_FIELDS).iter().map(|(name, value)| format!("{name} 1\n{value}\n")).collect();
    let lines = lines + "no field at all\n";
    assert_eq!(refusal(&padded(&lines)), PayloadError::TooManyFields);
}

#[test]
fn only_whole_blocks_of_the_right_type_are_read() {
    for size in [0, 1, 4095, 4097] {
        assert_eq!(refusal(&vec![b'x'; size]), PayloadError::NotInBlocks { size });
    }
    let mut other = padded("a 1\nx\n");
    other[12] = b'2';
    assert_eq!(refusal(&other), PayloadError::WrongType);
}

#[test]
fn only_the_one_encoding_is_read() {
    use PayloadError::*;
    let line = |number| BadFieldLine { number };
    let many = format!("a {}1\nx\n", "0".repeat(60));
    for (text, expected) in [
        ("", NoFields),
        ("a 0\n\n", line(1)),
        ("a 1\nx\na 1\ny\n", Duplicate(name("a"))),
        ("totp-seed 1\nx\n", ReservedName),
        ("a 01\nx\n", line(1)),
        ("a +1\nx\n", line(1)),
        ("a -1\nx\n", line(1)),
        ("a  1\nx\n", line(1)),
        ("a 1 \nx\n", line(1)),
        ("a 1\r\nx\n", line(1)),
        ("a \nx\n", line(1)),
        ("a\nx\n", line(1)),
        ("A 1\nx\n", line(1)),
        (" 1\nx\n", line(1)),
        ("\n", line(1)),
        ("a 1x\n", line(1)),
        ("a 99999999999999999999999\nx\n", line(1)),
        (&many, line(1)),
        ("a 1\nx\nb 1\ny\nc", line(3)),
        ("a 2\nx\n", BadLength(name("a"))),
        ("a 1\nxy\n", BadLength(name("a"))),
        ("a 1\nx", BadLength(name("a"))),
        ("a 5000\nx\n", BadLength(name("a"))),
        ("a 1\nä\n", BadLength(name("a"))),
        ("a 1\nx\n\0b 1\ny\n", BadPadding),
        ("a 1\nx\n\0\0 ", BadPadding),
    ] {
        assert_eq!(refusal(&padded(text)), expected, "{text:?}");
    }
    let mut not_text = padded("a 1\nx\n");
    not_text[HEADER.len() + 4] = 0xff;
    assert_eq!(refusal(&not_text), NotUtf8(name("a")));
}

/// Whatever happens to a single byte: it is refused, or read as just that other payload. Never a panic.
#[test]
fn every_flip_and_every_truncation_shows() {
    let bytes = padded("a 1\nx\nbb 3\nyyy\n");
    assert!(Fields::decode(&bytes).is_ok());
    for at in 0..64 {
        for flip in 1..=255 {
            let mut changed = bytes.clone();
            changed[at] ^= flip;
            if let Ok(read) = Fields::decode(&changed) {
                assert_eq!(read.encode()[..], changed[..], "byte {at}");
            }
        }
    }
    for at in 64..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] = 1;
        assert_eq!(refusal(&changed), PayloadError::BadPadding);
    }
    for size in 0..bytes.len() {
        assert_eq!(refusal(&bytes[..size]), PayloadError::NotInBlocks { size });
        let mut moved = bytes.clone();
        moved.remove(size);
        moved.push(0);
        if let Ok(read) = Fields::decode(&moved) {
            assert_eq!(read.encode()[..], moved[..], "without byte {size}");
        }
    }
}

#[test]
fn debug_shows_names_only() {
    let fields = fields(&[(PASSWORD, "hunter2"), (EMAIL, "root@example.com")]).unwrap();
    assert_eq!(format!("{fields:?}"), r#"Fields["password", "email"]"#);
}

proptest! {
    #[test]
    fn what_was_encoded_is_read_again(
        values in prop::collection::btree_map("[a-z][a-z0-9-]{0,31}", "(?s).{1,300}", 1..12)
    ) {
        prop_assume!(!values.contains_key(TOTP_SEED));
        let pairs = values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>();
        let bytes = fields(&pairs).unwrap().encode();
        let read = Fields::decode(&bytes).unwrap();
        prop_assert_eq!(read.names().count(), pairs.len());
        for (own, (name, value)) in read.names().zip(&pairs) {
            prop_assert_eq!(own.as_str(), *name);
            prop_assert_eq!(read.get(name).unwrap().expose_secret(), *value);
        }
        prop_assert_eq!(&read.encode()[..], &bytes[..]);
    }

    /// Texts close to a payload: what is read is written again in the same bytes.
    #[test]
    fn nothing_is_read_that_would_not_be_written(text in "([ab]{1,2} [0-3]{1,2}\n[xy\n]{0,3}\n){0,3}\0{0,2}") {
        let bytes = padded(&text);
        if let Ok(read) = Fields::decode(&bytes) {
            prop_assert_eq!(&read.encode()[..], &bytes[..]);
        }
    }
}
