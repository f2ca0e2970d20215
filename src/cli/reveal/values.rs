//! What there is to show for a field that was asked for. The screen and `--print` take it from here alike.

use secrecy::{ExposeSecret as _, SecretString};

use crate::secret::payload::{Fields, TOTP, TOTP_SEED};
use crate::secret::totp::TotpSeed;
use crate::value::names::FieldName;

/// What a vault holds for a field. It has no `Debug`.
pub(crate) enum HeldField {
    /// A value that stays as it is.
    Text(SecretString),
    /// A seed, of which only codes are shown.
    Codes(TotpSeed),
}

/// One thing to show at a time: `NAME` and value for each line, and for a code its time step.
pub(crate) struct Lines {
    /// The lines, at least one; the first is the value that was asked for. `totp` has a second one,
    /// `totp-seconds-left`.
    pub(crate) lines: Vec<(String, SecretString)>,
    /// The time step, by which the log names a code.
    pub(crate) step: Option<u64>,
}

impl HeldField {
    /// What `fields` hold for `wanted`; none where they do not hold it, or hold no seed where one is needed.
    pub(crate) fn find(fields: &Fields, wanted: &FieldName) -> Option<HeldField> {
        let seed = || TotpSeed::parse(fields.get(TOTP)?.expose_secret()).ok();
        Some(match wanted.as_str() {
            TOTP => HeldField::Codes(seed()?),
            TOTP_SEED => HeldField::Text(seed()?.seed_base32()),
            name => HeldField::Text(fields.get(name)?.clone()),
        })
    }
}

/// The lines for `wanted` at a time, in seconds since 1970-01-01 UTC; none where `fields` do not hold it.
pub(crate) fn lines_at(fields: &Fields, wanted: &FieldName, unix_seconds: u64) -> Option<Lines> {
    Some(match HeldField::find(fields, wanted)? {
        HeldField::Text(value) => Lines { lines: vec![(wanted.to_string(), value)], step: None },
        HeldField::Codes(seed) => {
            let code = seed.code_at(unix_seconds);
            let left = SecretString::from(code.seconds_left.to_string());
            let lines = vec![(wanted.to_string(), code.code), (format!("{wanted}-seconds-left"), left)];
            Lines { lines, step: Some(code.step) }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &str, at: u64) -> Option<(Vec<String>, Option<u64>)> {
        let totp = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        let field = |name: &str, value: &str| (name.parse().unwrap(), SecretString::from(value));
        let fields = Fields::new(vec![field("password", "hunter2"), field(TOTP, totp)]).unwrap();
        let Lines { lines, step } = lines_at(&fields, &name.parse().unwrap(), at)?;
        Some((lines.iter().map(|(name, value)| format!("{name}: {}", value.expose_secret())).collect(), step))
    }

    #[test]
    fn a_seed_is_shown_as_codes_unless_it_is_asked_for_itself() {
        let lines = |lines: &[&str], step| Some((lines.iter().map(|&line| line.into()).collect(), step));
        assert_eq!(shown("password", 59), lines(&["password: hunter2"], None));
        // RFC 4226, appendix D, counter 1.
        assert_eq!(shown("totp", 59), lines(&["totp: 287082", "totp-seconds-left: 1"], Some(1)));
        assert_eq!(shown("totp-seed", 59), lines(&["totp-seed: GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"], None));
        assert_eq!(shown("email", 59), None);
    }

    #[test]
    fn without_a_seed_there_are_no_codes() {
        let only = |totp: Option<&str>| {
            let value = SecretString::from(totp.unwrap_or("x"));
            let name = if totp.is_some() { TOTP } else { "password" };
            Fields::new(vec![(name.parse().unwrap(), value)]).unwrap()
        };
        for fields in [only(None), only(Some("no seed"))] {
            for wanted in [TOTP, TOTP_SEED] {
                assert!(lines_at(&fields, &wanted.parse().unwrap(), 0).is_none());
            }
        }
    }
}
