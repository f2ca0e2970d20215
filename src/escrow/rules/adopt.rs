//! The rules of repairs: damaged tails that were kept, logs that go on elsewhere, and branches that were
//! joined. See `docs/spec/repairs.md`.

use std::sync::Arc;

use data_encoding::BASE64;

use crate::escrow::forks::{MAX_ADOPTED, forks_of};
use crate::escrow::state::Escrow;
use crate::record::chain::{LogRecord, unreadable};
use crate::record::finding::{Broken, Finding, Rule, Severity};
use crate::record::repair::Adopt;

/// Takes the records that bytes hold, one after another. It is handed in: what takes every kind of record takes adoptions
/// too, and these files would import each other.
type Walk =
    dyn Fn(&mut Escrow, &[u8], u64, &mut Vec<Finding>, &mut dyn FnMut(&LogRecord)) -> Result<(), Broken>;

pub(super) fn admit(
    escrow: &mut Escrow,
    record: &LogRecord,
    adopt: &Adopt,
    walk: &Walk,
    report: &mut impl FnMut(Broken),
) -> Result<(), Broken> {
    let by = &record.frame.by;
    if by.len() != 2 || by.iter().any(|name| name.person().is_none()) {
        return Err(Broken::new(Rule::AdoptSigners, format!("{} signers", by.len())).signers(by));
    }
    ask_for_forks(escrow, adopt);
    let broken = |why: String| Broken::new(Rule::AdoptBranch, why).head(adopt.from);
    let at_fork = escrow.remembered.get(&adopt.from.hash).filter(|then| then.head == adopt.from).cloned();
    let at_fork =
        at_fork.ok_or_else(|| broken(format!("this log has no record {} as it says", adopt.from.seq)))?;
    let bytes = BASE64
        .decode(adopt.records.as_bytes())
        .map_err(|error| broken(error.to_string()).cause(Rule::RecordMalformed))?;
    let within = |inner: Broken, place: &str| {
        let why = format!("{place}{} {}", inner.rule, inner.detail);
        inner.breaks(Rule::AdoptBranch, why).head(adopt.from)
    };
    let first =
        LogRecord::take_at(&bytes, adopt.from.size).map_err(|error| within(unreadable(&error), ""))?;
    let here = escrow.history.get(&first.frame.seq).is_some_and(|head| head.hash == first.hash);
    let is_missing = escrow.gaps.iter().any(|gap| gap.until == first.head());
    if here || (escrow.elsewhere.contains(&first.head()) && !is_missing) {
        let seq = first.frame.seq;
        return Err(broken(format!("record {seq} is in this log already")).branch_record(seq));
    }
    // The branch is judged from its own past, as everybody who read it before did.
    let mut branch = Escrow::clone(&at_fork);
    branch.wanted = Arc::clone(&escrow.wanted);
    let mut findings = Vec::new();
    branch.remember();
    let walked = walk(&mut branch, &bytes, adopt.from.size, &mut findings, &mut |_| {});
    if let Err(inner) = walked {
        let seq = branch.head.seq + 1;
        return Err(within(inner, &format!("record {seq}: ")).branch_record(seq));
    }
    if let Some(finding) = findings.iter().find(|finding| finding.severity() >= Severity::Torn) {
        let seq = finding.seq.unwrap_or_default();
        return Err(within(finding.clone().into_broken(), &format!("record {seq}: ")).branch_record(seq));
    }
    // Reading the log again keeps only so many snapshots at which branches can fork.
    if escrow.adopted + 1 + branch.adopted - at_fork.adopted > MAX_ADOPTED {
        let why = format!("at most {MAX_ADOPTED} branches can be adopted");
        return Err(broken(why).limit(MAX_ADOPTED as u64));
    }
    let mut after = escrow.clone();
    after.join(&at_fork, &branch, record, &bytes, report)?;
    *escrow = after;
    report(adopted(adopt, branch.head.seq));
    for finding in findings {
        report(on_branch(finding));
    }
    Ok(())
}

/// Asks for the escrow as it was where branches fork, which is kept when the log is read again. The record is verified, and
/// two people signed it.
fn ask_for_forks(escrow: &mut Escrow, adopt: &Adopt) {
    let missed = forks_of(adopt).difference(&escrow.wanted).copied().collect::<Vec<_>>();
    let room = MAX_ADOPTED.saturating_sub(escrow.wanted.len() + escrow.missed.len());
    escrow.missed.extend(missed.into_iter().take(room));
}

fn adopted(adopt: &Adopt, last: u64) -> Broken {
    let from = &adopt.from;
    let count = last.saturating_sub(from.seq);
    let what = format!("{count} records after record {}, {}", from.seq, from.hash.short());
    Broken::new(Rule::Adopted, what).head(*from).first(from.seq + 1).last(last)
}

/// A finding on the branch, reported at the record that adopts it.
fn on_branch(finding: Finding) -> Broken {
    let seq = finding.seq;
    let mut broken = finding.into_broken();
    if let Some(seq) = seq {
        broken.detail = format!("record {seq} of the branch: {}", broken.detail);
    }
    broken.where_known(seq, Broken::branch_record)
}
