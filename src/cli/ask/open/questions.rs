//! What is asked before anything is logged: who, why, what for, and whether the clock is right.

use std::str::FromStr as _;

use crate::ceremony::request::RequestPlan;
use crate::cli::ask::open::dialog::OpenDialog;
use crate::cli::context::Context;
use crate::cli::files::people::LocalPerson;
use crate::cli::files::requests::fields_or_usual;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::painted::{Painted, Tone};
use crate::cli::say::request::fields;
use crate::cli::say::summary::Summary;
use crate::cli::terminal::decide;
use crate::cli::terminal::guide::{self, Prompt, Reply, Turn};
use crate::cli::terminal::prompt::Terminal;
use crate::hands::clock::{self, SetTime};
use crate::record::environment::Environment;
use crate::record::request::Reason;
use crate::value::text::FreeText;
use crate::value::time::Time;

/// What was answered.
pub(crate) struct RequestAnswers {
    pub(crate) requester: LocalPerson,
    pub(crate) reason: Reason,
    pub(crate) ticket: FreeText,
    pub(crate) justification: FreeText,
    pub(crate) actions: Vec<FreeText>,
    /// The time, if it was set by hand.
    pub(crate) time: Option<SetTime>,
}

impl RequestAnswers {
    /// Who asks, and what is asked for from `now` on.
    pub(crate) fn into_plan(
        self,
        dialog: &OpenDialog<'_>,
        now: Time,
        environment: Environment,
    ) -> (LocalPerson, RequestPlan) {
        let opening = dialog.opening;
        let plan = RequestPlan {
            purpose: dialog.purpose,
            reason: self.reason,
            ticket: self.ticket,
            justification: self.justification,
            actions: self.actions,
            fields: fields_or_usual(opening.fields.clone()),
            totp_codes: opening.totp_codes,
            not_before: now,
            expires: opening.expires,
            generation: opening.generation.clone(),
            known: Vec::new(),
            environment,
        };
        (self.requester, plan)
    }
}

#[derive(Default)]
struct Answers {
    requester: Option<LocalPerson>,
    reason: Option<Reason>,
    ticket: Option<FreeText>,
    justification: Option<FreeText>,
    actions: Option<Vec<FreeText>>,
    time: Option<SetTime>,
}

/// What each reason means, in the words of a written procedure.
fn meaning(reason: Reason) -> &'static str {
    match reason {
        Reason::IamFailure => "nobody can sign in or assume a role in any other way",
        Reason::AccountRecovery => "the account itself is lost, locked or taken over",
        Reason::Billing => "billing or contract, which only root can change",
        Reason::SupportCase => "the provider's support asks for root to act on a case",
        Reason::Other => "anything else; auditors will see it as a finding",
    }
}

/// Asks until the person has seen all of it and said yes.
pub(crate) fn ask(dialog: &mut OpenDialog<'_>, terminal: &mut Terminal) -> Result<RequestAnswers, Failure> {
    let given = dialog.opening;
    let mut answers = Answers {
        requester: None,
        reason: given.reason,
        ticket: given.ticket.clone(),
        justification: given.justification.clone(),
        actions: (!given.actions.is_empty()).then(|| given.actions.clone()),
        time: given.at.time.map(SetTime::begin),
    };
    if let Some(prefix) = &given.prefix {
        dialog.finder.beside(prefix);
        answers.requester = Some(dialog.finder.unlock(&prefix.to_string_lossy(), dialog.escrow)?);
    }
    let dialog = &*dialog;
    guide::walk(
        terminal,
        &mut answers,
        &[
            &|terminal, answers| requester(dialog, terminal, answers),
            &|terminal, answers| reason(dialog, terminal, answers),
            &|terminal, answers| {
                let about = "The ticket that this is for, e.g. INC-42. It goes into the log.";
                let name = "Ticket";
                text(terminal, &mut answers.ticket, given.ticket.is_some(), name, about)
            },
            &|terminal, answers| {
                let about = "Why root is needed, in a sentence. The approvers decide by it.";
                text(terminal, &mut answers.justification, given.justification.is_some(), "Why", about)
            },
            &|terminal, answers| actions(dialog, terminal, answers),
            &|terminal, answers| summary(dialog, terminal, answers),
        ],
    )?;
    let Answers { requester, reason, ticket, justification, actions, time } = answers;
    let missing = || Failure::new(Exit::Usage, "a question was not answered").next("run it again");
    Ok(RequestAnswers {
        requester: requester.ok_or_else(missing)?,
        reason: reason.ok_or_else(missing)?,
        ticket: ticket.ok_or_else(missing)?,
        justification: justification.ok_or_else(missing)?,
        actions: actions.unwrap_or_default(),
        time,
    })
}

fn requester(
    dialog: &OpenDialog<'_>,
    terminal: &mut Terminal,
    answers: &mut Answers,
) -> Result<Turn, Failure> {
    if dialog.opening.prefix.is_some() {
        return Ok(Turn::Skip);
    }
    let before = answers.requester.as_ref().map(|who| who.signer.person().to_string());
    let prompt = Prompt {
        name: "Who asks?",
        about: "The person at the keyboard: their id as above, or the path of their files, without the \
                ending. The log names them as the requester.",
        default: before.as_deref(),
        ..Prompt::default()
    };
    loop {
        let typed = match guide::ask(terminal, &prompt, |typed| Ok::<_, String>(typed.to_owned()))? {
            Reply::Given(typed) => typed,
            Reply::Back => return Ok(Turn::Back),
        };
        if before.as_ref() == Some(&typed) {
            return Ok(Turn::Next);
        }
        match dialog.finder.unlock(&typed, dialog.escrow) {
            Ok(who) => {
                answers.requester = Some(who);
                return Ok(Turn::Next);
            }
            Err(failure) => guide::again(terminal, failure)?,
        }
    }
}

