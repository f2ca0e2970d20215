//! The rules of confirmations: whose word counts about which generation.

use crate::crypto::digest::Digest;
use crate::escrow::place::Place;
use crate::escrow::state::{Confirmed, Escrow};
use crate::escrow::vaults::{Generation, Vault};
use crate::escrow::verdicts::Spoken;
use crate::record::confirm::{Confirm, GenerationVerdict};
use crate::record::finding::{Broken, Rule};
use crate::record::statement::SignedStatement;
use crate::value::names::PersonId;

/// The generation is there, with that seal, and the maker holds a share of it or sealed it.
pub(super) fn check(escrow: &Escrow, signed: &SignedStatement, confirm: &Confirm) -> Result<(), Broken> {
    let Confirm { vault, generation, seal, .. } = confirm;
    let place = |rule| {
        let why = format!("`{}`, vault {} generation {generation}", signed.person, vault.short());
        let name = escrow.vault(vault).map(|vault| &vault.name);
        let broken = Broken::new(rule, why).by(signed).vault_id(*vault).generation(*generation);
        broken.where_known(name, Broken::vault)
    };
    let real = escrow.vault(vault).filter(|vault| vault.holds_credentials());
    let known = real.and_then(|vault| vault.generation(*generation));
    let sealed = real.and_then(|vault| vault.numbered(*generation).find(|one| one.record == *seal));
    match sealed {
        None => {
            let broken = place(Rule::ConfirmGeneration).found(*seal);
            let broken = broken.where_known(known.map(|one| one.record), Broken::expected);
            let is_here = known.is_some() || escrow.generation(vault, *generation).is_some();
            Err(if is_here { broken } else { broken.names_what_is_not_here() })
        }
        Some(one) if !one.may_confirm(&signed.person) => Err(place(Rule::ConfirmHolder)),
        Some(_) => Ok(()),
    }
}

/// Remembers what was confirmed, and takes its maker's word if it counts.
pub(super) fn apply(escrow: &mut Escrow, signed: &SignedStatement, confirm: &Confirm, seq: u64) -> bool {
    let digest = signed.note.digest();
    let confirmed = Confirmed {
        vault: confirm.vault,
        seal: confirm.seal,
        verdict: confirm.outcome.verdict(),
        person: signed.person.clone(),
    };
    let counts = escrow.speak(&confirmed, signed, digest, seq);
    escrow.confirmed.insert(digest, confirmed);
    counts
}

impl Escrow {
    /// Takes a person's word for what somebody, perhaps they themselves, stated of a generation; whether it counts.
    pub(super) fn speak(
        &mut self,
        what: &Confirmed,
        signed: &SignedStatement,
        statement: Digest,
        seq: u64,
    ) -> bool {
        let person = &signed.person;
        let sealed = self.vault(&what.vault);
        let sealed = sealed.and_then(|vault| Some((vault, vault.sealed(&what.seal)?)));
        if !sealed.is_some_and(|(vault, generation)| self.has_say(vault, generation, person)) {
            return false;
        }
        let (verdict, time) = (what.verdict, signed.statement.time);
        let word = Spoken { person: person.clone(), verdict, statement, place: Place::of(seq), time };
        if let Some(Generation { verdicts, seal, sealers, .. }) = self.sealed_mut(&what.vault, &what.seal) {
            verdicts.hear(word, seal, sealers);
        }
        true
    }

    /// The last statement that confirms a generation, or gives it up: the one to agree with.
    pub(crate) fn stated_of(&self, generation: &Generation, verdict: GenerationVerdict) -> Option<Digest> {
        let mut stated = generation.statements(verdict).copied();
        stated.rfind(|digest| self.confirmed.contains_key(digest))
    }

    /// Whether a person's word about a generation counts: not after they retired, unless the electors sealed it and their
    /// retirement does not count for the vault.
    pub(super) fn has_say(&self, vault: &Vault, generation: &Generation, person: &PersonId) -> bool {
        let retired = self.has_retired_from(person, &vault.id);
        let overruled = generation.sealers.len() > 1 && !vault.has_lost_vote(person);
        generation.may_confirm(person) && (!retired || overruled)
    }
}
