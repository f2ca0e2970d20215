//! `retire`: a person leaves. Shares that were sealed to them stay valid until the next generation.

use clap::Args;

use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::open_log;
use crate::cli::files::signers::{must_administer, signers};
use crate::cli::flags::{Global, Signers};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::outcomes::retire::RetireOutcome;
use crate::hands::clock;
use crate::hands::sandbox::FileAccess;
use crate::ledger::draft::Draft;
use crate::record::retire;
use crate::value::names::PersonId;
use crate::value::text::FreeText;

/// Record that a person has left; an administrator or a threshold of custodians signs
#[derive(Debug, Args)]
#[command(after_help = "Example: breakglass retire bob --because \"left the company\" --as admin/admin")]
pub(crate) struct RetireArgs {
    /// Who retires
    person: PersonId,
    /// Why, in words
    #[arg(long, value_name = "WHY")]
    because: FreeText,
    /// The administrator, or a threshold of custodians instead
    #[command(flatten)]
    signer: Signers,
}

impl Verb for RetireArgs {
    const HANDLES_SECRETS: bool = true;
    const RECORDS_MACHINE: bool = false;

    fn files(&self, global: &Global) -> FileAccess {
        let mut access = global.changes_escrow();
        self.signer.allow(&mut access);
        access
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        let people = self.signer.unlock(context)?;
        let mut ledger = open_log::plain(&people[0], clock::now(), context)?;
        must_administer(&people, ledger.escrow())?;
        let person = ledger.escrow().people.get(&self.person).ok_or_else(|| {
            let what = format!("`{}` does not belong to this escrow", self.person);
            failures::no_person(&what, &self.person, ledger.escrow().people.keys())
        })?;
        if person.retired.is_some() {
            return Err(Failure::new(Exit::BadInput, format!("`{}` has already retired", self.person))
                .next("there is nothing left to do; `breakglass log --kind retire` shows when"));
        }
        let holds: Vec<String> = ledger
            .escrow()
            .vaults
            .iter()
            .filter(|vault| vault.current().seal.share_of(&self.person).is_some())
            .map(|vault| vault.current().seal.title())
            .collect();
        let says = retire::Retire { person: self.person.clone(), because: self.because };
        let draft = Draft { time: clock::now(), says, signers: signers(&people) };
        let appended = ledger.append(draft).map_err(|error| failures::ledger(&context.log(), &error))?;
        let record = appended.head().seq;
        Ok(Answer::of(Exit::Done, &RetireOutcome { person: self.person, record, holds }))
    }
}
