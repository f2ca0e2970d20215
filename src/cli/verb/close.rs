//! `close`: the closing list of an emergency, item by item.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::ask::closing;
use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::output::must_not_exist;
use crate::cli::files::people::LocalPerson;
use crate::cli::files::requests::find_request;
use crate::cli::files::{open_log, statements};
use crate::cli::flags::{As, Global};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::outcomes::close::CloseOutcome;
use crate::crypto::digest::Digest;
use crate::escrow::{Escrow, RequestState};
use crate::hands::sandbox::FileAccess;
use crate::hands::{clock, files};
use crate::record::closing::{Item, Lessons, Obligation, Standing};
use crate::record::statement::Statement;

/// The most bytes of a document of lessons, of which only the digest is recorded.
const MAX_DOCUMENT: u64 = 256 << 20;

/// Close an emergency: answer its closing list, item by item
#[derive(Debug, Args)]
#[command(after_help = "Example: breakglass close --request 1f0c9a77 --as alice/alice")]
pub(crate) struct CloseArgs {
    /// The request: its id, or at least the first 8 digits of it
    #[arg(long, value_name = "ID")]
    request: String,
    /// Who closes it; better not the requester
    #[command(flatten)]
    signer: As,
    /// An obligation that was met; repeatable
    #[arg(long = "done", value_name = "ITEM")]
    done: Vec<Obligation>,
    /// An obligation that does not apply, and why; repeatable
    #[arg(long = "not-applicable", value_name = "ITEM=WHY")]
    not_applicable: Vec<String>,
    /// What was learned, in words; or @FILE for a document, whose digest is recorded
    #[arg(long, value_name = "TEXT|@FILE")]
    lessons: Option<String>,
    /// Write the statement to a file instead of the log
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Verb for CloseArgs {
    const HANDLES_SECRETS: bool = true;
    const RECORDS_MACHINE: bool = false;

    fn files(&self, global: &Global) -> FileAccess {
        let mut access = global.changes_escrow();
        self.signer.allow(&mut access);
        self.output.iter().for_each(|file| access.changes_beside(file));
        let document = self.lessons.as_ref().and_then(|lessons| lessons.strip_prefix('@'));
        document.iter().for_each(|file| access.reads(Path::new(file)));
        access
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        if let Some(path) = &self.output {
            must_not_exist(path)?;
        }
        let given = self.given_answers()?;
        let lessons = self.lessons.as_deref().map(read_lessons).transpose()?;
        let who = LocalPerson::unlock(&self.signer, |id| context.card_of(id))?;
        {
            // The questions are asked before the log is locked for the append.
            let ledger = open_log::plain(&who, clock::now(), context)?;
            who.must_know(ledger.escrow(), &context.log())?;
            let asked = find_request(ledger.escrow(), &self.request)?;
            if asked.request.requester == *who.signer.person() {
                context.warn(
                    "warning: the requester closes their own emergency; `breakglass verify` will report it",
                );
            }
            context.warn(&review(ledger.escrow(), asked));
            context.keep(ledger);
        }
        let items = closing::answers(given, context)?;
        let mut ledger = open_log::plain(&who, clock::now(), context)?;
        let request = find_request(ledger.escrow(), &self.request)?.record;
        let says = crate::record::closing::Close { request, items, lessons, bags: Vec::new() }.into();
        let place = statements::state(&who, &mut ledger, says, self.output.as_deref(), context)?;
        let closed_by = who.signer.person().clone();
        Ok(Answer::of(Exit::Done, &CloseOutcome { request_id: request, closed_by, place }))
    }
}

impl CloseArgs {
    /// What the flags answer.
    fn given_answers(&self) -> Result<Vec<Item>, Failure> {
        let mut items: Vec<Item> = self
            .done
            .iter()
            .map(|obligation| Item { obligation: *obligation, answer: Standing::Done })
            .collect();
        for text in &self.not_applicable {
            let usage = |why: &dyn std::fmt::Display| {
                Failure::new(Exit::Usage, format!("{why}")).at("--not-applicable").next("give ITEM=WHY")
            };
            let (item, why) = text.split_once('=').ok_or_else(|| usage(&"a reason is missing"))?;
            let obligation = item.parse().map_err(|error| usage(&error))?;
            let why = why.parse().map_err(|error| usage(&error))?;
            items.push(Item { obligation, answer: Standing::NotApplicable(why) });
        }
        for (at, item) in items.iter().enumerate() {
            if items[..at].iter().any(|other| other.obligation == item.obligation) {
                let what = format!("`{}` is answered twice", item.obligation.as_str());
                return Err(Failure::new(Exit::Usage, what).next(
                    "leave one of the two out; give each as --done ITEM or --not-applicable ITEM=WHY",
                ));
            }
        }
        Ok(items)
    }
}

/// Planned actions against logged ones.
fn review(escrow: &Escrow, asked: &RequestState) -> String {
    let mut lines = vec![format!("request {} for {}", asked.record.short(), asked.request.name)];
    for planned in &asked.request.actions {
        lines.push(format!("  planned: {planned}"));
    }
    for collected in &escrow.statements {
        let signed = &collected.statement;
        if let Statement::Action(action) = &signed.statement.says
            && action.request == asked.record
        {
            lines.push(format!("  done:    {} ({}, {})", action.done, signed.person, signed.statement.time));
        }
    }
    lines.join("\n")
}

fn read_lessons(text: &str) -> Result<Lessons, Failure> {
    match text.strip_prefix('@') {
        Some(file) => {
            let path = Path::new(file);
            let bytes =
                files::read_public(path, MAX_DOCUMENT).map_err(|error| failures::not_read(path, &error))?;
            Ok(Lessons::Document(Digest::of(&bytes)))
        }
        None => {
            let text = text.parse().map_err(|error| {
                Failure::new(Exit::BadInput, error)
                    .at("--lessons")
                    .next("say it in a few plain words, or put it into a file: --lessons @FILE")
            })?;
            Ok(Lessons::Text(text))
        }
    }
}
