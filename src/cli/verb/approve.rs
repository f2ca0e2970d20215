//! `approve`: a custodian hands their share over to a request, with the request file and their own files alone.

use std::path::PathBuf;

use clap::Args;

use crate::ceremony::approve::Review;
use crate::cli::ask::words::ask_words;
use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::decision::{self, Asks, Decision};
use crate::cli::files::output::must_not_exist;
use crate::cli::files::requests::read_request;
use crate::cli::flags::{As, At, Global};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::outcomes::approve::ApproveOutcome;
use crate::cli::say::summary::Summary;
use crate::cli::terminal::decide;
use crate::cli::terminal::prompt::Terminal;
use crate::hands::sandbox::FileAccess;
use crate::record::deviation::Deviation;
use crate::value::fingerprint::Words;

/// How many session words are asked for.
const OF_A_SESSION: usize = 3;

/// Approve a request: hand your share over to it
#[derive(Debug, Args)]
#[command(after_help = "Example: breakglass approve req.bgr --as alice/alice -o alice.bga")]
pub(crate) struct ApproveArgs {
    /// The request file
    request: PathBuf,
    /// The approver
    #[command(flatten)]
    signer: As,
    /// All eight session words, as the requester read them out; three are asked for if not given
    #[arg(long, value_name = "WORDS")]
    session_words: Option<String>,
    /// Where to write the approval
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Accept this deviation without being asked; repeatable
    #[arg(long = "accept-deviation", value_name = "CODE")]
    accepted: Vec<Deviation>,
    /// The time
    #[command(flatten)]
    at: At,
}

impl Verb for ApproveArgs {
    const HANDLES_SECRETS: bool = true;
    const RECORDS_MACHINE: bool = false;

    fn files(&self, _: &Global) -> FileAccess {
        let mut access = FileAccess::default();
        self.signer.allow(&mut access);
        access.reads(&self.request);
        access.changes_beside(&self.output);
        access
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        must_not_exist(&self.output)?;
        let carried = read_request(&self.request, &context.known)?;
        let custodian = decision::unlock(&self.signer, &carried)?;
        let decision = Decision {
            path: &self.request,
            carried: &carried,
            custodian: &custodian,
            time: Context::time(self.at.time),
            asks: if self.session_words.is_some() { Asks::Nothing } else { Asks::More },
        };
        let (words, plain) = (self.session_words.as_deref(), context.plain);
        let agree = |examined: &Review<'_>, summary: &Summary| compare(examined, summary, words, plain);
        decision.approve(&self.accepted, agree, &self.output, context)?;
        let asked = carried.asked();
        let outcome = ApproveOutcome {
            request_id: asked.record,
            person: custodian.signer.person().clone(),
            approval: self.output,
            requester: asked.request.requester.clone(),
        };
        Ok(Answer::of(Exit::Done, &outcome))
    }
}

/// Compares the session words. If they were not given as a flag, asks for three of them, and for the decision.
fn compare(
    examined: &Review<'_>,
    summary: &Summary,
    given: Option<&str>,
    plain: bool,
) -> Result<(), Failure> {
    let words = Words::of_session(&examined.asked.record).map_err(|error| failures::no_scratch(&error))?;
    if let Some(given) = given {
        let given: Words = given.parse().map_err(|error| {
            Failure::new(Exit::BadInput, error)
                .at("--session-words")
                .next("ask the requester for the 8 words that `breakglass request` printed, and give them in quotes")
        })?;
        if given == words {
            return Ok(());
        }
        return Err(Failure::new(
            Exit::NotAuthorised,
            "the session words are not those of this request file",
        )
        .next("do not approve; speak with the requester: the file may have been replaced on its way"));
    }
    let mut terminal = Terminal::open("the session words")?.plain(plain);
    let requester = &examined.asked.request.requester;
    terminal.say(&format!("Call {requester}, and have the session words read to you."))?;
    ask_words(&mut terminal, &words, OF_A_SESSION, "of the session")?;
    if decide::confirm(&mut terminal, summary, "Approve, and hand your share over for good?")? {
        return Ok(());
    }
    Err(Failure::new(Exit::NotAuthorised, "not approved; nothing was written")
        .next("to have your denial on record, run `breakglass deny`"))
}
