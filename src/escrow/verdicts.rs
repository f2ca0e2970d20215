//! The verdict on a generation: confirmed or given up, by whose word. See `docs/spec/generations.md`.

use crate::crypto::digest::Digest;
use crate::escrow::place::Place;
use crate::record::confirm::GenerationVerdict;
use crate::record::seal::Seal;
use crate::value::names::PersonId;
use crate::value::shared_list::SharedList;
use crate::value::shared_map::SharedMap;
use crate::value::time::Time;

/// One person's word for a verdict.
#[derive(Debug, Clone)]
pub(super) struct Spoken {
    /// Who speaks.
    pub(super) person: PersonId,
    /// For what.
    pub(super) verdict: GenerationVerdict,
    /// The digest of the statement.
    pub(super) statement: Digest,
    /// The record that brought it in.
    pub(super) place: Place,
    /// When it was stated.
    pub(super) time: Time,
}

impl Spoken {
    /// The same on a branch that the record `seq` brings in.
    pub(super) fn brought_by(self, seq: u64) -> Spoken {
        Spoken { place: self.place.brought_by(seq), ..self }
    }
}

/// The verdict that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StandingVerdict {
    /// The verdict.
    pub verdict: GenerationVerdict,
    /// Whether two people hold it, or held it since it began.
    pub held: bool,
    /// The record with which it began.
    pub place: Place,
    /// The time of the statement with which it began.
    pub time: Time,
}

/// What people said of one generation, and what stands of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Verdicts {
    words: SharedList<Spoken>,
    speakers: SharedMap<PersonId, GenerationVerdict>,
    standing: Option<StandingVerdict>,
}

impl Verdicts {
    /// The verdict that stands; `None` before the first word.
    pub(super) fn standing(&self) -> Option<StandingVerdict> {
        self.standing
    }

    /// The people who speak for the verdict that stands.
    pub(super) fn speakers(&self) -> Vec<&PersonId> {
        let standing = self.standing.map(|standing| standing.verdict);
        let speakers = self.speakers.iter().filter(|(_, verdict)| Some(**verdict) == standing);
        speakers.map(|(person, _)| person).collect()
    }

    /// The words for the verdict that stands, since it began: each by whom, when, and where.
    pub(super) fn words(&self) -> impl Iterator<Item = (&PersonId, Time, Place)> {
        let since = self.standing.iter().flat_map(|standing| {
            self.words.iter().filter(|word| word.verdict == standing.verdict && word.place >= standing.place)
        });
        since.map(|word| (&word.person, word.time, word.place))
    }

    /// The statements for a verdict, in the order in which they were heard.
    pub(super) fn statements(&self, verdict: GenerationVerdict) -> impl DoubleEndedIterator<Item = &Digest> {
        self.words.iter().filter(move |word| word.verdict == verdict).map(|word| &word.statement)
    }

    /// Takes one more word about the generation of `seal`, which `sealers` signed.
    pub(super) fn hear(&mut self, word: Spoken, seal: &Seal, sealers: &[PersonId]) {
        let Spoken { verdict, place, time, .. } = word;
        self.speakers.insert(word.person.clone(), verdict);
        self.words.push(word);
        let begun = StandingVerdict { verdict, held: false, place, time };
        let standing = match self.standing {
            None => begun,
            Some(standing) if standing.verdict == verdict => standing,
            Some(standing) if standing.held && !self.is_of_a_satisfying_set(verdict, seal) => standing,
            Some(_) => begun,
        };
        let held = standing.held || self.is_of_two(standing.verdict, seal, sealers);
        self.standing = Some(StandingVerdict { held, ..standing });
    }

    /// Every word, in the order in which they were heard.
    pub(super) fn heard(&self) -> impl Iterator<Item = &Spoken> {
        self.words.iter()
    }

    /// Whether that statement was heard.
    pub(super) fn has_heard(&self, statement: &Digest) -> bool {
        self.words.iter().any(|known| known.statement == *statement)
    }

    fn for_it(&self, verdict: GenerationVerdict) -> impl Iterator<Item = &PersonId> {
        self.speakers.iter().filter(move |(_, spoken)| **spoken == verdict).map(|(person, _)| person)
    }

    /// Two people, of whom one holds a share and did not seal it alone: who seals could otherwise confirm with anybody
    /// whom they chose.
    fn is_of_two(&self, verdict: GenerationVerdict, seal: &Seal, sealers: &[PersonId]) -> bool {
        let second =
            |person: &PersonId| seal.share_of(person).is_some() && sealers != std::slice::from_ref(person);
        self.for_it(verdict).count() >= 2 && self.for_it(verdict).any(second)
    }

    fn is_of_a_satisfying_set(&self, verdict: GenerationVerdict, seal: &Seal) -> bool {
        seal.is_satisfied_by(|share| self.speakers.get(&share.custodian) == Some(&verdict))
    }
}
