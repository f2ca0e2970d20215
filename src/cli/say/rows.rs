//! Values for consoles whose cursor does not move, and for screen readers: row by row, each of which is shown
//! alone and then overwritten. ASCII only; what has no sign on a keyboard is named within `<` and `>`.

use std::fmt::Write as _;

use zeroize::Zeroizing;

use crate::cli::say::groups::Grouped;
use crate::cli::say::spelling::spelled;

/// The narrowest console that is reckoned with, in columns.
pub(crate) const NARROWEST: usize = 40;

/// The most characters of a row: whoever listens has to keep them in mind.
const MOST: usize = 40;

/// The most characters of a spelled row.
const MOST_SPELLED: usize = 4;

/// A value in rows of at most `columns - 1` columns, so that no cursor goes on to the next line. `columns`
/// below [`NARROWEST`] count as that. Each row says which characters it holds, then has them in groups with a
/// space between them; a space of the value's own is `<space>`.
pub(crate) fn rows_of(value: &str, columns: usize) -> Vec<Zeroizing<String>> {
    let grouped = Grouped::new(value);
    let write = |character: char| match character {
        '!'..='~' => Zeroizing::new(character.to_string()),
        _ => Zeroizing::new(format!("<{}>", *spelled(character))),
    };
    rows(&grouped, columns, MOST, &write, |at| match grouped.groups.iter().any(|group| group.start == at) {
        true => " ",
        false => "",
    })
}

/// The same, spelled: `characters 1 to 4 of 64: capital ALFA, digit seven, bravo, hyphen`.
pub(crate) fn spelled_rows_of(value: &str, columns: usize) -> Vec<Zeroizing<String>> {
    rows(&Grouped::new(value), columns, MOST_SPELLED, &spelled, |_| ", ")
}

/// Fills rows with as many characters as fit, and at most `most`.
fn rows(
    grouped: &Grouped,
    columns: usize,
    most: usize,
    write: &dyn Fn(char) -> Zeroizing<String>,
    before: impl Fn(usize) -> &'static str,
) -> Vec<Zeroizing<String>> {
    let columns = columns.max(NARROWEST) - 1;
    let (characters, total) = (&grouped.characters, grouped.characters.len());
    let longest = characters.iter().map(|one| write(*one).len()).max().unwrap_or_default();
    // The words that say where a row belongs are the first to go where they leave no room for a character.
    let roomy = title(true, total.saturating_sub(1), total, total).len() + longest <= columns;
    let mut rows = Vec::new();
    let mut start = 0;
    while start < total {
        let mut end = start;
        let mut width = 0;
        let fits = |end: usize, width: usize| title(roomy, start + 1, end, total).len() + width <= columns;
        while end < total && end - start < most {
            let gap = if end == start { 0 } else { before(end).len() };
            let wide = gap + write(characters[end]).len();
            if end > start && !fits(end + 1, width + wide) {
                break;
            }
            width += wide;
            end += 1;
        }
        // Room for all of it: a string that grows would leave copies behind.
        let mut row = Zeroizing::new(String::with_capacity(columns.max(64)));
        row.push_str(&title(roomy, start + 1, end, total));
        for at in start..end {
            if at > start {
                row.push_str(before(at));
            }
            row.push_str(&write(characters[at]));
        }
        rows.push(row);
        start = end;
    }
    rows
}

/// Which characters a row holds, in words where there is room.
fn title(roomy: bool, first: usize, last: usize, total: usize) -> String {
    let mut title = String::new();
    match (roomy, first == last) {
        (true, false) => write!(title, "characters {first} to {last} of {total}: "),
        (true, true) => write!(title, "character {first} of {total}: "),
        (false, _) => write!(title, "{first}: "),
    }
    .expect("writing to a string does not fail");
    title
}
