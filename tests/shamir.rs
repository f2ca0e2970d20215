//! Secret sharing as a custodian has to be able to rely on it: what `shamir` refuses, and that its arithmetic,
//! checked by an independent oracle, gives every quorum the secret and nobody less anything.

use breakglass::crypto::digest::Digest;
use breakglass::crypto::shamir::{
    SECRET_LEN, Secret, ShamirError, ShareValue, combine, prove_windows, split,
};
use breakglass::crypto::threshold::ShareIndex;

use fixtures::*;

#[path = "shamir/arithmetic.rs"]
mod arithmetic;
#[path = "shamir/fixtures.rs"]
mod fixtures;
#[path = "oracle/gf256.rs"]
mod gf256;
#[path = "shamir/uniformity.rs"]
mod uniformity;

// ── Every quorum gets the secret, nobody less does ──

#[test]
fn every_subset_of_threshold_size_reconstructs_and_every_smaller_one_is_refused() {
    let mut rng = Seeded::new("subsets");
    for total in 2..=8_u8 {
        for threshold in 2..=total {
            let rule = of(threshold, total.into());
            let secret = rng.secret();
            let shares = split(&secret, set(), rule, &mut rng).unwrap();
            for mut quorum in every_subset_of(&shares, threshold) {
                for _ in 0..2 {
                    let found = combine(set(), rule, &quorum, commitment_to(&secret)).unwrap();
                    assert_eq!(found, secret, "{threshold} of {total}");
                    quorum.reverse();
                }
            }
            for too_few in every_subset_of(&shares, threshold - 1) {
                let refusal = combine(set(), rule, &too_few, never_asked).unwrap_err();
                let given = too_few.len();
                assert_eq!(refusal, ShamirError::WrongCount { given, threshold }, "of {total}");
                // Not only refused: the secret is not in them, because the degree is what it should be.
                assert_ne!(gf256::combine(&points(&too_few)), secret[..], "{threshold} of {total}");
            }
        }
    }
}

#[test]
fn a_split_deals_every_index_once_in_order_and_names_its_set() {
    for (threshold, total) in [(2, 2), (3, 5), (2, 255), (255, 255), (130, 200)] {
        let mut rng = Seeded::new("large");
        let secret = rng.secret();
        let shares = split(&secret, set(), of(threshold, total), &mut rng).unwrap();
        assert_eq!(shares.len(), total);
        for (x, share) in (1_usize..).zip(&shares) {
            assert_eq!((usize::from(u8::from(share.index())), share.set()), (x, set()));
        }
        let last: Vec<_> = shares.iter().rev().take(threshold.into()).collect();
        assert_eq!(combine(set(), of(threshold, total), &last, commitment_to(&secret)).unwrap(), secret);
    }
}

#[test]
fn two_splits_of_one_secret_have_nothing_in_common() {
    let mut rng = Seeded::new("twice");
    let secret = rng.secret();
    let one = split(&secret, set(), of(2, 3), &mut rng).unwrap();
    let other = split(&secret, set(), of(2, 3), &mut rng).unwrap();
    for (one, other) in one.iter().zip(&other) {
        assert_ne!(one.expose_value(), other.expose_value());
    }
}

/// Shares that a seal of today holds must combine in every later version. These are computed by hand (a shift
/// and add multiplication in another language): byte i of the secret is i, its polynomial has the coefficients
/// 255 − 7i and 5i² + 3, both modulo 256.
#[test]
fn shares_written_down_once_combine_for_ever() {
    let written = [
        "fcf1e4d9b45964318c5144d974f944f19c31c479b4d904110c7164197459a4f1",
        "efcca10a8e9a57418ace9eef2c0552831f864ca799771dd6a75954823ba82254",
        "133c47d03ec635770e96d03d54f1187d93a69acd39bb0fd0b3312a8053ec98ba",
        "eb468cabf6baca23775b1fb72bceb1a3265935fb746abc9b1de3747aa99e2f9b",
        "17b66a7146e6a815f3035165533afb5daa79e391d4a6ae9d098b0a78c1da9575",
    ];
    let secret = Secret::new(std::array::from_fn(|i| i as u8));
    let shares: Vec<ShareValue> = (1..)
        .zip(written)
        .map(|(x, hex)| share(set(), x, hex.parse::<Digest>().unwrap().as_bytes()))
        .collect();
    for quorum in every_subset_of(&shares, 3) {
        assert_eq!(combine(set(), of(3, 5), &quorum, commitment_to(&secret)).unwrap(), secret);
    }
    prove_windows(&secret, of(3, 5), &shares).unwrap();
}

