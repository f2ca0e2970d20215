//! Canaries: real credentials that somebody's own tool sealed as one, to have them shown by a drill.

use breakglass::record::seal::{Credentials, Kind, Seal};

use crate::disk::{self, row};
use crate::laid::{Laid, THREE};
use crate::world::{CANARY, World, fields};

/// A world whose canary holds real credentials in its second generation.
fn masked() -> Laid {
    let world = World::ready();
    world.seal_false_canary();
    THREE.iter().for_each(|who| world.check(who));
    Laid::of(world)
}

#[test]
fn a_drill_shows_nothing_of_what_was_sealed_as_a_canary() {
    let laid = masked();
    let asking = laid.ask(&laid.sealed(CANARY, 2));
    let approvals = ["alice", "bob"].map(|who| (who, laid.world.approve(who, &asking)));
    let before = laid.disk.read("escrow/log").len();
    let run = laid.disk.run(&laid.release_line(&approvals)).exits(14);
    let run = run.says("is no canary").says("Nothing was shown");
    let password =
        fields().get("password").map(|value| secrecy::ExposeSecret::expose_secret(value).to_owned());
    let password = password.expect("it was sealed");
    assert!(run.out.is_empty() && !run.err.contains(&password), "{} {}", run.out, run.err);
    let log = String::from_utf8(laid.disk.read("escrow/log")).unwrap();
    let added = &log[before..];
    assert!(
        added.contains("breakglass/v1/release") && added.contains(r#""outcome":"not-canary"}"#),
        "{added}"
    );
    assert!(!added.contains(&password) && !laid.disk.exists("req.session.age"));
    let verified = laid.verify("").exits(14);
    verified.shows("NOT-CANARY").shows("EXPOSED");
    laid.disk.run(&format!("status --time {}", laid.now())).shows("EXPOSED");
}

#[test]
fn a_canary_shows_what_everybody_can_compute() {
    let laid = Laid::ready();
    let asking = laid.ask(&laid.sealed(CANARY, 1));
    let approvals = ["alice", "bob"].map(|who| (who, laid.world.approve(who, &asking)));
    let run = laid.disk.run(&laid.release_line(&approvals)).ok();
    let fields = breakglass::secret::canary::canary_fields(&crate::world::text(CANARY));
    let password = secrecy::ExposeSecret::expose_secret(fields.get("password").unwrap());
    assert_eq!(run.out, format!("password: {password}\n"));
    let verified = laid.verify("");
    assert!(!verified.out.contains("NOT-CANARY") && !verified.out.contains("EXPOSED"), "{}", verified.out);
}

#[test]
fn the_seal_of_a_canary_says_what_follows_from_its_people() {
    let laid = Laid::ready();
    let good = laid.world.make_seal(CANARY, Kind::Canary, 2, &THREE, Credentials::New).seal;
    let signs = [laid.world.signs("dan")];
    laid.breaks(
        "SEAL-CANARY",
        Seal { title: Some(crate::world::text("production")), ..good.clone() },
        &signs,
    );
    // As a vault of its own, under a name that looks like one.
    let name = crate::world::text("canary-2-of-3-00000000");
    let other = laid.world.make_seal("other", Kind::Root, 2, &THREE, Credentials::New).seal;
    laid.breaks("SEAL-CANARY", Seal { name, kind: Kind::Canary, ..other }, &signs);
}

#[test]
fn another_canary_takes_the_place_of_one_that_was_none() {
    let laid = masked();
    let asking = laid.ask(&laid.sealed(CANARY, 2));
    let approvals = ["alice", "bob"].map(|who| (who, laid.world.approve(who, &asking)));
    laid.disk.run(&laid.release_line(&approvals)).exits(14);
    laid.disk.run(&format!("status --time {}", laid.now())).shows("is no canary: find out what it holds");
    let line = format!("seal --from - --threshold 2 {} --as dan/dan", disk::THREE);
    laid.disk.line(&line).stdin(row("more")).run().ok().shows(&format!("{CANARY} generation 3"));
    let confirm = |who: &str| {
        let line = format!("confirm {CANARY} --generation 3 --not-tested changed --as {who}/{who}");
        laid.disk.run(&line).ok();
    };
    confirm("dan");
    confirm("alice");
    // By the clock by which they were confirmed.
    let verified = laid.disk.run("verify");
    assert!(!verified.out.contains("EXPOSED") && verified.out.contains("NOT-CANARY"), "{}", verified.out);
}
