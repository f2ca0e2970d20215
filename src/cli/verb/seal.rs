//! `seal`: one vault from prompts, guided if flags are missing, or many from a CSV.

use std::path::PathBuf;

use clap::Args;

use crate::cli::ask::credentials;
use crate::cli::ask::seal::dialog;
use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::keys::read_all_identities;
use crate::cli::files::open_log;
use crate::cli::files::sealing::batch::Batch;
use crate::cli::files::sealing::commit::commit;
use crate::cli::files::sealing::consent::{Consent, SealDeviation, confirm_machine};
use crate::cli::files::sealing::csv::read_csv;
use crate::cli::files::sealing::draft::SealDraft;
use crate::cli::files::sealing::plan::{custodian_cards, place_of};
use crate::cli::files::signers::must_administer;
use crate::cli::flags::{Global, Signers, allow_people};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::outcomes::seal::{LoggedSeal, SealOutcome};
use crate::cli::say::usage;
use crate::cli::terminal::prompt::Terminal;
use crate::hands::clock;
use crate::hands::sandbox::FileAccess;
use crate::record::seal::AccountId;
use crate::value::names::{FieldName, PersonId, VaultName};

/// Seal credentials: split among custodians, tested, and logged; asks for whatever flags do not give
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: breakglass seal\n          breakglass seal prod --threshold 2 --custodian alice --custodian bob \
    --custodian carol --as admin/admin\n          breakglass seal prod --generation 2 --as admin/admin\n          breakglass seal --from accounts.csv --threshold 2 \
    --custodian alice --custodian bob --custodian carol --as admin/admin"
)]
pub(crate) struct SealArgs {
    /// The vault's name; asked for if it is missing. With --from, the CSV names the vaults
    #[arg(conflicts_with = "from")]
    vault: Option<VaultName>,
    /// Seal new credentials of a vault that the escrow has: its next generation, for the same custodians with the same
    /// threshold unless others are given
    #[arg(long, value_name = "NUMBER")]
    generation: Option<u32>,
    /// Read vaults from a CSV file, or from standard input if it is `-`
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// How many custodians can open it together; asked for if it is missing
    #[arg(long, value_name = "NUMBER")]
    threshold: Option<u8>,
    /// Who holds a share; repeatable, and asked for if it is missing
    #[arg(long = "custodian", value_name = "PERSON")]
    custodians: Vec<PersonId>,
    /// The files of the administrator who seals, without their endings, or of a threshold of custodians instead;
    /// repeatable, and asked for if it is missing
    #[arg(long = "as", value_name = "PREFIX")]
    prefixes: Vec<PathBuf>,
    /// An identity file to use instead of PREFIX.key, for each person in turn; repeatable
    #[arg(short, long = "identity", value_name = "FILE")]
    identities: Vec<PathBuf>,
    /// The account's id; asked for if it is missing
    #[arg(long, value_name = "ID", value_parser = AccountId::from_input)]
    account_id: Option<AccountId>,
    /// The root user's e-mail address; asked for if it is missing
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// One more field to ask for; repeatable
    #[arg(long = "field", value_name = "NAME")]
    fields: Vec<FieldName>,
    /// The provider's partition: aws, aws-cn, aws-us-gov
    #[arg(long, default_value = "aws")]
    partition: VaultName,
    /// Generate the password
    #[arg(long)]
    generate_password: bool,
    /// Test a custodian's sealed shares by opening them with this identity; repeatable
    #[arg(long = "reopen-with", value_name = "FILE")]
    reopen_with: Vec<PathBuf>,
    /// Accept this deviation without being asked; repeatable
    #[arg(long = "accept-deviation", value_name = "CODE")]
    accepted: Vec<SealDeviation>,
}

impl Verb for SealArgs {
    const HANDLES_SECRETS: bool = true;
    const RECORDS_MACHINE: bool = true;

