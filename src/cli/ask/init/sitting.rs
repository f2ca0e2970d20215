//! What follows on genesis in the same sitting: the fingerprint on paper, the first vault, and everybody's checks.

use std::path::PathBuf;

use serde_json::json;

use crate::ceremony::seal::Sealed;
use crate::cli::ask::init::members::{Member, signer};
use crate::cli::ask::seal::answers::SealDialog;
use crate::cli::ask::words::ask_two_words;
use crate::cli::context::{Answer, Context};
use crate::cli::files::check::check_as;
use crate::cli::files::finder::FileFinder;
use crate::cli::files::sealing::consent::confirm_machine;
use crate::cli::files::sealing::draft::SealDraft;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::terminal::guide::{self, Reply};
use crate::cli::terminal::prompt::Terminal;
use crate::crypto::digest::Digest;
use crate::record::card::Role;
use crate::record::seal::Kind;
use crate::value::fingerprint::Words;
use crate::value::names::PersonId;

/// An escrow that was begun a moment ago, and its people.
pub(crate) struct NewEscrow {
    /// Its id.
    pub(crate) id: Digest,
    /// Where it is.
    pub(crate) directory: PathBuf,
    /// Everybody, unlocked where they are here.
    pub(crate) members: Vec<Member>,
}

impl NewEscrow {
    /// Goes on to the end of the sitting. Whatever stops it, the escrow is begun, and the failure says how to go on.
    pub(crate) fn go_on(
        &self,
        terminal: &mut Terminal,
        context: &mut Context<'_>,
    ) -> Result<Answer, Failure> {
        let directory = self.directory.display();
        let on_paper = self.put_on_paper(terminal);
        let sealed = on_paper.and_then(|()| self.seal(terminal, context));
        let sealed = sealed.map_err(|failure| {
            failure.next(format!(
                "the escrow is begun in {directory}; its words, for paper, and what is due:\n\
                 breakglass status --escrow {directory}\nand then go on:\n\
                 breakglass seal --escrow {directory}"
            ))
        })?;
        let checked = if sealed.is_empty() { Vec::new() } else { self.check(terminal, context)? };
        Ok(self.answer(&sealed, &checked))
    }

    /// Shows the words, and has two of them read back from the paper.
    fn put_on_paper(&self, terminal: &mut Terminal) -> Result<(), Failure> {
        let words = Words::of(&self.id);
        terminal.say(
            "\nThe escrow is begun. Its fingerprint is what every later check is anchored to:\n\
             everybody takes paper, and writes eight words down.",
        )?;
        terminal.ask("Enter shows them:")?;
        loop {
            terminal.show_to_copy(&[
                "Write these words on paper, in this order:".to_owned(),
                String::new(),
                words.to_string(),
            ])?;
            terminal.say("Now read two of them back.")?;
            match ask_two_words(terminal, &words, "on your paper") {
                Ok(()) => {
                    return terminal.say("It is on paper. Keep it in two places, away from the escrow.");
                }
                Err(failure) if failure.exit == Exit::Interrupted => return Err(failure),
                Err(_) => terminal.say("  the paper differs: compare it with the screen once more")?,
            }
        }
    }

