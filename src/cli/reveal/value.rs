//! The open field: its value in groups or spelled, and codes with the time they are good for. All of it, or a
//! part that says it is one.

use std::ops::Range;

use secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use crate::cli::reveal::lines::{INDENT, WIDEST, codes_left, indented, packed};
use crate::cli::reveal::marks::Marks;
use crate::cli::reveal::state::{Codes, Moment, Open, State};
use crate::cli::reveal::values::HeldField;
use crate::cli::say::groups::{Grouped, glyph, width};
use crate::cli::say::painted::{Painted, Tone};
use crate::cli::say::spelling::{Class, spelled};
use crate::value::text::{clipped, wrapped};

/// The space between groups, in columns.
const GAP: usize = 2;

/// The most columns of groups that one row holds: ten groups of four.
const ROW: usize = 58;

/// Lines that stay together.
type Block = Vec<Painted>;

/// The open field, ready to be laid out.
pub(super) struct View {
    name: String,
    /// What follows the name.
    about: String,
    hides: Painted,
    /// None if the window is too narrow for them.
    blocks: Option<Vec<Block>>,
    /// Shown below the value, in each part.
    legend: Vec<Painted>,
    columns: usize,
    roomy: bool,
}

impl View {
    pub(super) fn new(state: &State, open: &Open, columns: usize, roomy: bool, now: Moment) -> View {
        let item = &state.items[open.item];
        let seconds = state.hides_in(now);
        let mut view = View {
            name: item.name.to_string(),
            about: String::new(),
            hides: Painted::new().and(if seconds > 5 { Tone::Quiet } else { Tone::Due }, hides(seconds)),
            blocks: None,
            legend: Vec::new(),
            columns,
            roomy,
        };
        match &item.held {
            Some(HeldField::Text(value)) => view.text(value.expose_secret(), open.spelled),
            Some(HeldField::Codes(_)) => {
                if let Some(codes) = state.open_codes(now) {
                    view.codes(&codes, state, open.spelled);
                }
            }
            None => {}
        }
        view
    }

    /// All of it, where `capacity` lines hold that.
    pub(super) fn whole(&self, capacity: usize) -> Option<Vec<Painted>> {
        let blocks = self.blocks.as_ref()?;
        let lines = blocks.iter().map(Vec::len).sum::<usize>();
        (lines + self.frame(&self.legend) <= capacity).then(|| self.framed(blocks, None, &self.legend))
    }

    /// One part of it, of those into which `capacity` lines divide it, and how many there are. `turned` counts
    /// from the first and wraps round.
    pub(super) fn part(&self, turned: i64, capacity: usize, rows: usize) -> (Vec<Painted>, usize) {
        if let Some(whole) = self.whole(capacity) {
            return (whole, 1);
        }
        // If there is not enough room, the legend of the marks is left out first: the value can be read without it.
        let divide = |legend| {
            let room = capacity.saturating_sub(self.frame(legend));
            Some((divided(self.blocks.as_ref()?, room)?, legend))
        };
        let Some((parts, legend)) = divide(&self.legend).or_else(|| divide(&[])) else {
            return (self.too_small(capacity, rows), 1);
        };
        // Without this line a part would be taken for the whole value.
        if format!("  PART {0} OF {0}", parts.len()).len() > self.columns {
            return (self.too_small(capacity, rows), 1);
        }
        let number = turned.rem_euclid(parts.len() as i64) as usize;
        let blocks = &self.blocks.as_ref().expect("they were divided")[parts[number].clone()];
        (self.framed(blocks, (parts.len() > 1).then_some((number + 1, parts.len())), legend), parts.len())
    }

    /// How many lines stand above and below the blocks.
    fn frame(&self, legend: &[Painted]) -> usize {
        1 + legend.len() + usize::from(self.roomy)
    }

    fn framed(&self, blocks: &[Block], part: Option<(usize, usize)>, legend: &[Painted]) -> Vec<Painted> {
        let mut lines = vec![self.headline(part)];
        if self.roomy {
            lines.push(Painted::new());
        }
        lines.extend(blocks.iter().flatten().cloned());
        lines.extend(legend.iter().cloned());
        lines
    }

    /// `password  PART 1 OF 2  35 characters        hides in 30 s`, and as much of it as there is room for.
    fn headline(&self, part: Option<(usize, usize)>) -> Painted {
        let part = part.map_or(String::new(), |(number, of)| format!("  PART {number} OF {of}"));
        let hides = self.hides.to_string();
        let mut line =
            Painted::new().and(Tone::Strong, clipped(&self.name, self.columns.saturating_sub(part.len())));
        let mut left = self.columns.min(WIDEST).saturating_sub(self.name.len() + part.len());
        line.push(Tone::Due, part);
        if self.about.len() + 2 + hides.len() + 2 <= left {
            line.push(Tone::Plain, format!("  {}", self.about));
            left -= self.about.len() + 2;
        }
        if hides.len() + 2 <= left {
            line.push(Tone::Plain, " ".repeat(left - hides.len()));
            line.append(self.hides.clone());
        }
        line
    }

