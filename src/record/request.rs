//! Asking and answering: the request, the release and the end, as the log holds them.

use serde::{Deserialize, Serialize};

use crate::crypto::digest::Digest;
use crate::crypto::recipient::Recipient;
use crate::crypto::sign::VerifyingKey;
use crate::record::deviation::Deviation;
use crate::record::environment::Environment;
use crate::value::names::{FieldName, PersonId, VaultName};
use crate::value::text::FreeText;
use crate::value::time::Time;
use crate::value::words::words;

/// The most planned actions, and the most fields, that one request may name.
pub const MAX_ITEMS: usize = 64;

/// The most TOTP codes that one request may ask for.
pub const MAX_TOTP_CODES: u32 = 100;

words! {
    /// What a request is for.
    Purpose {
        /// One of the four emergencies of the procedure.
        Emergency = "emergency",
        /// Planned work that only root can do.
        Maintenance = "maintenance",
        /// An exercise, on a canary and only there.
        Drill = "drill",
    }
}

words! {
    /// Which emergency it is.
    Reason {
        /// Nobody can sign in through IAM or the identity provider.
        IamFailure = "iam-failure",
        /// The account itself has to be recovered.
        AccountRecovery = "account-recovery",
        /// Billing that only root can change.
        Billing = "billing",
        /// The provider's support asks for root.
        SupportCase = "support-case",
        /// Anything else, which verify reports as a finding.
        Other = "other",
    }
}

/// A request: who asks, for what, and why. Signed by the requester and by the session key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The vault.
    pub vault: Digest,
    /// The vault's name, for people; the seal decides.
    pub name: VaultName,
    /// The generation to open.
    pub generation: u32,
    /// The digest of that generation's seal record.
    pub seal: Digest,
    /// What it is for.
    pub purpose: Purpose,
    /// Which emergency it is.
    pub reason: Reason,
    /// The ticket that tells the story.
    pub ticket: FreeText,
    /// Why, in words.
    pub justification: FreeText,
    /// What is going to be done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<FreeText>,
    /// The fields that will be shown.
    pub fields: Vec<FieldName>,
    /// The most TOTP codes that will be shown.
    pub totp_codes: u32,
    /// Who asks.
    pub requester: PersonId,
    /// A fresh age recipient, to which approvers re-encrypt their shares.
    pub session_recipient: Recipient,
    /// A fresh key, which signs the release and the end.
    pub session_key: VerifyingKey,
    /// The window's first moment.
    pub not_before: Time,
    /// The window's last moment.
    pub not_after: Time,
    /// The cards to which the requester may seal the next generation during the release, in an administrator's place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub renews: Vec<Digest>,
    /// The deviations that are known already, so that approvers sign them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deviations: Vec<Deviation>,
    /// Where it was made.
    pub environment: Environment,
}

impl Request {
    /// Whether `now` lies within the request's window.
    pub fn is_open_at(&self, now: Time) -> bool {
        (self.not_before..=self.not_after).contains(&now)
    }
}

/// A release: the reconstruction, written before anything is shown. Signed by the release key, which only a
/// holder of the vault key has, and by the session key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// The digest of the request's record.
    pub request: Digest,
    /// 1, 2, 3 … for the same request.
    pub attempt: u32,
    /// The approvals it rests on, each a whole note in base64.
    pub approvals: Vec<String>,
    /// The deviations that are not in the request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deviations: Vec<Deviation>,
    /// Where it was made.
    pub environment: Environment,
}

words! {
    /// How a request ended.
    EndOutcome {
        /// Credentials were released.
        Released = "released",
        /// Nothing was released: it was withdrawn or denied, or there were not enough approvals.
        NotReleased = "not-released",
        /// A drill was released, and what was sealed is not a canary's payload: nothing was shown.
        NotCanary = "not-canary",
    }
}

/// A TOTP code that was shown, by which the log names it without holding it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TotpStep {
    /// The field that holds the seed.
    pub field: FieldName,
    /// The time step: Unix time over the period.
    pub step: u64,
}

/// The end of a request: what was in fact shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// The digest of the request's record.
    pub request: Digest,
    /// How it ended.
    pub outcome: EndOutcome,
    /// The fields shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shown: Vec<FieldName>,
    /// The TOTP codes that were shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub totp_steps: Vec<TotpStep>,
    /// The approvals that were received, if nothing was released; each a whole note in base64.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<String>,
    /// Whose share or approval was bad.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bad_shares: Vec<PersonId>,
}

impl End {
    /// The end of a request for which nothing was released and no approval was received.
    pub fn nothing(request: Digest) -> End {
        End {
            request,
            outcome: EndOutcome::NotReleased,
            shown: Vec::new(),
            totp_steps: Vec::new(),
            approvals: Vec::new(),
            bad_shares: Vec::new(),
        }
    }
}
