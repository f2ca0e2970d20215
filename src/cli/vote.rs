//! `approve` and `deny`: a custodian decides on a request, with the request file and their own files alone.

use std::path::Path;

use serde_json::json;

use crate::bundle::MAX_BUNDLE;
use crate::ceremony::approve::{Carried, Examined};
use crate::ceremony::request::session_words;
use crate::ceremony::state::Intent;
use crate::cli::args::{Approve, Deny};
use crate::cli::exit::{Exit, Failure};
use crate::cli::people::Somebody;
use crate::cli::prompt::Terminal;
use crate::cli::{Answer, Context, failures, init, request, write_output};
use crate::hands::{clock, files};
use crate::log::chain::Record;
use crate::time::Time;
use crate::words::Words;

fn read(path: &Path) -> Result<Carried, Failure> {
    let bytes = files::read(path, MAX_BUNDLE as u64).map_err(|error| failures::not_read(path, &error))?;
    Carried::parse(&bytes).map_err(|error| failures::approve(path, &error))
}

/// Approves: the book first, then the approval.
pub fn approve(args: Approve, context: &mut Context<'_>) -> Result<Answer, Failure> {
    super::must_not_exist(&args.output)?;
    let carried = read(&args.request)?;
    let custodian = Somebody::unlock(&args.signer)?;
    let book = custodian.book()?;
    let examined = carried
        .examine(&custodian.card, &custodian.identities, &book)
        .map_err(|error| failures::approve(&args.request, &error))?;
    let now = Context::time(args.at.time);
    context.warn(&screen(&examined, now));
    compare(&examined, args.session_words.as_deref())?;
    let decided = examined.approve(now).map_err(|error| failures::approve(&args.request, &error))?;
    let statement = custodian.state(decided.intent.clone())?;
    write_output(&args.output, &decided.file(&statement)).map_err(|failure| {
        failure.next("your book has this approval already; approve again with another -o: it counts once")
    })?;
    let person = custodian.signer.person();
    let text = format!(
        "{person} approved request {}; the book was written first\nbring or send {} to {}",
        examined.asked.record.short(),
        args.output.display(),
        examined.asked.request.requester
    );
    let approval = args.output.display().to_string();
    Ok(Answer::done(
        text,
        json!({ "request_id": examined.asked.record, "person": person, "approval": approval }),
    ))
}

/// Compares the session words, and asks for the decision where there is somebody to ask.
fn compare(examined: &Examined<'_>, given: Option<&str>) -> Result<(), Failure> {
    let words = session_words(&examined.asked.record);
    if let Some(given) = given {
        let given: Words =
            given.parse().map_err(|error| Failure::new(Exit::BadInput, error).at("--session-words"))?;
        if given == words {
            return Ok(());
        }
        return Err(Failure::new(
            Exit::NotAuthorised,
            "the session words are not those of this request file",
        )
        .next("do not approve: speak with the requester; the file may have been replaced on its way"));
    }
    let mut terminal = Terminal::open("the session words")?;
    let requester = &examined.asked.request.requester;
    terminal.say(&format!("Call {requester}, and have the session words read to you."))?;
    init::ask_two_words(&mut terminal, &words, "of the session")?;
    if terminal.confirm("Approve, and hand your share over for good?")? {
        return Ok(());
    }
    Err(Failure::new(Exit::NotAuthorised, "not approved; nothing was written")
        .next("to have the no on record: breakglass deny"))
}

/// Everything that the decision rests on. Vault, account and kind come out of the decrypted share.
fn screen(examined: &Examined<'_>, now: Time) -> String {
    let (asked, share) = (examined.asked, &examined.share);
    let wanted = &asked.request;
    let list = |items: Vec<String>| if items.is_empty() { "none named".to_owned() } else { items.join("; ") };
    let mut lines = vec![
        format!("request {}", asked.record),
        format!("  vault      {} generation {} ({})", share.name, share.generation, share.kind),
        format!("  account    {}", share.account),
        format!(
            "  needs      {} of {} custodians",
            share.threshold.threshold(),
            share.threshold.total_shares()
        ),
        format!("  asked by   {} at {}", wanted.requester, asked.time),
        format!("  purpose    {}, {}", wanted.purpose, wanted.reason),
        format!("  ticket     {}", wanted.ticket),
        format!("  because    {}", wanted.justification),
        format!("  planned    {}", list(wanted.actions.iter().map(ToString::to_string).collect())),
        format!("  fields     {}", list(wanted.fields.iter().map(ToString::to_string).collect())),
        format!("  TOTP codes {} at most", wanted.totp_codes),
        format!("  window     {} to {}", wanted.not_before, wanted.not_after),
    ];
    if !(wanted.not_before..=wanted.not_after).contains(&now) {
        lines.push(format!("  OUT OF ORDER: it is {now}, and the window is not now"));
    }
    for deviation in &wanted.deviations {
        lines.push(format!("  OUT OF ORDER: {}", request::explain(*deviation)));
    }
    for earlier in &examined.unreleased {
        lines.push(format!(
            "  EARLIER APPROVAL by {} at {} for request {}, and no release is known",
            earlier.person,
            earlier.time,
            earlier.request.short()
        ));
    }
    lines.push(
        "Approving hands your share of this vault to this session for good; that the request expires does not undo it."
            .to_owned(),
    );
    lines.join("\n")
}

/// Says no.
pub fn deny(args: Deny, context: &mut Context<'_>) -> Result<Answer, Failure> {
    super::must_not_exist(&args.output)?;
    let carried = read(&args.request)?;
    let custodian = Somebody::unlock(&args.signer)?;
    let book = custodian.book()?;
    let examined = carried
        .examine(&custodian.card, &custodian.identities, &book)
        .map_err(|error| failures::approve(&args.request, &error))?;
    let now = clock::now();
    context.warn(&screen(&examined, now));
    let intent: Intent = examined.deny(args.because, now);
    let statement = custodian.state(intent)?;
    write_output(&args.output, &Record::bytes_of(&statement.note))?;
    let person = custodian.signer.person();
    let text = format!(
        "{person} denied request {}; a denial is recorded, it is no veto\nto have it in the log: breakglass collect {}",
        examined.asked.record.short(),
        args.output.display()
    );
    let denial = args.output.display().to_string();
    Ok(Answer::done(text, json!({ "request_id": examined.asked.record, "person": person, "denial": denial })))
}
