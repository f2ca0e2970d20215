//! What a guided opening knows from the start.

use std::rc::Rc;

use crate::audit::files::GenerationFiles;
use crate::cli::context::Context;
use crate::cli::files::finder::FileFinder;
use crate::cli::flags::Opening;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::files::{ANOTHER_COPY, not_openable};
use crate::cli::say::painted::{Painted, Tone};
use crate::cli::terminal::guide;
use crate::cli::terminal::prompt::Terminal;
use crate::escrow::{Escrow, Reading};
use crate::record::request::Purpose;
use crate::record::seal::Seal;
use crate::value::names::PersonId;

/// The log as it is now, to ask the right questions. It is opened again to append to it.
pub(crate) fn readable(context: &Context<'_>) -> Result<Rc<Reading>, Failure> {
    context.peek().ok_or_else(|| {
        Failure::new(Exit::Machine, "the log cannot be read")
            .at(context.log().display())
            .next("name the escrow's directory with --escrow DIR; if the log is lost, use `breakglass request` with --continue-in FILE")
    })
}

/// What the dialogue knows from the start.
pub(crate) struct OpenDialog<'a> {
    pub(crate) escrow: &'a Escrow,
    pub(crate) seal: &'a Seal,
    pub(crate) purpose: Purpose,
    pub(crate) opening: &'a Opening,
    /// Where people's files are looked for.
    pub(crate) finder: FileFinder,
    /// The generation's files, if they cannot open it.
    pub(crate) not_openable: Option<GenerationFiles>,
}

impl OpenDialog<'_> {
    /// Says what is opened, and who has to be reached.
    pub(crate) fn introduce(&self, terminal: &mut Terminal) -> Result<(), Failure> {
        let seal = self.seal;
        let what = match self.purpose {
            Purpose::Drill => "DRILL: every step is real; the credentials are not.",
            _ => "This is real. Whatever is shown counts as exposed until it is changed.",
        };
        let mut lines: Vec<Painted> = vec![
            Painted::of(Tone::Strong, format!("OPEN {}, account {}", seal.title(), seal.account)),
            Painted::of(Tone::Due, what),
        ];
        if let Some(files) = &self.not_openable {
            lines.extend([Painted::new(), not_openable(files)]);
            lines.push(format!("Before you call anybody: {ANOTHER_COPY}.").into());
        }
        lines.extend([
            Painted::new(),
            format!(
                "{} of these {} people have to approve. Call them now:",
                seal.threshold, seal.total_shares
            )
            .into(),
        ]);
        for share in &seal.shares {
            lines.push(format!("  {}", self.contact(&share.custodian)).into());
        }
        lines.push(Painted::new());
        terminal.show(&Painted::lines(lines))?;
        guide::explain(terminal)
    }

    /// A person on one line: id, name, how to reach them.
    pub(crate) fn contact(&self, id: &PersonId) -> String {
        let Some(person) = self.escrow.people.get(id) else { return id.to_string() };
        let card = person.card.card();
        let retired = if self.escrow.has_retired(id) { "  RETIRED" } else { "" };
        format!("{:<10} {}, {}{retired}", id.as_str(), card.name, card.contact)
    }
}
