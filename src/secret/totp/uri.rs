//! The text forms of a seed: otpauth URIs and base32.
//!
//! Source: "Key URI Format" of Google Authenticator's wiki, and RFC 4648 for base32. We are stricter where
//! a guess would give wrong codes without a word: a repeated parameter, a fragment that would cut off what
//! follows, an algorithm that is not known. We take what has one meaning only, however it is spelled: `&amp;`,
//! `SHA-256`, superfluous padding, and the bits behind the last whole byte, which no authenticator uses.

use std::fmt::Write as _;

use data_encoding::BASE32_NOPAD;
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::secret::totp::seed::{Algorithm, MIN_BITS, TotpSeed};

/// Why a text gives no TOTP seed. Never carries any of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TotpError {
    /// A link, but not one of this kind.
    #[error("not an otpauth://totp/ link")]
    NotOtpauth,
    /// All accounts of Google Authenticator in one link: nobody can tell from outside which is meant.
    #[error("this otpauth-migration link is an export of Google Authenticator, of all its accounts at once")]
    Migration,
    /// Codes by counter: they fall out of step as soon as two people use them.
    #[error("this link is for codes by counter (hotp); only codes by time (totp) can be kept")]
    Hotp,
    /// A `#` that stands for itself is written `%23`; otherwise what follows would be lost.
    #[error("the link holds a # sign; within a link it is written %23")]
    Fragment,
    /// `%` without two hexadecimal digits, or bytes that are not text.
    #[error("the {0} of the link is not correctly percent-encoded")]
    BadEncoding(&'static str),
    /// A parameter that occurs twice.
    #[error("the link gives the parameter {0} twice")]
    Repeated(&'static str),
    /// No seed, or an empty one.
    #[error("the seed is missing")]
    NoSeed,
    /// A character that base32 does not have.
    #[error("character {position} of the seed is not one of A-Z and 2-7")]
    BadCharacter {
        /// Which character of the seed, counted from 1, spaces and hyphens included.
        position: usize,
    },
    /// Characters are missing, or there are too many.
    #[error("the seed is not complete base32: characters are missing at its end, or wrong")]
    Incomplete,
    /// Even providers that keep to no standard give more.
    #[error("the seed has {bits} bits; at least {MIN_BITS} are needed")]
    TooShort {
        /// How many bits there are.
        bits: usize,
    },
    /// Not SHA1, SHA256 or SHA512.
    #[error("the algorithm is not SHA1, SHA256 or SHA512")]
    BadAlgorithm,
    /// Not 6, 7 or 8.
    #[error("the number of digits is not 6, 7 or 8")]
    BadDigits,
    /// Not 1 to 300.
    #[error("the period is not 1 to 300 seconds")]
    BadPeriod,
}

/// The parameters of an otpauth URI that mean something here; decoded.
#[derive(Default)]
struct Parameters {
    secret: Option<Zeroizing<String>>,
    issuer: Option<Zeroizing<String>>,
    algorithm: Option<Zeroizing<String>>,
    digits: Option<Zeroizing<String>>,
    period: Option<Zeroizing<String>>,
}

/// The schemes of a link to one seed, and of an export of many.
const LINK: &str = "otpauth";
const EXPORT: &str = "otpauth-migration";

/// Whether a text is a link to a seed, or to many, whatever else may be wrong with it.
pub(super) fn is_link(text: &str) -> bool {
    let scheme = text.trim().split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| [LINK, EXPORT].iter().any(|known| scheme.eq_ignore_ascii_case(known)))
}

/// Reads an otpauth URI or a bare base32 seed.
pub(super) fn parse(text: &str) -> Result<TotpSeed, TotpError> {
    let text = text.trim();
    match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case(LINK) => parse_uri(rest),
        Some((scheme, _)) if scheme.eq_ignore_ascii_case(EXPORT) => Err(TotpError::Migration),
        Some(_) => Err(TotpError::NotOtpauth),
        None => Ok(TotpSeed {
            seed: read_base32(text)?,
            algorithm: Algorithm::Sha1,
            digits: 6,
            period: 30,
            label: None,
            issuer: None,
        }),
    }
}

/// Reads what follows `otpauth://`.
fn parse_uri(rest: &str) -> Result<TotpSeed, TotpError> {
    if rest.contains('#') {
        return Err(TotpError::Fragment);
    }
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (kind, label) = path.split_once('/').unwrap_or((path, ""));
    match kind {
        kind if kind.eq_ignore_ascii_case("totp") => {}
        kind if kind.eq_ignore_ascii_case("hotp") => return Err(TotpError::Hotp),
        _ => return Err(TotpError::NotOtpauth),
    }
    let parameters = read_parameters(query)?;
    let given = |text: Zeroizing<String>| Some(text.to_string()).filter(|text| !text.is_empty());
    Ok(TotpSeed {
        seed: read_base32(parameters.secret.as_ref().ok_or(TotpError::NoSeed)?)?,
        algorithm: match parameters.algorithm {
            None => Algorithm::Sha1,
            Some(name) => read_algorithm(&name)?,
        },
        digits: match parameters.digits {
            None => 6,
            Some(digits) => read_number(&digits, 6, 8).ok_or(TotpError::BadDigits)? as u8,
        },
        period: match parameters.period {
            None => 30,
            Some(period) => u64::from(read_number(&period, 1, 300).ok_or(TotpError::BadPeriod)?),
        },
        label: given(percent_decode(label, false).ok_or(TotpError::BadEncoding("label"))?),
        issuer: parameters.issuer.and_then(given),
    })
}

