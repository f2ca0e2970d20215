//! Where branches fork.

use std::collections::BTreeSet;

use data_encoding::BASE64;

use crate::crypto::digest::Digest;
use crate::escrow::state::Escrow;
use crate::record::chain::LogRecord;
use crate::record::kinds::Record;

impl Escrow {
    /// The records from which branches part that `adopt` records in `bytes` bring in, or that such a branch brings in itself.
    ///
    /// `bytes` are a branch. Its records are not judged here, but only what two enrolled people signed asks for anything: the
    /// escrow as it was at these records has to be kept, and nobody else decides how much that is.
    pub(crate) fn forks(&self, bytes: &[u8]) -> BTreeSet<Digest> {
        let mut found = BTreeSet::new();
        self.collect_forks(bytes, &mut found);
        found
    }

    fn collect_forks(&self, bytes: &[u8], found: &mut BTreeSet<Digest>) {
        const RECORD: &[u8] = b"{\"type\":\"breakglass/v";
        const ADOPTS: &[u8] = b"{\"type\":\"breakglass/v1/adopt";
        let (mut parts, mut at) = (Vec::new(), 0);
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let record = if line.starts_with(ADOPTS) { self.signed_at(&bytes[at..]) } else { None };
            at += line.len();
            match record {
                Some((1, Record::AdoptPart(part))) => {
                    parts.push(BASE64.decode(part.records.as_bytes()).unwrap_or_default());
                    continue;
                }
                Some((2, Record::Adopt(adopt))) => {
                    found.insert(adopt.from.hash);
                    let taken = usize::try_from(adopt.parts).unwrap_or(usize::MAX);
                    let mut branch = parts.split_off(parts.len().saturating_sub(taken)).concat();
                    branch.extend(BASE64.decode(adopt.records.as_bytes()).unwrap_or_default());
                    drop(adopt);
                    self.collect_forks(&branch, found);
                }
                _ => {}
            }
            if line.starts_with(RECORD) {
                parts.clear();
            }
        }
    }

    /// What the record that `bytes` begin with says, and how many people signed it, if its signatures hold.
    fn signed_at(&self, bytes: &[u8]) -> Option<(usize, Record)> {
        let record = LogRecord::take_at(bytes, 0).ok()?;
        self.verify(&record).ok()?;
        Some((record.frame.by.len(), record.says))
    }
}
