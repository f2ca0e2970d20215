//! Colour: what each word has, and that it never says more than the words.

use breakglass::cli::say::painted::{Painted, Tone};
use breakglass::record::request::{EndOutcome, Purpose};
use breakglass::record::seal::Kind;
use breakglass::value::time::{Seconds, Time};

use crate::world::World;
use crate::{DAY, THREE, at};

/// Asserts that the screen has each of these pieces in its tone, whole, and that it has no other tone for them.
#[track_caller]
fn paints(world: &World, now: Time, expected: &[(Tone, &str)]) {
    let screen = Painted::lines(breakglass::cli::say::status::screen(&at(world, now))).shown(true);
    for (tone, text) in expected {
        let piece = Painted::of(*tone, *text).shown(true);
        let (found, all) = (screen.matches(&piece).count(), screen.matches(text).count());
        assert!(
            found > 0 && (found == all || *tone == Tone::Plain),
            "{found} of {all} are {tone:?}: {text}\n{screen}"
        );
    }
}

#[test]
fn what_is_wrong_is_found_first() {
    let world = World::ready();
    let asking = world.released();
    let exposed = [(Tone::Bad, "EXPOSED"), (Tone::Due, "RELEASED"), (Tone::Due, "due in 23h")];
    paints(&world, world.now(), &exposed);
    paints(&world, world.now(), &[(Tone::Due, "NOTHING IS OVERDUE"), (Tone::Good, "in force")]);
    world.end(&asking, EndOutcome::Released);
    let late = world.now().after(Seconds(300 * DAY));
    for bad in ["OVERDUE 299d", "OVERDUE since 2026-11-24 08:12", "OVERDUE since", "OVERDUE"] {
        let screen = Painted::lines(breakglass::cli::say::status::screen(&at(&world, late))).shown(true);
        assert!(screen.contains(&Painted::of(Tone::Bad, bad).shown(true)), "{bad} in\n{screen}");
    }
    let good = world.bytes();
    world.set_bytes([&good[..], b"{\"type\":"].concat());
    let unsound =
        [(Tone::Bad, "NOT SOUND, see above"), (Tone::Bad, "TORN"), (Tone::Bad, "Add nothing to this log.")];
    paints(&world, world.now(), &unsound);
    paints(&world, Time::from_unix(0).unwrap(), &[(Tone::Bad, "THE CLOCK IS BEHIND")]);
}

#[test]
fn what_is_due_is_not_what_is_wrong() {
    let world = World::begin(breakglass::record::policy::Policy::default());
    world.seal("prod", Kind::Root, 2, &THREE);
    world.check("alice");
    paints(
        &world,
        world.now(),
        &[
            (Tone::Due, "NOT IN FORCE"),
            (Tone::Due, "due now"),
            (Tone::Strong, "breakglass check --all --as bob/bob"),
            (Tone::Quiet, "no check yet: "),
        ],
    );
    let world = World::ready();
    paints(
        &world,
        world.now(),
        &[
            (Tone::Good, "NOTHING IS DUE"),
            (Tone::Good, "in force"),
            (Tone::Quiet, "VAULT"),
            (Tone::Quiet, "STATE"),
            (Tone::Strong, "prod"),
            (Tone::Strong, "Example Corp"),
        ],
    );
    world.ask("carol", "prod", world.question(Purpose::Emergency));
    paints(
        &world,
        world.now(),
        &[
            (Tone::Due, "waiting"),
            (Tone::Strong, "breakglass approve REQUEST-FILE --as alice/alice -o alice.bga"),
        ],
    );
    let over = world.now().after(Seconds(DAY));
    paints(&world, over, &[(Tone::Due, "WINDOW OVER"), (Tone::Due, "due now")]);
}
