//! A guided sealing: what flags do not say is asked for, one question at a time, and shown before it is sealed.

use std::rc::Rc;

use std::path::PathBuf;
use std::str::FromStr as _;

use crate::cli::ask::seal::answers::{SealAnswers, SealDialog};
use crate::cli::ask::seal::password::Password;
use crate::cli::ask::seal::secrets;
use crate::cli::context::Context;
use crate::cli::files::finder::FileFinder;
use crate::cli::files::keys::read_all_identities;
use crate::cli::files::sealing::batch::Batch;
use crate::cli::files::sealing::commit::commit;
use crate::cli::files::sealing::consent::{Consent, confirm_machine};
use crate::cli::files::sealing::credentials::Typed;
use crate::cli::files::sealing::draft::SealDraft;
use crate::cli::files::sealing::plan::{custodian_cards, lacks_canary, place_of, warnings};
use crate::cli::files::signers::must_administer;
use crate::cli::flags::Signers;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::layout::counted;
use crate::cli::say::outcomes::seal::LoggedSeal;
use crate::cli::say::painted::Tone;
use crate::cli::say::summary::Summary;
use crate::cli::terminal::decide;
use crate::cli::terminal::guide::{self, Prompt, Reply, Turn};
use crate::cli::terminal::prompt::Terminal;
use crate::crypto::envelope::Identity;
use crate::crypto::threshold::Threshold;
use crate::escrow::Reading;
use crate::hands::files;
use crate::hands::store::MAX_LOG;
use crate::record::canary::canary_name;
use crate::record::finding::Rule;
use crate::record::seal::AccountId;
use crate::value::names::VaultName;

/// The partition whose account ids have a form that is known.
const AWS: &str = "aws";

/// `seal` if flags are missing and there is a terminal to ask on.
pub(crate) fn guided(
    draft: &SealDraft,
    signers: &Signers,
    reopen_with: &[PathBuf],
    mut terminal: Terminal,
    outer: &mut Context<'_>,
) -> Result<Vec<LoggedSeal>, Failure> {
    let mut said = terminal.as_writer();
    let context = &mut outer.saying(&mut said);
    let log = readable(context)?;
    let escrow = &log.escrow;
    let sealers = if signers.prefixes.is_empty() { Vec::new() } else { signers.unlock(context)? };
    let at_hand = read_all_identities(reopen_with)?;
    confirm_machine(escrow, &draft.accepted, None, context)?;
    let dialog = SealDialog { draft, escrow, finder: FileFinder::of(context), sealers: &sealers };
    dialog.seal(at_hand, &mut terminal, context)
}

/// The escrow, to ask the right questions. A log that cannot be extended stops the dialogue before the first of them.
fn readable(context: &Context<'_>) -> Result<Rc<Reading>, Failure> {
    let path = context.log();
    let bytes = files::read_own(&path, MAX_LOG).map_err(|error| failures::no_log(&path, &error))?;
    let reading = context.known.read(bytes).map_err(|found| failures::finding(&path, &found))?;
    // A damaged tail is put into a record later, when a person is unlocked who can sign it.
    if let Some(found) = reading.unsound().filter(|found| found.rule != Rule::Torn) {
        return Err(failures::finding(&path, found));
    }
    Ok(reading)
}