/// Reads `name=value&name=value…`. Names are compared without regard to case: an `Algorithm` that is passed
/// over as unknown would give wrong codes.
fn read_parameters(query: &str) -> Result<Parameters, TotpError> {
    let mut parameters = Parameters::default();
    for pair in query.split('&') {
        // A link that was copied out of a web page's source has `&amp;` where `&` is meant.
        let pair = pair.strip_prefix("amp;").unwrap_or(pair);
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (slot, known) = match name.to_ascii_lowercase().as_str() {
            "secret" => (&mut parameters.secret, "secret"),
            "issuer" => (&mut parameters.issuer, "issuer"),
            "algorithm" => (&mut parameters.algorithm, "algorithm"),
            "digits" => (&mut parameters.digits, "digits"),
            "period" => (&mut parameters.period, "period"),
            _ => continue,
        };
        let value = percent_decode(value, true).ok_or(TotpError::BadEncoding(known))?;
        if slot.replace(value).is_some() {
            return Err(TotpError::Repeated(known));
        }
    }
    Ok(parameters)
}

fn read_algorithm(name: &str) -> Result<Algorithm, TotpError> {
    let all = [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512];
    let plain = name.to_ascii_uppercase().replace(['-', '_', ' '], "");
    let plain = plain.strip_prefix("HMAC").unwrap_or(&plain);
    let found = all.into_iter().find(|algorithm| algorithm.name() == plain);
    found.ok_or(TotpError::BadAlgorithm)
}

/// A decimal number within `least..=most`; `parse` alone would take a sign.
fn read_number(text: &str, least: u16, most: u16) -> Option<u16> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| plain)?;
    (least..=most).contains(&number).then_some(number)
}

/// Reads base32 in either case, with white space or hyphens between groups, with or without its padding or with more of
/// it. Bits behind the last whole byte are dropped, as every authenticator does.
fn read_base32(text: &str) -> Result<Zeroizing<Vec<u8>>, TotpError> {
    // Room for all of it, here and below: a vector that grows would leave pieces of the seed behind.
    let mut symbols = Zeroizing::new(Vec::with_capacity(text.len()));
    let text = text.trim_end_matches(|character: char| character == '=' || character.is_whitespace());
    for (at, character) in text.chars().enumerate() {
        match character.to_ascii_uppercase() {
            symbol @ ('A'..='Z' | '2'..='7') => symbols.push(symbol as u8),
            '-' => {}
            space if space.is_whitespace() => {}
            _ => return Err(TotpError::BadCharacter { position: at + 1 }),
        }
    }
    if symbols.is_empty() {
        return Err(TotpError::NoSeed);
    }
    // One, three or six symbols of a group of eight end in one that adds no whole byte: it, or the next one, is lost.
    if matches!(symbols.len() % 8, 1 | 3 | 6) {
        return Err(TotpError::Incomplete);
    }
    let mut lenient = BASE32_NOPAD.specification();
    lenient.check_trailing_bits = false;
    let encoding = lenient.encoding().expect("base32 with one check less");
    let room = encoding.decode_len(symbols.len()).map_err(|_| TotpError::Incomplete)?;
    let mut seed = Zeroizing::new(vec![0; room]);
    let length = encoding.decode_mut(&symbols, &mut seed).map_err(|_| TotpError::Incomplete)?;
    seed.truncate(length);
    let bits = 8 * length;
    if bits < MIN_BITS { Err(TotpError::TooShort { bits }) } else { Ok(seed) }
}

/// Undoes percent-encoding (RFC 3986, section 2.1); in a query `+` is a space too. `None` when it is broken.
fn percent_decode(text: &str, in_query: bool) -> Option<Zeroizing<String>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text.as_bytes();
    while let [byte, behind @ ..] = rest {
        rest = behind;
        bytes.push(match byte {
            b'%' => {
                let [high, low, behind @ ..] = rest else { return None };
                rest = behind;
                let digit = |byte: u8| char::from(byte).to_digit(16);
                (16 * digit(*high)? + digit(*low)?) as u8
            }
            b'+' if in_query => b' ',
            byte => *byte,
        });
    }
    Some(Zeroizing::new(std::str::from_utf8(&bytes).ok()?.to_owned()))
}

/// Writes the URI of `seed`; with `label` if the seed has none of its own.
pub(super) fn write(seed: &TotpSeed, label: &str) -> SecretString {
    let label = percent_encode(seed.label().unwrap_or(label));
    let issuer = seed.issuer().map(percent_encode).map_or(String::new(), |name| format!("&issuer={name}"));
    let secret = seed.seed_base32();
    let secret = secret.expose_secret();
    // 100 is more than the fixed parts and the numbers need, so that the text never moves as it grows.
    let mut uri = Zeroizing::new(String::with_capacity(100 + label.len() + issuer.len() + secret.len()));
    let (algorithm, digits, period) = (seed.algorithm.name(), seed.digits, seed.period);
    write!(
        uri,
        "otpauth://totp/{label}?secret={secret}{issuer}&algorithm={algorithm}&digits={digits}&period={period}"
    )
    .expect("writing to a string does not fail");
    SecretString::from(uri.as_str())
}

/// Percent-encodes all but RFC 3986's unreserved characters, and `:` and `@`, which labels are full of.
fn percent_encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' | b'@' => {
                out.push(char::from(byte));
            }
            _ => write!(out, "%{byte:02X}").expect("writing to a string does not fail"),
        }
    }
    out
}

#[cfg(test)]
mod tests;
