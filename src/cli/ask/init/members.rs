//! Who takes part in an escrow that is created in one sitting: people who are here, and cards that were brought.
//!
//! None of their files is written before the last yes, so that stopping leaves nothing behind.

use std::path::{Path, PathBuf};

use crate::cli::ask::enroll::{self, Given};
use crate::cli::ask::words::compare_words_of;
use crate::cli::files::cards::{make_card, read_card, write_person};
use crate::cli::files::keys::{NewKey, read_identities};
use crate::cli::files::people::LocalPerson;
use crate::cli::flags::{As, with_ending};
use crate::cli::say::exit::Failure;
use crate::cli::say::layout::counted;
use crate::cli::terminal::guide::{self, Prompt, Reply, Turn};
use crate::cli::terminal::prompt::Terminal;
use crate::hands::files::Created;
use crate::record::card::{Role, VerifiedCard};
use crate::value::names::PersonId;

/// The word that ends the list.
const DONE: &str = "done";

/// A person who takes part.
pub(crate) struct Member {
    /// Their card.
    pub(crate) card: VerifiedCard,
    /// Where their files are, or are going to be, without the endings.
    pub(crate) prefix: PathBuf,
    /// The person, unlocked, if they are here.
    pub(crate) here: Option<LocalPerson>,
    /// Whether the card was made in this sitting, and still has to be written.
    is_made: bool,
    key: Option<NewKey>,
}

impl Member {
    /// Their id.
    pub(crate) fn person(&self) -> &PersonId {
        &self.card.card().person
    }

    /// Writes what was made of them here.
    pub(crate) fn write(&self, created: &mut Created) -> Result<(), Failure> {
        if self.is_made { write_person(&self.prefix, &self.card, self.key.as_ref(), created) } else { Ok(()) }
    }

    /// On one line: id, name, roles.
    pub(crate) fn line(&self) -> String {
        let card = self.card.card();
        format!("{:<10} {} ({})", card.person.as_str(), card.name, enroll::words(&card.roles, ", "))
    }

    /// Where their files are.
    pub(crate) fn files(&self) -> String {
        let prefix = self.prefix.display();
        match (&self.key, self.is_made) {
            (Some(_), _) => format!("{prefix}.key and {prefix}.card will be written"),
            (None, true) => format!("{prefix}.card will be written, for the key that is there"),
            (None, false) if self.here.is_some() => format!("{prefix}.card, and the key beside it"),
            (None, false) => format!("{prefix}.card; they are not here, and check later"),
        }
    }
}

/// An answer to the question who takes part.
enum MemberAnswer {
    Here(PersonId),
    Card(PathBuf),
    Drop(PersonId),
    Done,
}

fn read_answer(typed: &str, members: &[Member]) -> Result<MemberAnswer, String> {
    let is_in = |id: &PersonId| members.iter().any(|member| member.person() == id);
    if typed == DONE {
        return Ok(MemberAnswer::Done);
    }
    if let Some(id) = typed.strip_prefix("drop ") {
        let id = id.trim().parse::<PersonId>().map_err(|error| error.to_string())?;
        return if is_in(&id) {
            Ok(MemberAnswer::Drop(id))
        } else {
            Err(format!("`{id}` is not among them"))
        };
    }
    if typed.contains('/') || typed.ends_with(".card") {
        return Ok(MemberAnswer::Card(PathBuf::from(typed)));
    }
    let id = typed.parse::<PersonId>().map_err(|error| error.to_string())?;
    if is_in(&id) { Err(format!("`{id}` is among them already")) } else { Ok(MemberAnswer::Here(id)) }
}

fn count(members: &[Member], role: Role) -> usize {
    members.iter().filter(|member| member.card.is(role)).count()
}

/// The administrator who signs: the first who is here.
pub(crate) fn signer(members: &[Member]) -> Option<&LocalPerson> {
    members
        .iter()
        .filter(|member| member.card.is(Role::Administrator))
        .find_map(|member| member.here.as_ref())
}

/// Asks for one person after another, until everybody is in.
pub(crate) fn ask(terminal: &mut Terminal, members: &mut Vec<Member>) -> Result<Turn, Failure> {
    loop {
        let is_enough = signer(members).is_some() && count(members, Role::Custodian) >= 2;
        let prompt = Prompt {
            name: if members.is_empty() { "Who takes part?" } else { "Who else takes part?" },
            about: "For a person who is here, an id, e.g. alice: their identity and card are made. For a card that was \
                    brought, its path, e.g. /media/usb/bob.card. `drop ID` removes a person; `done` ends the list.",
            choices: members.iter().map(Member::line).collect(),
            default: is_enough.then_some(DONE),
        };
        let chosen = match guide::ask(terminal, &prompt, |typed| read_answer(typed, members))? {
            Reply::Given(chosen) => chosen,
            Reply::Back => return Ok(Turn::Back),
        };
        let added = match chosen {
            MemberAnswer::Done if is_complete(members, terminal)? => return Ok(Turn::Next),
            MemberAnswer::Done => continue,
            MemberAnswer::Drop(id) => {
                members.retain(|member| *member.person() != id);
                continue;
            }
            MemberAnswer::Here(id) => here(id, members, terminal),
            MemberAnswer::Card(path) => brought(&path, members, terminal),
        };
        match added {
            Ok(Some(member)) => members.push(member),
            Ok(None) => {}
            Err(failure) => guide::again(terminal, failure)?,
        }
    }
}

