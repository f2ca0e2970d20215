//! Credentials on their way in: from prompts, or from a CSV. Each value goes straight into memory that is
//! wiped, and nothing here writes one anywhere.

use std::io::{self, IsTerminal as _};
use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::cli::args::{Seal, SealDeviation};
use crate::cli::ask::prompt::Terminal;
use crate::cli::context::Context;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::hands::{clock, files};
use crate::record::seal::AccountId;
use crate::secret::password;
use crate::secret::payload::{ACCOUNT_ID, EMAIL, Fields, MAX_FIELDS, PASSWORD, TOTP};
use crate::secret::totp::TotpSeed;
use crate::value::names::{FieldName, PersonId, VaultName};
use crate::value::text::is_hostile;

/// The most bytes, rows, columns and cells of a CSV. What has more bytes would not lie in the memory for secrets.
const MAX_CSV: u64 = 1 << 20;
const MAX_ROWS: usize = 10_000;
const MAX_COLUMNS: usize = MAX_FIELDS;
const MAX_CELLS: usize = MAX_ROWS * MAX_COLUMNS;

/// The column that holds a code to compare with the seed; it is not sealed.
const TOTP_CODE: &str = "totp_code";

/// One vault's worth of what is to be sealed.
pub struct Credentials {
    /// The vault's name.
    pub vault: VaultName,
    /// The account.
    pub account: AccountId,
    /// The fields.
    pub fields: Fields,
    /// The custodians, where the CSV names them for this row.
    pub custodians: Option<Vec<PersonId>>,
    /// The threshold, where the CSV names it for this row.
    pub threshold: Option<u8>,
}

/// The parts of a row or of a dialogue, before they are checked.
#[derive(Default)]
struct Draft {
    account: Option<AccountId>,
    email: Option<SecretString>,
    password: Option<SecretString>,
    totp: Option<SecretString>,
    totp_code: Option<SecretString>,
    others: Vec<(FieldName, SecretString)>,
    /// Whether password and seed were judged when they were typed.
    is_judged: bool,
}

/// What was typed at guided questions, and judged there: see [`weakness`], [`visible`] and [`prove`].
pub struct Typed {
    /// The account.
    pub account: AccountId,
    /// The root user's e-mail address.
    pub email: String,
    /// The password; where there is none it is made.
    pub password: Option<SecretString>,
    /// The TOTP seed.
    pub totp: Option<SecretString>,
    /// Any other fields.
    pub others: Vec<(FieldName, SecretString)>,
}

impl Typed {
    /// The credentials; a password is made where none was typed, and shown.
    pub fn finish(self, vault: VaultName, yes: &mut Yes<'_>) -> Result<Credentials, Failure> {
        let Typed { account, email, password, totp, others } = self;
        let generate = password.is_none();
        let email = Some(email.as_str().into());
        let draft =
            Draft { account: Some(account), email, password, totp, others, is_judged: true, totp_code: None };
        finish(vault, draft, None, None, generate, yes)
    }
}

/// What was accepted beforehand, and whether there is anybody to ask.
pub struct Yes<'a> {
    /// From `--accept-deviation`.
    pub accepted: &'a [SealDeviation],
    /// The terminal, where there is one.
    pub terminal: Option<Terminal>,
}

impl Yes<'_> {
    /// Goes on where it was accepted, or where the person says yes.
    pub fn ask(&mut self, deviation: SealDeviation, what: &str) -> Result<(), Failure> {
        use clap::ValueEnum as _;
        if self.accepted.contains(&deviation) {
            return Ok(());
        }
        if let Some(terminal) = &mut self.terminal
            && terminal.confirm(what)?
        {
            return Ok(());
        }
        let code = deviation.to_possible_value().map_or(String::new(), |value| value.get_name().to_owned());
        Err(Failure::new(Exit::NotAuthorised, what)
            .next(format!("nothing was sealed; to go on all the same: --accept-deviation {code}")))
    }
}

/// Asks for the credentials of one vault.
pub fn ask(args: &Seal, vault: VaultName, yes: &mut Yes<'_>) -> Result<Credentials, Failure> {
    let mut terminal = Terminal::open("the credentials")?;
    let account = match &args.account_id {
        Some(account) => account.clone(),
        None => terminal.ask_for("Account id:")?,
    };
    let email = match &args.email {
        Some(email) => email.clone(),
        None => terminal.ask_for::<String>("E-mail address of the root user:")?,
    };
    let mut draft = Draft { account: Some(account), email: Some(email.as_str().into()), ..Draft::default() };
    if !args.generate_password {
        draft.password = Some(ask_twice(&mut terminal, "Password:")?);
    }
    draft.totp = Some(ask_seed(&mut terminal)?).filter(|seed| !seed.expose_secret().is_empty());
    for name in &args.fields {
        draft.others.push((name.clone(), ask_twice(&mut terminal, &format!("{name}:"))?));
    }
    drop(terminal);
    finish(vault, draft, None, None, args.generate_password, yes)
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
        terminal.say("  the two differ; once more")?;
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
            Err(error) => terminal.say(&format!("  {error}"))?,
        }
    }
}

