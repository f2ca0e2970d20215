//! Places in the log, by which it is told what came first.

/// Where something stands in the log, to tell what came first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The number of the record; of the `adopt`, for what a branch brought in.
    pub seq: u64,
    /// The number on that branch; 0 for what the log itself holds.
    pub within: u64,
}

impl Place {
    /// In the record `seq` of the log itself.
    pub(crate) fn of(seq: u64) -> Place {
        Place { seq, within: 0 }
    }

    /// The same on a branch that the record `seq` brings in.
    pub(super) fn brought_by(self, seq: u64) -> Place {
        Place { seq, within: self.seq }
    }
}
