//! Branches that somebody made large, or cut where it hurts.

use breakglass::record::request::EndOutcome;
use breakglass::record::seal::Kind;

use crate::forge::Novel;
use crate::laid::Laid;

/// The safe's copy goes on with a record of so many bytes, of a kind that nobody knows; the escrow's with something else.
fn parted(size: usize) -> Laid {
    let laid = Laid::ready();
    let fork = laid.world.bytes();
    laid.world.forge(Novel { text: "junk".repeat(size / 4) }, &[laid.world.signs("erin")]);
    laid.world.check("alice");
    laid.disk.write("safe/log", laid.world.bytes());
    laid.world.set_bytes(fork);
    laid.world.check("bob");
    laid.lay();
    laid
}

#[test]
fn a_branch_is_adopted_however_large_one_record_in_it_is() {
    let laid = parted(13_000_000);
    let adopt = "adopt safe --as alice/alice --as bob/bob";
    let next = laid.world.head().seq + 1;
    let records: Vec<_> = (next..next + 4).map(|seq| seq.to_string()).collect();
    let told = format!("are adopted, as record {}\n", records.join(", "));
    laid.disk.run(adopt).ok().shows("2 records after record").shows(&told);
    laid.disk.run("compare escrow safe").ok().shows("ADOPTED");
    laid.verify("").exits(14).shows("ADOPTED").shows("RECORD-TOO-LARGE");
    laid.disk.run(adopt).ok().shows("nothing to adopt");
    laid.disk.run("log --kind adopt-part").ok().shows("a part of a branch");
}

#[test]
fn a_copy_that_adopted_in_parts_is_adopted_with_them() {
    let laid = Laid::ready();
    let world = &laid.world;
    let fork = world.bytes();
    let branch = world.a_check_from(&fork);
    world.check("bob");
    world.adopt_in_parts(&branch, &[300, 300], &["alice", "bob"]);
    laid.disk.write("safe/log", world.bytes());
    // The parts reached this copy as well, and their adoption did not.
    let last = world.records().last().unwrap().start as usize;
    world.set_bytes(world.bytes()[..last].to_vec());
    world.check("carol");
    laid.lay();
    let adopt = "adopt safe --as alice/alice --as bob/bob";
    laid.disk.run(adopt).ok().shows("are adopted");
    laid.verify("").ok().shows("ADOPTED").shows("ADOPT-UNFINISHED");
    laid.disk.run("compare escrow safe").ok().shows("ADOPTED");
}

#[test]
fn a_revoked_administrators_branch_grants_and_clears_nothing() {
    let laid = Laid::ready();
    let world = &laid.world;
    let asking = world.released();
    world.end(&asking, EndOutcome::Released);
    // From a copy of the log from before he retired, dan seals, confirms what he sealed, and retires two.
    let fork = world.bytes();
    world.seal("prod", Kind::Root, 2, &["alice", "bob", "carol"]);
    world.confirm("prod", 2, &["dan"]);
    world.retires("dan", "alice");
    world.retires("dan", "bob");
    laid.disk.write("safe/log", world.bytes());
    world.set_bytes(fork);
    world.retires("erin", "dan");
    laid.lay();
    laid.disk.refuses(10, "adopt safe --as dan/dan --as fred/fred").what("ADOPT-SIGNERS");
    // The files that he sealed are nowhere.
    laid.disk
        .run("adopt safe --as alice/alice --as fred/fred")
        .exits(5)
        .shows("not copied")
        .shows("are adopted");
    let run = laid.verify("").exits(14).shows("EXPOSED");
    assert_eq!(run.out.matches("ADOPT-WITHOUT-EFFECT").count(), 4, "{}", run.out);
}