/// What a CSV begins with.
const HEADER: &str = "vault,account_id,email,password,totp[,custodians][,threshold][,other fields]";

/// Reads the vaults of a CSV file: one row each, with a header.
pub fn read_csv(path: &Path, generate: bool, yes: &mut Yes<'_>) -> Result<Vec<Credentials>, Failure> {
    if path == Path::new("-") && io::stdin().is_terminal() {
        // It would be typed without echo, and have no end.
        return Err(Failure::new(Exit::Usage, "a CSV is not typed at a terminal")
            .at("-")
            .next("give a file, or leave out --from and be asked"));
    }
    let bytes = files::read(path, MAX_CSV).map_err(|error| match error.kind() {
        io::ErrorKind::FileTooLarge => failures::not_read(path, &error).next("split it into several"),
        _ => failures::not_read(path, &error),
    })?;
    parse_csv(&Zeroizing::new(bytes), path, generate, yes)
}

/// The vaults of a CSV, which comes from `path`.
///
/// # Errors
/// A [`Failure`] that names the row, and never what stands in it.
pub fn parse_csv(
    bytes: &[u8],
    path: &Path,
    generate: bool,
    yes: &mut Yes<'_>,
) -> Result<Vec<Credentials>, Failure> {
    let bad = |row: usize, why: &str| {
        Failure::new(Exit::BadInput, why.to_owned())
            .at(format!("{}, row {row}", path.display()))
            .next(format!("correct it; the header is {HEADER}"))
    };
    // The reader needs far more room for a cell than the comma that makes one.
    if bytes.iter().filter(|byte| **byte == b',').count() > MAX_CELLS {
        return Err(bad(1, "the file holds too many cells"));
    }
    let mut reader =
        csv::ReaderBuilder::new().from_reader(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    let header = reader.headers().map_err(|_| bad(1, "the header is not readable"))?.clone();
    if header.len() > MAX_COLUMNS {
        return Err(bad(1, "the header names too many columns"));
    }
    for (at, name) in header.iter().enumerate() {
        if header.iter().take(at).any(|other| other == name) {
            return Err(bad(1, "the header names a column twice"));
        }
    }
    for needed in ["vault", "account_id", "email"] {
        if !header.iter().any(|name| name == needed) {
            return Err(bad(1, &format!("the header lacks `{needed}`")));
        }
    }
    let mut all = Vec::new();
    for (at, record) in reader.records().enumerate() {
        let row = at + 2;
        // The reader's own error could quote the row, which is secret.
        let record = record.map_err(|_| bad(row, "the row is not UTF-8, or has another number of cells"))?;
        if all.len() == MAX_ROWS {
            return Err(bad(row, "there are too many rows"));
        }
        let credentials = read_row(&header, &record, generate, yes);
        all.push(credentials.map_err(|failure| failure.at(format!("{}, row {row}", path.display())))?);
    }
    if all.is_empty() { Err(bad(2, "there is no row")) } else { Ok(all) }
}

fn read_row(
    header: &csv::StringRecord,
    record: &csv::StringRecord,
    generate: bool,
    yes: &mut Yes<'_>,
) -> Result<Credentials, Failure> {
    let wrong = |column: &str, why: &dyn std::fmt::Display| {
        Failure::new(Exit::BadInput, format!("column `{column}`: {why}"))
            .next("correct that cell, and run the same command again")
    };
    let (mut draft, mut vault, mut custodians, mut threshold) = (Draft::default(), None, None, None);
    for (column, cell) in header.iter().zip(record).filter(|(_, cell)| !cell.is_empty()) {
        match column {
            "vault" => vault = Some(cell.parse::<VaultName>().map_err(|error| wrong(column, &error))?),
            "account_id" => draft.account = Some(cell.parse().map_err(|error| wrong(column, &error))?),
            "email" => draft.email = Some(cell.into()),
            "password" => draft.password = Some(cell.into()),
            "totp" => draft.totp = Some(cell.into()),
            TOTP_CODE => draft.totp_code = Some(cell.into()),
            "threshold" => threshold = Some(cell.parse().map_err(|error| wrong(column, &error))?),
            "custodians" => {
                let people =
                    cell.split_whitespace().map(str::parse::<PersonId>).collect::<Result<Vec<_>, _>>();
                custodians = Some(people.map_err(|error| wrong(column, &error))?);
            }
            other => {
                let name = other.replace('_', "-");
                let name = name.parse::<FieldName>().map_err(|error| wrong("of the header", &error))?;
                draft.others.push((name, cell.into()));
            }
        }
    }
    let vault = vault.ok_or_else(|| wrong("vault", &"it is empty"))?;
    finish(vault, draft, custodians, threshold, generate, yes)
}

/// Checks what came in: account, password, proof of the seed.
fn finish(
    vault: VaultName,
    draft: Draft,
    custodians: Option<Vec<PersonId>>,
    threshold: Option<u8>,
    generate: bool,
    yes: &mut Yes<'_>,
) -> Result<Credentials, Failure> {
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
                yes.ask(SealDeviation::WeakPassword, &what)?;
            }
            password
        }
        None if generate => generated(&vault, yes)?,
        None => return Err(missing("the password").next("give one, or let --generate-password make it")),
    };
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
                .next("copy it anew from the provider: the base32 text, or the otpauth:// link")
        })?;
        if !draft.is_judged {
            prove(&vault, &seed, draft.totp_code.as_ref(), yes)?;
        }
        fields.push((name(TOTP), seed.to_uri(vault.as_str())));
    }
    fields.extend(draft.others);
    let fields = Fields::new(fields).map_err(|error| {
        Failure::new(Exit::BadInput, error).next("name each field once, and leave out what is not needed")
    })?;
    Ok(Credentials { vault, account, fields, custodians, threshold })
}