impl SealDialog<'_> {
    /// Asks, and seals once the person has seen everything and typed yes.
    pub(crate) fn seal(
        &self,
        mut at_hand: Vec<Identity>,
        terminal: &mut Terminal,
        context: &mut Context<'_>,
    ) -> Result<Vec<LoggedSeal>, Failure> {
        let answers = self.ask(terminal)?;
        let missing = || Failure::new(Exit::Usage, "a question was not answered").next("run it again");
        let vault = answers.vault.ok_or_else(missing)?;
        let draft = SealDraft {
            vault: Some(vault.clone()),
            custodians: answers.custodians.ok_or_else(missing)?,
            threshold: Some(answers.threshold.ok_or_else(missing)?),
            ..self.draft.clone()
        };
        let typed = Typed {
            account: answers.account.ok_or_else(missing)?,
            email: answers.email.ok_or_else(missing)?,
            password: answers.password.ok_or_else(missing)?.typed(),
            totp: answers.totp.ok_or_else(missing)?,
            others: answers.others,
        };
        let again = Terminal::open("the credentials")?.plain(context.plain);
        let mut consent = Consent { accepted: &draft.accepted, terminal: Some(again) };
        let batch = Batch::Asked(typed.finish(vault, &mut consent)?);
        let sealers = answers.sealer.as_ref().map_or(self.sealers, std::slice::from_ref);
        at_hand.extend(sealers.iter().flat_map(|one| one.identities.iter().cloned()));
        commit(&draft, sealers, &at_hand, &batch, true, context)
    }

    fn ask(&self, terminal: &mut Terminal) -> Result<SealAnswers, Failure> {
        let draft = self.draft;
        let mut answers = SealAnswers {
            vault: draft.vault.clone(),
            account: draft.account_id.clone(),
            email: draft.email.clone(),
            custodians: (!draft.custodians.is_empty()).then(|| draft.custodians.clone()),
            threshold: draft.threshold,
            password: draft.generate_password.then_some(Password::MadeHere),
            ..SealAnswers::default()
        };
        self.check_given(&answers)?;
        terminal.say(&format!(
            "SEAL a vault of {}: one person puts credentials in, several get them out.\n",
            self.escrow.name
        ))?;
        guide::explain(terminal)?;
        guide::walk(
            terminal,
            &mut answers,
            &[
                &|terminal, answers| self.vault(terminal, answers),
                &|terminal, answers| self.account(terminal, answers),
                &|terminal, answers| self.email(terminal, answers),
                &|terminal, answers| self.sealer(terminal, answers),
                &|terminal, answers| self.custodians(terminal, answers),
                &|terminal, answers| self.threshold(terminal, answers),
                &|terminal, answers| secrets::password(draft, terminal, answers),
                &|terminal, answers| secrets::others(draft, terminal, answers),
                &|terminal, answers| secrets::totp(draft, terminal, answers),
                &|terminal, answers| self.summary(terminal, answers),
            ],
        )?;
        Ok(answers)
    }

    /// Fails before the first question if what the flags say cannot be sealed.
    fn check_given(&self, given: &SealAnswers) -> Result<(), Failure> {
        if !self.sealers.is_empty() {
            must_administer(self.sealers, self.escrow)?;
        }
        if let Some(vault) = &given.vault {
            place_of(self.escrow, vault, None)?;
        }
        let Some(custodians) = &given.custodians else {
            let there = self.candidates().len();
            if there >= 2 {
                return Ok(());
            }
            let custodians = counted(there, "custodian");
            let what = format!("this escrow has {custodians}; a vault needs at least 2");
            return Err(Failure::new(Exit::BadInput, what)
                .next("create an escrow with at least 2 custodians: `breakglass init`"));
        };
        custodian_cards(self.escrow, custodians)?;
        let Some(threshold) = given.threshold else { return Ok(()) };
        Threshold::new(threshold, custodians.len()).map(drop).map_err(|error| {
            Failure::new(Exit::BadInput, error)
                .next("give --threshold 2 or more, and at least as many --custodian")
        })
    }

    fn vault(&self, terminal: &mut Terminal, answers: &mut SealAnswers) -> Result<Turn, Failure> {
        if self.draft.vault.is_some() {
            return Ok(Turn::Skip);
        }
        let before = answers.vault.as_ref().map(ToString::to_string);
        let prompt = Prompt {
            name: "Vault",
            about: "A name for what is sealed, e.g. aws-prod: a-z, 0-9 and -. The log shows it.",
            default: before.as_deref(),
            ..Prompt::default()
        };
        guide::fill(terminal, &mut answers.vault, &prompt, |typed| {
            let vault = VaultName::from_str(typed).map_err(|error| error.to_string())?;
            place_of(self.escrow, &vault, None).map_err(|failure| failure.what)?;
            Ok::<_, String>(vault)
        })
    }

    fn account(&self, terminal: &mut Terminal, answers: &mut SealAnswers) -> Result<Turn, Failure> {
        if self.draft.account_id.is_some() {
            return Ok(Turn::Skip);
        }
        let is_aws = self.draft.partition.as_str() == AWS;
        let usual = |account: &AccountId| {
            let digits = account.as_str().bytes().all(|byte| byte.is_ascii_digit());
            !is_aws || (digits && account.as_str().len() == 12)
        };
        let before = answers.account.as_ref().map(|account| account.as_str().to_owned());
        let prompt = Prompt {
            name: "Account id",
            about: "For AWS, 12 digits without dashes. The log shows it, so that auditors can match it.",
            default: before.as_deref(),
            ..Prompt::default()
        };
        let odd = "That is not 12 digits; is it right?";
        odd_or_not(terminal, &mut answers.account, &prompt, AccountId::from_input, usual, odd)
    }

    fn email(&self, terminal: &mut Terminal, answers: &mut SealAnswers) -> Result<Turn, Failure> {
        if self.draft.email.is_some() {
            return Ok(Turn::Skip);
        }
        let before = answers.email.clone();
        let prompt = Prompt {
            name: "E-mail address of the root user",
            about: "The address used to sign in. It is sealed together with the password.",
            default: before.as_deref(),
            ..Prompt::default()
        };
        let odd = "That has no @; is it right?";
        let usual = |email: &String| email.contains('@');
        odd_or_not(terminal, &mut answers.email, &prompt, String::from_str, usual, odd)
    }

    fn summary(&self, terminal: &mut Terminal, answers: &SealAnswers) -> Result<Turn, Failure> {
        decide::agree_or_back(terminal, &self.summary_of(answers))
    }

    fn summary_of(&self, answers: &SealAnswers) -> Summary {
        let mut summary = Summary::titled("ABOUT TO SEAL THIS VAULT".into());
        let plain = Tone::Plain;
        let custodians = answers.custodians.as_deref().unwrap_or_default();
        let contacts: Vec<_> = custodians.iter().map(|id| self.contact(id)).collect();
        summary.text("custodians", plain, &contacts.join("\n"));
        let threshold = answers.threshold.and_then(|least| Threshold::new(least, custodians.len()).ok());
        if let (Some(threshold), Ok(cards)) = (threshold, custodian_cards(self.escrow, custodians)) {
            let people = cards.iter().map(|card| &card.card().person);
            if lacks_canary(self.escrow, &canary_name(threshold.threshold(), people)) {
                summary.text("and", plain, "a canary for the same custodians, to drill on");
            }
            for warning in answers.vault.iter().flat_map(|vault| warnings(vault, threshold)) {
                summary.decides("BUT", Tone::Due, warning.trim_start_matches("warning: "));
            }
        }
        if !answers.others.is_empty() {
            let names = answers.others.iter().map(|(name, _)| (plain, name.to_string()));
            summary.decides_by("fields", names.collect());
        }
        summary.decides(
            "TOTP",
            plain,
            if answers.totp.iter().flatten().next().is_some() { "a seed" } else { "none" },
        );
        summary.decides("password", plain, answers.password.as_ref().map_or("", Password::shown));
        let opened = custodians.iter().map(|id| (plain, id.to_string())).collect();
        let (least, of) = (answers.threshold.unwrap_or(0), custodians.len());
        summary.decides("opened by", plain, &format!("{least} of {of}:"));
        summary.decides_by("", opened);
        let sealer = answers.sealer.as_ref().map_or(self.sealers, std::slice::from_ref);
        let sealers = sealer.iter().map(|one| (plain, one.signer.person().to_string()));
        summary.decides_by("sealed by", sealers.collect());
        summary.decides("e-mail", plain, answers.email.as_deref().unwrap_or_default());
        let account = answers.account.as_ref().map_or("", AccountId::as_str);
        summary.decides("account", Tone::Strong, &format!("{account} (partition {})", self.draft.partition));
        summary.decides("vault", Tone::Strong, answers.vault.as_ref().map_or("", VaultName::as_str));
        summary
    }
}

/// Asks for something that has a usual form; any other form has to be confirmed.
fn odd_or_not<T: Clone, E: std::fmt::Display>(
    terminal: &mut Terminal,
    place: &mut Option<T>,
    prompt: &Prompt<'_>,
    read: impl Fn(&str) -> Result<T, E>,
    usual: impl Fn(&T) -> bool,
    odd: &str,
) -> Result<Turn, Failure> {
    loop {
        match guide::ask(terminal, prompt, &read)? {
            Reply::Back => return Ok(Turn::Back),
            Reply::Given(given) if usual(&given) || terminal.confirm(&format!("  {odd}"))? => {
                *place = Some(given);
                return Ok(Turn::Next);
            }
            Reply::Given(_) => {}
        }
    }
}
