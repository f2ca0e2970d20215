//! `verify`: the auditor's command.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::audit::files::SealedFiles;
use crate::audit::verify::{Anchor, Evidence, Report, verify};
use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::logs::read_log;
use crate::cli::files::sealed::look_at_all;
use crate::cli::flags::{At, Global};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::outcomes::verify::{VerifyOutcome, text};
use crate::cli::say::{failures, look};
use crate::escrow::Reading;
use crate::hands::console::Output;
use crate::hands::files;
use crate::hands::sandbox::FileAccess;
use crate::hands::store::{EscrowDir, MAX_LOG};
use crate::record::finding::Rule;
use crate::record::head::{HeadFile, MAX_HEAD};
use crate::value::names::PersonId;

/// Verify the whole log, from its first record on; needs no secret
#[derive(Debug, Args)]
#[command(
    after_help = "Example: breakglass verify --anchor \"abandon ability …\" --head head-2026-11.json --book alice/alice.book"
)]
pub(crate) struct VerifyArgs {
    /// The fingerprint on paper: 64 digits or 8 words
    #[arg(long, value_name = "FINGERPRINT")]
    anchor: Option<String>,
    /// A head that was taken home; repeatable
    #[arg(long = "head", value_name = "FILE")]
    heads: Vec<PathBuf>,
    /// A person's book, named after them, e.g. alice.book; repeatable
    #[arg(long = "book", value_name = "FILE")]
    books: Vec<PathBuf>,
    /// Leave out findings about records that this head covers
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,
    /// Fail if neither --head nor --book is given
    #[arg(long)]
    require_head: bool,
    /// The time
    #[command(flatten)]
    at: At,
}

impl Verb for VerifyArgs {
    const HANDLES_SECRETS: bool = false;
    const RECORDS_MACHINE: bool = false;

    fn files(&self, global: &Global) -> FileAccess {
        let mut access = global.reads_escrow();
        self.heads.iter().chain(&self.books).chain(&self.since).for_each(|file| access.reads(file));
        access
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        let anchor = self.anchor.as_deref().map(str::parse::<Anchor>).transpose();
        let anchor = anchor.map_err(|error| {
            Failure::new(Exit::BadInput, error)
                .at("--anchor")
                .next("give the fingerprint as written on paper: 64 digits, or 8 words in quotes")
        })?;
        let heads = self.heads.iter().map(|path| read_head(path)).collect::<Result<Vec<_>, _>>()?;
        let books = self.books.iter().map(|path| read_book(path)).collect::<Result<Vec<_>, _>>()?;
        let since = self.since.as_deref().map(read_head).transpose()?;
        let reading = Reading::of(read_log(context)?);
        let files = match &reading {
            Ok(reading) => look_at_all(&context.directory(), &reading.escrow),
            Err(_) => SealedFiles::NotInQuestion,
        };
        let evidence = Evidence { anchor, heads, books, files, since, require_head: self.require_head };
        let report = verify(reading, &evidence, Context::time(self.at.time));
        let exit = report.worst().map_or(Exit::Done, Exit::from);
        let columns = (context.output == Output::Terminal).then(look::columns);
        let at_fault = at_fault(&report, &context.log(), &context.directory());
        let text = text(&report, exit, &at_fault, columns);
        Ok(Answer::drawn(exit, &VerifyOutcome::of(exit, &report), text))
    }
}

fn read_head(path: &Path) -> Result<(String, HeadFile), Failure> {
    let bytes =
        files::read_public(path, MAX_HEAD as u64).map_err(|error| failures::not_read(path, &error))?;
    let head = HeadFile::parse(&bytes).map_err(|error| {
        Failure::new(Exit::BadInput, error)
            .at(path.display())
            .next("give the file that `breakglass head -o` wrote")
    })?;
    Ok((path.display().to_string(), head))
}

/// A book is named after its owner: `alice.book`.
fn read_book(path: &Path) -> Result<(PersonId, Vec<u8>), Failure> {
    let owner = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
    let owner = owner.ok_or_else(|| {
        Failure::new(Exit::BadInput, "a book has to be named after its owner, e.g. alice.book")
            .at(path.display())
            .next("copy it to a file with its owner's name, and give that file")
    })?;
    let bytes = files::read_public(path, MAX_LOG).map_err(|error| failures::not_read(path, &error))?;
    Ok((owner, bytes))
}

/// The log, unless the worst that was found is of sealed files alone.
fn at_fault(report: &Report, log: &Path, directory: &EscrowDir) -> PathBuf {
    let mut worst = report.findings.iter().filter(|finding| Some(finding.severity()) == report.worst());
    let files = worst.all(|finding| {
        matches!(
            finding.rule,
            Rule::FileChanged | Rule::FileMissing | Rule::VaultNotOpenable | Rule::FileRecipients
        )
    });
    if files { directory.vaults() } else { log.to_owned() }
}
