//! `collect`: appends statements that were made elsewhere. Each counts by who signed it, not by who brought it.

use std::path::PathBuf;

use clap::Args;

use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::people::LocalPerson;
use crate::cli::files::statements::{read_statement, verified};
use crate::cli::files::{open_log, statements};
use crate::cli::flags::{As, Global};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::outcomes::collect::{CollectOutcome, FileCollected};
use crate::escrow::VerifiedStatement;
use crate::hands::clock;
use crate::hands::sandbox::FileAccess;

/// Append statements that were made elsewhere
#[derive(Debug, Args)]
#[command(after_help = "Example: breakglass collect alice-check.bgs --as carol/carol")]
pub(crate) struct CollectArgs {
    /// Files that were written with -o: checks, actions, closings, confirmations, denials, approvals
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Who collects
    #[command(flatten)]
    signer: As,
}

impl Verb for CollectArgs {
    const HANDLES_SECRETS: bool = true;
    const RECORDS_MACHINE: bool = false;

    fn files(&self, global: &Global) -> FileAccess {
        let mut access = global.changes_escrow();
        self.signer.allow(&mut access);
        self.files.iter().for_each(|file| access.reads(file));
        access
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        let mut notes = Vec::new();
        for path in &self.files {
            notes.push((path, read_statement(path)?));
        }
        let who = LocalPerson::unlock(&self.signer, |id| context.card_of(id))?;
        let mut ledger = open_log::plain(&who, clock::now(), context)?;
        who.must_belong_to(ledger.escrow())?;
        let mut statements: Vec<VerifiedStatement> = Vec::new();
        let mut files = Vec::new();
        for (path, note) in notes {
            let signed = verified(ledger.escrow(), note, path)?;
            let digest = signed.note.digest();
            let file = if ledger.escrow().has_statement(&digest) {
                FileCollected::InLog
            } else if statements.iter().any(|other| other.note.digest() == digest) {
                FileCollected::GivenTwice
            } else {
                let appended = FileCollected::Appended(signed.note.kind().to_owned(), signed.person.clone());
                statements.push(signed);
                appended
            };
            files.push((path.clone(), file));
        }
        let collected = statements.len();
        let mut record = None;
        if !statements.is_empty() {
            ledger.vouch(&statements);
            let statements: Vec<_> = statements.into_iter().map(VerifiedStatement::into_signed).collect();
            record = Some(statements::append(&mut ledger, &context.log(), &statements, &who)?);
        }
        Ok(Answer::of(Exit::Done, &CollectOutcome { collected, files, record }))
    }
}
