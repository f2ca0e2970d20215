//! What is due after a release, and what approvals without one mean.

use breakglass::audit::verify::{Evidence, verify};
use breakglass::escrow::Reading;
use breakglass::record::finding::Rule;
use breakglass::record::policy::Policy;
use breakglass::record::request::{EndOutcome, Purpose};
use breakglass::record::seal::{Credentials, Kind};
use breakglass::value::time::Seconds;

use crate::Case;
use crate::world::{CANARY, World};

/// The numbers of the seals of `prod`.
const SEAL: u64 = 1;

fn rules(world: &World) -> Vec<Rule> {
    world.verify().findings.iter().map(|finding| finding.rule).collect()
}

#[test]
fn exposed() {
    let world = World::ready();
    let case = Case::of(&world);
    let asking = world.released();
    world.end(&asking, EndOutcome::Released);
    world.close("alice", &asking);
    case.says(&world.verify(), Rule::Exposed, Some(SEAL), &[]);
    // The same credentials clear nothing; new ones do, once they are confirmed.
    let same = world.make_seal("prod", Kind::Root, 2, &["alice", "bob", "carol"], Credentials::Same);
    world.append(same.seal, &[world.signs("dan")]).unwrap();
    world.confirm("prod", 2, &["dan", "alice"]);
    assert!(rules(&world).contains(&Rule::Exposed));
    world.seal("prod", Kind::Root, 2, &["alice", "bob", "carol"]);
    assert!(rules(&world).contains(&Rule::Exposed));
    world.confirm("prod", 3, &["dan", "alice"]);
    assert!(!rules(&world).contains(&Rule::Exposed));
    // Maintenance exposes as much as an emergency, a drill does not.
    for (vault, purpose, exposes) in [("prod", Purpose::Maintenance, true), (CANARY, Purpose::Drill, false)] {
        let world = World::ready();
        let asking = world.ask("carol", vault, world.question(purpose));
        let files = world.approvals(&["alice", "bob"], &asking);
        world.release(&asking, &files).unwrap();
        assert_eq!(rules(&world).contains(&Rule::Exposed), exposes, "{purpose}");
    }
}

#[test]
fn rotation_overdue() {
    let world = World::ready();
    let asking = world.released();
    world.end(&asking, EndOutcome::Released);
    world.close("alice", &asking);
    let mut case = Case::of(&world);
    case.before.findings.retain(|finding| finding.rule != Rule::Exposed);
    let due = world.began(&asking).after(Policy::default().rotate_after_release);
    let at = |now| verify(Reading::of(world.bytes()), &Evidence::default(), now);
    case.says(&at(due), Rule::Exposed, Some(SEAL), &[]);
    case.says(&at(due.after(Seconds(1))), Rule::RotationOverdue, Some(SEAL), &[]);
    // It is of today, however old the records that it follows from are.
    let since = Some(("head".to_owned(), world.head_file()));
    let report =
        verify(Reading::of(world.bytes()), &Evidence { since, ..Evidence::default() }, due.after(Seconds(1)));
    assert!(report.findings.iter().any(|finding| finding.rule == Rule::RotationOverdue));
}

#[test]
fn close_missing() {
    let world = World::ready();
    let case = Case::of(&world);
    let asking = world.released();
    let request = world.reading().escrow.requests[0].seq;
    case.says(&world.verify(), Rule::CloseMissing, Some(request), &[Rule::EndMissing, Rule::Exposed]);
    world.close("alice", &asking);
    assert!(!rules(&world).contains(&Rule::CloseMissing));
}

