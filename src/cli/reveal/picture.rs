//! The reveal screen as a picture: lines for a window of any size.
//!
//! From top to bottom: what this is about; the fields with their keys; the field that is open; what is to be
//! said; the keys that work now. A value that does not fit is shown in parts, and a window that is too small
//! even for that shows nothing of it, and says so: no secret is ever cut off silently.

use crate::cli::reveal::lines::{WIDEST, codes_left};
use crate::cli::reveal::state::{FieldState, HIDE_AFTER, Moment, State};
use crate::cli::reveal::value::View;
use crate::cli::say::painted::{Painted, Tone};
use crate::value::text::{clipped, wrapped};

/// Below this many rows, rules and empty lines are left out.
const ROOMY: usize = 18;

/// Below this many columns or rows nothing is drawn but that the window is too small.
const LEAST: (usize, usize) = (20, 6);

/// The picture: at most `rows` lines of at most `columns` columns each.
pub(crate) fn picture(state: &State, columns: usize, rows: usize, now: Moment) -> Vec<Painted> {
    if columns < LEAST.0 || rows < LEAST.1 {
        let text = "The window is too small. Ctrl-C hides all and ends.";
        let lines = text.split(' ').map(|word| Painted::from(word.chars().take(columns).collect::<String>()));
        return lines.take(rows).collect();
    }
    let roomy = rows >= ROOMY;
    let mut head = vec![title(state, columns)];
    let mut foot: Vec<Painted> = Vec::new();
    if roomy {
        head.push(rule(columns));
        foot.push(rule(columns));
    }
    foot.extend(notice(state, columns.min(WIDEST)));
    let room = |head: &[Painted], foot: &[Painted]| rows.saturating_sub(head.len() + foot.len());
    let list: Vec<Painted> = (0..state.items.len()).map(|at| line_of(state, at, columns)).collect();
    let body = match &state.open {
        None => {
            let bare = keys(state, columns, roomy, None);
            foot.extend(bare);
            let capacity = room(&head, &foot);
            match list.len() {
                all if all > capacity => fewer(state, columns, capacity),
                all => list.into_iter().chain(advice(columns, capacity - all)).collect(),
            }
        }
        Some(open) => {
            // Room is reckoned with the keys that turn parts, though they may not be needed then.
            let capacity = room(&head, &foot).saturating_sub(keys(state, columns, roomy, Some(2)).len());
            let with_list = capacity.saturating_sub(list.len() + usize::from(roomy));
            let view = View::new(state, open, columns, roomy, now);
            let (body, parts) = match view.whole(with_list) {
                Some(body) => {
                    let between = roomy.then(|| rule(columns));
                    (list.into_iter().chain(between).chain(body).collect(), 1)
                }
                None => view.part(open.turned, capacity, rows),
            };
            foot.extend(keys(state, columns, roomy, Some(parts)));
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
    // What is at the bottom is needed most, and no value is above it where it does not fit.
    lines.drain(..lines.len().saturating_sub(rows));
    lines
}

fn rule(columns: usize) -> Painted {
    Painted::new().and(Tone::Quiet, "-".repeat(columns))
}

fn title(state: &State, columns: usize) -> Painted {
    let about = &state.about;
    let mut line = Painted::new().and(Tone::Strong, clipped(&about.vault, columns));
    let mut left = columns.saturating_sub(about.vault.chars().count());
    let account = format!("  account {}", about.account);
    let record = format!("  logged as record {}", about.record);
    for part in [account, record, format!("  request {}", about.request)] {
        // Half an account number would be worse than none.
        if clipped(&part, left) != part {
            break;
        }
        left -= part.chars().count();
        line.push(Tone::Plain, part);
    }
    line
}

/// What there is to say about a field in at most `columns` columns, and how.
fn status(state: &State, at: usize, columns: usize) -> (Tone, String) {
    let item = &state.items[at];
    let open = state.open.as_ref().is_some_and(|open| open.item == at);
    let (tone, words) = match item {
        FieldState { held: None, .. } => (Tone::Bad, "not in this vault"),
        _ if open => (Tone::Strong, "shown below"),
        FieldState { looked_at: true, .. } => (Tone::Good, "looked at, hidden"),
        _ => (Tone::Due, "not looked at"),
    };
    let gives_codes = state.codes().is_some_and(|(codes, _)| codes == at);
    let left = codes_left(state.codes_left());
    let words = match format!("{words}, {left}") {
        all if gives_codes && all.len() <= columns => all,
        _ if gives_codes => left,
        _ => words.to_owned(),
    };
    (tone, clipped(&words, columns))
}

fn line_of(state: &State, at: usize, columns: usize) -> Painted {
    let item = &state.items[at];
    let longest = state.items.iter().map(|item| item.name.as_str().len()).max().unwrap_or_default();
    let open = state.open.as_ref().is_some_and(|open| open.item == at);
    let begin = format!("{} {}  ", if open { '>' } else { ' ' }, item.key.map_or(' ', |key| key));
    let name = clipped(item.name.as_str(), columns.saturating_sub(begin.len()));
    let left = columns.saturating_sub(begin.len() + longest.max(name.len()) + 3);
    let mut line = Painted::new().and(Tone::Strong, clipped(&begin, columns));
    line.push(if open { Tone::Strong } else { Tone::Plain }, name.clone());
    if left >= 10 {
        line.push(Tone::Plain, " ".repeat(longest.max(name.len()) - name.len() + 3));
        let (tone, words) = status(state, at, left);
        line.push(tone, words);
    }
    line
}

/// What nobody has to know by heart; none where it does not fit into `room` lines.
fn advice(columns: usize, room: usize) -> Vec<Painted> {
    let texts = [
        "The key beside a field shows it. One field is shown at a time.".to_owned(),
        format!("It is hidden again with h, or after {} seconds without a key.", HIDE_AFTER.as_secs()),
        "What you look at is logged, never what it says.".to_owned(),
    ];
    let lines = texts.iter().flat_map(|text| wrapped(text, columns.min(WIDEST)));
    let lines = lines.map(|line| Painted::new().and(Tone::Plain, line));
    let lines: Vec<_> = std::iter::once(Painted::new()).chain(lines).collect();
    if lines.len() <= room { lines } else { Vec::new() }
}

/// As much of the list as there is room for: what is still to be looked at first.
fn fewer(state: &State, columns: usize, capacity: usize) -> Vec<Painted> {
    let Some(most) = capacity.checked_sub(1) else { return Vec::new() };
    let urgency = |item: &FieldState| match item {
        FieldState { held: None, .. } => 2,
        FieldState { looked_at, .. } => u8::from(*looked_at),
    };
    let mut order: Vec<usize> = (0..state.items.len()).collect();
    order.sort_by_key(|at| urgency(&state.items[*at]));
    order.truncate(most);
    order.sort_unstable();
    let mut lines: Vec<_> = order.into_iter().map(|at| line_of(state, at, columns)).collect();
    let hidden = state.items.len() - lines.len();
    let text = format!("and {hidden} more: make the window taller");
    lines.push(Painted::new().and(Tone::Due, clipped(&text, columns)));
    lines
}

fn notice(state: &State, columns: usize) -> Vec<Painted> {
    let ending = state.ending.then(|| {
        let left = state.left().unwrap_or_default();
        (
            Tone::Due,
            format!(
                "End? {left}, and cannot be shown afterwards. Press q again to end, any other key to stay."
            ),
        )
    });
    let Some((tone, text)) = ending.or_else(|| state.notice.clone()) else { return Vec::new() };
    wrapped(&text, columns).into_iter().map(|line| Painted::new().and(tone, line)).collect()
}

/// The keys that work now. `parts`: how many parts the open value has, where one is open. A window with few
/// rows is told the most important ones.
fn keys(state: &State, columns: usize, roomy: bool, parts: Option<usize>) -> Vec<Painted> {
    let mut keys: Vec<(String, &str)> = Vec::new();
    let codes = state.codes().map(|(at, _)| at);
    let open = state.open.as_ref();
    if let Some(open) = open {
        let words = match (open.spelled, roomy) {
            (true, _) => "as groups",
            (false, true) => "spell it",
            (false, false) => "spell",
        };
        keys.push(("s".to_owned(), words));
    }
    if parts.is_some_and(|parts| parts > 1) {
        keys.push(("> <".to_owned(), if roomy { "other parts" } else { "parts" }));
    }
    let show =
        field_keys(state).map(|keys| (keys, if open.is_some() { "another field" } else { "show a field" }));
    if open.is_none() {
        keys.extend(show.clone());
    }
    let codes_open = open.is_some_and(|open| codes == Some(open.item));
    if codes.is_some() && state.codes_left() > 0 && (roomy || open.is_none() || codes_open) {
        keys.push(("n".to_owned(), if codes_open { "next code" } else { "TOTP code" }));
    }
    if open.is_some() {
        keys.push(("h".to_owned(), "hide"));
    }
    if open.is_some() && roomy {
        keys.extend(show);
    }
    if open.is_none() || roomy {
        if state.items.iter().any(|item| item.key.is_none()) {
            keys.push(("Tab".to_owned(), "the field after"));
        }
        keys.push(("a".to_owned(), "log action"));
    }
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
    lines
}

/// The keys that open fields: `1`, `1-4`, `1-9 b-d`.
fn field_keys(state: &State) -> Option<String> {
    let keys = || state.items.iter().filter_map(|item| item.key);
    let range = |keys: Vec<char>| match keys.as_slice() {
        [] => None,
        [one] => Some(one.to_string()),
        [first, .., last] => Some(format!("{first}-{last}")),
    };
    let digits = range(keys().filter(char::is_ascii_digit).collect());
    let letters = range(keys().filter(char::is_ascii_lowercase).collect());
    let ranges: Vec<_> = digits.into_iter().chain(letters).collect();
    (!ranges.is_empty()).then(|| ranges.join(" "))
}
