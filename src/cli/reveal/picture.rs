//! The reveal screen as a picture: lines for a window of any size.
//!
//! From top to bottom: what this is about; the fields with their keys; the field that is open; what is to be
//! said; the keys that work now. A value that does not fit is shown in parts, and a window that is too small
//! even for that shows nothing of it, and says so: no secret is ever cut off silently.

mod value;

use crate::cli::reveal::state::{Item, Moment, State};
use crate::painted::{Painted, Tone};
use crate::text::{clipped, wrapped};

/// Below this many rows, rules and empty lines are left out.
const ROOMY: usize = 18;

/// The widest that anything but the first line gets, in columns: eyes lose their line on longer ones.
const WIDEST: usize = 84;

/// The picture: at most `rows` lines of at most `columns` columns each.
pub fn picture(state: &State, columns: usize, rows: usize, now: Moment) -> Vec<Painted> {
    let roomy = rows >= ROOMY;
    let mut head = vec![title(state, columns)];
    let mut foot: Vec<Painted> = Vec::new();
    if roomy {
        head.push(rule(columns));
        foot.push(rule(columns));
    }
    foot.extend(notice(state, columns.min(WIDEST)));
    let room = |head: &[Painted], foot: &[Painted]| rows.saturating_sub(head.len() + foot.len());
    let list: Vec<_> = (0..state.items.len()).map(|at| line_of(state, at, columns)).collect();
    let body = match &state.open {
        None => {
            let bare = keys(state, columns, None);
            let parts = list.len().div_ceil(room(&head, &foot).saturating_sub(bare.len()).max(1));
            foot.extend(bare);
            // With too many fields for the window, those that are still to be looked at come first.
            let mut list = list;
            if parts > 1 {
                let capacity = room(&head, &foot);
                list = fewer(state, columns, capacity);
            }
            list
        }
        Some(open) => {
            // Room is reckoned with the keys that turn parts, though they may not be needed then.
            let capacity = room(&head, &foot).saturating_sub(keys(state, columns, Some(2)).len());
            let with_list = capacity.saturating_sub(list.len() + usize::from(roomy));
            let view = value::View::new(state, open, columns, roomy, now);
            let (body, parts) = match view.whole(with_list) {
                Some(body) => {
                    let between = roomy.then(|| rule(columns));
                    (list.into_iter().chain(between).chain(body).collect(), 1)
                }
                None => view.part(open.turned, capacity, rows),
            };
            foot.extend(keys(state, columns, Some(parts)));
            body
        }
    };
    let mut lines = head;
    lines.extend(body);
    // The keys are always at the bottom, where eyes find them again.
    while lines.len() + foot.len() < rows {
        lines.push(Painted::new());
    }
    lines.extend(foot);
    lines.truncate(rows);
    lines
}

fn rule(columns: usize) -> Painted {
    Painted::new().and(Tone::Quiet, "-".repeat(columns))
}

fn title(state: &State, columns: usize) -> Painted {
    let about = &state.about;
    let rest =
        format!("  account {}  logged as entry {}  request {}", about.account, about.entry, about.request);
    let vault = clipped(&about.vault, columns);
    let left = columns - vault.chars().count().min(columns);
    let rest = if left > 3 { clipped(&rest, left) } else { String::new() };
    Painted::new().and(Tone::Strong, vault).and(Tone::Plain, rest)
}

/// What there is to say about a field, and how.
fn status(state: &State, at: usize) -> (Tone, String) {
    let item = &state.items[at];
    let gives_codes = state.codes().is_some_and(|(codes, _)| codes == at);
    let open = state.open.as_ref().is_some_and(|open| open.item == at);
    let (tone, words) = match item {
        Item { held: None, .. } => return (Tone::Bad, "not in this vault".to_owned()),
        _ if open => (Tone::Strong, "shown below"),
        Item { looked_at: true, .. } => (Tone::Good, "looked at, hidden"),
        _ => (Tone::Due, "not looked at"),
    };
    match state.codes_left() {
        left if gives_codes => (tone, format!("{words}, {}", codes_left(left))),
        _ => (tone, words.to_owned()),
    }
}

/// How many codes are left, in words.
fn codes_left(left: usize) -> String {
    match left {
        0 => "no codes left".to_owned(),
        1 => "1 code left".to_owned(),
        _ => format!("{left} codes left"),
    }
}