#[test]
fn close_overdue() {
    let policy = Policy { rotate_after_release: Seconds(30 * 86_400), ..Policy::default() };
    let world = World::ready_with(policy.clone());
    let asking = world.released();
    world.end(&asking, EndOutcome::Released);
    let asked = world.reading().escrow.requests[0].clone();
    let mut case = Case::of(&world);
    case.before.findings.retain(|finding| finding.rule != Rule::CloseMissing);
    let due = world.began(&asking).after(policy.close_within);
    let at = |now| verify(Reading::of(world.bytes()), &Evidence::default(), now);
    case.says(&at(due), Rule::CloseMissing, Some(asked.seq), &[]);
    case.says(&at(due.after(Seconds(1))), Rule::CloseOverdue, Some(asked.seq), &[]);
    world.close("alice", &asking);
    assert!(!at(due.after(Seconds(1))).findings.iter().any(|finding| finding.rule == Rule::CloseOverdue));
}

#[test]
fn approvals_unreleased() {
    let world = World::ready();
    let asking = world.emergency();
    let case = Case::of(&world);
    world.approve("alice", &asking);
    let books = |who: &[&str]| Evidence {
        books: who.iter().map(|who| world.person(who).book_evidence()).collect(),
        ..Evidence::default()
    };
    let mut given = Case::with(&world, &books(&["bob"]));
    given.before.findings.retain(|finding| finding.rule != Rule::CompletenessUnproven);
    let report = world.verify_with(&books(&["alice"]));
    let found = given.says(&report, Rule::ApprovalsUnreleased, Some(SEAL), &[Rule::BookUnlogged]);
    assert_eq!(found.detail, "prod generation 1: `alice`");
    // Somebody without a share can write anything into a book, and hands nothing over by that.
    let stated = world.person("alice").book.borrow().records().last().unwrap().1.clone();
    let draft = breakglass::record::book::StatementDraft {
        escrow: stated.escrow,
        head: stated.head,
        head_from: stated.head_from,
        time: stated.time,
        keeps: Vec::new(),
        named: Vec::new(),
        says: stated.says,
    };
    world.book("erin", draft);
    let report = world.verify_with(&books(&["alice", "erin"]));
    let found = report.findings.iter().find(|finding| finding.rule == Rule::ApprovalsUnreleased);
    assert_eq!(found.unwrap().detail, "prod generation 1: `alice`");
    assert!(report.findings.iter().all(|finding| finding.rule != Rule::QuorumUnreleased));
    assert_eq!(world.verify().findings.len(), case.before.findings.len(), "the log alone tells of none");
}

#[test]
fn quorum_unreleased() {
    // As books tell it.
    let world = World::ready();
    let asking = world.emergency();
    let files = world.approvals(&["alice", "bob"], &asking);
    let books = ["alice", "bob"].map(|who| world.person(who).book_evidence()).to_vec();
    let evidence = Evidence { books, ..Evidence::default() };
    let report = world.verify_with(&evidence);
    let found = report.findings.iter().find(|finding| finding.rule == Rule::QuorumUnreleased);
    let found = found.unwrap_or_else(|| panic!("{:?}", report.findings));
    assert_eq!((found.seq, found.detail.as_str()), (Some(SEAL), "prod generation 1: `alice`, `bob`"));
    assert!(report.findings.iter().all(|finding| finding.rule != Rule::ApprovalsUnreleased));
    // As the log tells it, where the request ended without a release.
    let bytes = world.bytes();
    let case = Case::of(&world);
    let approvals = world.release_of(&asking, 1, &files).approvals;
    let end =
        breakglass::record::request::End { approvals, ..world.end_of(&asking, EndOutcome::NotReleased) };
    world.append(end, &[asking.signs()]).unwrap();
    // The shares are in somebody's hands: that exposes the generation as a release would.
    case.says(&world.verify(), Rule::QuorumUnreleased, Some(SEAL), &[Rule::Exposed]);
    // With the release, all is explained.
    world.set_bytes(bytes);
    world.release(&asking, &files).unwrap();
    let told = [Rule::QuorumUnreleased, Rule::ApprovalsUnreleased, Rule::BookUnlogged];
    let report = world.verify_with(&evidence);
    assert!(report.findings.iter().all(|finding| !told.contains(&finding.rule)), "{:?}", report.findings);
}
