//! Branches of branches: whatever grew apart can be joined again, and is told truly.

use breakglass::escrow::Reading;
use breakglass::ledger::log::Ledger;
use breakglass::record::finding::{Rule, Severity};
use breakglass::record::repair::{Adopt, AdoptPart, Continue};
use breakglass::record::request::EndOutcome;
use breakglass::record::retire::Retire;
use breakglass::record::seal::Kind;
use data_encoding::BASE64;

use crate::world::{World, adoption, head_of, text};

const ALL: [&str; 3] = ["alice", "bob", "carol"];
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
fn what_parts_behind_records_that_rest_on_a_branch_is_adopted() {
    let world = World::ready();
    let root = world.bytes();
    let asking = world.emergency();
    let asked = world.bytes();
    let ours = world.joined(&world.grown(&root, "alice"), &root, &asked);
    // Without the branch nobody knows the session that signs here.
    world.set_bytes(ours);
    let files = world.approvals(&TWO, &asking);
    drop(world.release(&asking, &files).unwrap());
    let released = world.bytes();
    let theirs = world.grown(&asked, "bob");
    world.set_bytes(released);
    world.adopt(adoption(&asked, &theirs), &TWO).unwrap();
    assert!(world.reading().escrow.is_ancestor(&head_of(&theirs)));
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

#[test]
fn any_number_of_branches_is_adopted() {
    let world = World::ready();
    let fork = world.bytes();
    world.check("bob");
    for _ in 0..70 {
        world.adopt_a_check(&fork);
    }
    let found = world.verify().findings;
    assert_eq!(found.iter().filter(|one| one.rule == Rule::Adopted).count(), 70);
    assert!(world.verify().worst() < Some(Severity::Finding), "{found:?}");
}

#[test]
fn a_branch_comes_in_parts_wherever_they_are_cut() {
    let world = World::ready();
    let fork = world.bytes();
    let theirs = world.grown(&world.grown(&fork, "alice"), "alice");
    let ours = world.grown(&fork, "bob");
    let says = adoption(&fork, &theirs);
    let length = theirs.len() - fork.len();
    for cuts in [vec![1, 1], vec![0], vec![length], vec![length - 1], vec![500, 0, 700], vec![9; 60]] {
        world.set_bytes(ours.clone());
        world.adopt_in_parts(&says, &cuts, &TWO);
        assert!(world.reading().escrow.is_ancestor(&head_of(&theirs)), "{cuts:?}");
        let found = world.verify().findings;
        assert!(world.verify().worst() < Some(Severity::Finding), "{cuts:?}: {found:?}");
        assert!(!found.iter().any(|one| one.rule == Rule::AdoptUnfinished), "{cuts:?}: {found:?}");
    }
}

#[test]
fn parts_of_a_stranger_are_in_nobodys_way() {
    let world = World::ready();
    let fork = world.bytes();
    let theirs = world.grown(&fork, "alice");
    let ours = world.grown(&fork, "bob");
    let says = adoption(&fork, &theirs);
    let bytes = BASE64.decode(says.records.as_bytes()).unwrap();
    let part = |bytes: &[u8], who: &str| {
        world.forge(AdoptPart { records: BASE64.encode(bytes) }, &[world.signs(who)])
    };
    // Those of two people, mixed: an `adopt` of them is refused before it is written, and all of it is written again.
    world.set_bytes(ours);
    part(&bytes[..200], "alice");
    part(b"junk", "erin");
    part(&bytes[200..400], "alice");
    let before = world.bytes();
    let last = Adopt { from: says.from, parts: 2, records: BASE64.encode(&bytes[400..]) };
    world.append(last, &TWO.map(|who| world.signs(who))).unwrap_err();
    assert_eq!(world.bytes(), before, "nothing is written");
    world.adopt_in_parts(&says, &[200, 200], &TWO);
    assert!(world.reading().escrow.is_ancestor(&head_of(&theirs)));
    assert!(world.reading().unsound().is_none());
}

#[test]
fn a_branch_that_adopted_in_parts_holds_its_parts() {
    let world = World::ready();
    let root = world.bytes();
    let (ours, third) = (world.grown(&root, "alice"), world.grown(&root, "bob"));
    // Parts were written, and the copy parts there: on one the adoption follows, here something else does.
    let says = adoption(&root, &third);
    world.set_bytes(ours.clone());
    world.adopt_in_parts(&says, &[300, 300], &TWO);
    let theirs = world.bytes();
    let starts: Vec<_> = world.records().iter().map(|record| record.start as usize).collect();
    let [.., first, _, adopt] = starts.as_slice() else { panic!("{starts:?}") };
    let fork = theirs[..*adopt].to_vec();
    let here = world.grown(&fork, "carol");
    world.set_bytes(here.clone());
    // From behind the parts, nobody can tell what it adopted; from before them, it is all there.
    world.adopt(adoption(&fork, &theirs), &TWO).unwrap_err();
    assert_eq!(world.bytes(), here);
    world.adopt(adoption(&theirs[..*first], &theirs), &TWO).unwrap();
    for log in [&theirs, &third] {
        assert!(world.reading().escrow.is_ancestor(&head_of(log)));
    }
}

/// Dan has retired here. From a copy of the log from before that he retires two, seals the next generation and a vault of
/// his own, and confirms what he sealed.
fn revoked() -> (World, Vec<u8>, Vec<u8>) {
    let world = World::ready();
    let asking = world.released();
    world.end(&asking, EndOutcome::Released);
    let fork = world.bytes();
    world.seal("own", Kind::Root, 2, &["alice", "bob"]);
    world.check("alice");
    world.check("bob");
    world.seal("prod", Kind::Root, 2, &ALL);
    world.confirm("prod", 2, &["dan"]);
    world.retires("dan", "alice");
    world.retires("dan", "bob");
    let theirs = world.bytes();
    world.set_bytes(fork.clone());
    world.retires("erin", "dan");
    (world, fork, theirs)
}

#[test]
fn a_revoked_administrators_branch_grants_and_clears_nothing() {
    let (world, fork, theirs) = revoked();
    let says = adoption(&fork, &theirs);
    let exposed = |world: &World| world.verify().findings.iter().any(|one| one.rule == Rule::Exposed);
    assert!(exposed(&world));
    world.adopt(says.clone(), &["dan", "fred"]).unwrap_err();
    // Two people adopt it in good faith.
    world.adopt(says, &["alice", "fred"]).unwrap();
    let found = world.verify().findings;
    let void = found.iter().filter(|one| one.rule == Rule::AdoptWithoutEffect).count();
    assert_eq!(void, 5, "two retirements, two seals and a confirmation: {found:?}");
    assert!(exposed(&world), "the rotation is still due");
    let escrow = world.reading().escrow;
    let prod = escrow.vault_named(&text("prod")).unwrap();
    assert_eq!(prod.current().seal.generation, 1);
    assert!(prod.generation(2).is_some(), "the seal is there, and can be opened");
    for who in ["alice", "bob"] {
        assert!(!escrow.has_retired(&text(who)), "{who}");
    }
    // The people of his own vault are not asked: those of `prod` retire somebody everywhere.
    let retire = Retire::of(text("erin"), text("left the company"));
    world.append(world.retire_with(&retire, &["bob", "carol"]), &[world.signs("fred")]).unwrap();
}

#[test]
fn what_a_branch_grants_by_people_who_may_counts() {
    let world = World::ready();
    let asking = world.released();
    world.end(&asking, EndOutcome::Released);
    let fork = world.bytes();
    world.seal("prod", Kind::Root, 2, &ALL);
    world.confirm("prod", 2, &["dan", "alice"]);
    world.retires("dan", "carol");
    let theirs = world.bytes();
    world.set_bytes(fork.clone());
    world.check("bob");
    world.adopt(adoption(&fork, &theirs), &["alice", "fred"]).unwrap();
    let found = world.verify().findings;
    let told = [Rule::AdoptWithoutEffect, Rule::Exposed, Rule::SealChangedPeople];
    assert!(!found.iter().any(|one| told.contains(&one.rule)), "{found:?}");
    let escrow = world.reading().escrow;
    assert_eq!(escrow.vault_named(&text("prod")).unwrap().current().seal.generation, 2);
    assert!(escrow.has_retired(&text("carol")));
}
