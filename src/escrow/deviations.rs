//! Deviations that follow from the log. They are derived here and nowhere else, whoever wants to know: the one who
//! asks, an approver, the one who releases, and an auditor. What a record lists is never believed to be all.

use std::collections::BTreeSet;

use crate::escrow::requests::{Circumstances, RequestState, Terms};
use crate::escrow::state::Escrow;
use crate::escrow::vaults::Vault;
use crate::record::deviation::Deviation;
use crate::record::environment::Environment;
use crate::record::request::Request;
use crate::value::names::PersonId;
use crate::value::time::Time;

/// The circumstances of a request that is made at `time`, on the log as it is before it.
pub fn of_request(escrow: &Escrow, request: &Request, time: Time) -> Circumstances {
    let terms = Terms::of(&escrow.policy);
    let generation = escrow.asked_for(request);
    let holders = generation.into_iter().flat_map(|one| &one.seal.shares).map(|share| &share.custodian);
    let retired = holders.filter(|person| escrow.has_retired_from(person, &request.vault)).cloned().collect();
    let mut derived = standing(escrow, request, &request.environment, terms);
    derived.extend(is_long(request, time, terms).then_some(Deviation::LongWindow));
    Circumstances { derived, retired, terms }
}

impl RequestState {
    /// What is derived of the request, and not listed there.
    pub fn undeclared(&self) -> BTreeSet<Deviation> {
        without(self.circumstances.derived.clone(), &self.request.deviations)
    }

    /// What an approval of the request by `person` at `time` has to list: what is derived of it, and what is undeclared.
    pub fn deviations_of_approval(&self, person: &PersonId, time: Time) -> BTreeSet<Deviation> {
        let (request, Circumstances { terms, retired, .. }) = (&self.request, &*self.circumstances);
        let is_forbidden = *person == request.requester && !terms.requester_may_approve;
        let own = [
            (!request.is_open_at(time), Deviation::OutsideWindow),
            (is_forbidden, Deviation::RequesterApproves),
            (retired.contains(person), Deviation::RetiredPerson),
        ];
        self.undeclared().into_iter().chain(those_that_hold(own)).collect()
    }
}

/// What a release of `asked` at `time` has to list, on the log as it is before it: what is derived of it, and not listed
/// in the request.
pub fn of_release(
    escrow: &Escrow,
    asked: &RequestState,
    approvers: &BTreeSet<PersonId>,
    environment: &Environment,
    time: Time,
) -> BTreeSet<Deviation> {
    let (request, terms) = (&asked.request, asked.circumstances.terms);
    let has_left = |person: &PersonId| escrow.has_retired_from(person, &request.vault);
    let own = [
        (!request.is_open_at(time), Deviation::OutsideWindow),
        (
            approvers.contains(&request.requester) && !terms.requester_may_approve,
            Deviation::RequesterApproves,
        ),
        (approvers.iter().any(has_left), Deviation::RetiredPerson),
    ];
    let mut derived = standing(escrow, request, environment, terms);
    derived.extend(those_that_hold(own));
    // What the request should have listed stays undeclared, whatever has become of it since.
    derived.extend(asked.circumstances.derived.iter().copied());
    without(derived, &request.deviations)
}

impl Escrow {
    /// Whether a repair that is `deviation` rests on one person's word alone.
    fn has_unseen(&self, deviation: Deviation) -> bool {
        self.unseen.keys().any(|(repair, _)| *repair == deviation)
    }
}

/// What is derived of a record about `request` in the same way, be it the request itself or its release.
fn standing(
    escrow: &Escrow,
    request: &Request,
    environment: &Environment,
    terms: Terms,
) -> BTreeSet<Deviation> {
    let vault = escrow.vault(&request.vault);
    let current = vault.map(|vault| vault.current().record);
    let generation = escrow.asked_for(request);
    let found = [
        (current.is_some_and(|current| current != request.seal), Deviation::NotCurrent),
        (generation.is_some_and(|one| !one.has_threshold_of_checks()), Deviation::NotInForce),
        (escrow.has_retired_from(&request.requester, &request.vault), Deviation::RetiredPerson),
        (vault.is_some_and(Vault::is_undecided), Deviation::Undecided),
        (vault.is_some_and(|vault| vault.decommissioned), Deviation::Decommissioned),
        (escrow.succeeded, Deviation::Succeeded),
        (escrow.has_unseen(Deviation::DamagedLog), Deviation::DamagedLog),
        (escrow.has_unseen(Deviation::ContinuedElsewhere), Deviation::ContinuedElsewhere),
        (escrow.may_lack_records(), Deviation::MissingRecords),
    ];
    those_that_hold(found).chain(environment.deviations(terms.strict_air_gap)).collect()
}

/// Whether the window is longer than the policy allows. It counts from the request on, so that a window in the far future
/// is a long one too.
fn is_long(request: &Request, time: Time, terms: Terms) -> bool {
    request.not_after > time.min(request.not_before).after(terms.max_request_window)
}

fn those_that_hold<const N: usize>(found: [(bool, Deviation); N]) -> impl Iterator<Item = Deviation> {
    found.into_iter().filter(|(holds, _)| *holds).map(|(_, deviation)| deviation)
}

fn without(mut derived: BTreeSet<Deviation>, listed: &[Deviation]) -> BTreeSet<Deviation> {
    derived.retain(|deviation| !listed.contains(deviation));
    derived
}
