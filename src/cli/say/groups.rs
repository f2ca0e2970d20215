//! A value in groups: which characters belong together, and how each is written so that it passes for no other.

use std::ops::Range;

use zeroize::Zeroizing;

/// How many characters a group has, unless the value brings groups of its own.
const GROUP: usize = 4;

/// How many letters a word may have that stays whole, and how many other characters behind them.
const WORD: usize = 12;
const TAIL: usize = 2;

/// The sizes that a value's own groups may have, without their hyphen.
const OWN: std::ops::RangeInclusive<usize> = 3..=6;

/// A value's characters, and where its groups begin and end. It holds a secret: wiped when dropped, no `Debug`.
pub(crate) struct Grouped {
    pub(crate) characters: Zeroizing<Vec<char>>,
    pub(crate) groups: Vec<Range<usize>>,
}

impl Grouped {
    /// Groups of four; or the value's own, where it has some: the equal parts of a generated password, each
    /// with its hyphen; the words of a text, each with its blank; the parts of an email address.
    pub(crate) fn new(value: &str) -> Grouped {
        // Room for all of it: a vector that grows would leave copies behind.
        let mut characters = Zeroizing::new(Vec::with_capacity(value.len()));
        characters.extend(value.chars());
        let groups =
            own(&characters).or_else(|| words(&characters)).unwrap_or_else(|| of_four(&characters, 0));
        Grouped { characters, groups }
    }

    /// The characters of a group.
    pub(crate) fn of(&self, group: &Range<usize>) -> &[char] {
        &self.characters[group.clone()]
    }
}

/// The groups between hyphens: at least three, of one size.
fn own(characters: &[char]) -> Option<Vec<Range<usize>>> {
    let size = characters.iter().position(|character| *character == '-')?;
    let groups: Vec<_> =
        (0..characters.len()).step_by(size + 1).map(|at| at..(at + size + 1).min(characters.len())).collect();
    let (last, whole) = groups.split_last()?;
    let alike = whole.iter().all(|group| {
        let (end, inner) = characters[group.clone()].split_last().expect("no group is empty");
        *end == '-' && inner.iter().all(|character| character.is_ascii_alphanumeric())
    });
    let last = &characters[last.clone()];
    let last_alike = last.len() == size && last.iter().all(|character| character.is_ascii_alphanumeric());
    (OWN.contains(&size) && groups.len() >= 3 && alike && last_alike).then_some(groups)
}

/// The words of a text, or the parts of an address; those that are long, or hold more than
/// letters, are in fours.
fn words(characters: &[char]) -> Option<Vec<Range<usize>>> {
    let text = characters.iter().any(|character| character.is_whitespace());
    let address = characters.iter().filter(|character| **character == '@').count() == 1
        && characters.iter().all(|one| one.is_ascii_alphanumeric() || "@.-_+".contains(*one));
    if !text && !address {
        return None;
    }
    let ends = |one: &char| if text { one.is_whitespace() } else { !one.is_ascii_alphanumeric() };
    let mut groups = Vec::new();
    let mut start = 0;
    for word in characters.split_inclusive(ends) {
        let letters = word.iter().take_while(|one| one.is_alphabetic()).count();
        if letters <= WORD && letters + TAIL >= word.len() {
            groups.push(start..start + word.len());
        } else {
            groups.extend(of_four(word, start));
        }
        start += word.len();
    }
    Some(groups)
}

/// Groups of four, of which the first begins at `start`.
fn of_four(characters: &[char], start: usize) -> Vec<Range<usize>> {
    let end = start + characters.len();
    (start..end).step_by(GROUP).map(|at| at..(at + GROUP).min(end)).collect()
}

/// How a character is written among others: itself where it can be told apart, `␣` for a space, `↵` for a line
/// break, and `<U+…>` for all that could pass for something else, or is not seen, or has no certain width. At
/// most 10 columns.
pub(crate) fn glyph(character: char) -> Zeroizing<String> {
    match character {
        '!'..='~' | 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ÿ' => Zeroizing::new(character.into()),
        ' ' => Zeroizing::new("␣".into()),
        '\n' => Zeroizing::new("↵".into()),
        _ => Zeroizing::new(format!("<U+{:04X}>", u32::from(character))),
    }
}

/// How many columns [`glyph`] takes.
pub(crate) fn width(character: char) -> usize {
    glyph(character).chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(value: &str) -> Vec<String> {
        let grouped = Grouped::new(value);
        assert_eq!(grouped.characters.capacity(), value.len(), "it grew, and left copies behind");
        grouped.groups.iter().map(|group| grouped.of(group).iter().collect()).collect()
    }

    #[test]
    fn values_are_in_fours_unless_they_have_groups_of_their_own() {
        for (value, expected) in [
            ("", &[][..]),
            ("abcdefghi", &["abcd", "efgh", "i"]),
            ("k7qm2-xaz2b-gwn8p", &["k7qm2-", "xaz2b-", "gwn8p"]),
            // Neither equal parts, nor enough, nor parts at all.
            ("k7qm2-xaz2b-gwn8", &["k7qm", "2-xa", "z2b-", "gwn8"]),
            ("k7qm2-xaz2b", &["k7qm", "2-xa", "z2b"]),
            ("k7q!2-xaz2b-gwn8p", &["k7q!", "2-xa", "z2b-", "gwn8", "p"]),
            ("a-b-c-d", &["a-b-", "c-d"]),
            ("abcdefg-abcdefg-abcdefg", &["abcd", "efg-", "abcd", "efg-", "abcd", "efg"]),
            ("----", &["----"]),
            ("aws-root@example.com", &["aws-", "root@", "example.", "com"]),
            ("a@b!cde", &["a@b!", "cde"]),
            ("correct horse\nbattery ", &["correct ", "horse\n", "battery "]),
            ("extravagance. x", &["extravagance. ", "x"]),
            ("extravagances x", &["extr", "avag", "ance", "s ", "x"]),
            ("h4rse,staple x", &["h4rs", "e,st", "aple", " ", "x"]),
            ("a\n\nb", &["a\n", "\n", "b"]),
        ] {
            assert_eq!(groups(value), expected);
        }
    }

    /// No two characters, nor a character and a blank between groups, are written alike; widths are certain.
    #[test]
    fn glyphs_pass_for_no_other() {
        let mut seen = std::collections::BTreeSet::new();
        for character in ('\0'..='\u{ffff}').chain(['\u{10ffff}', '🔑']) {
            let glyph = glyph(character);
            assert!(!glyph.contains([' ', '\n', '\u{1b}']) && glyph.chars().count() <= 10);
            assert_eq!(width(character), glyph.chars().count());
            assert!(seen.insert(glyph.to_string()), "{character:?}");
        }
        for odd in ['␣', '\u{7f}', '\u{a0}', '\u{ad}', '×', '÷', 'ı', 'ſ', 'е', '\u{301}', '｜'] {
            assert_eq!(*glyph(odd), format!("<U+{:04X}>", u32::from(odd)));
        }
    }
}
