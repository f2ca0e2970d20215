//! What the system says of an operation that a file system does not have. It is no failure of the medium.

use std::io;

/// Whether a sync of a directory failed because its file system has none.
pub(super) fn cannot_sync(error: &io::Error) -> bool {
    #[cfg(unix)]
    {
        use rustix::io::Errno;
        is_one_of(error, &[Errno::INVAL, Errno::OPNOTSUPP, Errno::NOTSUP, Errno::NOSYS])
    }
    #[cfg(not(unix))]
    {
        error.kind() == io::ErrorKind::Unsupported
    }
}

/// Whether an attempt to lock a file failed because its file system has no locks.
pub(super) fn knows_no_locks(error: &io::Error) -> bool {
    #[cfg(unix)]
    {
        use rustix::io::Errno;
        is_one_of(error, &[Errno::NOLCK, Errno::OPNOTSUPP, Errno::NOTSUP, Errno::NOSYS])
    }
    #[cfg(not(unix))]
    {
        error.kind() == io::ErrorKind::Unsupported
    }
}

#[cfg(unix)]
fn is_one_of(error: &io::Error, errors: &[rustix::io::Errno]) -> bool {
    rustix::io::Errno::from_io_error(error).is_some_and(|error| errors.contains(&error))
}
