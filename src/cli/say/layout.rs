//! Lines of at most 80 columns: moments, tables, texts that are wrapped, and commands as they are typed.

use std::fmt::Display;

use crate::cli::say::painted::{Painted, Tone};
use crate::value::text::folded;
use crate::value::time::{Seconds, Time};

/// How many columns a terminal has.
pub(super) const COLUMNS: usize = 80;

/// The most columns of a name in a table; a longer one stands on a line of its own.
const NAME: usize = 24;

/// Down to the minute: nothing here is due within seconds.
pub(super) fn moment(time: Time) -> String {
    let text = time.to_string();
    let (day, rest) = text.split_once('T').expect("a time has a T");
    format!("{day} {}", &rest[..5])
}

/// Down to the day, where a month is the measure.
pub(super) fn day(time: Time) -> String {
    let mut text = moment(time);
    text.truncate("2026-11-23".len());
    text
}

/// In the largest unit of which there are at least two.
pub(super) fn length(length: Seconds) -> String {
    match length.0 {
        seconds if seconds >= 2 * 86_400 => format!("{}d", seconds / 86_400),
        seconds if seconds >= 2 * 3600 => format!("{}h", seconds / 3600),
        seconds => format!("{}m", seconds.div_ceil(60)),
    }
}

/// A text behind `indent` blanks; its further lines, where it needs some, behind two more.
pub(super) fn indented(indent: usize, text: &Painted) -> Vec<Painted> {
    let mut lines = text.wrapped(COLUMNS - indent);
    if lines.len() > 1 {
        lines = text.wrapped(COLUMNS - indent - 2);
    }
    let put = |(at, line): (usize, Painted)| behind(indent + 2 * at.min(1), line);
    lines.into_iter().enumerate().map(put).collect()
}

/// The columns of a text that people wrote, after the 13 of its name: see [`named`].
const WRITTEN: usize = 64;

/// A text that people wrote, folded to stand after a name in 80 columns. A bar sets off its further lines, so that no
/// text can pass for a line of the screen that shows it.
pub(crate) fn set_off(text: &str) -> String {
    folded(text, WRITTEN).join("\n             | ")
}

/// One line of a summary: a name, and after it a text that people wrote, set off.
pub(crate) fn named(name: &str, text: &str) -> String {
    format!("  {name:<10} {}", set_off(text))
}

/// All of them, with commas between.
pub(crate) fn list<'a, T: Display + 'a>(all: impl IntoIterator<Item = &'a T>) -> String {
    all.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// `1 record`, or `3 records`.
pub(crate) fn counted(count: impl TryInto<u64>, noun: &str) -> String {
    match count.try_into() {
        Ok(1) => format!("1 {noun}"),
        Ok(many) => format!("{many} {noun}s"),
        Err(_) => format!("many {noun}s"),
    }
}

/// A line behind so many blanks.
fn behind(blanks: usize, line: Painted) -> Painted {
    let mut text: Painted = " ".repeat(blanks).into();
    text.append(line);
    text
}

/// Rows in columns, each with its details below it. A cell of column `name` that is too long gets its own line.
pub(super) fn table<const N: usize>(
    head: [&str; N],
    rows: Vec<([Painted; N], Vec<Painted>)>,
    name: usize,
) -> Vec<Painted> {
    let mut widths = head.map(str::len);
    for (row, _) in &rows {
        for (at, (width, cell)) in widths.iter_mut().zip(row).enumerate() {
            let fits = at != name || cell.len() <= NAME;
            *width = (*width).max(if fits { cell.len() } else { 0 });
        }
    }
    let line = |cells: [Painted; N]| {
        let (mut line, mut blanks) = (Painted::new(), 0);
        for (cell, width) in cells.into_iter().zip(widths) {
            let further = width.saturating_sub(cell.len()) + 2;
            line.append(behind(blanks, cell));
            blanks = further;
        }
        line
    };
    let mut lines = vec![line(head.map(|word| Painted::of(Tone::Quiet, word)))];
    for (mut row, details) in rows {
        if row[name].len() > NAME {
            lines.push(std::mem::take(&mut row[name]));
        }
        lines.push(line(row));
        lines.extend(details);
    }
    lines
}

/// A command as it is typed, on as many lines as it takes: broken before a flag, or else at a blank.
pub(super) fn typed(command: &str) -> Vec<Painted> {
    const FIRST: usize = 4;
    const FURTHER: usize = 6;
    let room = COLUMNS - FURTHER - " \\".len();
    let mut parts: Vec<String> = Vec::new();
    for (at, part) in command.split(" -").enumerate() {
        let part = if at == 0 { part.to_owned() } else { format!("-{part}") };
        if part.len() <= room { parts.push(part) } else { parts.extend(part.split(' ').map(str::to_owned)) }
    }
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + part.len() <= room => line.push_str(&format!(" {part}")),
            _ => lines.push(part),
        }
    }
    let last = lines.len().saturating_sub(1);
    let put = |(at, line): (usize, String)| {
        let (indent, more) = (if at == 0 { FIRST } else { FURTHER }, if at == last { "" } else { " \\" });
        behind(indent, Painted::of(Tone::Strong, line + more))
    };
    lines.into_iter().enumerate().map(put).collect()
}
