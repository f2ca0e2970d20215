//! `init`: an escrow is created, from cards or in one guided sitting.

use std::path::PathBuf;

use clap::Args;

use crate::ceremony::init::Beginning;
use crate::cli::ask::init::dialog::{self, InitDraft};
use crate::cli::ask::words::compare_words;
use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::cards::read_card;
use crate::cli::files::genesis::{begin, read_policy};
use crate::cli::files::media;
use crate::cli::files::output::must_not_exist;
use crate::cli::files::people::LocalPerson;
use crate::cli::flags::{As, Global, allow_people};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::outcomes::init::InitOutcome;
use crate::cli::say::usage;
use crate::cli::terminal::prompt::Terminal;
use crate::hands::files::Created;
use crate::hands::sandbox::FileAccess;
use crate::record::policy::Policy;
use crate::value::text::FreeText;

/// Create an escrow: in one guided sitting, or from everybody's cards
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: breakglass init\n          breakglass init escrow --name \"Example Corp\" --card admin/admin.card \
    --card alice/alice.card --card bob/bob.card --card carol/carol.card --as admin/admin"
)]
pub(crate) struct InitArgs {
    /// The escrow's directory, which must not exist yet; asked for if no card is given
    directory: Option<PathBuf>,
    /// The escrow's name; asked for if no card is given
    #[arg(long)]
    name: Option<FreeText>,
    /// A person's card; repeatable. If none is given, people are asked for one after another
    #[arg(long = "card", value_name = "FILE")]
    cards: Vec<PathBuf>,
    /// The files of the administrator who signs, without their endings: PREFIX.card, PREFIX.key
    #[arg(long = "as", value_name = "PREFIX", requires = "cards")]
    prefix: Option<PathBuf>,
    /// An identity file to use instead of PREFIX.key; repeatable
    #[arg(short, long = "identity", value_name = "FILE", requires = "cards")]
    identities: Vec<PathBuf>,
    /// The policy, in TOML
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Do not ask for words of the cards: all eight of each have been compared with its owner
    #[arg(long, requires = "cards")]
    cards_compared: bool,
}

impl Verb for InitArgs {
    const HANDLES_SECRETS: bool = true;
    const RECORDS_MACHINE: bool = true;
    // The genesis record says nothing of the machine, but the seals of a guided sitting do.
    const WARNS_OF_MACHINE: bool = true;

    fn files(&self, _: &Global) -> FileAccess {
        // A person is asked for paths.
        if self.cards.is_empty() {
            return FileAccess::everything();
        }
        let mut access = FileAccess::default();
        self.directory.iter().for_each(|directory| access.changes_within(directory));
        self.cards.iter().chain(&self.policy).for_each(|file| access.reads(file));
        allow_people(&mut access, self.prefix.as_slice(), &self.identities);
        access
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        let terminal =
            if context.scripted || !self.cards.is_empty() { None } else { Terminal::open("").ok() };
        if let Some(terminal) = terminal {
            let draft = InitDraft { directory: self.directory, name: self.name, policy: self.policy };
            return dialog::guided(draft, terminal.plain(context.plain), context);
        }
        let missing = self.missing();
        let (Some(directory), Some(name), Some(prefix)) = (self.directory, self.name, self.prefix) else {
            return Err(usage::missing(&missing));
        };
        if self.cards.is_empty() {
            return Err(usage::missing(&missing));
        }
        must_not_exist(&directory)?;
        let cards = self.cards.iter().map(|path| read_card(path)).collect::<Result<Vec<_>, _>>()?;
        let policy = self.policy.as_deref().map_or(Ok(Policy::default()), read_policy)?;
        if !self.cards_compared {
            compare_words(&cards)?;
        }
        let signer = As { prefix, identities: self.identities, book: None };
        let administrator = LocalPerson::unlock(&signer, |_| None)?;
        let beginning = Beginning { name, cards, policy };
        let mut created = Created::default();
        media::said(&directory, context)?;
        let id = begin(&directory, &beginning, &administrator.signer, &mut created)?;
        created.keep();
        Ok(Answer::of(Exit::Done, &InitOutcome::new(id, directory)))
    }
}

impl InitArgs {
    /// The flags that are missing, as the usage names them.
    fn missing(&self) -> Vec<&'static str> {
        let flags = [
            (self.directory.is_none(), "<DIRECTORY>"),
            (self.name.is_none(), "--name <NAME>"),
            (self.cards.is_empty(), "--card <FILE>"),
            (self.prefix.is_none(), "--as <PREFIX>"),
        ];
        flags.into_iter().filter(|(is_missing, _)| *is_missing).map(|(_, flag)| flag).collect()
    }
}
