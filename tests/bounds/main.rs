//! The bounds of reading: nobody may make a reader slow or big. For each byte that is read beyond a mebibyte, at most so
//! many bytes are held and so many instructions spent. Both follow from the difference between two sizes of one shape; the
//! instructions are counted by valgrind, apart from those of signatures, SHA-256 and the words' hash.
#![cfg(target_os = "linux")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../fixtures/disk/mod.rs"]
mod disk;
#[path = "../fixtures/laid.rs"]
mod laid;
mod measure;
mod quill;
mod shapes;
#[path = "../fixtures/terminal.rs"]
mod terminal;
#[path = "../fixtures/world/mod.rs"]
mod world;

use measure::{Bounds, Cost};
use shapes::{SHAPES, Shape};

/// What is held and spent at most for each byte. Tests are built with checks, and hardly optimised: then both may be more.
const BOUNDS: Bounds = if cfg!(debug_assertions) {
    Bounds { held: 8.0, spent: 600.0 }
} else {
    Bounds { held: 6.0, spent: 200.0 }
};

fn is_whole() -> bool {
    std::env::var_os("BREAKGLASS_WHOLE").is_some_and(|value| value == "1")
}

/// The cost of each byte by which the larger one of two files is larger.
fn cost(shape: &Shape, small: usize, large: usize) -> Cost {
    let [small, large] = [small, large].map(|size| measure::run(&shape.lay(size)));
    let cost = Cost::of(&small, &large);
    println!(
        "{:<24} {:>9} {:>9} bytes: {:>6.2} held, {:>7.1} spent for each",
        shape.name, small.bytes, large.bytes, cost.held, cost.spent
    );
    cost
}

#[test]
fn nobody_makes_a_reader_slow_or_big() {
    if !common::have("nobody_makes_a_reader_slow_or_big", &["valgrind", "callgrind_annotate", "python3"]) {
        return;
    }
    // CI tries those with which it was worst, and smaller ones: under valgrind each signature takes a hundredth of a second.
    let (small, large) = if is_whole() { (4 << 20, 8 << 20) } else { (256 << 10, 768 << 10) };
    let only = std::env::var("BREAKGLASS_SHAPE").ok();
    let tried = SHAPES.iter().filter(|shape| match &only {
        Some(name) => shape.name == *name,
        None => is_whole() || shape.in_ci,
    });
    let broken: Vec<_> =
        tried.filter(|shape| !cost(shape, small, large).keeps(&BOUNDS)).map(|shape| shape.name).collect();
    assert!(broken.is_empty(), "beyond {BOUNDS:?} for each byte: {broken:?}");
}

#[test]
fn only_what_is_signed_asks_for_anything() {
    let world = world::World::ready();
    let log = shapes::unsigned_within_adopts(&world, 100_000);
    let reading = breakglass::escrow::Reading::of(log).unwrap();
    assert!(reading.escrow.head.seq > 50, "there are many records at which a branch could fork");
    assert_eq!(reading.escrow.remembered(), 1, "two people named one of them");
}
