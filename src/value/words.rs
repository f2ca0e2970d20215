//! Closed lists of words: each value has one word, the same in records, flags and screens.

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
