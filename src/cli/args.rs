//! The command line: clap types and nothing else. Flags and files are fixed, since runbooks hold them.

mod emergency;
mod logs;
mod shell;

pub use emergency::{Action, Approve, Close, Collect, Deny, Drill, Open, Opening, Release, Request};
pub use logs::{Adopt, Compare, Copy, Demo, Doctor, Head, Log, Retire, Status, Verify};
pub use shell::{Completions, Man, Shell};

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::record::card::Role;
use crate::record::deviation::Deviation;
use crate::record::seal::AccountId;
use crate::value::names::{FieldName, PersonId, VaultName};
use crate::value::text::FreeText;
use crate::value::time::Time;

/// Splits root credentials into shares for named custodians, and logs every reconstruction before it shows
/// anything.
#[derive(Debug, Parser)]
#[command(name = "breakglass", version, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    /// Answer with JSON; errors too, each with a stable code
    #[arg(long, global = true, help_heading = "Options of every command")]
    pub json: bool,
    /// No colours, no other screen, nothing moves: for serial consoles and screen readers
    #[arg(long, global = true, help_heading = "Options of every command")]
    pub plain: bool,
    /// The escrow's directory; else the current one
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
    /// Do without the kernel's sandbox: this is recorded
    #[arg(long, global = true, help_heading = "Options of every command")]
    pub no_sandbox: bool,
    /// Do without locked memory: this is recorded
    #[arg(long, global = true, help_heading = "Options of every command")]
    pub allow_unlocked_memory: bool,
    /// The command
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make an age identity file
    #[command(after_help = "Example: breakglass keygen -o alice/alice.key")]
    Keygen(Keygen),
    /// Make a person's identity and card, which is public; what is missing is asked for
    #[command(after_help = "Examples: breakglass enroll alice -o alice\n          breakglass enroll alice \
        --name \"Alice Ng\" --contact \"alice@example.com, +1 555 0100\" --role custodian -o alice")]
    Enroll(Enroll),
    /// Begin an escrow: in one guided sitting, or from everybody's cards
    #[command(
        after_help = "Examples: breakglass init\n          breakglass init escrow --name \"Example Corp\" --card admin/admin.card \
        --card alice/alice.card --card bob/bob.card --card carol/carol.card --as admin/admin"
    )]
    Init(Init),
    /// Seal credentials: split among custodians, proven, and logged; what is missing is asked for
    #[command(
        after_help = "Examples: breakglass seal\n          breakglass seal prod --threshold 2 --custodian alice --custodian bob \
        --custodian carol --as admin/admin\n          breakglass seal --from accounts.csv --threshold 2 \
        --custodian alice --custodian bob --custodian carol --as admin/admin"
    )]
    Seal(Seal),
    /// Open one's own shares, alone, and state that they are sound
    #[command(after_help = "Example: breakglass check --all --as alice/alice")]
    Check(Check),
    /// Open a vault in an emergency, guided from the first question to the last
    #[command(after_help = "Example: breakglass open prod")]
    Open(Open),
    /// Practise an emergency on the canary of a vault's custodians
    #[command(after_help = "Example: breakglass drill prod")]
    Drill(Drill),
    /// Ask for a vault to be opened; writes the request file that approvers need
    #[command(after_help = "Example: breakglass request prod --reason iam-failure --ticket INC-42 \
        --justification \"SSO is down and nobody can assume a role\" --as carol/carol -o req.bgr")]
    Request(Request),
    /// Approve a request: hand one's share over to it
    #[command(after_help = "Example: breakglass approve req.bgr --as alice/alice -o alice.bga")]
    Approve(Approve),
    /// Say no to a request: this is recorded, but is no veto
    #[command(
        after_help = "Example: breakglass deny req.bgr --as alice/alice --because \"no such incident\" -o alice.bgd"
    )]
    Deny(Deny),
    /// Combine approvals: log the release, then show what was asked for
    #[command(after_help = "Example: breakglass release req.bgr alice.bga bob.bga --as carol/carol")]
    Release(Release),
    /// Log one thing that was done with the root account
    #[command(
        after_help = "Example: breakglass action \"changed the billing contact\" --request 1f0c9a77 --as carol/carol"
    )]
    Action(Action),
    /// Close an emergency, obligation by obligation
    #[command(after_help = "Example: breakglass close --request 1f0c9a77 --as alice/alice")]
    Close(Close),
    /// Append statements that were made elsewhere
    #[command(after_help = "Example: breakglass collect alice-check.bgs --as carol/carol")]
    Collect(Collect),
    /// Find the first entry at which two copies of an escrow part
    #[command(after_help = "Example: breakglass compare safe-a/escrow safe-b/escrow")]
    Compare(Compare),
    /// Make a verified replica of the escrow, or bring one up to date
    #[command(after_help = "Example: breakglass copy /media/usb2/escrow")]
    Copy(Copy),
    /// Bring in another copy's entries, where two went on each on its own; two people sign
    #[command(after_help = "Example: breakglass adopt safe-b/escrow --as alice/alice --as bob/bob")]
    Adopt(Adopt),
    /// Record that somebody takes part no longer; an administrator or a threshold of custodians signs
    #[command(after_help = "Example: breakglass retire bob --because \"left the company\" --as admin/admin")]
    Retire(Retire),
    /// Show where the escrow stands and what is to be done next; needs no secret
    #[command(after_help = "Example: breakglass status")]
    Status(Status),
    /// Show the log as a timeline
    #[command(after_help = "Example: breakglass log --kind release")]
    Log(Log),
    /// Give the log's head, to take home
    #[command(after_help = "Example: breakglass head -o head-2026-11.json")]
    Head(Head),
    /// Verify the log from its genesis on; needs no secret
    #[command(
        after_help = "Example: breakglass verify --anchor \"abandon ability …\" --head head-2026-11.json --book alice/alice.book"
    )]
    Verify(Verify),
    /// See whether this machine is fit to seal and to open on, line by line
    #[command(after_help = "Example: breakglass doctor")]
    Doctor(Doctor),
    /// Walk through the whole story with made-up people, in a temporary directory
    #[command(after_help = "Example: breakglass demo")]
    Demo(Demo),
    /// Print a script that completes commands, flags and words in a shell
    #[command(after_help = "Example: breakglass completions bash")]
    Completions(Completions),
    /// Write the manual: one page for the program, and one for each command
    #[command(after_help = "Example: breakglass man man1")]
    Man(Man),
}

