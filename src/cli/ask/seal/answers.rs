//! What a guided sealing knows before its first question, and what was answered.

use secrecy::SecretString;

use crate::cli::ask::seal::password::Password;
use crate::cli::files::finder::FileFinder;
use crate::cli::files::people::LocalPerson;
use crate::cli::files::sealing::draft::SealDraft;
use crate::escrow::Escrow;
use crate::record::seal::AccountId;
use crate::value::names::{FieldName, PersonId, VaultName};

/// What is known before the first question.
pub(crate) struct SealDialog<'a> {
    /// What the flags say.
    pub(crate) draft: &'a SealDraft,
    /// The escrow as its log has it.
    pub(crate) escrow: &'a Escrow,
    /// Where people's files are looked for.
    pub(crate) finder: FileFinder,
    /// Who seals, unlocked; empty if they are still to be asked for.
    pub(crate) sealers: &'a [LocalPerson],
}

/// What was answered.
#[derive(Default)]
pub(crate) struct SealAnswers {
    pub(crate) vault: Option<VaultName>,
    pub(crate) account: Option<AccountId>,
    pub(crate) email: Option<String>,
    pub(crate) sealer: Option<LocalPerson>,
    pub(crate) custodians: Option<Vec<PersonId>>,
    pub(crate) threshold: Option<u8>,
    pub(crate) password: Option<Password>,
    pub(crate) others: Vec<(FieldName, SecretString)>,
    /// An otpauth link that was given as another field, whose name stands beside it.
    pub(crate) link: Option<(FieldName, SecretString)>,
    /// The seed: `Some(None)` if the answer was that there is none.
    pub(crate) totp: Option<Option<SecretString>>,
}
