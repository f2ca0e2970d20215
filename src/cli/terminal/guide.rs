//! Guided questions: one at a time, each with what it is for, its default, and a way back.

use std::fmt::Display;

use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::painted::{Painted, Tone};
use crate::cli::terminal::prompt::Terminal;
use crate::value::text::wrapped;

/// How wide explanations are.
const COLUMNS: usize = 76;

/// What is typed to go back to the question before.
pub(crate) const BACK: &str = "<";

/// A question, as it is put.
#[derive(Debug, Clone, Default)]
pub(crate) struct Prompt<'a> {
    /// What is asked for, in a word or two.
    pub(crate) name: &'a str,
    /// What it is for.
    pub(crate) about: &'a str,
    /// What can be chosen, a line each; shown as they are.
    pub(crate) choices: Vec<String>,
    /// What Enter alone stands for.
    pub(crate) default: Option<&'a str>,
}

/// What was answered.
pub(crate) enum Reply<T> {
    /// This.
    Given(T),
    /// To go back to the question before.
    Back,
}

/// Where to go from a question.
pub(crate) enum Turn {
    /// To the next one.
    Next,
    /// To the one before.
    Back,
    /// On in the same direction: there was nothing to ask.
    Skip,
}

/// One step of a dialogue, which puts its answer into an `A`.
pub(crate) type DialogStep<'s, A> = &'s dyn Fn(&mut Terminal, &mut A) -> Result<Turn, Failure>;

/// Says how to answer. Said once, before the first question.
pub(crate) fn explain(terminal: &mut Terminal) -> Result<(), Failure> {
    terminal.say(&format!(
        "Press Enter to accept the value in [ ], type {BACK} to go back, Ctrl-C to stop.\n\
         Nothing is written until you have seen everything and typed yes."
    ))
}

/// Asks until the answer can be read, or the person wants to go back.
pub(crate) fn ask<T, E: Display>(
    terminal: &mut Terminal,
    prompt: &Prompt<'_>,
    read: impl Fn(&str) -> Result<T, E>,
) -> Result<Reply<T>, Failure> {
    let mut lines = vec![Painted::new(), Painted::of(Tone::Strong, prompt.name)];
    let about = wrapped(prompt.about, COLUMNS).into_iter();
    lines.extend(about.map(|line| Painted::of(Tone::Quiet, format!("  {line}"))));
    lines.extend(prompt.choices.iter().map(|choice| format!("    {choice}").into()));
    terminal.show(&Painted::lines(lines))?;
    let line = prompt.default.map_or("  >".to_owned(), |default| format!("  [{default}] >"));
    loop {
        let typed = terminal.ask(&line)?;
        let answer = match (typed.as_str(), prompt.default) {
            (BACK, _) => return Ok(Reply::Back),
            ("", Some(default)) => default,
            ("", None) => {
                terminal.say("  It cannot be left empty.")?;
                continue;
            }
            (typed, _) => typed,
        };
        match read(answer) {
            Ok(answer) => return Ok(Reply::Given(answer)),
            Err(error) => terminal.say(&format!("  {error}"))?,
        }
    }
}

/// Asks, and puts the answer into its place.
pub(crate) fn fill<T, E: Display>(
    terminal: &mut Terminal,
    place: &mut Option<T>,
    prompt: &Prompt<'_>,
    read: impl Fn(&str) -> Result<T, E>,
) -> Result<Turn, Failure> {
    match ask(terminal, prompt, read)? {
        Reply::Given(answer) => {
            *place = Some(answer);
            Ok(Turn::Next)
        }
        Reply::Back => Ok(Turn::Back),
    }
}

/// Asks for a typed yes to what was shown, or to go back.
pub(crate) fn yes_or_back(terminal: &mut Terminal, prompt: &str) -> Result<Turn, Failure> {
    loop {
        match terminal.ask(&format!("{prompt} Type yes, or {BACK} to go back:"))?.as_str() {
            "yes" => return Ok(Turn::Next),
            BACK => return Ok(Turn::Back),
            _ => terminal.say(&format!("  Type yes, or {BACK}. Ctrl-C stops, and nothing is written."))?,
        }
    }
}

/// Says what went wrong, before it is tried again.
///
/// # Errors
/// The failure itself, if the person stopped.
pub(crate) fn again(terminal: &mut Terminal, failure: Failure) -> Result<(), Failure> {
    match failure.exit {
        Exit::Interrupted => Err(failure),
        Exit::Locked => {
            terminal.say(&failure.to_string())?;
            // Without this pause, people who type their passphrase again without looking up would type it visibly, into
            // the next question.
            terminal.pause("Careful: what you type next will be visible. Press Enter to continue:")
        }
        _ => terminal.say(&failure.to_string()),
    }
}

/// Walks through the steps, forwards and backwards, to the end.
pub(crate) fn walk<A>(
    terminal: &mut Terminal,
    answers: &mut A,
    steps: &[DialogStep<'_, A>],
) -> Result<(), Failure> {
    while !walk_within(terminal, answers, steps)? {
        terminal.say("  This is the first question. Ctrl-C stops.")?;
    }
    Ok(())
}

/// The same within another dialogue; `false` if the person went back from the first question.
pub(crate) fn walk_within<A>(
    terminal: &mut Terminal,
    answers: &mut A,
    steps: &[DialogStep<'_, A>],
) -> Result<bool, Failure> {
    let mut at = 0;
    let mut forwards = true;
    while let Some(step) = steps.get(at) {
        match step(terminal, answers)? {
            Turn::Next => forwards = true,
            Turn::Back => forwards = false,
            Turn::Skip => {}
        }
        match (forwards, at) {
            (true, _) => at += 1,
            (false, 0) => return Ok(false),
            (false, _) => at -= 1,
        }
    }
    Ok(true)
}

/// Asks for yes or no.
pub(crate) fn yes_or_no(
    terminal: &mut Terminal,
    name: &str,
    about: &str,
    default: bool,
) -> Result<Reply<bool>, Failure> {
    let default = Some(if default { "yes" } else { "no" });
    let prompt = Prompt { name, about, default, ..Prompt::default() };
    ask(terminal, &prompt, |typed| match typed {
        "yes" | "y" => Ok(true),
        "no" | "n" => Ok(false),
        _ => Err("type yes or no"),
    })
}

/// One of several things: by its number in the list, or by its word.
pub(crate) fn choose<T: Clone>(of: &[(String, T)], typed: &str) -> Result<T, String> {
    let by_number = typed.parse().ok().and_then(|number: usize| of.get(number.checked_sub(1)?));
    let by_word = || of.iter().find(|(word, _)| word == typed);
    let one = by_number.or_else(by_word).map(|(_, one)| one.clone());
    one.ok_or_else(|| format!("type a number from 1 to {}", of.len()))
}

/// The words of an answer that has blanks or commas between them.
pub(crate) fn list(typed: &str) -> impl Iterator<Item = &str> {
    typed.split([' ', ',']).filter(|word| !word.is_empty())
}
