//! Obligations: what has to happen after each seal, approval and release, and has not yet.

use std::collections::BTreeMap;

use crate::crypto::digest::Digest;
use crate::escrow::{Asked, Escrow, Generation, Vault};
use crate::finding::{Finding, Rule};
use crate::names::PersonId;
use crate::statement::{Approval, Stated};
use crate::time::Time;
use crate::vault::Kind;

/// An approval, and where it came from does not matter: a log or a book.
#[derive(Debug, Clone)]
pub struct Approved {
    /// Who approved.
    pub person: PersonId,
    /// When, by their clock.
    pub time: Time,
    /// What.
    pub approval: Approval,
}

/// Everything that is due or overdue at `now`. `told` are approvals that books tell of.
pub fn due(escrow: &Escrow, now: Time, told: &[Approved]) -> Vec<Finding> {
    let mut found = Vec::new();
    let handed = handed_over(escrow, told);
    for vault in &escrow.vaults {
        in_force(vault, &mut found);
        exposed(escrow, vault, now, &handed, &mut found);
    }
    for asked in escrow.requests.iter().filter(|asked| asked.is_released()) {
        ended(asked, &mut found);
        closed(escrow, asked, now, &mut found);
    }
    unreleased(escrow, &handed, &mut found);
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

/// A root release exposes the generation, whatever its purpose, until new credentials are sealed. So does a
/// quorum of approvals without a release: the shares are in somebody's hands.
fn exposed(escrow: &Escrow, vault: &Vault, now: Time, handed: &HandedOver, found: &mut Vec<Finding>) {
    if vault.kind != Kind::Root {
        return;
    }
    for generation in &vault.generations {
        let number = generation.seal.generation;
        let approved = handed.get(&(vault.id, number)).and_then(|people| quorum_at(generation, people));
        let Some(since) = [generation.released, approved].into_iter().flatten().min() else { continue };
        if vault.is_superseded(number) {
            continue;
        }
        let due = since.after(escrow.policy.rotate_after_release);
        let (rule, word) = if now > due { (Rule::RotationOverdue, "were") } else { (Rule::Exposed, "are") };
        let title = generation.seal.title();
        let detail = format!("{title}: exposed at {since}, new credentials {word} due by {due}");
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

/// For each generation, who handed a share over to a request of which no release is logged, and when first.
type HandedOver = BTreeMap<(Digest, u32), BTreeMap<PersonId, Time>>;

/// Approvals hand shares over for good, whether or not a release is logged: they are counted by generation.
fn handed_over(escrow: &Escrow, told: &[Approved]) -> HandedOver {
    let logged = escrow.statements.iter().filter_map(|collected| {
        let signed = &collected.statement;
        let Stated::Approval(approval) = &signed.statement.says else { return None };
        Some((&signed.person, signed.statement.time, approval))
    });
    let told = told.iter().map(|one| (&one.person, one.time, &one.approval));
    let mut handed = HandedOver::new();
    for (person, time, approval) in logged.chain(told) {
        // A book may say anything; only somebody who holds a share can have handed one over.
        let sealed = escrow.generation(&approval.vault, approval.generation);
        let holds = sealed.is_some_and(|one| one.seal.share_of(person).is_some());
        if holds && escrow.request(&approval.request).is_none_or(|asked| !asked.is_released()) {
            let people = handed.entry((approval.vault, approval.generation)).or_default();
            let first = people.entry(person.clone()).or_insert(time);
            *first = time.min(*first);
        }
    }
    handed
}

/// When as many people had approved as can reconstruct; `None` while they have not.
fn quorum_at(generation: &Generation, people: &BTreeMap<PersonId, Time>) -> Option<Time> {
    let mut times: Vec<Time> = people.values().copied().collect();
    times.sort_unstable();
    times.get(usize::from(generation.seal.threshold).checked_sub(1)?).copied()
}

fn unreleased(escrow: &Escrow, handed: &HandedOver, found: &mut Vec<Finding>) {
    for ((vault, number), people) in handed {
        let Some(generation) = escrow.generation(vault, *number) else { continue };
        let quorum = quorum_at(generation, people).is_some();
        let rule = if quorum { Rule::QuorumUnreleased } else { Rule::ApprovalsUnreleased };
        let detail = format!("{}: {}", generation.seal.title(), names(people.keys()));
        found.push(about(rule, generation.seq, detail));
    }
}
