//! Continuing: an emergency continues in another file if the log cannot be appended to where it is.
//!
//! What there is of the log becomes the beginning of a new file, and a `continue` record says so: the good records of the
//! file, or the log that a request file carries, or, if all of that is gone, what a custodian's own book keeps.

use data_encoding::BASE64;

use crate::ceremony::approve::RequestFile;
use crate::ceremony::carried::CarriedLog;
use crate::crypto::digest::Digest;
use crate::escrow::{Excerpt, MAX_SEQ, Reading};
use crate::record::book::Book;
use crate::record::chain::LogRecord;
use crate::record::head::Head;
use crate::record::kinds::Record;
use crate::record::repair::{Continue, Damage};
use crate::record::seal::Seal;

/// What a continuation begins with.
#[derive(Debug)]
pub struct Base {
    /// Every record there is, from genesis on.
    pub records: Vec<u8>,
    /// What the first new record says.
    pub says: Continue,
    /// Whether the log that was left behind is damaged.
    pub damaged: bool,
    /// Whether records are known to be missing.
    pub missing: bool,
}

/// Neither log, request file nor book gives even a genesis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no log to continue, and the book does not have its beginning")]
pub struct NoBase;

/// Finds what to continue from. `left` is the log that is left behind, as bytes, if it can be read; `carried` the log
/// of a request file, which has `request`; `book` the book of the person who continues. `is_here` tells whether the
/// payload of a seal is the one in the escrow's directory.
///
/// # Errors
/// [`NoBase`].
pub fn base(
    left: Option<&[u8]>,
    carried: Option<&RequestFile>,
    book: Option<&Book>,
    is_here: &dyn Fn(&Seal) -> bool,
) -> Result<Base, NoBase> {
    let bytes = left.unwrap_or_default();
    let read = left.map(|bytes| Reading::of(bytes.to_vec()));
    let damaged = match &read {
        Some(Ok(reading)) => reading.unsound().is_some(),
        Some(Err(_)) => true,
        None => false,
    };
    let left = left.map(Damage::of_file);
    let sound =
        read.and_then(Result::ok).and_then(|reading| Reading::of(reading.sound_bytes().to_vec()).ok());
    if let Some(carried) = carried {
        let request = carried.asked().record;
        let has_request = |reading: &&Reading| reading.escrow.request(&request).is_some();
        let reading = match (sound.as_ref().filter(has_request), carried.log()) {
            (Some(here), _) => here,
            (None, CarriedLog::Whole(reading)) => reading,
            (None, CarriedLog::Excerpt(excerpt)) => return Ok(excerpted(excerpt, sound, left, damaged)),
        };
        let says = Continue { from: reading.escrow.head, last: None, left, kept: Vec::new() };
        return Ok(Base { records: reading.good_bytes().to_vec(), says, damaged, missing: false });
    }
    let reading = match (sound, book) {
        (Some(reading), _) => reading,
        (None, Some(book)) => genesis(book, is_here).ok_or(NoBase)?,
        (None, None) => return Err(NoBase),
    };
    let (kept, from) = missing(&reading, bytes, book);
    let (missing, head) = (from.is_some(), reading.escrow.head);
    let last = from.map(|_| head);
    let says = Continue { from: from.unwrap_or(head), last, left, kept };
    Ok(Base { records: reading.good_bytes().to_vec(), says, damaged, missing })
}

/// What there is if the request file has an excerpt only: the log that is here as far as it goes, or else genesis; and what
/// the excerpt keeps of the rest, the request among it.
fn excerpted(excerpt: &Excerpt, sound: Option<Reading>, left: Option<Damage>, damaged: bool) -> Base {
    let until = excerpt.escrow.head;
    let genesis = || Reading::of(excerpt.genesis().to_vec()).expect("the excerpt began with it");
    let keep =
        |reading: &Reading| reading.escrow.keepable(until, excerpt.records_after(reading.escrow.head.seq));
    let request = excerpt.records_after(until.seq - 1).last();
    let here =
        sound.filter(|reading| excerpt.may_follow(&reading.escrow)).map(|reading| (keep(&reading), reading));
    // A log that went another way, so that the request does not fit into it, is left behind like one that is damaged.
    let here = here.filter(|(kept, _)| kept.last() == request.as_ref());
    let (kept, reading) = here.unwrap_or_else(|| {
        let reading = genesis();
        (keep(&reading), reading)
    });
    let says = Continue { from: until, last: Some(reading.escrow.head), left, kept };
    Base { records: reading.good_bytes().to_vec(), says, damaged, missing: true }
}

