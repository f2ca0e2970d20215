//! What `status` tells in each state, line by line; and that what it says to type is taken.

mod colour;
mod log;
mod requests;
mod vaults;
#[path = "../fixtures/world/mod.rs"]
mod world;

use breakglass::audit::files::SealedFiles;
use breakglass::audit::status::{DutyKind, Status, status};
use breakglass::cli::args::Cli;
use breakglass::cli::say::painted::Painted;
use breakglass::cli::say::status::screen;
use breakglass::record::request::Purpose;
use breakglass::value::fingerprint::Words;
use breakglass::value::time::Time;
use clap::Parser as _;
use world::{Asking, CANARY, World};

const DAY: u64 = 86_400;
const THREE: [&str; 3] = ["alice", "bob", "carol"];

/// Where the world's escrow stands at `now`.
fn at(world: &World, now: Time) -> Status {
    status(&world.reading(), &SealedFiles::NotInQuestion, now)
}

/// The screen, with what differs from run to run replaced, after asking what holds of every screen: it fits,
/// and what is to be typed is taken.
#[track_caller]
fn shown(world: &World, now: Time) -> String {
    let status = at(world, now);
    for duty in &status.duties {
        let Some(command) = &duty.command else { continue };
        if let Err(error) = Cli::try_parse_from(command.split(' ')) {
            panic!("{command}: {error}");
        }
    }
    let lines = screen(&status);
    for line in &lines {
        assert!(line.len() <= 80, "{line}");
    }
    let screen = Painted::lines(lines);
    assert_eq!(stripped(&screen.shown(true)), screen.shown(false));
    let mut text = screen.shown(false).replace(&Words::of(&world.id()).to_string(), "EIGHT WORDS");
    for asked in &world.reading().escrow.requests {
        text = text.replace(&asked.record.short(), "REQUEST.");
    }
    text
}

/// A text without the sequences that begin and end a tone.
fn stripped(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap().to_owned();
    first + &parts.map(|part| part.split_once('m').unwrap().1).collect::<String>()
}

/// Asserts that the screen is, or has among its lines, what is expected.
#[track_caller]
fn shows(screen: &str, expected: &str) {
    let expected = expected.trim_start_matches('\n').trim_end();
    let among = format!("\n{screen}\n").contains(&format!("\n{expected}\n"));
    assert!(among, "there is no\n{expected}\nin\n{screen}");
}

/// Asserts that the screen is exactly what is expected.
#[track_caller]
fn is(screen: &str, expected: &str) {
    let expected = expected.trim_start_matches('\n').trim_end();
    assert!(screen == expected, "\n{screen}\nis not\n{expected}");
}

/// Carol drills with alice and bob; the drill is not ended.
fn drill(world: &World) -> Asking {
    let asking = world.ask("carol", CANARY, world.question(Purpose::Drill));
    let files = world.approvals(&["alice", "bob"], &asking);
    world.release(&asking, &files).unwrap();
    asking
}

fn kinds(status: &Status) -> Vec<DutyKind> {
    status.duties.iter().map(|duty| duty.kind).collect()
}

fn overdue(status: &Status) -> Vec<DutyKind> {
    status.duties.iter().filter(|duty| duty.overdue).map(|duty| duty.kind).collect()
}
