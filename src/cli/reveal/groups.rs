//! A value in groups: which characters belong together, and how each is written so that it passes for no other.

use std::ops::Range;

use zeroize::Zeroizing;

/// How many characters a group has, unless the value brings groups of its own.
const GROUP: usize = 4;

/// The sizes that a value's own groups may have, without their hyphen.
const OWN: std::ops::RangeInclusive<usize> = 3..=6;

/// A value's characters, and where its groups begin and end. It holds a secret: wiped when dropped, no `Debug`.
pub(super) struct Grouped {
    pub(super) characters: Zeroizing<Vec<char>>,
    pub(super) groups: Vec<Range<usize>>,
}

impl Grouped {
    /// Groups of four; or, where a value consists of equal groups between hyphens as generated passwords do,
    /// its own, each with its hyphen. A line break ends a group.
    pub(super) fn new(value: &str) -> Grouped {
        // Room for all of it: a vector that grows would leave copies behind.
        let mut characters = Zeroizing::new(Vec::with_capacity(value.len()));
        characters.extend(value.chars());
        let groups = own(&characters).unwrap_or_else(|| of_four(&characters));
        Grouped { characters, groups }
    }

    /// The characters of a group.
    pub(super) fn of(&self, group: &Range<usize>) -> &[char] {
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

fn of_four(characters: &[char]) -> Vec<Range<usize>> {
    let mut groups = Vec::new();
    let mut start = 0;
    for at in 0..characters.len() {
        let end = at + 1;
        if end - start == GROUP || characters[at] == '\n' || end == characters.len() {
            groups.push(start..end);
            start = end;
        }
    }
    groups
}

/// How a character is written among others: itself where it can be told apart, `␣` for a space, `↵` for a line
/// break, and `<U+…>` for all that could pass for something else, or is not seen, or has no certain width. At
/// most 10 columns.
pub(super) fn glyph(character: char) -> Zeroizing<String> {
    match character {
        '!'..='~' | 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ÿ' => Zeroizing::new(character.into()),
        ' ' => Zeroizing::new("␣".into()),
        '\n' => Zeroizing::new("↵".into()),
        _ => Zeroizing::new(format!("<U+{:04X}>", u32::from(character))),
    }
}

/// How many columns [`glyph`] takes.
pub(super) fn width(character: char) -> usize {
    glyph(character).chars().count()
}
