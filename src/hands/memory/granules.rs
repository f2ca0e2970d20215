//! Which parts of a piece of memory are taken: one bit for each granule of 64 bytes. It knows no addresses.

/// The bytes of a granule; a block begins at a granule, so that its address is a multiple of this.
pub(crate) const GRANULE: usize = 64;

/// A map of `WORDS` × 64 granules.
pub struct Granules<const WORDS: usize> {
    taken: [u64; WORDS],
    /// No granule before this word is free.
    full_before: usize,
}

impl<const WORDS: usize> Granules<WORDS> {
    /// All of them free.
    pub const fn new() -> Self {
        Granules { taken: [0; WORDS], full_before: 0 }
    }

    /// Takes as many neighbours as `bytes` need, the first that are free, and gives the offset of the first in
    /// bytes; `None` if there are not so many neighbours.
    pub fn take(&mut self, bytes: usize) -> Option<usize> {
        let wanted = bytes.div_ceil(GRANULE).max(1);
        while self.full_before < WORDS && self.taken[self.full_before] == u64::MAX {
            self.full_before += 1;
        }
        let (mut first, mut found) = (self.full_before * 64, 0);
        let mut at = first;
        while at < WORDS * 64 {
            let word = self.taken[at / 64];
            // Skip whole words at once, if all their granules are taken or all are free.
            let step = if at % 64 == 0 && (word == u64::MAX || word == 0) { 64 } else { 1 };
            if word >> (at % 64) & 1 == 1 {
                (first, found) = (at + step, 0);
            } else {
                found += step;
                if found >= wanted {
                    self.mark(first, wanted, true);
                    return Some(first * GRANULE);
                }
            }
            at += step;
        }
        None
    }

    /// Gives back what [`Granules::take`] gave for as many bytes.
    pub(crate) fn give_back(&mut self, offset: usize, bytes: usize) {
        let first = offset / GRANULE;
        self.mark(first, bytes.div_ceil(GRANULE).max(1), false);
        self.full_before = self.full_before.min(first / 64);
    }

    fn mark(&mut self, first: usize, count: usize, taken: bool) {
        let (mut at, end) = (first, first + count);
        while at < end {
            let bits = (end - at).min(64 - at % 64);
            let mask = (u64::MAX >> (64 - bits)) << (at % 64);
            let word = &mut self.taken[at / 64];
            *word = if taken { *word | mask } else { *word & !mask };
            at += bits;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The first place where so many neighbours are free, found the slow way.
    fn slow(taken: &[bool], wanted: usize) -> Option<usize> {
        (0..=taken.len().checked_sub(wanted)?).find(|&first| !taken[first..first + wanted].contains(&true))
    }

    proptest! {
        /// Against a plain row of flags: the same places, whatever is taken and given back.
        #[test]
        fn it_finds_what_the_slow_way_finds(
            moves in prop::collection::vec((any::<bool>(), 0..12_000_usize, any::<prop::sample::Index>()), 1..200),
        ) {
            let mut granules = Granules::<6>::new();
            let mut flags = [false; 6 * 64];
            let mut held: Vec<(usize, usize)> = Vec::new();
            for (takes, bytes, which) in moves {
                if takes || held.is_empty() {
                    let wanted = bytes.div_ceil(GRANULE).max(1);
                    let expected = slow(&flags, wanted);
                    prop_assert_eq!(granules.take(bytes), expected.map(|first| first * GRANULE));
                    if let Some(first) = expected {
                        flags[first..first + wanted].fill(true);
                        held.push((first * GRANULE, bytes));
                    }
                } else {
                    let (offset, bytes) = held.swap_remove(which.index(held.len()));
                    let first = offset / GRANULE;
                    flags[first..first + bytes.div_ceil(GRANULE).max(1)].fill(false);
                    granules.give_back(offset, bytes);
                }
            }
        }
    }

    #[test]
    fn all_of_it_can_be_taken_and_no_more() {
        let mut granules = Granules::<2>::new();
        assert_eq!(granules.take(128 * GRANULE + 1), None);
        assert_eq!(granules.take(128 * GRANULE), Some(0));
        assert_eq!(granules.take(0), None);
        granules.give_back(0, 128 * GRANULE);
        assert_eq!((granules.take(0), granules.take(1), granules.take(65)), (Some(0), Some(64), Some(128)));
    }
}
