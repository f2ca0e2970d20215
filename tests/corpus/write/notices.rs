//! The notice of a release, who acknowledges it, and reviews.

use breakglass::crypto::digest::Digest;
use breakglass::record::agree::Agree;
use breakglass::record::finding::Rule;
use breakglass::record::policy::{Notices, Policy};
use breakglass::record::request::EndOutcome;
use breakglass::record::statement::Reviewed;
use breakglass::value::time::Seconds;

use super::log_case::{LogCase, small, spoiled};
use super::put::base;
use super::retirements::retire;
use crate::world::{World, text};

pub fn write() {
    acknowledged();
    reviews(&small());
}

/// An emergency that bob and carol had a part in, under a policy with every field.
fn announced() -> World {
    let notices = Notices {
        to: vec![text("security@example.com"), text("the night desk, +1 555 0199")],
        within: Seconds(6 * 3600),
    };
    let policy = Policy {
        rotate_after_reseal: Some(Seconds(30 * 86_400)),
        readiness_every: Some(Seconds(7 * 86_400)),
        notices: Some(notices),
        ..Policy::default()
    };
    let world = World::ready_with(policy);
    let asking = world.emergency();
    let files = world.approvals(&["bob", "carol"], &asking);
    world.release(&asking, &files).unwrap();
    world.end(&asking, EndOutcome::Released);
    world.close("alice", &asking);
    base(&world.bytes());
    world
}

fn acknowledged() {
    let world = announced();
    let released = world.reading().escrow.requests[0].releases[0].clone();
    let agree = Agree::Record(released.record);
    LogCase::of("notice-missing", "Nobody acknowledged it yet.", Rule::NoticeMissing).of_world(&world);
    let late = released.time.after(Seconds(6 * 3600 + 1));
    LogCase::of("notice-overdue", "Nobody did in time.", Rule::NoticeOverdue).write(world.bytes(), late);
    let by = |name: &str, about: &str, rule: Rule, who: &str| {
        spoiled(&world, name, about, rule, |world| world.agree(who, agree.clone()));
    };
    by("notice-acknowledged", "By a holder who had no part in it.", Rule::Exposed, "alice");
    by("notice-acknowledged-by-the-requester", "By who asked.", Rule::StatementRole, "carol");
    by("notice-acknowledged-by-an-approver", "By who approved.", Rule::StatementRole, "bob");
    by("notice-acknowledged-by-an-auditor", "Though a holder is left.", Rule::StatementRole, "fred");
    let about = "By an auditor: the holder without a part in it had retired.";
    spoiled(&world, "notice-acknowledged-without-holders", about, Rule::Retired, |world| {
        world.append(retire("alice"), &[world.signs("dan")]).unwrap();
        world.agree("fred", agree.clone())
    });
    let about = "Everybody who may has retired or had a part in it.";
    spoiled(&world, "notice-for-nobody", about, Rule::Retired, |world| {
        for who in ["alice", "fred", "erin"] {
            world.append(retire(who), &[world.signs("dan")]).unwrap();
        }
        world.append(retire("dan"), &[world.signs("dan")]).unwrap();
    });
}

fn reviews(world: &World) {
    let of = |word: &str| Reviewed { review: text(word), found: None, evidence: None };
    spoiled(world, "review", "Several, of which this version does not know one.", None, |world| {
        let found = Some(text("One book is late."));
        let evidence = Some(Digest::of(b"the minutes"));
        let all = [
            ("fred", of("monthly")),
            ("alice", Reviewed { found: found.clone(), ..of("quarterly") }),
            ("dan", Reviewed { evidence, ..of("annual") }),
            ("bob", Reviewed { found, evidence, ..of("readiness") }),
            ("carol", of("of-the-moon")),
        ];
        for (who, says) in all {
            let statement = world.state(who, says);
            world.collect(who, &[&statement]).unwrap();
        }
    });
    let about = "By somebody who had retired.";
    spoiled(world, "review-by-a-retired-person", about, Rule::StatementRole, |world| {
        world.append(retire("fred"), &[world.signs("dan")]).unwrap();
        let statement = world.state("fred", of("procedure"));
        world.collect("dan", &[&statement])
    });
}
