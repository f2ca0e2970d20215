//! Parsers for values on the command line that never repeat a value they refuse: what was pasted in the wrong place
//! may be a secret, or hold escape sequences that a terminal obeys.

use std::ffi::OsStr;
use std::fmt::Display;
use std::marker::PhantomData;
use std::str::FromStr;

use clap::builder::{PossibleValue, TypedValueParser, ValueParserFactory};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, Error};

use crate::cli::say::nearest;
use crate::record::closing::Obligation;
use crate::record::deviation::Deviation;
use crate::record::request::{Purpose, Reason};
use crate::record::seal::AccountId;
use crate::value::names::{FieldName, PersonId, VaultName};
use crate::value::text::FreeText;
use crate::value::time::{Seconds, Time};

/// Parses a `T`, and says what is wrong with a value without showing the value.
pub struct Plain<T>(PhantomData<fn() -> T>);

impl<T> Clone for Plain<T> {
    fn clone(&self) -> Plain<T> {
        Plain(PhantomData)
    }
}

impl<T> TypedValueParser for Plain<T>
where
    T: FromStr<Err: Display> + Clone + Send + Sync + 'static,
{
    type Value = T;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        let refused = |why: &dyn Display| {
            let place = arg.map_or(String::new(), |arg| format!(" for '{arg}'"));
            let text = format!("invalid value{place}: {why}\n");
            Error::raw(ErrorKind::ValueValidation, text).with_cmd(command)
        };
        let text = value.to_str().ok_or_else(|| refused(&"it is not UTF-8"))?;
        text.parse().map_err(|error| refused(&error))
    }
}

macro_rules! plain {
    ($($kind:ty)+) => {
        $(impl ValueParserFactory for $kind {
            type Parser = Plain<$kind>;

            fn value_parser() -> Plain<$kind> {
                Plain(PhantomData)
            }
        })+
    };
}

plain! {
    FreeText PersonId VaultName FieldName AccountId Seconds Time
}

/// One of a few words.
pub trait Word: Copy + Send + Sync + 'static {
    /// Every one, in the order of the specification.
    fn all() -> &'static [Self];

    /// The word that is typed for it.
    fn word(&self) -> &str;
}

/// Parses a [`Word`]: help and completion list the words, and an error names the one that was meant.
pub struct OneOf<T>(PhantomData<fn() -> T>);

impl<T> Clone for OneOf<T> {
    fn clone(&self) -> OneOf<T> {
        OneOf(PhantomData)
    }
}

impl<T: Word> TypedValueParser for OneOf<T> {
    type Value = T;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        if let Some(found) = T::all().iter().find(|one| value == one.word()) {
            return Ok(*found);
        }
        let words: Vec<&str> = T::all().iter().map(|one| one.word()).collect();
        let mut error = Error::new(ErrorKind::InvalidValue).with_cmd(command);
        if let Some(arg) = arg {
            error.insert(ContextKind::InvalidArg, ContextValue::String(arg.to_string()));
        }
        if let Some(meant) = nearest::meant(&value.to_string_lossy(), &words) {
            error.insert(ContextKind::SuggestedValue, ContextValue::String(meant.to_owned()));
        }
        let words = words.into_iter().map(str::to_owned).collect();
        error.insert(ContextKind::ValidValue, ContextValue::Strings(words));
        Err(error)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(T::all().iter().map(|one| PossibleValue::new(one.word()))))
    }
}

macro_rules! one_of {
    ($($kind:ty)+) => {
        $(impl Word for $kind {
            fn all() -> &'static [$kind] {
                &<$kind>::ALL
            }

            fn word(&self) -> &str {
                self.as_str()
            }
        }

        impl ValueParserFactory for $kind {
            type Parser = OneOf<$kind>;

            fn value_parser() -> OneOf<$kind> {
                OneOf(PhantomData)
            }
        })+
    };
}

one_of! {
    Purpose Reason Deviation Obligation
}