    fn too_small(&self, capacity: usize, rows: usize) -> Vec<Painted> {
        let text = format!(
            "The window is too small to show {}: it has {} columns and {rows} rows. Nothing of it is shown. \
             Make the window larger, or the letters smaller.",
            self.name, self.columns
        );
        let lines = wrapped(&text, self.columns).into_iter().map(|line| Painted::new().and(Tone::Bad, line));
        lines.take(capacity).collect()
    }

    fn text(&mut self, value: &str, spelled: bool) {
        let grouped = Grouped::new(value);
        let columns = self.columns.min(WIDEST);
        self.about = match grouped.characters.len() {
            1 => "1 character".to_owned(),
            number => format!("{number} characters"),
        };
        if spelled {
            self.about.push_str(", spelled");
            self.blocks = spelled_blocks(&grouped, columns);
            return;
        }
        let marks = Marks::of(&grouped.characters);
        self.blocks = group_blocks(&grouped, &marks, columns, self.roomy);
        self.legend = marks.legend(&grouped.characters, columns.saturating_sub(INDENT), self.roomy);
    }

    fn codes(&mut self, codes: &Codes, state: &State, spelled: bool) {
        let mut lines = Vec::new();
        let columns = self.columns.min(WIDEST);
        if let Some(code) = &codes.current {
            let good = format!("good for {} s", code.seconds_left);
            let tone = if code.seconds_left > 5 { Tone::Good } else { Tone::Due };
            lines.push(
                indented(Tone::Strong, &digits(code.code.expose_secret()))
                    .and(Tone::Plain, "   ")
                    .and(tone, good),
            );
            lines.push(indented(
                tone,
                &bar(code.seconds_left, codes.period, columns.saturating_sub(2 * INDENT)),
            ));
        } else if codes.next.is_none() {
            let over = match state.codes_left() {
                0 => "the code has expired, and no codes are left".to_owned(),
                left => format!("the code has expired: press n for the next ({left} left)"),
            };
            let over = wrapped(&over, columns.saturating_sub(INDENT));
            lines.extend(over.iter().map(|line| indented(Tone::Due, line)));
        }
        if let Some(next) = &codes.next {
            if self.roomy && !lines.is_empty() {
                lines.push(Painted::new());
            }
            let when = format!("the next one: good in {} s", codes.turns_in);
            lines.push(
                indented(Tone::Strong, &digits(next.expose_secret())).and(Tone::Plain, format!("   {when}")),
            );
        }
        if spelled {
            for code in codes.current.iter().map(|code| &code.code).chain(&codes.next) {
                lines.extend(
                    spelled_blocks(&Grouped::new(code.expose_secret()), columns).unwrap_or_default().concat(),
                );
            }
        }
        self.about = codes_left(state.codes_left());
        // A code that does not fit is too wide for the window, and everything else here is shorter than that.
        let widest = lines.iter().map(|line| line.to_string().chars().count()).max().unwrap_or_default();
        self.blocks = (widest <= self.columns).then(|| vec![lines]);
    }
}

fn hides(seconds: u64) -> String {
    format!("hides in {seconds} s")
}

/// `123 456`, in halves as authenticators show it.
fn digits(code: &str) -> Zeroizing<String> {
    let (left, right) = code.split_at(code.len() / 2);
    let mut text = Zeroizing::new(String::with_capacity(code.len() + 1));
    for part in [left, " ", right] {
        text.push_str(part);
    }
    text
}

/// How much of a period is left: `[######------]`, at most 32 columns.
fn bar(left: u64, period: u64, columns: usize) -> String {
    let cells = columns.saturating_sub(2).min(30);
    let full = (left as usize * cells).div_ceil(period.max(1) as usize).min(cells);
    format!("[{}{}]", "#".repeat(full), "-".repeat(cells - full))
}

/// Divides blocks into parts of at most `room` lines; none where one block has more than that.
fn divided(blocks: &[Block], room: usize) -> Option<Vec<Range<usize>>> {
    let mut parts = Vec::new();
    let (mut start, mut lines) = (0, 0);
    for (at, block) in blocks.iter().enumerate() {
        if block.len() > room {
            return None;
        }
        if lines + block.len() > room {
            parts.push(start..at);
            (start, lines) = (at, 0);
        }
        lines += block.len();
    }
    parts.push(start..blocks.len());
    Some(parts)
}