    fn files(&self, global: &Global) -> FileAccess {
        // A person is asked for paths.
        if self.prefixes.is_empty() {
            return FileAccess::everything();
        }
        let mut access = global.changes_escrow();
        allow_people(&mut access, &self.prefixes, &self.identities);
        self.from.iter().chain(&self.reopen_with).for_each(|file| access.reads(file));
        access
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        let missing = self.missing();
        if !missing.is_empty() {
            let nobody = context.scripted || self.from.is_some() || self.generation.is_some();
            let terminal = if nobody { None } else { Terminal::open("").ok() };
            let Some(terminal) = terminal else { return Err(usage::missing(&missing)) };
            let terminal = terminal.plain(context.plain);
            let sealed =
                dialog::guided(&self.draft(), &self.signers(), &self.reopen_with, terminal, context)?;
            return Ok(answer(&sealed));
        }
        let people = self.signers().unlock(context)?;
        let mut draft = self.draft();
        let mut at_hand = read_all_identities(&self.reopen_with)?;
        at_hand.extend(people.iter().flat_map(|one| one.identities.iter().cloned()));
        // Questions are asked while the log is not locked: nobody else waits for the answers.
        {
            let ledger = open_log::plain(&people[0], clock::now(), context)?;
            must_administer(&people, ledger.escrow())?;
            if let Some(name) = &self.vault {
                match place_of(ledger.escrow(), name, self.generation)? {
                    Some(vault) => draft = draft.renewing(ledger.escrow(), vault)?,
                    None => drop(custodian_cards(ledger.escrow(), &self.custodians)?),
                }
            }
            confirm_machine(ledger.escrow(), &self.accepted, None, context)?;
            context.keep(ledger);
        }
        let batch = self.read(&draft, context)?;
        let sealed = commit(&draft, &people, &at_hand, &batch, false, context)?;
        Ok(answer(&sealed))
    }
}

impl SealArgs {
    /// The flags that are missing, as the usage names them.
    fn missing(&self) -> Vec<&'static str> {
        let is_asked = self.from.is_none();
        // The next generation of a vault goes to those who hold shares of it.
        let is_new = is_asked && self.generation.is_none();
        let flags = [
            (is_asked && self.vault.is_none(), "<VAULT>"),
            (is_new && self.threshold.is_none(), "--threshold <NUMBER>"),
            (is_new && self.custodians.is_empty(), "--custodian <PERSON>"),
            (self.prefixes.is_empty(), "--as <PREFIX>"),
        ];
        flags.into_iter().filter(|(is_missing, _)| *is_missing).map(|(_, flag)| flag).collect()
    }

    fn signers(&self) -> Signers {
        Signers { prefixes: self.prefixes.clone(), identities: self.identities.clone() }
    }

    fn draft(&self) -> SealDraft {
        SealDraft {
            vault: self.vault.clone(),
            generation: self.generation,
            threshold: self.threshold,
            custodians: self.custodians.clone(),
            account_id: self.account_id.clone(),
            email: self.email.clone(),
            fields: self.fields.clone(),
            partition: self.partition.clone(),
            generate_password: self.generate_password,
            accepted: self.accepted.clone(),
        }
    }

    /// Reads what is to be sealed, or asks for it.
    fn read(&self, draft: &SealDraft, context: &Context<'_>) -> Result<Batch, Failure> {
        let terminal = if context.scripted {
            None
        } else {
            Terminal::open("").ok().map(|terminal| terminal.plain(context.plain))
        };
        let mut consent = Consent { accepted: &self.accepted, terminal };
        match (&self.from, &self.vault) {
            (Some(path), _) => Ok(Batch::Csv(read_csv(path, self.generate_password, &mut consent)?)),
            (None, Some(vault)) => Ok(Batch::Asked(credentials::ask(draft, vault.clone(), &mut consent)?)),
            (None, None) => Err(Failure::new(Exit::Usage, "there is nothing to seal")
                .next("name a vault, or a CSV with --from FILE")),
        }
    }
}

fn answer(sealed: &[LoggedSeal]) -> Answer {
    Answer::of(Exit::Done, &SealOutcome::of(sealed))
}
