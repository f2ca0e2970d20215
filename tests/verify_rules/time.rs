//! Dates in the future. What else is wrong about dates is in `tests/attacks/clocks.rs`.

use breakglass::record::finding::{Finding, Rule};
use breakglass::record::policy::Policy;
use breakglass::record::seal::Kind;
use breakglass::value::time::Seconds;

use crate::Case;
use crate::world::{World, text};

/// What is found of `rule`.
fn found(world: &World, rule: Rule) -> Vec<Finding> {
    world.verify().findings.into_iter().filter(|finding| finding.rule == rule).collect()
}

#[test]
fn time_future() {
    for (ahead, counts) in [(3600, true), (3601, false)] {
        let world = World::begin(Policy::default());
        world.seal("prod", Kind::Root, 2, &["alice", "bob"]);
        world.check("bob");
        let case = Case::of(&world);
        let now = world.now().after(Seconds(60));
        // The check's own minute passes before it is dated.
        let seq = world.head().seq + 1;
        world.by_clock(now.after(Seconds(ahead - 60)), || world.check("alice"));
        assert_eq!(world.now(), now);
        let missing = found(&world, Rule::NotInForce);
        assert_eq!(missing.is_empty(), counts, "{missing:?}");
        if counts {
            continue;
        }
        let one = case.says(&world.verify(), Rule::TimeFuture, Some(seq), &[]);
        let told = one.particulars;
        assert_eq!(told.person, Some(text("alice")));
        assert_eq!(told.time, Some(now.after(Seconds(ahead))));
        assert_eq!((told.kind.as_deref(), told.signer), (Some("check"), None));
        // Once more, with a clock that is right.
        world.check("alice");
        assert_eq!(found(&world, Rule::NotInForce), []);
    }
}
