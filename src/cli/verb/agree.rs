//! `agree`: consent to a proposal, or agreement with what somebody else signed.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::disavowing::disavow_with_consent;
use crate::cli::files::people::LocalPerson;
use crate::cli::files::retiring::retire_with_consent;
use crate::cli::files::statements::read_statement;
use crate::cli::files::subjects::{ToAgreeWith, find};
use crate::cli::files::{open_log, statements};
use crate::cli::flags::{As, Global};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::outcomes::agree::AgreeOutcome;
use crate::hands::clock;
use crate::hands::sandbox::FileAccess;
use crate::hands::store::ChainFile;
use crate::ledger::log::Ledger;
use crate::record::agree::{Agree, Proposal};
use crate::record::disavow::Disavow;
use crate::record::retire::Retire;

/// Consent to a proposal, agree with a confirmation, or countersign a record
#[derive(Debug, Args)]
#[command(after_help = "Example: breakglass agree 1f0c9a77 --as bob/bob")]
pub(crate) struct AgreeArgs {
    /// A statement's file, a record's number, or at least the first 8 digits of the digest of a statement or record
    #[arg(value_name = "FILE|ID")]
    subject: String,
    /// Who agrees
    #[command(flatten)]
    signer: As,
}

impl Verb for AgreeArgs {
    const HANDLES_SECRETS: bool = true;
    const RECORDS_MACHINE: bool = false;

    fn files(&self, global: &Global) -> FileAccess {
        let mut access = global.changes_escrow();
        self.signer.allow(&mut access);
        access.reads(Path::new(&self.subject));
        access
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        let path = PathBuf::from(&self.subject);
        let file = if path.exists() { Some(read_statement(&path)?) } else { None };
        let who = LocalPerson::unlock(&self.signer, |id| context.card_of(id))?;
        let mut ledger = open_log::plain(&who, clock::now(), context)?;
        who.must_know(ledger.escrow(), &context.log())?;
        // What came in a file is brought into the log first, so that others see what was agreed with.
        if let Some(note) = file {
            let digest = statements::collect_one(note, &path, &who, &mut ledger, context)?;
            return agree(
                find(ledger.escrow(), &digest.to_string(), who.signer.person())?,
                &who,
                &mut ledger,
                context,
            );
        }
        agree(find(ledger.escrow(), &self.subject, who.signer.person())?, &who, &mut ledger, context)
    }
}

fn agree(
    found: ToAgreeWith,
    who: &LocalPerson,
    ledger: &mut Ledger<ChainFile>,
    context: &mut Context<'_>,
) -> Result<Answer, Failure> {
    let (what, says) = match found {
        ToAgreeWith::Proposal(proposal) => return consent(&proposal, who, ledger, context),
        ToAgreeWith::Statement { what, own: true, .. } | ToAgreeWith::Record { what, own: true, .. } => {
            let who = who.signer.person();
            return Err(Failure::new(Exit::NotAuthorised, format!("`{who}` signed that themselves: {what}"))
                .next("somebody else has to agree"));
        }
        ToAgreeWith::Statement { digest, what, .. } => (what, Agree::Statement(digest)),
        ToAgreeWith::Record { digest, what, .. } => (what, Agree::Record(digest)),
    };
    let place = statements::state(who, ledger, says.into(), None, context)?;
    let outcome = AgreeOutcome { person: who.signer.person().clone(), what, place };
    Ok(Answer::of(Exit::Done, &outcome))
}

/// Consents to a record, which is appended once enough people have.
fn consent(
    proposal: &Proposal,
    who: &LocalPerson,
    ledger: &mut Ledger<ChainFile>,
    context: &mut Context<'_>,
) -> Result<Answer, Failure> {
    let people = std::slice::from_ref(who);
    if let Some(says) = proposal.read::<Retire>() {
        return Ok(Answer::of(Exit::Done, &retire_with_consent(&says, people, ledger, context)?));
    }
    if let Some(says) = proposal.read::<Disavow>() {
        return Ok(Answer::of(Exit::Done, &disavow_with_consent(&says, people, ledger, context)?));
    }
    let what = format!("this version cannot write a `{}`", proposal.kind.as_str());
    Err(Failure::new(Exit::BadInput, what).next("use the version with which it was proposed"))
}
