//! The policy: the organisation's own rules and deadlines, in a form that can be checked.
//!
//! Written in TOML, read at `init`, kept in genesis. Every field has a default.

use serde::{Deserialize, Serialize};

use crate::value::text::FreeText;
use crate::value::time::Seconds;

/// The most bytes of a policy file.
pub(crate) const MAX_POLICY: usize = 64 << 10;

/// A person to call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// What they are called for.
    pub role: FreeText,
    /// Their name.
    pub name: FreeText,
    /// How to reach them.
    pub how: FreeText,
}

/// The provider's support: where a case is opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Support {
    /// The path to a case, as an address or in words.
    pub path: FreeText,
    /// A telephone number, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<FreeText>,
}

/// Who is told of each release, and by when somebody has to have acknowledged it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notices {
    /// Whom the notice of a release goes to: addresses, numbers, or in words.
    pub to: Vec<FreeText>,
    /// An uninvolved person acknowledges it this long after the release.
    pub within: Seconds,
}

/// The rules of one escrow. A file may leave fields out; genesis spells out every one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// New credentials are due this long after a release of a root vault.
    pub rotate_after_release: Seconds,
    /// The closing list of an emergency is due this long after its release.
    pub close_within: Seconds,
    /// How often each custodian checks their shares.
    pub check_every: Seconds,
    /// How often the whole path is practised on a canary.
    pub drill_every: Seconds,
    /// How often the log is reviewed.
    pub monthly_review_every: Seconds,
    /// How often the risk is assessed again.
    pub assessment_every: Seconds,
    /// How often the procedure itself is reviewed.
    pub procedure_review_every: Seconds,
    /// The longest window a request may ask for.
    pub max_request_window: Seconds,
    /// Whether the requester's own approval counts without being a deviation.
    pub requester_may_approve: bool,
    /// Whether a network interface that is up is a deviation.
    pub strict_air_gap: bool,
    /// Who to call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// Where a case is opened with the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub support: Option<Support>,
    /// The incident team, as a name or an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident_team: Option<FreeText>,
    /// The same credentials are replaced this long after they were sealed again, to other people, as was announced;
    /// absent, after 92 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotate_after_reseal: Option<Seconds>,
    /// How often it is tried whether everything that an emergency needs is at hand; absent if it is not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readiness_every: Option<Seconds>,
    /// Who is told of each release; absent if nobody has to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notices: Option<Notices>,
}

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            rotate_after_release: Seconds(24 * HOUR),
            close_within: Seconds(3 * DAY),
            check_every: Seconds(92 * DAY),
            drill_every: Seconds(92 * DAY),
            monthly_review_every: Seconds(31 * DAY),
            assessment_every: Seconds(92 * DAY),
            procedure_review_every: Seconds(366 * DAY),
            max_request_window: Seconds(24 * HOUR),
            requester_may_approve: true,
            strict_air_gap: false,
            contacts: Vec::new(),
            support: None,
            incident_team: None,
            rotate_after_reseal: None,
            readiness_every: None,
            notices: None,
        }
    }
}

/// Why a policy file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// More than `MAX_POLICY` bytes.
    #[error("the policy file is larger than {MAX_POLICY} bytes")]
    TooLarge,
    /// Not TOML, or a field is unknown or has a wrong value.
    #[error("the policy file is malformed: {0}")]
    Malformed(String),
}

impl Policy {
    /// Reads a policy file. What it leaves out keeps its default.
    ///
    /// # Errors
    /// [`PolicyError`].
    pub fn from_toml(bytes: &[u8]) -> Result<Policy, PolicyError> {
        if bytes.len() > MAX_POLICY {
            return Err(PolicyError::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| PolicyError::Malformed("not UTF-8".to_owned()))?;
        toml::from_str(text).map_err(|error| {
            // The error's own text quotes the line, and a file named by mistake may hold secrets.
            let before = error.span().map_or(0, |span| span.start.min(text.len()));
            let line = text.as_bytes()[..before].iter().filter(|byte| **byte == b'\n').count() + 1;
            PolicyError::Malformed(format!("line {line}: {}", error.message()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_is_the_default_policy() {
        assert_eq!(Policy::from_toml(b"").unwrap(), Policy::default());
    }

    #[test]
    fn fields_are_taken_and_unknown_ones_refused() {
        let policy = Policy::from_toml(
            b"close_within = \"2h\"\nrequester_may_approve = false\n\
              [[contacts]]\nrole = \"on call\"\nname = \"Alice\"\nhow = \"+1 555 0100\"\n",
        )
        .unwrap();
        assert_eq!(policy.close_within, Seconds(7200));
        assert!(!policy.requester_may_approve);
        assert_eq!(policy.contacts.len(), 1);
        for bad in ["close_withn = \"2h\"", "close_within = 7200", "close_within = \"soon\"", "\u{0}", "x"] {
            assert!(matches!(Policy::from_toml(bad.as_bytes()), Err(PolicyError::Malformed(_))), "{bad}");
        }
        assert_eq!(Policy::from_toml(&vec![b'#'; MAX_POLICY + 1]), Err(PolicyError::TooLarge));
    }
}
