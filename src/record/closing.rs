//! The closing of an emergency: what the procedure asks for, and how it was met.

use serde::{Deserialize, Serialize};

use crate::crypto::digest::Digest;
use crate::value::text::FreeText;
use crate::value::words::words;

words! {
    /// What the procedure asks for after an emergency, in the order it is asked.
    Obligation {
        /// The password was changed at the provider.
        PasswordChanged = "password-changed",
        /// The MFA device was enrolled again, or somebody checked that it is untouched.
        MfaRenewed = "mfa-renewed",
        /// No access key of root exists.
        AccessKeysChecked = "access-keys-checked",
        /// The provider's own log was compared with the actions logged here.
        ActivityReviewed = "activity-reviewed",
        /// The ticket tells what happened.
        TicketUpdated = "ticket-updated",
        /// The people who need to know were informed.
        StakeholdersTold = "stakeholders-told",
        /// New credentials were sealed as the next generation.
        Resealed = "resealed",
    }
}

impl Obligation {
    /// The question that is asked of the person who closes.
    pub fn question(self) -> &'static str {
        match self {
            Obligation::PasswordChanged => "Was the root password changed at the provider?",
            Obligation::MfaRenewed => "Was the MFA device enrolled again?",
            Obligation::AccessKeysChecked => "Did somebody check that the root user has no access keys?",
            Obligation::ActivityReviewed => "Was the provider's log compared with the actions logged here?",
            Obligation::TicketUpdated => "Does the ticket tell what happened?",
            Obligation::StakeholdersTold => "Were the people who need to know informed?",
            Obligation::Resealed => "Were the new credentials sealed as the next generation?",
        }
    }
}

/// How an obligation stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Standing {
    /// It was done.
    Done,
    /// It does not apply, for this reason.
    NotApplicable(FreeText),
}

/// One line of the closing list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Which obligation.
    pub obligation: Obligation,
    /// What was answered.
    pub answer: Standing,
}

/// What was learned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Lessons {
    /// In words.
    Text(FreeText),
    /// In a document of this digest.
    Document(Digest),
}

/// The closing of an emergency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Close {
    /// The digest of the request's record.
    pub request: Digest,
    /// Every obligation once, in order.
    pub items: Vec<Item>,
    /// What was learned, if it was stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lessons: Option<Lessons>,
    /// The numbers of the bags that the shares and media went back into.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bags: Vec<FreeText>,
}
