//! Some words of eight, read out by a person who has them on paper.

use rand::RngExt as _;

use crate::cli::context::Context;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::terminal::prompt::Terminal;
use crate::record::card::VerifiedCard;
use crate::value::fingerprint::{COUNT, Words};

/// How many words of a card are asked for. More than of a session: who makes a false card has all the time in the world,
/// and a session's request has to be sent within hours.
const OF_A_CARD: usize = 4;

/// How often all eight words may be typed.
const TRIES: usize = 2;

/// Asks for words of each card, which its owner reads out. Nothing else shows that a card is theirs.
pub(crate) fn compare_words(cards: &[VerifiedCard]) -> Result<(), Failure> {
    let mut terminal = Terminal::open("four words of each card")?;
    terminal.say(
        "Call each person, at a number that you have from elsewhere, and have them read out words of their card.\n\
         Do not read words to them.",
    )?;
    cards.iter().try_for_each(|card| compare_words_of(card, &mut terminal))
}

/// Asks for words of a card. Nothing that the card says of how its owner is reached is shown: it may be forged, and then
/// it leads to the forger.
pub(crate) fn compare_words_of(card: &VerifiedCard, terminal: &mut Terminal) -> Result<(), Failure> {
    let words = Words::of_card(&card.digest()).map_err(|error| failures::no_scratch(&error))?;
    ask_words(terminal, &words, OF_A_CARD, &format!("of the card of `{}`", card.card().person))
}

/// Asks for some of eight words, at places chosen just now, which nobody can have prepared for. If one differs, all
/// eight are asked for: a file of which an attacker has ground some words never passes at a second attempt.
pub(crate) fn ask_words(
    terminal: &mut Terminal,
    words: &Words,
    count: usize,
    whose: &str,
) -> Result<(), Failure> {
    for position in places(count) {
        let question = format!("Word {position} {whose}:");
        let mut typed = terminal.ask(&question)?;
        // A misspelling says nothing of the file.
        while !Words::is_listed(&typed) {
            terminal.say("  that is not in the list of words; please type it again")?;
            typed = terminal.ask(&question)?;
        }
        if !typed.eq_ignore_ascii_case(words.word(position)) {
            terminal.say("  that is not the word; now all eight are needed")?;
            return ask_all(terminal, words, whose);
        }
    }
    Ok(())
}

/// Asks for all eight words, on one line. One slip of the tongue or of the fingers is allowed.
fn ask_all(terminal: &mut Terminal, words: &Words, whose: &str) -> Result<(), Failure> {
    let mut wrong = 0;
    while wrong < TRIES {
        match terminal.ask(&format!("All eight words {whose}, with spaces between them:"))?.parse::<Words>() {
            Ok(typed) if typed == *words => return Ok(()),
            Ok(_) => {
                wrong += 1;
                terminal.say("  these are not the words")?;
            }
            // As above.
            Err(error) => terminal.say(&format!("  {error}; please type all of them again"))?,
        }
    }
    Err(Failure::new(Exit::NotAuthorised, format!("these are not the words {whose}"))
        .next("stop here: either words were misheard, or somebody replaced the file on its way to you"))
}

/// So many different places of the eight, in their order.
fn places(count: usize) -> Vec<usize> {
    let mut rng = Context::rng();
    let mut left: Vec<usize> = (1..=COUNT).collect();
    while left.len() > count {
        left.remove(rng.random_range(0..left.len()));
    }
    left
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn places_are_different_in_order_and_all_of_them_come_up() {
        let mut drawn = BTreeSet::new();
        for _ in 0..2000 {
            let places = places(3);
            assert!(places.len() == 3 && places.is_sorted_by(|a, b| a < b), "{places:?}");
            assert!(places.iter().all(|place| (1..=COUNT).contains(place)), "{places:?}");
            drawn.insert(places);
        }
        // 56 ways to choose three of eight: that one of them is not drawn in 2,000 times has a chance of 10^-14.
        assert_eq!(drawn.len(), 56);
    }
}