fn reason(dialog: &OpenDialog<'_>, terminal: &mut Terminal, answers: &mut Answers) -> Result<Turn, Failure> {
    if dialog.opening.reason.is_some() {
        return Ok(Turn::Skip);
    }
    let all: Vec<_> = Reason::ALL.iter().map(|reason| (reason.to_string(), *reason)).collect();
    let line = |(at, reason): (usize, &Reason)| format!("{} {reason:<16} {}", at + 1, meaning(*reason));
    let default = answers.reason.map(Reason::as_str);
    let prompt = Prompt {
        name: "Reason",
        about: "Root may be used only for these reasons. Type a number or the word.",
        choices: Reason::ALL.iter().enumerate().map(line).collect(),
        default,
    };
    guide::fill(terminal, &mut answers.reason, &prompt, |typed| guide::choose(&all, typed))
}

fn text(
    terminal: &mut Terminal,
    place: &mut Option<FreeText>,
    is_given: bool,
    name: &str,
    about: &str,
) -> Result<Turn, Failure> {
    if is_given {
        return Ok(Turn::Skip);
    }
    let before = place.as_ref().map(|text| text.as_str().to_owned());
    let prompt = Prompt { name, about, default: before.as_deref(), ..Prompt::default() };
    guide::fill(terminal, place, &prompt, FreeText::from_str)
}

fn actions(dialog: &OpenDialog<'_>, terminal: &mut Terminal, answers: &mut Answers) -> Result<Turn, Failure> {
    const NONE: &str = "none";
    if !dialog.opening.actions.is_empty() {
        return Ok(Turn::Skip);
    }
    let before = answers.actions.iter().flatten().map(FreeText::as_str).collect::<Vec<_>>().join("; ");
    let prompt = Prompt {
        name: "What is going to be done?",
        about: "The planned actions, with ; between them. Afterwards they are compared with what was done.",
        default: Some(if before.is_empty() { NONE } else { &before }),
        ..Prompt::default()
    };
    guide::fill(terminal, &mut answers.actions, &prompt, |typed| {
        let parts = typed.split(';').map(str::trim).filter(|part| !part.is_empty() && *part != NONE);
        parts.map(FreeText::from_str).collect::<Result<Vec<_>, _>>()
    })
}

fn summary(dialog: &OpenDialog<'_>, terminal: &mut Terminal, answers: &mut Answers) -> Result<Turn, Failure> {
    let mut question = "Is all of it right, the time too? Type yes, or < to go back, or the right time:";
    loop {
        match decide::ask(terminal, &summary_of(dialog, answers), question)?.as_str() {
            "yes" => return Ok(Turn::Next),
            guide::BACK => return Ok(Turn::Back),
            other => match other.parse() {
                Ok(time) => answers.time = Some(SetTime::begin(time)),
                Err(_) => question = "Type yes, <, or a time, e.g. 2026-11-23T01:02:03Z:",
            },
        }
    }
}

fn summary_of(dialog: &OpenDialog<'_>, answers: &Answers) -> Summary {
    let seal = dialog.seal;
    let (plain, machine) = (Tone::Plain, clock::now());
    let now = Context::time(answers.time.map(SetTime::now));
    let mut summary = Summary::titled(Painted::of(Tone::Due, "ABOUT TO BE LOGGED"));
    summary.text("ticket", plain, answers.ticket.as_ref().map_or("", FreeText::as_str));
    summary.text("because", plain, answers.justification.as_ref().map_or("", FreeText::as_str));
    let actions: Vec<_> = answers.actions.iter().flatten().map(FreeText::as_str).collect();
    let planned = if actions.is_empty() { "none named".to_owned() } else { actions.join("\n") };
    summary.text("planned", plain, &planned);
    let (asked, codes) = (fields_or_usual(dialog.opening.fields.clone()), dialog.opening.totp_codes);
    summary.decides_by("shown", fields(&asked, codes));
    let reason = answers.reason.map_or(String::new(), |reason| format!(", {reason}"));
    summary.decides("purpose", plain, &format!("{}{reason}", dialog.purpose));
    let requester = answers.requester.as_ref().map(|who| who.signer.person().to_string());
    summary.decides("asked by", plain, &requester.unwrap_or_default());
    let vault = format!("{} ({}), account {}", seal.title(), seal.kind, seal.account);
    summary.decides("vault", Tone::Strong, &vault);
    summary.decides("until", plain, &now.after(dialog.opening.expires).to_string());
    match answers.time {
        None => summary.decides("it is now", plain, &format!("{now} (this machine's clock)")),
        Some(_) => {
            summary.decides("it is now", plain, &format!("{now} (you entered this time)"));
            summary.decides("the clock", plain, &format!("{machine} (this machine's clock)"));
        }
    }
    if now < dialog.escrow.time {
        let behind =
            format!("the log's last record was written at {}: the clock is behind", dialog.escrow.time);
        summary.decides("BUT", Tone::Bad, &behind);
    }
    summary
}
