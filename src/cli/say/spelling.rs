//! Characters in words: what is said aloud, so that the listener types exactly what the reader sees; and which
//! characters pass for one another.
//!
//! Letters: the radiotelephony alphabet of ICAO (Annex 10, volume II, 5.2.1.3) and ITU (Radio Regulations,
//! appendix 14), with its own spellings `Alfa` and `Juliett`, which were chosen so that nobody misreads them.
//! Digits are said in plain English with `digit` before them: `digit one`, since `one` alone may be a word.

use zeroize::Zeroizing;

/// The alphabet, from A to Z, in small letters.
const ALPHABET: [&str; 26] = [
    "alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett", "kilo",
    "lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor",
    "whiskey", "x-ray", "yankee", "zulu",
];

/// The digits, from 0 to 9.
const DIGITS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/// Everything else that a keyboard has, the name by which most people know it, and the white space that may be
/// in a value.
const SIGNS: [(char, &str); 35] = [
    ('!', "exclamation mark"),
    ('"', "double quote"),
    ('#', "hash sign"),
    ('$', "dollar sign"),
    ('%', "percent sign"),
    ('&', "ampersand"),
    ('\'', "apostrophe"),
    ('(', "open round bracket"),
    (')', "close round bracket"),
    ('*', "asterisk"),
    ('+', "plus sign"),
    (',', "comma"),
    ('-', "hyphen"),
    ('.', "dot"),
    ('/', "slash"),
    (':', "colon"),
    (';', "semicolon"),
    ('<', "less-than sign"),
    ('=', "equals sign"),
    ('>', "greater-than sign"),
    ('?', "question mark"),
    ('@', "at sign"),
    ('[', "open square bracket"),
    ('\\', "backslash"),
    (']', "close square bracket"),
    ('^', "caret"),
    ('_', "underscore"),
    ('`', "backquote"),
    ('{', "open curly bracket"),
    ('|', "vertical bar"),
    ('}', "close curly bracket"),
    ('~', "tilde"),
    (' ', "space"),
    ('\t', "tab"),
    ('\n', "line break"),
];

/// Characters that pass for one another on a screen, in one font or another, or once they are handwritten. A
/// letter that differs from its capital in nothing but size is in here with it. Pairs that pass for one letter
/// (`rn` for `m`) are not: in a font of fixed width they take two places.
const LOOK_ALIKES: [&str; 18] = [
    "0OoQ", "1lIi|!", "5Ss", "2Zz", "8B", "6Gb", "9gq", "Cc", "Uu", "Vv", "Ww", "Xx", "'`\"", ",.", ";:",
    "-_~", "({", ")}",
];

/// What kind of character one is, for a reader who has to find its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// A capital letter.
    Capital,
    /// A small letter.
    Small,
    /// A digit from 0 to 9.
    Digit,
    /// Anything else, white space included.
    Sign,
}

impl Class {
    /// The kind of a character. Letters outside ASCII have theirs too.
    pub(crate) fn of(character: char) -> Class {
        match character {
            '0'..='9' => Class::Digit,
            _ if character.is_uppercase() => Class::Capital,
            _ if character.is_lowercase() => Class::Small,
            _ => Class::Sign,
        }
    }
}

/// The characters that pass for this one, itself among them; empty where there are none.
pub(crate) fn look_alikes(character: char) -> &'static str {
    LOOK_ALIKES.into_iter().find(|class| class.contains(character)).unwrap_or_default()
}

/// A character in words: `alfa`, `capital ALFA`, `digit zero`, `hyphen`; `U+00E9` for one that has no name here.
/// At most 20 columns of ASCII. It may be part of a secret, so it is wiped.
pub(crate) fn spelled(character: char) -> Zeroizing<String> {
    // Room for all of it: a string that grows would leave copies behind.
    let mut words = Zeroizing::new(String::with_capacity(20));
    match character {
        'a'..='z' => words.push_str(ALPHABET[character as usize - 'a' as usize]),
        'A'..='Z' => {
            words.push_str("capital ");
            words.push_str(ALPHABET[character as usize - 'A' as usize]);
            words["capital ".len()..].make_ascii_uppercase();
        }
        '0'..='9' => {
            words.push_str("digit ");
            words.push_str(DIGITS[character as usize - '0' as usize]);
        }
        _ => match SIGNS.iter().find(|(sign, _)| *sign == character) {
            Some((_, name)) => words.push_str(name),
            None => {
                use std::fmt::Write as _;
                write!(words, "U+{:04X}", u32::from(character)).expect("writing to a string does not fail");
            }
        },
    }
    words
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn printable() -> impl Iterator<Item = char> {
        (' '..='~').chain(['\n', '\t'])
    }

    #[test]
    fn every_printable_character_has_words_of_its_own() {
        let mut seen = BTreeMap::new();
        for character in printable() {
            let words = spelled(character);
            assert!(words.len() <= 20 && words.is_ascii() && !words.contains("U+"), "{character:?}");
            assert_eq!(words.capacity(), 20, "{character:?} was moved, and left a copy behind");
            // Said aloud, capitals and small letters differ by a word and not by a tone of voice.
            if let Some(other) = seen.insert(words.to_lowercase(), character) {
                panic!("{character:?} and {other:?} are both {:?}", *words);
            }
        }
        assert_eq!(seen.len(), 97);
    }

    #[test]
    fn each_letter_begins_its_own_word() {
        for (letter, word) in ('a'..='z').zip(ALPHABET) {
            assert!(word.starts_with(letter), "{word}");
            assert_eq!(*spelled(letter), word);
            assert_eq!(*spelled(letter.to_ascii_uppercase()), format!("capital {}", word.to_uppercase()));
        }
    }

    #[test]
    fn words_are_those_of_the_alphabet() {
        for (character, words) in [
            ('a', "alfa"),
            ('J', "capital JULIETT"),
            ('x', "x-ray"),
            ('W', "capital WHISKEY"),
            ('0', "digit zero"),
            ('9', "digit nine"),
            ('!', "exclamation mark"),
            ('@', "at sign"),
            ('-', "hyphen"),
            (' ', "space"),
            ('\n', "line break"),
            ('é', "U+00E9"),
            ('🔑', "U+1F511"),
            ('\u{1b}', "U+001B"),
        ] {
            assert_eq!(*spelled(character), words);
        }
    }

    #[test]
    fn classes_are_those_of_the_keyboard() {
        for character in printable() {
            let expected = match character {
                _ if character.is_ascii_uppercase() => Class::Capital,
                _ if character.is_ascii_lowercase() => Class::Small,
                _ if character.is_ascii_digit() => Class::Digit,
                _ => Class::Sign,
            };
            assert_eq!(Class::of(character), expected, "{character:?}");
        }
        assert_eq!([Class::of('É'), Class::of('é')], [Class::Capital, Class::Small]);
    }

    #[test]
    fn no_character_is_in_two_families_and_none_is_alone() {
        for family in LOOK_ALIKES {
            assert!(family.chars().count() > 1, "{family}");
            for character in family.chars() {
                assert_eq!(look_alikes(character), family, "{character} is in two");
            }
        }
        let marked: String = printable().filter(|character| !look_alikes(*character).is_empty()).collect();
        assert_eq!(marked, "!\"'(),-.0125689:;BCGIOQSUVWXZ_`bcgiloqsuvwxz{|}~");
        assert_eq!(look_alikes('a'), "");
    }
}
