//! Obligations: what has to happen after each seal, approval and release, and has not happened yet.

use crate::audit::generations;
use crate::audit::handed::{Approved, HandedOver};
use crate::audit::met::{Met, drilled, future, is_stated};
use crate::audit::timeline::{Counted, TOLERANCE, Timeline};
use crate::escrow::{Act, Cause, Escrow, Generation, Place, RequestState, StandingVerdict, Vault};
use crate::record::finding::{Broken, Finding, Rule};
use crate::record::request::Purpose;
use crate::record::seal::Kind;
use crate::value::names::{KeyName, PersonId};
use crate::value::time::{Seconds, Time};

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
#[derive(Debug, Clone)]
pub struct Exposure<'a> {
    /// The generation.
    pub generation: &'a Generation,
    /// Since when, and by when new credentials are due.
    pub rotation: Deadline,
    /// What exposed it, and when that counts.
    since: Began<'a>,
}

/// The closing list of a request.
#[derive(Debug, Clone)]
pub struct Closing<'a> {
    /// Since the release, and by when it is due.
    pub deadline: Deadline,
    /// When it was closed; `None` if it is open.
    pub closed: Option<Time>,
    /// The release, and when that counts.
    since: Began<'a>,
}

impl Closing<'_> {
    /// Whether it was not closed in time.
    fn is_late(&self, now: Time) -> bool {
        self.deadline.is_overdue(self.closed.unwrap_or(now))
    }
}

/// What something is due after, and when that counts.
type Began<'a> = (Act, Counted<'a>);

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

/// What an escrow's people owe at one moment.
#[derive(Debug)]
pub struct Obligations<'a> {
    escrow: &'a Escrow,
    now: Time,
    timeline: Timeline<'a>,
    handed: HandedOver<'a>,
    met: Met<'a>,
}

/// The canary of the custodians who hold a root vault's current generation.
pub fn canary<'a>(escrow: &'a Escrow, vault: &Vault) -> Option<&'a Vault> {
    let seal = &vault.current().seal;
    let in_use = |vault: &Vault| vault.kind == Kind::Canary && !vault.decommissioned;
    let same = |canary: &&Vault| in_use(canary) && canary.current().seal.opens_like(seal);
    escrow.vaults.iter().rev().find(same)
}

