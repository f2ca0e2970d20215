//! `enroll`: a person's card.

use serde_json::json;

use crate::card::{Card, Role, VerifiedCard};
use crate::cli::args::Enroll;
use crate::cli::exit::{Exit, Failure};
use crate::cli::{Answer, Context, failures, people, write_output};
use crate::crypto::recipient::Recipient;
use crate::crypto::sign::SigningKey;
use crate::hands::clock;
use crate::names::KeyName;
use crate::signer::seal_signing_key;
use crate::words::Words;

/// Makes a card. The signing key exists only here and, sealed to the person, in the card.
pub fn enroll(args: Enroll) -> Result<Answer, Failure> {
    let path = args.output.join(format!("{}.card", args.person));
    super::must_not_exist(&path)?;
    let recipients = match &args.identity {
        Some(file) => people::read_identities(file)?.iter().map(|one| one.to_recipient()).collect(),
        None => args.recipients.iter().map(|text| read_recipient(text)).collect::<Result<Vec<_>, _>>()?,
    };
    let key = SigningKey::generate(&mut Context::rng());
    let mut roles: Vec<Role> = args.roles.into_iter().map(Role::from).collect();
    roles.sort_unstable();
    roles.dedup();
    let sealed_signing_key =
        seal_signing_key(&key, &recipients).map_err(|error| failures::envelope(&error))?;
    let card = Card {
        time: clock::now(),
        by: vec![KeyName::Person(args.person.clone())],
        person: args.person.clone(),
        name: args.name,
        contact: args.contact,
        roles,
        recipients,
        verifying_key: key.verifying_key(),
        sealed_signing_key,
    };
    let card = VerifiedCard::sign(&card, &key).map_err(|error| {
        Failure::new(Exit::BadInput, error)
            .next("name each --role and each --recipient once, and no more of them")
    })?;
    write_output(&path, card.note().as_bytes())?;
    let words = Words::of(&card.digest());
    let text = format!(
        "card of {} written to {}\nwords: {words}\nRead these words to the administrator when the escrow is begun.",
        args.person,
        path.display()
    );
    let json = json!({
        "card": path.display().to_string(),
        "person": args.person,
        "digest": card.digest(),
        "words": words.to_string(),
    });
    Ok(Answer::done(text, json))
}

/// Reads a recipient from a flag. What is no recipient may be a secret key, so it is never repeated.
fn read_recipient(text: &str) -> Result<Recipient, Failure> {
    text.parse().map_err(|error| {
        Failure::new(Exit::BadInput, error)
            .at("--recipient")
            .next("give the line age1… that `breakglass keygen` printed, or the identity file with -i")
    })
}