fn is_complete(members: &[Member], terminal: &mut Terminal) -> Result<bool, Failure> {
    if signer(members).is_none() {
        terminal.say("  one of the people here has to be an administrator, who signs")?;
        return Ok(false);
    }
    match count(members, Role::Custodian) {
        few @ (0 | 1) => {
            let custodians = counted(few, "custodian");
            terminal
                .confirm(&format!("  {custodians}: no vault can be sealed with fewer than 2. Go on anyway?"))
        }
        _ => Ok(true),
    }
}

/// A person who is here: identity and card are made, as `enroll` makes them; `None` to go back.
fn here(id: PersonId, members: &[Member], terminal: &mut Terminal) -> Result<Option<Member>, Failure> {
    let usual = if signer(members).is_none() { Role::Administrator } else { Role::Custodian };
    let mut answers = (Given::default(), None);
    terminal.say(&format!("\n{id}, please come to the keyboard."))?;
    let is_answered = guide::walk_within(
        terminal,
        &mut answers,
        &[
            &|terminal, answers: &mut (Given, Option<PathBuf>)| enroll::name(terminal, &mut answers.0),
            &|terminal, answers| enroll::contact(terminal, &mut answers.0),
            &|terminal, answers| enroll::roles(terminal, &mut answers.0, usual),
            &|terminal, answers| folder(&id, terminal, &mut answers.1),
        ],
    )?;
    let (given, Some(folder)) = answers else { return Ok(None) };
    if !is_answered {
        return Ok(None);
    }
    let prefix = folder.join(id.as_str());
    let entrant = given.entrant(id.clone())?;
    let path = with_ending(&prefix, "key");
    let (identities, key) = if path.symlink_metadata().is_ok() {
        terminal.say(&format!("{id}: using the identity that exists already: {}", path.display()))?;
        (read_identities(&path)?, None)
    } else {
        terminal.say(&format!("{id}, type it yourself, and let nobody watch."))?;
        let key = NewKey::locked(terminal, &entrant.about())?;
        (vec![key.identity.clone()], Some(key))
    };
    let recipients: Vec<_> = identities.iter().map(|one| one.to_recipient()).collect();
    let card = make_card(entrant, &recipients)?;
    let here = Some(LocalPerson::seated(card.clone(), identities, prefix.clone())?);
    Ok(Some(Member { card, prefix, here, is_made: true, key }))
}

fn folder(id: &PersonId, terminal: &mut Terminal, place: &mut Option<PathBuf>) -> Result<Turn, Failure> {
    let before = place.as_ref().map(|folder| folder.display().to_string());
    let prompt = Prompt {
        name: "Directory",
        about: "Where identity, card and later the book are written: on a drive of their own, e.g. /media/usb/alice. \
                Leave the drive in until the end.",
        default: Some(before.as_deref().unwrap_or(id.as_str())),
        ..Prompt::default()
    };
    guide::fill(terminal, place, &prompt, |typed| {
        let folder = PathBuf::from(typed);
        let card = with_ending(&folder.join(id.as_str()), "card");
        if card.symlink_metadata().is_ok() {
            let card = card.display();
            return Err(format!(
                "{card} exists already: go back with <, and type its path as that of a card that was brought"
            ));
        }
        Ok(folder)
    })
}

/// A card that was brought: its words are compared, and its owner unlocked if they are here; `None` to go back.
fn brought(path: &Path, members: &[Member], terminal: &mut Terminal) -> Result<Option<Member>, Failure> {
    let card = read_card(path)?;
    let person = card.card().person.clone();
    if members.iter().any(|member| *member.person() == person) {
        terminal.say(&format!("  `{person}` is among them already"))?;
        return Ok(None);
    }
    terminal.say(&format!(
        "\n{person} reads out words of the card, from paper: not from this screen, and not from the file."
    ))?;
    compare_words_of(&card, terminal)?;
    let prefix = path.with_extension("");
    let mut member = Member { card, prefix: prefix.clone(), here: None, is_made: false, key: None };
    if with_ending(&prefix, "key").symlink_metadata().is_err() {
        return Ok(Some(member));
    }
    let name = format!("Is {person} here?");
    let about =
        "Their identity lies beside the card. If it is unlocked now, they can sign, and check at the end.";
    match guide::yes_or_no(terminal, &name, about, true)? {
        Reply::Back => return Ok(None),
        Reply::Given(false) => {}
        Reply::Given(true) => {
            let signer = As { prefix, identities: Vec::new(), book: None };
            match LocalPerson::unlock(&signer, |_| None) {
                Ok(here) if here.card.digest() == member.card.digest() => member.here = Some(here),
                Ok(_) => terminal.say("  this is not the card whose words were compared")?,
                Err(failure) => guide::again(terminal, failure)?,
            }
        }
    }
    Ok(Some(member))
}
