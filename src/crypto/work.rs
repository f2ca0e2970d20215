//! How much work and memory a passphrase takes: scrypt's parameters in an age file, RFC 7914 with r = 8.

/// log2 of scrypt's work for an identity file that is locked with a passphrase: N = 2^18, 256 MiB.
pub const WORK_FACTOR: u8 = 18;

/// log2 of the most work that is done for a file from another person.
/// 2^20 takes 1 GiB; more could run a small machine out of memory.
pub(super) const MAX_WORK_FACTOR: u8 = 20;

/// How many bytes scrypt works on for 2^`work_factor`: 128 × r × N.
pub fn scratch(work_factor: u8) -> usize {
    1024 << work_factor.min(MAX_WORK_FACTOR)
}

/// The same for an age file, as the first stanza of its header says: `-> scrypt SALT LOG2-OF-N`.
pub(super) fn scratch_of(file: &[u8]) -> usize {
    let stanza = file.split(|byte| *byte == b'\n').nth(1).unwrap_or_default();
    let last = stanza.rsplit(|byte| *byte == b' ').next().and_then(|digits| str::from_utf8(digits).ok());
    scratch(last.and_then(|digits| digits.parse().ok()).unwrap_or(WORK_FACTOR))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_how_much_memory_its_passphrase_takes() {
        let file = |last: &str| format!("age-encryption.org/v1\n-> scrypt c2FsdA {last}\nYQ\n--- bWFj\n");
        assert_eq!(scratch_of(file("10").as_bytes()), 1 << 20);
        assert_eq!(scratch_of(file("20").as_bytes()), 1 << 30);
        // More is refused before it is worked on; what is no number is refused too.
        assert_eq!(scratch_of(file("64").as_bytes()), 1 << 30);
        assert_eq!(scratch_of(file("x").as_bytes()), 256 << 20);
        assert_eq!(scratch_of(b""), 256 << 20);
    }
}
