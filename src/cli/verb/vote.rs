//! `approve` and `deny`: a custodian decides on a request, with the request file and their own files alone.

use std::path::Path;

use serde_json::json;

use crate::ceremony::approve::{RequestFile, Review};
use crate::ceremony::request::session_words;
use crate::cli::args::{Approve, As, Deny};
use crate::cli::ask::deviations::confirm_deviations;
use crate::cli::ask::prompt::Terminal;
use crate::cli::context::{Answer, Context};
use crate::cli::files::output::write_output;
use crate::cli::files::people::Somebody;
use crate::cli::say::deviation::explain;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::painted::{Painted, Tone};
use crate::cli::verb::init;
use crate::hands::{clock, files};
use crate::record::bundle::MAX_BUNDLE;
use crate::record::chain::LogRecord;
use crate::record::deviation::Deviation;
use crate::value::fingerprint::Words;
use crate::value::public;
use crate::value::text::folded;
use crate::value::time::Time;

/// How wide what people wrote is shown: with its margin it fits into 80 columns.
const TEXT_COLUMNS: usize = 64;

/// A request on a custodian's desk.
pub struct Desk<'a> {
    /// Where the request file is.
    pub path: &'a Path,
    /// What it carries.
    pub carried: &'a RequestFile,
    /// The custodian, whose identities are unlocked.
    pub custodian: &'a Somebody,
    /// When.
    pub time: Time,
}

/// A request file, read.
pub fn read_request(path: &Path) -> Result<RequestFile, Failure> {
    public::work(|| {
        let bytes = files::read(path, MAX_BUNDLE as u64).map_err(|error| failures::not_read(path, &error))?;
        RequestFile::parse(&bytes).map_err(|error| failures::approve(path, &error))
    })
}

fn unlock(signer: &As, carried: &RequestFile) -> Result<Somebody, Failure> {
    Somebody::unlock(signer, || Some(carried.reading().escrow.clone()))
}

