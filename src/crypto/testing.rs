//! What several modules' tests share: a random generator that gives the same bytes on every run.

use std::convert::Infallible;

use rand::{TryCryptoRng, TryRng};

use crate::crypto::digest::Digest;

/// SHA-256 of a seed and a counter, block after block. For tests only: the seed determines everything.
pub(crate) struct SeededRng {
    seed: u64,
    blocks: u64,
    unread: Vec<u8>,
}

impl SeededRng {
    /// The stream that belongs to `seed`.
    pub(crate) fn new(seed: u64) -> SeededRng {
        SeededRng { seed, blocks: 0, unread: Vec::new() }
    }

    fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        out.fill_with(|| self.byte());
        out
    }

    fn byte(&mut self) -> u8 {
        if self.unread.is_empty() {
            let block = Digest::of_parts(&[&self.seed.to_be_bytes(), &self.blocks.to_be_bytes()]);
            self.blocks += 1;
            self.unread.extend(block.as_bytes().iter().rev());
        }
        self.unread.pop().expect("a block was just added")
    }
}

impl TryRng for SeededRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(self.take()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(self.take()))
    }

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Infallible> {
        to.fill_with(|| self.byte());
        Ok(())
    }
}

impl TryCryptoRng for SeededRng {}

#[test]
fn the_stream_is_sha256_in_counter_mode() {
    let mut bytes = [0; 40];
    SeededRng::new(7).try_fill_bytes(&mut bytes).unwrap();
    let block = |n: u64| Digest::of(&[7_u64.to_be_bytes(), n.to_be_bytes()].concat());
    assert_eq!(bytes[..32], *block(0).as_bytes());
    assert_eq!(bytes[32..], block(1).as_bytes()[..8]);
}