impl Command {
    /// Whether a record of the command, or its answer, says what the machine is like.
    pub fn records_machine(&self) -> bool {
        matches!(
            self,
            Command::Init(_)
                | Command::Seal(_)
                | Command::Open(_)
                | Command::Drill(_)
                | Command::Request(_)
                | Command::Release(_)
                | Command::Doctor(_)
        )
    }

    /// Whether a secret may come into the program's hands. The auditors' commands never see one.
    pub fn handles_secrets(&self) -> bool {
        match self {
            Command::Keygen(_)
            | Command::Enroll(_)
            | Command::Init(_)
            | Command::Seal(_)
            | Command::Check(_)
            | Command::Open(_)
            | Command::Drill(_)
            | Command::Request(_)
            | Command::Approve(_)
            | Command::Deny(_)
            | Command::Release(_)
            | Command::Action(_)
            | Command::Close(_)
            | Command::Collect(_)
            | Command::Adopt(_)
            | Command::Retire(_)
            | Command::Doctor(_)
            | Command::Demo(_) => true,
            Command::Compare(_)
            | Command::Copy(_)
            | Command::Status(_)
            | Command::Log(_)
            | Command::Head(_)
            | Command::Verify(_)
            | Command::Completions(_)
            | Command::Man(_) => false,
        }
    }
}

