//! Words for people: 88 bits as eight words, to be read aloud, compared and put on paper.
//!
//! The words of a fingerprint, which people compare whole, are the first 88 bits of a digest. Of a session's and a
//! card's, people compare only some: so these are 88 bits of scrypt, which makes each try expensive for an attacker who
//! looks for a file with some of the same words.
//!
//! Each word stands for 11 bits, most significant bit first. The list is the English one of BIP-39
//! (bitcoin/bips, `bip-0039/english.txt`): 2048 words in alphabetical order, told apart by their first four
//! letters. Only the list is BIP-39's; there is no checksum word and nothing here is a wallet's mnemonic.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use crate::crypto::digest::Digest;
use crate::crypto::stretch::{NoScratch, stretched};
use crate::value::public;

/// How many words there are.
pub(crate) const COUNT: usize = 8;

/// How many bits one word stands for.
const BITS: usize = 11;

/// The 2048 words, in alphabetical order.
static LIST: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| include_str!("fingerprint/english.txt").lines().collect());

/// The salt of a session's words.
const SESSION_SALT: &str = "breakglass/v1/session-words";

/// The salt of a card's words.
const CARD_SALT: &str = "breakglass/v1/card-words";

/// Eight words, which stand for a digest. Two digests with the same words need not be the same digest.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Words([u16; COUNT]);

/// Why a text is not eight words. It never says which word would have been right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WordsError {
    /// Too few or too many words.
    #[error("{found} words are given; {COUNT} are expected")]
    WrongCount {
        /// How many there are.
        found: usize,
    },
    /// A word that is not in the list.
    #[error("word {position} is not in the list of words")]
    UnknownWord {
        /// Which word, counted from 1.
        position: usize,
    },
}

impl Words {
    /// The words of a fingerprint: the first 88 bits of `digest`. Of a session or a card they would be too cheap.
    pub fn of(digest: &Digest) -> Words {
        let mut first = [0; 11];
        first.copy_from_slice(&digest.as_bytes()[..11]);
        Words::of_bits(first)
    }

    /// The words of a session: 88 bits of scrypt of the digest of the request's record. Takes a fraction of a second.
    ///
    /// # Errors
    /// [`NoScratch`], if the system does not grant 64 MiB of memory.
    pub fn of_session(record: &Digest) -> Result<Words, NoScratch> {
        public::work(|| stretched(record, SESSION_SALT)).map(Words::of_bits)
    }

    /// The words of a card: 88 bits of scrypt of its digest. Takes a fraction of a second.
    ///
    /// # Errors
    /// [`NoScratch`], if the system does not grant 64 MiB of memory.
    pub fn of_card(card: &Digest) -> Result<Words, NoScratch> {
        public::work(|| stretched(card, CARD_SALT)).map(Words::of_bits)
    }

    fn of_bits(bits: [u8; 11]) -> Words {
        let mut first_of_128 = [0; 16];
        first_of_128[..11].copy_from_slice(&bits);
        let bits = u128::from_be_bytes(first_of_128);
        Words(std::array::from_fn(|at| {
            let shifted = bits >> (128 - BITS * (at + 1));
            (shifted & ((1 << BITS) - 1)) as u16
        }))
    }

    /// Whether a text is a word of the list, in upper or lower case.
    pub(crate) fn is_listed(text: &str) -> bool {
        place(text).is_some()
    }

    /// One word, by its position as people count: 1 to 8.
    ///
    /// # Panics
    /// When `position` is not within 1..=8.
    pub fn word(&self, position: usize) -> &'static str {
        assert!((1..=COUNT).contains(&position), "word {position} of {COUNT} is asked for");
        LIST[usize::from(self.0[position - 1])]
    }
}

/// The place of a word in the list, in upper or lower case.
fn place(word: &str) -> Option<u16> {
    LIST.binary_search(&word.to_ascii_lowercase().as_str()).ok().map(|place| place as u16)
}

impl FromStr for Words {
    type Err = WordsError;