fn line_of(state: &State, at: usize, columns: usize) -> Painted {
    let item = &state.items[at];
    let longest = state.items.iter().map(|item| item.name.as_str().len()).max().unwrap_or_default();
    let (tone, words) = status(state, at);
    let open = state.open.as_ref().is_some_and(|open| open.item == at);
    let begin = format!("{} {}  ", if open { '>' } else { ' ' }, item.key.map_or(' ', |key| key));
    let name = clipped(item.name.as_str(), columns.saturating_sub(begin.len()));
    let left = columns.saturating_sub(begin.len() + longest.max(name.len()) + 3);
    let mut line = Painted::new().and(Tone::Strong, clipped(&begin, columns));
    line.push(if open { Tone::Strong } else { Tone::Plain }, name.clone());
    if left >= 10 {
        line.push(Tone::Plain, " ".repeat(longest.max(name.len()) - name.len() + 3));
        line.push(tone, clipped(&words, left));
    }
    line
}

/// As much of the list as there is room for: what is still to be looked at first.
fn fewer(state: &State, columns: usize, capacity: usize) -> Vec<Painted> {
    let Some(most) = capacity.checked_sub(1) else { return Vec::new() };
    let urgency = |item: &Item| match item {
        Item { held: None, .. } => 2,
        Item { looked_at, .. } => u8::from(*looked_at),
    };
    let mut order: Vec<usize> = (0..state.items.len()).collect();
    order.sort_by_key(|at| urgency(&state.items[*at]));
    order.truncate(most);
    order.sort_unstable();
    let mut lines: Vec<_> = order.into_iter().map(|at| line_of(state, at, columns)).collect();
    let hidden = state.items.len() - lines.len();
    let text = format!("and {hidden} more: make the window higher, or use their keys");
    lines.push(Painted::new().and(Tone::Due, clipped(&text, columns)));
    lines
}

fn notice(state: &State, columns: usize) -> Vec<Painted> {
    let ending = state.ending.then(|| {
        let left = state.left().unwrap_or_default();
        (Tone::Due, format!("End? {left}: what was not looked at stays closed. Press q again to end."))
    });
    let Some((tone, text)) = ending.or_else(|| state.notice.clone()) else { return Vec::new() };
    wrapped(&text, columns).into_iter().map(|line| Painted::new().and(tone, line)).collect()
}

/// The keys that work now. `parts`: how many parts the open value has, where one is open.
fn keys(state: &State, columns: usize, parts: Option<usize>) -> Vec<Painted> {
    let mut keys: Vec<(String, &str)> = Vec::new();
    let held = state.items.iter().filter(|item| item.held.is_some());
    let fields: Vec<char> = held.clone().filter_map(|item| item.key).collect();
    let range = match fields.as_slice() {
        [] => None,
        [one] => Some(one.to_string()),
        [first, .., last] => Some(format!("{first} to {last}")),
    };
    let codes = state.codes().map(|(at, _)| at);
    let open = state.open.as_ref();
    if open.is_some() {
        let spelled = open.is_some_and(|open| open.spelled);
        keys.push(("s".to_owned(), if spelled { "as characters" } else { "spell it" }));
    }
    if parts.is_some_and(|parts| parts > 1) {
        keys.push(("> <".to_owned(), "other parts"));
    }
    if codes.is_some() && state.codes_left() > 0 {
        keys.push((
            "n".to_owned(),
            if open.map(|open| open.item) == codes { "next code" } else { "TOTP code" },
        ));
    }
    if open.is_some() {
        keys.push(("h".to_owned(), "hide"));
    }
    if let Some(range) = range {
        keys.push((range, if open.is_some() { "another field" } else { "show a field" }));
    }
    if held.clone().any(|item| item.key.is_none()) {
        keys.push(("Tab".to_owned(), "the field after"));
    }
    keys.push(("a".to_owned(), "log an action"));
    keys.push(("q".to_owned(), if state.ending { "end now" } else { "end" }));
    let mut lines = vec![Painted::new()];
    let mut width = 0;
    for (key, words) in keys {
        let wide = key.len() + 1 + words.len();
        if width > 0 && width + 3 + wide > columns {
            lines.push(Painted::new());
            width = 0;
        }
        let line = lines.last_mut().expect("there is one");
        if width > 0 {
            line.push(Tone::Plain, "   ");
            width += 3;
        }
        line.push(Tone::Strong, key);
        line.push(Tone::Plain, format!(" {words}"));
        width += wide;
    }
    if columns < 24 {
        return vec![Painted::new().and(Tone::Strong, clipped("h hide  q end", columns))];
    }
    lines
}
