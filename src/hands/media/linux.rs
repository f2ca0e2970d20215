//! File systems, as Linux tells of them.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rustix::fs::{AtFlags, FlockOperation, StatxFlags, flock, fstatfs, statfs, statx};

use crate::hands::files;
use crate::hands::lacking::knows_no_locks;

/// The most bytes of the table of mounts.
const MOST_BYTES: u64 = 4 << 20;

/// The numbers of file systems in memory, and of those that lie over others: <linux/magic.h>.
const TMPFS: u64 = 0x0102_1994;
const RAMFS: u64 = 0x8584_58f6;
const OVERLAY: u64 = 0x794c_7630;

/// Disks in memory.
const DISKS: [&str; 2] = ["/dev/ram", "/dev/zram"];

/// The table of mounts, as it was when the program looked first; empty if it could not be read.
static MOUNTS: LazyLock<String> = LazyLock::new(|| {
    let table = files::read_kernel(Path::new("/proc/self/mountinfo"), MOST_BYTES).unwrap_or_default();
    String::from_utf8_lossy(&table).into_owned()
});

pub(super) fn look() {
    LazyLock::force(&MOUNTS);
}

/// Whether locking the file fails because there are no locks here. A lock that is had goes again at once.
pub(super) fn has_no_locks(file: &File) -> bool {
    match flock(file, FlockOperation::NonBlockingLockShared) {
        Ok(()) => {
            // Best effort: it goes with the file too.
            let _ = flock(file, FlockOperation::Unlock);
            false
        }
        Err(error) => knows_no_locks(&error.into()),
    }
}

/// Whether a file lies in this machine's memory: its file system does, or the disk below, or that which an overlay writes
/// to, as far as it can be seen.
pub(super) fn is_in_memory(file: &File) -> bool {
    let Ok(system) = fstatfs(file) else { return false };
    let mount = || {
        let found = statx(file, "", AtFlags::EMPTY_PATH, StatxFlags::MNT_ID).ok()?;
        Mount::find(&MOUNTS, found.stx_mnt_id)
    };
    match number_of(&system) {
        TMPFS | RAMFS => true,
        OVERLAY => mount().and_then(|mount| mount.written_to()).is_some_and(|upper| {
            statfs(&upper).is_ok_and(|system| [TMPFS, RAMFS].contains(&number_of(&system)))
        }),
        _ => mount().is_some_and(|mount| DISKS.iter().any(|disk| mount.source.starts_with(disk))),
    }
}

/// The number of a file system, whatever width it has on this architecture.
fn number_of(system: &rustix::fs::StatFs) -> u64 {
    u64::from(system.f_type as u32)
}

/// A line of the table of mounts.
#[derive(Debug, PartialEq, Eq)]
struct Mount<'a> {
    source: &'a str,
    options: &'a str,
}

impl<'a> Mount<'a> {
    /// The mount of that number: `ID PARENT DEVICE ROOT POINT OPTIONS … - KIND SOURCE OPTIONS`.
    fn find(table: &'a str, id: u64) -> Option<Mount<'a>> {
        let is_it = |line: &&str| line.split(' ').next().and_then(|first| first.parse().ok()) == Some(id);
        let (_, rest) = table.lines().find(is_it)?.split_once(" - ")?;
        let mut words = rest.split(' ').skip(1);
        Some(Mount { source: words.next()?, options: words.next()? })
    }

    /// The directory that an overlay writes to.
    fn written_to(&self) -> Option<PathBuf> {
        let upper = self.options.split(',').find_map(|option| option.strip_prefix("upperdir="))?;
        Some(PathBuf::from(OsString::from_vec(unescaped(upper))))
    }
}

/// A path in the table, in which blanks and the like are written as three octal digits.
fn unescaped(text: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let digits =
            after.get(..3).filter(|_| *first == b'\\').and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[3..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_is_found_and_what_an_overlay_writes_to() {
        let table = "22 1 0:20 / / rw,relatime shared:1 - overlay overlay rw,lowerdir=/ro,upperdir=/run/live\\040rw/up,workdir=/w\n\
                     230 22 8:1 / /usb rw - vfat /dev/sda1 rw,errors=ro\n";
        let root = Mount::find(table, 22).unwrap();
        assert_eq!(root.written_to(), Some(PathBuf::from("/run/live rw/up")));
        let usb = Mount::find(table, 230).unwrap();
        assert_eq!((usb.source, usb.written_to()), ("/dev/sda1", None));
        assert_eq!(Mount::find(table, 23), None);
        assert_eq!(Mount::find("", 22), None);
        assert_eq!(Mount::find("22 1 0:20 / / rw - overlay", 22), None);
    }

    #[test]
    fn what_is_no_escape_stays() {
        for (text, expected) in [("a\\134b", "a\\b"), ("\\04", "\\04"), ("\\999", "\\999"), ("", "")] {
            assert_eq!(unescaped(text), expected.as_bytes());
        }
    }
}