/// A line break or an invisible character in a value is a slip of the clipboard, or a quote in a CSV that was
/// never closed: the value would be found wrong when it is needed.
pub fn visible(vault: &VaultName, what: &str, value: &SecretString) -> Result<(), Failure> {
    if value.expose_secret().chars().any(|character| character == '\n' || is_hostile(character)) {
        let what = format!("the {what} of `{vault}` holds a line break or an invisible character");
        return Err(
            Failure::new(Exit::BadInput, what).next("type it anew; in a CSV, see that each quote is closed")
        );
    }
    Ok(())
}

/// Makes a password, and shows it where there is a terminal: it has to be set at the provider too.
fn generated(vault: &VaultName, yes: &mut Yes<'_>) -> Result<SecretString, Failure> {
    let password = password::generate(&mut Context::rng());
    if let Some(terminal) = &mut yes.terminal {
        terminal.say(&format!("This is the new password of `{vault}`. Set it at the provider now."))?;
        terminal.show_secret(PASSWORD, &password)?;
    }
    Ok(password)
}

/// What is weak about a password, if it is.
pub fn weakness(
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
pub fn prove(
    vault: &VaultName,
    seed: &TotpSeed,
    code: Option<&SecretString>,
    yes: &mut Yes<'_>,
) -> Result<(), Failure> {
    if let Some(code) = code {
        if seed.matches(code.expose_secret(), clock::now().unix()) {
            return Ok(());
        }
        return Err(Failure::new(
            Exit::BadInput,
            format!("the TOTP code of `{vault}` is not one of its seed now"),
        )
        .next("check the seed and this machine's clock"));
    }
    let Some(terminal) = &mut yes.terminal else {
        let what = format!("the TOTP seed of `{vault}` is not proven by a code.");
        return yes.ask(SealDeviation::TotpUnproven, &what);
    };
    for _ in 0..3 {
        let typed = terminal.ask_secret(&format!(
            "Code that an authenticator shows for `{vault}` now (empty: show two codes to enter at the provider):"
        ))?;
        let now = clock::now().unix();
        if typed.expose_secret().is_empty() {
            let [first, second] = seed.two_codes_from(seed.step_at(now));
            terminal.show_secret("two codes, in order", &two(&first, &second))?;
            if terminal.confirm("Did the provider take both codes?")? {
                return Ok(());
            }
        } else if seed.matches(typed.expose_secret(), now) {
            return Ok(());
        } else {
            terminal.say("  that is not a code of this seed now; check the seed and this machine's clock")?;
        }
    }
    let what = format!("the TOTP seed of `{vault}` is not proven by a code.");
    yes.ask(SealDeviation::TotpUnproven, &what)
}

fn two(first: &SecretString, second: &SecretString) -> SecretString {
    let mut both = Zeroizing::new(String::with_capacity(32));
    both.push_str(first.expose_secret());
    both.push_str("  ");
    both.push_str(second.expose_secret());
    SecretString::from(both.as_str())
}

/// Refuses passwords that several vaults share, unless that is accepted. They are compared in memory alone.
pub fn refuse_reuse(all: &[Credentials], yes: &mut Yes<'_>) -> Result<(), Failure> {
    let password =
        |one: &Credentials| one.fields.get(PASSWORD).map(|secret| secret.expose_secret().to_owned());
    let mut seen: Vec<(Zeroizing<String>, &VaultName)> = Vec::with_capacity(all.len());
    for one in all {
        if let Some(password) = password(one) {
            seen.push((Zeroizing::new(password), &one.vault));
        }
    }
    seen.sort_by(|a, b| a.0.as_str().cmp(b.0.as_str()));
    if let Some(pair) = seen.windows(2).find(|pair| *pair[0].0 == *pair[1].0) {
        let what = format!("`{}` and `{}` have the same password.", pair[0].1, pair[1].1);
        return yes.ask(SealDeviation::ReusedPassword, &what);
    }
    Ok(())
}
