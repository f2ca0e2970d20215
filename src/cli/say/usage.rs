//! What is wrong with a command line, without repeating it: what was typed in the wrong place may be a secret, or hold
//! escape sequences that a terminal obeys.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::cli::say::exit::{Exit, Failure};

/// The failure of a refused command line; `None` for help and version, which are not failures.
pub fn failure(error: &Error) -> Option<Failure> {
    let what = match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => return None,
        ErrorKind::InvalidSubcommand => "there is no such command".to_owned(),
        ErrorKind::MissingSubcommand => "a command is missing".to_owned(),
        ErrorKind::UnknownArgument => "an argument is not known to this command".to_owned(),
        ErrorKind::MissingRequiredArgument => format!("missing: {}", ours(error, ContextKind::InvalidArg)),
        ErrorKind::ArgumentConflict => format!(
            "{} cannot be used with {}",
            ours(error, ContextKind::InvalidArg),
            ours(error, ContextKind::PriorArg)
        ),
        ErrorKind::ValueValidation if error.get(ContextKind::InvalidArg).is_none() => plain(error),
        _ => format!("the value of {} is not valid", ours(error, ContextKind::InvalidArg)),
    };
    let first =
        |kinds: &[ContextKind]| kinds.iter().map(|kind| ours(error, *kind)).find(|words| !words.is_empty());
    let meant =
        first(&[ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue]);
    let valid = first(&[ContextKind::ValidSubcommand, ContextKind::ValidValue]);
    let next = [
        meant.map(|words| format!("perhaps {words}")),
        valid.map(|words| format!("possible values: {words}")),
        Some("`--help` lists what can be given, with an example".to_owned()),
    ];
    let next: Vec<String> = next.into_iter().flatten().collect();
    Some(Failure::new(Exit::Usage, what).next(next.join("; ")))
}

/// The failure that flags are missing, and no terminal is there to ask for them.
pub(crate) fn missing(flags: &[&str]) -> Failure {
    Failure::new(Exit::Usage, format!("missing: {}", flags.join(", ")))
        .next("give them, or run this on a terminal to be asked for them; `--help` shows an example")
}

/// The words of one context. Callers name only kinds that hold words of our own definitions, never typed ones.
fn ours(error: &Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(word)) => word.clone(),
        Some(ContextValue::Strings(words)) => words.join(", "),
        _ => String::new(),
    }
}

/// The message of one of our own parsers, which never repeats the value.
fn plain(error: &Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}
