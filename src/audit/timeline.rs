//! What is certain of the times in a log, whatever one person's clock or hand wrote. See `docs/spec/time.md`.
//!
//! Between what others wrote before and what others wrote after, every date has bounds: *low* and *high*. One person who is
//! wrong moves neither, since each is the second of what several people say.

use std::collections::{BTreeMap, BTreeSet};

use crate::escrow::{Act, Escrow, Mark};
use crate::value::names::PersonId;
use crate::value::time::{Seconds, Time};

/// How far a date may lie after what others say, before it counts as one from the future.
pub(crate) const TOLERANCE: Seconds = Seconds(3600);

/// A time, and whose clock it is of, by place among the people.
type Said = (Time, usize);

/// How many people's dates are kept at each record: one is left out where it is their own act, and the second of the others
/// decides.
const KEPT: usize = 3;

/// What is known at one record: the dates of different people that are nearest to it.
#[derive(Debug)]
struct Known {
    at: u64,
    nearest: Vec<Said>,
}

/// A time, and whose date decided on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counted<'a> {
    /// The time.
    pub(crate) time: Time,
    /// Whose date it is, where that is not the one who did it; `None` if it is their own, or the moment of the
    /// verification.
    pub(crate) decided_by: Option<&'a PersonId>,
    /// Whether it is a bound, and not what anybody says of the act itself.
    pub(crate) is_bound: bool,
}

/// Something that lies more than [`TOLERANCE`] after what others say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ahead<'a> {
    /// The latest that it can have been.
    pub(crate) latest: Counted<'a>,
}

/// The dates of a log as of one moment.
#[derive(Debug)]
pub(crate) struct Timeline<'a> {
    /// What nothing happened after: the moment of the verification.
    horizon: Time,
    people: Vec<&'a PersonId>,
    /// The beginning of the log, and who dated it.
    begin: (Time, Option<usize>),
    /// By the number of a record: the latest dates with it and before it.
    before: Vec<Known>,
    /// By the number of a record: the first dates after it.
    after: Vec<Known>,
}

impl<'a> Timeline<'a> {
    /// The dates of a log, as of `now`.
    pub(crate) fn of(escrow: &'a Escrow, now: Time) -> Timeline<'a> {
        let marks: Vec<Mark<'a>> = escrow.marks().collect();
        let names: BTreeSet<&PersonId> = marks.iter().map(|mark| mark.person).collect();
        let people: Vec<&PersonId> = names.into_iter().collect();
        // Whoever verifies may have a flat battery, too: a log that two people began after now is not bounded by it.
        let is_behind_all = first_of_two(&marks).all(|mark| mark.time > now.after(TOLERANCE));
        let horizon = if is_behind_all { now.after(Seconds(u64::MAX)) } else { now };
        let begin = (Time::default(), None);
        let mut timeline = Timeline { horizon, people, begin, before: Vec::new(), after: Vec::new() };
        let genesis = marks.iter().find(|mark| mark.follows.is_none());
        let genesis = genesis.filter(|mark| mark.time <= horizon.after(TOLERANCE));
        timeline.begin = genesis.map_or(begin, |mark| (mark.time.min(horizon), timeline.place(mark.person)));
        // Several people may have used one laptop whose clock is behind: what they dated earlier than what was written
        // before is no bound for others. So the second round goes without it.
        timeline.after = timeline.first_after(marks.iter());
        timeline.before = timeline.latest_before(&marks);
        timeline.after = timeline.first_after(marks.iter().filter(|mark| !timeline.is_behind(mark)));
        timeline.before = timeline.latest_before(&marks);
        timeline
    }

    /// Whether a mark is dated more than [`TOLERANCE`] after what others wrote next.
    fn is_ahead(&self, mark: &Mark<'a>) -> bool {
        let (high, _) = self.high(mark.by, self.place(mark.person));
        mark.time > high.after(TOLERANCE)
    }

    /// Whether a mark is dated more than [`TOLERANCE`] before what others had written.
    fn is_behind(&self, mark: &Mark<'a>) -> bool {
        let low = mark.follows.map(|from| self.low(from, self.place(mark.person)).0);
        low.is_some_and(|low| mark.time.after(TOLERANCE) < low)
    }

    fn place(&self, person: &PersonId) -> Option<usize> {
        self.people.binary_search(&person).ok()
    }

    fn named(&self, place: Option<usize>) -> Option<&'a PersonId> {
        self.people.get(place?).copied()
    }

    /// From the last record back: of each person the date that stands first among those made after it.
    fn first_after<'m>(&self, marks: impl Iterator<Item = &'m Mark<'a>>) -> Vec<Known>
    where
        'a: 'm,
    {
        let mut marks: Vec<_> = marks.filter_map(|mark| Some((mark.follows?, mark))).collect();
        marks.sort_by_key(|(follows, _)| std::cmp::Reverse(*follows));
        let mut first: BTreeMap<usize, (u64, Time)> = BTreeMap::new();
        let mut nearest: BTreeSet<Said> = BTreeSet::new();
        let mut after: Vec<Known> = Vec::new();
        for (follows, mark) in marks {
            let Some(person) = self.place(mark.person) else { continue };
            let found = (mark.by, mark.time);
            let known = first.get(&person).copied();
            if known.is_some_and(|known| known <= found) {
                continue;
            }
            nearest.remove(&known.map_or((mark.time, person), |(_, time)| (time, person)));
            nearest.insert((mark.time, person));
            first.insert(person, found);
            let nearest = nearest.iter().copied().take(KEPT).collect();
            note(&mut after, Known { at: follows, nearest });
        }
        after.reverse();
        after
    }

