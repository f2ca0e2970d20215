//! Quorums: nothing but a threshold of shares, each its own custodian's and of this one sealing, gives the
//! vault key.

use super::*;

#[test]
fn every_set_of_at_least_a_threshold_gives_the_vault_key_and_no_smaller_one() {
    let sealing = Of { threshold: 3, total: 5, ..TWO_OF_THREE }.sealed();
    for members in 0..1_usize << 5 {
        let given: Vec<usize> = (0..5).filter(|at| members >> at & 1 == 1).collect();
        let expected = match given.len() {
            few @ 0..3 => Err(QuorumError::TooFew { given: few, threshold: 3 }),
            _ => Ok(people(&given[..3])),
        };
        assert_eq!(sealing.combined(given.iter().copied()), expected, "{given:?}");
    }
}

#[test]
fn a_bad_share_is_refused_with_its_custodians_name() {
    let sealing = TWO_OF_THREE.sealed();
    let bad = Share::parse(&with_another_last_digit(&sealing.texts[1], "salt")).unwrap();
    let mut quorum = UntrustedQuorum::default();
    quorum.add(person(0), sealing.share(0));
    quorum.add(person(1), bad);
    quorum.add(person(2), sealing.share(2));
    let refusal = quorum.check(&escrow(), &sealing.seal).unwrap_err();
    assert_eq!(refusal, QuorumError::BadShare { custodian: person(1), error: ShareError::Commitment });
}

#[test]
fn a_custodian_counts_once() {
    let sealing = TWO_OF_THREE.sealed();
    assert_eq!(sealing.quorum([0, 0]).unwrap_err(), QuorumError::Twice(person(0)));
    assert_eq!(sealing.quorum([0, 1, 0]).unwrap_err(), QuorumError::Twice(person(0)));
}

#[test]
fn a_share_counts_for_the_custodian_it_was_sealed_to_and_for_nobody_else() {
    let sealing = TWO_OF_THREE.sealed();
    let stranger: PersonId = "mallory".parse().unwrap();
    for (custodian, share) in [(person(1), 0), (person(0), 1), (stranger, 0)] {
        let mut quorum = UntrustedQuorum::default();
        quorum.add(person(2), sealing.share(2));
        quorum.add(custodian.clone(), sealing.share(share));
        let refusal = quorum.check(&escrow(), &sealing.seal).unwrap_err();
        let error = ShareError::Contradicts("index");
        assert_eq!(refusal, QuorumError::BadShare { custodian, error });
    }
}

#[test]
fn shares_of_another_generation_vault_or_escrow_do_not_count() {
    let sealing = TWO_OF_THREE.sealed();
    let later = Of { generation: 2, ..TWO_OF_THREE }.sealed();
    let other = Of { vault: b"other", ..TWO_OF_THREE }.sealed();
    for (from, seal, what) in
        [(&sealing, &later, "generation"), (&later, &sealing, "generation"), (&other, &sealing, "vault")]
    {
        let mut quorum = UntrustedQuorum::default();
        quorum.add(person(0), seal.share(0));
        quorum.add(person(1), from.share(1));
        let refusal = quorum.check(&escrow(), &seal.seal).unwrap_err();
        let error = ShareError::Contradicts(what);
        assert_eq!(refusal, QuorumError::BadShare { custodian: person(1), error });
    }
    let mut quorum = UntrustedQuorum::default();
    quorum.add(person(0), sealing.share(0));
    let refusal = quorum.check(&Digest::of(b"other escrow"), &sealing.seal).unwrap_err();
    let error = ShareError::Contradicts("escrow");
    assert_eq!(refusal, QuorumError::BadShare { custodian: person(0), error });
}

#[test]
fn a_seal_with_an_impossible_threshold_gives_nothing() {
    let mut sealing = TWO_OF_THREE.sealed();
    (sealing.seal.threshold, sealing.seal.total_shares) = (0, 0);
    sealing.seal.shares.clear();
    assert_eq!(sealing.combined([]), Err(QuorumError::BadSeal));
    for threshold in [0, 1, 4] {
        let mut sealing = TWO_OF_THREE.sealed();
        sealing.seal.threshold = threshold;
        let error = ShareError::Contradicts("threshold");
        let expected = QuorumError::BadShare { custodian: person(0), error };
        assert_eq!(sealing.quorum([0, 1]).unwrap_err(), expected, "{threshold}");
    }
}

