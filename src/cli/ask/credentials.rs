//! The credentials of one vault, if flags say what is sealed.

use secrecy::{ExposeSecret as _, SecretString};

use crate::cli::files::sealing::consent::Consent;
use crate::cli::files::sealing::credentials::{RawCredentials, VaultCredentials, finish, remedy_of};
use crate::cli::files::sealing::draft::SealDraft;
use crate::cli::say::exit::Failure;
use crate::cli::terminal::prompt::Terminal;
use crate::record::seal::AccountId;
use crate::secret::totp::TotpSeed;
use crate::value::names::VaultName;

/// Asks for the credentials of one vault.
pub(crate) fn ask(
    draft: &SealDraft,
    vault: VaultName,
    consent: &mut Consent<'_>,
) -> Result<VaultCredentials, Failure> {
    let mut terminal = Terminal::open("the credentials")?;
    let account = match &draft.account_id {
        Some(account) => account.clone(),
        None => ask_account(&mut terminal)?,
    };
    let email = match &draft.email {
        Some(email) => email.clone(),
        None => terminal.ask_for::<String>("E-mail address of the root user:")?,
    };
    let mut raw = RawCredentials {
        account: Some(account),
        email: Some(email.as_str().into()),
        ..RawCredentials::default()
    };
    if !draft.generate_password {
        raw.password = Some(ask_twice(&mut terminal, "Password:")?);
    }
    raw.totp = Some(ask_seed(&mut terminal)?).filter(|seed| !seed.expose_secret().is_empty());
    for name in &draft.fields {
        raw.others.push((name.clone(), ask_twice(&mut terminal, &format!("{name}:"))?));
    }
    drop(terminal);
    finish(vault, raw, None, None, draft.generate_password, consent)
}

fn ask_account(terminal: &mut Terminal) -> Result<AccountId, Failure> {
    loop {
        match AccountId::from_input(&terminal.ask("Account id:")?) {
            Ok(account) => return Ok(account),
            Err(error) => terminal.say(&format!("  {error}"))?,
        }
    }
}

fn ask_twice(terminal: &mut Terminal, question: &str) -> Result<SecretString, Failure> {
    loop {
        let first = terminal.ask_secret(question)?;
        if first.expose_secret().is_empty() {
            terminal.say("  it cannot be empty")?;
            continue;
        }
        if first.expose_secret() == terminal.ask_secret("The same again:")?.expose_secret() {
            return Ok(first);
        }
        terminal.say("  the two differ; please type both again")?;
    }
}

fn ask_seed(terminal: &mut Terminal) -> Result<SecretString, Failure> {
    loop {
        let typed = terminal.ask_secret("TOTP seed, or otpauth URI (empty: none):")?;
        if typed.expose_secret().is_empty() {
            return Ok(typed);
        }
        match TotpSeed::parse(typed.expose_secret()) {
            Ok(_) => return Ok(typed),
            Err(error) => terminal.say(&format!("  {error}\n  next: {}", remedy_of(error)))?,
        }
    }
}
