//! `log`: the readable timeline. It shows what can be read; only `verify` says whether the log is sound.

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::audit::files::SealedFiles;
use crate::audit::status::status;
use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::logs::read_log;
use crate::cli::files::requests::find_request;
use crate::cli::flags::Global;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::painted::Tone;
use crate::cli::say::records::lines as lines_of;
use crate::cli::say::timeline::{self, Line};
use crate::cli::say::{failures, look};
use crate::escrow::Reading;
use crate::hands::console::Output;
use crate::hands::sandbox::FileAccess;
use crate::record::kinds::RecordKind;
use crate::record::statement::StatementKind;

/// The kinds of lines in the timeline, as the tables of records and of statements have them. A statement has a line
/// of its own, so the statements' kinds come before the record that brings them.
fn kinds() -> Vec<&'static str> {
    let mut kinds = Vec::new();
    for kind in RecordKind::ALL {
        if *kind == RecordKind::Statements {
            kinds.extend(StatementKind::ALL.iter().map(|kind| kind.as_str()));
        }
        kinds.push(kind.as_str());
    }
    kinds
}

/// Show the log as a timeline
#[derive(Debug, Args)]
#[command(after_help = "Example: breakglass log --kind release")]
pub(crate) struct LogArgs {
    /// Show only what concerns this request: its id, or at least the first 8 digits of it
    #[arg(long, value_name = "ID")]
    request: Option<String>,
    /// Show only records, or statements, of this kind
    #[arg(long, value_name = "KIND", value_parser = PossibleValuesParser::new(kinds()))]
    kind: Option<String>,
}

impl Verb for LogArgs {
    const HANDLES_SECRETS: bool = false;
    const RECORDS_MACHINE: bool = false;

    fn files(&self, global: &Global) -> FileAccess {
        global.reads_escrow()
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        let path = context.log();
        let reading = Reading::of(read_log(context)?).map_err(|found| failures::finding(&path, &found))?;
        let wanted =
            self.request.as_deref().map(|id| find_request(&reading.escrow, id).map(|asked| asked.record));
        let wanted = wanted.transpose()?;
        let mut lines: Vec<Line> = reading
            .records()
            .flat_map(|record| lines_of(&record))
            .filter(|line| self.kind.as_ref().is_none_or(|kind| *kind == line.kind))
            .filter(|line| wanted.is_none() || line.request == wanted)
            .collect();
        if let Some(found) = reading.unsound() {
            context.warn(&format!(
                "warning: {}: {} Run `breakglass verify`.",
                found.rule,
                found.rule.meaning()
            ));
        }
        if context.output != Output::Terminal {
            return Ok(Answer::drawn(Exit::Done, &lines, timeline::listed(&lines)));
        }
        let columns = look::columns();
        // Programs are told which keys signed, people whose keys they are.
        for line in lines.iter_mut().filter(|line| line.is_by_keys) {
            let asked = line.request.as_ref().and_then(|request| reading.escrow.request(request));
            if let Some(asked) = asked {
                line.key_owner = Some(asked.request.requester.to_string());
            }
        }
        let mut text = timeline::in_columns(&lines, columns);
        if lines.is_empty() {
            text.push(Tone::Plain, "the log has no record of this kind and request");
        }
        let status = status(&reading, &SealedFiles::NotInQuestion, Context::time(None));
        if let Some(unsettled) = timeline::unsettled(&status, &context.place(), columns) {
            text.push(Tone::Plain, "\n\n");
            text.append(unsettled);
        }
        Ok(Answer::drawn(Exit::Done, &lines, text))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_of_record_and_of_statement_can_be_asked_for() {
        let offered = kinds();
        let different: BTreeSet<&str> = offered.iter().copied().collect();
        assert_eq!(different.len(), offered.len(), "none twice: {offered:?}");
        assert_eq!(offered.len(), RecordKind::ALL.len() + StatementKind::ALL.len());
        assert!(RecordKind::ALL.iter().all(|kind| different.contains(kind.as_str())));
        assert!(StatementKind::ALL.iter().all(|kind| different.contains(kind.as_str())));
        let at = |kind: &str| offered.iter().position(|one| *one == kind);
        assert!(at("check") < at("statements") && at("statements") < at("recovered"), "{offered:?}");
    }
}