    /// From genesis on: of each person the latest date. What is from the future tells nothing of what came after it.
    fn latest_before(&self, marks: &[Mark<'a>]) -> Vec<Known> {
        let mut marks: Vec<_> = marks.iter().filter(|mark| !self.is_ahead(mark)).collect();
        marks.sort_by_key(|mark| mark.by);
        let mut nearest: Vec<Said> = Vec::new();
        let mut before: Vec<Known> = Vec::new();
        for mark in marks {
            let Some(person) = self.place(mark.person) else { continue };
            let time = mark.time.min(self.horizon);
            let own = nearest.iter().position(|(_, other)| *other == person);
            if own.is_some_and(|at| nearest[at].0 >= time) {
                continue;
            }
            if let Some(own) = own {
                nearest.remove(own);
            }
            nearest.push((time, person));
            nearest.sort_by(|one, other| other.cmp(one));
            nearest.truncate(KEPT);
            note(&mut before, Known { at: mark.by, nearest: nearest.clone() });
        }
        before
    }

    /// The second latest of other people's latest dates up to the record `from`; the beginning of the log, if there are not
    /// two.
    fn low(&self, from: u64, person: Option<usize>) -> (Time, Option<usize>) {
        let at = self.before.partition_point(|known| known.at <= from);
        let known = at.checked_sub(1).and_then(|at| self.before.get(at));
        second(known, person).unwrap_or(self.begin)
    }

    /// The second earliest of other people's first dates after the record `by`; or now, if that is earlier, or if there are
    /// not two.
    fn high(&self, by: u64, person: Option<usize>) -> (Time, Option<usize>) {
        let known = self.after.get(self.after.partition_point(|known| known.at < by));
        second(known, person).filter(|(time, _)| *time < self.horizon).unwrap_or((self.horizon, None))
    }

    /// The bounds of an act. High is never before low.
    fn bounds(&self, act: &Act) -> (Counted<'a>, Counted<'a>) {
        let own = act.person.as_ref().and_then(|person| self.place(person));
        let (low, high) = (self.low(act.from, own), self.high(act.by, own));
        let counted = |(time, person)| Counted { time, decided_by: self.named(person), is_bound: true };
        (counted(low), counted(if high.0 < low.0 { low } else { high }))
    }

    /// When something began within which something else is due: the second latest of what its people say, within the
    /// bounds.
    pub(crate) fn start(&self, act: &Act) -> Counted<'a> {
        let mut voices: BTreeMap<&PersonId, Time> = BTreeMap::new();
        let own = act.person.as_ref().map(|person| (person, act.time));
        for (person, time) in own.into_iter().chain(act.voices.iter().map(|(person, time)| (person, *time))) {
            let latest = voices.entry(person).or_insert(time);
            *latest = (*latest).max(time);
        }
        let mut voices: Vec<_> = voices.into_iter().map(|(person, time)| (time, person)).collect();
        voices.sort_unstable();
        let said = voices.get(voices.len().saturating_sub(2)).copied();
        let time = said.map_or(act.time, |(time, _)| time);
        let other = said.map(|(_, person)| person).filter(|person| Some(*person) != act.person.as_ref());
        let decided_by = other.and_then(|person| self.named(self.place(person)));
        let (low, high) = self.bounds(act);
        match () {
            () if time < low.time => low,
            () if time > high.time => high,
            () => Counted { time, decided_by, is_bound: false },
        }
    }

    /// When something counts that meets or renews what is due: the later of its own time and *low*.
    ///
    /// # Errors
    /// [`Ahead`]: it does not count.
    pub(crate) fn counts(&self, act: &Act) -> Result<Counted<'a>, Ahead<'a>> {
        let (low, latest) = self.bounds(act);
        match () {
            () if act.time > latest.time.after(TOLERANCE) => Err(Ahead { latest }),
            () if act.time < low.time => Ok(low),
            () => Ok(Counted { time: act.time, decided_by: None, is_bound: false }),
        }
    }

    /// Whether a time had certainly passed by the record `from`.
    pub(crate) fn is_over(&self, time: Time, from: u64) -> bool {
        self.low(from, None).0 > time
    }
}

/// Adds what is known at a record, in the place of what was known there before.
fn note(all: &mut Vec<Known>, known: Known) {
    match all.last_mut().filter(|last| last.at == known.at) {
        Some(last) => *last = known,
        None => all.push(known),
    }
}

/// The second of the dates of other people than `person`.
fn second(known: Option<&Known>, person: Option<usize>) -> Option<(Time, Option<usize>)> {
    let mut others = known?.nearest.iter().filter(|(_, other)| Some(*other) != person);
    others.nth(1).map(|(time, person)| (*time, Some(*person)))
}

/// Of the first two people who signed anything, the first date.
fn first_of_two<'m, 'a>(marks: &'m [Mark<'a>]) -> impl Iterator<Item = &'m Mark<'a>> {
    let genesis = marks.iter().find(|mark| mark.follows.is_none());
    let others =
        marks.iter().filter(move |mark| genesis.is_some_and(|genesis| mark.person != genesis.person));
    genesis.into_iter().chain(others.min_by_key(|mark| (mark.by, mark.time)))
}
