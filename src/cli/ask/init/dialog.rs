//! A new escrow in one guided sitting: everybody's identity and card, genesis, the first vault and its checks.

use std::path::PathBuf;
use std::str::FromStr as _;

use crate::ceremony::init::Beginning;
use crate::cli::ask::init::members::{self, Member, signer};
use crate::cli::ask::init::sitting::NewEscrow;
use crate::cli::context::{Answer, Context};
use crate::cli::files::genesis::{begin, read_policy};
use crate::cli::files::output::must_not_exist;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::layout::named;
use crate::cli::terminal::guide::{self, Prompt, Turn};
use crate::cli::terminal::prompt::Terminal;
use crate::crypto::digest::Digest;
use crate::hands::files::Created;
use crate::record::policy::Policy;
use crate::value::text::FreeText;

/// The word for the policy that applies if no file is given.
const USUAL: &str = "usual";

/// What the flags say about the new escrow.
#[derive(Debug)]
pub(crate) struct InitDraft {
    /// Its directory.
    pub(crate) directory: Option<PathBuf>,
    /// Its name.
    pub(crate) name: Option<FreeText>,
    /// The policy's file.
    pub(crate) policy: Option<PathBuf>,
}

/// What was answered.
#[derive(Default)]
struct Answers {
    name: Option<FreeText>,
    directory: Option<PathBuf>,
    members: Vec<Member>,
    /// The policy, and its file if it came from one.
    policy: Option<(Option<PathBuf>, Policy)>,
    /// The escrow's id, once it is created.
    id: Option<Digest>,
}

/// `init` if no card is given and there is a terminal to ask on.
pub(crate) fn guided(
    draft: InitDraft,
    mut terminal: Terminal,
    outer: &mut Context<'_>,
) -> Result<Answer, Failure> {
    let mut said = terminal.as_writer();
    let context = &mut outer.saying(&mut said);
    if let Some(directory) = &draft.directory {
        must_not_exist(directory)?;
    }
    let policy = match &draft.policy {
        Some(path) => Some((Some(path.clone()), read_policy(path)?)),
        None => None,
    };
    let mut answers = Answers {
        name: draft.name.clone(),
        directory: draft.directory.clone(),
        policy,
        ..Answers::default()
    };
    terminal.say(
        "CREATE an escrow: its people, its first vault and their checks, in one sitting.\n\
         Have ready: everybody, a drive for each, paper, and the credentials of the account.\n",
    )?;
    guide::explain(&mut terminal)?;
    guide::walk(
        &mut terminal,
        &mut answers,
        &[
            &|terminal, answers| name(&draft, terminal, answers),
            &|terminal, answers| directory(&draft, terminal, answers),
            &|terminal, answers| members::ask(terminal, &mut answers.members),
            &|terminal, answers| policy_of(&draft, terminal, answers),
            &summary,
        ],
    )?;
    let missing = || Failure::new(Exit::Usage, "a question was not answered").next("run it again");
    let escrow = NewEscrow {
        id: answers.id.ok_or_else(missing)?,
        directory: answers.directory.ok_or_else(missing)?,
        members: answers.members,
    };
    context.escrow.clone_from(&escrow.directory);
    context.log = None;
    escrow.go_on(&mut terminal, context)
}

fn name(draft: &InitDraft, terminal: &mut Terminal, answers: &mut Answers) -> Result<Turn, Failure> {
    if draft.name.is_some() {
        return Ok(Turn::Skip);
    }
    let before = answers.name.as_ref().map(|name| name.as_str().to_owned());
    let prompt = Prompt {
        name: "Organisation",
        about: "Whose credentials these are, e.g. Example Corp. The log shows it.",
        default: before.as_deref(),
        ..Prompt::default()
    };
    guide::fill(terminal, &mut answers.name, &prompt, FreeText::from_str)
}

