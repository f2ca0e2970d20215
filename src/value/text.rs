//! Text that people write and people read: what is let in, and how it is shown.
//!
//! A justification is read by an approver who decides on it, on a terminal that obeys escape sequences.
//! So hostile characters are refused where text comes in, and everything is escaped where it goes out:
//! either alone would do, and neither is trusted alone.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The most bytes a free text may have.
pub(crate) const MAX_TEXT: usize = 4096;

/// Free text: 1 to 4096 bytes of UTF-8 with no control character but LF, no bidirectional control, and no
/// invisible character.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FreeText(String);

/// Why a text is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// Nothing was written.
    #[error("the text is empty")]
    Empty,
    /// More than `MAX_TEXT` bytes.
    #[error("the text has {0} bytes; at most {MAX_TEXT} are allowed")]
    TooLong(usize),
    /// A character that could hide or rewrite what the reader sees.
    #[error("the text holds U+{code:04X} at byte {at}, which could hide or rewrite what a reader sees")]
    Hostile {
        /// The character's code point.
        code: u32,
        /// Its byte offset in the text.
        at: usize,
    },
}

/// Whether a character can hide, reorder or rewrite what a reader sees: the code points that the specification lists
/// under "Refused code points". They are what Unicode calls default ignorable (DerivedCoreProperties.txt), controls but
/// LF, the line and paragraph separators, and the annotation marks U+FFF9 to U+FFFB.
pub fn is_hostile(character: char) -> bool {
    matches!(character,
        '\u{0}'..='\u{9}' | '\u{B}'..='\u{1F}' | '\u{7F}'..='\u{9F}'
        | '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}

impl FreeText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for FreeText {
    type Error = TextError;

    fn try_from(text: String) -> Result<FreeText, TextError> {
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        if text.len() > MAX_TEXT {
            return Err(TextError::TooLong(text.len()));
        }
        match text.char_indices().find(|(_, character)| is_hostile(*character)) {
            Some((at, character)) => Err(TextError::Hostile { code: u32::from(character), at }),
            None => Ok(FreeText(text)),
        }
    }
}

impl FromStr for FreeText {
    type Err = TextError;

    fn from_str(text: &str) -> Result<FreeText, TextError> {
        FreeText::try_from(text.to_owned())
    }
}

impl From<FreeText> for String {
    fn from(text: FreeText) -> String {
        text.0
    }
}

/// On one line, so that no text can pass for a line of whatever it is shown in.
impl fmt::Display for FreeText {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&Shown::line(&self.0))
    }
}

impl fmt::Debug for FreeText {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}", self.0)
    }
}

/// Any text, shown so that a terminal cannot be led astray by it: hostile characters become `\u{…}`.
/// A LF stays, for texts of several lines; use [`Shown::line`] where one line is wanted.
pub struct Shown<'a>(pub &'a str);

impl Shown<'_> {
    /// The text on one line, with each LF written `\n`.
    pub fn line(text: &str) -> String {
        Shown(text).to_string().replace('\n', "\\n")
    }
}

/// Breaks a text into lines of at most `columns` columns, at its own line feeds and wherever a line is full, so
/// that a terminal has nothing left to wrap. A character outside ASCII may be two columns wide, and counts so.
pub(crate) fn folded(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let (mut part, mut width) = (String::new(), 0);
        for character in Shown(line).to_string().chars() {
            let wide = columns_of(character);
            if width + wide > columns {
                lines.push(std::mem::take(&mut part));
                width = 0;
            }
            part.push(character);
            width += wide;
        }
        lines.push(part);
    }
    lines
}

/// How many columns a character may take.
fn columns_of(character: char) -> usize {
    if character.is_ascii() { 1 } else { 2 }
}

