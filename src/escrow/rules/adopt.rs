//! The rules of repairs: damaged tails that were kept, logs that go on elsewhere, and branches that were
//! joined. See `docs/spec/repairs.md`.

use std::sync::Arc;

use data_encoding::BASE64;

use crate::escrow::state::Escrow;
use crate::record::chain::{LogRecord, rule_of};
use crate::record::finding::{Broken, Finding, Rule, Severity};
use crate::record::repair::Adopt;

/// The most branches that one log can adopt, with those that they adopted.
pub(in crate::escrow) const MAX_ADOPTED: usize = 64;

/// Takes the records that bytes hold, one after another. It is handed in: what takes every kind of record takes adoptions
/// too, and these files would import each other.
type Walk =
    dyn Fn(&mut Escrow, &[u8], u64, &mut Vec<Finding>, &mut dyn FnMut(&LogRecord)) -> Result<(), Broken>;

pub(super) fn admit(
    escrow: &mut Escrow,
    record: &LogRecord,
    adopt: &Adopt,
    walk: &Walk,
    report: &mut impl FnMut(Rule, String),
) -> Result<(), Broken> {
    let by = &record.frame.by;
    if by.len() != 2 || by.iter().any(|name| name.person().is_none()) {
        return Err((Rule::AdoptSigners, format!("{} signers", by.len())));
    }
    let broken = |why: String| (Rule::AdoptBranch, why);
    let at_fork = escrow.remembered.get(&adopt.from.hash).filter(|then| then.head == adopt.from).cloned();
    let at_fork =
        at_fork.ok_or_else(|| broken(format!("this log has no record {} as it says", adopt.from.seq)))?;
    let bytes = BASE64.decode(adopt.records.as_bytes()).map_err(|error| broken(error.to_string()))?;
    let first = LogRecord::take_at(&bytes, adopt.from.size)
        .map_err(|error| broken(format!("{} {error}", rule_of(&error))))?;
    let here = escrow.history.get(&first.frame.seq).is_some_and(|head| head.hash == first.hash);
    let is_missing = escrow.gaps.iter().any(|gap| gap.until == first.head());
    if here || (escrow.elsewhere.contains(&first.head()) && !is_missing) {
        return Err(broken(format!("record {} is in this log already", first.frame.seq)));
    }
    // The branch is judged by its own past, as its readers did.
    let mut branch = Escrow::clone(&at_fork);
    branch.wanted = Arc::clone(&escrow.wanted);
    let mut findings = Vec::new();
    branch.remember();
    let walked = walk(&mut branch, &bytes, adopt.from.size, &mut findings, &mut |_| {});
    if let Err((rule, why)) = walked {
        return Err(broken(format!("record {}: {rule} {why}", branch.head.seq + 1)));
    }
    if let Some(finding) = findings.iter().find(|finding| finding.severity() >= Severity::Torn) {
        let seq = finding.seq.unwrap_or_default();
        return Err(broken(format!("record {seq}: {} {}", finding.rule, finding.detail)));
    }
    // Reading again remembers only so many places where branches part.
    if escrow.adopted + 1 + branch.adopted - at_fork.adopted > MAX_ADOPTED {
        return Err(broken(format!("at most {MAX_ADOPTED} branches can be adopted")));
    }
    let mut after = escrow.clone();
    after.join(&at_fork, &branch, record, &bytes, report)?;
    *escrow = after;
    let count = branch.head.seq.saturating_sub(adopt.from.seq);
    report(
        Rule::Adopted,
        format!("{count} records after record {}, {}", adopt.from.seq, adopt.from.hash.short()),
    );
    for Finding { rule, seq, detail, .. } in findings {
        let seq = seq.map_or(String::new(), |seq| format!("record {seq} of the branch: "));
        report(rule, format!("{seq}{detail}"));
    }
    Ok(())
}
