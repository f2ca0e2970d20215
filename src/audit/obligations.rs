//! Obligations: what has to happen after each seal, approval and release, and has not happened yet.

use std::collections::BTreeMap;

use crate::audit::generations;
use crate::crypto::digest::Digest;
use crate::escrow::{Escrow, Generation, Place, RequestState, StandingVerdict, Vault};
use crate::record::finding::{Broken, Finding, Rule};
use crate::record::seal::Kind;
use crate::record::statement::{Approval, Statement};
use crate::value::names::PersonId;
use crate::value::time::{Seconds, Time};

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

/// A time within which something has to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline {
    /// Its last moment.
    pub due: Time,
    /// What it counts from.
    pub since: Time,
}

impl Deadline {
    /// `length` from `since` on.
    fn within(length: Seconds, since: Time) -> Deadline {
        Deadline { due: since.after(length), since }
    }

    /// Whether it has passed.
    pub(crate) fn is_overdue(&self, now: Time) -> bool {
        now > self.due
    }

    /// Whether it has passed, or its last quarter has begun.
    pub(crate) fn is_near(&self, now: Time) -> bool {
        self.due.since(now).0 <= self.due.since(self.since).0 / 4
    }
}

/// A generation whose credentials somebody may know.
#[derive(Debug, Clone, Copy)]
pub struct Exposure<'a> {
    /// The generation.
    pub generation: &'a Generation,
    /// Since when, and by when new credentials are due.
    pub rotation: Deadline,
}

/// A check that one custodian owes of one generation.
#[derive(Debug, Clone, Copy)]
pub struct Owed<'a> {
    /// The custodian.
    pub custodian: &'a PersonId,
    /// Their last check; `None` if there is none yet.
    pub last: Option<Time>,
    /// Since the last check, or since the seal, and by when the next one is due.
    pub next: Deadline,
}

/// The exercise that a set of custodians owes.
#[derive(Debug, Clone, Copy)]
pub struct Drill<'a> {
    /// Their canary; `None` if they have none.
    pub canary: Option<&'a Vault>,
    /// The last release of it; `None` if there is none yet.
    pub last: Option<Time>,
    /// Since the last drill, or since the seal, and by when the next one is due.
    pub next: Deadline,
}

/// Everything that is due or overdue at `now`. `in_books` are approvals that books record.
pub fn due(escrow: &Escrow, now: Time, in_books: &[Approved]) -> Vec<Finding> {
    let mut found = Vec::new();
    let handed = handed_over(escrow, in_books);
    for vault in &escrow.vaults {
        not_all_checked(vault, &mut found);
        exposed(escrow, vault, now, &handed, &mut found);
        generations::due(escrow, vault, &mut found);
    }
    for asked in escrow.requests.iter().filter(|asked| asked.is_released()) {
        ended(asked, &mut found);
        closed(escrow, asked, now, &mut found);
        noticed(escrow, asked, now, &mut found);
    }
    unreleased(escrow, &handed, &mut found);
    found
}

fn names<'a>(people: impl IntoIterator<Item = &'a PersonId>) -> String {
    let names: Vec<_> = people.into_iter().map(|person| format!("`{person}`")).collect();
    names.join(", ")
}

/// Each custodian of the newest generation has to check, unless it is given up.
fn not_all_checked(vault: &Vault, found: &mut Vec<Finding>) {
    let newest = vault.newest_kept();
    let missing = newest.unchecked();
    if !missing.is_empty() && !vault.decommissioned {
        let people: Vec<_> = missing.into_iter().cloned().collect();
        let what = format!("{} waits for the check of {}", newest.seal.title(), names(&people));
        let broken = Broken::new(Rule::NotInForce, what).seal(&newest.seal);
        found.push(broken.people(people).about(newest.seq));
    }
}

/// When somebody may have come to know the credentials of a generation, and in which record; none if only books tell.
#[derive(Debug, Clone, Copy)]
struct Known {
    time: Time,
    place: Option<Place>,
}

/// What exposed the very generation: a release key's signature, a damaged tail, or a quorum of approvals without a release,
/// whose shares are in somebody's hands.
fn known<'a>(
    vault: &Vault,
    generation: &Generation,
    handed: &'a HandedOver,
) -> impl Iterator<Item = Known> + use<'a> {
    let released = generation.released.map(|one| Known { time: one.time, place: Some(one.place) });
    let approved = handed.get(&(vault.id, generation.seal.generation));
    released.into_iter().chain(approved.and_then(|people| quorum_at(generation, people)))
}

/// Whether the credentials of a confirmed generation had been exposed, in whichever generation carried them, by the time at
/// which it was confirmed.
fn was_exposed(
    vault: &Vault,
    confirmed: &Generation,
    standing: StandingVerdict,
    handed: &HandedOver,
) -> bool {
    let same = vault.generations.iter().filter(|one| one.origin == confirmed.origin);
    let mut all = same.flat_map(|one| known(vault, one, handed));
    all.any(|known| known.place.map_or(known.time <= standing.time, |place| place <= standing.place))
}

