//! What is to be sealed, as flags and answers say it.

use crate::cli::files::sealing::consent::SealDeviation;
use crate::record::seal::AccountId;
use crate::value::names::{FieldName, PersonId, VaultName};

/// What is to be sealed, as far as it is known.
#[derive(Debug, Clone)]
pub(crate) struct SealDraft {
    /// The vault's name.
    pub(crate) vault: Option<VaultName>,
    /// How many custodians can open it together.
    pub(crate) threshold: Option<u8>,
    /// Who holds a share.
    pub(crate) custodians: Vec<PersonId>,
    /// The account.
    pub(crate) account_id: Option<AccountId>,
    /// The root user's e-mail address.
    pub(crate) email: Option<String>,
    /// Fields to ask for besides the usual ones.
    pub(crate) fields: Vec<FieldName>,
    /// The provider's partition.
    pub(crate) partition: VaultName,
    /// Whether the password is made here.
    pub(crate) generate_password: bool,
    /// The deviations that were accepted beforehand.
    pub(crate) accepted: Vec<SealDeviation>,
}

impl SealDraft {
    /// Nothing but questions, for an account of AWS.
    pub(crate) fn nothing() -> SealDraft {
        SealDraft {
            vault: None,
            threshold: None,
            custodians: Vec::new(),
            account_id: None,
            email: None,
            fields: Vec::new(),
            partition: "aws".parse().expect("a partition"),
            generate_password: false,
            accepted: Vec::new(),
        }
    }
}