/// Breaks a text of one line at its blanks into lines of at most `columns` columns; a word that is longer is
/// broken where a line is full.
pub fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut width = 0;
    for word in Shown::line(text).split(' ') {
        let wide: usize = word.chars().map(columns_of).sum();
        if width > 0 && width + 1 + wide <= columns {
            lines.last_mut().expect("there is one").push(' ');
            width += 1;
        } else if width > 0 {
            lines.push(String::new());
            width = 0;
        }
        for (at, part) in folded(word, columns).into_iter().enumerate() {
            if at > 0 {
                lines.push(String::new());
                width = 0;
            }
            width += part.chars().map(columns_of).sum::<usize>();
            lines.last_mut().expect("there is one").push_str(&part);
        }
    }
    lines
}

/// A text on one line of at most `columns` columns, which ends with `...` if some of it is left out.
pub(crate) fn clipped(text: &str, columns: usize) -> String {
    let line = Shown::line(text);
    let mut lines = folded(&line, columns);
    if lines.len() == 1 {
        return line;
    }
    lines = folded(&line, columns.saturating_sub(3));
    format!("{}...", lines[0])
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            if is_hostile(character) {
                write!(out, "\\u{{{:x}}}", u32::from(character))?;
            } else {
                fmt::Write::write_char(out, character)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_is_refused_at_the_door_and_escaped_on_the_way_out() {
        for hostile in
            ["\u{1b}[2J", "\u{1b}]52;c;x\u{7}", "\u{9d}", "\u{202e}", "\u{200b}", "\r", "\0", "\u{feff}"]
        {
            let text = format!("ab{hostile}");
            assert!(
                matches!(text.parse::<FreeText>(), Err(TextError::Hostile { at: 2, .. })),
                "{hostile:?} was let in"
            );
            assert!(!Shown(&text).to_string().chars().any(is_hostile), "{hostile:?} was let out");
        }
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in ["a", "Zoë — 東京 🔑", &"x".repeat(MAX_TEXT)] {
            assert_eq!(text.parse::<FreeText>().unwrap().to_string(), *text);
        }
        let two: FreeText = "two\nlines".parse().unwrap();
        assert_eq!((two.as_str(), two.to_string().as_str()), ("two\nlines", "two\\nlines"));
    }

    #[test]
    fn emptiness_and_excess_are_refused() {
        assert_eq!("".parse::<FreeText>(), Err(TextError::Empty));
        assert_eq!("x".repeat(MAX_TEXT + 1).parse::<FreeText>(), Err(TextError::TooLong(MAX_TEXT + 1)));
    }

    #[test]
    fn folded_lines_leave_a_terminal_nothing_to_wrap() {
        assert_eq!(folded("abcdef\ng", 4), ["abcd", "ef", "g"]);
        assert_eq!(folded("東京都", 4), ["東京", "都"]);
        assert_eq!(folded("", 4), [""]);
        assert_eq!(folded("a\u{1b}", 8), ["a\\u{1b}"]);
    }

    #[test]
    fn wrapped_lines_break_at_blanks_and_within_words_that_are_too_long() {
        assert_eq!(wrapped("ab cd efg", 5), ["ab cd", "efg"]);
        assert_eq!(wrapped("a bcdefgh i", 4), ["a", "bcde", "fgh", "i"]);
        assert_eq!(wrapped("東 京", 3), ["東", "京"]);
        assert_eq!(wrapped("a\n\u{1b}", 9), ["a\\n\\u{1b}"]);
        assert_eq!(wrapped("", 4), [""]);
    }

    #[test]
    fn clipped_texts_say_that_something_is_left_out() {
        assert_eq!(clipped("abcdef", 6), "abcdef");
        assert_eq!(clipped("abcdefg", 6), "abc...");
        assert_eq!(clipped("東京都東京都", 8), "東京...");
        assert_eq!(clipped("a\nb\u{1b}", 20), "a\\nb\\u{1b}");
    }

    #[test]
    fn one_line_is_one_line() {
        assert_eq!(Shown::line("a\nb"), "a\\nb");
    }
}