/// Rows of groups: above them where each begins, below them the marks, and the names of marked signs.
fn group_blocks(grouped: &Grouped, marks: &Marks, columns: usize, roomy: bool) -> Option<Vec<Block>> {
    let room = columns.checked_sub(INDENT)?.min(ROW);
    let characters = &grouped.characters;
    let wide = |group: &Range<usize>| grouped.of(group).iter().map(|one| width(*one)).sum::<usize>();
    // Groups that are too wide for a row, of characters that have no sign of their own, are taken apart.
    let apart = |group: &Range<usize>| {
        if wide(group) <= room { vec![group.clone()] } else { group.clone().map(|at| at..at + 1).collect() }
    };
    let mut rows: Vec<Vec<Range<usize>>> = Vec::new();
    let mut used = usize::MAX;
    for group in grouped.groups.iter().flat_map(apart) {
        let wide = wide(&group).max((group.start + 1).to_string().len());
        if wide > room {
            return None;
        }
        let broken = group.start > 0 && characters[group.start - 1] == '\n';
        match rows.last_mut() {
            Some(row) if !broken && used + GAP + wide <= room => {
                used += GAP + wide;
                row.push(group);
            }
            _ => {
                used = wide;
                rows.push(vec![group]);
            }
        }
    }
    rows.iter().map(|row| row_block(grouped, marks, row, columns, roomy)).collect()
}

fn row_block(
    grouped: &Grouped,
    marks: &Marks,
    row: &[Range<usize>],
    columns: usize,
    roomy: bool,
) -> Option<Block> {
    let mut ruler = String::new();
    let mut values = Painted::new().and(Tone::Plain, " ".repeat(INDENT));
    let mut below = Zeroizing::new(String::with_capacity(columns));
    let mut names: Vec<Zeroizing<String>> = Vec::new();
    for (at, group) in row.iter().enumerate() {
        let place = (group.start + 1).to_string();
        let wide = grouped.of(group).iter().map(|one| width(*one)).sum::<usize>();
        let fill = place.len().saturating_sub(wide) + if at + 1 < row.len() { GAP } else { 0 };
        ruler.push_str(&format!("{place:<0$}", wide + fill));
        for (within, character) in grouped.of(group).iter().enumerate() {
            values.push(tone(*character), glyph(*character).as_str());
            let mark = marks.under(*character);
            below.push_str(mark.map_or(" ", Class::mark));
            below.push_str(&" ".repeat(width(*character) - 1));
            if mark == Some(Class::Sign) {
                let place = group.start + within + 1;
                names.push(Zeroizing::new(format!("{place} is {}", *spelled(*character))));
            }
        }
        values.push(Tone::Plain, " ".repeat(fill));
        below.push_str(&" ".repeat(fill));
    }
    let mut block = vec![indented(Tone::Quiet, ruler.trim_end()), values];
    if !below.trim().is_empty() {
        block.push(indented(Tone::Due, below.trim_end()));
    }
    if !names.is_empty() {
        let lines = packed(&names, ", ", columns.checked_sub(INDENT)?)?;
        block.extend(lines.iter().map(|line| indented(Tone::Plain, line)));
    }
    if roomy {
        block.push(Painted::new());
    }
    Some(block)
}

/// Colour that only repeats the marks: digits and signs stand apart from letters.
fn tone(character: char) -> Tone {
    match Class::of(character) {
        Class::Digit => Tone::Good,
        Class::Sign => Tone::Due,
        Class::Capital => Tone::Strong,
        Class::Small => Tone::Plain,
    }
}

/// A group on each line: where it begins, its characters, and each of them in words.
fn spelled_blocks(grouped: &Grouped, columns: usize) -> Option<Vec<Block>> {
    let places = grouped.characters.len().to_string().len();
    let wide = |group: &Range<usize>| grouped.of(group).iter().map(|one| width(*one)).sum::<usize>();
    let widest = grouped.groups.iter().map(wide).max().unwrap_or_default();
    let mut blocks = Vec::new();
    for group in &grouped.groups {
        let words: Vec<_> = grouped.of(group).iter().map(|one| spelled(*one)).collect();
        let words: Vec<&str> = words.iter().map(|words| words.as_str()).collect();
        let begin = format!("{:>places$}  ", group.start + 1);
        // Without the characters, if there is no room for the words beside them.
        let beside = begin.len() + widest + GAP;
        let with = columns.checked_sub(beside).and_then(|room| packed(&words, ", ", room));
        let (lines, indent) = match with {
            Some(lines) => (lines, beside),
            None => (packed(&words, ", ", columns.checked_sub(begin.len())?)?, begin.len()),
        };
        let mut block = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let mut painted = Painted::new();
            if at > 0 {
                painted.push(Tone::Plain, " ".repeat(indent));
            } else {
                painted.push(Tone::Quiet, begin.clone());
                if indent > begin.len() {
                    for character in grouped.of(group) {
                        painted.push(tone(*character), glyph(*character).as_str());
                    }
                    painted.push(Tone::Plain, " ".repeat(indent - begin.len() - wide(group)));
                }
            }
            painted.push(Tone::Plain, line.as_str());
            block.push(painted);
        }
        blocks.push(block);
    }
    Some(blocks)
}
