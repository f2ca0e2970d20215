//! What follows genesis in the same sitting: the fingerprint on paper, the first vault, and everybody's checks.

use std::path::PathBuf;

use crate::cli::ask::init::members::{Member, signer};
use crate::cli::ask::seal::answers::SealDialog;
use crate::cli::ask::words::ask_words;
use crate::cli::context::{Answer, Context};
use crate::cli::files::check::check_as;
use crate::cli::files::finder::FileFinder;
use crate::cli::files::sealing::consent::confirm_machine;
use crate::cli::files::sealing::draft::SealDraft;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::outcomes::init::{InitOutcome, SittingOutcome};
use crate::cli::terminal::guide::{self, Reply};
use crate::cli::terminal::prompt::Terminal;
use crate::crypto::digest::Digest;
use crate::record::card::Role;
use crate::record::seal::{Kind, Seal};
use crate::value::fingerprint::Words;
use crate::value::names::PersonId;

/// How many words are read back from the paper, which shows that they were written down.
const READ_BACK: usize = 2;

/// An escrow that was created a moment ago, and its people.
pub(crate) struct NewEscrow {
    /// Its id.
    pub(crate) id: Digest,
    /// Where it is.
    pub(crate) directory: PathBuf,
    /// Everybody, unlocked if they are here.
    pub(crate) members: Vec<Member>,
}

impl NewEscrow {
    /// Goes on to the end of the sitting. Whatever stops it, the escrow exists, and the failure says how to continue.
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
                "the escrow is created in {directory}; to see its words, for paper, and what to do:\n\
                 breakglass status --escrow {directory}\nthen continue with:\n\
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
            "\nThe escrow is created. Every later check starts from its fingerprint: eight words.\n\
             Everybody takes paper and writes them down.",
        )?;
        terminal.ask("Press Enter to see them:")?;
        loop {
            terminal.show_to_copy(&[
                "Write these words on paper, in this order:".to_owned(),
                String::new(),
                words.to_string(),
            ])?;
            terminal.say("Now read two of them back.")?;
            match ask_words(terminal, &words, READ_BACK, "on your paper") {
                Ok(()) => {
                    return terminal.say("It is on paper. Keep it in two places, away from the escrow.");
                }
                Err(failure) if failure.exit == Exit::Interrupted => return Err(failure),
                Err(_) => terminal.say("  the paper differs: compare it with the screen again")?,
            }
        }
    }

    /// Seals the first vault, and more, while the identities are unlocked.
    fn seal(&self, terminal: &mut Terminal, context: &mut Context<'_>) -> Result<Vec<Seal>, Failure> {
        let mut sealed: Vec<Seal> = Vec::new();
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
            let about = "Everybody's identity is still unlocked: nobody has to type a passphrase again.";
            match guide::yes_or_no(terminal, name, about, is_first)? {
                Reply::Given(true) => {}
                Reply::Given(false) => return Ok(sealed),
                Reply::Back => {
                    terminal.say("  the escrow exists already, so you cannot go back; Ctrl-C stops")?;
                    continue;
                }
            }
            let log = context.peek().ok_or_else(|| {
                let error = std::io::Error::from(std::io::ErrorKind::InvalidData);
                failures::no_log(&context.log(), &error)
            })?;
            if is_first && let Err(failure) = confirm_machine(&log.escrow, &draft.accepted, None, context) {
                guide::again(terminal, failure)?;
                continue;
            }
            let finder = FileFinder::of(context);
            let sealers = std::slice::from_ref(administrator);
            let dialog = SealDialog { draft: &draft, escrow: &log.escrow, finder, sealers };
            match dialog.seal(at_hand.clone(), terminal, context) {
                Ok(done) => {
                    for one in &done {
                        terminal.say(&format!("sealed: {}\n    {}", one.seal.title(), one.fields_said()))?;
                    }
                    sealed.extend(done.into_iter().map(|one| one.seal));
                }
                Err(failure) => guide::again(terminal, failure)?,
            }
        }
    }

    /// Has every custodian who is here open their own shares; returns those who did.
    fn check(&self, terminal: &mut Terminal, context: &mut Context<'_>) -> Result<Vec<PersonId>, Failure> {
        let mut checked = Vec::new();
        for member in self.members.iter().filter(|member| member.card.is(Role::Custodian)) {
            let Some(here) = &member.here else { continue };
            match check_as(here, &[], None, context) {
                Ok(outcome) => {
                    terminal.show(&outcome.lines())?;
                    checked.push(member.person().clone());
                }
                // A custodian without a share of what was sealed has nothing to check.
                Err(failure) if failure.exit == Exit::NotAuthorised => {}
                Err(failure) => guide::again(terminal, failure)?,
            }
        }
        Ok(checked)
    }

    fn answer(&self, sealed: &[Seal], checked: &[PersonId]) -> Answer {
        let holds = |id: &PersonId| sealed.iter().any(|one| one.share_of(id).is_some());
        let everybody = self.members.iter().map(Member::person);
        let outcome = SittingOutcome {
            created: InitOutcome::new(self.id, self.directory.clone()),
            sealed: sealed.iter().filter(|seal| seal.kind == Kind::Root).collect(),
            checked,
            unchecked: everybody.filter(|id| holds(id) && !checked.contains(id)).collect(),
        };
        Answer::of(Exit::Done, &outcome)
    }
}
