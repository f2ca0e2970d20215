//! Text with tones: what a terminal shows in colour, and everything else as plain text.
//!
//! Colour only ever repeats what the words say already: a printer, a screen reader and a file lose nothing.

use std::fmt::{self, Write as _};

use zeroize::Zeroize as _;

use crate::value::text::{self, Shown, is_hostile};

/// How a piece of text is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// As everything else.
    #[default]
    Plain,
    /// What the eye should find first.
    Strong,
    /// What only helps along.
    Quiet,
    /// All is well.
    Good,
    /// Something is to be done.
    Due,
    /// Something is wrong.
    Bad,
}

impl Tone {
    /// The escape sequence that begins it: of the 16 colours that each theme chooses to be readable.
    fn begin(self) -> &'static str {
        match self {
            Tone::Plain => "",
            Tone::Strong => "\x1b[1m",
            Tone::Quiet => "\x1b[2m",
            Tone::Good => "\x1b[32m",
            Tone::Due => "\x1b[33m",
            Tone::Bad => "\x1b[1;31m",
        }
    }
}

/// The escape sequence that ends every tone.
const END: &str = "\x1b[0m";

/// A text, each piece of which has a tone. It may hold secrets, so it has no `Debug`, and is wiped when dropped.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Painted(Vec<(Tone, String)>);

impl Painted {
    /// An empty one.
    pub(crate) fn new() -> Painted {
        Painted::default()
    }

    /// One piece.
    pub fn of(tone: Tone, text: impl Into<String>) -> Painted {
        Painted::new().and(tone, text)
    }

    /// With a further piece.
    #[must_use]
    pub(crate) fn and(mut self, tone: Tone, text: impl Into<String>) -> Painted {
        self.push(tone, text);
        self
    }

    /// Adds a piece.
    pub(crate) fn push(&mut self, tone: Tone, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.0.push((tone, text));
        }
    }

    /// Adds another one.
    pub(crate) fn append(&mut self, mut other: Painted) {
        self.0.append(&mut other.0);
    }

    /// Lines below each other.
    pub fn lines(lines: impl IntoIterator<Item = Painted>) -> Painted {
        let mut all = Painted::new();
        for (at, line) in lines.into_iter().enumerate() {
            if at > 0 {
                all.push(Tone::Plain, "\n");
            }
            all.append(line);
        }
        all
    }

    /// Broken at its blanks into lines of at most `columns` columns, as [`text::wrapped`] does it. Whatever could
    /// lead a terminal astray, a line feed too, is escaped.
    pub(crate) fn wrapped(&self, columns: usize) -> Vec<Painted> {
        let pieces = self.0.iter().map(|(tone, piece)| (*tone, Shown::line(piece)));
        let characters: Vec<(Tone, char)> = pieces
            .flat_map(|(tone, piece)| piece.chars().map(move |one| (tone, one)).collect::<Vec<_>>())
            .collect();
        let whole: String = characters.iter().map(|(_, character)| character).collect();
        let mut rest = characters.into_iter();
        // Nothing but blanks is lost on the way, so that each character finds its tone again.
        let mut tone_of =
            |wanted: char| rest.find(|(_, one)| *one == wanted).map_or(Tone::Plain, |(tone, _)| tone);
        let repaint = |line: String| {
            let mut painted = Painted::new();
            for character in line.chars() {
                let tone = tone_of(character);
                match painted.0.last_mut() {
                    Some((last, piece)) if *last == tone => piece.push(character),
                    _ => painted.push(tone, character),
                }
            }
            painted
        };
        text::wrapped(&whole, columns).into_iter().map(repaint).collect()
    }

    /// With its long lines broken at blanks, so that a terminal of `columns` columns has none to break in the
    /// middle of a word. A line that is a command stays whole: it is there to be copied.
    pub fn fitted(&self, columns: usize) -> Painted {
        let fit = |line: Painted| {
            let text = line.to_string();
            let blanks = text.len() - text.trim_start_matches(' ').len();
            if line.len() <= columns || text[blanks..].starts_with("breakglass ") {
                return vec![line];
            }
            // Further lines hang below the first; the blanks before it are not part of what is broken.
            let hang = blanks + 2;
            let parts = line.wrapped(columns.saturating_sub(hang).max(20)).into_iter().enumerate();
            let put = |(at, part)| {
                let mut put: Painted = " ".repeat(if at == 0 { blanks } else { hang }).into();
                put.append(part);
                put
            };
            parts.map(put).collect()
        };
        Painted::lines(self.split_lines().into_iter().flat_map(fit))
    }

    /// Its lines.
    pub(crate) fn split_lines(&self) -> Vec<Painted> {
        let mut lines = vec![Painted::new()];
        for (tone, piece) in &self.0 {
            for (at, part) in piece.split('\n').enumerate() {
                if at > 0 {
                    lines.push(Painted::new());
                }
                if let Some(line) = lines.last_mut() {
                    line.push(*tone, part);
                }
            }
        }
        lines
    }

    /// How many characters it has.
    pub fn len(&self) -> usize {
        self.0.iter().map(|(_, piece)| piece.chars().count()).sum()
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text for a terminal, in colour or not. Nothing in it but its tones is obeyed.
    pub fn shown(&self, colour: bool) -> String {
        let mut text = String::with_capacity(self.0.iter().map(|(_, piece)| room(piece)).sum());
        for (tone, piece) in &self.0 {
            let begin = if colour { tone.begin() } else { "" };
            // A tone ends with its line: a pager that shows one line must not lose it, nor carry it on.
            for (at, line) in piece.split('\n').enumerate() {
                if at > 0 {
                    text.push('\n');
                }
                let (begin, end) = if begin.is_empty() || line.is_empty() { ("", "") } else { (begin, END) };
                write!(text, "{begin}{}{end}", Shown(line)).expect("writing to a string does not fail");
            }
        }
        text
    }
}

