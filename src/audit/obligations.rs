//! Obligations: what has to happen after each seal, approval and release, and has not yet.

use std::collections::{BTreeMap, BTreeSet};

use crate::crypto::digest::Digest;
use crate::escrow::{Asked, Escrow, Vault};
use crate::finding::{Finding, Rule};
use crate::names::PersonId;
use crate::statement::{Approval, Stated};
use crate::time::Time;
use crate::vault::Kind;

/// Everything that is due or overdue at `now`. `told` are approvals that books tell of.
pub fn due(escrow: &Escrow, now: Time, told: &[(PersonId, Approval)]) -> Vec<Finding> {
    let mut found = Vec::new();
    for vault in &escrow.vaults {
        in_force(vault, &mut found);
        exposed(escrow, vault, now, &mut found);
    }
    for asked in escrow.requests.iter().filter(|asked| asked.is_released()) {
        ended(asked, &mut found);
        closed(escrow, asked, now, &mut found);
    }
    unreleased(escrow, told, &mut found);
    found
}

fn about(rule: Rule, seq: u64, detail: String) -> Finding {
    Finding { rule, seq: Some(seq), offset: None, detail }
}

fn names<'a>(people: impl IntoIterator<Item = &'a PersonId>) -> String {
    let names: Vec<_> = people.into_iter().map(|person| format!("`{person}`")).collect();
    names.join(", ")
}

/// The newest generation is in force once each of its custodians checked.
fn in_force(vault: &Vault, found: &mut Vec<Finding>) {
    let Some(newest) = vault.generations.last() else { return };
    let missing = newest.unchecked();
    if !missing.is_empty() {
        let detail = format!("{} waits for the check of {}", newest.seal.title(), names(missing));
        found.push(about(Rule::NotInForce, newest.seq, detail));
    }
}

/// A root release exposes the generation, whatever its purpose, until new credentials are sealed.
fn exposed(escrow: &Escrow, vault: &Vault, now: Time, found: &mut Vec<Finding>) {
    if vault.kind != Kind::Root {
        return;
    }
    for generation in &vault.generations {
        let Some(released) = generation.released else { continue };
        if vault.is_superseded(generation.seal.generation) {
            continue;
        }
        let due = released.after(escrow.policy.rotate_after_release);
        let (rule, word) = if now > due { (Rule::RotationOverdue, "were") } else { (Rule::Exposed, "are") };
        let detail = format!(
            "{}: released at {released}, new credentials {word} due by {due}",
            generation.seal.title()
        );
        found.push(about(rule, generation.seq, detail));
    }
}

fn ended(asked: &Asked, found: &mut Vec<Finding>) {
    if asked.end.is_none() {
        let fields: Vec<_> = asked.request.fields.iter().map(|field| field.as_str()).collect();
        let detail =
            format!("request {}: assume that {} were shown", asked.record.short(), fields.join(", "));
        found.push(about(Rule::EndMissing, asked.seq, detail));
    }
}

fn closed(escrow: &Escrow, asked: &Asked, now: Time, found: &mut Vec<Finding>) {
    let root = escrow.vault(&asked.request.vault).is_some_and(|vault| vault.kind == Kind::Root);
    if asked.closed.is_some() || !root {
        return;
    }
    let Some(first) = asked.releases.first() else { return };
    let due = first.time.after(escrow.policy.close_within);
    let rule = if now > due { Rule::CloseOverdue } else { Rule::CloseMissing };
    found.push(about(rule, asked.seq, format!("request {}: due by {due}", asked.record.short())));
}

/// Approvals hand shares over for good, whether or not a release is logged: they are counted by generation.
fn unreleased(escrow: &Escrow, told: &[(PersonId, Approval)], found: &mut Vec<Finding>) {
    let logged = escrow.statements.iter().filter_map(|collected| match &collected.statement.statement.says {
        Stated::Approval(approval) => Some((&collected.statement.person, approval)),
        _ => None,
    });
    let mut approvers: BTreeMap<(Digest, u32), BTreeSet<PersonId>> = BTreeMap::new();
    for (person, approval) in logged.chain(told.iter().map(|(person, approval)| (person, approval))) {
        // A book may say anything; only somebody who holds a share can have handed one over.
        let sealed = escrow.generation(&approval.vault, approval.generation);
        let holds = sealed.is_some_and(|one| one.seal.share_of(person).is_some());
        if holds && escrow.request(&approval.request).is_none_or(|asked| !asked.is_released()) {
            let of = approvers.entry((approval.vault, approval.generation)).or_default();
            of.insert(person.clone());
        }
    }
    for ((vault, number), people) in approvers {
        let Some(generation) = escrow.generation(&vault, number) else { continue };
        let quorum = people.len() >= usize::from(generation.seal.threshold);
        let rule = if quorum { Rule::QuorumUnreleased } else { Rule::ApprovalsUnreleased };
        let detail = format!("{}: {}", generation.seal.title(), names(&people));
        found.push(about(rule, generation.seq, detail));
    }
}
