//! `enroll`: a person's card, and their identity where they have none yet.

pub mod asking;

use std::path::Path;

use serde_json::json;

use crate::cli::args::Enroll;
use crate::cli::ask::prompt::Terminal;
use crate::cli::context::{Answer, Context};
use crate::cli::files::output::{must_not_exist, write_output};
use crate::cli::files::people::{self, NewKey, with_ending};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::usage;
use crate::crypto::recipient::Recipient;
use crate::crypto::sign::SigningKey;
use crate::hands::clock;
use crate::hands::files::{self, Created};
use crate::record::card::{Card, Role, VerifiedCard};
use crate::secret::signer::seal_signing_key;
use crate::value::fingerprint::Words;
use crate::value::names::{KeyName, PersonId};
use crate::value::text::FreeText;

/// Everything that a card says about its person.
#[derive(Debug, Clone)]
pub struct Entrant {
    /// Their id.
    pub person: PersonId,
    /// Their name.
    pub name: FreeText,
    /// How to reach them.
    pub contact: FreeText,
    /// What they may be asked to do.
    pub roles: Vec<Role>,
}

/// Makes a card. The signing key exists only here and, sealed to the person, in the card.
pub fn enroll(args: Enroll, context: &mut Context<'_>) -> Result<Answer, Failure> {
    let prefix = args.output.join(args.person.as_str());
    let path = with_ending(&prefix, "card");
    must_not_exist(&path)?;
    let entrant = entrant(&args, context)?;
    let key_path = args.identity.clone().unwrap_or_else(|| with_ending(&prefix, "key"));
    let is_there = || key_path.symlink_metadata().is_ok();
    let (mut new, mut used) = (None, None);
    let recipients = if !args.recipients.is_empty() {
        args.recipients.iter().map(|text| read_recipient(text)).collect::<Result<Vec<_>, _>>()?
    } else if args.identity.is_some() || is_there() {
        let identities = people::read_identities(&key_path)?;
        used = Some(key_path.clone());
        identities.iter().map(|one| one.to_recipient()).collect()
    } else {
        let key = match args.no_passphrase {
            true => NewKey::unlocked(),
            false => NewKey::locked(&mut Terminal::open("a passphrase")?)?,
        };
        vec![new.insert(key).identity.to_recipient()]
    };
    let card = make_card(entrant, &recipients)?;
    let mut created = Created::default();
    write(&prefix, &card, new.as_ref(), &mut created)?;
    created.keep();
    let words = Words::of(&card.digest());
    let identity = match (&new, &used) {
        (Some(_), _) => format!("identity written to {}\n", key_path.display()),
        (None, Some(path)) => format!("identity used: {}\n", path.display()),
        (None, None) => String::new(),
    };
    let text = format!(
        "{identity}card of {} written to {}\nwords: {words}\nRead these words to the administrator when the escrow \
         is begun.",
        args.person,
        path.display()
    );
    let mut json = json!({
        "card": path.display().to_string(),
        "person": args.person,
        "digest": card.digest(),
        "words": words.to_string(),
    });
    if args.recipients.is_empty() {
        json["identity"] = json!(key_path.display().to_string());
        json["identity_made"] = json!(new.is_some());
    }
    Ok(Answer::done(text, json))
}

/// What the flags say about the person; what they do not say is asked for where there is a terminal.
fn entrant(args: &Enroll, context: &Context<'_>) -> Result<Entrant, Failure> {
    let given = asking::Given::of(args);
    let missing = given.missing();
    if missing.is_empty() {
        return given.entrant(args.person.clone());
    }
    let terminal = if context.scripted { None } else { Terminal::open("").ok() };
    match terminal {
        Some(terminal) => asking::ask(args, given, &mut terminal.plain(context.plain)),
        None => Err(usage::missing(&missing)),
    }
}

/// Makes somebody's card: a fresh signing key, sealed to their recipients.
pub fn make_card(entrant: Entrant, recipients: &[Recipient]) -> Result<VerifiedCard, Failure> {
    let key = SigningKey::generate(&mut Context::rng());
    let sealed_signing_key =
        seal_signing_key(&key, recipients).map_err(|error| failures::envelope(&error))?;
    let Entrant { person, name, contact, mut roles } = entrant;
    roles.sort_unstable();
    roles.dedup();
    let card = Card {
        time: clock::now(),
        by: vec![KeyName::Person(person.clone())],
        person,
        name,
        contact,
        roles,
        recipients: recipients.to_vec(),
        verifying_key: key.verifying_key(),
        sealed_signing_key,
    };
    VerifiedCard::sign(&card, &key).map_err(|error| {
        Failure::new(Exit::BadInput, error)
            .next("name each --role and each --recipient once, and no more of them")
    })
}

/// Writes a person's files, the identity too where it is new. What was written goes with `created`.
pub fn write(
    prefix: &Path,
    card: &VerifiedCard,
    key: Option<&NewKey>,
    created: &mut Created,
) -> Result<(), Failure> {
    let card_path = with_ending(prefix, "card");
    files::create_parent(prefix, created).map_err(|error| failures::not_written(&card_path, &error))?;
    if let Some(key) = key {
        let path = with_ending(prefix, "key");
        key.write(&path)?;
        created.add(path);
    }
    write_output(&card_path, card.note().as_bytes())?;
    created.add(card_path);
    Ok(())
}

/// Reads a recipient from a flag. What is no recipient may be a secret key, so it is never repeated.
fn read_recipient(text: &str) -> Result<Recipient, Failure> {
    text.parse().map_err(|error| {
        Failure::new(Exit::BadInput, error)
            .at("--recipient")
            .next("give the line age1… that `breakglass keygen` printed, or the identity file with -i")
    })
}
