//! Trying: each change of a file is shown to a judge, and what the judge says is held against what it should.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

/// One change of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Bit `bit` of byte `at` is the other one.
    Flip { at: usize, bit: u8 },
    /// Only the first bytes are left.
    Cut { length: usize },
}

impl Change {
    /// The file with the change.
    pub fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Change::Flip { at, bit } => {
                let mut changed = bytes.to_vec();
                changed[at] ^= 1 << bit;
                changed
            }
            Change::Cut { length } => bytes[..length].to_vec(),
        }
    }

    /// The first byte that is not what it was.
    pub fn at(self) -> usize {
        match self {
            Change::Flip { at, .. } => at,
            Change::Cut { length } => length,
        }
    }
}

/// Whether everything is tried, and not only a sample.
fn whole() -> bool {
    std::env::var_os("BREAKGLASS_WHOLE").is_some_and(|value| value == "1")
}

/// Every flip of a file of `length` bytes, or as many of them as `most`: spread over all of it, and over the
/// eight bits.
fn flips(length: usize, most: usize) -> Vec<Change> {
    if whole() || most >= 8 * length {
        let bits = |at| (0..8).map(move |bit| Change::Flip { at, bit });
        return (0..length).flat_map(bits).collect();
    }
    let spread = most.min(length);
    let flip = |one: usize| {
        let (round, place) = (one / spread, one % spread);
        Change::Flip { at: place * length / spread, bit: ((place + 3 * round) % 8) as u8 }
    };
    (0..most).map(flip).collect()
}

/// Every length that is shorter, or as many of them as `most`, and the last one, and all about which something
/// is special.
fn cuts(length: usize, most: usize, special: &[usize]) -> Vec<Change> {
    let most = if whole() { length } else { most.min(length) };
    let near = special.iter().chain([&length]).flat_map(|at| at.saturating_sub(1)..=at + 1);
    let mut lengths: Vec<usize> = (0..most).map(|one| one * length / most).chain(near).collect();
    lengths.retain(|cut| *cut < length);
    lengths.sort_unstable();
    lengths.dedup();
    lengths.into_iter().map(|length| Change::Cut { length }).collect()
}

/// A file, and how much of it is tried by default.
pub struct File<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it holds.
    pub bytes: &'a [u8],
    /// The most flips.
    pub flips: usize,
    /// The most truncations.
    pub cuts: usize,
    /// Lengths at which a truncation has to be tried, and one byte before and behind.
    pub special: &'a [usize],
}

impl File<'_> {
    /// Shows every change to `judge`, which answers with what is wrong about how it was met. All that is wrong
    /// fails the test.
    #[track_caller]
    pub fn try_all(&self, judge: impl Fn(Change, &[u8]) -> Result<(), String> + Sync) {
        let begun = Instant::now();
        let flips = flips(self.bytes.len(), self.flips);
        let cuts = cuts(self.bytes.len(), self.cuts, self.special);
        let count = (flips.len(), cuts.len());
        assert!(count.0 > 0 && count.1 > 0, "{}: nothing is tried", self.name);
        let changes = [flips, cuts].concat();
        let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        let work = || {
            while let Some(change) = changes.get(next.fetch_add(1, Ordering::Relaxed)) {
                if let Err(why) = judge(*change, &change.of(self.bytes)) {
                    wrong.lock().unwrap().push(format!("{change:?}: {why}"));
                }
            }
        };
        let threads = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
        let wrong = wrong.into_inner().unwrap();
        println!(
            "{}: {} bytes, {} flips and {} truncations, {} not met as they should be, {:.1} s",
            self.name,
            self.bytes.len(),
            count.0,
            count.1,
            wrong.len(),
            begun.elapsed().as_secs_f64()
        );
        let first: Vec<_> = wrong.iter().take(10).collect();
        assert!(wrong.is_empty(), "{}: {} changes, of which {first:#?}", self.name, wrong.len());
    }

    /// The same, where each change has to be refused by a judge that answers with what it refuses, and that
    /// has to be `named`. The file as it is, is not refused.
    #[track_caller]
    pub fn all_refused(&self, named: &str, judge: impl Fn(&[u8]) -> Result<(), String> + Sync) {
        self.refused_but(None, named, judge);
    }

    /// The same for armour that no digest covers, whose last line feed age does without: what is in the file is
    /// all there, and the judge finds it to be.
    #[track_caller]
    pub fn all_refused_but_a_line_feed(&self, judge: impl Fn(&[u8]) -> Result<(), String> + Sync) {
        assert_eq!(self.bytes.last(), Some(&b'\n'));
        self.refused_but(Some(Change::Cut { length: self.bytes.len() - 1 }), "", judge);
    }

    #[track_caller]
    fn refused_but(
        &self,
        harmless: Option<Change>,
        named: &str,
        judge: impl Fn(&[u8]) -> Result<(), String> + Sync,
    ) {
        assert_eq!(judge(self.bytes), Ok(()), "{}: it is refused as it is", self.name);
        self.try_all(|change, changed| match judge(changed) {
            answer if Some(change) == harmless => answer,
            Ok(()) => Err("it is taken".to_owned()),
            Err(what) if what.contains(named) => Ok(()),
            Err(what) => Err(format!("`{named}` is not named: {what}")),
        });
    }
}

/// Asserts that a claim holds, for judges.
pub fn holds(claim: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if claim { Ok(()) } else { Err(why()) }
}

#[test]
fn the_sample_is_spread_over_bytes_and_bits_and_the_whole_is_the_whole() {
    let all = flips(50, 400);
    assert_eq!(all.len(), 400);
    for at in 0..50 {
        assert!((0..8).all(|bit| all.contains(&Change::Flip { at, bit })));
    }
    assert_eq!(Change::Flip { at: 1, bit: 7 }.of(b"aaa"), b"a\xe1a");
    assert_eq!(Change::Cut { length: 2 }.of(b"abc"), b"ab");
    if whole() {
        assert_eq!(flips(100, 1).len(), 800);
        assert_eq!(cuts(100, 1, &[]).len(), 100);
        return;
    }
    for (length, most) in [(1000, 100), (1000, 1000), (1000, 3000)] {
        let some = flips(length, most);
        let mut distinct: Vec<_> = some.iter().map(|change| format!("{change:?}")).collect();
        distinct.sort();
        distinct.dedup();
        assert_eq!((some.len(), distinct.len()), (most, most));
        let last = some.iter().map(|change| change.at()).max().unwrap();
        assert!(last >= length - length / most.min(length) && last < length);
        for one in 0..8 {
            let uses = |change: &&Change| matches!(change, Change::Flip { bit, .. } if *bit == one);
            assert!(some.iter().filter(uses).count() >= most / 9, "bit {one}");
        }
    }
    let lengths: Vec<usize> = cuts(100, 4, &[40, 100]).iter().map(|change| change.at()).collect();
    assert_eq!(lengths, [0, 25, 39, 40, 41, 50, 75, 99]);
}
