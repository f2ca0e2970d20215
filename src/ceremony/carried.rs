//! What a request carries of the log: all of it, or the small form if it is too large to travel.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::rc::Rc;

use data_encoding::BASE64;

use crate::crypto::digest::Digest;
use crate::escrow::{Escrow, Excerpt, Generation, KnownLogs, Reading};
use crate::record::finding::Finding;
use crate::value::public;

/// The most bytes of a log before the request with which it travels as a whole.
pub(crate) const MAX_WHOLE: u64 = 32 << 20;

/// What a request file has of the log.
#[derive(Debug)]
pub enum CarriedLog {
    /// All of it, up to and including the request.
    Whole(Rc<Reading>),
    /// The small form: what matters of a log that is too large to travel.
    Excerpt(Box<Excerpt>),
}

/// Whether a request that is appended to this log travels in the small form.
pub(crate) fn travels_small(escrow: &Escrow) -> bool {
    escrow.head.size > MAX_WHOLE
}

/// What travels of a log that ends with a request: all of it, or the excerpt, if more than `most` bytes precede the
/// request.
pub fn carried(reading: &Reading, most: u64) -> Cow<'_, [u8]> {
    let request = reading.starts.last().copied().unwrap_or_default();
    let excerpt = if request > most { reading.excerpt() } else { None };
    excerpt.map_or(Cow::Borrowed(reading.good_bytes()), Cow::Owned)
}

/// The records of an escrow that are worth keeping in a custodian's book, in base64: genesis, and the seals of the vaults
/// of these generations, as far as they go: the earlier ones tell who may have signed the later ones.
pub(crate) fn worth_keeping<'a>(
    escrow: &Escrow,
    generations: &[&Generation],
    record_bytes: impl Fn(u64, &Digest) -> Option<&'a [u8]>,
) -> Vec<String> {
    let genesis = (0, &escrow.id);
    let vaults: BTreeSet<&Digest> = generations.iter().map(|one| &one.seal.vault).collect();
    let seals =
        vaults.into_iter().filter_map(|vault| escrow.vault(vault)).flat_map(|vault| &vault.generations);
    let seals = seals.map(|one| (one.seq, &one.record));
    let records = std::iter::once(genesis).chain(seals);
    let records = records.filter_map(|(seq, hash)| record_bytes(seq, hash));
    public::work(|| records.map(|bytes| BASE64.encode(bytes)).collect())
}

impl CarriedLog {
    /// Reads what a request file carries. Part of a whole log may be known already.
    ///
    /// # Errors
    /// A [`Finding`]: what makes it unsound.
    pub(crate) fn read(bytes: &[u8], known: &KnownLogs) -> Result<CarriedLog, Finding> {
        if Excerpt::is_one(bytes) {
            return Excerpt::read(bytes).map(|excerpt| CarriedLog::Excerpt(Box::new(excerpt)));
        }
        let reading = known.read(bytes.to_vec())?;
        match reading.unsound() {
            Some(finding) => Err(finding.clone()),
            None => Ok(CarriedLog::Whole(reading)),
        }
    }

    /// The escrow, as far as it is shown.
    pub fn escrow(&self) -> &Escrow {
        match self {
            CarriedLog::Whole(reading) => &reading.escrow,
            CarriedLog::Excerpt(excerpt) => &excerpt.escrow,
        }
    }

    /// The bytes of the record `hash`, numbered `seq`, if it is carried.
    pub(crate) fn record_bytes(&self, seq: u64, hash: &Digest) -> Option<&[u8]> {
        match self {
            CarriedLog::Whole(reading) => reading.record_bytes(seq, hash),
            CarriedLog::Excerpt(excerpt) => excerpt.record_bytes(seq, hash),
        }
    }
}
