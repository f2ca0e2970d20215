//! Whether the time of what handles secrets depends on them, by the method of dudect (Reparaz, Balasch and
//! Verbauwhede, "dude, is my code constant time?", 2017): two classes of inputs in random order, and Welch's t-test over
//! the times. A comparison with a leak is planted, and has to be found by the same measurement.
//!
//! A statistic can be unlucky: what is to be even has five tries, each over fresh measurements; what leaks must be found
//! at once.

use std::hint::black_box;
use std::time::Instant;

use breakglass::crypto::shamir::{Secret, equal};
use rand::{RngExt as _, SeedableRng as _};

#[path = "oracle/gf256.rs"]
#[allow(dead_code, reason = "only its multiplication is measured")]
mod gf256;

/// Beyond this a difference is no accident (dudect's own bound is 4.5 for suspicion, 10 for certainty).
const CERTAIN: f64 = 10.0;

/// Measurements, and calls in each: a single call is shorter than what a clock can tell.
const MEASUREMENTS: usize = 20_000;
const CALLS: usize = 40;

/// Welch's t of the times of `work` on the two inputs, without the slowest tenth: interrupts.
///
/// The code is one and so is the place in memory that it reads: two functions, or two addresses, have times of their
/// own, whatever is in them.
fn t_of<T: Copy>(inputs: [T; 2], order: u64, work: impl Fn(&T)) -> f64 {
    let mut order = rand::rngs::SmallRng::seed_from_u64(order);
    let mut times: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
    let mut input = inputs[0];
    for _ in 0..MEASUREMENTS {
        let class = usize::from(order.random::<bool>());
        input.clone_from(black_box(&inputs[class]));
        let begun = Instant::now();
        for _ in 0..CALLS {
            work(black_box(&input));
        }
        times[class].push(begun.elapsed().as_nanos() as f64);
    }
    let mut all: Vec<f64> = times.iter().flatten().copied().collect();
    all.sort_by(f64::total_cmp);
    let bound = all[all.len() * 9 / 10];
    let [one, other] = times.map(|times| {
        let kept: Vec<f64> = times.into_iter().filter(|time| *time <= bound).collect();
        let mean = kept.iter().sum::<f64>() / kept.len() as f64;
        let spread = kept.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (kept.len() - 1) as f64;
        (mean, spread / kept.len() as f64)
    });
    ((one.0 - other.0) / (one.1 + other.1).sqrt()).abs()
}

/// The least of five tries, each in an order of its own.
fn least<T: Copy>(inputs: [T; 2], work: impl Fn(&T)) -> f64 {
    let mut least = f64::INFINITY;
    for order in 0..5 {
        least = least.min(t_of(inputs, order, &work));
        if least < CERTAIN / 2.0 {
            break;
        }
    }
    least
}

fn told(what: &str, t: f64) -> f64 {
    println!("timing: {what}: t = {t:.1}");
    t
}

/// A comparison that stops at the first difference.
#[inline(never)]
fn leaking(one: &Secret, other: &Secret) -> bool {
    one.iter().zip(other.iter()).all(|(a, b)| black_box(a) == black_box(b))
}

#[test]
fn a_comparison_does_not_tell_where_the_difference_is_and_a_leak_is_found() {
    let secret = Secret::new([0x5a; 32]);
    let different_at = |place: usize| std::array::from_fn::<u8, 32, _>(|at| 0x5a ^ u8::from(at == place));
    let inputs = [different_at(0), different_at(31)];
    let ours = least(inputs, |input| assert!(!black_box(equal(black_box(&secret), &Secret::new(*input)))));
    assert!(told("the comparison of secrets", ours) < CERTAIN);
    let planted =
        t_of(inputs, 0, |input| assert!(!black_box(leaking(black_box(&secret), &Secret::new(*input)))));
    assert!(told("a comparison with a leak", planted) > CERTAIN, "the measurement finds nothing");
}

/// A product that does its work only for the bits that are set.
#[inline(never)]
fn leaking_product(a: u8, b: u8) -> u8 {
    let (mut doubled, mut product, mut rest) = (a, 0_u8, b);
    while rest != 0 {
        if rest & 1 == 1 {
            product ^= doubled;
        }
        doubled = (doubled << 1) ^ if doubled & 0x80 == 0 { 0 } else { 0x1d };
        rest >>= 1;
    }
    product
}

#[test]
fn the_second_field_does_not_tell_its_factors_and_a_leak_is_found() {
    let factors = [0x01, 0xff];
    let ours = least(factors, |factor| {
        black_box(gf256::mul(*factor, *factor));
    });
    assert!(told("the product in the second field", ours) < CERTAIN);
    let planted = t_of(factors, 0, |factor| {
        black_box(leaking_product(*factor, *factor));
    });
    assert!(told("a product with a leak", planted) > CERTAIN, "the measurement finds nothing");
}
