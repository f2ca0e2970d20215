//! `enroll`: a person's card, and their identity if they have none yet.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::ask::enroll::{self, Given};
use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::cards::{Entrant, make_card, write_person};
use crate::cli::files::keys::{NewKey, read_identities};
use crate::cli::files::output::must_not_exist;
use crate::cli::flags::{Global, with_ending};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::outcomes::enroll::{EnrollOutcome, EnrolledIdentity};
use crate::cli::say::{failures, usage};
use crate::cli::terminal::prompt::Terminal;
use crate::crypto::recipient::Recipient;
use crate::hands::files::Created;
use crate::hands::sandbox::FileAccess;
use crate::record::card::Role;
use crate::value::fingerprint::Words;
use crate::value::names::PersonId;
use crate::value::text::FreeText;

/// Make a person's identity and their public card; asks for whatever flags do not give
#[derive(Debug, Args)]
#[command(after_help = "Examples: breakglass enroll alice -o alice\n          breakglass enroll alice \
    --name \"Alice Ng\" --contact \"alice@example.com, +1 555 0100\" --role custodian -o alice")]
pub(crate) struct EnrollArgs {
    /// The person's id: a-z, 0-9 and -, at most 32 characters
    person: PersonId,
    /// Their name; asked for if it is missing
    #[arg(long)]
    name: Option<FreeText>,
    /// How to reach them at three in the morning; asked for if it is missing
    #[arg(long)]
    contact: Option<FreeText>,
    /// What they do in this escrow; repeatable, and asked for if it is missing
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<RoleArg>,
    /// Their age recipient, to which everything for them is sealed; repeatable
    #[arg(long = "recipient", value_name = "age1…", conflicts_with = "identity")]
    recipients: Vec<String>,
    /// Their identity file, whose recipient is used; by default DIR/PERSON.key, which is made if it does not exist
    #[arg(short, long, value_name = "FILE")]
    identity: Option<PathBuf>,
    /// Do not lock the new identity with a passphrase
    #[arg(long, conflicts_with_all = ["identity", "recipients"])]
    no_passphrase: bool,
    /// The directory for the card, PERSON.card, and for a new identity, PERSON.key
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
}

impl Verb for EnrollArgs {
    const HANDLES_SECRETS: bool = true;
    const RECORDS_MACHINE: bool = false;

    fn files(&self, _: &Global) -> FileAccess {
        let mut access = FileAccess::default();
        access.changes_within(&self.output);
        self.identity.iter().for_each(|file| access.reads(file));
        access
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        let prefix = self.output.join(self.person.as_str());
        let path = with_ending(&prefix, "card");
        must_not_exist(&path)?;
        let entrant = self.entrant(context)?;
        let key_path = self.identity.clone().unwrap_or_else(|| with_ending(&prefix, "key"));
        let is_there = || key_path.symlink_metadata().is_ok();
        let is_given = !self.recipients.is_empty();
        let mut new = None;
        let recipients = if is_given {
            self.recipients.iter().map(|text| read_recipient(text)).collect::<Result<Vec<_>, _>>()?
        } else if self.identity.is_some() || is_there() {
            let identities = read_identities(&key_path)?;
            identities.iter().map(|one| one.to_recipient()).collect()
        } else {
            let key = match self.no_passphrase {
                true => NewKey::unlocked(),
                false => NewKey::locked(&mut Terminal::open("a passphrase")?, &entrant.about())?,
            };
            vec![new.insert(key).identity.to_recipient()]
        };
        let card = make_card(entrant, &recipients)?;
        let words = Words::of_card(&card.digest()).map_err(|error| failures::no_scratch(&error))?;
        let mut created = Created::default();
        write_person(&prefix, &card, new.as_ref(), &mut created)?;
        created.keep();
        let identity = (!is_given).then(|| EnrolledIdentity { path: key_path, is_made: new.is_some() });
        let outcome = EnrollOutcome {
            card: path,
            person: self.person,
            digest: card.digest(),
            words: words.to_string(),
            identity,
        };
        Ok(Answer::of(Exit::Done, &outcome))
    }
}

impl EnrollArgs {
    /// What the flags say about the person.
    fn given(&self) -> Given {
        let roles: Vec<Role> = self.roles.iter().map(|role| Role::from(*role)).collect();
        Given {
            name: self.name.clone(),
            contact: self.contact.clone(),
            roles: (!roles.is_empty()).then_some(roles),
        }
    }

    /// What the flags say; the rest is asked for if there is a terminal.
    fn entrant(&self, context: &Context<'_>) -> Result<Entrant, Failure> {
        let given = self.given();
        let missing = given.missing();
        if missing.is_empty() {
            return given.entrant(self.person.clone());
        }
        let terminal = if context.scripted { None } else { Terminal::open("").ok() };
        match terminal {
            Some(terminal) => {
                enroll::ask(&self.person, &self.output, given, &mut terminal.plain(context.plain))
            }
            None => Err(usage::missing(&missing)),
        }
    }
}

/// Reads a recipient from a flag. A text that is not a recipient may be a secret key, so it is never repeated.
fn read_recipient(text: &str) -> Result<Recipient, Failure> {
    text.parse().map_err(|error| {
        Failure::new(Exit::BadInput, error)
            .at("--recipient")
            .next("give the recipient age1… that `breakglass keygen` printed, or the identity file with -i")
    })
}

/// A role, as a flag takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum RoleArg {
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
