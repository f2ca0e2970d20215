//! A state machine over adversarial sequences: the real code on media in memory, two safes with a copy of the log
//! each, generations, thieves, crashes and lost media. After each move:
//!
//! - nothing was shown that is not in a log, read again from its medium;
//! - nothing was released under the threshold of distinct custodians who truly approved that request;
//! - no honest emergency with a threshold present was refused, whatever became of the log;
//! - verify's verdict is the right one, and the books tell of every quorum that was handed over.
//!
//! It says how often each move was made. `BREAKGLASS_MACHINE_CASES` makes it longer, with other seeds.

mod moves;
mod safes;
#[path = "../world/mod.rs"]
mod world;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::strategy::Strategy as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use moves::{MOVES, Move, choose};
use safes::Safes;

/// How many sequences each of the two threads plays, unless more are asked for.
const CASES: u32 = 320;

/// How often each move has to be made.
const LEAST: u32 = 100;

/// Plays sequences; gives how often each move had its effect.
fn play(cases: u32, seed: Option<u8>) -> BTreeMap<&'static str, u32> {
    let safes = Safes::new();
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let mut runner = match seed {
        Some(seed) => {
            let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
            TestRunner::new_with_rng(config, rng)
        }
        None => TestRunner::new(config),
    };
    let counts = Mutex::new(BTreeMap::new());
    let one = (0..10_000_usize, any::<[u8; 4]>()).prop_map(|(number, dice)| Move { number, dice });
    let outcome = runner.run(&vec(one, 24..40), |sequence| {
        safes.reset();
        let mut made = Vec::new();
        for step in &sequence {
            let (name, play) = choose(step.number);
            if play(&safes, &step.dice) {
                made.push(name);
                safes.check_verdicts(name);
            }
        }
        let mut counts = counts.lock().unwrap();
        for name in made {
            *counts.entry(name).or_insert(0) += 1;
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    counts.into_inner().unwrap()
}

#[test]
fn no_sequence_of_moves_breaks_what_is_promised() {
    let more = std::env::var("BREAKGLASS_MACHINE_CASES").ok().map(|cases| cases.parse::<u32>().unwrap());
    let threads: Vec<_> = (0..2_u8)
        .map(|seed| match more {
            Some(cases) => thread::spawn(move || play(cases, None)),
            None => thread::spawn(move || play(CASES, Some(seed))),
        })
        .collect();
    let mut counts: BTreeMap<&str, u32> = MOVES.iter().map(|(name, ..)| (*name, 0)).collect();
    for thread in threads {
        for (name, count) in thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)) {
            *counts.entry(name).or_insert(0) += count;
        }
    }
    for (name, count) in &counts {
        println!("{count:>6}  {name}");
    }
    let rare: Vec<_> = counts.iter().filter(|(_, count)| **count < LEAST).collect();
    assert!(rare.is_empty(), "made less than {LEAST} times: {rare:?}");
}
