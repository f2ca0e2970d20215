//! Vaults and their generations.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::crypto::digest::Digest;
use crate::escrow::place::Place;
use crate::escrow::verdicts::{StandingVerdict, Verdicts};
use crate::record::chain::LogRecord;
use crate::record::confirm::GenerationVerdict;
use crate::record::seal::{AccountId, Kind, Seal};
use crate::value::names::{PersonId, VaultName};
use crate::value::shared_list::SharedList;
use crate::value::shared_map::SharedMap;
use crate::value::time::Time;

/// One sealing of a vault, and what became of it.
#[derive(Debug, Clone)]
pub struct Generation {
    /// The manifest.
    pub seal: Arc<Seal>,
    /// The digest of the seal's record.
    pub record: Digest,
    /// The seal's number in the log.
    pub seq: u64,
    /// The seal's time.
    pub time: Time,
    /// Who checked their share, and when last.
    pub checks: SharedMap<PersonId, Time>,
    /// Each time that its release key is known to have been in somebody's hands, in the order of the log. For a vault
    /// that holds credentials that is exposure, whatever the purpose.
    pub released: SharedList<Released>,
    /// Who signed its seal.
    pub(crate) sealers: Vec<PersonId>,
    /// The generation whose credentials it holds, by the digest of its seal's record: itself, if they are new.
    pub(crate) origin: Digest,
    /// Whether its people may have the vote: not where a branch brought it in whose sealers may not seal here.
    pub(super) gives_vote: bool,
    /// Whether an administrator sealed it to others than those who had the vote, or to a vault without electors to
    /// others than before.
    pub(super) changed_people: bool,
    /// What people said of its credentials.
    pub(super) verdicts: Verdicts,
    /// Whether a drill found that it is no canary, although it was sealed as one.
    pub(crate) is_unmasked: bool,
}

/// A time at which a release key is known to have been in somebody's hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// When, by the record: by the last good record, for a damaged end.
    pub time: Time,
    /// Whose clock that is; `None` if it is not one person's.
    pub person: Option<PersonId>,
    /// In which record.
    pub place: Place,
    /// How it is known.
    pub cause: Cause,
}

/// How it is known that a release key was in somebody's hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// It signed a note. The approvals with it hold, each by whom and when.
    Signed(Vec<(PersonId, Time)>),
    /// It signed a note in a damaged end.
    SignedInDamage,
    /// A damaged end began a release that answers this generation.
    Begun,
    /// A damaged end may have begun any release, and the window of a request for this generation ended at this time.
    MayHaveBegun(Time),
}

impl Released {
    /// By a record that the release key signed, whose session is of `requester`, with these approvals.
    pub(super) fn by_key(
        record: &LogRecord,
        requester: Option<PersonId>,
        approvals: Vec<(PersonId, Time)>,
    ) -> Released {
        Released {
            time: record.frame.time,
            person: requester,
            place: Place::of(record.frame.seq),
            cause: Cause::Signed(approvals),
        }
    }

    /// The same on a branch that the record `seq` brings in.
    pub(super) fn brought_by(self, seq: u64) -> Released {
        Released { place: self.place.brought_by(seq), ..self }
    }
}

impl Generation {
    /// Who holds a share of it, by index.
    pub(crate) fn custodians(&self) -> impl Iterator<Item = &PersonId> {
        self.seal.shares.iter().map(|share| &share.custodian)
    }

    /// Whether custodians who could reconstruct together checked their shares.
    pub(crate) fn has_threshold_of_checks(&self) -> bool {
        self.seal.is_satisfied_by(|share| self.checks.contains_key(&share.custodian))
    }

    /// The verdict on its credentials; `None` if nobody stated one.
    pub fn standing(&self) -> Option<StandingVerdict> {
        self.verdicts.standing()
    }

    /// The people who speak for that verdict.
    pub(crate) fn speakers(&self) -> Vec<&PersonId> {
        self.verdicts.speakers()
    }

    /// The words for that verdict, since it began: each by whom, when, and where.
    pub(crate) fn words(&self) -> impl Iterator<Item = (&PersonId, Time, Place)> {
        self.verdicts.words()
    }

    /// The statements for a verdict on it, in the order in which they were heard.
    pub(super) fn statements(&self, verdict: GenerationVerdict) -> impl DoubleEndedIterator<Item = &Digest> {
        self.verdicts.statements(verdict)
    }

