//! How many of how many: the two numbers that make a quorum, and the index of one share.
//!
//! They are public (the seal names them), so they are kept apart from the secret sharing itself: an auditor's
//! code may name them without a door to shares.

/// `threshold` of `total_shares`, with 2 ≤ threshold ≤ total_shares ≤ 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold {
    threshold: u8,
    total_shares: u8,
}

/// Why two numbers are not a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ThresholdError {
    /// With a threshold of 0 or 1, every share alone gives the secret.
    #[error("a threshold of {0} lets one person open the vault alone; the minimum is 2")]
    TooLow(u8),
    /// More people would be needed than there are.
    #[error("a threshold of {threshold} cannot be met by {total_shares} shares")]
    AboveTotal {
        /// The threshold asked for.
        threshold: u8,
        /// The shares there are.
        total_shares: u8,
    },
    /// The field has 255 indexes.
    #[error("{0} shares were asked for; there can be at most 255")]
    TooManyShares(usize),
}

impl Threshold {
    /// Checks the two numbers.
    ///
    /// # Errors
    /// [`ThresholdError`] unless 2 ≤ `threshold` ≤ `total_shares` ≤ 255.
    pub fn new(threshold: u8, total_shares: usize) -> Result<Threshold, ThresholdError> {
        let total_shares =
            u8::try_from(total_shares).map_err(|_| ThresholdError::TooManyShares(total_shares))?;
        if threshold < 2 {
            return Err(ThresholdError::TooLow(threshold));
        }
        if threshold > total_shares {
            return Err(ThresholdError::AboveTotal { threshold, total_shares });
        }
        Ok(Threshold { threshold, total_shares })
    }

    /// How many shares reconstruct.
    pub fn threshold(self) -> u8 {
        self.threshold
    }

    /// How many shares there are.
    pub fn total_shares(self) -> u8 {
        self.total_shares
    }

    /// Whether one lost share loses the secret.
    pub(crate) fn one_loss_loses_all(self) -> bool {
        self.threshold == self.total_shares
    }

    /// Whether two groups without a common member could each reconstruct.
    pub(crate) fn allows_disjoint_quorums(self) -> bool {
        2 * u16::from(self.threshold) <= u16::from(self.total_shares)
    }
}

/// The index of a share: its x coordinate, 1 ≤ index ≤ 255. Index 0 would be the secret itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShareIndex(u8);

/// Index 0: the polynomial's value there is the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("share index 0 is not a share")]
pub struct IndexZero;

impl TryFrom<u8> for ShareIndex {
    type Error = IndexZero;

    fn try_from(index: u8) -> Result<ShareIndex, IndexZero> {
        if index == 0 { Err(IndexZero) } else { Ok(ShareIndex(index)) }
    }
}

impl From<ShareIndex> for u8 {
    fn from(index: ShareIndex) -> u8 {
        index.0
    }
}

impl std::fmt::Display for ShareIndex {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_is_judged_by_the_one_rule() {
        for threshold in 0..=255_u8 {
            for total in 0..=300_usize {
                let holds = threshold >= 2 && usize::from(threshold) <= total && total <= 255;
                assert_eq!(Threshold::new(threshold, total).is_ok(), holds, "{threshold} of {total}");
            }
        }
    }

    #[test]
    fn warnings_are_given_where_they_are_due() {
        let of = |threshold, total| Threshold::new(threshold, total).unwrap();
        assert!(of(2, 2).one_loss_loses_all() && !of(2, 3).one_loss_loses_all());
        assert!(of(2, 4).allows_disjoint_quorums() && !of(2, 3).allows_disjoint_quorums());
    }

    #[test]
    fn index_zero_is_refused() {
        assert_eq!(ShareIndex::try_from(0), Err(IndexZero));
        assert_eq!(u8::from(ShareIndex::try_from(255).unwrap()), 255);
    }
}
