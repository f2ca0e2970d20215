//! The oracle against a second way to multiply, and our arithmetic against the oracle, both ways.

use breakglass::crypto::shamir::{SECRET_LEN, Secret, ShareValue, combine, prove_windows, split};
use breakglass::crypto::threshold::Threshold;

use crate::fixtures::{Seeded, commitment_to, of, points, set, share};
use crate::gf256;

/// Powers of the generator 2 and their logarithms: the second way to multiply. A product is then a sum of
/// logarithms modulo 255.
fn powers_and_logarithms() -> ([u8; 255], [usize; 256]) {
    let (mut powers, mut logarithms, mut value) = ([0; 255], [usize::MAX; 256], 1_u16);
    for (exponent, power) in powers.iter_mut().enumerate() {
        *power = value as u8;
        assert_eq!(logarithms[usize::from(value)], usize::MAX, "2 generates every element but 0 once");
        logarithms[usize::from(value)] = exponent;
        value = if value & 0x80 == 0 { value << 1 } else { (value << 1) ^ 0x11d };
    }
    assert_eq!(value, 1);
    (powers, logarithms)
}

#[test]
fn all_65536_products_of_the_oracle_are_those_of_the_logarithms() {
    let (powers, logarithms) = powers_and_logarithms();
    for a in 0..=255_u8 {
        for b in 0..=255_u8 {
            let expected = if a == 0 || b == 0 {
                0
            } else {
                powers[(logarithms[usize::from(a)] + logarithms[usize::from(b)]) % 255]
            };
            assert_eq!(gf256::mul(a, b), expected, "{a} · {b}");
        }
        assert_eq!(gf256::mul(a, gf256::inverse(a)), u8::from(a != 0), "{a} · its inverse");
    }
}

/// At threshold 2 a share byte is secret + a·x, so shares show products: all of them with x ≠ 0 are met.
#[test]
fn all_products_met_in_splitting_are_those_of_the_oracle() {
    let mut rng = Seeded::new("products");
    let mut met = [false; 256];
    for _ in 0..200 {
        let secret = rng.secret();
        let shares = split(&secret, set(), of(2, 255), &mut rng).unwrap();
        for byte in 0..SECRET_LEN {
            let product = |x: u8| gf256::add(shares[usize::from(x) - 1].expose_value()[byte], secret[byte]);
            let a = product(1);
            if !std::mem::replace(&mut met[usize::from(a)], true) {
                for x in 1..=255 {
                    assert_eq!(product(x), gf256::mul(a, x), "{a} · {x}");
                }
            }
        }
        if met.iter().all(|&met| met) {
            return;
        }
    }
    panic!("200 splits did not draw all 256 coefficients");
}

#[test]
fn the_oracles_two_ways_to_interpolate_agree() {
    let mut rng = Seeded::new("oracle");
    for threshold in 1..=8_usize {
        let drawn: Vec<Vec<u8>> = (0..4).map(|_| rng.take::<8>()[..threshold].to_vec()).collect();
        let shares: Vec<(u8, Vec<u8>)> =
            [1, 2, 77, 255, 128, 3, 250, 16].map(|x| (x, gf256::share_at(&drawn, x))).to_vec();
        let points: Vec<(u8, &[u8])> = shares.iter().take(threshold).map(|(x, y)| (*x, &y[..])).collect();
        assert_eq!(gf256::polynomials(&points), drawn);
        let secret: Vec<u8> = drawn.iter().map(|coefficients| coefficients[0]).collect();
        assert_eq!(gf256::combine(&points), secret);
    }
}

#[test]
fn the_oracle_combines_our_shares() {
    let mut rng = Seeded::new("ours to theirs");
    for (threshold, total) in [(2, 3), (3, 5), (5, 9), (20, 40), (100, 255)] {
        let secret = rng.secret();
        let shares = split(&secret, set(), of(threshold, total), &mut rng).unwrap();
        for start in [0, total - usize::from(threshold)] {
            let quorum: Vec<_> = shares.iter().skip(start).take(threshold.into()).collect();
            assert_eq!(gf256::combine(&points(&quorum)), secret[..], "{threshold} of {total}");
        }
    }
}

fn oracle_shares(secret: &Secret, rule: Threshold, rng: &mut Seeded) -> Vec<ShareValue> {
    let polynomials: Vec<Vec<u8>> = secret
        .iter()
        .map(|&byte| std::iter::once(byte).chain((1..rule.threshold()).map(|_| rng.take::<1>()[0])).collect())
        .collect();
    (1..=rule.total_shares()).map(|x| share(set(), x, &gf256::share_at(&polynomials, x))).collect()
}

#[test]
fn we_combine_and_prove_the_oracles_shares() {
    let mut rng = Seeded::new("theirs to ours");
    for (threshold, total) in [(2, 3), (3, 5), (5, 9), (20, 40), (100, 255)] {
        let secret = rng.secret();
        let rule = of(threshold, total);
        let shares = oracle_shares(&secret, rule, &mut rng);
        prove_windows(&secret, rule, &shares).unwrap();
        // The odd indexes, then the even ones, all from the highest down.
        let (odd, even) = (shares.iter().step_by(2).rev(), shares.iter().skip(1).step_by(2).rev());
        let scattered: Vec<_> = odd.chain(even).take(threshold.into()).collect();
        assert_eq!(combine(set(), rule, &scattered, commitment_to(&secret)).unwrap(), secret);
    }
}

#[test]
fn every_pair_of_the_255_indexes_combines_the_oracles_shares() {
    let mut rng = Seeded::new("pairs");
    let secret = rng.secret();
    let shares = oracle_shares(&secret, of(2, 255), &mut rng);
    for (place, one) in shares.iter().enumerate() {
        for other in &shares[place + 1..] {
            let found = combine(set(), of(2, 255), &[other, one], |found| *found == secret);
            assert!(found.is_ok(), "{one:?} with {other:?}");
        }
    }
}