fn directory(draft: &InitDraft, terminal: &mut Terminal, answers: &mut Answers) -> Result<Turn, Failure> {
    if draft.directory.is_some() {
        return Ok(Turn::Skip);
    }
    let before = answers.directory.as_ref().map(|directory| directory.display().to_string());
    let prompt = Prompt {
        name: "Directory of the escrow",
        about: "The log and the sealed vaults are kept here, readable by everybody; identities are not. The directory must \
                not exist yet.",
        default: Some(before.as_deref().unwrap_or("escrow")),
        ..Prompt::default()
    };
    guide::fill(terminal, &mut answers.directory, &prompt, |typed| {
        let directory = PathBuf::from(typed);
        must_not_exist(&directory).map_err(|_| "this path exists already")?;
        Ok::<_, &str>(directory)
    })
}

fn policy_of(draft: &InitDraft, terminal: &mut Terminal, answers: &mut Answers) -> Result<Turn, Failure> {
    if draft.policy.is_some() {
        return Ok(Turn::Skip);
    }
    let usual = Policy::default();
    let about = format!(
        "The deadlines that you set yourselves. Usual: new credentials within {} of a release, and its closing list \
         within {}; a check of every share and a drill every {}; a review of the log every {}. Or type the path of \
         your own policy, in TOML.",
        usual.rotate_after_release, usual.close_within, usual.check_every, usual.monthly_review_every,
    );
    let before =
        answers.policy.as_ref().and_then(|(path, _)| path.as_ref()).map(|path| path.display().to_string());
    let prompt = Prompt {
        name: "Policy",
        about: &about,
        default: Some(before.as_deref().unwrap_or(USUAL)),
        ..Prompt::default()
    };
    guide::fill(terminal, &mut answers.policy, &prompt, |typed| {
        if typed == USUAL {
            return Ok((None, Policy::default()));
        }
        let path = PathBuf::from(typed);
        read_policy(&path).map(|policy| (Some(path), policy))
    })
}

/// Shows everything, and creates the escrow on a yes. If something cannot be written, all of it is removed again, and
/// the answers can be changed.
fn summary(terminal: &mut Terminal, answers: &mut Answers) -> Result<Turn, Failure> {
    loop {
        terminal.say(&summary_lines(answers).join("\n"))?;
        match guide::yes_or_back(terminal, "Is everything right?")? {
            Turn::Next => {}
            turn => return Ok(turn),
        }
        match write(answers) {
            Ok(id) => {
                answers.id = Some(id);
                return Ok(Turn::Next);
            }
            Err(failure) => guide::again(terminal, failure)?,
        }
    }
}

/// Writes everybody's files and the genesis record, or none of it.
fn write(answers: &Answers) -> Result<Digest, Failure> {
    let missing = || Failure::new(Exit::Usage, "a question was not answered").next("go back with <");
    let beginning = Beginning {
        name: answers.name.clone().ok_or_else(missing)?,
        cards: answers.members.iter().map(|member| member.card.clone()).collect(),
        policy: answers.policy.as_ref().map(|(_, policy)| policy.clone()).ok_or_else(missing)?,
    };
    let administrator = signer(&answers.members).ok_or_else(missing)?;
    let mut created = Created::default();
    for member in &answers.members {
        member.write(&mut created)?;
    }
    let directory = answers.directory.as_ref().ok_or_else(missing)?;
    let id = begin(directory, &beginning, &administrator.signer, &mut created)?;
    created.keep();
    Ok(id)
}

fn summary_lines(answers: &Answers) -> Vec<String> {
    let mut lines = vec![String::new(), "ABOUT TO CREATE THIS ESCROW".to_owned()];
    let mut line = |name: &str, text: &str| lines.push(named(name, text));
    line("escrow of", answers.name.as_ref().map_or("", FreeText::as_str));
    line("directory", &answers.directory.as_ref().map_or(String::new(), |path| path.display().to_string()));
    for (at, member) in answers.members.iter().enumerate() {
        line(if at == 0 { "people" } else { "" }, &member.line());
        line("", &format!("           {}", member.card.card().contact));
        line("", &format!("           {}", member.files()));
    }
    line("signed by", signer(&answers.members).map_or("", |who| who.signer.person().as_str()));
    let file = answers.policy.as_ref().and_then(|(path, _)| path.as_ref());
    line("policy", &file.map_or(USUAL.to_owned(), |path| path.display().to_string()));
    lines
}
