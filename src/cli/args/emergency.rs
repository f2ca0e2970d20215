//! The flags of an emergency: asking, approving, releasing, and what comes after.

use std::path::PathBuf;

use clap::Args;

use super::{As, At};
use crate::record::closing::Obligation;
use crate::record::deviation::Deviation;
use crate::record::request::{Purpose, Reason};
use crate::value::names::{FieldName, VaultName};
use crate::value::text::FreeText;
use crate::value::time::Seconds;

/// `request`.
#[derive(Debug, Args)]
pub struct Request {
    /// The vault's name
    pub vault: VaultName,
    /// What it is for
    #[arg(long, default_value_t = Purpose::Emergency)]
    pub purpose: Purpose,
    /// Which emergency
    #[arg(long)]
    pub reason: Reason,
    /// The number of the ticket that this is for
    #[arg(long)]
    pub ticket: FreeText,
    /// Why root is needed, in words
    #[arg(long)]
    pub justification: FreeText,
    /// What is going to be done; repeatable
    #[arg(long = "action", value_name = "TEXT")]
    pub actions: Vec<FreeText>,
    /// A field to be shown; repeatable. Email, password and totp where none is named
    #[arg(long = "field", value_name = "NAME")]
    pub fields: Vec<FieldName>,
    /// How many TOTP codes may be shown
    #[arg(long, default_value_t = 3, value_name = "NUMBER")]
    pub totp_codes: u32,
    /// How long the request is good for, as 30m or 4h
    #[arg(long, default_value = "4h", value_name = "LENGTH")]
    pub expires: Seconds,
    /// Another generation than the current one
    #[arg(long, value_name = "NUMBER")]
    pub generation: Option<u32>,
    /// The requester
    #[command(flatten)]
    pub signer: As,
    /// Where to write the request file; the session goes beside it
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Write the new entries to this file, where the log cannot be added to
    #[arg(long, value_name = "FILE")]
    pub continue_in: Option<PathBuf>,
    /// Say yes beforehand to something out of order; repeatable
    #[arg(long = "accept-deviation", value_name = "CODE")]
    pub accepted: Vec<Deviation>,
    /// The time
    #[command(flatten)]
    pub at: At,
}

/// `approve`.
#[derive(Debug, Args)]
pub struct Approve {
    /// The request file
    pub request: PathBuf,
    /// The approver
    #[command(flatten)]
    pub signer: As,
    /// The session words, as the requester read them out; asked for where they are missing
    #[arg(long, value_name = "WORDS")]
    pub session_words: Option<String>,
    /// Where to write the approval
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Say yes beforehand to something out of order; repeatable
    #[arg(long = "accept-deviation", value_name = "CODE")]
    pub accepted: Vec<Deviation>,
    /// The time
    #[command(flatten)]
    pub at: At,
}

