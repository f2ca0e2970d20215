//! Which recipients are taken.

use super::*;

#[test]
fn recipients_that_are_not_taken_are_refused_with_their_reason() {
    use RecipientError::{LowOrder, Malformed, Plugin, PostQuantum, SecretKey, Ssh};
    let good = Identity::generate().to_recipient().to_string();
    assert_eq!(good.parse::<Recipient>().unwrap().as_str(), good);
    let of = |hrp: &str, key: &[u8]| {
        bech32::encode::<bech32::Bech32>(bech32::Hrp::parse(hrp).unwrap(), key).unwrap()
    };
    let secret = text_of(&Identity::generate());
    for (text, reason) in [
        (secret.clone(), SecretKey),
        (secret.to_lowercase(), SecretKey),
        ("AGE-PLUGIN-YUBIKEY-1QQPSYQ".to_owned(), SecretKey),
        (of("age1yubikey", &[9; 33]), Plugin),
        (of("age1x", &[9; 32]), Plugin),
        (of("age1pq", &[9; 40]), PostQuantum),
        (of("age1tag", &[9; 33]), PostQuantum),
        (of("age1tagpq", &[9; 40]), PostQuantum),
        ("ssh-rsa AAAAB3NzaC1yc2E".to_owned(), Ssh),
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5".to_owned(), Ssh),
        ("ecdsa-sha2-nistp256 AAAA".to_owned(), Ssh),
        ("-----BEGIN OPENSSH PRIVATE KEY-----".to_owned(), Ssh),
        (String::new(), Malformed),
        ("alice".to_owned(), Malformed),
        (good.to_uppercase(), Malformed),
        (format!(" {good}"), Malformed),
        (format!("{good}\n"), Malformed),
        (good[..good.len() - 1].to_owned(), Malformed),
        (of("age", &[9; 31]), Malformed),
        (of("age", &[9; 33]), Malformed),
        (of("bge", &[9; 32]), Malformed),
        (bech32::encode::<bech32::Bech32m>(bech32::Hrp::parse("age").unwrap(), &[9; 32]).unwrap(), Malformed),
        (of("age", &[0; 32]), LowOrder),
        (of("age", &[0xff; 32]), LowOrder),
    ] {
        assert_eq!(text.parse::<Recipient>(), Err(reason), "{reason}");
        assert_eq!(Recipient::try_from(text), Err(reason));
    }
}

/// Around 0 and around the prime: the points of low order there, and everything at or above the prime, are
/// refused; what is not refused can be encrypted to.
#[test]
fn keys_of_low_order_are_refused_in_every_spelling() {
    let mut taken = 0;
    let prime = {
        let mut prime = [0xff; 32];
        (prime[0], prime[31]) = (0xed, 0x7f);
        prime
    };
    for low in 0..=255_u8 {
        for high in [0, 0x7f, 0x80, 0xff] {
            let mut key = if high & 0x7f == 0 { [0; 32] } else { [0xff; 32] };
            (key[0], key[31]) = (low, high);
            let text = bech32::encode::<bech32::Bech32>(bech32::Hrp::parse("age").unwrap(), &key).unwrap();
            let low_order = high == 0 && low < 2 || high == 0x7f && low == 0xec;
            let canonical = key.iter().rev().lt(prime.iter().rev());
            let expected = if low_order || !canonical { Err(RecipientError::LowOrder) } else { Ok(()) };
            let recipient = text.parse::<Recipient>();
            assert_eq!(recipient.clone().map(drop), expected, "{key:?}");
            if let Ok(recipient) = recipient {
                taken += 1;
                assert!(encrypt(&[recipient], b"").is_ok());
            }
        }
    }
    assert!(taken > 400, "{taken}");
}
