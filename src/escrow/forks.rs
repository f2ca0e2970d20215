//! Where branches fork.

use std::collections::BTreeSet;

use data_encoding::BASE64;

use crate::crypto::digest::Digest;
use crate::record::repair::Adopt;

/// The most branches that one log can adopt, with those that they adopted.
pub(super) const MAX_ADOPTED: usize = 64;

/// The record from which an adopted branch forks, and those from which branches fork that it adopted itself.
pub(super) fn forks_of(adopt: &Adopt) -> BTreeSet<Digest> {
    let mut found = BASE64.decode(adopt.records.as_bytes()).map(|branch| forks(&branch)).unwrap_or_default();
    found.insert(adopt.from.hash);
    found
}

/// The records from which branches part that `adopt` records in `bytes` bring in, or that such a branch brings in itself.
/// `bytes` are a branch that two people adopt, so that nobody else can ask for anything to be kept; within it nothing is
/// verified here, because a snapshot that is kept needlessly is never used. Only as many are taken as a log can adopt.
pub(crate) fn forks(bytes: &[u8]) -> BTreeSet<Digest> {
    let mut found = BTreeSet::new();
    collect_forks(bytes, &mut found);
    found
}

fn collect_forks(bytes: &[u8], found: &mut BTreeSet<Digest>) {
    const ADOPT: &[u8] = b"{\"type\":\"breakglass/v1/adopt\"";
    const HASH: &[u8] = b"\"hash\":\"";
    const RECORDS: &[u8] = b"\"records\":\"";
    fn after<'a>(line: &'a [u8], what: &[u8]) -> Option<&'a [u8]> {
        line.get(line.windows(what.len()).position(|window| window == what)? + what.len()..)
    }
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| line.starts_with(ADOPT)) {
        if found.len() >= MAX_ADOPTED {
            return;
        }
        let hash = after(line, HASH).and_then(|rest| std::str::from_utf8(rest.get(..64)?).ok()?.parse().ok());
        found.extend::<Option<Digest>>(hash);
        let branch = after(line, RECORDS).and_then(|rest| rest.split(|byte| *byte == b'"').next());
        if let Some(branch) = branch.and_then(|text| BASE64.decode(text).ok()) {
            collect_forks(&branch, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_so_many_forks_are_remembered() {
        let lines = |range: std::ops::Range<u32>| -> String {
            let line = |at: u32| {
                let hash = Digest::of(&at.to_be_bytes());
                format!("{{\"type\":\"breakglass/v1/adopt\",\"says\":{{\"from\":{{\"hash\":\"{hash}\"}}}}\n")
            };
            range.map(line).collect()
        };
        assert_eq!(forks(lines(0..10).as_bytes()).len(), 10);
        let found = forks(lines(0..1000).as_bytes());
        assert_eq!(found.len(), MAX_ADOPTED);
        assert!((0..64u32).all(|at| found.contains(&Digest::of(&at.to_be_bytes()))), "the first count");
    }
}