impl Desk<'_> {
    /// Checks everything, and shows what the decision rests on.
    fn examine(&self, context: &mut Context<'_>) -> Result<Review<'_>, Failure> {
        let book = self.custodian.book_as_far();
        let examined = self
            .carried
            .examine(&self.custodian.card, &self.custodian.identities, &book)
            .map_err(|error| failures::approve(self.path, &error))?;
        context.show(&screen(&examined, self.time));
        Ok(examined)
    }

    /// Approves, once everything out of order is confirmed and `agree` agrees: the book first, then the approval,
    /// which goes to `output`.
    pub fn approve(
        &self,
        accepted: &[Deviation],
        agree: impl FnOnce(&Review<'_>) -> Result<(), Failure>,
        output: &Path,
        context: &mut Context<'_>,
    ) -> Result<(), Failure> {
        let examined = self.examine(context)?;
        context.warn(
            "Approving hands your share of this vault to this session for good.\n\
             That the request expires does not undo it.",
        );
        confirm_deviations(&examined.deviations(self.time), accepted)?;
        agree(&examined)?;
        let decided = examined.approve(self.time).map_err(|error| failures::approve(self.path, &error))?;
        let statement = self.custodian.state(decided.draft.clone(), context)?;
        write_output(output, &decided.file(&statement)).map_err(|failure| {
            failure
                .or_next("your book has this approval already; approve again with another -o: it counts once")
        })
    }
}

/// Approves a request.
pub fn approve(args: Approve, context: &mut Context<'_>) -> Result<Answer, Failure> {
    crate::cli::files::output::must_not_exist(&args.output)?;
    let carried = read_request(&args.request)?;
    let custodian = unlock(&args.signer, &carried)?;
    let desk = Desk {
        path: &args.request,
        carried: &carried,
        custodian: &custodian,
        time: Context::time(args.at.time),
    };
    let agree = |examined: &Review<'_>| compare(examined, args.session_words.as_deref());
    desk.approve(&args.accepted, agree, &args.output, context)?;
    let (person, asked) = (custodian.signer.person(), carried.asked());
    let text = format!(
        "{person} approved request {}; the book was written first\nbring or send {} to {}",
        asked.record.short(),
        args.output.display(),
        asked.request.requester
    );
    let approval = args.output.display().to_string();
    Ok(Answer::done(text, json!({ "request_id": asked.record, "person": person, "approval": approval })))
}

/// Compares the session words, and asks for the decision where there is somebody to ask.
fn compare(examined: &Review<'_>, given: Option<&str>) -> Result<(), Failure> {
    let words = session_words(&examined.asked.record);
    if let Some(given) = given {
        let given: Words = given.parse().map_err(|error| {
            Failure::new(Exit::BadInput, error)
                .at("--session-words")
                .next("give the 8 words that `breakglass request` printed, in quotes; ask the requester")
        })?;
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
fn screen(examined: &Review<'_>, now: Time) -> Painted {
    let (asked, share) = (examined.asked, &examined.share);
    let wanted = &asked.request;
    let mut lines = vec![Painted::of(Tone::Strong, format!("request {}", asked.record))];
    // What people wrote is set off, so that no text can pass for a line of this screen.
    let mut line = |name: &str, tone: Tone, text: &str| {
        let text = folded(if text.is_empty() { "none named" } else { text }, TEXT_COLUMNS);
        lines.push(
            Painted::of(Tone::Quiet, format!("  {name:<10} ")).and(tone, text.join("\n             | ")),
        );
    };
    let (shares, plain) = (share.threshold, Tone::Plain);
    line("vault", Tone::Strong, &format!("{} generation {} ({})", share.name, share.generation, share.kind));
    line("account", Tone::Strong, share.account.as_str());
    line("needs", plain, &format!("{} of {} custodians", shares.threshold(), shares.total_shares()));
    line("asked by", Tone::Strong, &format!("{} at {}", wanted.requester, asked.time));
    line("purpose", plain, &format!("{}, {}", wanted.purpose, wanted.reason));
    line("ticket", plain, wanted.ticket.as_str());
    line("because", Tone::Strong, wanted.justification.as_str());
    let actions: Vec<_> = wanted.actions.iter().map(|action| action.as_str()).collect();
    line("planned", plain, &actions.join("\n"));
    line("fields", plain, &wanted.fields.iter().map(|field| field.as_str()).collect::<Vec<_>>().join(", "));
    line("TOTP codes", plain, &format!("{} at most", wanted.totp_codes));
    line("window", plain, &format!("{} to {}", wanted.not_before, wanted.not_after));
    line("it is now", plain, &now.to_string());
    for deviation in wanted.deviations.iter().chain(&examined.deviations(now)) {
        let text = format!("  OUT OF ORDER: {}", explain(*deviation));
        lines.push(Painted::of(Tone::Bad, text));
    }
    for earlier in &examined.unreleased {
        let text = format!(
            "  EARLIER APPROVAL by {} at {} for request {}, and no release is known",
            earlier.person,
            earlier.time,
            earlier.request.short()
        );
        lines.push(Painted::of(Tone::Bad, text));
    }
    Painted::lines(lines)
}

/// Says no.
pub fn deny(args: Deny, context: &mut Context<'_>) -> Result<Answer, Failure> {
    crate::cli::files::output::must_not_exist(&args.output)?;
    let carried = read_request(&args.request)?;
    let custodian = unlock(&args.signer, &carried)?;
    let desk = Desk { path: &args.request, carried: &carried, custodian: &custodian, time: clock::now() };
    let examined = desk.examine(context)?;
    let statement = custodian.state(examined.deny(args.because, desk.time), context)?;
    write_output(&args.output, &LogRecord::bytes_of(&statement.note))?;
    let person = custodian.signer.person();
    let text = format!(
        "{person} denied request {}; a denial is recorded, it is no veto\nto have it in the log: breakglass collect {} --as YOU",
        examined.asked.record.short(),
        args.output.display()
    );
    let denial = args.output.display().to_string();
    Ok(Answer::done(text, json!({ "request_id": examined.asked.record, "person": person, "denial": denial })))
}