impl<'a> Obligations<'a> {
    /// What is owed at `now`. `in_books` are approvals that books record.
    pub fn of(escrow: &'a Escrow, now: Time, in_books: &'a [Approved]) -> Obligations<'a> {
        let timeline = Timeline::of(escrow, now);
        let met = Met::of(escrow, &timeline);
        Obligations { escrow, now, timeline, handed: HandedOver::of(escrow, in_books), met }
    }

    /// Everything that is due or overdue.
    pub fn due(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        for vault in &self.escrow.vaults {
            self.not_all_checked(vault, &mut found);
            self.exposed(vault, &mut found);
            generations::due(self.escrow, vault, &mut found);
        }
        for asked in self.escrow.requests.iter().filter(|asked| asked.is_released()) {
            ended(asked, &mut found);
            self.closed(asked, &mut found);
            self.noticed(asked, &mut found);
        }
        found.extend(self.handed.findings(self.escrow));
        found.extend(self.dated_ahead());
        found
    }

    /// Each custodian of the newest generation has to check, unless it is given up.
    fn not_all_checked(&self, vault: &Vault, found: &mut Vec<Finding>) {
        let newest = vault.newest_kept();
        let missing = self.unchecked(newest);
        if !missing.is_empty() && !vault.decommissioned {
            let people: Vec<_> = missing.into_iter().cloned().collect();
            let names: Vec<_> = people.iter().map(|person| format!("`{person}`")).collect();
            let what =
                format!("{} waits for the check of {}", self.escrow.title_of(newest), names.join(", "));
            let broken = Broken::new(Rule::NotInForce, what).seal(&newest.seal);
            found.push(broken.people(people).about(newest.seq));
        }
    }

    /// The custodians of a generation who have not checked their share yet.
    pub(crate) fn unchecked<'g>(&self, generation: &'g Generation) -> Vec<&'g PersonId> {
        self.met.unchecked(generation)
    }

    /// What exposed the very generation, where it stands, and when that counts: a release key's signature, a damaged end,
    /// or a quorum of approvals without a release, whose shares are in somebody's hands.
    fn known(&self, generation: &Generation) -> Vec<(Option<Place>, Began<'a>)> {
        let released = generation.released.iter().filter_map(|released| {
            let act = self.escrow.act_of_release(released);
            let is_over = match released.cause {
                Cause::MayHaveBegun(until) => self.timeline.is_over(until, act.from),
                Cause::Signed(_) | Cause::SignedInDamage | Cause::Begun => false,
            };
            (!is_over).then_some((Some(released.place), act))
        });
        let quorum = self.handed.quorum(self.escrow, generation).map(|quorum| (quorum.place, quorum.act));
        let began = released.chain(quorum).map(|(place, act)| {
            let counted = self.timeline.start(&act);
            (place, (act, counted))
        });
        began.collect()
    }

    /// Whether the credentials of a confirmed generation had been exposed, in whichever generation carried them, by the
    /// time at which it was confirmed.
    fn was_exposed(&self, vault: &Vault, confirmed: &Generation, standing: StandingVerdict) -> bool {
        let same = vault.generations.iter().filter(|one| one.origin == confirmed.origin);
        let mut all = same.flat_map(|one| self.known(one));
        all.any(|(place, (_, counted))| {
            place.map_or(counted.time <= standing.time, |place| place <= standing.place)
        })
    }

    /// Whether a later generation with other credentials is confirmed, which had not been exposed by then: what was exposed
    /// before is worthless.
    fn is_replaced(&self, vault: &Vault, generation: &Generation) -> bool {
        let number = generation.seal.generation;
        let later = vault.generations.iter().filter(|one| one.seal.generation > number);
        let later = later.filter(|one| one.origin != generation.origin && one.seal.new_fields.is_empty());
        let confirmed = later.filter(|one| one.is_confirmed());
        let stated = confirmed.filter(|one| is_stated(self.escrow, &self.timeline, one));
        let mut stated = stated.filter_map(|one| Some((one, one.standing()?)));
        stated.any(|(one, standing)| !self.was_exposed(vault, one, standing))
    }

    /// A release of what may open something exposes the generation, whatever its purpose, until other credentials are
    /// confirmed.
    fn exposures_of(&self, vault: &'a Vault) -> impl Iterator<Item = Exposure<'a>> {
        let generations = vault.generations.iter().filter(|_| vault.holds_credentials());
        generations.filter_map(move |generation| {
            let known = self.known(generation).into_iter().map(|(_, began)| began);
            let since = known.min_by_key(|(_, counted)| counted.time)?;
            let rotation = Deadline::within(self.escrow.policy.rotate_after_release, since.1.time);
            (!self.is_replaced(vault, generation)).then_some(Exposure { generation, rotation, since })
        })
    }

    /// The generations that are exposed.
    pub(crate) fn exposures(&self) -> impl Iterator<Item = Exposure<'a>> {
        self.escrow.vaults.iter().flat_map(|vault| self.exposures_of(vault))
    }

    fn exposed(&self, vault: &'a Vault, found: &mut Vec<Finding>) {
        for Exposure { generation, rotation, since: (act, counted) } in self.exposures_of(vault) {
            let Deadline { since, due } = rotation;
            let overdue = rotation.is_overdue(self.now);
            let (rule, word) = if overdue { (Rule::RotationOverdue, "were") } else { (Rule::Exposed, "are") };
            let title = self.escrow.title_of(generation);
            let what = format!("{title}: exposed at {since}, new credentials {word} due by {due}");
            let broken = Broken::new(rule, what).seal(&generation.seal).since(since).due(due);
            found.push(dated_otherwise(broken, &act, &counted).about(generation.seq));
        }
    }

    /// The checks that the custodians of a generation owe, by index. A retired person owes none, nor does anybody of a vault
    /// that is out of use.
    pub fn checks(&self, generation: &'a Generation) -> impl Iterator<Item = Owed<'a>> {
        let vault = self.escrow.vault(&generation.seal.vault).filter(|vault| !vault.decommissioned);
        let custodians = vault.into_iter().flat_map(|_| generation.custodians());
        let stay = |custodian: &&PersonId| !self.escrow.has_retired_from(custodian, &generation.seal.vault);
        let sealed = self.sealed(generation);
        custodians.filter(stay).map(move |custodian| {
            let last = self.met.last_check(generation, custodian).map(|counted| counted.time);
            let since = last.unwrap_or(sealed);
            Owed { custodian, last, next: Deadline::within(self.escrow.policy.check_every, since) }
        })
    }

    /// When a generation was sealed, as far as that is certain.
    fn sealed(&self, generation: &Generation) -> Time {
        let act = self.escrow.act(generation.time, &generation.sealers, generation.seq);
        self.timeline.start(&act).time
    }

    /// The drill that the custodians of a root vault's current generation owe. Before their first drill, it
    /// counts from the seal of their canary, or of their vault if they have no canary.
    pub fn drill(&self, vault: &Vault) -> Drill<'a> {
        let canary = canary(self.escrow, vault);
        let last = canary.and_then(|canary| {
            let asked = self.escrow.requests.iter().filter(|asked| asked.request.vault == canary.id);
            let releases = asked.flat_map(|asked| asked.releases.iter().map(move |one| (asked, one)));
            let counted = releases
                .filter_map(|(asked, one)| self.timeline.counts(&drilled(self.escrow, asked, one)).ok());
            counted.map(|counted| counted.time).max()
        });
        let sealed = self.sealed(canary.unwrap_or(vault).current());
        let next = Deadline::within(self.escrow.policy.drill_every, last.unwrap_or(sealed));
        Drill { canary, last, next }
    }

    /// What would meet or renew something, and is from the future.
    pub(crate) fn dated_ahead(&self) -> Vec<Finding> {
        let mut found = self.met.dated_ahead().to_vec();
        let asked = self.escrow.requests.iter().filter(|asked| asked.request.purpose == Purpose::Drill);
        for (asked, release) in asked.flat_map(|asked| asked.releases.iter().map(move |one| (asked, one))) {
            let act = drilled(self.escrow, asked, release);
            if let Err(ahead) = self.timeline.counts(&act) {
                found.push(future(&act, &ahead, "release"));
            }
        }
        found
    }

    /// Whether a request was closed.
    pub(crate) fn is_closed(&self, asked: &RequestState) -> bool {
        self.met.closed(asked).is_some()
    }

    /// What is due after the releases of real credentials for a request: their beginning. `None` if there is none.
    fn released(&self, asked: &RequestState) -> Option<Began<'a>> {
        let root = self.escrow.vault(&asked.request.vault).is_some_and(|vault| vault.kind == Kind::Root);
        let released = asked.releases.iter().filter(|_| root).map(|release| {
            let act = self.escrow.act(release.time, [&asked.request.requester], release.seq);
            let act = Act { voices: release.approvals.clone(), ..act };
            let counted = self.timeline.start(&act);
            (act, counted)
        });
        released.min_by_key(|(_, counted)| counted.time)
    }

    /// The closing list of a request, and by when it is due; `None` if it does not need one.
    pub fn closing(&self, asked: &RequestState) -> Option<Closing<'a>> {
        let since = self.released(asked)?;
        let deadline = Deadline::within(self.escrow.policy.close_within, since.1.time);
        Some(Closing { deadline, closed: self.met.closed(asked).map(|counted| counted.time), since })
    }

    fn closed(&self, asked: &RequestState, found: &mut Vec<Finding>) {
        let Some(closing) = self.closing(asked) else { return };
        let Deadline { due, since } = closing.deadline;
        let rule = match closing.closed {
            _ if closing.is_late(self.now) => Rule::CloseOverdue,
            None => Rule::CloseMissing,
            Some(_) => return,
        };
        let when = closing.closed.map_or(String::new(), |closed| format!(", and closed at {closed}"));
        let what = format!("request {}: due by {due}{when}", asked.record.short());
        let broken = asked.broken(rule, what).since(since).due(due);
        let (act, counted) = &closing.since;
        found.push(dated_otherwise(broken, act, counted).about(asked.seq));
    }

    /// By when the notice of a request's release has to be acknowledged, and what it counts from; `None` if it is, if the
    /// policy has no notices, or if nobody is left who may.
    fn notice_of(&self, asked: &RequestState) -> Option<(Deadline, Began<'a>)> {
        let within = self.escrow.policy.notices.as_ref()?.within;
        let since = self.released(asked)?;
        let mut acknowledged = self.escrow.acknowledged(asked);
        let is_open = !acknowledged.any(|(release, person)| self.met.has_agreed(&release, person))
            && !self.escrow.may_acknowledge(asked).is_empty();
        is_open.then(|| (Deadline::within(within, since.1.time), since))
    }

    /// By when the notice of a request's release has to be acknowledged; `None` if it has not to be any more.
    pub(crate) fn notice(&self, asked: &RequestState) -> Option<Deadline> {
        self.notice_of(asked).map(|(notice, _)| notice)
    }

    fn noticed(&self, asked: &RequestState, found: &mut Vec<Finding>) {
        let Some((notice, (act, counted))) = self.notice_of(asked) else { return };
        let rule = if notice.is_overdue(self.now) { Rule::NoticeOverdue } else { Rule::NoticeMissing };
        let what = format!("request {}: due by {}", asked.record.short(), notice.due);
        let broken = asked.broken(rule, what).since(notice.since).due(notice.due);
        found.push(dated_otherwise(broken, &act, &counted).about(asked.seq));
    }
}

