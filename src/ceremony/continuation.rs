//! Continuing: an emergency goes on in another file when the log cannot be added to where it is.
//!
//! What there is of the log — the file as far as it holds, the log that a request file carries, or, where all of
//! that is gone, what a custodian's own book keeps — becomes the beginning of a new file, and a `continue` record
//! says so.

use data_encoding::BASE64;

use crate::crypto::digest::Digest;
use crate::escrow::Reading;
use crate::log::book::Book;
use crate::log::chain::Record;
use crate::log::entry::Said;
use crate::log::repair::{Continue, Damage};

/// What a continuation begins with.
#[derive(Debug)]
pub struct Base {
    /// Every record there is, from genesis on.
    pub records: Vec<u8>,
    /// What the first new record says.
    pub says: Continue,
    /// Whether there is a log that was left behind, and it does not hold.
    pub damaged: bool,
    /// Whether records are missing that are known of.
    pub missing: bool,
}

/// Why nothing can be continued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoBase {
    /// Neither log, request file nor book gives even a genesis.
    #[error("there is no log to go on from, and the book keeps none")]
    Nothing,
    /// The request is in none of the logs there are.
    #[error("no log there is holds the request {}", .0.short())]
    NoRequest(Digest),
}

/// Finds what to go on from. `left` is the log that is left behind, as bytes, where it can be read; `carried` the
/// log of a request file, which holds `request`; `book` that of whoever goes on.
///
/// # Errors
/// [`NoBase`].
pub fn base(
    left: Option<&[u8]>,
    carried: Option<(&Reading, Digest)>,
    book: Option<&Book>,
) -> Result<Base, NoBase> {
    let read = left.map(|bytes| Reading::of(bytes.to_vec()));
    let damaged = match &read {
        Some(Ok(reading)) => reading.unsound().is_some(),
        Some(Err(_)) => true,
        None => false,
    };
    let left = left.map(Damage::of_file);
    let sound =
        read.and_then(Result::ok).and_then(|reading| Reading::of(reading.sound_bytes().to_vec()).ok());
    if let Some((carried, request)) = carried {
        let sound = sound.filter(|reading| reading.escrow.request(&request).is_some());
        let reading = sound.as_ref().unwrap_or(carried);
        if reading.escrow.request(&request).is_none() {
            return Err(NoBase::NoRequest(request));
        }
        let says = Continue { from: reading.escrow.head, last: None, left, kept: Vec::new() };
        return Ok(Base { records: reading.good_bytes().to_vec(), says, damaged, missing: false });
    }
    let reading = match (sound, book) {
        (Some(reading), _) => reading,
        (None, Some(book)) => genesis(book).ok_or(NoBase::Nothing)?,
        (None, None) => return Err(NoBase::Nothing),
    };
    let (kept, from) = missing(&reading, book);
    let (missing, head) = (from.is_some(), reading.escrow.head);
    let last = from.map(|_| head);
    let says = Continue { from: from.unwrap_or(head), last, left, kept };
    Ok(Base { records: reading.good_bytes().to_vec(), says, damaged, missing })
}

/// The genesis that a book keeps, of the escrow that it was last written about.
fn genesis(book: &Book) -> Option<Reading> {
    let escrow = book.last_escrow()?;
    let kept = book.kept(&escrow).filter_map(|record| BASE64.decode(record.as_bytes()).ok());
    let mut readings = kept.filter(|bytes| Digest::of(bytes) == escrow).map(Reading::of);
    readings.next()?.ok()
}

/// The seals that a book keeps and the log lacks, and the newest record that the book knows of: where there are
/// none of the one, the other is not needed.
fn missing(reading: &Reading, book: Option<&Book>) -> (Vec<String>, Option<crate::log::head::Head>) {
    let escrow = &reading.escrow;
    let Some((book, newest)) = book.and_then(|book| Some((book, book.newest_head(&escrow.id)?))) else {
        return (Vec::new(), None);
    };
    let mut seals: Vec<(u64, &str)> = book
        .kept(&escrow.id)
        .filter_map(|kept| {
            let bytes = BASE64.decode(kept.as_bytes()).ok()?;
            let record = Record::take(&bytes, 0).ok()?;
            let lacking = record.frame.seq > escrow.head.seq && record.frame.seq <= newest.seq;
            (lacking && matches!(record.said, Said::Seal(_))).then_some((record.frame.seq, kept))
        })
        .collect();
    seals.sort_unstable();
    seals.dedup();
    let from = (!seals.is_empty()).then_some(newest);
    (seals.into_iter().map(|(_, kept)| kept.to_owned()).collect(), from)
}
