//! What `check` found.

use serde::Serialize;

use crate::audit::files::GenerationFiles;
use crate::cli::say::exit::Exit;
use crate::cli::say::files::{ANOTHER_COPY, not_openable};
use crate::cli::say::finding::{FindingFields, finding_lines};
use crate::cli::say::layout::counted;
use crate::cli::say::outcome::{Outcome, Verdict};
use crate::cli::say::outcomes::statement::StatementPlace;
use crate::cli::say::painted::Painted;
use crate::record::finding::{Finding, Severity};
use crate::value::names::PersonId;

/// A custodian's shares are sound, and the custodian has stated it.
#[derive(Serialize)]
pub(crate) struct CheckOutcome {
    #[serde(flatten)]
    verdict: Verdict,
    /// How the program ends.
    #[serde(skip)]
    pub(crate) exit: Exit,
    person: PersonId,
    /// The generations whose shares are sound, by their titles.
    sound: Vec<String>,
    /// What is wrong with the sealed files of all generations that the custodian holds a share of.
    #[serde(serialize_with = "as_fields")]
    files: Vec<Finding>,
    #[serde(skip)]
    not_openable: Vec<Painted>,
    #[serde(skip)]
    place: StatementPlace,
}

fn as_fields<S: serde::Serializer>(found: &[Finding], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(found.iter().map(FindingFields::of))
}

impl CheckOutcome {
    /// The shares that are sound, among the files that were looked at.
    pub(crate) fn of(
        person: PersonId,
        sound: Vec<String>,
        files: &[GenerationFiles],
        place: StatementPlace,
    ) -> CheckOutcome {
        let mut found: Vec<Finding> = files.iter().flat_map(GenerationFiles::findings).collect();
        found.retain(|found| found.severity() >= Severity::Finding);
        let exit = found.iter().map(Finding::severity).max().map_or(Exit::Done, Exit::from);
        let needed = files.iter().filter(|one| !one.is_openable() && one.is_needed());
        let not_openable = needed.map(not_openable).collect();
        CheckOutcome { verdict: Verdict::of(exit), exit, person, sound, files: found, not_openable, place }
    }

    /// Which shares are sound, on one line; below it, what else is wrong with the files beside them.
    pub(crate) fn lines(&self) -> Painted {
        let are = if self.sound.len() == 1 { "is" } else { "are" };
        let shares = counted(self.sound.len(), "share");
        let sound = format!("{shares} of {} {are} sound: {}", self.person, self.sound.join(", "));
        let mut lines: Vec<Painted> = vec![sound.into()];
        lines.extend(self.not_openable.iter().cloned());
        lines.extend(self.files.iter().flat_map(|found| finding_lines(found, None)));
        if !self.files.is_empty() {
            lines.push(ANOTHER_COPY.into());
        }
        Painted::lines(lines)
    }
}

impl Outcome for CheckOutcome {
    fn said(&self) -> Painted {
        Painted::lines([self.lines(), self.place.to_string().into()])
    }
}
