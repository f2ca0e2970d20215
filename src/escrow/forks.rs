//! Where branches fork.

use std::collections::BTreeSet;

use data_encoding::BASE64;

use crate::crypto::digest::Digest;

/// The record `from`, from which an adopted branch forks, and those from which branches fork that it adopted itself.
pub(super) fn forks_of(from: Digest, branch: &[u8]) -> BTreeSet<Digest> {
    let mut found = forks(branch);
    found.insert(from);
    found
}

/// The records from which branches part that `adopt` records in `bytes` bring in, or that such a branch brings in itself.
/// `bytes` are a branch that two people adopt, so that nobody else can ask for anything to be kept; within it nothing is
/// verified here, because a snapshot that is kept needlessly is never used.
pub(crate) fn forks(bytes: &[u8]) -> BTreeSet<Digest> {
    let mut found = BTreeSet::new();
    collect_forks(bytes, &mut found);
    found
}

fn collect_forks(bytes: &[u8], found: &mut BTreeSet<Digest>) {
    const RECORD: &[u8] = b"{\"type\":\"breakglass/v";
    const PART: &[u8] = b"{\"type\":\"breakglass/v1/adopt-part\"";
    const ADOPT: &[u8] = b"{\"type\":\"breakglass/v1/adopt\"";
    let mut parts = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| line.starts_with(RECORD)) {
        if line.starts_with(PART) {
            parts.push(records_in(line).unwrap_or_default());
            continue;
        }
        if line.starts_with(ADOPT) {
            let hash = after(line, b"\"hash\":\"");
            let hash = hash.and_then(|rest| std::str::from_utf8(rest.get(..64)?).ok()?.parse().ok());
            found.extend::<Option<Digest>>(hash);
            let taken = after(line, b"\"parts\":").map_or(0, number);
            let mut branch = parts.split_off(parts.len().saturating_sub(taken)).concat();
            branch.extend(records_in(line).unwrap_or_default());
            collect_forks(&branch, found);
        }
        parts.clear();
    }
}

/// What follows `what` in a line.
fn after<'a>(line: &'a [u8], what: &[u8]) -> Option<&'a [u8]> {
    line.get(line.windows(what.len()).position(|window| window == what)? + what.len()..)
}

/// The decimal number that a text begins with.
fn number(text: &[u8]) -> usize {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(0_usize, |number, digit| number.saturating_mul(10).saturating_add(usize::from(digit - b'0')))
}

/// The records of a branch that a line holds.
fn records_in(line: &[u8]) -> Option<Vec<u8>> {
    let text = after(line, b"\"records\":\"")?.split(|byte| *byte == b'"').next()?;
    BASE64.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adopts(hashes: &[Digest], parts: &str, branch: &[u8]) -> Vec<u8> {
        let line = |hash: &Digest| {
            format!(
                "{{\"type\":\"breakglass/v1/adopt\",\"says\":{{\"from\":{{\"hash\":\"{hash}\"}}{parts},\"records\":\"{}\"}}}}\n\n",
                BASE64.encode(branch)
            )
        };
        hashes.iter().map(line).collect::<String>().into_bytes()
    }

    fn part(bytes: &[u8]) -> Vec<u8> {
        let says = BASE64.encode(bytes);
        format!("{{\"type\":\"breakglass/v1/adopt-part\",\"says\":{{\"records\":\"{says}\"}}}}\n\n")
            .into_bytes()
    }

    #[test]
    fn every_fork_is_found_however_many_there_are() {
        let hashes: Vec<Digest> = (0..100_u32).map(|at| Digest::of(&at.to_be_bytes())).collect();
        assert_eq!(forks(&adopts(&hashes, "", b"")), hashes.iter().copied().collect());
    }

    #[test]
    fn forks_within_a_branch_in_parts_are_found() {
        let [inner, outer] = [b"inner", b"outer"].map(|text| Digest::of(text));
        let branch = adopts(&[inner], "", b"");
        let (first, rest) = branch.split_at(70);
        let (second, last) = rest.split_at(20);
        let taken = adopts(&[outer], ",\"parts\":2", last);
        // A part that nobody takes stands before them.
        let bytes = [part(b"stale"), part(first), part(second), taken].concat();
        assert_eq!(forks(&bytes), BTreeSet::from([inner, outer]));
        let apart = [part(first), part(second), b"{\"type\":\"breakglass/v1/end\"}\n".to_vec()].concat();
        let bytes = [apart, adopts(&[outer], ",\"parts\":2", last)].concat();
        assert_eq!(forks(&bytes), BTreeSet::from([outer]), "they do not stand directly before it");
    }
}
