//! What meets or renews what is due: checks, closings and confirmations, each counted at the time that is certain, and those
//! from the future left out.

use std::collections::{BTreeMap, BTreeSet};

use crate::audit::timeline::{Ahead, Counted, Timeline};
use crate::crypto::digest::Digest;
use crate::escrow::{Act, Escrow, Generation, LoggedStatement, ReleaseState, RequestState};
use crate::record::agree::Agree;
use crate::record::finding::{Broken, Finding, Rule};
use crate::record::statement::Statement;
use crate::value::names::{KeyName, PersonId};

/// The last check of each custodian.
type Checks<'a> = BTreeMap<&'a PersonId, Counted<'a>>;

/// What meets or renews something.
#[derive(Debug, Default)]
pub(crate) struct Met<'a> {
    checks: BTreeMap<Digest, Checks<'a>>,
    closings: BTreeMap<Digest, Counted<'a>>,
    agreed: BTreeSet<(Digest, &'a PersonId)>,
    ahead: Vec<Finding>,
}

impl<'a> Met<'a> {
    /// What the statements of a log meet and renew.
    pub(crate) fn of(escrow: &'a Escrow, timeline: &Timeline<'a>) -> Met<'a> {
        let mut met = Met::default();
        let releases: BTreeSet<Digest> =
            escrow.requests.iter().flat_map(RequestState::release_records).collect();
        for logged in &escrow.statements {
            let signed = &logged.statement;
            let Some(act) = act_of(escrow, logged, &releases) else { continue };
            match (timeline.counts(&act), &signed.statement.says) {
                (Err(ahead), says) => met.ahead.push(future(&act, &ahead, &says.kind().to_string())),
                (Ok(counted), Statement::Check(check)) => {
                    let head = &signed.statement.head;
                    for one in check.shares.iter().filter_map(|share| escrow.generation_of(share, head)) {
                        let all = met.checks.entry(one.record).or_default();
                        let last = all.entry(&signed.person).or_insert(counted);
                        if counted.time > last.time {
                            *last = counted;
                        }
                    }
                }
                (Ok(counted), Statement::Close(close)) => {
                    let first = met.closings.entry(close.request).or_insert(counted);
                    if counted.time < first.time {
                        *first = counted;
                    }
                }
                (Ok(_), Statement::Agree(Agree::Record(record))) => {
                    met.agreed.insert((*record, &signed.person));
                }
                (Ok(_), _) => {}
            }
        }
        met
    }

    /// What is from the future, and is not made.
    pub(crate) fn dated_ahead(&self) -> &[Finding] {
        &self.ahead
    }

    /// The last check of a generation by this custodian.
    pub(crate) fn last_check(&self, generation: &Generation, custodian: &PersonId) -> Option<Counted<'a>> {
        self.checks.get(&generation.record)?.get(custodian).copied()
    }

    /// The custodians of a generation who have not checked their share.
    pub(crate) fn unchecked<'g>(&self, generation: &'g Generation) -> Vec<&'g PersonId> {
        generation.custodians().filter(|one| self.last_check(generation, one).is_none()).collect()
    }

    /// Whether a person agreed with the notice of this release.
    pub(crate) fn has_agreed(&self, release: &Digest, person: &PersonId) -> bool {
        self.agreed.contains(&(*release, person))
    }

    /// When a request was first closed.
    pub(crate) fn closed(&self, asked: &RequestState) -> Option<Counted<'a>> {
        self.closings.get(&asked.record).copied()
    }
}

/// What a statement of a kind that meets or renews something is judged by; `None` for those of other kinds. A check renews
/// from when it was made, which its head tells; what meets a deadline does so once the log has it.
fn act_of(escrow: &Escrow, logged: &LoggedStatement, releases: &BTreeSet<Digest>) -> Option<Act> {
    let signed = &logged.statement;
    let brought_in = || escrow.act_brought_in(signed.statement.time, &signed.person, logged.seq);
    match &signed.statement.says {
        Statement::Check(_) => Some(escrow.act_of(logged)),
        Statement::Close(_) | Statement::Confirm(_) | Statement::Agree(Agree::Statement(_)) => {
            Some(brought_in())
        }
        Statement::Agree(Agree::Record(record)) => releases.contains(record).then(brought_in),
        Statement::Agree(Agree::Proposal(_))
        | Statement::Reviewed(_)
        | Statement::Approval(_)
        | Statement::Denial(_)
        | Statement::Action(_) => None,
    }
}

/// Whether a word for the verdict on a generation, since that verdict began, is not from the future.
pub(crate) fn is_stated(escrow: &Escrow, timeline: &Timeline<'_>, generation: &Generation) -> bool {
    let mut words = generation.words();
    words
        .any(|(person, time, place)| timeline.counts(&escrow.act_brought_in(time, person, place.seq)).is_ok())
}

/// A release of a canary, which renews the drill.
pub(crate) fn drilled(escrow: &Escrow, asked: &RequestState, release: &ReleaseState) -> Act {
    escrow.act(release.time, [&asked.request.requester], release.seq)
}

/// The finding that something is from the future.
pub(crate) fn future(act: &Act, ahead: &Ahead<'_>, kind: &str) -> Finding {
    let person = act.person.as_ref();
    let whose = person.map_or(String::new(), |person| format!(" by `{person}`"));
    let (time, latest) = (act.time, ahead.latest.time);
    let by = match ahead.latest.decided_by {
        Some(other) => format!("as `{other}` dated what follows"),
        None => "the time of this verification".to_owned(),
    };
    let what = format!("a `{kind}`{whose}, dated {time}, which is after {latest}, {by}: it does not count");
    let broken = Broken::new(Rule::TimeFuture, what).kind(kind.to_owned()).time(time);
    let broken = broken.expected(latest.to_string()).where_known(person, Broken::person);
    let decided_by = ahead.latest.decided_by.map(|other| KeyName::Person(other.clone()));
    broken.where_known(decided_by, Broken::signer).about(act.by)
}