/// `keygen`.
#[derive(Debug, Args)]
pub struct Keygen {
    /// Where to write the identity file
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Do not lock the file with a passphrase
    #[arg(long)]
    pub no_passphrase: bool,
}

/// A role, as a flag takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum RoleArg {
    /// Seals vaults
    Administrator,
    /// Holds only public material
    Auditor,
    /// Holds shares, and approves
    Custodian,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Role {
        match role {
            RoleArg::Administrator => Role::Administrator,
            RoleArg::Auditor => Role::Auditor,
            RoleArg::Custodian => Role::Custodian,
        }
    }
}

/// `enroll`.
#[derive(Debug, Args)]
pub struct Enroll {
    /// The person's id: a-z, 0-9 and -, at most 32 characters
    pub person: PersonId,
    /// Their name; asked for where it is missing
    #[arg(long)]
    pub name: Option<FreeText>,
    /// How to reach them at three in the morning; asked for where it is missing
    #[arg(long)]
    pub contact: Option<FreeText>,
    /// What they may be asked to do; repeatable, and asked for where it is missing
    #[arg(long = "role", value_name = "ROLE")]
    pub roles: Vec<RoleArg>,
    /// Their age recipient, to which everything for them is sealed; repeatable
    #[arg(long = "recipient", value_name = "age1…", conflicts_with = "identity")]
    pub recipients: Vec<String>,
    /// Their identity file, whose recipient is taken; else DIR/PERSON.key, which is made where there is none
    #[arg(short, long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// Do not lock the identity that is made with a passphrase
    #[arg(long, conflicts_with_all = ["identity", "recipients"])]
    pub no_passphrase: bool,
    /// The directory for the card, PERSON.card, and for an identity that is made, PERSON.key
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
}

/// Who does it.
#[derive(Debug, Args)]
pub struct As {
    /// The person's files, without their endings: PREFIX.card, PREFIX.key, PREFIX.book
    #[arg(long = "as", value_name = "PREFIX")]
    pub prefix: PathBuf,
    /// Another identity file than PREFIX.key; repeatable
    #[arg(short, long = "identity", value_name = "FILE")]
    pub identities: Vec<PathBuf>,
    /// Another book than PREFIX.book: where that one is damaged, full or out of reach
    #[arg(long = "book", value_name = "FILE")]
    pub book: Option<PathBuf>,
}

/// Who does it, where several people sign.
#[derive(Debug, Args)]
pub struct Sitting {
    /// A person's files, without their endings: PREFIX.card, PREFIX.key; repeatable
    #[arg(long = "as", value_name = "PREFIX", required = true)]
    pub prefixes: Vec<PathBuf>,
    /// Another identity file than PREFIX.key, for each person in turn; repeatable
    #[arg(short, long = "identity", value_name = "FILE")]
    pub identities: Vec<PathBuf>,
}

/// When it is done.
#[derive(Debug, Args)]
pub struct At {
    /// Take this as the time, as 2026-11-23T01:02:03Z: for a machine whose clock is wrong
    #[arg(long, value_name = "TIME")]
    pub time: Option<Time>,
}

/// `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// The escrow's directory, which must not exist; asked for where no card is given
    pub directory: Option<PathBuf>,
    /// The escrow's name; asked for where no card is given
    #[arg(long)]
    pub name: Option<FreeText>,
    /// A person's card; repeatable. Where none is given people are asked for, one after another
    #[arg(long = "card", value_name = "FILE")]
    pub cards: Vec<PathBuf>,
    /// The files of the administrator who signs, without their endings: PREFIX.card, PREFIX.key
    #[arg(long = "as", value_name = "PREFIX", requires = "cards")]
    pub prefix: Option<PathBuf>,
    /// Another identity file than PREFIX.key; repeatable
    #[arg(short, long = "identity", value_name = "FILE", requires = "cards")]
    pub identities: Vec<PathBuf>,
    /// The policy, in TOML
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// The cards' words were compared with their owners already
    #[arg(long, requires = "cards")]
    pub cards_compared: bool,
}

