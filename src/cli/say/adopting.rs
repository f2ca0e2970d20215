//! An adoption, as it is shown before it is logged: what a branch holds, and what becomes of this log with it.

use crate::cli::say::layout::{counted, list};
use crate::cli::say::painted::{Painted, Tone};
use crate::cli::say::records::line_of;
use crate::cli::say::summary::Summary;
use crate::escrow::{Escrow, RequestState};
use crate::record::chain::LogRecord;
use crate::record::finding::{Finding, Rule, Severity};
use crate::value::names::{KeyName, PersonId};

/// What is about to be adopted: these records of another copy. `before` and `after` are this escrow without them and with
/// them, and `found` is what will be found because of them.
pub(crate) fn adopting(records: &[LogRecord], before: &Escrow, after: &Escrow, found: &[Finding]) -> Summary {
    let count = counted(records.len() as u64, "record");
    let mut summary = Summary::titled(Painted::of(Tone::Due, format!("ABOUT TO BE ADOPTED: {count}")));
    let lines: Vec<String> = records.iter().map(line_of).collect();
    summary.text("records", Tone::Plain, &lines.join("\n"));
    summary.decides("by", Tone::Plain, &list(signers(records)));
    if let Some((first, last)) = records.first().zip(records.last()) {
        let dates = format!("{} to {}", first.frame.time, last.frame.time);
        summary.decides("dated", Tone::Plain, &dates);
    }
    let sealed = after.vaults.iter().flat_map(|vault| &vault.generations);
    for one in sealed.filter(|one| before.sealed(&one.seal.vault, &one.record).is_none()) {
        let what = format!("{}, by {}", after.title_of(one), list(&one.sealers));
        summary.decides("sealed", Tone::Strong, &what);
    }
    let has_left = |person: &&PersonId| after.has_retired(person) && !before.has_retired(person);
    for person in after.people.keys().filter(has_left) {
        summary.decides("retired", Tone::Strong, person.as_str());
    }
    for asked in &after.requests {
        if let Some((tone, what)) = request(before, asked) {
            summary.decides("request", tone, &what);
        }
    }
    // That a branch is adopted is what they are about to agree to.
    let told = found.iter().filter(|one| one.severity() >= Severity::Finding && one.rule != Rule::Adopted);
    for one in told {
        summary.decides_by(
            "finding",
            vec![(Tone::Bad, one.rule.code().to_owned()), (Tone::Plain, one.detail.clone())],
        );
    }
    summary
}

/// What the branch says of a request that this log does not.
fn request(before: &Escrow, asked: &RequestState) -> Option<(Tone, String)> {
    let known = before.request(&asked.record);
    let released = asked.is_released() && !known.is_some_and(RequestState::is_released);
    let ended = asked.end.is_some() && known.is_none_or(|known| known.end.is_none());
    if known.is_some() && !released && !ended {
        return None;
    }
    let (tone, became) = match (released, ended) {
        (true, _) => (Tone::Bad, "RELEASED"),
        (false, true) => (Tone::Plain, "ended"),
        (false, false) => (Tone::Plain, "asked for"),
    };
    let said = &asked.request;
    let what =
        format!("{} generation {}, {}, by {}", said.name, said.generation, said.purpose, said.requester);
    Some((tone, format!("{became}: {what}")))
}

/// The people who signed records, each once.
fn signers(records: &[LogRecord]) -> Vec<&PersonId> {
    let mut people: Vec<&PersonId> =
        records.iter().flat_map(|record| &record.frame.by).filter_map(KeyName::person).collect();
    people.sort();
    people.dedup();
    people
}