/// Whether a later generation with other credentials is confirmed, which had not been exposed by then: what was exposed
/// before is worthless.
fn is_replaced(vault: &Vault, generation: &Generation, handed: &HandedOver) -> bool {
    let later = vault.generations.iter().filter(|one| one.seal.generation > generation.seal.generation);
    let later = later.filter(|one| one.origin != generation.origin && one.seal.new_fields.is_empty());
    let confirmed = later.filter(|one| one.is_confirmed());
    let mut confirmed = confirmed.filter_map(|one| Some((one, one.standing()?)));
    confirmed.any(|(one, standing)| !was_exposed(vault, one, standing, handed))
}

/// A release of what may open something exposes the generation, whatever its purpose, until other credentials are confirmed.
fn exposures<'a>(
    escrow: &'a Escrow,
    vault: &'a Vault,
    handed: &HandedOver,
) -> impl Iterator<Item = Exposure<'a>> {
    let generations = vault.generations.iter().filter(|_| vault.holds_credentials());
    generations.filter_map(move |generation| {
        let since = known(vault, generation, handed).map(|known| known.time).min()?;
        let rotation = Deadline::within(escrow.policy.rotate_after_release, since);
        (!is_replaced(vault, generation, handed)).then_some(Exposure { generation, rotation })
    })
}

/// The generations that are exposed, by what the log tells.
pub(crate) fn exposed_by_log(escrow: &Escrow) -> Vec<Exposure<'_>> {
    let handed = handed_over(escrow, &[]);
    escrow.vaults.iter().flat_map(|vault| exposures(escrow, vault, &handed)).collect()
}

fn exposed(escrow: &Escrow, vault: &Vault, now: Time, handed: &HandedOver, found: &mut Vec<Finding>) {
    for Exposure { generation, rotation } in exposures(escrow, vault, handed) {
        let Deadline { since, due } = rotation;
        let overdue = rotation.is_overdue(now);
        let (rule, word) = if overdue { (Rule::RotationOverdue, "were") } else { (Rule::Exposed, "are") };
        let title = generation.seal.title();
        let what = format!("{title}: exposed at {since}, new credentials {word} due by {due}");
        let broken = Broken::new(rule, what).seal(&generation.seal).since(since).due(due);
        found.push(broken.about(generation.seq));
    }
}

/// The checks that the custodians of a generation owe, by index. A retired person owes none, nor does anybody of a vault that
/// is out of use.
pub fn checks<'a>(escrow: &'a Escrow, generation: &'a Generation) -> impl Iterator<Item = Owed<'a>> {
    let vault = escrow.vault(&generation.seal.vault).filter(|vault| !vault.decommissioned);
    let custodians = vault.into_iter().flat_map(|_| generation.custodians());
    let stay = |custodian: &&PersonId| !escrow.has_retired_from(custodian, &generation.seal.vault);
    custodians.filter(stay).map(|custodian| {
        let last = generation.checks.get(custodian).copied();
        let since = last.unwrap_or(generation.time);
        Owed { custodian, last, next: Deadline::within(escrow.policy.check_every, since) }
    })
}

/// The drill that the custodians of a root vault's current generation owe. Before their first drill, it
/// counts from the seal of their canary, or of their vault if they have no canary.
pub fn drill<'a>(escrow: &'a Escrow, vault: &Vault) -> Drill<'a> {
    let seal = &vault.current().seal;
    let in_use = |vault: &Vault| vault.kind == Kind::Canary && !vault.decommissioned;
    let same = |canary: &&Vault| in_use(canary) && canary.current().seal.opens_like(seal);
    let canary = escrow.vaults.iter().rev().find(same);
    let last = canary.and_then(|canary| {
        let asked = escrow.requests.iter().filter(|asked| asked.request.vault == canary.id);
        asked.flat_map(|asked| &asked.releases).map(|release| release.time).max()
    });
    let sealed = canary.map_or(vault.current().time, |canary| canary.current().time);
    let next = Deadline::within(escrow.policy.drill_every, last.unwrap_or(sealed));
    Drill { canary, last, next }
}

fn ended(asked: &RequestState, found: &mut Vec<Finding>) {
    if asked.end.is_none() {
        let fields: Vec<_> = asked.request.fields.iter().map(|field| field.as_str()).collect();
        let what = format!("request {}: assume that {} were shown", asked.record.short(), fields.join(", "));
        let broken = asked.broken(Rule::EndMissing, what).fields(&asked.request.fields);
        found.push(broken.about(asked.seq));
    }
}

