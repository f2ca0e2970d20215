//! The maps of the house say what is there: the one in `src/lib.rs`, the one in `src/cli/mod.rs`, and the table in
//! `CONTRIBUTING.md`.

use std::collections::BTreeSet;

use crate::modules::File;
use crate::rooms::{CLI_FLOORS, MAIN, ROOMS};

type Floors = BTreeSet<(String, u8)>;

/// What of `files`, and of CONTRIBUTING.md, says something else than the tables in `rooms.rs`, or than there is.
pub fn check(files: &[File], contributing: &str) -> Vec<String> {
    let text = |path: &str| files.iter().find(|(one, _)| one == path).map_or("", |(_, text)| text.as_str());
    let rooms = ROOMS.iter().map(|(name, floor)| ((*name).to_owned(), *floor));
    let rooms: Floors = rooms.chain([("main".to_owned(), MAIN)]).collect();
    let parts: Floors = CLI_FLOORS.iter().map(|(name, floor)| ((*name).to_owned(), *floor)).collect();
    let mut found = Vec::new();
    compare("src/lib.rs", &drawn(text("src/lib.rs")), &rooms, &mut found);
    compare("src/cli/mod.rs", &drawn(text("src/cli/mod.rs")), &parts, &mut found);
    compare("CONTRIBUTING.md", &tabled(contributing), &rooms, &mut found);
    let names = |floors: &Floors| floors.iter().map(|(name, _)| name.clone()).collect::<BTreeSet<_>>();
    let of_rooms = there(files, "src/", |name| name != "lib");
    let of_cli = there(files, "src/cli/", |name| name != "mod");
    for (place, there, said) in [("src", of_rooms, names(&rooms)), ("src/cli", of_cli, names(&parts))] {
        for name in there.difference(&said) {
            found.push(format!("{place}: `{name}` is there and has no floor in tests/architecture/rooms.rs"));
        }
        for name in said.difference(&there) {
            found.push(format!(
                "{place}: `{name}` has a floor in tests/architecture/rooms.rs and is not there"
            ));
        }
    }
    found
}

/// The folders and files right in a folder, but some.
fn there(files: &[File], folder: &str, is_one: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let below = files.iter().filter_map(|(path, _)| path.strip_prefix(folder));
    let names = below.filter_map(|path| path.split('/').next()).map(|name| name.trim_end_matches(".rs"));
    names.filter(|name| is_one(name)).map(str::to_owned).collect()
}

fn compare(place: &str, said: &Floors, expected: &Floors, found: &mut Vec<String>) {
    for (name, floor) in expected.difference(said) {
        found.push(format!("{place}: the map does not have `{name}` on floor {floor}"));
    }
    for (name, floor) in said.difference(expected) {
        found.push(format!("{place}: the map has `{name}` on floor {floor}, the table in rooms.rs has not"));
    }
}

/// The map in a doc comment: lines as `6  ceremony   what people do          hands  disk`, with at least two blanks
/// behind each part. A line without a floor is of the one above it.
fn drawn(text: &str) -> Floors {
    let (mut found, mut floor) = (Floors::new(), None);
    for line in text.lines().filter_map(|line| line.strip_prefix("//!")) {
        let mut parts = line.split("  ").map(str::trim).filter(|part| !part.is_empty()).peekable();
        let first = parts.peek().copied().unwrap_or_default();
        match first.parse() {
            Ok(number) => floor = parts.next().and(Some(number)),
            Err(_) if first.is_empty() || first.starts_with("```") => floor = None,
            Err(_) => {}
        }
        let names = parts.step_by(2).map(str::to_owned);
        found.extend(names.zip(std::iter::repeat(floor)).filter_map(|(name, floor)| Some((name, floor?))));
    }
    found
}

/// The rows `| 6 | `ceremony` | …` of a table.
fn tabled(text: &str) -> Floors {
    let cells = text.lines().map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    let rows = cells.filter_map(|cells| match cells[..] {
        ["", floor, name, ..] => Some((name.trim_matches('`').to_owned(), floor.parse().ok()?)),
        _ => None,
    });
    rows.collect()
}
