//! The closing list, item by item.

use crate::cli::context::Context;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::painted::{Painted, Tone};
use crate::cli::terminal::guide;
use crate::cli::terminal::prompt::Terminal;
use crate::record::closing::{Item, Obligation, Standing};

/// Completes the list: asks for what was not given as a flag, shows all of it, and asks for a yes.
pub(crate) fn answers(given: Vec<Item>, context: &Context<'_>) -> Result<Vec<Item>, Failure> {
    let mut items: Vec<Option<Item>> = Obligation::ALL
        .iter()
        .map(|wanted| given.iter().find(|item| item.obligation == *wanted).cloned())
        .collect();
    let open: Vec<usize> = (0..items.len()).filter(|at| items[*at].is_none()).collect();
    let Some(first) = open.first().map(|at| Obligation::ALL[*at].as_str()) else {
        return Ok(items.into_iter().flatten().collect());
    };
    let missing = || {
        Failure::new(Exit::Usage, format!("`{first}` is not answered"))
            .next(format!("give --done {first}, or --not-applicable {first}=WHY"))
    };
    if context.scripted {
        return Err(missing());
    }
    let mut terminal = Terminal::open("the closing list").map_err(|_| missing())?.plain(context.plain);
    let mut at = 0;
    loop {
        if let Some(item) = open.get(at) {
            let obligation = Obligation::ALL[*item];
            match ask(&mut terminal, obligation)? {
                Some(answer) => {
                    items[*item] = Some(Item { obligation, answer });
                    at += 1;
                }
                None if at == 0 => terminal.say("  This is the first question. Ctrl-C stops.")?,
                None => at -= 1,
            }
            continue;
        }
        terminal.show(&Painted::of(Tone::Due, "\nABOUT TO BE SIGNED"))?;
        for item in items.iter().flatten() {
            let answer = match &item.answer {
                Standing::Done => "done".to_owned(),
                Standing::NotApplicable(why) => format!("does not apply: {why}"),
            };
            terminal.say(&format!("  {:<20} {answer}", item.obligation.as_str()))?;
        }
        match terminal.ask("Is all of it right? Type yes, or < to go back:")?.as_str() {
            "yes" => return Ok(items.into_iter().flatten().collect()),
            guide::BACK => at -= 1,
            _ => terminal.say("  Type yes, or <.")?,
        }
    }
}

/// Asks for one answer; none if the person wants to go back.
fn ask(terminal: &mut Terminal, obligation: Obligation) -> Result<Option<Standing>, Failure> {
    terminal.say(obligation.question())?;
    loop {
        let answer = terminal.ask("  Type \"done\", or say why it does not apply >")?;
        match answer.as_str() {
            "done" => return Ok(Some(Standing::Done)),
            guide::BACK => return Ok(None),
            _ => {}
        }
        // A yes or no typed out of habit must not be signed as a reason.
        if ["y", "yes", "n", "no"].contains(&answer.to_lowercase().as_str()) {
            terminal.say("  Type \"done\", or say in a few words why it does not apply.")?;
            continue;
        }
        match answer.parse() {
            Ok(why) => return Ok(Some(Standing::NotApplicable(why))),
            Err(error) => terminal.say(&format!("  {error}"))?,
        }
    }
}
