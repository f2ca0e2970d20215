//! What `init` answers.

use std::path::PathBuf;

use serde::{Serialize, Serializer};

use crate::cli::say::outcome::{Outcome, as_shown};
use crate::cli::say::painted::Painted;
use crate::crypto::digest::Digest;
use crate::record::seal::Seal;
use crate::value::fingerprint::Words;
use crate::value::names::PersonId;

/// An escrow was created from cards.
#[derive(Serialize)]
pub(crate) struct InitOutcome {
    /// The escrow's id.
    pub(crate) escrow: Digest,
    /// The same as words, for paper.
    words: String,
    /// The escrow's directory.
    #[serde(serialize_with = "as_shown")]
    directory: PathBuf,
}

impl InitOutcome {
    /// The escrow `escrow`, created in `directory`.
    pub(crate) fn new(escrow: Digest, directory: PathBuf) -> InitOutcome {
        InitOutcome { escrow, words: Words::of(&escrow).to_string(), directory }
    }

    fn heading(&self) -> String {
        let InitOutcome { escrow, words, directory } = self;
        format!("escrow created in {}\nfingerprint: {escrow}\n      words: {words}", directory.display())
    }
}

impl Outcome for InitOutcome {
    fn said(&self) -> Painted {
        let heading = self.heading();
        format!(
            "{heading}\nWrite the words on paper, and keep them in two places: every later check starts from them."
        )
        .into()
    }
}

/// An escrow was created in one sitting, with whatever was sealed and checked in it.
#[derive(Serialize)]
pub(crate) struct SittingOutcome<'a> {
    /// The escrow.
    #[serde(flatten)]
    pub(crate) created: InitOutcome,
    /// The root vaults that were sealed.
    #[serde(serialize_with = "by_name")]
    pub(crate) sealed: Vec<&'a Seal>,
    /// The custodians who checked their shares.
    pub(crate) checked: &'a [PersonId],
    /// The custodians who hold a share and have not checked it.
    pub(crate) unchecked: Vec<&'a PersonId>,
}

fn by_name<S: Serializer>(seals: &[&Seal], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(seals.iter().map(|seal| &seal.name))
}

/// What is left to do: a command, and beside it what it is for.
fn left(command: &str, what: &str) -> String {
    format!("  {command:<36} {what}")
}

impl Outcome for SittingOutcome<'_> {
    fn said(&self) -> Painted {
        let mut lines = vec![self.created.heading()];
        for seal in &self.sealed {
            let force = if self.unchecked.is_empty() { "in force" } else { "not in force yet" };
            lines.push(format!("{}, account {}: {force}", seal.title(), seal.account));
        }
        let directory = self.created.directory.display();
        lines.push(format!("Left to do, after `export BREAKGLASS_ESCROW={directory}`:"));
        if self.sealed.is_empty() {
            lines.push(left("breakglass seal", "the first vault"));
        }
        for id in &self.unchecked {
            let command = format!("breakglass check --all --as {id}/{id}");
            lines.push(left(&command, &format!("{id} opens their shares")));
        }
        lines.push(left("breakglass head -o escrow.head", "everybody takes it home, with the paper"));
        lines.push(left("breakglass copy /media/usb2/escrow", "a second copy, for another safe"));
        if let Some(seal) = self.sealed.first() {
            lines.push(left(&format!("breakglass drill {}", seal.name), "practise an emergency"));
        }
        lines.push("  and a spare of each identity and its passphrase, in two places".to_owned());
        lines.join("\n").into()
    }
}
