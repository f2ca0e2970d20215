//! Values on the command line that are parsed, and never repeated when they are refused: what was pasted in
//! the wrong place may be a secret, or hold escape sequences that a terminal obeys.

use std::ffi::OsStr;
use std::fmt::Display;
use std::marker::PhantomData;
use std::str::FromStr;

use clap::builder::{TypedValueParser, ValueParserFactory};
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

use crate::names::{FieldName, PersonId, VaultName};
use crate::request::{Deviation, Purpose, Reason};
use crate::statement::Obligation;
use crate::text::FreeText;
use crate::time::{Seconds, Time};
use crate::vault::AccountId;

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
    FreeText PersonId VaultName FieldName AccountId Purpose Reason Deviation Obligation Seconds Time
}
