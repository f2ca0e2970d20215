//! Who is named in the command of a duty.

use crate::escrow::Escrow;
use crate::record::card::Role;
use crate::value::names::PersonId;

/// The flag with which a person acts, if their files are where the ceremonies put them.
pub(super) fn acting(person: &PersonId) -> String {
    format!("--as {person}/{person}")
}

/// A person with that role who has not retired and is not `other`. People in `first` are preferred.
pub(super) fn find_person<'a>(
    escrow: &'a Escrow,
    role: Role,
    first: &[&'a PersonId],
    other: Option<&PersonId>,
) -> Option<&'a PersonId> {
    let all = first.iter().copied().chain(escrow.people.keys());
    let mut fit = all.filter(|id| {
        Some(*id) != other && !escrow.has_retired(id) && escrow.people.get(id).is_some_and(|one| one.is(role))
    });
    fit.next()
}
