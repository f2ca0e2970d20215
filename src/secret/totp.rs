//! One-time codes: TOTP seeds and the codes that they give at a time.
//!
//! Source: RFC 6238 (and RFC 4226 for the code itself), by the `totp-rs` crate; this is the only file that
//! names it. The clock is not read here: times come in as seconds since 1970-01-01 UTC.

mod seed;
mod uri;

use std::fmt::{self, Write as _};

use data_encoding::BASE32_NOPAD;
use secrecy::SecretString;
use zeroize::Zeroizing;

pub use seed::TotpSeed;
use seed::{Algorithm, USUAL_BITS};
pub use uri::TotpError;

/// How many steps before and after the current one a typed code may belong to (RFC 6238, section 5.2).
const SKEW: u16 = 1;

/// The last second of the year 9999, RFC 3339's last. Later times count as this one.
const LAST_SECOND: u64 = 253_402_300_799;

/// A code, and how long it holds.
pub struct TotpCode {
    /// 6 to 8 digits.
    pub code: SecretString,
    /// For how many seconds the code still holds: 1 to the period.
    pub seconds_left: u64,
    /// The number of the time step, by which a log can name the code without showing it.
    pub step: u64,
}

impl TotpSeed {
    /// Reads an `otpauth://totp/…` URI, or a bare base32 seed (then: SHA-1, 6 digits, 30 seconds).
    ///
    /// Base32 may be in lower case, in groups, and with or without its padding. Parameters of the URI that
    /// are not known are ignored.
    ///
    /// # Errors
    /// [`TotpError`] for anything else; [`TotpError::TooShort`] for seeds under 80 bits.
    pub fn parse(text: &str) -> Result<TotpSeed, TotpError> {
        uri::parse(text)
    }

    /// Whether a text is an otpauth link, or an export of several, even if it is none that can be read.
    pub(crate) fn is_link(text: &str) -> bool {
        uri::is_link(text)
    }

    /// How many bits the seed has, if RFC 4226 asks for more.
    pub(crate) fn bits_if_short(&self) -> Option<usize> {
        Some(8 * self.seed.len()).filter(|bits| *bits < USUAL_BITS)
    }

    /// The code that holds at a time.
    pub fn code_at(&self, unix_seconds: u64) -> TotpCode {
        let now = unix_seconds.min(LAST_SECOND);
        let step = self.step_at(now);
        TotpCode { code: self.code_of(step), seconds_left: self.period - now % self.period, step }
    }

    /// The number of the time step at a time.
    pub(crate) fn step_at(&self, unix_seconds: u64) -> u64 {
        unix_seconds.min(LAST_SECOND) / self.period
    }

    /// The codes of `step` and of the one after it: AWS asks for two in a row when a device is enrolled.
    pub(crate) fn two_codes_from(&self, step: u64) -> [SecretString; 2] {
        [self.code_of(step), self.code_of(step.saturating_add(1))]
    }

    /// Whether `typed` is the code of the current step, or of the one before or after it. White space within
    /// the code does not matter. The comparison takes the same time whatever the digits.
    pub fn matches(&self, typed: &str, unix_seconds: u64) -> bool {
        // Room for all of it: a string that grows would leave copies behind.
        let mut digits = Zeroizing::new(String::with_capacity(typed.len()));
        digits.extend(typed.chars().filter(|character| !character.is_whitespace()));
        self.totp().check(&digits, unix_seconds.min(LAST_SECOND)).is_some()
    }

    /// The seed in base32, upper case, without padding.
    pub(crate) fn seed_base32(&self) -> SecretString {
        let mut text = Zeroizing::new(vec![0; BASE32_NOPAD.encode_len(self.seed.len())]);
        BASE32_NOPAD.encode_mut(&self.seed, &mut text);
        SecretString::from(std::str::from_utf8(&text).expect("base32 is ASCII"))
    }

    /// The otpauth URI, with every parameter written out, to be kept in a vault or given to an app.
    /// `label` is used if the seed came without one.
    pub fn to_uri(&self, label: &str) -> SecretString {
        uri::write(self, label)
    }

    /// The label, usually `Issuer:account`, if there was one.
    pub(crate) fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// The issuer, if one was given.
    pub(crate) fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// For how many seconds a code holds: 1 to 300.
    pub(crate) fn period(&self) -> u64 {
        self.period
    }

    fn code_of(&self, step: u64) -> SecretString {
        let token = self.totp().generate(step.saturating_mul(self.period));
        let mut code = Zeroizing::new(String::with_capacity(usize::from(self.digits)));
        write!(code, "{token}").expect("writing to a string does not fail");
        SecretString::from(code.as_str())
    }

    /// The crate's own form of this seed, wiped when dropped.
    fn totp(&self) -> totp_rs::Totp {
        let algorithm = match self.algorithm {
            Algorithm::Sha1 => totp_rs::Algorithm::SHA1,
            Algorithm::Sha256 => totp_rs::Algorithm::SHA256,
            Algorithm::Sha512 => totp_rs::Algorithm::SHA512,
        };
        totp_rs::Builder::new()
            .with_algorithm(algorithm)
            .with_digits(self.digits)
            .with_step_duration(self.period)
            .with_skew(SKEW)
            .with_secret(self.seed.as_slice())
            // Digits and period were checked when the seed was read; its length was, too, but providers give shorter
            // ones than the RFC, which is all that the crate would refuse.
            .build_noncompliant()
    }
}

