use proptest::prelude::*;

use super::*;

/// RFC 6238's seed, "12345678901234567890".
const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

fn refusal(text: &str) -> TotpError {
    TotpSeed::parse(text).unwrap_err()
}

fn base32(text: &str) -> String {
    TotpSeed::parse(text).unwrap().seed_base32().expose_secret().to_owned()
}

#[test]
fn a_full_uri_is_read_with_all_it_says() {
    let uri = format!(
        "otpauth://totp/Amazon%20Web%20Services:root-account-mfa-device@123456789012?secret={SEED}\
         &issuer=Amazon+Web%20Services&algorithm=SHA256&digits=8&period=60&image=https%3A%2F%2Fx"
    );
    let seed = TotpSeed::parse(&uri).unwrap();
    assert_eq!(seed.label(), Some("Amazon Web Services:root-account-mfa-device@123456789012"));
    assert_eq!(seed.issuer(), Some("Amazon Web Services"));
    assert_eq!((seed.algorithm, seed.digits, seed.period), (Algorithm::Sha256, 8, 60));
    assert_eq!(seed.seed[..], *b"12345678901234567890");
}

#[test]
fn what_is_not_said_is_the_default() {
    for text in [
        SEED.to_owned(),
        format!("otpauth://totp/?secret={SEED}"),
        format!("otpauth://totp?secret={SEED}&issuer="),
    ] {
        let seed = TotpSeed::parse(&text).unwrap();
        assert_eq!((seed.algorithm, seed.digits, seed.period), (Algorithm::Sha1, 6, 30));
        assert_eq!((seed.label(), seed.issuer()), (None, None));
    }
}

#[test]
fn case_groups_and_padding_do_not_matter() {
    let lower = SEED.to_lowercase();
    for text in [
        lower.as_str(),
        " gezd gnbv gy3t qojq  gezd gnbv gy3t qojq\n",
        "GEZD-GNBV-GY3T-QOJQ-GEZD-GNBV-GY3T-QOJQ",
        &format!("OTPAUTH://TOTP/x?SECRET={lower}"),
        "otpauth://totp/x?secret=GEZD%20GNBV+GY3TQOJQGEZDGNBVGY3TQOJ%51",
    ] {
        assert_eq!(base32(text), SEED, "{text}");
    }
    // Bits that belong to no byte are dropped, and padding says nothing.
    assert_eq!(base32("GEZDGNBVGY3TQOJQGEZDGNBVGZ"), "GEZDGNBVGY3TQOJQGEZDGNBVGY");
    for padding in ["=", "=====", "=======", " == =\n"] {
        assert_eq!(base32(&format!("GEZDGNBVGY3TQOJQGEZDGNBVGY{padding}")), "GEZDGNBVGY3TQOJQGEZDGNBVGY");
        assert_eq!(base32(&format!("{SEED}{padding}")), SEED);
    }
    // 16 bytes: 26 symbols, and 6 for padding.
    assert_eq!(base32("GEZDGNBVGY3TQOJQGEZDGNBVGY======"), "GEZDGNBVGY3TQOJQGEZDGNBVGY");
    assert_eq!(
        base32("otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY%3D%3D===="),
        "GEZDGNBVGY3TQOJQGEZDGNBVGY"
    );
}

#[test]
fn short_seeds_are_refused_by_their_bits() {
    assert_eq!(refusal("JBSWY3DPEHPK3P"), TotpError::Incomplete);
    assert_eq!(refusal("JBSWY3DPEHPK3"), TotpError::TooShort { bits: 64 });
    assert_eq!(refusal("otpauth://totp/x?secret=JBSWY3DPEHPK3PX"), TotpError::TooShort { bits: 72 });
    // What a provider gives is taken, and said to be short.
    let bits = |text: &str| TotpSeed::parse(text).unwrap().bits_if_short();
    assert_eq!(bits("JBSWY3DPEHPK3PXP"), Some(80));
    assert_eq!(bits(&SEED[..24]), Some(120));
    assert_eq!(bits(&SEED[..26]), None);
    let code = TotpSeed::parse("JBSWY3DPEHPK3PXP").unwrap().code_at(1_111_111_109).code;
    assert_eq!(code.expose_secret(), "071271");
}

#[test]
fn bad_seeds_are_refused() {
    for (text, expected) in [
        ("", TotpError::NoSeed),
        (" - ", TotpError::NoSeed),
        ("GEZD 1NBV", TotpError::BadCharacter { position: 6 }),
        ("äEZD", TotpError::BadCharacter { position: 1 }),
        ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQO", TotpError::Incomplete), // the last of 30 symbols adds no byte
        ("GEZDGNBVGY3TQOJQGEZDGNBVGY3", TotpError::Incomplete),
        ("======GEZDGNBVGY3TQOJQGEZDGNBVGY", TotpError::BadCharacter { position: 1 }),
        ("GEZDGNBVGY=TQOJQGEZDGNBVGY", TotpError::BadCharacter { position: 11 }),
        ("========", TotpError::NoSeed),
    ] {
        assert_eq!(refusal(text), expected, "{text}");
    }
}

