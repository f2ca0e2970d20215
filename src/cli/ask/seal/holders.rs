//! Who seals, who holds a share, and how many of them open the vault together.

use std::str::FromStr as _;

use crate::cli::ask::seal::answers::{SealAnswers, SealDialog};
use crate::cli::files::sealing::plan::custodian_cards;
use crate::cli::files::signers::must_administer;
use crate::cli::say::exit::Failure;
use crate::cli::terminal::guide::{self, Prompt, Reply, Turn};
use crate::cli::terminal::prompt::Terminal;
use crate::crypto::threshold::Threshold;
use crate::record::card::Role;
use crate::value::names::PersonId;

impl SealDialog<'_> {
    /// Every custodian who has not retired, in the order of their ids.
    pub(crate) fn candidates(&self) -> Vec<PersonId> {
        let all = self.escrow.people.iter().filter(|(_, person)| person.is(Role::Custodian));
        all.map(|(id, _)| id).filter(|id| !self.escrow.has_retired(id)).cloned().collect()
    }

    /// Asks who seals, and unlocks them.
    pub(crate) fn sealer(&self, terminal: &mut Terminal, answers: &mut SealAnswers) -> Result<Turn, Failure> {
        if !self.sealers.is_empty() {
            return Ok(Turn::Skip);
        }
        let before = answers.sealer.as_ref().map(|who| who.signer.person().to_string());
        let administrators = self.escrow.people.iter().filter(|(_, person)| person.is(Role::Administrator));
        let ids: Vec<&PersonId> = administrators.map(|(id, _)| id).collect();
        let mut here = ids.iter().filter(|id| self.finder.find(id.as_str(), self.escrow).is_ok());
        let only = here.next().filter(|_| here.next().is_none()).map(ToString::to_string);
        let choices = ids.iter().map(|id| self.contact(id)).collect();
        let prompt = Prompt {
            name: "Who seals?",
            about: "An administrator: their id, or the path of their files without the ending.",
            choices,
            default: before.as_deref().or(only.as_deref()),
        };
        loop {
            let typed = match guide::ask(terminal, &prompt, |typed| Ok::<_, String>(typed.to_owned()))? {
                Reply::Given(typed) => typed,
                Reply::Back => return Ok(Turn::Back),
            };
            if before.as_ref() == Some(&typed) {
                return Ok(Turn::Next);
            }
            let who = self.finder.unlock(&typed, self.escrow).and_then(|who| {
                must_administer(std::slice::from_ref(&who), self.escrow)?;
                Ok(who)
            });
            match who {
                Ok(who) => {
                    answers.sealer = Some(who);
                    return Ok(Turn::Next);
                }
                Err(failure) => guide::again(terminal, failure)?,
            }
        }
    }

    /// Asks who holds a share.
    pub(crate) fn custodians(
        &self,
        terminal: &mut Terminal,
        answers: &mut SealAnswers,
    ) -> Result<Turn, Failure> {
        if !self.draft.custodians.is_empty() {
            return Ok(Turn::Skip);
        }
        const ALL: &str = "all";
        let all = self.candidates();
        let before = answers.custodians.as_ref().filter(|before| **before != all).map(|before| ids(before));
        let prompt = Prompt {
            name: "Custodians",
            about: "Who holds a share: `all` of these, or their ids with spaces between them.",
            choices: all.iter().map(|id| self.contact(id)).collect(),
            default: Some(before.as_deref().unwrap_or(ALL)),
        };
        guide::fill(terminal, &mut answers.custodians, &prompt, |typed| {
            if typed == ALL {
                return self.enough(all.clone());
            }
            let chosen = guide::list(typed).map(PersonId::from_str).collect::<Result<Vec<_>, _>>();
            let chosen = chosen.map_err(|error| error.to_string())?;
            if let Some(id) = chosen.iter().find(|id| self.escrow.has_retired(id)) {
                return Err(format!("`{id}` has retired"));
            }
            custodian_cards(self.escrow, &chosen).map_err(|failure| failure.what)?;
            self.enough(chosen)
        })
    }

    /// The custodians, if there are at least two and as many as the given threshold.
    fn enough(&self, custodians: Vec<PersonId>) -> Result<Vec<PersonId>, String> {
        let least = self.draft.threshold.unwrap_or(2);
        match Threshold::new(least, custodians.len()) {
            Ok(_) => Ok(custodians),
            Err(_) => Err(format!("at least {least} custodians are needed")),
        }
    }

    /// Asks how many have to approve together.
    pub(crate) fn threshold(
        &self,
        terminal: &mut Terminal,
        answers: &mut SealAnswers,
    ) -> Result<Turn, Failure> {
        if self.draft.threshold.is_some() {
            return Ok(Turn::Skip);
        }
        let total = answers.custodians.as_ref().map_or(0, Vec::len);
        let fits = |threshold: u8| Threshold::new(threshold, total).is_ok();
        let default = answers.threshold.filter(|before| fits(*before)).map_or(total / 2 + 1, usize::from);
        let default = default.to_string();
        let about = format!(
            "How many of the {total} have to approve together. 2 of 3 and 3 of 5 are usual: one or two shares can \
             be lost, and nobody opens the vault alone."
        );
        let prompt =
            Prompt { name: "Threshold", about: &about, default: Some(&default), ..Prompt::default() };
        guide::fill(terminal, &mut answers.threshold, &prompt, |typed| {
            let number = typed.parse().ok().filter(|number| fits(*number));
            number.ok_or_else(|| format!("type a number from 2 to {total}"))
        })
    }

    /// A person on one line: id, name, how to reach them.
    pub(crate) fn contact(&self, id: &PersonId) -> String {
        let Some(person) = self.escrow.people.get(id) else { return id.to_string() };
        let card = person.card.card();
        format!("{:<10} {}, {}", id.as_str(), card.name, card.contact)
    }
}

/// Ids with a blank between them.
fn ids(of: &[PersonId]) -> String {
    of.iter().map(PersonId::as_str).collect::<Vec<_>>().join(" ")
}
