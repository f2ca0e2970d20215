//! `init`: genesis, from cards or in one guided sitting.

mod asking;
mod members;
mod sitting;

use std::path::Path;

use rand::RngExt as _;
use serde_json::json;

use crate::ceremony::init::{Beginning, genesis};
use crate::cli::args::{As, Init};
use crate::cli::ask::prompt::Terminal;
use crate::cli::context::{Answer, Context};
use crate::cli::files::output::must_not_exist;
use crate::cli::files::people::{Somebody, read_card};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::usage;
use crate::crypto::digest::Digest;
use crate::hands::clock;
use crate::hands::files::{self, Created};
use crate::hands::store::{ChainFile, EscrowDir};
use crate::ledger::log::Ledger;
use crate::record::card::VerifiedCard;
use crate::record::policy::{MAX_POLICY, Policy};
use crate::secret::signer::Signer;
use crate::value::fingerprint::{COUNT, Words};

/// Begins an escrow in a directory that does not exist yet. When it fails, there is no directory.
pub fn init(args: Init, context: &mut Context<'_>) -> Result<Answer, Failure> {
    let terminal = if context.scripted || !args.cards.is_empty() { None } else { Terminal::open("").ok() };
    if let Some(terminal) = terminal {
        return asking::guided(args, terminal.plain(context.plain), context);
    }
    let missing = missing(&args);
    let (Some(directory), Some(name), Some(prefix)) = (args.directory, args.name, args.prefix) else {
        return Err(usage::missing(&missing));
    };
    if args.cards.is_empty() {
        return Err(usage::missing(&missing));
    }
    must_not_exist(&directory)?;
    let cards = args.cards.iter().map(|path| read_card(path)).collect::<Result<Vec<_>, _>>()?;
    let policy = args.policy.as_deref().map_or(Ok(Policy::default()), read_policy)?;
    if !args.cards_compared {
        compare_words(&cards)?;
    }
    let signer = As { prefix, identities: args.identities, book: None };
    let administrator = Somebody::unlock(&signer, || None)?;
    let beginning = Beginning { name, cards, policy };
    let mut created = Created::default();
    let id = begin(&directory, &beginning, &administrator.signer, &mut created)?;
    created.keep();
    let words = Words::of(&id);
    let text = format!(
        "escrow begun in {}\nfingerprint: {id}\n      words: {words}\n\
         Write the words on paper, in two places: they are what every later check is anchored to.",
        directory.display(),
    );
    let json = json!({
        "escrow": id,
        "words": words.to_string(),
        "directory": directory.display().to_string(),
    });
    Ok(Answer::done(text, json))
}

/// The flags that are missing, as the usage names them.
fn missing(args: &Init) -> Vec<&'static str> {
    let flags = [
        (args.directory.is_none(), "<DIRECTORY>"),
        (args.name.is_none(), "--name <NAME>"),
        (args.cards.is_empty(), "--card <FILE>"),
        (args.prefix.is_none(), "--as <PREFIX>"),
    ];
    flags.into_iter().filter(|(is_missing, _)| *is_missing).map(|(_, flag)| flag).collect()
}

/// Writes the genesis record; gives the escrow's id. What was written goes with `created`.
fn begin(
    directory: &Path,
    beginning: &Beginning,
    administrator: &Signer,
    created: &mut Created,
) -> Result<Digest, Failure> {
    must_not_exist(directory)?;
    let genesis = genesis(beginning, administrator, clock::now(), &mut Context::rng()).map_err(|error| {
        Failure::new(Exit::BadInput, error)
            .at("--card")
            .next("give one card for each person, that of the administrator who signs among them")
    })?;
    let escrow = EscrowDir::at(directory);
    let failed = |error: std::io::Error| failures::not_written(directory, &error);
    files::create_parent(directory, created).map_err(failed)?;
    files::create_dir(directory).map_err(failed)?;
    created.add(directory.to_owned());
    let medium = ChainFile::create(&escrow.log()).map_err(failed)?;
    let ledger = Ledger::begin(medium, &genesis).map_err(|error| failures::ledger(&escrow.log(), &error))?;
    files::sync_parent(directory).map_err(failed)?;
    Ok(ledger.escrow().id)
}

fn read_policy(path: &Path) -> Result<Policy, Failure> {
    let bytes =
        files::read_public(path, MAX_POLICY as u64).map_err(|error| failures::not_read(path, &error))?;
    Policy::from_toml(&bytes).map_err(|error| {
        Failure::new(Exit::BadInput, error)
            .at(path.display())
            .next("correct that line; without --policy the usual deadlines hold")
    })
}

/// Asks for two words of each card, which its owner reads out: a card is believed for no other reason.
fn compare_words(cards: &[VerifiedCard]) -> Result<(), Failure> {
    let mut terminal = Terminal::open("two words of each card")?;
    terminal
        .say("Call each person, and have them read out words of their card. Do not read words to them.")?;
    cards.iter().try_for_each(|card| compare_words_of(card, &mut terminal))
}

fn compare_words_of(card: &VerifiedCard, terminal: &mut Terminal) -> Result<(), Failure> {
    let words = Words::of(&card.digest());
    let (person, contact) = (&card.card().person, &card.card().contact);
    ask_two_words(terminal, &words, &format!("of `{person}` ({contact})"))
}

/// Asks for two of eight words, at places that nobody could know beforehand.
pub fn ask_two_words(terminal: &mut Terminal, words: &Words, whose: &str) -> Result<(), Failure> {
    let mut rng = Context::rng();
    let first = rng.random_range(1..=COUNT);
    let second = (first + rng.random_range(0..COUNT - 1)) % COUNT + 1;
    for position in [first.min(second), first.max(second)] {
        let question = format!("Word {position} {whose}:");
        let is_right = |answer: String| answer.to_lowercase() == words.word(position);
        // One slip of the tongue or of the fingers is allowed.
        let right = is_right(terminal.ask(&question)?) || {
            terminal.say("  that is not the word; once more")?;
            is_right(terminal.ask(&question)?)
        };
        if !right {
            return Err(Failure::new(Exit::NotAuthorised, format!("that is not word {position} {whose}"))
                .next("stop here: either it was misheard, or somebody replaced the file on its way"));
        }
    }
    Ok(())
}
