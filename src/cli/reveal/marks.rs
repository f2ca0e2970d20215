//! The mark under a character that looks like others. It tells the character's class, and is neither a letter nor a
//! digit, so that it is not read as part of the value.
//!
//! Too many marks are as bad as none. A small letter is unmarked where the value has no capitals, and a capital
//! where it has no small letters, which is said instead; a sign is unmarked where the value holds none of those
//! that it passes for, and is named once.

use std::collections::BTreeSet;

use crate::cli::reveal::lines::{indented, packed};
use crate::cli::say::groups::glyph;
use crate::cli::say::painted::{Painted, Tone};
use crate::cli::say::spelling::{Class, look_alikes, spelled};

/// Letters that pass for digits and signs whatever their size: marked in any case.
const WORST: &str = "iIloOQ";

impl Class {
    /// Its mark.
    pub(super) fn mark(self) -> &'static str {
        match self {
            Class::Capital => "^",
            Class::Small => "_",
            Class::Digit => "#",
            Class::Sign => "*",
        }
    }
}

/// What has to be marked in one value.
pub(super) struct Marks {
    capitals: bool,
    smalls: bool,
    /// The signs that the value holds, white space and everything without a glyph of its own included.
    signs: BTreeSet<char>,
}

impl Marks {
    pub(super) fn of(characters: &[char]) -> Marks {
        let all = |class| characters.iter().copied().filter(move |one| Class::of(*one) == class);
        Marks {
            capitals: all(Class::Capital).next().is_some(),
            smalls: all(Class::Small).next().is_some(),
            signs: all(Class::Sign).collect(),
        }
    }

    /// The class to be marked under a character.
    pub(super) fn under(&self, character: char) -> Option<Class> {
        let class = Class::of(character);
        let family = look_alikes(character);
        let marked = match class {
            Class::Sign => self.is_ambiguous(character),
            Class::Small => !family.is_empty() && (self.capitals || WORST.contains(character)),
            Class::Capital => !family.is_empty() && (self.smalls || WORST.contains(character)),
            Class::Digit => !family.is_empty(),
        };
        marked.then_some(class)
    }

    /// Whether a sign passes for another one of this value, or for a letter or a digit.
    fn is_ambiguous(&self, sign: char) -> bool {
        let others = look_alikes(sign).chars().filter(|other| *other != sign);
        others.into_iter().any(|other| Class::of(other) != Class::Sign || self.signs.contains(&other))
    }

    /// What the marks mean that are in fact there, the names of the signs that are not marked, and what the
    /// value does not have. Where there is no `room`, only the marks.
    pub(super) fn legend(&self, characters: &[char], columns: usize, roomy: bool) -> Vec<Painted> {
        let used: BTreeSet<Class> =
            characters.iter().filter_map(|character| self.under(*character)).collect();
        let meanings = used.into_iter().map(|class| {
            let words = match class {
                Class::Capital if roomy => "capital letter",
                Class::Small if roomy => "small letter",
                Class::Digit => "digit",
                Class::Sign if roomy => "sign, named below it",
                Class::Capital => "capital",
                Class::Small => "small",
                Class::Sign => "sign",
            };
            format!("{} {words}", class.mark())
        });
        let mut items: Vec<String> = meanings.collect();
        let plain = self.signs.iter().filter(|sign| !self.is_ambiguous(**sign));
        // A code point is its own name. Ordinary signs are named where they could be taken for another.
        let blank = |sign: char| matches!(sign, ' ' | '\n');
        let named = plain.filter(|sign| blank(**sign) || roomy && !look_alikes(**sign).is_empty());
        items.extend(named.map(|sign| format!("{} {}", *glyph(*sign), *spelled(*sign))));
        match (self.capitals, self.smalls) {
            (false, true) => items.push(if roomy { "no capital letters" } else { "no capitals" }.to_owned()),
            (true, false) => items.push("no small letters".to_owned()),
            _ => {}
        }
        items.retain(|item| item.chars().count() <= columns);
        let lines = packed(&items, "   ", columns).unwrap_or_default();
        let lines = lines.iter().filter(|line| !line.is_empty());
        lines.map(|line| indented(Tone::Plain, line)).collect()
    }
}
