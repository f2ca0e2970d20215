//! Credentials on their way in. Each value goes straight into memory that is wiped, and nothing here writes one
//! anywhere.

use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::cli::context::Context;
use crate::cli::files::sealing::consent::{Consent, SealDeviation};
use crate::cli::say::exit::{Exit, Failure};
use crate::hands::clock;
use crate::record::seal::AccountId;
use crate::secret::password;
use crate::secret::payload::{ACCOUNT_ID, EMAIL, Fields, PASSWORD, TOTP};
use crate::secret::totp::{TotpError, TotpSeed};
use crate::value::names::{FieldName, PersonId, VaultName};
use crate::value::text::is_hostile;

/// What is to be sealed of one vault, but for its fields: nothing of it is secret.
#[derive(Debug, Clone)]
pub(crate) struct VaultFacts {
    /// The vault's name.
    pub(crate) vault: VaultName,
    /// The account.
    pub(crate) account: AccountId,
    /// The custodians, if the CSV names them for this row.
    pub(crate) custodians: Option<Vec<PersonId>>,
    /// The threshold, if the CSV names it for this row.
    pub(crate) threshold: Option<u8>,
    /// What the TOTP seed was given as, if it was not given as that.
    pub(crate) totp_from: Option<FieldName>,
}

/// One vault's worth of what is to be sealed.
pub struct VaultCredentials {
    /// What is not secret.
    pub(crate) facts: VaultFacts,
    /// The fields.
    pub fields: Fields,
}

/// The parts of a row or of a dialogue, before they are checked.
#[derive(Default)]
pub(crate) struct RawCredentials {
    pub(crate) account: Option<AccountId>,
    pub(crate) email: Option<SecretString>,
    pub(crate) password: Option<SecretString>,
    pub(crate) totp: Option<SecretString>,
    pub(crate) totp_code: Option<SecretString>,
    pub(crate) others: Vec<(FieldName, SecretString)>,
    /// Whether password and seed were checked when they were typed.
    pub(crate) is_judged: bool,
}

/// What was typed at guided questions, and checked there: see [`weakness`], [`visible`] and [`prove`].
pub(crate) struct Typed {
    /// The account.
    pub(crate) account: AccountId,
    /// The root user's e-mail address.
    pub(crate) email: String,
    /// The password; `None` if it is to be made here.
    pub(crate) password: Option<SecretString>,
    /// The TOTP seed.
    pub(crate) totp: Option<SecretString>,
    /// Any other fields.
    pub(crate) others: Vec<(FieldName, SecretString)>,
}

impl Typed {
    /// The credentials. If no password was typed, one is made and shown.
    pub(crate) fn finish(
        self,
        vault: VaultName,
        consent: &mut Consent<'_>,
    ) -> Result<VaultCredentials, Failure> {
        let Typed { account, email, password, totp, others } = self;
        let generate = password.is_none();
        let email = Some(email.as_str().into());
        let draft = RawCredentials {
            account: Some(account),
            email,
            password,
            totp,
            others,
            is_judged: true,
            totp_code: None,
        };
        finish(vault, draft, None, None, generate, consent)
    }
}

/// Checks what came in: account, password, proof of the seed.
pub(crate) fn finish(
    vault: VaultName,
    mut draft: RawCredentials,
    custodians: Option<Vec<PersonId>>,
    threshold: Option<u8>,
    generate: bool,
    consent: &mut Consent<'_>,
) -> Result<VaultCredentials, Failure> {
    let missing = |what: &str| {
        Failure::new(Exit::BadInput, format!("{what} of `{vault}` is missing"))
            .next("fill in that cell, and run the same command again")
    };
    let account = draft.account.ok_or_else(|| missing("the account id"))?;
    let email = draft.email.filter(|email| !email.expose_secret().is_empty());
    let email = email.ok_or_else(|| missing("the e-mail address"))?;
    let password = match draft.password {
        Some(password) => {
            if !draft.is_judged
                && let Some(what) = weakness(&vault, &account, email.expose_secret(), &password)
            {
                consent.ask(SealDeviation::WeakPassword, &what)?;
            }
            password
        }
        None if generate => generated(&vault, consent)?,
        None => return Err(missing("the password").next("give one, or let --generate-password make it")),
    };
    let totp_from = take_link(&vault, &mut draft.totp, &mut draft.others)?;
    let name = |name: &str| name.parse::<FieldName>().expect("a field's name");
    let others = draft.others.iter().map(|(name, value)| (name.as_str(), value));
    for (what, value) in [(EMAIL, &email), (PASSWORD, &password)].into_iter().chain(others) {
        visible(&vault, what, value)?;
    }
    let mut fields =
        vec![(name(ACCOUNT_ID), account.as_str().into()), (name(EMAIL), email), (name(PASSWORD), password)];
    if let Some(totp) = draft.totp {
        let seed = TotpSeed::parse(totp.expose_secret()).map_err(|error| {
            Failure::new(Exit::BadInput, format!("the TOTP seed of `{vault}`: {error}"))
                .next(remedy_of(error))
        })?;
        if !draft.is_judged {
            prove(&vault, &seed, draft.totp_code.as_ref(), consent)?;
        }
        fields.push((name(TOTP), seed.to_uri(vault.as_str())));
    }
    fields.extend(draft.others);
    let fields = Fields::new(fields).map_err(|error| {
        Failure::new(Exit::BadInput, error).next("name each field once, and leave out what is not needed")
    })?;
    Ok(VaultCredentials { facts: VaultFacts { vault, account, custodians, threshold, totp_from }, fields })
}