#[test]
fn bad_uris_are_refused() {
    use TotpError::*;
    let with = |rest: &str| format!("otpauth://totp/x?secret={SEED}{rest}");
    for (text, expected) in [
        (format!("https://totp/x?secret={SEED}"), NotOtpauth),
        ("otpauth-migration://offline?data=AAAA".to_owned(), Migration),
        (format!("otpauth://yaotp/x?secret={SEED}"), NotOtpauth),
        (format!("otpauth:///totp/x?secret={SEED}"), NotOtpauth),
        (format!("otpauth://hotp/x?secret={SEED}&counter=1"), Hotp),
        ("otpauth://totp/x".to_owned(), NoSeed),
        ("otpauth://totp/x?secret=".to_owned(), NoSeed),
        ("otpauth://totp/x?secret".to_owned(), NoSeed),
        (with("&issuer=A#B&algorithm=SHA256"), Fragment),
        (with(&format!("&secret={SEED}")), Repeated("secret")),
        (with("&digits=6&digits=6"), Repeated("digits")),
        (with("&period=30&Period=60"), Repeated("period")),
        (with("&algorithm=SHA1&algorithm=SHA1"), Repeated("algorithm")),
        (with("&issuer=&issuer=b"), Repeated("issuer")),
        (with("&algorithm=MD5"), BadAlgorithm),
        (with("&algorithm="), BadAlgorithm),
        (with("&digits=5"), BadDigits),
        (with("&digits=9"), BadDigits),
        (with("&digits="), BadDigits),
        (with("&digits=%2B6"), BadDigits),
        (with("&digits=six"), BadDigits),
        (with("&period=0"), BadPeriod),
        (with("&period=301"), BadPeriod),
        (with("&period=99999999999999999999"), BadPeriod),
        (with("&period=-30"), BadPeriod),
        (with("&issuer=%"), BadEncoding("issuer")),
        (with("&issuer=%4"), BadEncoding("issuer")),
        (with("&issuer=%4g"), BadEncoding("issuer")),
        (with("&issuer=%+4"), BadEncoding("issuer")),
        (with("&issuer=%FF"), BadEncoding("issuer")),
        (format!("otpauth://totp/%zz?secret={SEED}"), BadEncoding("label")),
    ] {
        assert_eq!(refusal(&text), expected, "{text}");
    }
}

#[test]
fn all_that_is_allowed_is_read() {
    for digits in 6..=8 {
        for period in [1, 30, 300] {
            for algorithm in ["SHA1", "sha256", "Sha512", "SHA-256", "sha_512", "HmacSHA1", "Hmac-SHA-256"] {
                let rest = format!("digits={digits}&period={period}&algorithm={algorithm}");
                let seed = TotpSeed::parse(&format!("otpauth://totp/x?{rest}&secret={SEED}")).unwrap();
                assert_eq!((seed.digits, seed.period), (digits, period));
                assert!(algorithm.ends_with(&seed.algorithm.name()[3..]));
                assert_eq!(seed.code_at(59).code.expose_secret().len(), usize::from(digits));
            }
        }
    }
}

#[test]
fn a_link_out_of_a_web_page_means_what_it_meant_there() {
    let uri = format!("otpauth://totp/x?secret={SEED}&amp;algorithm=SHA256&amp;digits=8&amp;period=60");
    let seed = TotpSeed::parse(&uri).unwrap();
    assert_eq!((seed.algorithm, seed.digits, seed.period), (Algorithm::Sha256, 8, 60));
    let twice = format!("otpauth://totp/x?digits=6&amp;digits=8&secret={SEED}");
    assert_eq!(refusal(&twice), TotpError::Repeated("digits"));
}

#[test]
fn links_are_told_from_other_texts() {
    for link in ["otpauth://totp/x?secret=A", " OTPAUTH:x", "otpauth-migration://offline?data=AAAA\n"] {
        assert!(TotpSeed::is_link(link), "{link}");
    }
    for other in ["", SEED, "https://otpauth:1", "otpauth", "my otpauth://totp/x"] {
        assert!(!TotpSeed::is_link(other), "{other}");
    }
}

#[test]
fn the_uri_that_is_written_says_everything() {
    let seed = TotpSeed::parse(SEED).unwrap();
    let expected =
        format!("otpauth://totp/AWS:root%20%C3%A4@1?secret={SEED}&algorithm=SHA1&digits=6&period=30");
    assert_eq!(seed.to_uri("AWS:root ä@1").expose_secret(), expected);
    let seed = TotpSeed::parse(&format!("otpauth://totp/own?secret={SEED}&issuer=a%26b")).unwrap();
    let expected = format!("otpauth://totp/own?secret={SEED}&issuer=a%26b&algorithm=SHA1&digits=6&period=30");
    assert_eq!(seed.to_uri("other").expose_secret(), expected);
}

proptest! {
    #[test]
    fn what_was_written_is_read_again(
        bytes in prop::collection::vec(any::<u8>(), 16..70),
        label in ".{1,40}",
        issuer in ".{1,40}",
        digits in 6_u8..=8,
        period in 1_u64..=300,
        which in 0_usize..3,
    ) {
        let algorithm = [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512][which];
        let seed = Zeroizing::new(bytes);
        let (label, issuer) = (Some(label), Some(issuer));
        let seed = TotpSeed { seed, algorithm, digits, period, label, issuer };
        let uri = seed.to_uri("unused");
        let read = TotpSeed::parse(uri.expose_secret()).unwrap();
        prop_assert_eq!(&read.seed[..], &seed.seed[..]);
        prop_assert_eq!((read.algorithm, read.digits, read.period), (algorithm, digits, period));
        prop_assert_eq!((&read.label, &read.issuer), (&seed.label, &seed.issuer));
        let again = read.to_uri("");
        prop_assert_eq!(again.expose_secret(), uri.expose_secret());
    }

    #[test]
    fn no_text_panics(text in "(otpauth://totp/)?[a-z%?&=+# ä:/]{0,60}") {
        if let Ok(seed) = TotpSeed::parse(&text) {
            prop_assert!(seed.seed.len() >= 10);
        }
    }
}