    /// Seals the first vault, and more, while the identities are unlocked.
    fn seal(&self, terminal: &mut Terminal, context: &mut Context<'_>) -> Result<Vec<Sealed>, Failure> {
        let mut sealed: Vec<Sealed> = Vec::new();
        let custodians = self.members.iter().filter(|member| member.card.is(Role::Custodian));
        let Some(administrator) = signer(&self.members).filter(|_| custodians.count() >= 2) else {
            return Ok(sealed);
        };
        let at_hand: Vec<_> = self.members.iter().filter_map(|member| member.here.as_ref()).collect();
        let at_hand: Vec<_> = at_hand.iter().flat_map(|one| one.identities.iter().cloned()).collect();
        let draft = SealDraft::nothing();
        loop {
            let is_first = sealed.is_empty();
            let name = if is_first { "Seal the first vault now?" } else { "Seal another vault now?" };
            let about = "Everybody's identity is still unlocked: nobody types a passphrase again.";
            match guide::yes_or_no(terminal, name, about, is_first)? {
                Reply::Given(true) => {}
                Reply::Given(false) => return Ok(sealed),
                Reply::Back => {
                    terminal.say("  the escrow is begun: there is no way back; Ctrl-C stops")?;
                    continue;
                }
            }
            let log = context.peek().ok_or_else(|| {
                let error = std::io::Error::from(std::io::ErrorKind::InvalidData);
                failures::no_log(&context.log(), &error)
            })?;
            if is_first && let Err(failure) = confirm_machine(&log.escrow, &draft.accepted, context) {
                guide::again(terminal, failure)?;
                continue;
            }
            let finder = FileFinder::of(context);
            let sealers = std::slice::from_ref(administrator);
            let dialog = SealDialog { draft: &draft, escrow: &log.escrow, finder, sealers };
            match dialog.seal(at_hand.clone(), terminal, context) {
                Ok(done) => {
                    let titles: Vec<_> = done.iter().map(|one| one.seal.title()).collect();
                    terminal.say(&format!("sealed: {}", titles.join(", ")))?;
                    sealed.extend(done);
                }
                Err(failure) => guide::again(terminal, failure)?,
            }
        }
    }

    /// Has every custodian who is here open their own shares; gives who has.
    fn check(&self, terminal: &mut Terminal, context: &mut Context<'_>) -> Result<Vec<PersonId>, Failure> {
        let mut checked = Vec::new();
        for member in self.members.iter().filter(|member| member.card.is(Role::Custodian)) {
            let Some(here) = &member.here else { continue };
            match check_as(here, &[], None, context) {
                Ok(outcome) => {
                    terminal.say(&outcome.line())?;
                    checked.push(member.person().clone());
                }
                // Who holds no share of what was sealed has nothing to check.
                Err(failure) if failure.exit == Exit::NotAuthorised => {}
                Err(failure) => guide::again(terminal, failure)?,
            }
        }
        Ok(checked)
    }

    fn answer(&self, sealed: &[Sealed], checked: &[PersonId]) -> Answer {
        let directory = self.directory.display().to_string();
        let words = Words::of(&self.id).to_string();
        let vaults: Vec<_> = sealed.iter().filter(|one| one.seal.kind == Kind::Root).collect();
        let holds = |id: &PersonId| sealed.iter().any(|one| one.seal.share_of(id).is_some());
        let unchecked: Vec<&Member> = self
            .members
            .iter()
            .filter(|member| holds(member.person()) && !checked.contains(member.person()))
            .collect();
        let mut lines =
            vec![format!("escrow begun in {directory}\nfingerprint: {}\n      words: {words}", self.id)];
        for one in &vaults {
            let force = if unchecked.is_empty() { "in force" } else { "not in force yet" };
            lines.push(format!("{}, account {}: {force}", one.seal.title(), one.seal.account));
        }
        lines.push(format!("Left to do, after `export BREAKGLASS_ESCROW={directory}`:"));
        if vaults.is_empty() {
            lines.push("  breakglass seal                      the first vault".to_owned());
        }
        for member in unchecked.iter().map(|member| member.person()) {
            let line = format!("breakglass check --all --as {member}/{member}");
            lines.push(format!("  {line:<36} {member} opens their shares"));
        }
        lines.push(
            "  breakglass head -o escrow.head       everybody takes it home, with the paper".to_owned(),
        );
        lines.push("  breakglass copy /media/usb2/escrow   a second copy, for another safe".to_owned());
        if let Some(one) = vaults.first() {
            let line = format!("breakglass drill {}", one.seal.name);
            lines.push(format!("  {line:<36} practise an emergency"));
        }
        lines.push("  and a spare of each identity and its passphrase, in two places".to_owned());
        let json = json!({
            "escrow": self.id,
            "words": words,
            "directory": directory,
            "sealed": vaults.iter().map(|one| &one.seal.name).collect::<Vec<_>>(),
            "checked": checked,
            "unchecked": unchecked.iter().map(|member| member.person()).collect::<Vec<_>>(),
        });
        Answer::done(lines.join("\n"), json)
    }
}
