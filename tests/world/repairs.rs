//! Logs that were damaged, or grew apart.

use breakglass::ceremony::check::holdings;
use breakglass::ledger::draft::Draft;
use breakglass::ledger::error::LedgerError;
use breakglass::ledger::log::{Appended, Ledger};
use breakglass::record::chain::Record;
use breakglass::record::head::Head;
use breakglass::record::repair::Adopt;
use breakglass::record::statement::{Check, CheckedShare};
use data_encoding::BASE64;

use super::{World, embed};

/// What brings in the records by which `other` is longer than `fork`.
pub fn adoption(fork: &[u8], other: &[u8]) -> Adopt {
    let from = head_of(fork);
    Adopt { from, records: BASE64.encode(&other[from.size as usize..]) }
}

/// The head of a log of whole records.
pub fn head_of(bytes: &[u8]) -> Head {
    let mut head = Record::take(bytes, 0).unwrap().head();
    while head.size < bytes.len() as u64 {
        head = Record::take(bytes, head.size).unwrap().head();
    }
    head
}

impl World {
    /// See [`head_of`].
    pub fn head_of(&self, bytes: &[u8]) -> Head {
        head_of(bytes)
    }

    /// Somebody keeps a damaged tail.
    pub fn recover(&self, who: &str) -> Result<Appended, LedgerError> {
        Ledger::open(self.medium()).unwrap().recover(self.tick(), self.signs(who))
    }

    /// Two people adopt a branch.
    pub fn adopt(&self, says: Adopt, who: &[&str]) -> Result<Appended, LedgerError> {
        let signers = who.iter().map(|who| self.signs(who)).collect();
        self.ledger().adopt(Draft { time: self.tick(), says, signers })
    }

    /// A branch from `fork` on: one more check of alice's.
    pub fn a_check_from(&self, fork: &[u8]) -> Adopt {
        let ours = self.bytes();
        self.set_bytes(fork.to_vec());
        let escrow = self.reading().escrow;
        let alice = self.person("alice").id().clone();
        let shares = holdings(&escrow, &alice, &[]).into_iter().map(|one| CheckedShare {
            vault: one.seal.vault,
            generation: one.seal.generation,
            index: one.seal.share_of(&alice).unwrap().index,
        });
        let statement = self.state("alice", Check { shares: shares.collect() });
        self.append(embed(&[&statement]), &[self.signs("alice")]).unwrap();
        let adopt = adoption(fork, &self.bytes());
        self.set_bytes(ours);
        adopt
    }

    /// Adopts one more branch.
    pub fn adopt_a_check(&self, fork: &[u8]) {
        let branch = self.a_check_from(fork);
        self.adopt(branch, &["alice", "bob"]).unwrap();
    }
}
