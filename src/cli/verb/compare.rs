//! `compare`: where two copies of one escrow part.

use std::path::PathBuf;

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
pub(crate) struct Compare {
    /// One copy: an escrow's directory, or a log
    first: PathBuf,
    /// The other
    second: PathBuf,
}

impl Verb for Compare {
    const HANDLES_SECRETS: bool = false;
    const RECORDS_MACHINE: bool = false;

    fn files(&self, _: &Global) -> FileAccess {
        let mut access = FileAccess::default();
        access.reads(&self.first);
        access.reads(&self.second);
        access
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        let paths = [log_of(&self.first), log_of(&self.second)];
        let [first, second] = [read_copy(&paths[0])?, read_copy(&paths[1])?];
        if first.escrow.id != second.escrow.id {
            let what = format!(
                "these are two escrows, {} and {}, and not two copies of one",
                first.escrow.id.short(),
                second.escrow.id.short()
            );
            return Err(Failure::new(Exit::BadInput, what).next("name two copies of one escrow"));
        }
        let mut unsound = None;
        for (path, reading) in paths.iter().zip([&first, &second]) {
            if let Some(found) = reading.unsound() {
                let failure = failures::finding(path, found);
                context.warn(&format!("{}: {}", path.display(), failure.what));
                unsound = Some(failure.exit);
            }
        }
        let common =
            first.records().zip(second.records()).take_while(|(one, other)| one.hash == other.hash).count();
        let counts = [first.starts.len(), second.starts.len()];
        let relation = if counts == [common, common] {
            Relation::Same
        } else if counts.contains(&common) {
            Relation::Behind { second: counts[1] == common }
        } else if first.escrow.is_ancestor(&second.escrow.head)
            || second.escrow.is_ancestor(&first.escrow.head)
        {
            Relation::Adopted
        } else {
            Relation::Parted
        };
        let mut lines = Vec::new();
        for (path, reading) in paths.iter().zip([&first, &second]) {
            let head = &reading.escrow.head;
            lines.push(format!("{}: last entry {}, hash {}", path.display(), head.seq, head.hash));
        }
        let part = |reading: &Reading| reading.records().nth(common).map(|record| line_of(&record));
        let (exit, verdict) = match &relation {
            Relation::Same => (Exit::Done, "SAME: entry for entry".to_owned()),
            Relation::Behind { second } => {
                let at = usize::from(*second);
                let behind = counts[1 - at] - counts[at];
                let what =
                    format!("BEHIND: {} lacks the last {behind} entries of the other", paths[at].display());
                (Exit::Truncated, what)
            }
            Relation::Adopted => {
                (Exit::Done, format!("ADOPTED: they part at entry {common}, and one holds both"))
            }
            Relation::Parted => (Exit::Fork, format!("FORK: they part at entry {common}")),
        };
        lines.push(verdict.clone());
        let parted = [part(&first), part(&second)];
        if !matches!(relation, Relation::Same) {
            for (path, line) in paths.iter().zip(&parted) {
                lines.push(format!("  {}\n  {}", path.display(), line.as_deref().unwrap_or("no entry")));
            }
        }
        if matches!(relation, Relation::Parted) {
            lines.push("to join them: breakglass adopt, signed by two people".to_owned());
        }
        let exit = unsound.unwrap_or(exit);
        let json = json!({
            "verdict": exit.code(), "exit": exit as u8, "common_entries": common,
            "copies": paths.iter().zip([&first, &second]).zip(&parted).map(|((path, reading), line)| json!({
                "log": path.display().to_string(), "head": reading.escrow.head, "first_own_entry": line,
            })).collect::<Vec<Value>>(),
        });
        Ok(Answer { exit, text: lines.join("\n").into(), json })
    }
}

/// How two copies stand to each other.
enum Relation {
    Same,
    /// One is how the other begins: it is this many entries behind.
    Behind {
        second: bool,
    },
    /// They part, and one of them adopted the other.
    Adopted,
    Parted,
}
