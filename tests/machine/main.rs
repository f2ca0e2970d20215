//! A state machine over adversarial sequences: the real code on media in memory, two safes with a copy of the log
//! each, generations, thieves, crashes and lost media. After each move:
//!
//! - nothing was shown that is not in a log, read again from its medium;
//! - nothing was released under the threshold of distinct custodians who truly approved that request;
//! - what decides is on the screen of whoever approves, whatever anybody wrote;
//! - no honest emergency with a threshold present was refused, whatever became of the log;
//! - verify's verdict is the right one, and the books tell of every quorum that was handed over.
//!
//! It says how often each move was made. `BREAKGLASS_MACHINE_CASES` makes it longer, with other seeds.

mod attackers;
mod dice;
mod media;
mod moves;
mod people;
mod safes;
mod screens;
mod thieves;
#[path = "../fixtures/world/mod.rs"]
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

/// How many sequences make a batch. Each of two threads plays batches until every move was made often enough.
const BATCH: u32 = 40;

/// How many batches a thread plays at most, where some move is rarer than it should be.
const MOST: u8 = 25;

/// How often each move has to be made.
const LEAST: u32 = 100;

/// How often each move had its effect.
type Counts = BTreeMap<&'static str, u32>;

/// Plays sequences, with random ones where there is no seed.
fn play(safes: &Safes, cases: u32, seed: Option<[u8; 2]>) -> Counts {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 32, ..Config::default() };
    let mut runner = match seed {
        Some([thread, batch]) => {
            let mut seed = [thread; 32];
            seed[0] = batch;
            TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
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
            if play(safes, &step.dice) {
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
    let counts: Mutex<Counts> = Mutex::new(MOVES.iter().map(|(name, ..)| (*name, 0)).collect());
    let add = |made: Counts| {
        let mut counts = counts.lock().unwrap();
        for (name, count) in made {
            *counts.entry(name).or_insert(0) += count;
        }
        counts.values().all(|count| *count >= LEAST)
    };
    thread::scope(|scope| {
        for thread in 0..2_u8 {
            let add = &add;
            scope.spawn(move || {
                let safes = Safes::new();
                match more {
                    Some(cases) => {
                        add(play(&safes, cases, None));
                    }
                    None => {
                        (0..MOST).any(|batch| add(play(&safes, BATCH, Some([thread, batch]))));
                    }
                }
            });
        }
    });
    let counts = counts.into_inner().unwrap();
    for (name, count) in &counts {
        println!("{count:>6}  {name}");
    }
    let rare: Vec<_> = counts.iter().filter(|(_, count)| **count < LEAST).collect();
    assert!(rare.is_empty(), "made less than {LEAST} times: {rare:?}");
}
