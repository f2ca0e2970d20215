//! The rules of renewals: the requester seals the next generation while the old credentials are released, in an
//! administrator's place. Their approvers have signed that, and to which cards.

use std::collections::BTreeSet;

use crate::crypto::digest::Digest;
use crate::escrow::people::Person;
use crate::escrow::requests::{ReleaseState, RequestState};
use crate::escrow::state::Escrow;
use crate::escrow::vaults::{Generation, Vault};
use crate::record::card::Role;
use crate::record::chain::LogRecord;
use crate::record::finding::{Broken, Rule};
use crate::record::seal::Seal;
use crate::record::statement::Statement;
use crate::value::names::{KeyName, PersonId};

/// A renewal that holds.
pub(super) struct Renewal {
    /// Whether it gives its people the vote.
    pub(super) elects: bool,
}

/// Judges a seal that names the release during which it was made.
///
/// # Errors
/// The rule that it breaks.
pub(super) fn check(
    escrow: &Escrow,
    record: &LogRecord,
    seal: &Seal,
    release: &Digest,
) -> Result<Renewal, Broken> {
    let broken = |rule: Rule, why: &str| Broken::new(rule, format!("{}: {why}", seal.title())).seal(seal);
    let wrong = |why: &str| broken(Rule::SealRenews, why).found(*release);
    let Some((asked, released)) = escrow.release(release) else {
        return Err(wrong("the log does not hold that release").names_what_is_not_here());
    };
    let request = &asked.request;
    let (Some(vault), Some(opened)) = (escrow.vault(&seal.vault), escrow.asked_for(request)) else {
        return Err(wrong("it is of another vault"));
    };
    if request.vault != seal.vault || request.renews.is_empty() {
        return Err(wrong("the request did not ask for that"));
    }
    let requester = KeyName::Person(request.requester.clone());
    if record.frame.by != [requester] || vault.has_lost_vote(&request.requester) {
        return Err(broken(Rule::SealSigner, "a renewal is by the requester alone").signers(&record.frame.by));
    }
    if asked.end.is_some() || record.frame.time > request.not_after {
        return Err(wrong("the request is over"));
    }
    if escrow.renewed(vault, asked).any(|one| !one.is_given_up()) {
        return Err(wrong("another generation was sealed for it, and is not given up"));
    }
    if !seal.is_opened_by_as_many_as(&opened.seal) {
        return Err(wrong("another threshold, or other groups"));
    }
    let listed: BTreeSet<Digest> = request.renews.iter().copied().collect();
    let sealed: BTreeSet<Digest> = seal.shares.iter().map(|share| share.card).collect();
    if sealed != listed {
        return Err(wrong("other cards than the request lists"));
    }
    let elects = cards(escrow, vault, opened, (asked, released), &listed)
        .ok_or_else(|| wrong("cards that are not for the approvers to choose"))?;
    Ok(Renewal { elects })
}

/// Whether the cards that the request lists are those that it may be renewed to, and whether they have the vote then. What
/// has or had the vote is renewed to the electors, and anything else to its own people; to another card only if a satisfying
/// set of approvers compared its words. Nobody is left out but those whose retirement counts.
fn cards(
    escrow: &Escrow,
    vault: &Vault,
    opened: &Generation,
    (asked, released): (&RequestState, &ReleaseState),
    listed: &BTreeSet<Digest>,
) -> Option<bool> {
    let voted = vault.voted.contains_key(&opened.record);
    let usual = if voted { vault.electors()? } else { opened };
    let shares = &usual.seal.shares;
    let kept = shares.iter().filter(|share| !vault.has_lost_vote(&share.custodian));
    if !kept.map(|share| share.card).all(|card| listed.contains(&card)) {
        return None;
    }
    let mut elects = voted;
    for other in listed.iter().filter(|card| shares.iter().all(|share| share.card != **card)) {
        let people = escrow.compared(asked, released, other);
        if !opened.seal.is_satisfied_by(|share| people.contains(&share.custodian)) {
            return None;
        }
        elects &= vault.is_satisfied_by(&people);
    }
    Some(elects)
}

impl Escrow {
    /// The release of that digest, and its request.
    fn release(&self, record: &Digest) -> Option<(&RequestState, &ReleaseState)> {
        self.requests.iter().find_map(|asked| {
            asked.releases.iter().find(|one| one.record == *record).map(|released| (asked, released))
        })
    }

    /// The generations that were sealed during the releases of a request.
    fn renewed<'a>(&self, vault: &'a Vault, asked: &'a RequestState) -> impl Iterator<Item = &'a Generation> {
        let during = |one: &&Generation| {
            one.seal.renews.is_some_and(|release| asked.releases.iter().any(|made| made.record == release))
        };
        vault.generations.iter().filter(during)
    }

    /// The approvers of a release who compared the words of a card.
    fn compared(&self, asked: &RequestState, released: &ReleaseState, card: &Digest) -> BTreeSet<PersonId> {
        let all = self.statements.iter().map(|collected| &collected.statement);
        let approvers = all.filter(|signed| match &signed.statement.says {
            Statement::Approval(approval) => {
                approval.request == asked.record && approval.compared.contains(card)
            }
            _ => false,
        });
        approvers.map(|signed| signed.person.clone()).filter(|one| released.approvers.contains(one)).collect()
    }

    /// Whether a share of a vault may be sealed to the card of that digest: a custodian's, whose retirement does not count.
    pub(super) fn may_be_sealed_to(&self, card: &Digest, vault: &Digest) -> bool {
        let of = |(id, person): (&PersonId, &Person)| {
            person.card.digest() == *card && person.card.is(Role::Custodian) && !self.has_lost_vote(id, vault)
        };
        self.people.iter().any(of)
    }
}
