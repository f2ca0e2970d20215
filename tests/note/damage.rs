//! No damaged note is taken for another one.

use super::*;

#[test]
fn every_flipped_bit_is_refused() {
    let good = spelled(LINE, &["alice", "bob"]);
    assert_eq!(accept(&good, &["alice", "bob"]), Ok(letter()));
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bad = good.clone();
            bad[at] ^= 1 << bit;
            assert!(accept(&bad, &["alice", "bob"]).is_err(), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn every_truncation_is_refused() {
    let good = spelled(LINE, &["alice", "bob"]);
    let first = spelled(LINE, &["alice"]).len();
    for length in 0..good.len() {
        let refusal = accept(&good[..length], &["alice", "bob"]).unwrap_err();
        let second = first..first + "— ".len();
        match refusal {
            NoteError::Signers { .. } => assert_eq!(length, first),
            // Within the second line's dash, the bytes are no signature line yet.
            NoteError::Trailing(count) => assert!(second.contains(&length) && count == length - first),
            other => assert_eq!(other, NoteError::Incomplete, "{length}"),
        }
    }
}

#[test]
fn every_byte_left_out_or_doubled_is_refused() {
    let good = spelled(LINE, &["alice"]);
    for at in 0..good.len() {
        let without = [&good[..at], &good[at + 1..]].concat();
        let twice = [&good[..=at], &good[at..]].concat();
        assert!(accept(&without, &["alice"]).is_err(), "byte {at} left out");
        assert!(accept(&twice, &["alice"]).is_err(), "byte {at} doubled");
    }
}
