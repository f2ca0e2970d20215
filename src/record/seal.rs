//! The `seal` record: the manifest of one sealing. `Vault` and `Generation` are in the escrow.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::crypto::digest::Digest;
use crate::crypto::recipient::Recipient;
use crate::crypto::sign::VerifyingKey;
use crate::crypto::threshold::{Threshold, ThresholdError};
use crate::record::environment::Environment;
use crate::value::names::{FieldName, GroupName, OpenWord, PersonId, VaultName};
use crate::value::text::FreeText;

/// What a vault holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The credentials of one account.
    Root,
    /// A harmless payload, on which the whole path is drilled.
    Canary,
}

impl Kind {
    /// The word for the kind.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Root => "root",
            Kind::Canary => "canary",
        }
    }
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(text: &str) -> Result<Kind, ()> {
        [Kind::Root, Kind::Canary].into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

/// Whether a generation holds new credentials, or the same ones for other people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Credentials {
    /// New ones: what an earlier generation exposed is worthless afterwards.
    New,
    /// The same ones: it clears no exposure.
    Same,
}

/// The account that the credentials belong to, in clear so that auditors can match it: 1 to 128 printable ASCII
/// characters without a blank at either end; for AWS the twelve digits of the account id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(String);

/// A text that is not an account id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an account id must be 1 to 128 printable ASCII characters, without a blank at either end")]
pub struct NotAnAccountId;

impl AccountId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that is not taken for an account id when somebody gives one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an account id must be 1 to 64 characters of A-Z, a-z, 0-9, `.`, `_` and `-`")]
pub struct NotGivenAsAccountId;

impl AccountId {
    /// Takes what somebody gives as an account id. It is stricter than what a log may hold, so that a formula of a
    /// spreadsheet, or a password in the wrong column, does not end up in the log in clear.
    ///
    /// # Errors
    /// [`NotGivenAsAccountId`].
    pub(crate) fn from_input(text: &str) -> Result<AccountId, NotGivenAsAccountId> {
        let alphabet = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if text.len() > 64 || !text.bytes().all(alphabet) {
            return Err(NotGivenAsAccountId);
        }
        text.parse().map_err(|_| NotGivenAsAccountId)
    }
}

impl TryFrom<String> for AccountId {
    type Error = NotAnAccountId;

    fn try_from(text: String) -> Result<AccountId, NotAnAccountId> {
        let printable = |byte: u8| (0x20..=0x7e).contains(&byte);
        let blank_at_end = text.starts_with(' ') || text.ends_with(' ');
        if (1..=128).contains(&text.len()) && text.bytes().all(printable) && !blank_at_end {
            Ok(AccountId(text))
        } else {
            Err(NotAnAccountId)
        }
    }
}

impl FromStr for AccountId {
    type Err = NotAnAccountId;

    fn from_str(text: &str) -> Result<AccountId, NotAnAccountId> {
        AccountId::try_from(text.to_owned())
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> String {
        id.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

/// One group of the people to whom a vault was sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its name.
    pub name: GroupName,
    /// How many of its people are needed: 1 to `total`.
    pub threshold: u8,
    /// How many people it has.
    pub total: u8,
}

/// One custodian's line in a seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedTo {
    /// The share's index, 1 to `total_shares`.
    pub index: u8,
    /// Whose group's it is, if the seal has groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupName>,
    /// Whose share it is.
    pub custodian: PersonId,
    /// The digest of the card whose recipients it was encrypted to.
    pub card: Digest,
    /// The digest of the sealed share's file.
    pub sealed_share: Digest,
    /// The commitment to the share's text: SHA-256("breakglass/v1/share" ‖ 0 ‖ text).
    pub commitment: Digest,
}

/// The manifest of one generation of one vault: what the seal record says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// The vault: 32 random bytes, the same in each of its generations.
    pub vault: Digest,
    /// Its name.
    pub name: VaultName,
    /// What people call it; unlike the name, it may change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<FreeText>,
    /// Real credentials, or a canary.
    pub kind: Kind,
    /// Whose service the account is with; `aws` if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<OpenWord>,
    /// The provider's partition, e.g. `aws`, `aws-us-gov`, `aws-cn`.
    pub partition: VaultName,
    /// The account.
    pub account: AccountId,
    /// The second factor: `totp`, `hardware` or `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfa: Option<OpenWord>,
    /// 1, 2, 3 …
    pub generation: u32,
    /// New credentials, or the same.
    pub credentials: Credentials,
    /// The fields that are new in this generation, if others were carried over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub new_fields: Vec<FieldName>,
    /// How many shares reconstruct; with groups, those of the smallest set of people who can.
    pub threshold: u8,
    /// How many shares there are.
    pub total_shares: u8,
    /// The groups, in the order of their shares; none if any `threshold` people can reconstruct.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// How many of the groups are needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups_needed: Option<u8>,
    /// The vault key's recipient: the payload is encrypted to it, and it commits to the vault key.
    pub recipient: Recipient,
    /// The release key: whoever signs with it held the vault key.
    pub release_key: VerifyingKey,
    /// The digest of the payload's file.
    pub payload: Digest,
    /// Each custodian's share, by index from 1.
    pub shares: Vec<SealedTo>,
    /// The digest of the release during which its requester sealed this, in an administrator's place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renews: Option<Digest>,
    /// The electors' consents to this seal, each a whole note in base64.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agrees: Vec<String>,
    /// Where it was sealed.
    pub environment: Environment,
}

impl Seal {
    /// The two numbers, checked.
    ///
    /// # Errors
    /// [`ThresholdError`], if they are not a threshold, or `total_shares` is not the number of shares.
    pub fn threshold(&self) -> Result<Threshold, ThresholdError> {
        let threshold = Threshold::new(self.threshold, self.shares.len())?;
        if threshold.total_shares() != self.total_shares {
            return Err(ThresholdError::AboveTotal {
                threshold: self.threshold,
                total_shares: self.total_shares,
            });
        }
        Ok(threshold)
    }

    /// The line of one custodian.
    pub fn share_of(&self, custodian: &PersonId) -> Option<&SealedTo> {
        self.shares.iter().find(|share| share.custodian == *custodian)
    }

    /// `NAME generation N`, as people say it.
    pub fn title(&self) -> String {
        format!("{} generation {}", self.name, self.generation)
    }
}
