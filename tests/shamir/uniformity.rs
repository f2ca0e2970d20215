//! The coefficients are uniform over all 256 values. RUSTSEC-2024-0398: those of sharks 0.5.0 were never 0.

use breakglass::crypto::shamir::{SECRET_LEN, ShareValue, split};
use rand::Rng;

use crate::fixtures::{Seeded, Zeros, of, points, set, share};
use crate::gf256;

/// Splits whose coefficients are counted: with 32 bytes each, that is 400 expected of each of the 256 values.
const SPLITS: usize = 3_200;
const EXPECTED: i64 = (SPLITS * SECRET_LEN / 256) as i64;

/// χ² over the 256 values has 255 degrees of freedom: mean 255, standard deviation about 22.6. A uniform
/// generator goes above 400 once in about 50 million runs (Wilson and Hilferty's approximation).
const CHI_SQUARE_BOUND: i64 = 400;

/// The count of one value has a standard deviation of about √400 = 20: six of them.
const ZEROS_OFF_BOUND: i64 = 120;

/// What is out of bounds about the counts of the 256 values; nothing, if they may well be uniform.
fn out_of_bounds(counts: &[i64; 256]) -> Vec<String> {
    assert_eq!(counts.iter().sum::<i64>(), 256 * EXPECTED);
    let squares: i64 = counts.iter().map(|count| (count - EXPECTED).pow(2)).sum();
    let mut out = Vec::new();
    if squares > CHI_SQUARE_BOUND * EXPECTED {
        out.push(format!("chi-square {}", squares / EXPECTED));
    }
    if (counts[0] - EXPECTED).abs() > ZEROS_OFF_BOUND {
        out.push(format!("{} zeros instead of {EXPECTED}", counts[0]));
    }
    out
}

/// Counts the coefficients of x and of x² that the oracle recovers from many sharings, three shares each.
fn count_coefficients(mut sharing: impl FnMut() -> Vec<ShareValue>) -> [[i64; 256]; 2] {
    let mut counts = [[0; 256]; 2];
    for _ in 0..SPLITS {
        let shares = sharing();
        for polynomial in gf256::polynomials(&points(&shares.iter().take(3).collect::<Vec<_>>())) {
            for (counts, &coefficient) in counts.iter_mut().zip(&polynomial[1..]) {
                counts[usize::from(coefficient)] += 1;
            }
        }
    }
    counts
}

#[test]
fn every_coefficient_is_uniform_over_all_256_values() {
    let mut rng = Seeded::new("uniform");
    let secret = rng.secret();
    for counts in count_coefficients(|| split(&secret, set(), of(3, 3), &mut rng).unwrap()) {
        assert_eq!(out_of_bounds(&counts), [""; 0]);
    }
}

/// The control: a generator that never gives 0, as in sharks 0.5.0, goes the same way and is caught twice.
#[test]
fn the_measure_of_uniformity_catches_a_generator_that_skips_zeros() {
    let mut rng = Seeded::new("skips zeros");
    let secret = rng.secret();
    let mut coefficient = move || 1 + (rng.next_u32() % 255) as u8;
    let skewed = count_coefficients(|| {
        let polynomials: Vec<Vec<u8>> =
            secret.iter().map(|&byte| vec![byte, coefficient(), coefficient()]).collect();
        (1..=3).map(|x| share(set(), x, &gf256::share_at(&polynomials, x))).collect()
    });
    for counts in skewed {
        let out = out_of_bounds(&counts);
        assert!(out[0].starts_with("chi-square") && out[1].starts_with("0 zeros"), "{out:?}");
    }
}

/// sharks 0.5.0 would turn the generator's zero into a coefficient of 1.
#[test]
fn a_zero_from_the_generator_is_a_zero_coefficient() {
    let secret = Seeded::new("zeros").secret();
    for share in split(&secret, set(), of(3, 5), &mut Zeros).unwrap() {
        assert_eq!(share.expose_value(), &*secret);
    }
}