/// Tells whose date is not taken, and whose is, where a bound decides or where they lie far apart.
fn dated_otherwise(mut broken: Broken, act: &Act, counted: &Counted<'_>) -> Broken {
    let (early, late) = (act.time.min(counted.time), act.time.max(counted.time));
    if !counted.is_bound && late <= early.after(TOLERANCE) {
        return broken;
    }
    let (time, person) = (act.time, act.person.as_ref());
    let by = |person: Option<&PersonId>| person.map_or(String::new(), |person| format!(" by `{person}`"));
    let other = match counted.decided_by {
        Some(_) => format!("; what is dated{} decides", by(counted.decided_by)),
        None => String::new(),
    };
    broken.detail.push_str(&format!(" (dated {time}{}{other})", by(person)));
    let decided_by = counted.decided_by.map(|other| KeyName::Person(other.clone()));
    let broken = broken.time(time);
    broken.where_known(person, Broken::person).where_known(decided_by, Broken::signer)
}

fn ended(asked: &RequestState, found: &mut Vec<Finding>) {
    if asked.end.is_none() {
        let fields: Vec<_> = asked.request.fields.iter().map(|field| field.as_str()).collect();
        let what = format!("request {}: assume that {} were shown", asked.record.short(), fields.join(", "));
        let broken = asked.broken(Rule::EndMissing, what).fields(&asked.request.fields);
        found.push(broken.about(asked.seq));
    }
}
