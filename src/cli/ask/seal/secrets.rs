//! The secrets of a guided sealing. None of them is echoed, and each is checked as soon as it is typed, while it can
//! still be corrected.

use secrecy::{ExposeSecret as _, SecretString};

use crate::cli::ask::seal::answers::SealAnswers;
use crate::cli::ask::seal::password::Password;
use crate::cli::files::sealing::consent::{Consent, SealDeviation};
use crate::cli::files::sealing::credentials::{prove, remedy_of, visible, weakness};
use crate::cli::files::sealing::draft::SealDraft;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::terminal::guide::{self, BACK, Prompt, Reply, Turn};
use crate::cli::terminal::prompt::Terminal;
use crate::secret::payload::PASSWORD;
use crate::secret::totp::TotpSeed;
use crate::value::names::VaultName;

/// The vault that was named before.
fn vault(answers: &SealAnswers) -> Result<&VaultName, Failure> {
    let unnamed = || Failure::new(Exit::Usage, "the vault has no name").next("run the same command again");
    answers.vault.as_ref().ok_or_else(unnamed)
}

/// Asks whether the password is typed or made here, and for the one that is typed.
pub(crate) fn password(
    draft: &SealDraft,
    terminal: &mut Terminal,
    answers: &mut SealAnswers,
) -> Result<Turn, Failure> {
    if draft.generate_password {
        return Ok(Turn::Skip);
    }
    let options = [("type".to_owned(), false), ("make".to_owned(), true)];
    let prompt = Prompt {
        name: "Password",
        about: "Type a number or the word.",
        choices: vec![
            "1 type    the password that is in use; it is not shown while you type".to_owned(),
            "2 make    a new one here, shown once so that you can set it at the provider".to_owned(),
        ],
        default: Some(if matches!(answers.password, Some(Password::MadeHere)) { "make" } else { "type" }),
    };
    loop {
        match guide::ask(terminal, &prompt, |typed| guide::choose(&options, typed))? {
            Reply::Back => return Ok(Turn::Back),
            Reply::Given(true) => answers.password = Some(Password::MadeHere),
            Reply::Given(false) => match typed(draft, terminal, answers)? {
                Some(password) => answers.password = Some(password),
                None => continue,
            },
        }
        return Ok(Turn::Next);
    }
}

fn typed(
    draft: &SealDraft,
    terminal: &mut Terminal,
    answers: &SealAnswers,
) -> Result<Option<Password>, Failure> {
    loop {
        let Some(password) = twice(terminal, PASSWORD, vault(answers)?)? else { return Ok(None) };
        let weak = match (&answers.vault, &answers.account, &answers.email) {
            (Some(vault), Some(account), Some(email)) => weakness(vault, account, email, &password),
            _ => None,
        };
        let is_accepted = draft.accepted.contains(&SealDeviation::WeakPassword);
        match &weak {
            Some(what) if !is_accepted && !terminal.confirm(what)? => {}
            _ => return Ok(Some(Password::Typed(password, weak.is_some()))),
        }
    }
}

/// Asks for a secret twice; `None` to go back.
fn twice(terminal: &mut Terminal, name: &str, vault: &VaultName) -> Result<Option<SecretString>, Failure> {
    loop {
        let first = terminal.ask_secret(&format!("{name}, not shown ({BACK} goes back):"))?;
        match first.expose_secret() {
            BACK => return Ok(None),
            "" => {
                terminal.say("  it cannot be empty")?;
                continue;
            }
            _ => {}
        }
        if let Err(failure) = visible(vault, name, &first) {
            guide::again(terminal, failure)?;
        } else if first.expose_secret() == terminal.ask_secret("The same again:")?.expose_secret() {
            return Ok(Some(first));
        } else {
            terminal.say("  the two differ; please type both again")?;
        }
    }
}

/// Asks for the fields that were named by flag.
pub(crate) fn others(
    draft: &SealDraft,
    terminal: &mut Terminal,
    answers: &mut SealAnswers,
) -> Result<Turn, Failure> {
    if draft.fields.is_empty() {
        return Ok(Turn::Skip);
    }
    let (mut others, mut link) = (Vec::new(), None);
    for name in &draft.fields {
        match twice(terminal, name.as_str(), vault(answers)?)? {
            Some(value) if link.is_none() && TotpSeed::is_link(value.expose_secret()) => {
                link = Some((name.clone(), value));
            }
            Some(value) => others.push((name.clone(), value)),
            None => return Ok(Turn::Back),
        }
    }
    (answers.others, answers.link) = (others, link);
    Ok(Turn::Next)
}

/// Asks for the seed, and for a code that proves it.
pub(crate) fn totp(
    draft: &SealDraft,
    terminal: &mut Terminal,
    answers: &mut SealAnswers,
) -> Result<Turn, Failure> {
    if let Some((name, link)) = answers.link.take() {
        terminal
            .say(&format!("\nTOTP seed\n  The value of {name} is an otpauth link: it is the TOTP seed."))?;
        if is_taken(draft, terminal, answers, &link)? {
            answers.totp = Some(Some(link));
            return Ok(Turn::Next);
        }
    }
    terminal.say(
        "\nTOTP seed\n  What the provider shows for a virtual MFA device: the base32 text, or the otpauth:// link.\n  \
         Press Enter if there is none.",
    )?;
    loop {
        let typed = terminal.ask_secret(&format!("Seed, not shown ({BACK} goes back):"))?;
        match typed.expose_secret() {
            BACK => return Ok(Turn::Back),
            "" => {
                answers.totp = Some(None);
                return Ok(Turn::Next);
            }
            _ => {}
        }
        if is_taken(draft, terminal, answers, &typed)? {
            answers.totp = Some(Some(typed));
            return Ok(Turn::Next);
        }
    }
}

/// Whether a text is a seed, and was proven by a code; if not, it is said why.
fn is_taken(
    draft: &SealDraft,
    terminal: &mut Terminal,
    answers: &SealAnswers,
    typed: &SecretString,
) -> Result<bool, Failure> {
    let seed = match TotpSeed::parse(typed.expose_secret()) {
        Ok(seed) => seed,
        Err(error) => {
            terminal.say(&format!("  {error}\n  next: {}", remedy_of(error)))?;
            return Ok(false);
        }
    };
    let second = Terminal::open("a code")?.plain(terminal.is_plain());
    let mut consent = Consent { accepted: &draft.accepted, terminal: Some(second) };
    match prove(vault(answers)?, &seed, None, &mut consent) {
        Ok(()) => Ok(true),
        Err(failure) => guide::again(terminal, failure).map(|()| false),
    }
}
