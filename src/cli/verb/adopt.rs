//! `adopt`: merges the records of a copy that diverged from this log.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::copying::{Copied, copy_file, sealed_files};
use crate::cli::files::logs::{log_of, read_copy};
use crate::cli::files::open_log;
use crate::cli::files::signers::signers;
use crate::cli::flags::{Global, Signers};
use crate::cli::say::adopting::adopting;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::outcomes::adopt::AdoptOutcome;
use crate::cli::say::summary::Summary;
use crate::cli::terminal::decide;
use crate::cli::terminal::prompt::Terminal;
use crate::escrow::{Escrow, Reading};
use crate::hands::clock;
use crate::hands::files::Created;
use crate::hands::sandbox::FileAccess;
use crate::hands::store::EscrowDir;
use crate::ledger::draft::Draft;
use crate::ledger::error::LedgerError;
use crate::ledger::log::Branch;
use crate::record::chain::LogRecord;
use crate::record::kinds::Record;

/// Merge the records of a copy that diverged from this log; two people must sign
#[derive(Debug, Args)]
#[command(after_help = "Example: breakglass adopt safe-b/escrow --as alice/alice --as bob/bob")]
pub(crate) struct AdoptArgs {
    /// The other copy: an escrow's directory, or a log
    other: PathBuf,
    /// The two people who sign
    #[command(flatten)]
    signer: Signers,
}

impl Verb for AdoptArgs {
    const HANDLES_SECRETS: bool = true;
    const RECORDS_MACHINE: bool = false;

    fn files(&self, global: &Global) -> FileAccess {
        let mut access = global.changes_escrow();
        self.signer.allow(&mut access);
        access.reads(&self.other);
        access
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        let other = log_of(&self.other);
        let theirs = read_copy(&other)?;
        if let Some(found) = theirs.unsound() {
            return Err(failures::finding(&other, found));
        }
        if self.signer.prefixes.len() != 2 {
            return Err(Failure::new(Exit::Usage, "two people must sign the adoption of a branch")
                .next("--as A --as B"));
        }
        let people = self.signer.unlock(context)?;
        let mut ledger = open_log::plain(&people[0], clock::now(), context)?;
        for one in &people {
            one.must_belong_to(ledger.escrow())?;
        }
        let records: Vec<LogRecord> = theirs.records().collect();
        let Some(known) = self.branch(&theirs, &records, ledger.escrow(), context)? else {
            return Ok(Answer::of(Exit::Done, &AdoptOutcome::default()));
        };
        let from = records[known].head();
        let says = Branch { from, records: &theirs.bytes[from.size as usize..] };
        let draft = Draft { time: clock::now(), says, signers: signers(&people) };
        let mut created = Created::default();
        // The files come first: a seal whose files are not here is of no use in an emergency.
        let not_copied = self.bring_files(&theirs.escrow, ledger.escrow(), context, &mut created)?;
        let before = ledger.escrow().clone();
        let mut asked = Ok(true);
        let proofs = ledger.adopt(draft, |after, found| {
            asked = agree(&adopting(&records[known + 1..], &before, after, found), context.plain);
            matches!(asked, Ok(true))
        });
        asked?;
        let proofs = proofs.map_err(|error| refused(&context.log(), &error))?;
        created.keep();
        let appended = proofs.iter().map(|proof| proof.head().seq).collect();
        let adopted = records.len() - known - 1;
        let exit = if not_copied.is_empty() { Exit::Done } else { Exit::BadShare };
        let outcome = AdoptOutcome { adopted, from: Some(from), records: appended, not_copied };
        Ok(Answer::of(exit, &outcome))
    }
}

impl AdoptArgs {
    /// Copies the sealed files of what only the branch sealed: beside those of this log's own seal, where two seals have
    /// one number. Gives those that the other copy does not have as they were sealed.
    fn bring_files(
        &self,
        theirs: &Escrow,
        ours: &Escrow,
        context: &Context<'_>,
        created: &mut Created,
    ) -> Result<Vec<String>, Failure> {
        let other = EscrowDir::at(log_of(&self.other).parent().unwrap_or(Path::new("")));
        let here = context.directory();
        let mut not_copied = Vec::new();
        let all = theirs.vaults.iter().flat_map(|vault| &vault.generations);
        for one in all.filter(|one| ours.sealed(&one.seal.vault, &one.record).is_none()) {
            let (name, number) = (&one.seal.name, one.seal.generation);
            let from = other.folder(name, number, &one.record);
            for file in sealed_files(one, &from, &here.beside(name, number, &one.record)) {
                if matches!(copy_file(&file, &here, created)?, Copied::Not) {
                    not_copied.push(file.from.display().to_string());
                }
            }
        }
        Ok(not_copied)
    }

    /// Which of their `records` is the last that both logs have: what follows it is adopted. None if this log has all
    /// of them already.
    fn branch(
        &self,
        theirs: &Reading,
        records: &[LogRecord],
        escrow: &Escrow,
        context: &Context<'_>,
    ) -> Result<Option<usize>, Failure> {
        let other = log_of(&self.other);
        if theirs.escrow.id != escrow.id {
            let what = format!(
                "that is the log of escrow {}, and this is the log of {}",
                theirs.escrow.id.short(),
                escrow.id.short()
            );
            return Err(Failure::new(Exit::NotAuthorised, what)
                .at(other.display())
                .next("name another copy of this escrow, or name the other escrow with --escrow DIR"));
        }
        if escrow.is_ancestor(&theirs.escrow.head) {
            return Ok(None);
        }
        let known = records.iter().rposition(|record| escrow.may_part_at(&record.head()));
        let known = known.ok_or_else(|| {
            Failure::new(Exit::Fork, "the two logs have no record in common")
                .at(other.display())
                .next("run `breakglass verify` on each, and keep both as they are")
        })?;
        // If this log has no record that the other lacks, `copy` brings it up to date, and nobody has to sign anything.
        if records[known].head() == escrow.head && !escrow.has_gaps() {
            let what = "this log has not diverged: it only lacks the newest records";
            return Err(Failure::new(Exit::Truncated, what).at(context.log().display()).next(format!(
                "bring it up to date: breakglass --escrow {} copy {}",
                self.other.display(),
                context.escrow.display()
            )));
        }
        // What this branch adopted in parts stands in it, with its parts: they may be in this log too.
        let is_part = |at: usize| matches!(records[at].says, Record::AdoptPart(_));
        let shared = (0..=known).rev().take_while(|at| is_part(*at)).count();
        Ok(Some(known - shared))
    }
}

/// Asks those at the terminal whether that is to be adopted. Where there is none, two people have named the copy and
/// unlocked their keys.
fn agree(summary: &Summary, plain: bool) -> Result<bool, Failure> {
    let Ok(terminal) = Terminal::open("a confirmation") else { return Ok(true) };
    decide::confirm(&mut terminal.plain(plain), summary, "An adoption cannot be taken back.")
}

fn refused(path: &Path, error: &LedgerError) -> Failure {
    match error {
        LedgerError::Refused(found) => Failure::new(
            Exit::from(found.severity()),
            format!("{}: {} {}", found.rule, found.rule.meaning(), found.detail),
        )
        .at(path.display())
        .next("nothing was adopted: keep both copies"),
        LedgerError::Declined => Failure::new(Exit::NotAuthorised, "not adopted; nothing was written")
            .next("keep both copies: as long as they differ, `breakglass compare` shows how"),
        error => failures::ledger(path, error),
    }
}
