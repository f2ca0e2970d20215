//! `compare`: where two copies of one escrow part.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::logs::{log_of, read_copy};
use crate::cli::flags::Global;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::records::line_of;
use crate::escrow::Reading;
use crate::hands::sandbox::FileAccess;

/// Find the first entry at which two copies of an escrow part
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
                "these are two escrows, {} and {}, and not two copies of one",
                first.reading.escrow.id.short(),
                second.reading.escrow.id.short()
            );
            return Err(Failure::new(Exit::BadInput, what).next("name two copies of one escrow"));
        }
        // A copy that does not hold is compared as far as it can be read: where it parts says who changed it.
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

/// How two copies stand to each other.
enum Relation {
    Same,
    /// One is how the other begins.
    Behind {
        second: bool,
    },
    /// They part, and one of them adopted the other.
    Adopted,
    Parted,
}

impl Relation {
    /// The relation of two copies that have the first `common` records in common.
    fn of([first, second]: &[LogCopy; 2], common: usize) -> Relation {
        let (one, other) = (&first.reading.escrow, &second.reading.escrow);
        if first.len() == common && second.len() == common {
            Relation::Same
        } else if first.len() == common || second.len() == common {
            Relation::Behind { second: second.len() == common }
        } else if one.is_ancestor(&other.head) || other.is_ancestor(&one.head) {
            Relation::Adopted
        } else {
            Relation::Parted
        }
    }

    fn verdict(&self, copies: &[LogCopy; 2], common: usize) -> (Exit, String) {
        match self {
            Relation::Same => (Exit::Done, "SAME: entry for entry".to_owned()),
            Relation::Behind { second } => {
                let at = usize::from(*second);
                let behind = copies[1 - at].len() - copies[at].len();
                let log = copies[at].log.display();
                (Exit::Truncated, format!("BEHIND: {log} lacks the last {behind} entries of the other"))
            }
            Relation::Adopted => {
                (Exit::Done, format!("ADOPTED: they part at entry {common}, and one holds both"))
            }
            Relation::Parted => (Exit::Fork, format!("FORK: they part at entry {common}")),
        }
    }
}

fn answer(copies: &[LogCopy; 2], unsound: Option<Exit>) -> Answer {
    let [first, second] = copies;
    let pairs = first.reading.records().zip(second.reading.records());
    let common = pairs.take_while(|(one, other)| one.hash == other.hash).count();
    let relation = Relation::of(copies, common);
    let (exit, verdict) = relation.verdict(copies, common);
    let exit = unsound.unwrap_or(exit);
    let first_own = |copy: &LogCopy| copy.reading.records().nth(common).map(|record| line_of(&record));
    let parted = [first_own(first), first_own(second)];
    let mut lines = Vec::new();
    for copy in copies {
        let head = &copy.reading.escrow.head;
        lines.push(format!("{}: last entry {}, hash {}", copy.log.display(), head.seq, head.hash));
    }
    lines.push(verdict);
    if !matches!(relation, Relation::Same) {
        for (copy, line) in copies.iter().zip(&parted) {
            lines.push(format!("  {}\n  {}", copy.log.display(), line.as_deref().unwrap_or("no entry")));
        }
    }
    if matches!(relation, Relation::Parted) {
        lines.push("to join them: breakglass adopt, signed by two people".to_owned());
    }
    let json = json!({
        "verdict": exit.code(), "exit": exit as u8, "common_entries": common,
        "copies": copies.iter().zip(&parted).map(|(copy, line)| json!({
            "log": copy.log.display().to_string(), "head": copy.reading.escrow.head, "first_own_entry": line,
        })).collect::<Vec<Value>>(),
    });
    Answer { exit, text: lines.join("\n").into(), json }
}
