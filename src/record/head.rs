//! A head: a log at one moment. Kept elsewhere, it shows later whether the log's end was removed or rewritten.

use serde::{Deserialize, Serialize};

use crate::crypto::digest::Digest;

/// The most bytes of a head file.
pub(crate) const MAX_HEAD: usize = 4096;

/// A log at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The log's size in bytes.
    pub size: u64,
    /// The number of its last record, from 0.
    pub seq: u64,
    /// The SHA-256 of its last record.
    pub hash: Digest,
}

/// What a head file says: one line of JSON with a line feed. It is unsigned: it is trusted because of where it was kept,
/// and for no other reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadFile {
    /// The escrow.
    pub escrow: Digest,
    /// The log's size in bytes.
    pub size: u64,
    /// The number of its last record, from 0.
    pub seq: u64,
    /// The SHA-256 of its last record.
    pub hash: Digest,
}

/// Bytes that are not a head file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a head: one line of JSON with escrow, size, seq and hash is expected")]
pub struct NotAHead;

impl HeadFile {
    /// The head of `escrow`.
    pub fn new(escrow: Digest, head: Head) -> HeadFile {
        HeadFile { escrow, size: head.size, seq: head.seq, hash: head.hash }
    }

    /// The head without its escrow.
    pub fn head(&self) -> Head {
        Head { size: self.size, seq: self.seq, hash: self.hash }
    }

    /// The one line, with its line feed.
    pub fn to_line(&self) -> String {
        let mut line = serde_json::to_string(self).expect("a head is plain numbers and digests");
        line.push('\n');
        line
    }

    /// Reads a head file.
    ///
    /// # Errors
    /// [`NotAHead`], for anything but the canonical form.
    pub fn parse(bytes: &[u8]) -> Result<HeadFile, NotAHead> {
        if bytes.len() > MAX_HEAD {
            return Err(NotAHead);
        }
        let head: HeadFile = serde_json::from_slice(bytes).map_err(|_| NotAHead)?;
        if head.to_line().as_bytes() == bytes { Ok(head) } else { Err(NotAHead) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_file_has_one_spelling() {
        let head = HeadFile { escrow: Digest::of(b"e"), size: 10, seq: 0, hash: Digest::of(b"r") };
        let line = head.to_line();
        assert_eq!(HeadFile::parse(line.as_bytes()), Ok(head));
        for bad in
            [line.trim_end().to_owned(), format!(" {line}"), line.replace("10", "010"), "{}".to_owned()]
        {
            assert_eq!(HeadFile::parse(bad.as_bytes()), Err(NotAHead), "{bad}");
        }
    }
}
