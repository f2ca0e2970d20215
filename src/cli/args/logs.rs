//! The flags of commands on logs and their copies.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::{At, Sitting};
use crate::value::names::PersonId;
use crate::value::text::FreeText;

/// `compare`.
#[derive(Debug, Args)]
pub struct Compare {
    /// One copy: an escrow's directory, or a log
    pub first: PathBuf,
    /// The other
    pub second: PathBuf,
}

/// `copy`.
#[derive(Debug, Args)]
pub struct Copy {
    /// Where the replica is, or is to be
    pub destination: PathBuf,
}

/// `adopt`.
#[derive(Debug, Args)]
pub struct Adopt {
    /// The other copy: an escrow's directory, or a log
    pub other: PathBuf,
    /// The two people who sign
    #[command(flatten)]
    pub signer: Sitting,
}

/// `retire`.
#[derive(Debug, Args)]
pub struct Retire {
    /// Who retires
    pub person: PersonId,
    /// Why, in words
    #[arg(long, value_name = "WHY")]
    pub because: FreeText,
    /// The administrator, or a threshold of custodians in their place
    #[command(flatten)]
    pub signer: Sitting,
}

/// `status`.
#[derive(Debug, Args)]
pub struct Status {
    /// The time
    #[command(flatten)]
    pub at: At,
}

/// What a line of the timeline can be of.
pub const KINDS: [&str; 15] = [
    "genesis",
    "seal",
    "request",
    "release",
    "end",
    "check",
    "approval",
    "denial",
    "action",
    "close",
    "statements",
    "recovered",
    "continue",
    "adopt",
    "retire",
];

/// `log`.
#[derive(Debug, Args)]
pub struct Log {
    /// Only what concerns this request: its id, or at least the first 8 digits of it
    #[arg(long, value_name = "ID")]
    pub request: Option<String>,
    /// Only records, or statements, of this kind
    #[arg(long, value_name = "KIND", value_parser = PossibleValuesParser::new(KINDS))]
    pub kind: Option<String>,
}

/// `head`.
#[derive(Debug, Args)]
pub struct Head {
    /// Write it to this file as well
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The fingerprint on paper: 64 digits or 8 words
    #[arg(long, value_name = "FINGERPRINT")]
    pub anchor: Option<String>,
    /// A head that was taken home; repeatable
    #[arg(long = "head", value_name = "FILE")]
    pub heads: Vec<PathBuf>,
    /// A person's book, named after them as in alice.book; repeatable
    #[arg(long = "book", value_name = "FILE")]
    pub books: Vec<PathBuf>,
    /// Leave out findings about records up to this head
    #[arg(long, value_name = "FILE")]
    pub since: Option<PathBuf>,
    /// Fail where neither --head nor --book is given
    #[arg(long)]
    pub require_head: bool,
    /// The time
    #[command(flatten)]
    pub at: At,
}

/// `doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// When
    #[command(flatten)]
    pub at: At,
}

/// `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Leave the directory, and say where it is
    #[arg(long)]
    pub keep: bool,
}
