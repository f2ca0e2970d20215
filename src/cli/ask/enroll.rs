//! What is asked about a person: name, contact, roles. For `enroll`, and for people present when an escrow is created.

use std::path::Path;
use std::str::FromStr as _;

use crate::cli::files::cards::Entrant;
use crate::cli::flags::with_ending;
use crate::cli::say::exit::Failure;
use crate::cli::say::layout::named;
use crate::cli::say::usage;
use crate::cli::terminal::guide::{self, Prompt, Turn};
use crate::cli::terminal::prompt::Terminal;
use crate::record::card::Role;
use crate::value::names::PersonId;
use crate::value::text::FreeText;

/// Each role, in the order in which it is offered, and what it means.
const ROLES: [(Role, &str); 3] = [
    (Role::Custodian, "holds a share of each vault, and approves in an emergency"),
    (Role::Administrator, "creates the escrow, and types in what is sealed"),
    (Role::Auditor, "verifies the log; holds no share and sees no secret"),
];

/// What is known of a person, by flags and by answers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given {
    /// Their name.
    pub(crate) name: Option<FreeText>,
    /// How to reach them.
    pub(crate) contact: Option<FreeText>,
    /// What they may be asked to do.
    pub(crate) roles: Option<Vec<Role>>,
}

impl Given {
    /// The flags that are missing.
    pub(crate) fn missing(&self) -> Vec<&'static str> {
        let flags = [
            (self.name.is_none(), "--name <NAME>"),
            (self.contact.is_none(), "--contact <CONTACT>"),
            (self.roles.is_none(), "--role <ROLE>"),
        ];
        flags.into_iter().filter(|(is_missing, _)| *is_missing).map(|(_, flag)| flag).collect()
    }

    /// The person, when all of it is known.
    pub(crate) fn entrant(self, person: PersonId) -> Result<Entrant, Failure> {
        let missing = self.missing();
        match self {
            Given { name: Some(name), contact: Some(contact), roles: Some(roles) } => {
                Ok(Entrant { person, name, contact, roles })
            }
            _ => Err(usage::missing(&missing)),
        }
    }
}

/// Asks for what the flags do not say, until the person has seen everything and typed yes.
pub(crate) fn ask(
    person: &PersonId,
    folder: &Path,
    given: Given,
    terminal: &mut Terminal,
) -> Result<Entrant, Failure> {
    terminal.say(&format!(
        "ENROLL {person}: a card, which is public, and an identity, which only they have.\n"
    ))?;
    guide::explain(terminal)?;
    let mut answers = given.clone();
    guide::walk(
        terminal,
        &mut answers,
        &[
            &|terminal, answers| if given.name.is_some() { Ok(Turn::Skip) } else { name(terminal, answers) },
            &|terminal, answers| {
                if given.contact.is_some() { Ok(Turn::Skip) } else { contact(terminal, answers) }
            },
            &|terminal, answers| {
                if given.roles.is_some() { Ok(Turn::Skip) } else { roles(terminal, answers, Role::Custodian) }
            },
            &|terminal, answers| summary(person, folder, terminal, answers),
        ],
    )?;
    answers.entrant(person.clone())
}

/// Asks for a person's name.
pub(crate) fn name(terminal: &mut Terminal, answers: &mut Given) -> Result<Turn, Failure> {
    let about = "As colleagues know them, e.g. Alice Ng. The log shows it.";
    text(terminal, &mut answers.name, "Name", about)
}

/// Asks how a person is reached.
pub(crate) fn contact(terminal: &mut Terminal, answers: &mut Given) -> Result<Turn, Failure> {
    let about = "How to reach them at three in the morning: a telephone number first. It is shown to people who open a vault.";
    text(terminal, &mut answers.contact, "Contact", about)
}

fn text(
    terminal: &mut Terminal,
    place: &mut Option<FreeText>,
    name: &str,
    about: &str,
) -> Result<Turn, Failure> {
    let before = place.as_ref().map(|text| text.as_str().to_owned());
    let prompt = Prompt { name, about, default: before.as_deref(), ..Prompt::default() };
    guide::fill(terminal, place, &prompt, FreeText::from_str)
}

/// Asks for a person's roles.
pub(crate) fn roles(terminal: &mut Terminal, answers: &mut Given, usual: Role) -> Result<Turn, Failure> {
    let line =
        |(at, (role, means)): (usize, &(Role, &str))| format!("{} {:<14} {means}", at + 1, role.as_str());
    let default = words(answers.roles.as_deref().unwrap_or(&[usual]), " ");
    let prompt = Prompt {
        name: "Roles",
        about: "A number or a word; several with spaces between them.",
        choices: ROLES.iter().enumerate().map(line).collect(),
        default: Some(&default),
    };
    let all: Vec<(String, Role)> = ROLES.iter().map(|(role, _)| (role.as_str().to_owned(), *role)).collect();
    guide::fill(terminal, &mut answers.roles, &prompt, |typed| {
        let chosen =
            guide::list(typed).map(|word| guide::choose(&all, word)).collect::<Result<Vec<_>, _>>()?;
        if chosen.is_empty() { Err("name at least one role".to_owned()) } else { Ok(chosen) }
    })
}

/// Roles, as words.
pub(crate) fn words(roles: &[Role], between: &str) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(between)
}

fn summary(
    person: &PersonId,
    folder: &Path,
    terminal: &mut Terminal,
    answers: &Given,
) -> Result<Turn, Failure> {
    let prefix = folder.join(person.as_str());
    let mut lines = vec![String::new(), "ABOUT TO WRITE THIS CARD".to_owned()];
    let mut line = |name: &str, text: &str| lines.push(named(name, text));
    line("card of", person.as_str());
    line("name", answers.name.as_ref().map_or("", FreeText::as_str));
    line("contact", answers.contact.as_ref().map_or("", FreeText::as_str));
    line("roles", &words(answers.roles.as_deref().unwrap_or_default(), ", "));
    line("file", &with_ending(&prefix, "card").display().to_string());
    terminal.say(&lines.join("\n"))?;
    guide::yes_or_back(terminal, "Is everything right?")
}
