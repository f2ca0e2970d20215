//! Lists of words: each value has one word, the same in records, flags and screens. A closed list takes no other word;
//! an open one takes words of later versions from records, and flags take only those that this version knows.

/// Makes an enum of which each variant has a word.
macro_rules! words {
    ($(#[$doc:meta])* $type:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $type {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $type {
            /// Every one, in the order of the specification.
            pub const ALL: &'static [$type] = &[$($type::$variant,)+];

            /// The word that stands for it in records, flags and screens.
            pub fn as_str(self) -> &'static str {
                match self { $($type::$variant => $word,)+ }
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::value::words::UnknownWord;

            fn from_str(word: &str) -> Result<$type, $crate::value::words::UnknownWord> {
                let words = || $type::ALL.iter().map(|one| one.as_str());
                $type::ALL.iter().find(|one| one.as_str() == word).copied().ok_or_else(|| $crate::value::words::UnknownWord::among(words()))
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.pad(self.as_str())
            }
        }
    };
}

pub(crate) use words;

/// Makes an enum of which each variant has a word, and which takes other words from records as they are.
macro_rules! open_words {
    ($(#[$doc:meta])* $type:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $type {
            $($(#[$variant_doc])* $variant,)+
            /// A word that this version does not know.
            Other($crate::value::words::OtherWord),
        }

        impl $type {
            /// Every one that this version knows, in the order of the specification.
            pub const ALL: &'static [$type] = &[$($type::$variant,)+];

            /// The word that stands for it in records, flags and screens.
            pub fn as_str(&self) -> &str {
                match self {
                    $($type::$variant => $word,)+
                    $type::Other(word) => word.as_str(),
                }
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::value::words::UnknownWord;

            /// Only known words: what people type is checked for slips.
            fn from_str(word: &str) -> Result<$type, $crate::value::words::UnknownWord> {
                let words = || $type::ALL.iter().map(|one| one.as_str());
                let found = $type::ALL.iter().find(|one| one.as_str() == word).copied();
                found.ok_or_else(|| $crate::value::words::UnknownWord::among(words()))
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.pad(self.as_str())
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<$type, D::Error> {
                let word = <String as serde::Deserialize>::deserialize(from)?;
                let other = || $crate::value::words::OtherWord::new(&word).map($type::Other);
                word.parse().ok().or_else(other).ok_or_else(|| serde::de::Error::custom("not a word"))
            }
        }
    };
}

pub(crate) use open_words;

/// The most bytes of a word of an open list.
const MAX_OTHER: usize = 32;

/// A word of an open list that this version does not know: `[a-z0-9-]{1,32}`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OtherWord {
    bytes: [u8; MAX_OTHER],
    length: u8,
}

impl OtherWord {
    /// The word in `text`, if it has the form of one.
    pub(crate) fn new(text: &str) -> Option<OtherWord> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if text.is_empty() || !text.bytes().all(fits) {
            return None;
        }
        let mut bytes = [0; MAX_OTHER];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(OtherWord { bytes, length: text.len() as u8 })
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.length)]).expect("a word is ASCII")
    }
}

impl std::fmt::Debug for OtherWord {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self.as_str(), out)
    }
}

/// A word that is not in the list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("one of these is expected: {0}")]
pub struct UnknownWord(String);

impl UnknownWord {
    /// The error that lists the words there are.
    pub fn among<'a>(words: impl Iterator<Item = &'a str>) -> UnknownWord {
        UnknownWord(words.collect::<Vec<_>>().join(", "))
    }
}
