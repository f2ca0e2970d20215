//! `init`: genesis.

use std::path::Path;

use rand::RngExt as _;
use serde_json::json;

use crate::card::VerifiedCard;
use crate::ceremony::init::{Beginning, genesis};
use crate::cli::args::Init;
use crate::cli::exit::{Exit, Failure};
use crate::cli::people::{Somebody, read_card};
use crate::cli::prompt::Terminal;
use crate::cli::{Answer, Context, failures};
use crate::hands::clock;
use crate::hands::files::{self, Created};
use crate::hands::store::{ChainFile, EscrowDir};
use crate::log::ledger::Ledger;
use crate::policy::{MAX_POLICY, Policy};
use crate::words::{COUNT, Words};

/// Begins an escrow in a directory that does not exist yet. When it fails, there is no directory.
pub fn init(args: Init) -> Result<Answer, Failure> {
    super::must_not_exist(&args.directory)?;
    let cards = args.cards.iter().map(|path| read_card(path)).collect::<Result<Vec<_>, _>>()?;
    let policy = args.policy.as_deref().map_or(Ok(Policy::default()), read_policy)?;
    if !args.cards_compared {
        compare_words(&cards)?;
    }
    let administrator = Somebody::unlock(&args.signer, || None)?;
    let beginning = Beginning { name: args.name, cards, policy };
    let genesis =
        genesis(&beginning, &administrator.signer, clock::now(), &mut Context::rng()).map_err(|error| {
            Failure::new(Exit::BadInput, error)
                .at("--card")
                .next("give one card for each person, that of the administrator who signs among them")
        })?;
    let directory = EscrowDir::at(&args.directory);
    let failed = |error: std::io::Error| failures::not_written(&args.directory, &error);
    let mut created = Created::default();
    files::create_parent(&args.directory).map_err(failed)?;
    files::create_dir(&args.directory).map_err(failed)?;
    created.add(args.directory.clone());
    let medium = ChainFile::create(&directory.log()).map_err(failed)?;
    let ledger =
        Ledger::begin(medium, &genesis).map_err(|error| failures::ledger(&directory.log(), &error))?;
    files::sync_parent(&args.directory).map_err(failed)?;
    created.keep();
    let escrow = ledger.escrow();
    let words = Words::of(&escrow.id);
    let text = format!(
        "escrow begun in {}\nfingerprint: {}\n      words: {words}\n\
         Write the words on paper, in two places: they are what every later check is anchored to.",
        args.directory.display(),
        escrow.id,
    );
    let json = json!({
        "escrow": escrow.id,
        "words": words.to_string(),
        "directory": args.directory.display().to_string(),
    });
    Ok(Answer::done(text, json))
}

fn read_policy(path: &Path) -> Result<Policy, Failure> {
    let bytes = files::read(path, MAX_POLICY as u64).map_err(|error| failures::not_read(path, &error))?;
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
    for card in cards {
        let words = Words::of(&card.digest());
        let person = &card.card().person;
        let contact = &card.card().contact;
        ask_two_words(&mut terminal, &words, &format!("of `{person}` ({contact})"))?;
    }
    Ok(())
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
