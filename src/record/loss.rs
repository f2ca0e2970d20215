//! What is lost of a book: its own records say which, and statements that name others show it.

use std::ops::Range;

use crate::record::statement::BookRef;

/// The greatest number that a book is continued with after a loss, so that there is always a next one.
pub const MAX_NUMBER: u64 = 1 << 53;

/// What is lost of a book, and where it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LostRecords {
    /// The number of the first record that is lost.
    pub first: u64,
    /// The newest record of the book that is known, be it in the book or by its name: the next one follows it.
    pub newest: BookRef,
}

/// The numbers of records that a book says are lost.
#[derive(Debug, Clone, Default)]
pub(crate) struct LostNumbers(Vec<Range<u64>>);

impl LostNumbers {
    /// Adds numbers; the last of them is greater than any before.
    pub(crate) fn add(&mut self, mut numbers: Range<u64>) {
        while let Some(last) = self.0.pop_if(|last| numbers.start <= last.end) {
            numbers.start = numbers.start.min(last.start);
        }
        self.0.push(numbers);
    }

    /// Whether the record of that number is lost.
    pub(crate) fn have(&self, number: u64) -> bool {
        let after = self.0.partition_point(|range| range.end <= number);
        self.0.get(after).is_some_and(|range| range.contains(&number))
    }
}

#[cfg(test)]
mod tests {
    use super::LostNumbers;

    #[test]
    fn numbers_that_are_lost_twice_are_kept_once() {
        let mut lost = LostNumbers::default();
        for range in [2..4, 6..9, 12..20, 7..21] {
            lost.add(range);
        }
        assert_eq!(lost.0, [2..4, 6..21]);
        let found: Vec<u64> = (0..25).filter(|number| lost.have(*number)).collect();
        assert_eq!(found, [2, 3].into_iter().chain(6..21).collect::<Vec<_>>());
    }
}
