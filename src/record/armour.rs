//! The armour: everything that travels between people is text between a BEGIN and an END line.
//!
//! Between the lines is base64, and in it gzip, so that mail and chat may rewrap it, and stock commands open it:
//! `sed`, `base64 -d`, `gunzip`. Text around it is allowed, as in a mail. This is the only reader: what it tolerates
//! is decided here. What the armour holds is strict again.

use data_encoding::BASE64;

use crate::record::gzip::{self, GzipError};
use crate::value::public;
use crate::value::words::words;

/// How a BEGIN line begins, and an END line.
const BEGIN: &str = "-----BEGIN BREAKGLASS ";
/// See [`BEGIN`].
const END: &str = "-----END BREAKGLASS ";
/// How both end.
const DASHES: &str = "-----";

/// The characters on a line.
const COLUMNS: usize = 64;

words! {
    /// What is in the armour: the word in its first and last line.
    Label {
        /// A request file.
        Request = "REQUEST",
        /// An approval file.
        Approval = "APPROVAL",
        /// A denial, or another statement on its way to the log.
        Statement = "STATEMENT",
    }
}

impl Label {
    /// The most bytes of what is in it.
    pub fn limit(self) -> usize {
        match self {
            // A log of 32 MiB, a request and 255 sealed shares of at most 64 KiB.
            Label::Request => 64 << 20,
            // A record, and a share sealed again.
            Label::Approval => 1 << 20,
            // A record: a note has at most 16 MiB.
            Label::Statement => 17 << 20,
        }
    }

    /// The most bytes of a file with it, in base64 and with text around it.
    pub(crate) fn file_limit(self) -> u64 {
        2 * self.limit() as u64
    }

    /// The last line, without its line feed.
    pub fn last_line(self) -> String {
        format!("{END}{}{DASHES}", self.as_str())
    }
}

/// Why there is nothing in armour in a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArmourError {
    /// No BEGIN line.
    #[error("it has no line `{BEGIN}…{DASHES}`")]
    NoBegin,
    /// A BEGIN line with a word that this version does not know.
    #[error("line {0} begins something that this version does not know")]
    UnknownLabel(usize),
    /// No END line.
    #[error("its last line is missing: `{}`", .0.last_line())]
    NoEnd(Label),
    /// Something else begins or ends before the END line.
    #[error("line {0} begins or ends something else")]
    Nested(usize),
    /// A second BEGIN line.
    #[error("line {0} begins a second one: one file is expected to hold one")]
    Second(usize),
    /// What is between the lines is not base64.
    #[error("what is between its first and last line is not base64")]
    NotBase64,
    /// What is in the base64 does not inflate.
    #[error("{0}")]
    Gzip(#[from] GzipError),
    /// Something else than was expected.
    #[error("it holds a {}, and a {} is expected", .found.as_str(), .expected.as_str())]
    Other {
        /// What was expected.
        expected: Label,
        /// What it is.
        found: Label,
    },
}

/// Puts `content` into armour.
pub fn wrap(label: Label, content: &[u8]) -> Vec<u8> {
    public::work(|| {
        let base64 = BASE64.encode(&gzip::compress(content));
        let mut text = Vec::with_capacity(base64.len() + base64.len() / COLUMNS + 128);
        text.extend(format!("{BEGIN}{}{DASHES}\n", label.as_str()).bytes());
        for line in base64.as_bytes().chunks(COLUMNS) {
            text.extend(line);
            text.push(b'\n');
        }
        text.extend(format!("{}\n", label.last_line()).bytes());
        text
    })
}

/// Finds what a file holds in armour, and takes it out.
///
/// # Errors
/// [`ArmourError`].
pub fn unwrap(file: &[u8]) -> Result<(Label, Vec<u8>), ArmourError> {
    public::work(|| {
        let (label, base64) = find(file)?;
        let compressed = BASE64.decode(&base64).map_err(|_| ArmourError::NotBase64)?;
        drop(base64);
        Ok((label, gzip::inflate(&compressed, label.limit())?))
    })
}

/// As [`unwrap`], where only one label will do.
///
/// # Errors
/// [`ArmourError`].
pub fn unwrap_as(expected: Label, file: &[u8]) -> Result<Vec<u8>, ArmourError> {
    match unwrap(file)? {
        (label, content) if label == expected => Ok(content),
        (found, _) => Err(ArmourError::Other { expected, found }),
    }
}

/// The base64 between the first and last line, without its line ends.
fn find(file: &[u8]) -> Result<(Label, Vec<u8>), ArmourError> {
    let mut lines = lines(file).enumerate();
    let begins = |line: &[u8]| word(line, BEGIN).map(<[u8]>::to_vec);
    let (number, label) =
        lines.find_map(|(number, line)| Some((number + 1, begins(line)?))).ok_or(ArmourError::NoBegin)?;
    let label = std::str::from_utf8(&label).ok().and_then(|word| word.parse::<Label>().ok());
    let label = label.ok_or(ArmourError::UnknownLabel(number))?;
    let mut base64 = Vec::new();
    loop {
        let (number, line) = lines.next().ok_or(ArmourError::NoEnd(label))?;
        match word(line, END) {
            Some(ended) if ended == label.as_str().as_bytes() => break,
            None if !line.starts_with(b"-") => base64.extend(line),
            _ => return Err(ArmourError::Nested(number + 1)),
        }
    }
    match lines.find(|(_, line)| word(line, BEGIN).is_some()) {
        Some((number, _)) => Err(ArmourError::Second(number + 1)),
        None => Ok((label, base64)),
    }
}

/// The lines of a file, however they end, without blanks at either end.
fn lines(file: &[u8]) -> impl Iterator<Item = &[u8]> {
    file.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii)
}

/// The word in a BEGIN or END line.
fn word<'a>(line: &'a [u8], start: &str) -> Option<&'a [u8]> {
    line.strip_prefix(start.as_bytes())?.strip_suffix(DASHES.as_bytes())
}

#[cfg(test)]
mod tests;