// ── What is refused ──

#[test]
fn a_share_of_unequal_length_is_refused() {
    for given in (0..=300).filter(|&length| length != SECRET_LEN) {
        let refusal = ShareValue::new(set(), index(7), &vec![1; given]).unwrap_err();
        assert_eq!(refusal, ShamirError::WrongLength { index: index(7), given });
    }
    assert!(ShareValue::new(set(), index(7), &[1; SECRET_LEN]).is_ok());
}

#[test]
fn a_share_with_index_zero_cannot_be_written_down() {
    assert!(ShareIndex::try_from(0).is_err());
}

#[test]
fn more_shares_than_the_threshold_are_refused_even_when_all_are_good() {
    let (_, rule, shares) = three_of_five();
    for given in [0, 1, 2, 4, 5] {
        let shares: Vec<_> = shares.iter().take(given).collect();
        let refusal = combine(set(), rule, &shares, never_asked).unwrap_err();
        assert_eq!(refusal, ShamirError::WrongCount { given, threshold: 3 });
    }
}

#[test]
fn a_share_of_another_set_is_refused_whatever_its_place() {
    let (_, rule, shares) = three_of_five();
    for place in 0..3 {
        let x = place as u8 + 1;
        let foreign = share(another_set(), x, shares[place].expose_value());
        let mut quorum: Vec<_> = shares.iter().take(3).collect();
        quorum[place] = &foreign;
        let refusal = combine(set(), rule, &quorum, never_asked).unwrap_err();
        assert_eq!(refusal, ShamirError::ForeignSet { index: index(x) });
    }
}

#[test]
fn shares_that_agree_among_themselves_are_refused_when_the_seal_names_another_set() {
    let (_, rule, shares) = three_of_five();
    let quorum: Vec<_> = shares.iter().take(3).collect();
    let refusal = combine(another_set(), rule, &quorum, never_asked).unwrap_err();
    assert_eq!(refusal, ShamirError::ForeignSet { index: index(1) });
}

#[test]
fn a_repeated_index_is_refused_whether_or_not_the_values_agree() {
    let (_, rule, shares) = three_of_five();
    let same = share(set(), 2, shares[1].expose_value());
    let other = share(set(), 2, &[9; SECRET_LEN]);
    for twin in [&same, &other] {
        for quorum in
            [[&shares[0], &shares[1], twin], [twin, &shares[1], &shares[0]], [twin, &shares[0], twin]]
        {
            let refusal = combine(set(), rule, &quorum, never_asked).unwrap_err();
            assert_eq!(refusal, ShamirError::RepeatedIndex(index(2)));
        }
    }
}

#[test]
fn an_index_above_the_total_is_refused_even_on_the_polynomial() {
    let mut rng = Seeded::new("above");
    let secret = rng.secret();
    let shares = split(&secret, set(), of(3, 6), &mut rng).unwrap();
    let quorum = [&shares[0], &shares[5], &shares[1]];
    let refusal = combine(set(), of(3, 5), &quorum, never_asked).unwrap_err();
    assert_eq!(refusal, ShamirError::IndexAboveTotal { index: index(6), total_shares: 5 });
    assert!(combine(set(), of(3, 6), &quorum, commitment_to(&secret)).is_ok());
}

#[test]
fn a_share_wrong_in_any_one_bit_is_a_commitment_mismatch() {
    let (secret, rule, shares) = three_of_five();
    for place in 0..3 {
        for bit in 0..8 * SECRET_LEN {
            let mut value = *shares[place].expose_value();
            value[bit / 8] ^= 1 << (bit % 8);
            let wrong = share(set(), place as u8 + 1, &value);
            let mut quorum: Vec<_> = shares.iter().take(3).collect();
            quorum[place] = &wrong;
            let refusal = combine(set(), rule, &quorum, commitment_to(&secret)).unwrap_err();
            assert_eq!(refusal, ShamirError::CommitmentMismatch, "place {place}, bit {bit}");
        }
    }
}

