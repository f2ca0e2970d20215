//! The approvals of a guided opening: custodians come to the keyboard one after another, or approve elsewhere and
//! send what they wrote.

use std::path::{Path, PathBuf};

use crate::ceremony::approve::{ApprovalFile, RequestFile, Review};
use crate::ceremony::release::{Gathered, gather};
use crate::ceremony::request::Session;
use crate::cli::ask::open::dialog::OpenDialog;
use crate::cli::context::Context;
use crate::cli::files::decision::{Asks, Decision};
use crate::cli::files::output::{must_not_exist, write_output};
use crate::cli::files::people::LocalPerson;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::painted::{Painted, Tone};
use crate::cli::say::summary::Summary;
use crate::cli::terminal::decide;
use crate::cli::terminal::guide::{self, Prompt, Reply};
use crate::cli::terminal::prompt::Terminal;
use crate::hands::clock::SetTime;
use crate::hands::files;
use crate::record::armour::Label;
use crate::value::fingerprint::Words;
use crate::value::names::PersonId;

/// Where an approver is.
enum Place {
    Here(String),
    Remote(PersonId),
}

/// Everything that approving needs.
pub(crate) struct ApprovalDialog<'a> {
    /// What is opened, and for what.
    pub(crate) open: &'a OpenDialog<'a>,
    /// Who asks.
    pub(crate) requester: &'a LocalPerson,
    /// The request file.
    pub(crate) carried: &'a RequestFile,
    /// The request's keys.
    pub(crate) session: &'a Session,
    /// Where the files go.
    pub(crate) folder: &'a Path,
    /// The time, if it was set by hand.
    pub(crate) time: Option<SetTime>,
}

/// An approval that was given or sent.
struct Approved {
    path: PathBuf,
    bytes: Vec<u8>,
    /// Where to keep a copy of it: it was pasted, or lies elsewhere.
    keep_at: Option<PathBuf>,
}

impl Approved {
    fn read(path: PathBuf) -> Result<Approved, Failure> {
        let bytes = files::read_public(&path, Label::Approval.file_limit())
            .map_err(|error| failures::not_read(&path, &error))?;
        ApprovalFile::parse(&bytes).map_err(|error| failures::approval_file(&path, &error))?;
        Ok(Approved { path, bytes, keep_at: None })
    }

    /// Keeps it beside the others: if the opening is interrupted, `release` continues with the files there.
    fn keep(&mut self) -> Result<(), Failure> {
        let Some(place) = self.keep_at.take() else { return Ok(()) };
        write_output(&place, &self.bytes)?;
        self.path = place;
        Ok(())
    }
}

/// The question who approves, and what is shown with it.
struct WhoApproves {
    name: String,
    choices: Vec<String>,
}

impl WhoApproves {
    fn as_prompt(&self) -> Prompt<'_> {
        Prompt {
            name: &self.name,
            about: "For a person who is here, their id; for a person who is not, their id and the word remote.",
            choices: self.choices.clone(),
            default: None,
        }
    }
}

