//! What is made of records: the log, books, and heads, which say where a log ended.

use std::slice;

use breakglass::audit::books;
use breakglass::audit::verify::{Evidence, verify};
use breakglass::escrow::Reading;
use breakglass::record::finding::{Finding, Rule, Severity};
use breakglass::record::head::HeadFile;

use crate::attempts::{Change, File, holds};
use crate::escrow::{SmallEscrow, small_escrow};

/// Whether a finding is about the log's end: from a head, and not from the log itself.
fn of_a_head(finding: &Finding) -> bool {
    [Rule::HeadTruncated, Rule::HeadFork, Rule::HeadRequired].contains(&finding.rule)
}

/// What verify says of a log, given the head: what makes the log itself unsound, and what the head tells.
fn judge(small: &SmallEscrow, log: &[u8], heads: &[HeadFile]) -> (Vec<Finding>, Vec<Finding>) {
    let heads = heads.iter().map(|head| ("home.head".to_owned(), *head)).collect();
    let report = verify(Reading::of(log.to_vec()), &Evidence { heads, ..Evidence::default() }, small.now);
    let bad = report.findings.into_iter().filter(|finding| finding.severity() >= Severity::Torn);
    bad.partition(|finding| !of_a_head(finding))
}

#[test]
fn the_log() {
    let small = small_escrow();
    let starts = small.starts();
    assert!(starts.len() >= 9, "every kind of record is there");
    let heads = [small.head];
    assert_eq!(judge(small, &small.log, &heads), (vec![], vec![]), "the control");
    let file = File { name: "log", bytes: &small.log, flips: 4000, cuts: 400, special: &starts };
    file.try_all(|change, log| {
        let at = change.at();
        let (own, of_head) = judge(small, log, &heads);
        // The record that the change lies in: its own signatures and its own form show it.
        let place = starts.iter().rposition(|start| *start <= at).unwrap();
        if matches!(change, Change::Cut { .. }) && starts.contains(&at) && at > 0 {
            holds(own.is_empty(), || format!("a whole chain is called unsound: {own:?}"))?;
            let unproven = verify(Reading::of(log.to_vec()), &Evidence::default(), small.now);
            let says = |finding: &Finding| finding.rule == Rule::CompletenessUnproven;
            holds(unproven.findings.iter().any(says), || "completeness is not in question".to_owned())?;
        } else {
            let named = [(Some(place as u64), Some(starts[place] as u64))];
            let found: Vec<_> = own.iter().map(|finding| (finding.seq, finding.offset)).collect();
            holds(found == named, || format!("record {place} is not named: {own:?}"))?;
        }
        // Without a genesis there is nothing to compare a head with; elsewhere the head sees it too.
        let whole = of_head.iter().map(|finding| finding.rule).eq([Rule::HeadTruncated]);
        holds(whole || place == 0, || format!("the head does not see it: {of_head:?}"))
    });
}

#[test]
fn a_head() {
    let small = small_escrow();
    let line = small.head.to_line();
    let file = File { name: "home.head", bytes: line.as_bytes(), flips: 1400, cuts: 1000, special: &[] };
    file.all_refused("home.head", |bytes| {
        let head = HeadFile::parse(bytes).map_err(|error| format!("home.head: {error}"))?;
        let (own, of_head) = judge(small, &small.log, &[head]);
        assert!(own.is_empty(), "the log is blamed for its head: {own:?}");
        let details: Vec<_> = of_head.into_iter().map(|finding| finding.detail).collect();
        holds(details.is_empty(), || details.join("; "))
    });
}

#[test]
fn a_book() {
    let small = small_escrow();
    let alice = small.custodian("alice");
    let book = &alice.book_file;
    let ends = (2..=book.len())
        .filter(|at| book[at - 2..*at] == *b"\n\n" && book.get(*at).is_none_or(|next| *next == b'{'));
    let starts: Vec<usize> = std::iter::once(0).chain(ends).collect();
    assert_eq!(starts.len(), 3, "alice checked and approved");
    let read = |bytes: &[u8]| -> Vec<Finding> {
        let told = books::compare(&small.escrow, &alice.id, bytes);
        told.findings.into_iter().filter(|finding| finding.severity() >= Severity::Finding).collect()
    };
    assert_eq!(read(book), [], "the control");
    let file = File { name: "alice.book", bytes: book, flips: 3000, cuts: 400, special: &starts };
    file.try_all(|change, bytes| {
        let found = read(bytes);
        let place = starts.iter().rposition(|start| *start <= change.at()).unwrap();
        if matches!(change, Change::Cut { .. }) && starts.contains(&change.at()) {
            // A book is a bare chain too. What it lost is missed where the log holds the statement.
            let silent = !found.is_empty() && found.iter().all(|one| one.rule == Rule::BookSilent);
            let named = found.iter().all(|one| one.detail.contains("`alice`"));
            return holds(silent && named, || format!("{found:?}"));
        }
        // Damage at the end of a book is a damaged end; anything else is no chain of the owner's.
        let [Finding { rule: Rule::BookChain | Rule::BookDamaged, detail, .. }] = slice::from_ref(&found[0])
        else {
            return Err(format!("{found:?}"));
        };
        let record = format!("record {place}");
        let named = detail.starts_with("`alice`: ") && detail.contains(&record);
        holds(named && found.len() == 1, || format!("{record} is not named: {found:?}"))
    });
}
