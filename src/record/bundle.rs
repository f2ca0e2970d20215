//! A bundle: records, then armoured ciphertexts. What is in the armour of a request and of an approval.
//!
//! A request has the log up to and including the request, then the sealed shares. An approval has one record, then
//! the re-encrypted share.

/// How a ciphertext begins.
const BEGIN: &str = "-----BEGIN AGE ENCRYPTED FILE-----\n";

/// How a ciphertext ends.
const END: &str = "-----END AGE ENCRYPTED FILE-----\n";

/// The most ciphertexts of a bundle: a vault has no more shares.
pub(crate) const MAX_CIPHERTEXTS: usize = 255;

/// The two parts of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle<'a> {
    /// The records, as in a log.
    pub records: &'a [u8],
    /// The armoured ciphertexts, each with its first and last line.
    pub ciphertexts: Vec<&'a str>,
}

/// Why bytes are not a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// What follows the records is no ciphertext.
    #[error("what stands at byte {0} is no ciphertext in armour")]
    NotACiphertext(usize),
    /// More than `MAX_CIPHERTEXTS`.
    #[error("the file holds more than {MAX_CIPHERTEXTS} ciphertexts")]
    TooMany,
    /// No ciphertext at all.
    #[error("the file holds no ciphertext")]
    NoCiphertext,
}

/// Puts records and ciphertexts together.
pub fn compose<'a>(records: &[u8], ciphertexts: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    let mut bytes = records.to_vec();
    for ciphertext in ciphertexts {
        bytes.extend_from_slice(ciphertext.as_bytes());
    }
    bytes
}

impl<'a> Bundle<'a> {
    /// Finds the parts. It says nothing yet about what they hold.
    ///
    /// # Errors
    /// [`BundleError`].
    pub fn parse(bytes: &'a [u8]) -> Result<Bundle<'a>, BundleError> {
        // A record's lines begin with `{`, an em dash, or nothing: never with a hyphen.
        let at_line = |at: usize| at == 0 || bytes[at - 1] == b'\n';
        let starts = bytes.iter().enumerate().filter(|(at, byte)| **byte == b'-' && at_line(*at));
        let start = starts.map(|(at, _)| at).next().ok_or(BundleError::NoCiphertext)?;
        let (records, rest) = bytes.split_at(start);
        let mut rest = std::str::from_utf8(rest).map_err(|_| BundleError::NotACiphertext(start))?;
        let mut ciphertexts = Vec::new();
        while !rest.is_empty() {
            if ciphertexts.len() == MAX_CIPHERTEXTS {
                return Err(BundleError::TooMany);
            }
            let at = bytes.len() - rest.len();
            let end = rest.find(END).filter(|_| rest.starts_with(BEGIN));
            let end = end.ok_or(BundleError::NotACiphertext(at))? + END.len();
            let (ciphertext, after) = rest.split_at(end);
            ciphertexts.push(ciphertext);
            rest = after;
        }
        Ok(Bundle { records, ciphertexts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_together_comes_apart() {
        let (a, b) = (format!("{BEGIN}YQ==\n{END}"), format!("{BEGIN}Yg==\n{END}"));
        let bytes = compose(b"{}\n\n\xe2\x80\x94 x\n\n", [a.as_str(), b.as_str()]);
        let bundle = Bundle::parse(&bytes).unwrap();
        assert_eq!(bundle.records, b"{}\n\n\xe2\x80\x94 x\n\n");
        assert_eq!(bundle.ciphertexts, [a.as_str(), b.as_str()]);
    }

    #[test]
    fn there_are_no_more_ciphertexts_than_a_vault_has_shares() {
        let blocks = |count: usize| format!("{BEGIN}YQ==\n{END}").repeat(count);
        let most = blocks(MAX_CIPHERTEXTS);
        assert_eq!(Bundle::parse(most.as_bytes()).unwrap().ciphertexts.len(), MAX_CIPHERTEXTS);
        assert_eq!(Bundle::parse(blocks(MAX_CIPHERTEXTS + 1).as_bytes()), Err(BundleError::TooMany));
    }

    #[test]
    fn anything_between_or_behind_is_refused() {
        let block = format!("{BEGIN}YQ==\n{END}");
        assert_eq!(Bundle::parse(b"{}\n"), Err(BundleError::NoCiphertext));
        assert_eq!(Bundle::parse(b""), Err(BundleError::NoCiphertext));
        for bad in
            [format!("{block}x"), format!("{block}\n"), format!("-{block}"), block.trim_end().to_owned()]
        {
            assert!(matches!(Bundle::parse(bad.as_bytes()), Err(BundleError::NotACiphertext(_))), "{bad}");
        }
    }
}
