//! `retire`: a person leaves. Shares that were sealed to them stay valid until the next generation.

use clap::Args;

use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::open_log;
use crate::cli::files::requests::find_vault;
use crate::cli::files::retiring::{append, must_be_here, retire_with_consent};
use crate::cli::flags::{Global, Signers};
use crate::cli::say::exit::{Exit, Failure};
use crate::hands::clock;
use crate::hands::sandbox::FileAccess;
use crate::record::card::Role;
use crate::record::retire::Retire;
use crate::value::names::{PersonId, VaultName};
use crate::value::text::FreeText;

/// Record that a person has left: an administrator signs, or a vault's electors consent
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: breakglass retire bob --because \"left the company\" --as admin/admin\n          \
                        breakglass retire bob --because \"left the team\" --vault aws-prod --as alice/alice"
)]
pub(crate) struct RetireArgs {
    /// Who retires
    person: PersonId,
    /// Why, in words
    #[arg(long, value_name = "WHY")]
    because: FreeText,
    /// For this vault alone, with the consent of a threshold of its electors
    #[arg(long, value_name = "VAULT")]
    vault: Option<VaultName>,
    /// The administrator, or electors who consent
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
        let escrow = ledger.escrow();
        let vault =
            self.vault.map(|name| find_vault(escrow, &name, None).map(|vault| vault.id)).transpose()?;
        let says = Retire { vault, ..Retire::of(self.person, self.because) };
        let one = match people.as_slice() {
            [one] => escrow.people.get(one.signer.person()),
            _ => None,
        };
        let by_administrator = vault.is_none() && one.is_some_and(|one| one.is(Role::Administrator));
        let outcome = if by_administrator {
            people[0].must_belong_to(escrow)?;
            must_be_here(escrow, &says)?;
            append(says, &people, Vec::new(), &mut ledger, context)?
        } else {
            retire_with_consent(&says, &people, &mut ledger, context)?
        };
        Ok(Answer::of(Exit::Done, &outcome))
    }
}
