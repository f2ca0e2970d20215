//! What is to be sealed, as flags and answers say it.

use crate::cli::files::sealing::consent::SealDeviation;
use crate::cli::say::exit::{Exit, Failure};
use crate::escrow::{Escrow, Vault};
use crate::record::seal::AccountId;
use crate::value::names::{FieldName, PersonId, VaultName};

/// What is to be sealed, as far as it is known.
#[derive(Debug, Clone)]
pub(crate) struct SealDraft {
    /// The vault's name.
    pub(crate) vault: Option<VaultName>,
    /// The generation, if it is the next one of a vault that the escrow has.
    pub(crate) generation: Option<u32>,
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
            generation: None,
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

    /// The draft of the next generation of `vault`: what no flag gives is as it was.
    ///
    /// # Errors
    /// A [`Failure`]: another account, groups, or a custodian who has retired.
    pub(crate) fn renewing(self, escrow: &Escrow, vault: &Vault) -> Result<SealDraft, Failure> {
        let before = &vault.electors().unwrap_or(vault.newest()).seal;
        let bad = |what: String| Failure::new(Exit::BadInput, what).at(vault.name.as_str());
        if self.account_id.as_ref().is_some_and(|account| *account != vault.account) {
            let what = format!("its account is {}, in every generation", vault.account);
            return Err(bad(what).next("give that one, or choose another name for another account"));
        }
        if self.custodians.is_empty() && before.groups_needed.is_some() {
            return Err(bad("its shares are in groups, which `seal` does not make".to_owned())
                .next("without groups: --threshold and --custodian; verify reports that it changed"));
        }
        let same = || before.shares.iter().map(|share| share.custodian.clone()).collect();
        let custodians = if self.custodians.is_empty() { same() } else { self.custodians.clone() };
        if let Some(left) = custodians.iter().find(|person| escrow.has_retired_from(person, &vault.id)) {
            return Err(bad(format!("`{left}` has retired, and no share is sealed to them"))
                .next("name those who are to hold shares: --threshold 2 --custodian ONE --custodian OTHER"));
        }
        Ok(SealDraft {
            account_id: Some(vault.account.clone()),
            partition: vault.partition.clone(),
            threshold: self.threshold.or(Some(before.threshold)),
            custodians,
            ..self
        })
    }
}