/// `seal`.
#[derive(Debug, Clone, Args)]
pub struct Seal {
    /// The vault's name; the CSV has it with --from, and else it is asked for where it is missing
    #[arg(conflicts_with = "from")]
    pub vault: Option<VaultName>,
    /// Read vaults from a CSV file, or from standard input for `-`
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// How many custodians can open it together; asked for where it is missing
    #[arg(long, value_name = "NUMBER")]
    pub threshold: Option<u8>,
    /// Who holds a share; repeatable, and asked for where it is missing
    #[arg(long = "custodian", value_name = "PERSON")]
    pub custodians: Vec<PersonId>,
    /// The files of the administrator who seals, without their endings, or of a threshold of custodians in their
    /// place; repeatable, and asked for where it is missing
    #[arg(long = "as", value_name = "PREFIX")]
    pub prefixes: Vec<PathBuf>,
    /// Another identity file than PREFIX.key, for each person in turn; repeatable
    #[arg(short, long = "identity", value_name = "FILE")]
    pub identities: Vec<PathBuf>,
    /// The account's id; asked for where it is missing
    #[arg(long, value_name = "ID")]
    pub account_id: Option<AccountId>,
    /// The root user's e-mail address; asked for where it is missing
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// One more field to ask for; repeatable
    #[arg(long = "field", value_name = "NAME")]
    pub fields: Vec<FieldName>,
    /// The provider's partition: aws, aws-cn, aws-us-gov
    #[arg(long, default_value = "aws")]
    pub partition: VaultName,
    /// Make the password here
    #[arg(long)]
    pub generate_password: bool,
    /// Open the sealed shares again with this custodian's identity, where it is at hand; repeatable
    #[arg(long = "reopen-with", value_name = "FILE")]
    pub reopen_with: Vec<PathBuf>,
    /// Say yes beforehand to something out of order; repeatable
    #[arg(long = "accept-deviation", value_name = "CODE")]
    pub accepted: Vec<SealDeviation>,
}

impl Seal {
    /// Nothing but questions, for an account of AWS.
    pub fn asked() -> Seal {
        Seal {
            vault: None,
            from: None,
            threshold: None,
            custodians: Vec::new(),
            prefixes: Vec::new(),
            identities: Vec::new(),
            account_id: None,
            email: None,
            fields: Vec::new(),
            partition: "aws".parse().expect("a partition"),
            generate_password: false,
            reopen_with: Vec::new(),
            accepted: Vec::new(),
        }
    }
}

/// What can be out of order about a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SealDeviation {
    /// The password is easy to guess
    WeakPassword,
    /// Another vault of this batch has the same password
    ReusedPassword,
    /// No code of the TOTP seed was compared
    TotpUnproven,
    /// The memory for secrets cannot be locked
    UnlockedMemory,
    /// The kernel does not shut the program off from the network
    NoSandbox,
    /// The machine has swap on
    SwapOn,
    /// A network interface is up, and the policy wants none
    InterfaceUp,
}

impl SealDeviation {
    /// What is out of order about the machine; none for what cannot be so when a vault is sealed.
    pub fn of_machine(deviation: Deviation) -> Option<SealDeviation> {
        match deviation {
            Deviation::UnlockedMemory => Some(SealDeviation::UnlockedMemory),
            Deviation::NoSandbox => Some(SealDeviation::NoSandbox),
            Deviation::SwapOn => Some(SealDeviation::SwapOn),
            Deviation::InterfaceUp => Some(SealDeviation::InterfaceUp),
            _ => None,
        }
    }
}

/// `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// The vaults; all of one's own where none is named
    pub vaults: Vec<VaultName>,
    /// All of one's own
    #[arg(long, conflicts_with = "vaults")]
    pub all: bool,
    /// The custodian
    #[command(flatten)]
    pub signer: As,
    /// Write the statement to a file instead of the log
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}