// ── When the seal itself is wrong ──

/// No bad share gets past its commitment. What is left is a seal whose commitments are to shares that do not
/// lie on the polynomial: then those that do are found among the others.
#[test]
fn where_surplus_shares_do_not_fit_another_subset_is_found() {
    for bad in [&[][..], &[0], &[1], &[0, 1], &[1, 3], &[2, 4], &[0, 2, 4]] {
        let mut sealing = Of { threshold: 2, total: 5, ..TWO_OF_THREE }.sealed();
        bad.iter().for_each(|at| sealing.tamper(*at));
        let good: Vec<usize> = (0..5).filter(|at| !bad.contains(at)).take(2).collect();
        assert_eq!(sealing.combined(0..5), Ok(people(&good)), "{bad:?}");
        assert_eq!(sealing.combined((0..5).rev()).map(|from| from.len()), Ok(2), "{bad:?}");
    }
}

#[test]
fn where_no_subset_fits_nothing_is_given() {
    let mut sealing = Of { threshold: 3, total: 5, ..TWO_OF_THREE }.sealed();
    sealing.tamper(1);
    assert_eq!(sealing.combined([0, 1, 2]), Err(QuorumError::NotTheVaultKey));
    assert_eq!(sealing.combined([0, 1, 2, 3]), Ok(people(&[0, 2, 3])));
    sealing.tamper(3);
    sealing.tamper(4);
    assert_eq!(sealing.combined(0..5), Err(QuorumError::NotTheVaultKey));
}

/// 20 of 40: there are more than 10¹¹ subsets. That this returns at all is what is tested.
#[test]
fn the_search_for_another_subset_is_bounded() {
    let mut sealing = Of { threshold: 20, total: 40, ..TWO_OF_THREE }.sealed();
    sealing.tamper(0);
    assert_eq!(sealing.combined(0..40), Err(QuorumError::NotTheVaultKey));
    assert_eq!(sealing.combined(1..40), Ok((1..21).map(person).collect()));
}

/// X25519 ignores five bits of a secret key, so 32 keys have one recipient. A key that differs in nothing but
/// these opens the payload, and is still not the vault key: its release key is another.
#[test]
fn a_key_that_differs_in_clamped_bits_only_is_not_the_vault_key() {
    let mut refused = 0;
    for low in 0..8_u8 {
        for high in 0..4_u8 {
            let change = move |mut key: Secret| {
                key[0] ^= low;
                key[31] ^= high << 6;
                key
            };
            let sealing = TWO_OF_THREE.sealed_with(change);
            let other = change(sealing.key.clone());
            assert_eq!(vault_recipient(&other), sealing.seal.recipient);
            if (low, high) == (0, 0) {
                assert!(sealing.combined([0, 1]).is_ok(), "the control");
            } else {
                refused += 1;
                assert_ne!(other, sealing.key);
                assert_eq!(sealing.combined([0, 1]), Err(QuorumError::NotTheVaultKey), "{low} {high}");
            }
        }
    }
    assert_eq!(refused, 31);
}

#[test]
fn recipient_and_release_key_must_both_be_those_of_the_seal() {
    let other = Of { vault: b"other", ..TWO_OF_THREE }.sealed().seal;
    let mut sealing = TWO_OF_THREE.sealed();
    let key = Secret::new([7; 32]);
    sealing.seal.recipient = vault_recipient(&key);
    assert_eq!(sealing.combined([0, 1]), Err(QuorumError::NotTheVaultKey), "another recipient");
    let mut sealing = TWO_OF_THREE.sealed();
    sealing.seal.release_key = other.release_key;
    assert_eq!(sealing.combined([0, 1]), Err(QuorumError::NotTheVaultKey), "another vault's release key");
}