/// The genesis that a book keeps. A book may be about several escrows: the one that is meant is the newest whose sealed
/// files are here, or else the newest.
fn genesis(book: &Book, is_here: &dyn Fn(&Seal) -> bool) -> Option<Reading> {
    let mut escrows: Vec<Digest> = Vec::new();
    for (_, record) in book.records() {
        escrows.retain(|known| *known != record.escrow);
        escrows.push(record.escrow);
    }
    let is_meant = |escrow: &&Digest| kept(book, escrow).any(|(_, seal, _)| is_here(&seal));
    let escrow = escrows.iter().rev().find(is_meant).or(escrows.last())?;
    let kept = book.kept(escrow).filter_map(|record| BASE64.decode(record.as_bytes()).ok());
    let mut readings = kept.filter(|bytes| Digest::of(bytes) == *escrow).map(Reading::of);
    readings.next()?.ok()
}

/// The seals of an escrow that a book keeps: their numbers, what they say, and the records in base64.
fn kept<'a>(book: &'a Book, escrow: &Digest) -> impl Iterator<Item = (u64, Box<Seal>, &'a str)> {
    book.kept(escrow).filter_map(|kept| {
        let bytes = BASE64.decode(kept.as_bytes()).ok()?;
        let LogRecord { frame, says: Record::Seal(seal), .. } = LogRecord::take(&bytes, 0).ok()? else {
            return None;
        };
        Some((frame.seq, seal, kept))
    })
}

/// The seals in `left` after its last good record, each with the head that it would be.
fn behind(reading: &Reading, left: &[u8]) -> Vec<(Head, String)> {
    const SEAL: &[u8] = b"\n{\"type\":\"breakglass/v1/seal\"";
    let from = (reading.escrow.head.size as usize).saturating_sub(1);
    let lines = left.get(from..).unwrap_or_default().windows(SEAL.len()).enumerate();
    let starts = lines.filter(|(_, window)| *window == SEAL).map(|(at, _)| from + at + 1);
    let records = starts.filter_map(|start| LogRecord::take(left, start as u64).ok());
    records
        .map(|record| {
            let bytes = &left[record.start as usize..record.end as usize];
            (record.head(), BASE64.encode(bytes))
        })
        .collect()
}

/// The seals that the log lacks but the book has, or that follow the damage in `left`; and the newest record that is
/// known. If no seals are missing, returns no head either.
fn missing(reading: &Reading, left: &[u8], book: Option<&Book>) -> (Vec<String>, Option<Head>) {
    let escrow = &reading.escrow;
    // No honest log has a number that is too high to be left out; the book may know other heads.
    let newest = book.and_then(|book| book.newest_head(&escrow.id, MAX_SEQ));
    let kept = book.into_iter().flat_map(|book| kept(book, &escrow.id));
    let kept = kept.filter(|(seq, ..)| newest.is_some_and(|newest| *seq <= newest.seq));
    let mut seals: Vec<_> = kept.map(|(seq, _, record)| (seq, record.to_owned())).collect();
    let behind = behind(reading, left);
    seals.extend(behind.iter().map(|(head, record)| (head.seq, record.clone())));
    seals.sort_unstable();
    seals.dedup();
    // A book that followed two histories may hold two records of one number: the newest head tells them apart.
    let other = |seq: u64, record: &str| {
        let digest = BASE64.decode(record.as_bytes()).map(|bytes| Digest::of(&bytes));
        newest.is_some_and(|newest| newest.seq == seq && digest != Ok(newest.hash))
    };
    seals.retain(|(seq, record)| !other(*seq, record));
    // What the rules do not let a continuation keep is left out: it must not stop the continuation.
    let until = newest.into_iter().chain(behind.iter().map(|(head, _)| *head)).max_by_key(|head| head.seq);
    let keepable = |until| escrow.keepable(until, seals.into_iter().map(|(_, record)| record));
    let seals = until.map(keepable).unwrap_or_default();
    let behind = behind.into_iter().filter(|(_, record)| seals.contains(record)).map(|(head, _)| head);
    let from = newest.into_iter().chain(behind).max_by_key(|head| head.seq);
    let from = from.filter(|_| !seals.is_empty());
    (seals, from)
}