/// Bytes enough for a piece with its tone, and with what is hostile in it written as `\u{e0fff}`. It may hold
/// a secret, and a string that grows would leave copies behind.
fn room(piece: &str) -> usize {
    let (mut lines, mut hostile) = (1, 0);
    for character in piece.chars() {
        lines += usize::from(character == '\n');
        hostile += usize::from(is_hostile(character));
    }
    piece.len() + lines * (Tone::Bad.begin().len() + END.len()) + hostile * r"\u{e0fff}".len()
}

/// The text without its tones, and not escaped: [`Painted::shown`] is for terminals.
impl fmt::Display for Painted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(_, piece)| out.write_str(piece))
    }
}

impl Drop for Painted {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(|(_, piece)| piece.zeroize());
    }
}

impl From<String> for Painted {
    fn from(text: String) -> Painted {
        Painted::new().and(Tone::Plain, text)
    }
}

impl From<&str> for Painted {
    fn from(text: &str) -> Painted {
        text.to_owned().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colour_there_is_only_the_text() {
        let text = Painted::from("a ").and(Tone::Bad, "b").and(Tone::Plain, "");
        assert_eq!((text.shown(false), text.to_string()), ("a b".to_owned(), "a b".to_owned()));
        assert_eq!(text.shown(true), "a \u{1b}[1;31mb\u{1b}[0m");
    }

    #[test]
    fn a_text_never_outgrows_its_room() {
        for piece in ["", "a", "a\n\n", "\u{1b}", "\u{e0fff}\u{e0fff}", "\u{85}\n\u{200b}"] {
            let text = Painted::new().and(Tone::Bad, piece).and(Tone::Bad, piece);
            let shown = text.shown(true);
            assert!(shown.len() <= 2 * room(piece), "{piece:?}");
            assert_eq!(shown.capacity(), if piece.is_empty() { 0 } else { 2 * room(piece) }, "{piece:?}");
        }
    }

    #[test]
    fn what_is_painted_is_not_obeyed() {
        let text = Painted::new().and(Tone::Good, "x\u{1b}[2J");
        assert_eq!(text.shown(true), "\u{1b}[32mx\\u{1b}[2J\u{1b}[0m");
    }

    #[test]
    fn wrapped_lines_keep_their_tones() {
        let text =
            Painted::from("by ").and(Tone::Bad, "alice  bob").and(Tone::Plain, " a\n").and(Tone::Good, "xyz");
        let lines: Vec<String> = text.wrapped(8).iter().map(|line| line.shown(true)).collect();
        let bad = |text: &str| Painted::of(Tone::Bad, text).shown(true);
        let good = |text: &str| Painted::of(Tone::Good, text).shown(true);
        assert_eq!(lines, [format!("by {}", bad("alice")), bad("bob"), format!("a\\n{}", good("xyz"))]);
        assert_eq!(Painted::of(Tone::Due, "\u{1b}").wrapped(9)[0].to_string(), "\\u{1b}");
        assert_eq!(text.len(), 19);
    }

    #[test]
    fn long_lines_are_broken_at_blanks_and_commands_are_not() {
        let text = Painted::from("a short line\n")
            .and(Tone::Bad, "  one two three ")
            .and(Tone::Plain, "four five six");
        let fitted = text.clone().fitted(24);
        assert_eq!(fitted.to_string(), "a short line\n  one two three four\n    five six");
        assert!(
            fitted.shown(true).contains("  \u{1b}[1;31mone two three \u{1b}[0mfour\n"),
            "{:?}",
            fitted.shown(true)
        );
        assert_eq!(text.fitted(80).to_string(), text.to_string());
        let command = "    breakglass check --all --as alice/alice";
        assert_eq!(Painted::from(command).fitted(24).to_string(), command);
    }

    #[test]
    fn a_tone_ends_with_its_line() {
        let text = Painted::new().and(Tone::Due, "a\n\nb");
        assert_eq!(text.shown(true), "\u{1b}[33ma\u{1b}[0m\n\n\u{1b}[33mb\u{1b}[0m");
        let lines = Painted::lines(["a".into(), Painted::new().and(Tone::Strong, "b"), Painted::new()]);
        assert_eq!(lines.to_string(), "a\nb\n");
    }
}
