//! Deviations that the log itself shows.

use std::collections::BTreeSet;

use crate::escrow::requests::RequestState;
use crate::escrow::state::Escrow;
use crate::record::deviation::Deviation;
use crate::value::names::PersonId;
use crate::value::time::Time;

/// The deviations of a release at `now`, beyond what its request says.
pub fn release_deviations(
    escrow: &Escrow,
    asked: &RequestState,
    approvers: &BTreeSet<PersonId>,
    now: Time,
) -> Vec<Deviation> {
    let request = &asked.request;
    let mut found = Vec::new();
    if !request.is_open_at(now) {
        found.push(Deviation::OutsideWindow);
    }
    if approvers.contains(&request.requester) && !escrow.policy.requester_may_approve {
        found.push(Deviation::RequesterApproves);
    }
    if now < escrow.time {
        found.push(Deviation::ClockBehind);
    }
    if approvers.iter().any(|person| escrow.has_retired(person)) {
        found.push(Deviation::RetiredPerson);
    }
    if escrow.has_gaps() {
        found.push(Deviation::MissingRecords);
    }
    found.retain(|deviation| !request.deviations.contains(deviation));
    found
}
