//! Two words of eight, read out by a person who has them on paper.

use rand::RngExt as _;

use crate::cli::context::Context;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::terminal::prompt::Terminal;
use crate::record::card::VerifiedCard;
use crate::value::fingerprint::{COUNT, Words};

/// Asks for two words of each card, which its owner reads out. Nothing else shows that a card is theirs.
pub(crate) fn compare_words(cards: &[VerifiedCard]) -> Result<(), Failure> {
    let mut terminal = Terminal::open("two words of each card")?;
    terminal
        .say("Call each person and have them read out words of their card. Do not read words to them.")?;
    cards.iter().try_for_each(|card| compare_words_of(card, &mut terminal))
}

/// Asks for two words of a card.
pub(crate) fn compare_words_of(card: &VerifiedCard, terminal: &mut Terminal) -> Result<(), Failure> {
    let words = Words::of(&card.digest());
    let (person, contact) = (&card.card().person, &card.card().contact);
    ask_two_words(terminal, &words, &format!("of `{person}` ({contact})"))
}

/// Asks for two of eight words, at places chosen just now, which nobody can have prepared for.
pub(crate) fn ask_two_words(terminal: &mut Terminal, words: &Words, whose: &str) -> Result<(), Failure> {
    let mut rng = Context::rng();
    let first = rng.random_range(1..=COUNT);
    let second = (first + rng.random_range(0..COUNT - 1)) % COUNT + 1;
    for position in [first.min(second), first.max(second)] {
        let question = format!("Word {position} {whose}:");
        let is_right = |answer: String| answer.to_lowercase() == words.word(position);
        // One slip of the tongue or of the fingers is allowed.
        let right = is_right(terminal.ask(&question)?) || {
            terminal.say("  that is not the word; please try again")?;
            is_right(terminal.ask(&question)?)
        };
        if !right {
            return Err(Failure::new(Exit::NotAuthorised, format!("that is not word {position} {whose}"))
                .next("stop here: either the word was misheard, or somebody replaced the file on its way to you"));
        }
    }
    Ok(())
}