impl ApprovalDialog<'_> {
    /// Collects approvals until there are enough; gives their files.
    pub(crate) fn collect(
        &self,
        terminal: &mut Terminal,
        context: &mut Context<'_>,
    ) -> Result<Vec<PathBuf>, Failure> {
        let mut good: Vec<Approved> = Vec::new();
        loop {
            let gathered = self.gather(good.iter())?;
            if gathered.enough().is_ok() {
                return Ok(good.into_iter().map(|one| one.path).collect());
            }
            let so_far: Vec<PersonId> = gathered.approvers().iter().cloned().collect();
            drop(gathered);
            let prompt = self.who(&so_far);
            let place = match guide::ask(terminal, &prompt.as_prompt(), |typed| self.place(typed, &so_far))? {
                Reply::Given(place) => place,
                Reply::Back => {
                    terminal.say("  The request is logged, so there is no way back. Ctrl-C stops.")?;
                    continue;
                }
            };
            let brought = match place {
                Place::Here(typed) => self.here(&typed, terminal, context).map(Some),
                Place::Remote(person) => self.remote(&person, terminal),
            };
            let mut approved = match brought {
                Ok(Some(approved)) => approved,
                Ok(None) => continue,
                Err(failure) => {
                    guide::again(terminal, failure)?;
                    continue;
                }
            };
            // Each is verified before it is kept, so that a bad one can be sent again under the same name.
            let judged = self.gather(good.iter().chain([&approved]))?;
            if judged.set_aside.is_empty() {
                drop(judged);
                match approved.keep() {
                    Ok(()) => good.push(approved),
                    Err(failure) => guide::again(terminal, failure)?,
                }
            } else {
                terminal.say(&failures::set_aside(&judged.set_aside))?;
            }
        }
    }

    fn gather<'a>(&'a self, files: impl Iterator<Item = &'a Approved>) -> Result<Gathered<'a>, Failure> {
        let parsed = files.filter_map(|one| ApprovalFile::parse(&one.bytes).ok()).collect();
        gather(self.carried.escrow(), &self.carried.asked().record, self.session, parsed)
            .map_err(|error| failures::release(&error, &[]))
    }

    fn who(&self, so_far: &[PersonId]) -> WhoApproves {
        let seal = self.open.seal;
        let name = match so_far {
            [] => format!("Who approves? The first of {}", seal.threshold),
            some => {
                let names: Vec<_> = some.iter().map(PersonId::as_str).collect();
                format!("Who approves next? {} of {}: {}", some.len(), seal.threshold, names.join(", "))
            }
        };
        let left = seal.shares.iter().map(|share| &share.custodian).filter(|id| !so_far.contains(id));
        WhoApproves { name, choices: left.map(|id| self.open.contact(id)).collect() }
    }

    fn place(&self, typed: &str, so_far: &[PersonId]) -> Result<Place, String> {
        let (name, remote) = match typed.split_once(char::is_whitespace) {
            Some((name, "remote")) => (name, true),
            Some(_) => return Err("type an id, or an id and the word remote".to_owned()),
            None => (typed, false),
        };
        let id = name.parse::<PersonId>().ok();
        let holds = |id: &PersonId| self.open.seal.share_of(id).is_some();
        match id {
            Some(id) if so_far.contains(&id) => Err(format!("{id} has approved already")),
            Some(id) if remote && holds(&id) => Ok(Place::Remote(id)),
            Some(id) if !remote && (holds(&id) || self.open.finder.find(name, self.open.escrow).is_ok()) => {
                Ok(Place::Here(name.to_owned()))
            }
            None if !remote => Ok(Place::Here(name.to_owned())),
            _ => Err(format!("`{name}` holds no share of this vault")),
        }
    }

    /// A custodian comes to the keyboard, and approves.
    fn here(
        &self,
        typed: &str,
        terminal: &mut Terminal,
        context: &mut Context<'_>,
    ) -> Result<Approved, Failure> {
        let requester = self.requester.signer.person();
        let comes;
        let custodian = if typed == requester.as_str() {
            self.requester
        } else {
            let turn = format!("\n{typed}, please come to the keyboard; {requester}, step back.");
            terminal.show(&Painted::of(Tone::Strong, turn))?;
            comes = self.open.finder.unlock(typed, self.open.escrow)?;
            &comes
        };
        let person = custodian.signer.person();
        let output = self.folder.join(format!("{person}.bga"));
        must_not_exist(&output)?;
        let request = self.folder.join("request.bgr");
        let decision = Decision {
            path: &request,
            carried: self.carried,
            custodian,
            time: Context::time(self.time.map(SetTime::now)),
            asks: Asks::Decision,
        };
        terminal.say("")?;
        let agree = |_: &Review<'_>, summary: &Summary| {
            let question = format!("{person}: approve, and hand your share over for good?");
            if decide::confirm(terminal, summary, &question)? {
                return Ok(());
            }
            Err(Failure::new(Exit::NotAuthorised, format!("{person} has not approved; nothing was written"))
                .next("to have the denial on record, run `breakglass deny`"))
        };
        decision.approve(&self.open.opening.accepted, agree, &output, context)?;
        terminal.say(&format!("{person} has approved; the book was written first."))?;
        Approved::read(output)
    }

    /// A custodian elsewhere: says what to send them, and takes what they send back.
    fn remote(&self, person: &PersonId, terminal: &mut Terminal) -> Result<Option<Approved>, Failure> {
        let request = self.folder.join("request.bgr");
        let words = match Words::of_session(&self.carried.asked().record) {
            Ok(words) => words,
            Err(error) => {
                guide::again(terminal, failures::no_scratch(&error))?;
                return Ok(None);
            }
        };
        terminal.say(&format!(
            "\n{contact}\nSend them {file}. They run:\n    breakglass approve request.bgr --as {person}/{person} -o \
             {person}.bga\nand are asked for three words. Read these out by voice; do not write them down:\n  {words}",
            contact = self.open.contact(person),
            file = request.display(),
        ))?;
        let prompt = Prompt {
            name: "Their approval",
            about: "The path of the file that they sent; or paste, to paste its text; or later, to let \
                    another custodian approve first.",
            default: Some("later"),
            ..Prompt::default()
        };
        loop {
            let typed = match guide::ask(terminal, &prompt, |typed| Ok::<_, String>(typed.to_owned()))? {
                Reply::Back => return Ok(None),
                Reply::Given(typed) => typed,
            };
            let brought = match typed.as_str() {
                "later" => return Ok(None),
                "paste" => self.pasted(person, terminal),
                path => Approved::read(PathBuf::from(path))
                    .map(|file| Approved { keep_at: Some(self.kept(person)), ..file }),
            };
            match brought {
                Ok(approved) => {
                    terminal.say("The approval was read.")?;
                    return Ok(Some(approved));
                }
                Err(failure) => guide::again(terminal, failure)?,
            }
        }
    }

    /// A free path for a person's approval.
    fn kept(&self, person: &PersonId) -> PathBuf {
        let place = |number: u32| match number {
            1 => self.folder.join(format!("{person}.bga")),
            more => self.folder.join(format!("{person}-{more}.bga")),
        };
        let free = (1..100).map(place).find(|place| place.symlink_metadata().is_err());
        free.unwrap_or_else(|| place(1))
    }

    fn pasted(&self, person: &PersonId, terminal: &mut Terminal) -> Result<Approved, Failure> {
        let bytes = terminal
            .ask_for_block("Paste it now; its end is recognised:", &Label::Approval.last_line())?
            .into_bytes();
        ApprovalFile::parse(&bytes).map_err(|error| {
            Failure::new(Exit::BadInput, error)
                .next("it may have been changed on its way: paste it again, or ask for it as a file")
        })?;
        Ok(Approved { path: PathBuf::new(), bytes, keep_at: Some(self.kept(person)) })
    }
}
