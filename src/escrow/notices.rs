//! The notice of a release: who may acknowledge it, and whether somebody has.

use std::collections::BTreeSet;

use crate::crypto::digest::Digest;
use crate::escrow::requests::RequestState;
use crate::escrow::state::Escrow;
use crate::record::card::Role;
use crate::value::names::PersonId;

impl Escrow {
    /// The people who may acknowledge the notice of a request's releases: the holders of the generation who had no part in
    /// them and have not retired; if there are none, administrators and auditors of whom the same holds.
    pub(crate) fn may_acknowledge(&self, asked: &RequestState) -> BTreeSet<PersonId> {
        let request = &asked.request;
        let had_part = |person: &PersonId| {
            *person == request.requester || asked.releases.iter().any(|one| one.approvers.contains(person))
        };
        let stands = |person: &&PersonId| !had_part(person) && !self.has_retired_from(person, &request.vault);
        let generation = self.asked_for(request);
        let holders = generation.into_iter().flat_map(|one| one.custodians());
        let holders: BTreeSet<PersonId> = holders.filter(stands).cloned().collect();
        if !holders.is_empty() {
            return holders;
        }
        let in_office =
            self.people.iter().filter(|(_, one)| one.is(Role::Administrator) || one.is(Role::Auditor));
        in_office.map(|(id, _)| id).filter(stands).cloned().collect()
    }

    /// Whose acknowledgement of the notice of one of a request's releases counts: the release, and the person.
    pub(crate) fn acknowledged(&self, asked: &RequestState) -> impl Iterator<Item = (Digest, &PersonId)> {
        let records = asked.releases.iter().map(|one| one.record);
        records.flat_map(|record| {
            self.agreed.get(&record).into_iter().flatten().map(move |person| (record, person))
        })
    }
}
