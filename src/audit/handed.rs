//! Shares that were handed over: approvals of requests of which no release is logged.

use std::collections::BTreeMap;

use crate::crypto::digest::Digest;
use crate::escrow::{Act, Escrow, Generation, Place, RequestState};
use crate::record::finding::{Broken, Finding, Rule};
use crate::record::statement::{Approval, Statement};
use crate::value::names::PersonId;
use crate::value::time::Time;

/// An approval, from a log or a book.
#[derive(Debug, Clone)]
pub struct Approved {
    /// Who approved.
    pub person: PersonId,
    /// When, by their clock.
    pub time: Time,
    /// What.
    pub approval: Approval,
}

/// A person's first approval.
#[derive(Debug, Clone, Copy)]
struct First<'a> {
    time: Time,
    /// Where it is first known; none if only books tell.
    place: Option<Place>,
    /// The request that it answers, if the log holds it.
    asked: Option<&'a RequestState>,
}

/// When, and in which record, as many people had approved as can reconstruct.
#[derive(Debug)]
pub(crate) struct Reached {
    /// When it began that they can.
    pub(crate) act: Act,
    /// When the last of them approved, by their clock.
    pub(crate) time: Time,
    /// In which record; none if only books tell.
    pub(crate) place: Option<Place>,
}

/// For each generation, who handed a share over to a request of which no release is logged.
#[derive(Debug)]
pub(crate) struct HandedOver<'a>(BTreeMap<(Digest, Digest), BTreeMap<&'a PersonId, First<'a>>>);

impl<'a> HandedOver<'a> {
    /// Approvals hand shares over for good, whether or not a release is logged: they are counted by generation.
    pub(crate) fn of(escrow: &'a Escrow, in_books: &'a [Approved]) -> HandedOver<'a> {
        let logged = escrow.statements.iter().filter_map(|collected| {
            let signed = &collected.statement;
            let Statement::Approval(approval) = &signed.statement.says else { return None };
            Some((&signed.person, signed.statement.time, Some(Place::of(collected.seq)), approval))
        });
        let in_books = in_books.iter().map(|one| (&one.person, one.time, None, &one.approval));
        let mut handed = BTreeMap::new();
        for (person, time, place, approval) in logged.chain(in_books) {
            let asked =
                escrow.request(&approval.request).filter(|asked| asked.request.vault == approval.vault);
            if escrow.request(&approval.request).is_some_and(RequestState::is_released) {
                continue;
            }
            // Without its request nobody knows which of several seals of that number it is of.
            let of_request = |one: &&Generation| asked.is_none_or(|asked| asked.request.seal == one.record);
            // A book may say anything; only a person who holds a share can have handed one over.
            let holds = |one: &&Generation| one.seal.share_of(person).is_some();
            let sealed = escrow.vault(&approval.vault).into_iter();
            let sealed = sealed.flat_map(|vault| vault.numbered(approval.generation));
            for one in sealed.filter(of_request).filter(holds) {
                let people: &mut BTreeMap<_, _> = handed.entry((approval.vault, one.record)).or_default();
                let first = people.entry(person).or_insert(First { time, place, asked });
                if time < first.time {
                    *first = First { time, asked, ..*first };
                }
            }
        }
        HandedOver(handed)
    }

    /// When as many had approved as can reconstruct this generation; `None` while they have not.
    pub(crate) fn quorum(&self, escrow: &Escrow, generation: &Generation) -> Option<Reached> {
        let people = self.0.get(&(generation.seal.vault, generation.record))?;
        let satisfied = |had: &dyn Fn(&First<'_>) -> bool| {
            generation.seal.is_satisfied_by(|share| people.get(&share.custodian).is_some_and(had))
        };
        let mut times: Vec<Time> = people.values().map(|first| first.time).collect();
        times.sort_unstable();
        let time = times.into_iter().find(|at| satisfied(&|first| first.time <= *at))?;
        let mut places: Vec<Place> = people.values().filter_map(|first| first.place).collect();
        places.sort_unstable();
        let place =
            places.into_iter().find(|at| satisfied(&|first| first.place.is_some_and(|place| place <= *at)));
        // Those who asked had done so before anybody approved: they are heard too.
        let counted = people.iter().filter(|(_, first)| first.time <= time);
        let asked = counted.clone().filter_map(|(_, first)| first.asked);
        let from = asked.clone().map(|asked| escrow.begun_after(asked.seq)).max().unwrap_or_default();
        let approvers = counted.map(|(person, first)| ((*person).clone(), first.time));
        let requesters = asked.map(|asked| (asked.request.requester.clone(), asked.time));
        let voices = approvers.chain(requesters).collect();
        let by = place.map_or(u64::MAX, |place| place.seq);
        Some(Reached { act: Act { time, person: None, voices, from, by }, time, place })
    }

    /// What is found of them.
    pub(crate) fn findings(&self, escrow: &Escrow) -> Vec<Finding> {
        let all = self.0.iter().filter_map(|((vault, seal), people)| {
            let generation = escrow.sealed(vault, seal)?;
            let quorum = self.quorum(escrow, generation);
            let rule = if quorum.is_some() { Rule::QuorumUnreleased } else { Rule::ApprovalsUnreleased };
            let people: Vec<PersonId> = people.keys().map(|person| (*person).clone()).collect();
            let names: Vec<_> = people.iter().map(|person| format!("`{person}`")).collect();
            let broken = Broken::new(rule, format!("{}: {}", escrow.title_of(generation), names.join(", ")));
            let broken = broken.seal(&generation.seal).threshold(generation.seal.threshold);
            let broken = broken.where_known(quorum.map(|quorum| quorum.time), Broken::time);
            Some(broken.people(people).about(generation.seq))
        });
        all.collect()
    }
}
