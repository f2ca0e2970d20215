//! Questions below a summary: what decides is on the screen when they are answered.

use crate::cli::say::exit::Failure;
use crate::cli::say::painted::Painted;
use crate::cli::say::summary::Summary;
use crate::cli::terminal::guide::{self, Turn};
use crate::cli::terminal::prompt::Terminal;

/// What is typed to read all of a summary.
const READ: &str = "?";

/// The rows that are kept for the question after a page.
const PAGE_QUESTION: usize = 3;

/// Shows a summary, and asks below it; `?` shows all of the summary, and asks again.
pub(crate) fn ask(terminal: &mut Terminal, summary: &Summary, question: &str) -> Result<String, Failure> {
    loop {
        show(terminal, summary)?;
        let typed = terminal.ask(question)?;
        if typed != READ {
            return Ok(typed);
        }
        read(terminal, &summary.whole())?;
    }
}

/// Asks for a typed yes below a summary.
pub(crate) fn confirm(terminal: &mut Terminal, summary: &Summary, question: &str) -> Result<bool, Failure> {
    Ok(ask(terminal, summary, &format!("{question} Type yes to go on:"))? == "yes")
}

/// Asks for a typed yes below a summary, or to go back.
pub(crate) fn agree_or_back(terminal: &mut Terminal, summary: &Summary) -> Result<Turn, Failure> {
    let back = guide::BACK;
    let mut question = format!("Is everything right? Type yes, or {back} to go back:");
    loop {
        match ask(terminal, summary, &question)?.as_str() {
            "yes" => return Ok(Turn::Next),
            typed if typed == back => return Ok(Turn::Back),
            _ => question = format!("Type yes, or {back}. Ctrl-C stops, and nothing is written:"),
        }
    }
}

/// Shows as much of a summary as fits into the window above a question. Where what decides needs more than one window,
/// each but the last waits until it was read.
pub(crate) fn show(terminal: &mut Terminal, summary: &Summary) -> Result<(), Failure> {
    let (columns, rows) = terminal.size();
    let pages = summary.fitted(columns, rows);
    let last = pages.len().saturating_sub(1);
    for (at, page) in pages.iter().enumerate() {
        terminal.show(page)?;
        if at < last {
            terminal.pause("Press Enter for the rest:")?;
        }
    }
    Ok(())
}

/// Shows all of a text, a window at a time.
fn read(terminal: &mut Terminal, whole: &Painted) -> Result<(), Failure> {
    let (columns, rows) = terminal.size();
    let lines = whole.fitted(columns).split_lines();
    let pages = lines.chunks(rows.saturating_sub(PAGE_QUESTION).max(1));
    let last = pages.len().saturating_sub(1);
    for (at, page) in pages.enumerate() {
        terminal.show(&Painted::lines(page.iter().cloned()))?;
        terminal.pause(if at < last { "Press Enter for more:" } else { "That was all. Press Enter:" })?;
    }
    Ok(())
}