    /// Reads eight words, in upper or lower case, with any white space around and between them.
    fn from_str(text: &str) -> Result<Words, WordsError> {
        let found = text.split_whitespace().count();
        if found != COUNT {
            return Err(WordsError::WrongCount { found });
        }
        let mut indexes = [0; COUNT];
        for (at, (word, index)) in text.split_whitespace().zip(&mut indexes).enumerate() {
            *index = place(word).ok_or(WordsError::UnknownWord { position: at + 1 })?;
        }
        Ok(Words(indexes))
    }
}

impl fmt::Display for Words {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for position in 1..=COUNT {
            let space = if position == 1 { "" } else { " " };
            write!(out, "{space}{}", self.word(position))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digest whose first 16 bytes are `hex`, and whose rest is 0xff.
    fn starting_with(hex: &str) -> Digest {
        format!("{hex}{}", "f".repeat(64 - hex.len())).parse().unwrap()
    }

    #[test]
    fn the_list_is_the_published_one() {
        let file = include_str!("fingerprint/english.txt");
        let published = "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda";
        assert_eq!(Digest::of(file.as_bytes()).to_string(), published);
        assert_eq!(LIST.len(), 1 << BITS);
        assert!(LIST.is_sorted(), "it is searched by halves");
    }

    /// BIP-39's own test vectors (trezor/python-mnemonic, `vectors.json`): the first 8 of 12 words are the
    /// first 88 bits of the entropy.
    #[test]
    fn bip39_vectors() {
        for (entropy, words) in [
            (
                "00000000000000000000000000000000",
                "abandon abandon abandon abandon abandon abandon abandon abandon",
            ),
            ("7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f", "legal winner thank year wave sausage worth useful"),
            ("80808080808080808080808080808080", "letter advice cage absurd amount doctor acoustic avoid"),
            ("ffffffffffffffffffffffffffffffff", "zoo zoo zoo zoo zoo zoo zoo zoo"),
            ("9e885d952ad362caeb4efe34a8e91bd2", "ozone drill grab fiber curtain grace pudding thank"),
        ] {
            assert_eq!(Words::of(&starting_with(entropy)).to_string(), words);
        }
    }

    #[test]
    fn exactly_the_first_88_bits_count() {
        let bytes = *Digest::of(b"any").as_bytes();
        let words = |flipped: usize| {
            let mut changed = bytes;
            changed[flipped / 8] ^= 0x80 >> (flipped % 8);
            Words::of(&Digest::from_bytes(changed))
        };
        let original = Words::of(&Digest::from_bytes(bytes));
        for bit in 0..256 {
            assert_eq!(words(bit) == original, bit >= 88, "bit {bit}");
        }
    }

    #[test]
    fn each_word_is_found_by_its_position() {
        let words = Words::of(&starting_with("9e885d952ad362caeb4efe34a8e91bd2"));
        assert_eq!((words.word(1), words.word(2), words.word(8)), ("ozone", "drill", "thank"));
        for position in [0, 9] {
            assert!(std::panic::catch_unwind(|| words.word(position)).is_err());
        }
    }

    #[test]
    fn every_word_of_the_list_is_read_back() {
        for (index, word) in LIST.iter().enumerate() {
            let text = format!("zoo {word} zoo zoo zoo zoo zoo zoo");
            assert_eq!(text.parse::<Words>().unwrap().0[1], index as u16);
        }
    }

    #[test]
    fn case_and_white_space_do_not_matter() {
        let words = Words::of(&starting_with("9e885d952ad362caeb4efe34a8e91bd2"));
        let typed = "  Ozone DRILL\tgrab  fiber\ncurtain grace pudding thank \n";
        assert_eq!(typed.parse(), Ok(words));
    }

    #[test]
    fn what_is_wrong_is_named_by_position_only() {
        let read = |text: &str| text.parse::<Words>().unwrap_err();
        assert_eq!(read(""), WordsError::WrongCount { found: 0 });
        assert_eq!(read("zoo zoo zoo zoo zoo zoo zoo"), WordsError::WrongCount { found: 7 });
        assert_eq!(read("zoo zoo zoo zoo zoo zoo zoo zoo zoo"), WordsError::WrongCount { found: 9 });
        let wrong = read("zoo zoo zoo zoo zoo zoo zoo zooo");
        assert_eq!(wrong, WordsError::UnknownWord { position: 8 });
        assert_eq!(wrong.to_string(), "word 8 is not in the list of words");
    }
}
