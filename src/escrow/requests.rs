//! Requests, and what became of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::crypto::digest::Digest;
use crate::record::closing::Close;
use crate::record::deviation::Deviation;
use crate::record::finding::{Broken, Rule};
use crate::record::policy::Policy;
use crate::record::request::{End, Request};
use crate::value::names::PersonId;
use crate::value::shared_list::SharedList;
use crate::value::time::{Seconds, Time};

/// A request, and what became of it.
#[derive(Debug, Clone)]
pub struct RequestState {
    /// What it asks.
    pub request: Arc<Request>,
    /// The digest of its record: what approvals name it by.
    pub record: Digest,
    /// Its number in the log.
    pub seq: u64,
    /// Its time.
    pub time: Time,
    /// What the log said when it was made.
    pub circumstances: Arc<Circumstances>,
    /// Its releases, in order.
    pub releases: SharedList<ReleaseState>,
    /// Its end.
    pub end: Option<Arc<EndState>>,
    /// Its closing.
    pub closed: Option<Arc<CloseState>>,
}

/// What the log says when a request is made, as far as deviations follow from it. Whoever approves knows no later log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circumstances {
    /// The deviations that are derived of the request.
    pub derived: BTreeSet<Deviation>,
    /// Those of the generation's custodians who had retired.
    pub(super) retired: BTreeSet<PersonId>,
    /// The policy, as far as deviations are judged by it.
    pub(super) terms: Terms,
}

/// The part of a policy by which deviations are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Terms {
    pub(super) max_request_window: Seconds,
    pub(super) requester_may_approve: bool,
    pub(super) strict_air_gap: bool,
}

impl Terms {
    pub(super) fn of(policy: &Policy) -> Terms {
        Terms {
            max_request_window: policy.max_request_window,
            requester_may_approve: policy.requester_may_approve,
            strict_air_gap: policy.strict_air_gap,
        }
    }
}

impl RequestState {
    /// Whether anything was released for it.
    pub fn is_released(&self) -> bool {
        !self.releases.is_empty()
    }

    /// The digests of the records of its releases.
    pub(crate) fn release_records(&self) -> impl Iterator<Item = Digest> {
        self.releases.iter().map(|one| one.record)
    }

    /// A rule that is broken in what the request asks, or in what became of it.
    pub(crate) fn broken(&self, rule: Rule, detail: impl Into<String>) -> Broken {
        self.concerned(Broken::new(rule, detail))
    }

    /// A deviation that a record of `kind` by `person` about this request does not list.
    pub(crate) fn unlisted(
        &self,
        deviation: Deviation,
        person: &PersonId,
        kind: &str,
        detail: String,
    ) -> Broken {
        self.broken(Rule::DeviationUndeclared, detail)
            .deviation(deviation)
            .person(person)
            .kind(kind.to_owned())
    }

    /// The same, and that it is about this request.
    pub(crate) fn concerned(&self, broken: Broken) -> Broken {
        let Request { name, generation, .. } = &*self.request;
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
    /// The approvals that it rests on: each by whom, and when.
    pub approvals: Vec<(PersonId, Time)>,
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
