//! gzip (RFC 1952) in one form: a single member, no name, no time. `gzip -n` writes it and `gunzip` reads it.
//!
//! The head and the trailer are written and compared here, so that two readers cannot differ over what a library
//! tolerates: other flags, further members, bytes behind the end.

use flate2::{Compress, Compression, Crc, Decompress, FlushCompress, FlushDecompress, Status};

/// What every file begins with: the magic number, deflate, no flags, no time.
const HEAD: [u8; 8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0];

/// How hard the writer tried, and its operating system: a writer says nothing, a reader ignores them.
const WRITER: [u8; 2] = [0, 0xff];

/// The trailer: the CRC-32 and the length, 4 bytes each.
const TRAILER: usize = 8;

/// How many bytes are inflated at a time.
const STEP: usize = 64 << 10;

/// Why bytes do not inflate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GzipError {
    /// It does not begin as gzip does, or with a flag, a name or a time.
    #[error("it is not gzip without a name and a time, as `gzip -n` writes it")]
    NotGzip,
    /// The compressed bytes are damaged or cut off.
    #[error("the compressed bytes are damaged")]
    Damaged,
    /// What inflated has another checksum or length than its trailer says.
    #[error("what was compressed has another checksum or length than the file says")]
    Checksum,
    /// Bytes follow.
    #[error("{0} bytes follow the compressed ones")]
    Trailing(usize),
    /// It inflates to more than the limit.
    #[error("it inflates to more than {0} bytes")]
    TooLarge(usize),
}

/// Compresses `bytes`. The same bytes give the same file.
pub(crate) fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut file = [&HEAD[..], &WRITER].concat();
    let mut deflate = Compress::new(Compression::default(), false);
    let mut step = vec![0; STEP];
    loop {
        let (read, written) = (deflate.total_in() as usize, deflate.total_out());
        let status = deflate.compress(&bytes[read..], &mut step, FlushCompress::Finish);
        file.extend_from_slice(&step[..(deflate.total_out() - written) as usize]);
        match status.expect("there is always room for more") {
            Status::StreamEnd => break,
            Status::Ok | Status::BufError => {}
        }
    }
    let mut crc = Crc::new();
    crc.update(bytes);
    file.extend(trailer(&crc, bytes.len()));
    file
}

/// Inflates a file to at most `limit` bytes. Room is made for what has inflated, and never for what the file claims.
///
/// # Errors
/// [`GzipError`].
pub(crate) fn inflate(file: &[u8], limit: usize) -> Result<Vec<u8>, GzipError> {
    let deflated = file.strip_prefix(&HEAD).and_then(|rest| rest.get(WRITER.len()..));
    let deflated = deflated.ok_or(GzipError::NotGzip)?;
    let mut inflate = Decompress::new(false);
    let (mut bytes, mut crc, mut step) = (Vec::new(), Crc::new(), vec![0; STEP]);
    loop {
        let (read, before) = (inflate.total_in(), inflate.total_out());
        let status = inflate.decompress(&deflated[read as usize..], &mut step, FlushDecompress::None);
        let more = &step[..(inflate.total_out() - before) as usize];
        if bytes.len() + more.len() > limit {
            return Err(GzipError::TooLarge(limit));
        }
        crc.update(more);
        bytes.extend_from_slice(more);
        match status {
            Ok(Status::StreamEnd) => break,
            Ok(_) if !more.is_empty() || inflate.total_in() > read => {}
            _ => return Err(GzipError::Damaged),
        }
    }
    let behind = &deflated[inflate.total_in() as usize..];
    let (said, behind) = behind.split_first_chunk::<TRAILER>().ok_or(GzipError::Damaged)?;
    if *said != trailer(&crc, bytes.len()) {
        return Err(GzipError::Checksum);
    }
    if behind.is_empty() { Ok(bytes) } else { Err(GzipError::Trailing(behind.len())) }
}

/// What follows the compressed bytes.
fn trailer(crc: &Crc, length: usize) -> [u8; TRAILER] {
    let (crc, length) = (crc.sum(), length as u32);
    (u64::from(length) << 32 | u64::from(crc)).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_compressed_inflates() {
        for bytes in [&b""[..], b"x", &[7; 3 * STEP], &vec![1; STEP]] {
            let file = compress(bytes);
            assert_eq!(inflate(&file, bytes.len()).as_deref(), Ok(bytes));
            assert_eq!(compress(bytes), file);
        }
    }

    #[test]
    fn inflating_ends_at_the_limit() {
        let file = compress(&vec![0; 1 << 20]);
        assert!(file.len() < 2048, "{}", file.len());
        for limit in [0, 1, STEP - 1, STEP, (1 << 20) - 1] {
            assert_eq!(inflate(&file, limit), Err(GzipError::TooLarge(limit)));
        }
    }

    #[test]
    fn another_form_or_anything_behind_is_refused() {
        let good = compress(b"breakglass");
        let changed = |at: usize| good[at] ^ 1;
        let with = |at: usize, byte: u8| {
            let mut file = good.clone();
            file[at] = byte;
            inflate(&file, 100)
        };
        for at in 0..HEAD.len() {
            assert_eq!(with(at, changed(at)), Err(GzipError::NotGzip), "byte {at}");
        }
        assert_eq!(with(9, 3), Ok(b"breakglass".to_vec()), "the operating system");
        for at in good.len() - TRAILER..good.len() {
            assert_eq!(with(at, changed(at)), Err(GzipError::Checksum), "byte {at}");
        }
        assert_eq!(inflate(&[&good[..], b"\n"].concat(), 100), Err(GzipError::Trailing(1)));
        assert_eq!(inflate(&[&good[..], &good[..]].concat(), 100), Err(GzipError::Trailing(good.len())));
        for end in 0..good.len() {
            assert!(inflate(&good[..end], 100).is_err(), "cut at {end}");
        }
    }
}
