//! Groups: one of Security *and* one of Operations, by mathematics.
//!
//! A seal may divide its shares into groups, each with a threshold of its own, and say how many of the groups are
//! needed. The vault key is shared among the groups, and what each group gets is shared among its people. This file
//! answers the one question that everybody has who counts people: are these enough?

use std::collections::BTreeSet;

use crate::record::seal::{Seal, SealedTo};
use crate::value::names::{GroupName, PersonId};

/// The most groups of one seal.
pub const MAX_GROUPS: usize = 16;

/// Why the groups of a seal do not fit one another, or its shares.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GroupsError {
    /// `groups`, `groups_needed` and the group of each share are there together, or not at all.
    #[error("groups, how many of them are needed, and the group of each share belong together")]
    Incomplete,
    /// More than [`MAX_GROUPS`].
    #[error("{0} groups; there may be at most {MAX_GROUPS}")]
    TooMany(usize),
    /// Zero groups needed, or more than there are.
    #[error("{needed} of {groups} groups cannot be needed")]
    Needed {
        /// How many are said to be needed.
        needed: u8,
        /// How many there are.
        groups: usize,
    },
    /// One name twice.
    #[error("two groups are called `{0}`")]
    Repeated(GroupName),
    /// A group's threshold is 0, or above the number of its people.
    #[error("group `{0}` needs more people than it has, or nobody")]
    Threshold(GroupName),
    /// The shares are not those of the groups, one group after another.
    #[error("the shares are not those of the groups, one group after another")]
    Shares,
    /// The seal's threshold is not the number of people in the smallest set that opens it.
    #[error("the smallest set of people who can open it has {expected}, not {found}")]
    Smallest {
        /// What the groups give.
        expected: usize,
        /// What the seal says.
        found: u8,
    },
}

impl Seal {
    /// Whether the people for whom `is_there` answers yes can reconstruct together. The one place that decides it:
    /// with groups, as many groups as are needed, each with as many people as it needs.
    pub fn is_satisfied_by(&self, is_there: impl Fn(&SealedTo) -> bool) -> bool {
        let there = |shares: &[SealedTo]| shares.iter().filter(|share| is_there(share)).count();
        if self.groups.is_empty() {
            return there(&self.shares) >= usize::from(self.threshold);
        }
        let mut rest = self.shares.as_slice();
        let mut satisfied = 0;
        for group in &self.groups {
            let (own, others) = rest.split_at(usize::from(group.total).min(rest.len()));
            satisfied += usize::from(there(own) >= usize::from(group.threshold));
            rest = others;
        }
        satisfied >= usize::from(self.groups_needed.unwrap_or(u8::MAX))
    }

    /// Checks that the groups fit one another and the shares.
    ///
    /// # Errors
    /// [`GroupsError`], for the first thing that does not fit.
    pub fn check_groups(&self) -> Result<(), GroupsError> {
        let named = self.shares.iter().filter(|share| share.group.is_some()).count();
        let groups = self.groups.len();
        let Some(needed) = self.groups_needed else {
            return if groups == 0 && named == 0 { Ok(()) } else { Err(GroupsError::Incomplete) };
        };
        if groups == 0 || named != self.shares.len() {
            return Err(GroupsError::Incomplete);
        }
        if groups > MAX_GROUPS {
            return Err(GroupsError::TooMany(groups));
        }
        if needed == 0 || usize::from(needed) > groups {
            return Err(GroupsError::Needed { needed, groups });
        }
        for (at, group) in self.groups.iter().enumerate() {
            if self.groups[..at].iter().any(|other| other.name == group.name) {
                return Err(GroupsError::Repeated(group.name.clone()));
            }
            if group.threshold == 0 || group.threshold > group.total {
                return Err(GroupsError::Threshold(group.name.clone()));
            }
        }
        let of_groups = self
            .groups
            .iter()
            .flat_map(|group| std::iter::repeat_n(Some(&group.name), usize::from(group.total)));
        if !self.shares.iter().map(|share| share.group.as_ref()).eq(of_groups) {
            return Err(GroupsError::Shares);
        }
        let mut thresholds: Vec<usize> = self.groups.iter().map(|one| usize::from(one.threshold)).collect();
        thresholds.sort_unstable();
        let expected = thresholds.iter().take(usize::from(needed)).sum();
        if usize::from(self.threshold) != expected {
            return Err(GroupsError::Smallest { expected, found: self.threshold });
        }
        Ok(())
    }

    /// Whether the same people open what `other` was sealed to, in the same way: whichever order they are named in.
    pub fn opens_like(&self, other: &Seal) -> bool {
        let people = |seal: &Seal| -> BTreeSet<(Option<GroupName>, PersonId)> {
            seal.shares.iter().map(|share| (share.group.clone(), share.custodian.clone())).collect()
        };
        self.is_opened_by_as_many_as(other) && people(self) == people(other)
    }

    /// Whether it has the threshold of another, and the same groups with the same thresholds.
    pub(crate) fn is_opened_by_as_many_as(&self, other: &Seal) -> bool {
        let groups = |seal: &Seal| -> BTreeSet<(GroupName, u8)> {
            seal.groups.iter().map(|group| (group.name.clone(), group.threshold)).collect()
        };
        self.threshold == other.threshold
            && self.groups_needed == other.groups_needed
            && groups(self) == groups(other)
    }

    /// Whether there is one person without whose share nobody can reconstruct.
    pub(crate) fn one_loss_loses_all(&self) -> bool {
        self.shares.iter().any(|lost| !self.is_satisfied_by(|share| share.index != lost.index))
    }

    /// Whether two sets of people with nobody in common could each reconstruct.
    pub(crate) fn allows_disjoint_quorums(&self) -> bool {
        let twice = |threshold: u8, total: u8| 2 * u16::from(threshold) <= u16::from(total);
        let Some(needed) = self.groups_needed else { return twice(self.threshold, self.total_shares) };
        // A group of which both sets can have enough people serves both; each other group serves one of them.
        let both = self.groups.iter().filter(|group| twice(group.threshold, group.total)).count();
        let one = self.groups.len() - both;
        2 * usize::from(needed).saturating_sub(both) <= one
    }
}
