//! Identity files, in plain and locked with a passphrase.

use super::*;

#[test]
fn an_identity_file_is_read_as_age_keygen_writes_it() {
    let (one, two) = (Identity::generate(), Identity::generate());
    let written = identity_file(&one, "2026-11-23T00:00:00Z");
    assert_eq!(
        written.expose_secret(),
        format!("# created: 2026-11-23T00:00:00Z\n# public key: {}\n{}\n", one.to_recipient(), text_of(&one))
    );
    let both = vec![one.to_recipient(), two.to_recipient()];
    for (file, expected) in [
        (written.expose_secret().to_owned(), &both[..1]),
        (text_of(&one), &both[..1]),
        (format!("{}\n{}\n", text_of(&one), text_of(&two)), &both),
        (format!("# one\r\n{}\r\n\r\n{}\r\n", text_of(&one), text_of(&two)), &both),
        (format!("\n#\n{}  \n\n", text_of(&one)), &both[..1]),
    ] {
        assert_eq!(plain(file.as_bytes()).as_deref(), Ok(expected));
        assert_eq!(unlock(locked(&file, "p").as_bytes(), "p").unwrap().len(), expected.len());
        assert_eq!(unlock(&unarmored(&locked(&file, "p")), "p").unwrap().len(), expected.len());
    }
    assert_eq!(Identity::from_text(&text_of(&one)).unwrap().to_recipient(), both[0]);
}

#[test]
fn what_is_no_identity_file_is_refused_with_its_reason_locked_or_not() {
    let good = text_of(&Identity::generate());
    let mistyped =
        if good.ends_with('Q') { good.replace('Q', "P") } else { format!("{}Q", &good[..good.len() - 1]) };
    for (file, why) in [
        (String::new(), IdentityError::None),
        ("# nothing\n\n".to_owned(), IdentityError::None),
        (mistyped, IdentityError::Malformed(1)),
        (format!("# one\n{good}\n {good}\n"), IdentityError::Malformed(3)),
        (format!("{good} # mine\n"), IdentityError::Malformed(1)),
        (good[..good.len() - 1].to_owned(), IdentityError::Malformed(1)),
        (Identity::generate().to_recipient().to_string(), IdentityError::Malformed(1)),
        (format!("{good}\nAGE-PLUGIN-YUBIKEY-1QQPSYQ\n"), IdentityError::Plugin(2)),
        ("AGE-SECRET-KEY-PQ-1QQPSYQ\n".to_owned(), IdentityError::Malformed(1)),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n".to_owned(), IdentityError::Ssh),
        ("-----BEGIN RSA PRIVATE KEY-----\nb3Bl\n".to_owned(), IdentityError::Ssh),
    ] {
        assert_eq!(plain(file.as_bytes()), Err(why.clone()), "in plain");
        let inside = unlock(locked(&file, "p").as_bytes(), "p").map(|identities| identities.len());
        assert_eq!(inside, Err(why), "locked");
    }
    assert_eq!(plain(b"\xff\xfe"), Err(IdentityError::Malformed(1)));
}

#[test]
fn an_identity_file_has_at_most_64_kib() {
    let with = |size: usize| {
        let identity = text_of(&Identity::generate());
        format!("#{}\n{identity}", "x".repeat(size - identity.len() - 2))
    };
    assert!(plain(with(MAX_IDENTITY_FILE).as_bytes()).is_ok());
    assert_eq!(plain(with(MAX_IDENTITY_FILE + 1).as_bytes()), Err(IdentityError::TooLarge));
    let huge = locked(&with(MAX_IDENTITY_FILE), "p");
    assert_eq!(unlock(huge.as_bytes(), "p").map(drop), Err(IdentityError::TooLarge));
}

#[test]
fn only_the_passphrase_unlocks() {
    let identity = Identity::generate();
    let file = locked(&text_of(&identity), "correct horse");
    let opened = unlock(file.as_bytes(), "correct horse").unwrap();
    assert_eq!(opened[0].to_recipient(), identity.to_recipient());
    for other in ["", "correct horse ", "Correct horse", "correct\u{a0}horse"] {
        assert_eq!(unlock(file.as_bytes(), other).map(drop), Err(IdentityError::WrongPassphrase), "{other}");
    }
}

/// 2⁶³ rounds would never end. That this does is what is tested.
#[test]
fn more_work_than_a_stranger_may_ask_for_is_not_done() {
    for work in [23, 31, 32, 63] {
        for file in [scrypt_file(work), armored(&scrypt_file(work)).into_bytes()] {
            assert_eq!(unlock(&file, "p").map(drop), Err(IdentityError::TooMuchWork(work)));
        }
    }
    for work in ["0", "64", "018", "256", "-1", "x", ""] {
        let refusal = unlock(&with_stanzas(&scrypt_stanza(work)), "p").map(drop);
        assert!(
            matches!(
                refusal,
                Err(IdentityError::Damaged(_) | IdentityError::NotLocked | IdentityError::TooMuchWork(_))
            ),
            "{work}: {refusal:?}"
        );
    }
}

#[test]
fn a_file_to_a_recipient_is_not_a_locked_identity() {
    let (_, file) = sealed(PLAIN);
    assert_eq!(unlock(&file, "p").map(drop), Err(IdentityError::NotLocked));
}

#[test]
fn a_damaged_identity_file_is_refused() {
    let good = unarmored(&locked(&text_of(&Identity::generate()), "p"));
    let damaged = |file: &[u8], why: &str| match unlock(file, "p").map(drop) {
        Err(IdentityError::Damaged(said)) => assert!(said.contains(why), "{said}"),
        other => panic!("{why}: {other:?}"),
    };
    let last = good.len() - 1;
    damaged(&[&good[..last], &[good[last] ^ 1]].concat(), "content does not verify");
    damaged(&good[..last], "content does not verify");
    damaged(b"age-encryption.org/v1\n", "not a whole age file");
    damaged(&with_stanzas("nonsense\n"), "header is malformed");
    damaged(&with_stanzas(&stanza("x").repeat(65)), "not a whole age file");
    damaged(armored(&good).replace("END", "FIN").as_bytes(), "armour is malformed");
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 6);
        let refused = match IdentityFile::parse(&bad) {
            Ok(IdentityFile::Locked(locked)) => locked.unlock(&"p".into()).is_err(),
            Ok(IdentityFile::Plain(_)) => false,
            Err(_) => true,
        };
        assert!(refused, "byte {at}");
    }
}
