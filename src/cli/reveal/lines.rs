//! What the lines of the reveal screen have in common.

use zeroize::Zeroizing;

use crate::cli::say::painted::{Painted, Tone};

/// The widest that anything but the first line gets, in columns: eyes lose their line on longer ones.
pub(super) const WIDEST: usize = 84;

/// How far values are set in, in columns.
pub(super) const INDENT: usize = 3;

/// How many codes are left, in words.
pub(super) fn codes_left(left: usize) -> String {
    match left {
        0 => "no codes left".to_owned(),
        1 => "1 code left".to_owned(),
        _ => format!("{left} codes left"),
    }
}

/// A line of a value, set in.
pub(super) fn indented(tone: Tone, text: &str) -> Painted {
    Painted::new().and(Tone::Plain, " ".repeat(INDENT)).and(tone, text)
}

/// Items on lines of at most `columns` columns, none of them broken; none where one is too long.
pub(super) fn packed(
    items: &[impl AsRef<str>],
    between: &str,
    columns: usize,
) -> Option<Vec<Zeroizing<String>>> {
    let mut lines = Vec::new();
    let mut line = Zeroizing::new(String::with_capacity(columns));
    for (at, item) in items.iter().map(AsRef::as_ref).enumerate() {
        // The separator also ends a line that another one follows.
        let tail = if at + 1 < items.len() { between.trim_end().len() } else { 0 };
        if item.len() + tail > columns {
            return None;
        }
        if at > 0 {
            if line.len() + between.len() + item.len() + tail > columns {
                line.push_str(between.trim_end());
                lines.push(std::mem::replace(&mut line, Zeroizing::new(String::with_capacity(columns))));
            } else {
                line.push_str(between);
            }
        }
        line.push_str(item);
    }
    lines.push(line);
    Some(lines)
}