/// Takes an otpauth link from among the other fields: it is the TOTP seed, whatever its field is called. As a plain field
/// nobody would have tested it, and the emergency would find no codes. Gives the field's name.
fn take_link(
    vault: &VaultName,
    totp: &mut Option<SecretString>,
    others: &mut Vec<(FieldName, SecretString)>,
) -> Result<Option<FieldName>, Failure> {
    let Some(at) = others.iter().position(|(_, value)| TotpSeed::is_link(value.expose_secret())) else {
        return Ok(None);
    };
    let (name, link) = others.remove(at);
    let more = others.iter().find(|(_, value)| TotpSeed::is_link(value.expose_secret()));
    if totp.is_some() || more.is_some() {
        let other = more.map_or(TOTP, |(name, _)| name.as_str());
        let what = format!("`{vault}` has two TOTP seeds: `{other}`, and an otpauth link in `{name}`");
        return Err(Failure::new(Exit::BadInput, what)
            .next("leave out the one that is not the root user's, or that is there twice"));
    }
    *totp = Some(link);
    Ok(Some(name))
}

/// What to do about a seed that cannot be read.
pub(crate) fn remedy_of(error: TotpError) -> &'static str {
    match error {
        TotpError::Migration => {
            "give the account's own key: sign in at the provider, assign one more MFA device, an authenticator app, and \
             choose to see its secret key instead of the QR code; keep the old device until the new one is tested"
        }
        _ => "copy it from the provider again: the base32 text, or the otpauth:// link",
    }
}

/// Refuses a line break or an invisible character in a value. It came from the clipboard by mistake, or from a quote in
/// a CSV that was never closed, and would be noticed only when the value is needed.
pub(crate) fn visible(vault: &VaultName, what: &str, value: &SecretString) -> Result<(), Failure> {
    if value.expose_secret().chars().any(|character| character == '\n' || is_hostile(character)) {
        let what = format!("the {what} of `{vault}` holds a line break or an invisible character");
        return Err(Failure::new(Exit::BadInput, what)
            .next("type it again; in a CSV, check that each quote is closed"));
    }
    if what == PASSWORD && TotpSeed::is_link(value.expose_secret()) {
        let what = format!("the {what} of `{vault}` is an otpauth link");
        return Err(Failure::new(Exit::BadInput, what)
            .next("give the link as the TOTP seed; in a CSV, check that the columns are not interchanged"));
    }
    Ok(())
}

/// Makes a password, and shows it if there is a terminal: it has to be set at the provider too.
fn generated(vault: &VaultName, consent: &mut Consent<'_>) -> Result<SecretString, Failure> {
    let password = password::generate(&mut Context::rng());
    if let Some(terminal) = &mut consent.terminal {
        terminal.say(&format!("This is the new password of `{vault}`. Set it at the provider now."))?;
        terminal.show_secret(PASSWORD, &password)?;
    }
    Ok(password)
}

/// What is weak about a password, if it is.
pub(crate) fn weakness(
    vault: &VaultName,
    account: &AccountId,
    email: &str,
    password: &SecretString,
) -> Option<String> {
    let known = [vault.as_str(), account.as_str(), email];
    let strength = password::strength(password.expose_secret(), &known);
    let hint = strength.warning.map_or(String::new(), |warning| format!(" ({warning})"));
    strength.weak.then(|| {
        format!(
            "the password of `{vault}` is weak: score {} of 4, about 10^{:.0} guesses{hint}.",
            strength.score, strength.guesses_log10
        )
    })
}

/// Shows that the seed is the one the provider has: by a code that was given, or by codes on the terminal.
pub(crate) fn prove(
    vault: &VaultName,
    seed: &TotpSeed,
    code: Option<&SecretString>,
    consent: &mut Consent<'_>,
) -> Result<(), Failure> {
    if let Some(bits) = seed.bits_if_short() {
        let what = format!("the TOTP seed of `{vault}` has {bits} bits; RFC 4226 asks for at least 128.");
        consent.ask(SealDeviation::ShortSeed, &what)?;
    }
    if let Some(code) = code {
        if seed.matches(code.expose_secret(), clock::now().unix()) {
            return Ok(());
        }
        return Err(Failure::new(
            Exit::BadInput,
            format!("the code entered for `{vault}` does not match its TOTP seed at this time"),
        )
        .next("check the seed and this machine's clock"));
    }
    let Some(terminal) = &mut consent.terminal else {
        let what = format!("the TOTP seed of `{vault}` was not tested with a code.");
        return consent.ask(SealDeviation::TotpUnproven, &what);
    };
    for _ in 0..3 {
        let typed = terminal.ask_secret(&format!(
            "Code that an authenticator shows for `{vault}` now (press Enter to see two codes for the provider):"
        ))?;
        let now = clock::now().unix();
        if typed.expose_secret().is_empty() {
            let [first, second] = seed.two_codes_from(seed.step_at(now));
            terminal.show_secret("two codes, in order", &two(&first, &second))?;
            if terminal.confirm("Did the provider accept both codes?")? {
                return Ok(());
            }
        } else if seed.matches(typed.expose_secret(), now) {
            return Ok(());
        } else {
            terminal.say(
                "  that code does not match the seed at this time; check the seed and this machine's clock",
            )?;
        }
    }
    let what = format!("the TOTP seed of `{vault}` was not tested with a code.");
    consent.ask(SealDeviation::TotpUnproven, &what)
}

fn two(first: &SecretString, second: &SecretString) -> SecretString {
    let mut both = Zeroizing::new(String::with_capacity(32));
    both.push_str(first.expose_secret());
    both.push_str("  ");
    both.push_str(second.expose_secret());
    SecretString::from(both.as_str())
}
