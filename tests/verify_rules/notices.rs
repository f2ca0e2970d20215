//! The notice of a release, and whoever acknowledges it; and reviews.

use breakglass::audit::verify::{Evidence, verify};
use breakglass::escrow::Reading;
use breakglass::record::agree::Agree;
use breakglass::record::finding::Rule;
use breakglass::record::policy::{Notices, Policy};
use breakglass::record::request::EndOutcome;
use breakglass::value::time::{Seconds, Time};

use crate::Case;
use crate::world::{Asking, World, text};

/// A world whose policy has notices, and an emergency that is over, requested by carol and approved by two people.
fn announced(approvers: [&str; 2]) -> (World, Asking) {
    let notices = Some(Notices { to: vec![text("security@example.com")], within: Seconds(6 * 3600) });
    let world = World::ready_with(Policy { notices, ..Policy::default() });
    let asking = world.emergency();
    let files = world.approvals(&approvers, &asking);
    world.release(&asking, &files).unwrap();
    world.end(&asking, EndOutcome::Released);
    world.close("alice", &asking);
    (world, asking)
}

fn rules_at(world: &World, now: Time) -> Vec<Rule> {
    let report = verify(Reading::of(world.bytes()), &Evidence::default(), now);
    report.findings.iter().map(|finding| finding.rule).collect()
}

/// What acknowledges the release.
fn release(world: &World) -> Agree {
    Agree::Record(world.reading().escrow.requests[0].releases[0].record)
}

#[test]
fn notice_missing() {
    // Alice had no part in it, and holds a share: it is for her, and for nobody else.
    let (world, _) = announced(["bob", "carol"]);
    assert!(rules_at(&world, world.now()).contains(&Rule::NoticeMissing));
    let agree = release(&world);
    for other in ["bob", "carol", "dan", "fred"] {
        let case = Case::of(&world);
        let bytes = world.bytes();
        let seq = world.head().seq + 1;
        world.agree(other, agree.clone());
        case.breaks(Rule::StatementRole, seq);
        world.set_bytes(bytes);
    }
    world.agree("alice", agree);
    assert!(!rules_at(&world, world.now()).contains(&Rule::NoticeMissing));
    // Where every holder had a part in it, an auditor or an administrator will do.
    for who in ["dan", "fred"] {
        let (world, _) = announced(["alice", "bob"]);
        let before = Case::of(&world).before.findings.len();
        let agree = release(&world);
        world.agree(who, agree);
        assert_eq!(world.verify().findings.len(), before - 1, "{who}");
    }
    // A policy without notices asks for none.
    let world = World::ready();
    world.released();
    assert!(!rules_at(&world, world.now()).contains(&Rule::NoticeMissing));
}

#[test]
fn notice_overdue() {
    let (world, asking) = announced(["bob", "carol"]);
    let agree = release(&world);
    let due = world.began(&asking).after(Seconds(6 * 3600));
    assert!(rules_at(&world, due).contains(&Rule::NoticeMissing));
    let late = rules_at(&world, due.after(Seconds(1)));
    assert!(late.contains(&Rule::NoticeOverdue) && !late.contains(&Rule::NoticeMissing));
    world.agree("alice", agree);
    assert!(!rules_at(&world, due.after(Seconds(1))).contains(&Rule::NoticeOverdue));
}
