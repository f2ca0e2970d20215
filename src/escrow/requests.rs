//! Requests, and what became of them.

use std::collections::BTreeSet;

use crate::crypto::digest::Digest;
use crate::record::closing::Close;
use crate::record::finding::{Broken, Rule};
use crate::record::request::{End, Request};
use crate::value::names::PersonId;
use crate::value::time::Time;

/// A request, and what became of it.
#[derive(Debug, Clone)]
pub struct RequestState {
    /// What it asks.
    pub request: Request,
    /// The digest of its record: what approvals name it by.
    pub record: Digest,
    /// Its number in the log.
    pub seq: u64,
    /// Its time.
    pub time: Time,
    /// Its releases, in order.
    pub releases: Vec<ReleaseState>,
    /// Its end.
    pub end: Option<EndState>,
    /// Its closing.
    pub closed: Option<CloseState>,
}

impl RequestState {
    /// Whether anything was released for it.
    pub fn is_released(&self) -> bool {
        !self.releases.is_empty()
    }

    /// A rule that is broken in what the request asks, or in what became of it.
    pub(crate) fn broken(&self, rule: Rule, detail: impl Into<String>) -> Broken {
        self.concerned(Broken::new(rule, detail))
    }

    /// The same, and that it is about this request.
    pub(crate) fn concerned(&self, broken: Broken) -> Broken {
        let Request { name, generation, .. } = &self.request;
        broken.request(self.record).vault(name).generation(*generation)
    }
}

/// A release of a request.
#[derive(Debug, Clone)]
pub struct ReleaseState {
    /// The digest of its record.
    pub record: Digest,
    /// Its number in the log.
    pub seq: u64,
    /// Its time.
    pub time: Time,
    /// Whose approvals it rests on.
    pub approvers: BTreeSet<PersonId>,
}

/// The end of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndState {
    /// What it says.
    pub end: End,
    /// Its number in the log.
    pub seq: u64,
    /// Its time.
    pub time: Time,
}

/// The closing of a request.
#[derive(Debug, Clone)]
pub struct CloseState {
    /// Who closed it.
    pub by: PersonId,
    /// When.
    pub time: Time,
    /// The list.
    pub close: Close,
}
