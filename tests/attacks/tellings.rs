//! What verify tells must not depend on who damaged the log, or on which branch the auditor saw.

use breakglass::audit::verify::Evidence;
use breakglass::record::finding::Rule;
use breakglass::record::head::HeadFile;
use breakglass::record::request::{EndOutcome, Purpose, Reason};

use crate::world::{World, adoption, head_of};

#[test]
fn a_head_of_an_adopted_branch_hides_nothing_of_this_one() {
    let world = World::ready();
    let fork = world.bytes();
    for _ in 0..4 {
        world.check("alice");
    }
    let theirs = world.bytes();
    // Here somebody asks in a way that is a finding; the auditor saw only the other branch.
    world.set_bytes(fork.clone());
    let mut question = world.question(Purpose::Emergency);
    question.reason = Reason::Other;
    let asking = world.ask("carol", "prod", question);
    world.end(&asking, EndOutcome::NotReleased);
    world.adopt(adoption(&fork, &theirs), &["alice", "bob"]).unwrap();
    let head = head_of(&theirs);
    let seen = ("home".to_owned(), HeadFile::new(world.id(), head));
    assert!(head.seq >= world.head().seq, "the branch's numbers go further than this log's");
    for evidence in [
        Evidence { since: Some(seen.clone()), ..Evidence::default() },
        Evidence { heads: vec![seen.clone()], ..Evidence::default() },
    ] {
        let found = world.verify_with(&evidence).findings;
        assert!(found.iter().any(|one| one.rule == Rule::ReasonOther), "{found:?}");
        // That head knows nothing of this log's end.
        assert!(found.iter().any(|one| one.rule == Rule::CompletenessUnproven), "{found:?}");
    }
    // A head of this log still leaves out what was seen, and proves its end.
    let own = ("home".to_owned(), world.head_file());
    let found = world.verify_with(&Evidence { since: Some(own), ..Evidence::default() }).findings;
    let told = [Rule::ReasonOther, Rule::CompletenessUnproven];
    assert!(!found.iter().any(|one| told.contains(&one.rule)), "{found:?}");
}

#[test]
fn a_release_within_a_damaged_tail_exposes() {
    let world = World::ready();
    let asking = world.emergency();
    let files = world.approvals(&["alice", "bob"], &asking);
    let start = world.bytes().len();
    world.check("alice");
    world.release(&asking, &files).unwrap();
    // Both records are damaged: the tail begins with a record of statements, and a release stands in it.
    let mut log = world.bytes();
    let (first, last) = (start + 200, log.len() - 10);
    log[first] ^= 1;
    log[last] ^= 1;
    world.set_bytes(log);
    let told = |world: &World| world.verify().findings.into_iter().map(|one| one.rule).collect::<Vec<_>>();
    assert!(
        told(&world).contains(&Rule::Torn) && told(&world).contains(&Rule::Exposed),
        "{:?}",
        told(&world)
    );
    world.recover("alice").unwrap();
    assert!(
        told(&world).contains(&Rule::Recovered) && told(&world).contains(&Rule::Exposed),
        "{:?}",
        told(&world)
    );
}
