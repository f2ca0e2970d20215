//! What needs the crate itself, or a dealer that is at fault. The rules of the public functions are tested
//! in `tests/shamir.rs`.
use super::*;

const SET: SetId = SetId::new(Digest::ZERO);

fn secret() -> Secret {
    Secret::new(std::array::from_fn(|i| 7 * i as u8 + 1))
}

fn two_of_three() -> Threshold {
    Threshold::new(2, 3).unwrap()
}

/// The point of the lines secret + 9·x at `index`, for the indexes 1, 2, 3 (9·2 = 18 and 9·3 = 27 need no
/// reduction), and for 0 the secret.
fn point(index: u8) -> Share {
    let bytes: Vec<u8> = std::iter::once(index)
        .chain(secret().iter().map(|byte| byte ^ [0, 9, 18, 27][usize::from(index)]))
        .collect();
    Share::try_from(&bytes[..]).unwrap()
}

fn split_by(dealt: Vec<Share>) -> Result<Vec<ShareValue>, ShamirError> {
    proven_shares(&secret(), SET, two_of_three(), dealt.into_iter())
}

fn index(index: u8) -> ShareIndex {
    ShareIndex::try_from(index).unwrap()
}

#[test]
fn a_sound_dealer_is_believed() {
    let shares = split_by(vec![point(1), point(2), point(3)]).unwrap();
    assert_eq!(shares.iter().map(|share| u8::from(share.index)).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn nothing_is_split_when_a_dealt_share_is_off_the_polynomial() {
    for bad in 1..=3_u8 {
        let mut dealt = vec![point(1), point(2), point(3)];
        dealt[usize::from(bad) - 1].y[31].0 ^= 1;
        let (first, last) = if bad == 3 { (index(2), index(3)) } else { (index(1), index(2)) };
        assert_eq!(split_by(dealt).unwrap_err(), ShamirError::WindowNotProven { first, last });
    }
}

#[test]
fn nothing_is_split_when_a_share_is_missing_out_of_order_or_the_secret_itself() {
    let refused = |dealt| split_by(dealt).unwrap_err();
    let missing = ShamirError::NotEveryShare { given: 2, total_shares: 3 };
    assert_eq!(refused(vec![point(1), point(2)]), missing);
    let order = ShamirError::OutOfOrder { place: 3, index: index(1) };
    assert_eq!(refused(vec![point(1), point(2), point(1)]), order);
    let order = ShamirError::OutOfOrder { place: 1, index: index(2) };
    assert_eq!(refused(vec![point(2), point(1), point(3)]), order);
    assert_eq!(refused(vec![point(0), point(1), point(2)]), ShamirError::IndexZero(IndexZero));
}

#[test]
fn what_the_crate_refuses_is_an_error_and_no_secret() {
    assert_eq!(interpolate(two_of_three(), &[]).unwrap_err(), ShamirError::NotInterpolated);
}

#[test]
fn a_difference_in_one_bit_or_the_same_in_two_bytes_is_a_difference() {
    assert!(equal(&secret(), &secret()));
    for bit in 0..8 * SECRET_LEN {
        let mut other = secret();
        other[bit / 8] ^= 1 << (bit % 8);
        assert!(!equal(&secret(), &other), "bit {bit}");
        // The same difference in a second byte must not cancel the first.
        other[(bit / 8 + 1) % SECRET_LEN] ^= 1 << (bit % 8);
        assert!(!equal(&secret(), &other), "bit {bit}, twice");
    }
}

#[test]
fn the_crate_alone_lets_index_zero_dictate_the_secret() {
    let planted = Share::try_from(&[&[0][..], &[0x5a; SECRET_LEN]].concat()[..]).unwrap();
    assert_eq!(Sharks(2).recover(&[point(1), planted]).unwrap(), [0x5a; SECRET_LEN]);
}

#[test]
fn the_crate_alone_gives_garbage_for_a_repeated_index() {
    let found = Sharks(2).recover(&[point(1), point(2), point(2)]).unwrap();
    assert_ne!(found[..], secret()[..]);
}

#[test]
fn the_crate_alone_shows_the_secret_in_each_share_at_threshold_one() {
    let mut rng = rand::rand_core::UnwrapErr(rand::rngs::SysRng);
    for share in Sharks(1).dealer_rng(&secret()[..], &mut rng) {
        assert_eq!(Vec::from(&share)[1..], secret()[..]);
    }
}