/// `deny`.
#[derive(Debug, Args)]
pub struct Deny {
    /// The request file
    pub request: PathBuf,
    /// The custodian
    #[command(flatten)]
    pub signer: As,
    /// Why not, in words
    #[arg(long, value_name = "WHY")]
    pub because: FreeText,
    /// Where to write the denial
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

/// `release`.
#[derive(Debug, Args)]
pub struct Release {
    /// The request file
    pub request: PathBuf,
    /// The approval files that were brought
    pub approvals: Vec<PathBuf>,
    /// The requester
    #[command(flatten)]
    pub signer: As,
    /// The session file, where it is not beside the request file
    #[arg(long, value_name = "FILE")]
    pub session: Option<PathBuf>,
    /// Write this field to standard output, which must not be a terminal; repeatable
    #[arg(long = "print", value_name = "FIELD", conflicts_with = "withdraw")]
    pub print: Vec<FieldName>,
    /// End the request without a release; the approvals that came are recorded
    #[arg(long)]
    pub withdraw: bool,
    /// Write the new entries to this file, where the log cannot be added to
    #[arg(long, value_name = "FILE")]
    pub continue_in: Option<PathBuf>,
    /// Say yes beforehand to something out of order; repeatable
    #[arg(long = "accept-deviation", value_name = "CODE")]
    pub accepted: Vec<Deviation>,
    /// The time
    #[command(flatten)]
    pub at: At,
}

/// `action`.
#[derive(Debug, Args)]
pub struct Action {
    /// What was done, in words
    pub done: FreeText,
    /// The request: its id, or at least the first 8 digits of it
    #[arg(long, value_name = "ID")]
    pub request: String,
    /// Who did it
    #[command(flatten)]
    pub signer: As,
    /// Write the statement to a file instead of the log
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `close`.
#[derive(Debug, Args)]
pub struct Close {
    /// The request: its id, or at least the first 8 digits of it
    #[arg(long, value_name = "ID")]
    pub request: String,
    /// Who closes; better not the requester
    #[command(flatten)]
    pub signer: As,
    /// An obligation that was met; repeatable
    #[arg(long = "done", value_name = "ITEM")]
    pub done: Vec<Obligation>,
    /// An obligation that does not apply, and why; repeatable
    #[arg(long = "not-applicable", value_name = "ITEM=WHY")]
    pub not_applicable: Vec<String>,
    /// What was learned, in words, or @FILE for a document whose digest is recorded
    #[arg(long, value_name = "TEXT|@FILE")]
    pub lessons: Option<String>,
    /// Write the statement to a file instead of the log
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `collect`.
#[derive(Debug, Args)]
pub struct Collect {
    /// Files that were written with -o: checks, actions, closings, denials, approvals
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Who collects
    #[command(flatten)]
    pub signer: As,
}

/// `open` and `drill`: whatever is not given is asked for.
#[derive(Debug, Args)]
pub struct Opening {
    /// Which emergency
    #[arg(long)]
    pub reason: Option<Reason>,
    /// The number of the ticket that this is for
    #[arg(long)]
    pub ticket: Option<FreeText>,
    /// Why root is needed, in words
    #[arg(long)]
    pub justification: Option<FreeText>,
    /// What is going to be done; repeatable
    #[arg(long = "action", value_name = "TEXT")]
    pub actions: Vec<FreeText>,
    /// A field to be shown; repeatable. Email, password and totp where none is named
    #[arg(long = "field", value_name = "NAME")]
    pub fields: Vec<FieldName>,
    /// How many TOTP codes may be shown
    #[arg(long, default_value_t = 3, value_name = "NUMBER")]
    pub totp_codes: u32,
    /// How long the request is good for, as 30m or 4h
    #[arg(long, default_value = "4h", value_name = "LENGTH")]
    pub expires: Seconds,
    /// Another generation than the current one
    #[arg(long, value_name = "NUMBER")]
    pub generation: Option<u32>,
    /// The requester's files, without their endings: PREFIX.card, PREFIX.key, PREFIX.book
    #[arg(long = "as", value_name = "PREFIX")]
    pub prefix: Option<PathBuf>,
    /// The directory for request, session and approvals; named after vault and time where none is given
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Write the new entries to this file, where the log cannot be added to
    #[arg(long, value_name = "FILE")]
    pub continue_in: Option<PathBuf>,
    /// Say yes beforehand to something out of order; repeatable
    #[arg(long = "accept-deviation", value_name = "CODE")]
    pub accepted: Vec<Deviation>,
    /// The time
    #[command(flatten)]
    pub at: At,
}

/// `open`.
#[derive(Debug, Args)]
pub struct Open {
    /// The vault's name
    pub vault: VaultName,
    /// What it is for
    #[arg(long, default_value_t = Purpose::Emergency)]
    pub purpose: Purpose,
    /// The rest
    #[command(flatten)]
    pub opening: Opening,
}

/// `drill`.
#[derive(Debug, Args)]
pub struct Drill {
    /// The name of the vault whose custodians practise, on their canary
    pub vault: VaultName,
    /// The rest
    #[command(flatten)]
    pub opening: Opening,
}
