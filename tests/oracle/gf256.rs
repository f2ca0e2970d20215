//! An oracle for Shamir's secret sharing: GF(2⁸) modulo x⁸ + x⁴ + x³ + x² + 1 (0x11d), written a second time from
//! the definition and sharing nothing with the crate under test.
//!
//! It has no tables. Values decide neither a branch nor an address: every product takes the same eight steps,
//! every inverse the same thirteen products. (Lengths and indexes are public, and do steer loops.)

/// What x⁸ is in the field: the reduction polynomial 0x11d without its leading term.
const REDUCTION: u8 = 0x1d;

/// Sum, and difference: in characteristic 2 they are the same.
pub fn add(a: u8, b: u8) -> u8 {
    a ^ b
}

/// 0xff where `bit` is 1, 0x00 where it is 0.
fn mask(bit: u8) -> u8 {
    0_u8.wrapping_sub(bit)
}

/// Product: `a` times each power of x, doubled and reduced step by step, masked in where `b` has that power.
pub fn mul(a: u8, b: u8) -> u8 {
    let (mut doubled, mut product) = (a, 0);
    for power in 0..8 {
        product ^= doubled & mask((b >> power) & 1);
        doubled = (doubled << 1) ^ (REDUCTION & mask(doubled >> 7));
    }
    product
}

/// Inverse, as a²⁵⁴: all the other elements' group has order 255. 0 gives 0.
pub fn inverse(a: u8) -> u8 {
    let (mut square, mut inverse) = (a, 1);
    for _ in 1..8 {
        square = mul(square, square);
        inverse = mul(inverse, square);
    }
    inverse
}

/// The polynomial's value at `x`. Coefficients: constant term first.
pub fn value_at(coefficients: &[u8], x: u8) -> u8 {
    coefficients.iter().rev().fold(0, |value, &coefficient| add(mul(value, x), coefficient))
}

/// One share at `x`: the value there of each byte's polynomial.
pub fn share_at(polynomials: &[Vec<u8>], x: u8) -> Vec<u8> {
    polynomials.iter().map(|coefficients| value_at(coefficients, x)).collect()
}

/// The secret that the points (x, share) give: each byte's polynomial at 0, by Lagrange's formula.
pub fn combine(points: &[(u8, &[u8])]) -> Vec<u8> {
    let weight = |x: u8| {
        points
            .iter()
            .filter(|(other, _)| *other != x)
            .fold(1, |weight, &(other, _)| mul(weight, mul(other, inverse(add(other, x)))))
    };
    let mut secret = vec![0; points[0].1.len()];
    for (x, share) in points {
        let weight = weight(*x);
        for (byte, &value) in secret.iter_mut().zip(*share) {
            *byte = add(*byte, mul(weight, value));
        }
    }
    secret
}

/// Each byte's whole polynomial through the points (x, share), constant term first: the points' basis
/// polynomials ∏ (X − other) / (x − other) are multiplied out and added up.
pub fn polynomials(points: &[(u8, &[u8])]) -> Vec<Vec<u8>> {
    let mut polynomials = vec![vec![0; points.len()]; points[0].1.len()];
    for (x, share) in points {
        let mut basis = vec![1];
        for (other, _) in points.iter().filter(|(other, _)| other != x) {
            let scale = inverse(add(*x, *other));
            let shifted = std::iter::once(0).chain(basis.iter().copied());
            let scaled = basis.iter().map(|&c| mul(c, *other)).chain(std::iter::once(0));
            basis = shifted.zip(scaled).map(|(high, low)| mul(add(high, low), scale)).collect();
        }
        for (polynomial, &value) in polynomials.iter_mut().zip(*share) {
            for (coefficient, &part) in polynomial.iter_mut().zip(&basis) {
                *coefficient = add(*coefficient, mul(part, value));
            }
        }
    }
    polynomials
}
