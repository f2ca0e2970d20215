//! Branches of branches: whatever grew apart can be joined again, and is told truly.

use breakglass::escrow::Reading;
use breakglass::ledger::log::Ledger;
use breakglass::record::finding::{Rule, Severity};
use breakglass::record::repair::Continue;

use crate::world::{World, adoption, head_of};

const TWO: [&str; 2] = ["alice", "bob"];

impl World {
    /// The log `from`, and one more check of `who`.
    fn grown(&self, from: &[u8], who: &str) -> Vec<u8> {
        self.set_bytes(from.to_vec());
        self.check(who);
        self.bytes()
    }

    /// The log `ours`, after it adopted `theirs`, which parts at the end of `fork`.
    fn joined(&self, ours: &[u8], fork: &[u8], theirs: &[u8]) -> Vec<u8> {
        self.set_bytes(ours.to_vec());
        self.adopt(adoption(fork, theirs), &TWO).unwrap();
        assert!(self.verify().worst() < Some(Severity::Finding), "{:?}", self.verify().findings);
        self.bytes()
    }
}

#[test]
fn a_branch_that_adopted_another_is_adopted() {
    let world = World::ready();
    let root = world.bytes();
    let (a, b, c) = (world.grown(&root, "alice"), world.grown(&root, "bob"), world.grown(&root, "carol"));
    // The branch adopted one that parts where it parts itself; one that parts within it; and one before.
    let both = world.joined(&b, &root, &c);
    world.joined(&a, &root, &both);
    let within = world.joined(&world.grown(&b, "alice"), &b, &world.grown(&b, "carol"));
    world.joined(&a, &root, &within);
    let before = world.joined(&world.grown(&a, "bob"), &root, &b);
    world.joined(&world.grown(&a, "carol"), &a, &before);
}

#[test]
fn a_branch_that_parts_within_an_adopted_one_is_adopted() {
    let world = World::ready();
    let root = world.bytes();
    let (ours, shared) = (world.grown(&root, "alice"), world.grown(&root, "bob"));
    let (one, other) = (world.grown(&shared, "carol"), world.grown(&shared, "alice"));
    let first = world.joined(&ours, &root, &one);
    world.set_bytes(first.clone());
    assert!(world.reading().escrow.may_part_at(&head_of(&shared)));
    let both = world.joined(&first, &shared, &other);
    world.set_bytes(both);
    assert!(world.reading().escrow.is_ancestor(&head_of(&other)));
}

#[test]
fn a_copy_that_is_behind_catches_up_past_an_adoption() {
    let world = World::ready();
    let root = world.bytes();
    let (ours, theirs) = (world.grown(&root, "alice"), world.grown(&root, "bob"));
    let joined = world.joined(&ours, &root, &theirs);
    for behind in [&root, &ours] {
        world.set_bytes(behind.clone());
        let ahead = Reading::of(joined.clone()).unwrap();
        Ledger::open(world.medium()).unwrap().catch_up(&ahead).unwrap();
        assert_eq!(world.bytes(), joined);
    }
}

#[test]
fn records_that_are_here_are_not_missing() {
    let world = World::ready();
    let start = world.bytes();
    let whole = world.grown(&start, "alice");
    // Somebody went on without them, and the log is found again.
    world.set_bytes(start.clone());
    let from = head_of(&whole);
    let last = Some(world.head());
    world.forge_framed(
        Continue { from, last, left: None, kept: Vec::new() },
        &[world.signs("carol")],
        |entry| {
            entry.seq = from.seq + 1;
            entry.prev = from.hash;
        },
    );
    let without = world.bytes();
    world.set_bytes(whole);
    world.adopt(adoption(&start, &without), &TWO).unwrap();
    let found = world.verify().findings;
    assert!(!found.iter().any(|one| one.rule == Rule::RecordsMissing), "{found:?}");
}
