//! Flags that several commands share, and what files they name.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::escrow::GenerationName;
use crate::hands::sandbox::FileAccess;
use crate::record::deviation::Deviation;
use crate::record::request::Reason;
use crate::value::names::FieldName;
use crate::value::text::FreeText;
use crate::value::time::{Seconds, Time};

/// Flags of every command.
#[derive(Debug, Args)]
pub struct Global {
    /// Answer with JSON; errors too, each with a stable code
    #[arg(long, global = true, help_heading = "Options of every command")]
    pub(crate) json: bool,
    /// No colours, no full-screen views, nothing moves: for serial consoles and screen readers
    #[arg(long, global = true, help_heading = "Options of every command")]
    pub(crate) plain: bool,
    /// The escrow's directory; by default the current one
    #[arg(
        long,
        global = true,
        help_heading = "Options of every command",
        value_name = "DIR",
        env = "BREAKGLASS_ESCROW",
        default_value = ".",
        hide_default_value = true
    )]
    pub escrow: PathBuf,
    /// Use this log instead of the escrow's own: one made by --continue-in
    #[arg(long, global = true, help_heading = "Options of every command", value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Wait at most so long for a log or a book that another program writes to; by default until Ctrl-C, and for 60
    /// seconds without a terminal
    #[arg(long, global = true, help_heading = "Options of every command", value_name = "SECONDS")]
    pub wait: Option<u32>,
    /// Run without the kernel's sandbox; this is recorded
    #[arg(long, global = true, help_heading = "Options of every command")]
    pub no_sandbox: bool,
    /// Run without locked memory; this is recorded
    #[arg(long, global = true, help_heading = "Options of every command")]
    pub allow_unlocked_memory: bool,
}

impl Global {
    /// The escrow, to be read.
    pub(crate) fn reads_escrow(&self) -> FileAccess {
        let mut access = FileAccess::default();
        access.reads(&self.escrow);
        self.log.iter().for_each(|log| access.reads(log));
        access
    }

    /// The escrow, to be added to; its log may lie elsewhere.
    pub(crate) fn changes_escrow(&self) -> FileAccess {
        let mut access = FileAccess::default();
        access.changes_within(&self.escrow);
        self.log.iter().for_each(|log| access.changes_beside(log));
        access
    }
}

/// The person who acts.
#[derive(Debug, Args)]
pub(crate) struct As {
    /// The person's files, without their endings: PREFIX.card, PREFIX.key, PREFIX.book
    #[arg(long = "as", value_name = "PREFIX")]
    pub(crate) prefix: PathBuf,
    /// An identity file to use instead of PREFIX.key; repeatable
    #[arg(short, long = "identity", value_name = "FILE")]
    pub(crate) identities: Vec<PathBuf>,
    /// A book to use instead of PREFIX.book, if that one is damaged, full or out of reach
    #[arg(long = "book", value_name = "FILE")]
    pub(crate) book: Option<PathBuf>,
}

impl As {
    /// Lets a command reach the person's files. Card, key and book lie side by side, unless the book is continued
    /// elsewhere.
    pub(crate) fn allow(&self, access: &mut FileAccess) {
        allow_people(access, std::slice::from_ref(&self.prefix), &self.identities);
        self.book.iter().for_each(|book| access.changes_beside(book));
    }
}

/// The people who act, if several sign.
#[derive(Debug, Args)]
pub(crate) struct Signers {
    /// A person's files, without their endings: PREFIX.card, PREFIX.key; repeatable
    #[arg(long = "as", value_name = "PREFIX", required = true)]
    pub(crate) prefixes: Vec<PathBuf>,
    /// An identity file to use instead of PREFIX.key, for each person in turn; repeatable
    #[arg(short, long = "identity", value_name = "FILE")]
    pub(crate) identities: Vec<PathBuf>,
}

impl Signers {
    /// Lets a command reach everybody's files.
    pub(crate) fn allow(&self, access: &mut FileAccess) {
        allow_people(access, &self.prefixes, &self.identities);
    }
}

/// Lets a command reach the files of the people at `prefixes`, and `identities` that lie elsewhere.
pub(crate) fn allow_people(access: &mut FileAccess, prefixes: &[PathBuf], identities: &[PathBuf]) {
    for prefix in prefixes {
        access.changes_beside(prefix);
        // They may be links to files elsewhere.
        ["card", "key"].iter().for_each(|ending| access.reads(&with_ending(prefix, ending)));
    }
    identities.iter().for_each(|file| access.reads(file));
}

/// PREFIX with an ending: `alice/alice` and `card` give `alice/alice.card`.
pub(crate) fn with_ending(prefix: &Path, ending: &str) -> PathBuf {
    let mut path = prefix.as_os_str().to_owned();
    path.push(".");
    path.push(ending);
    PathBuf::from(path)
}

/// When it is done.
#[derive(Debug, Args)]
pub(crate) struct At {
    /// Use this time instead of the machine's clock, e.g. 2026-11-23T01:02:03Z
    #[arg(long, value_name = "TIME")]
    pub(crate) time: Option<Time>,
}

/// Flags of `open` and `drill`; whatever is not given is asked for.
#[derive(Debug, Args)]
pub(crate) struct Opening {
    /// Which kind of emergency it is
    #[arg(long)]
    pub(crate) reason: Option<Reason>,
    /// The ticket, e.g. INC-42
    #[arg(long)]
    pub(crate) ticket: Option<FreeText>,
    /// Why root is needed, in words
    #[arg(long)]
    pub(crate) justification: Option<FreeText>,
    /// What will be done with it; repeatable
    #[arg(long = "action", value_name = "TEXT")]
    pub(crate) actions: Vec<FreeText>,
    /// A field to be shown; repeatable. By default email, password and totp
    #[arg(long = "field", value_name = "NAME")]
    pub(crate) fields: Vec<FieldName>,
    /// How many TOTP codes may be shown
    #[arg(long, default_value_t = 3, value_name = "NUMBER")]
    pub(crate) totp_codes: u32,
    /// How long the request is valid, e.g. 30m or 4h
    #[arg(long, default_value = "4h", value_name = "LENGTH")]
    pub(crate) expires: Seconds,
    /// Ask for this generation instead of the current one
    #[arg(long, value_name = "NUMBER")]
    pub(crate) generation: Option<GenerationName>,
    /// The requester's files, without their endings: PREFIX.card, PREFIX.key, PREFIX.book
    #[arg(long = "as", value_name = "PREFIX")]
    pub(crate) prefix: Option<PathBuf>,
    /// The directory for request, session and approvals; by default named after vault and time
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
    /// Continue the log in this file if records cannot be added to it
    #[arg(long, value_name = "FILE")]
    pub(crate) continue_in: Option<PathBuf>,
    /// Accept this deviation without being asked; repeatable
    #[arg(long = "accept-deviation", value_name = "CODE")]
    pub(crate) accepted: Vec<Deviation>,
    /// The time
    #[command(flatten)]
    pub(crate) at: At,
}
