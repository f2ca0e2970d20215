//! `compare`: where two copies of one escrow diverge.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::logs::{log_of, read_copy};
use crate::cli::flags::Global;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::outcome::Verdict;
use crate::cli::say::outcomes::compare::{CompareOutcome, ComparedCopy, Relation};
use crate::cli::say::records::line_of;
use crate::escrow::Reading;
use crate::hands::sandbox::FileAccess;

/// Find the first record at which two copies of an escrow diverge
#[derive(Debug, Args)]
#[command(after_help = "Example: breakglass compare safe-a/escrow safe-b/escrow")]
pub(crate) struct CompareArgs {
    /// One copy: an escrow's directory, or a log
    first: PathBuf,
    /// The other
    second: PathBuf,
}

impl Verb for CompareArgs {
    const HANDLES_SECRETS: bool = false;
    const RECORDS_MACHINE: bool = false;

    fn files(&self, _: &Global) -> FileAccess {
        let mut access = FileAccess::default();
        access.reads(&self.first);
        access.reads(&self.second);
        access
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        let copies = [LogCopy::read(&self.first)?, LogCopy::read(&self.second)?];
        let [first, second] = &copies;
        if first.reading.escrow.id != second.reading.escrow.id {
            let what = format!(
                "these are two different escrows, {} and {}, not two copies of one",
                first.reading.escrow.id.short(),
                second.reading.escrow.id.short()
            );
            return Err(Failure::new(Exit::BadInput, what).next("name two copies of one escrow"));
        }
        // A copy that is not sound is compared as far as it can be read: where it diverges tells who changed it.
        let mut unsound = None;
        for copy in &copies {
            if let Some(found) = copy.reading.unsound() {
                let failure = failures::finding(&copy.log, found);
                context.warn(&format!("{}: {}", copy.log.display(), failure.what));
                unsound = Some(failure.exit);
            }
        }
        Ok(answer(&copies, unsound))
    }
}

/// A copy, as far as it can be read.
struct LogCopy {
    log: PathBuf,
    reading: Reading,
}

impl LogCopy {
    fn read(path: &Path) -> Result<LogCopy, Failure> {
        let log = log_of(path);
        let reading = read_copy(&log)?;
        Ok(LogCopy { log, reading })
    }

    /// How many records it has.
    fn len(&self) -> usize {
        self.reading.starts.len()
    }
}

/// The relation of two copies that have the first `common` records in common.
fn relation([first, second]: &[LogCopy; 2], common: usize) -> Relation {
    let (one, other) = (&first.reading.escrow, &second.reading.escrow);
    let [first_own, second_own] = [first.len() - common, second.len() - common];
    match (first_own, second_own) {
        (0, 0) => Relation::Same,
        (0, lacks) => Relation::Behind { second: false, lacks },
        (lacks, 0) => Relation::Behind { second: true, lacks },
        _ if one.is_ancestor(&other.head) || other.is_ancestor(&one.head) => Relation::Adopted,
        _ => Relation::Forked,
    }
}

/// Compares the two record by record. `unsound` is how the program ends because a copy is not sound, whatever the
/// comparison says.
fn answer(copies: &[LogCopy; 2], unsound: Option<Exit>) -> Answer {
    let [first, second] = copies;
    let pairs = first.reading.records().zip(second.reading.records());
    let common = pairs.take_while(|(one, other)| one.hash == other.hash).count();
    let relation = relation(copies, common);
    let exit = unsound.unwrap_or(match relation {
        Relation::Same | Relation::Adopted => Exit::Done,
        Relation::Behind { .. } => Exit::Truncated,
        Relation::Forked => Exit::Fork,
    });
    let compared = |copy: &LogCopy| ComparedCopy {
        log: copy.log.clone(),
        head: copy.reading.escrow.head,
        first_own_record: copy.reading.records().nth(common).map(|record| line_of(&record)),
    };
    let copies = [compared(first), compared(second)];
    let outcome = CompareOutcome { verdict: Verdict::of(exit), common_records: common, copies, relation };
    Answer::of(exit, &outcome)
}