impl fmt::Debug for TotpCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("TotpCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    /// The seed of RFC 6238's vectors: "12345678901234567890…", as long as the hash's output.
    fn rfc_seed(algorithm: &str, length: usize) -> TotpSeed {
        let seed = "1234567890".repeat(7);
        let base32 = BASE32_NOPAD.encode(&seed.as_bytes()[..length]);
        TotpSeed::parse(&format!("otpauth://totp/x?secret={base32}&algorithm={algorithm}&digits=8")).unwrap()
    }

    fn code(seed: &TotpSeed, at: u64) -> String {
        seed.code_at(at).code.expose_secret().to_owned()
    }

    /// RFC 6238, appendix B (with erratum 2866: seeds of 20, 32 and 64 bytes). Steps are the RFC's T.
    #[test]
    fn rfc6238_appendix_b() {
        let sha1 = rfc_seed("SHA1", 20);
        let sha256 = rfc_seed("SHA256", 32);
        let sha512 = rfc_seed("SHA512", 64);
        for (at, step, by_sha1, by_sha256, by_sha512) in [
            (59, 0x1, "94287082", "46119246", "90693936"),
            (1_111_111_109, 0x23523EC, "07081804", "68084774", "25091201"),
            (1_111_111_111, 0x23523ED, "14050471", "67062674", "99943326"),
            (1_234_567_890, 0x273EF07, "89005924", "91819424", "93441116"),
            (2_000_000_000, 0x3F940AA, "69279037", "90698825", "38618901"),
            (20_000_000_000, 0x27BC86AA, "65353130", "77737706", "47863826"),
        ] {
            assert_eq!(code(&sha1, at), by_sha1, "SHA1 at {at}");
            assert_eq!(code(&sha256, at), by_sha256, "SHA256 at {at}");
            assert_eq!(code(&sha512, at), by_sha512, "SHA512 at {at}");
            assert_eq!(sha1.step_at(at), step);
            assert_eq!(sha1.code_at(at).step, step);
        }
    }

    /// RFC 4226, appendix D: counters 0 and 1 with six digits; the counter is the step.
    #[test]
    fn six_digits_and_two_codes_in_a_row() {
        let seed = TotpSeed::parse("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
        let two = |step| seed.two_codes_from(step).map(|code| code.expose_secret().to_owned());
        assert_eq!(two(0), ["755224", "287082"]);
        assert_eq!(two(1), ["287082", "359152"]);
        assert_eq!(
            (code(&seed, 0), code(&seed, 29), code(&seed, 30)),
            ("755224".into(), "755224".into(), "287082".into())
        );
    }

    #[test]
    fn seconds_left_count_down_to_one() {
        let seed =
            TotpSeed::parse("otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&period=45").unwrap();
        assert_eq!(seed.period(), 45);
        for (at, left, step) in [(0, 45, 0), (1, 44, 0), (44, 1, 0), (45, 45, 1), (91, 44, 2)] {
            let code = seed.code_at(at);
            assert_eq!((code.seconds_left, code.step), (left, step), "at {at}");
        }
    }

    #[test]
    fn a_typed_code_matches_one_step_around_now() {
        let seed = rfc_seed("SHA1", 20);
        let typed = code(&seed, 1_000_000_020); // the beginning of step 33,333,334
        for (at, expected) in [
            (1_000_000_020 - 31, false),
            (1_000_000_020 - 30, true),
            (1_000_000_020, true),
            (1_000_000_020 + 59, true),
            (1_000_000_020 + 60, false),
        ] {
            assert_eq!(seed.matches(&typed, at), expected, "{at}");
        }
        let (left, right) = typed.split_at(4);
        assert!(seed.matches(&format!(" {left} {right}\n"), 1_000_000_020));
        for bad in ["", left, &format!("{typed}0"), &format!("+{}", &typed[1..]), "00000000", "äöüß"] {
            assert!(!seed.matches(bad, 1_000_000_020), "{bad}");
        }
        for place in 0..8 {
            let mut wrong = typed.clone().into_bytes();
            wrong[place] = if wrong[place] == b'9' { b'0' } else { wrong[place] + 1 };
            assert!(!seed.matches(std::str::from_utf8(&wrong).unwrap(), 1_000_000_020), "digit {place}");
        }
    }

    #[test]
    fn no_time_is_too_early_or_too_late() {
        for period in [1, 2, 300] {
            let uri = format!("otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&period={period}");
            let seed = TotpSeed::parse(&uri).unwrap();
            for at in [0, LAST_SECOND, u64::MAX] {
                let typed = code(&seed, at);
                assert!(seed.matches(&typed, at), "{at} by {period}");
            }
            assert_eq!(seed.step_at(u64::MAX), seed.step_at(LAST_SECOND));
            assert_eq!(seed.two_codes_from(u64::MAX).len(), 2);
        }
    }

    #[test]
    fn debug_shows_nothing() {
        let seed = rfc_seed("SHA1", 20);
        assert_eq!(format!("{seed:?} {:?}", seed.code_at(59)), "TotpSeed(…) TotpCode(…)");
    }
}