/// By when the closing list of a request is due; `None` if it is closed, or does not need one.
pub fn closing(escrow: &Escrow, asked: &RequestState) -> Option<Deadline> {
    let root = escrow.vault(&asked.request.vault).is_some_and(|vault| vault.kind == Kind::Root);
    let first = asked.releases.first().filter(|_| root && asked.closed.is_none())?;
    Some(Deadline::within(escrow.policy.close_within, first.time))
}

fn closed(escrow: &Escrow, asked: &RequestState, now: Time, found: &mut Vec<Finding>) {
    let Some(closing) = closing(escrow, asked) else { return };
    let rule = if closing.is_overdue(now) { Rule::CloseOverdue } else { Rule::CloseMissing };
    let what = format!("request {}: due by {}", asked.record.short(), closing.due);
    let broken = asked.broken(rule, what).since(closing.since).due(closing.due);
    found.push(broken.about(asked.seq));
}

/// By when the notice of a request's release has to be acknowledged; `None` if it is, if the policy has no notices, or if
/// nobody is left who may.
pub(crate) fn notice(escrow: &Escrow, asked: &RequestState) -> Option<Deadline> {
    let within = escrow.policy.notices.as_ref()?.within;
    let root = escrow.vault(&asked.request.vault).is_some_and(|vault| vault.kind == Kind::Root);
    let first = asked.releases.first().filter(|_| root && !escrow.is_acknowledged(asked))?;
    (!escrow.may_acknowledge(asked).is_empty()).then(|| Deadline::within(within, first.time))
}

fn noticed(escrow: &Escrow, asked: &RequestState, now: Time, found: &mut Vec<Finding>) {
    let Some(notice) = notice(escrow, asked) else { return };
    let rule = if notice.is_overdue(now) { Rule::NoticeOverdue } else { Rule::NoticeMissing };
    let what = format!("request {}: due by {}", asked.record.short(), notice.due);
    found.push(asked.broken(rule, what).since(notice.since).due(notice.due).about(asked.seq));
}

/// For each generation, who handed a share over to a request of which no release is logged, and how that is first known.
type HandedOver = BTreeMap<(Digest, u32), BTreeMap<PersonId, Known>>;

/// Approvals hand shares over for good, whether or not a release is logged: they are counted by generation.
fn handed_over(escrow: &Escrow, in_books: &[Approved]) -> HandedOver {
    let logged = escrow.statements.iter().filter_map(|collected| {
        let signed = &collected.statement;
        let Statement::Approval(approval) = &signed.statement.says else { return None };
        let place = Some(Place::of(collected.seq));
        Some((&signed.person, Known { time: signed.statement.time, place }, approval))
    });
    let in_books =
        in_books.iter().map(|one| (&one.person, Known { time: one.time, place: None }, &one.approval));
    let mut handed = HandedOver::new();
    for (person, known, approval) in logged.chain(in_books) {
        // A book may say anything; only a person who holds a share can have handed one over.
        let sealed = escrow.generation(&approval.vault, approval.generation);
        let holds = sealed.is_some_and(|one| one.seal.share_of(person).is_some());
        if holds && escrow.request(&approval.request).is_none_or(|asked| !asked.is_released()) {
            let people = handed.entry((approval.vault, approval.generation)).or_default();
            let first = people.entry(person.clone()).or_insert(known);
            first.time = first.time.min(known.time);
        }
    }
    handed
}

/// When, and in which record, as many people had approved as can reconstruct; `None` while they have not.
fn quorum_at(generation: &Generation, people: &BTreeMap<PersonId, Known>) -> Option<Known> {
    let mut times: Vec<Time> = people.values().map(|known| known.time).collect();
    times.sort_unstable();
    let mut places: Vec<Place> = people.values().filter_map(|known| known.place).collect();
    places.sort_unstable();
    let satisfied = |had: &dyn Fn(&Known) -> bool| {
        generation.seal.is_satisfied_by(|share| people.get(&share.custodian).is_some_and(had))
    };
    let time = times.into_iter().find(|at| satisfied(&|known| known.time <= *at))?;
    let place =
        places.into_iter().find(|at| satisfied(&|known| known.place.is_some_and(|place| place <= *at)));
    Some(Known { time, place })
}

fn unreleased(escrow: &Escrow, handed: &HandedOver, found: &mut Vec<Finding>) {
    for ((vault, number), people) in handed {
        let Some(generation) = escrow.generation(vault, *number) else { continue };
        let reached = quorum_at(generation, people);
        let quorum = reached.is_some();
        let rule = if quorum { Rule::QuorumUnreleased } else { Rule::ApprovalsUnreleased };
        let people: Vec<_> = people.keys().cloned().collect();
        let broken = Broken::new(rule, format!("{}: {}", generation.seal.title(), names(&people)));
        let broken = broken.seal(&generation.seal).threshold(generation.seal.threshold);
        let broken = broken.where_known(reached.map(|known| known.time), Broken::time);
        found.push(broken.people(people).about(generation.seq));
    }
}