    /// Whether its credentials were stated to be live.
    pub fn is_confirmed(&self) -> bool {
        self.standing().is_some_and(|standing| standing.verdict == GenerationVerdict::Confirmed)
    }

    /// Whether its credentials were stated not to be live.
    pub fn is_given_up(&self) -> bool {
        self.standing().is_some_and(|standing| standing.verdict == GenerationVerdict::GivenUp)
    }

    /// Whether the verdict on it rests on one person's word.
    pub(crate) fn rests_on_one_word(&self) -> bool {
        self.standing().is_some_and(|standing| !standing.held)
    }

    /// Whether a person may say what became of its credentials: they hold a share of it, or signed its seal.
    pub(crate) fn may_confirm(&self, person: &PersonId) -> bool {
        self.seal.share_of(person).is_some() || self.sealers.contains(person)
    }

    /// Marks that the record `seq` brought it in, with a branch. What was said of it there is not here yet.
    pub(super) fn brought_by(&mut self, seq: u64) {
        self.verdicts = Verdicts::default();
        self.seq = seq;
        let released = std::mem::take(&mut self.released);
        self.released = released.iter().map(|one| one.clone().brought_by(seq)).collect();
    }

    /// Takes over what a branch that has it too reports of it, behind the record `shared`, which both have.
    pub(super) fn take_reports(&mut self, theirs: &Generation, shared: u64, seq: u64) {
        for (person, time) in &theirs.checks {
            let last = self.checks.get_or_insert(person.clone(), *time);
            *last = (*last).max(*time);
        }
        self.is_unmasked |= theirs.is_unmasked;
        let new = theirs.released.iter().filter(|one| one.place.seq > shared);
        self.released.extend(new.cloned().map(|one| one.brought_by(seq)));
    }

    /// Marks that its release key, or what it comes from, was in somebody's hands. Of requests that a damaged end may have
    /// answered, one that ended later counts for those before it.
    pub(super) fn expose(&mut self, released: Released) {
        let is_known = |one: &Released| match (&one.cause, &released.cause) {
            (Cause::MayHaveBegun(known), Cause::MayHaveBegun(until)) => known >= until,
            _ => *one == released,
        };
        let covered = match released.cause {
            Cause::Signed(_) => self.released.last().is_some_and(is_known),
            Cause::SignedInDamage | Cause::Begun | Cause::MayHaveBegun(_) => {
                self.released.iter().any(is_known)
            }
        };
        if !covered {
            self.released.push(released);
        }
    }
}

/// A vault and its generations.
#[derive(Debug, Clone)]
pub struct Vault {
    /// 32 random bytes, the same in each generation.
    pub id: Digest,
    /// Its name.
    pub name: VaultName,
    /// Real credentials, or a canary.
    pub kind: Kind,
    /// The provider's partition.
    pub partition: VaultName,
    /// The account.
    pub account: AccountId,
    /// Generations in the order of their numbers: 1, 2, 3 … unless records are missing. Two branches may have sealed the same
    /// number: then in the order in which the seals came into this log.
    pub generations: SharedList<Generation>,
    /// The number of each, by the digest of its seal's record.
    pub(super) numbers: SharedMap<Digest, u32>,
    /// Whether it is out of use: nothing new is due of it.
    pub decommissioned: bool,
    /// The generation whose people have the vote, by the digest of its seal's record; `None` before there are any.
    pub(super) electors: Option<Digest>,
    /// The generations whose people have or had the vote.
    pub(super) voted: SharedMap<Digest, ()>,
    /// Whose retirement counts for this vault, and since when.
    pub(super) retired: BTreeMap<PersonId, Time>,
}

impl Vault {
    /// Whether what it holds may open something: it was sealed as such, or a drill found that it is no canary.
    pub(crate) fn holds_credentials(&self) -> bool {
        self.generations.iter().any(|one| one.seal.kind == Kind::Root || one.is_unmasked)
    }

    /// Generation `number`, from 1: of several with that number, the one that this log held first.
    pub fn generation(&self, number: u32) -> Option<&Generation> {
        self.numbered(number).next()
    }

    /// The generations with that number, in the order in which they came: several, if branches were joined that both sealed it.
    pub(crate) fn numbered(&self, number: u32) -> impl Iterator<Item = &Generation> {
        let from = (self.first_place(number)..self.generations.len()).map(|at| &self.generations[at]);
        from.take_while(move |one| one.seal.generation == number)
    }

