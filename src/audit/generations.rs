//! What is open about the generations of a vault: whether they are live, who has the vote, who is left to open them.

use crate::escrow::{Escrow, Generation, Vault};
use crate::record::finding::{Broken, Finding, Rule};
use crate::value::names::PersonId;

/// Adds what is open about the generations of `vault`.
pub(super) fn due(escrow: &Escrow, vault: &Vault, found: &mut Vec<Finding>) {
    if !vault.holds_credentials() {
        return;
    }
    for one in vault.generations.iter().filter(|one| one.is_given_up()) {
        found.push(about(escrow, Rule::GenerationGivenUp, one, "").about(one.seq));
    }
    for one in vault.undecided() {
        let what = match one.standing() {
            None => "nobody confirmed it, and nobody gave it up",
            Some(_) => "another seal of this number is confirmed too, and only one of them can be live",
        };
        found.push(about(escrow, Rule::GenerationUndecided, one, what).about(one.seq));
    }
    for one in vault.on_one_word() {
        found.push(alone(escrow, one).about(one.seq));
    }
    for one in vault.changed_people() {
        let what = "other people, other cards or another threshold than before";
        found.push(about(escrow, Rule::SealChangedPeople, one, what).about(one.seq));
    }
    found.extend(holders(escrow, vault));
}

fn about(escrow: &Escrow, rule: Rule, one: &Generation, what: &str) -> Broken {
    let title = escrow.title_of(one);
    let what = if what.is_empty() { title } else { format!("{title}: {what}") };
    Broken::new(rule, what).seal(&one.seal)
}

fn alone(escrow: &Escrow, one: &Generation) -> Broken {
    let word = one.standing().map_or("", |standing| standing.verdict.word());
    let people: Vec<PersonId> = one.speakers().into_iter().cloned().collect();
    let names: Vec<String> = people.iter().map(|person| format!("`{person}`")).collect();
    about(escrow, Rule::ConfirmedAlone, one, &format!("{word} by {}", names.join(", "))).people(people)
}

/// How many holders of the current generation are left, if some have retired and the rest can only just open it, or cannot.
pub(crate) fn holders(escrow: &Escrow, vault: &Vault) -> Option<Finding> {
    if vault.decommissioned {
        return None;
    }
    let one = vault.current();
    let has_left = |person: &&PersonId| escrow.has_retired_from(person, &vault.id);
    let left: Vec<PersonId> = one.custodians().filter(|person| !has_left(person)).cloned().collect();
    let without = |gone: Option<&PersonId>| {
        one.seal.is_satisfied_by(|share| left.contains(&share.custodian) && gone != Some(&share.custodian))
    };
    let is_just = || left.iter().any(|person| !without(Some(person)));
    let rule = match () {
        () if left.len() == one.seal.shares.len() => return None,
        () if !without(None) => Rule::HoldersFew,
        () if is_just() => Rule::HoldersJust,
        () => return None,
    };
    let threshold = one.seal.threshold;
    let what = format!("{} of {} are left, and {threshold} are needed", left.len(), one.seal.shares.len());
    let broken =
        about(escrow, rule, one, &what).threshold(one.seal.threshold).total_shares(one.seal.total_shares);
    Some(broken.people(left).about(one.seq))
}