#[test]
fn the_commitment_decides_even_against_the_right_secret() {
    let (secret, rule, shares) = three_of_five();
    let quorum: Vec<_> = shares.iter().take(3).collect();
    let mut asked = None;
    let refusal = combine(set(), rule, &quorum, |found| {
        asked = Some(found.clone());
        false
    });
    assert_eq!(refusal.unwrap_err(), ShamirError::CommitmentMismatch);
    assert_eq!(asked, Some(secret));
}

#[test]
fn the_threshold_is_the_seals_and_a_lower_one_does_not_open() {
    let (secret, _, shares) = three_of_five();
    let refusal = combine(set(), of(2, 5), &[&shares[0], &shares[1]], commitment_to(&secret)).unwrap_err();
    assert_eq!(refusal, ShamirError::CommitmentMismatch);
}

// ── The proof after a split ──

#[test]
fn the_window_proof_finds_any_one_share_off_the_polynomial() {
    for (threshold, total) in [(2, 2), (2, 5), (3, 5), (5, 5), (4, 8)] {
        let mut rng = Seeded::new("windows");
        let secret = rng.secret();
        let rule = of(threshold, total);
        for bad in 0..total {
            let mut shares = split(&secret, set(), rule, &mut rng).unwrap();
            prove_windows(&secret, rule, &shares).unwrap();
            let mut value = *shares[bad].expose_value();
            value[31] ^= 0x80;
            shares[bad] = share(set(), bad as u8 + 1, &value);
            // The first window that holds it: windows start at 1, and the bad index is bad + 1.
            let first = (bad as u8 + 1).saturating_sub(threshold - 1).max(1);
            let expected =
                ShamirError::WindowNotProven { first: index(first), last: index(first + threshold - 1) };
            assert_eq!(prove_windows(&secret, rule, &shares), Err(expected), "{threshold} of {total}, {bad}");
        }
    }
}

#[test]
fn the_window_proof_finds_shares_of_a_higher_degree_and_of_another_secret() {
    let (secret, _, shares) = three_of_five();
    let first_window = ShamirError::WindowNotProven { first: index(1), last: index(2) };
    assert_eq!(prove_windows(&secret, of(2, 5), &shares), Err(first_window));
    let first_window = ShamirError::WindowNotProven { first: index(1), last: index(3) };
    assert_eq!(prove_windows(&Secret::new([0; SECRET_LEN]), of(3, 5), &shares), Err(first_window));
}

#[test]
fn the_window_proof_wants_every_share_once_in_order_and_of_one_set() {
    let (secret, rule, mut shares) = three_of_five();
    let missing = ShamirError::NotEveryShare { given: 4, total_shares: 5 };
    assert_eq!(prove_windows(&secret, rule, &shares[..4]), Err(missing));
    assert_eq!(
        prove_windows(&secret, of(3, 4), &shares),
        Err(ShamirError::NotEveryShare { given: 5, total_shares: 4 })
    );
    shares.swap(0, 3);
    assert_eq!(
        prove_windows(&secret, rule, &shares),
        Err(ShamirError::OutOfOrder { place: 1, index: index(4) })
    );
    shares.swap(0, 3);
    // 1, 2, 3, 1 of two: every window gives the secret, and yet custodian 4 would hold share 1.
    let value = *shares[0].expose_value();
    shares[3] = share(set(), 1, &value);
    let repeated = ShamirError::OutOfOrder { place: 4, index: index(1) };
    assert_eq!(prove_windows(&secret, rule, &shares), Err(repeated));

    let (secret, rule, mut shares) = three_of_five();
    let value = *shares[4].expose_value();
    shares[4] = share(another_set(), 5, &value);
    assert_eq!(prove_windows(&secret, rule, &shares), Err(ShamirError::ForeignSet { index: index(5) }));
}

// ── Nothing is shown ──

#[test]
fn debug_output_shows_set_and_index_and_never_the_value() {
    let value = [0xab; SECRET_LEN];
    let shown = format!("{:?}", share(set(), 3, &value));
    assert_eq!(shown, format!("ShareValue {{ set: {}, index: 3, .. }}", Digest::of(b"this sealing").short()));
    assert!(!shown.contains("171") && !shown.to_lowercase().contains("abab"));
}