    /// The place of the first generation with that number, or where it would be.
    fn first_place(&self, number: u32) -> usize {
        let of = |one: &Generation| one.seal.generation;
        let mut at = self.generations.search_by_key(&number, of).unwrap_or_else(|at| at);
        while at > 0 && self.generations.get(at - 1).map(of) == Some(number) {
            at -= 1;
        }
        at
    }

    /// Adds a generation, behind those with its number: of two the one that was here first stays the one which that number
    /// means.
    pub(super) fn add(&mut self, one: Generation) {
        let number = one.seal.generation;
        let at = self.first_place(number) + self.numbered(number).count();
        self.numbers.insert(one.record, number);
        self.generations.insert(at, one);
    }

    /// The generation whose seal is the record of that digest.
    pub(crate) fn sealed(&self, record: &Digest) -> Option<&Generation> {
        self.generations.get(self.place_of(record)?)
    }

    /// The place of that generation.
    pub(super) fn place_of(&self, record: &Digest) -> Option<usize> {
        let number = *self.numbers.get(record)?;
        (self.first_place(number)..self.generations.len()).find(|at| self.generations[*at].record == *record)
    }

    /// The generation whose credentials are taken to be live: the highest that is confirmed, checked or not; or else the
    /// highest that a threshold of custodians checked; or else the newest that is not given up; or else the newest.
    pub fn current(&self) -> &Generation {
        let last = |fits: &dyn Fn(&Generation) -> bool| self.generations.iter().rev().find(|one| fits(one));
        last(&Generation::is_confirmed)
            .or_else(|| last(&|one| !one.is_given_up() && one.has_threshold_of_checks()))
            .or_else(|| last(&|one| !one.is_given_up()))
            .unwrap_or(self.newest())
    }

    /// Whether a later generation with other credentials is confirmed.
    pub(crate) fn is_superseded(&self, generation: &Generation) -> bool {
        let later = self.generations.iter().filter(|one| one.seal.generation > generation.seal.generation);
        later.filter(|one| one.origin != generation.origin).any(Generation::is_confirmed)
    }

    /// The newest generation.
    pub fn newest(&self) -> &Generation {
        self.generations.last().expect("a vault has at least one generation")
    }

    /// The newest generation that is not given up: whose shares have to stay sound. The newest, if all are given up.
    pub(crate) fn newest_kept(&self) -> &Generation {
        self.generations.iter().rev().find(|one| !one.is_given_up()).unwrap_or(self.newest())
    }

    /// The generations of which it is open whether they are live: those that nobody confirmed or gave up, beside the first,
    /// with no confirmed one above them; and those with the highest confirmed number, if several of them are confirmed.
    pub(crate) fn undecided(&self) -> impl Iterator<Item = &Generation> {
        let number = |one: &Generation| one.seal.generation;
        let highest = self.generations.iter().filter(|one| one.is_confirmed()).map(number).max();
        let rivals = move |one: &Generation| {
            Some(number(one)) == highest
                && one.is_confirmed()
                && self.numbered(number(one)).filter(|other| other.is_confirmed()).count() > 1
        };
        let above = self.generations.iter().skip(usize::from(highest.is_none()));
        let above = above.filter(move |one| highest.is_none_or(|highest| number(one) >= highest));
        above.filter(move |one| self.holds_credentials() && (one.standing().is_none() || rivals(one)))
    }

    /// The generations whose verdict rests on one person's word, where that matters: the current one, and those above it.
    pub(crate) fn on_one_word(&self) -> impl Iterator<Item = &Generation> {
        let current = self.current().seal.generation;
        let above = self.generations.iter().filter(move |one| one.seal.generation >= current);
        above.filter(|one| one.rests_on_one_word())
    }

    /// Whether it is open which generation's credentials are live.
    pub fn is_undecided(&self) -> bool {
        self.holds_credentials() && (self.undecided().next().is_some() || self.on_one_word().next().is_some())
    }

    /// The generation to be tried first. Where it is open which one's credentials are live, that is the older one: it is
    /// what was being replaced, and the newer one stays unexposed if it still works.
    pub fn first_to_try(&self) -> &Generation {
        let current = self.current();
        let sure = current
            .standing()
            .is_some_and(|standing| standing.verdict == GenerationVerdict::Confirmed && standing.held);
        let older = self
            .generations
            .iter()
            .rev()
            .find(|one| one.seal.generation < current.seal.generation && !one.is_given_up());
        older.filter(|_| !sure && self.is_undecided()).unwrap_or(current)
    }
}
