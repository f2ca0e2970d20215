//! The memory that Linux has for secrets.

use std::os::fd::{FromRawFd as _, OwnedFd};
use std::ptr::{NonNull, null_mut};

use rustix::mm::{Advice, MapFlags, ProtFlags, madvise, mlock, mmap, mmap_anonymous, munmap};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::record::environment::Memory;

/// Pages have at least so many bytes on every machine that this runs on; larger ones are a multiple.
const PAGE: usize = 4096;

/// `size` bytes for a piece of the arena, and what kind of memory could be had.
pub fn map(size: usize) -> (Option<NonNull<u8>>, Memory) {
    let limit = getrlimit(Resource::Memlock);
    // As much as this user may have, if less is set.
    let _ = setrlimit(Resource::Memlock, Rlimit { current: limit.maximum, maximum: limit.maximum });
    if let Some(base) = map_secret(size) {
        return (Some(base), Memory::Secret);
    }
    // SAFETY: a new mapping, at a place of the kernel's choice, takes nobody else's memory.
    let base =
        unsafe { mmap_anonymous(null_mut(), size, ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE) };
    let Some(base) = base.ok().and_then(|base| NonNull::new(base.cast::<u8>())) else {
        return (None, Memory::Unlocked);
    };
    leave_out_of_dumps(base.as_ptr(), size);
    // SAFETY: these are the pages that were mapped just now; locking them changes none of their bytes.
    let is_locked = unsafe { mlock(base.as_ptr().cast(), size) }.is_ok();
    (Some(base), if is_locked { Memory::Locked } else { Memory::Unlocked })
}

/// Whether the system would map so many bytes more.
pub(crate) fn has_room_for(size: usize) -> bool {
    // SAFETY: a new mapping, at a place of the kernel's choice, takes nobody else's memory.
    let tried =
        unsafe { mmap_anonymous(null_mut(), size, ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE) };
    let base = tried.ok().and_then(|base| NonNull::new(base.cast::<u8>()));
    base.inspect(|base| unmap(*base, size)).is_some()
}

/// Gives a piece back that nothing was taken of yet.
pub fn unmap(base: NonNull<u8>, size: usize) {
    // SAFETY: these are the pages that `map` gave, and nobody else knows of them. Best effort: what stays is unused.
    let _ = unsafe { munmap(base.as_ptr().cast(), size) };
}

/// Memory that the kernel itself cannot see any more, if it has such memory (Linux 5.14 and later, if not
/// switched off).
fn map_secret(size: usize) -> Option<NonNull<u8>> {
    // SAFETY: the call takes one number and gives a descriptor or an error.
    let descriptor = unsafe { libc::syscall(libc::SYS_memfd_secret, libc::O_CLOEXEC) };
    let descriptor = i32::try_from(descriptor).ok().filter(|descriptor| *descriptor >= 0)?;
    // SAFETY: the kernel gave this descriptor just now, and nobody else has it.
    let file = unsafe { OwnedFd::from_raw_fd(descriptor) };
    rustix::fs::ftruncate(&file, size as u64).ok()?;
    // SAFETY: a new mapping, at a place of the kernel's choice, takes nobody else's memory.
    let base =
        unsafe { mmap(null_mut(), size, ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED, &file, 0) };
    NonNull::new(base.ok()?.cast())
}

/// How many bytes the stack may grow to; `None` if there is no limit.
pub(crate) fn stack_limit() -> Option<u64> {
    getrlimit(Resource::Stack).current
}

/// Locks the `size` bytes of the stack that the program works on, which were touched already.
pub(crate) fn lock_stack(size: usize) -> bool {
    let here = 0_u8;
    let top = (&raw const here).addr();
    let first = (top - size) & !(PAGE - 1);
    let length = (top | (PAGE - 1)) + 1 - first;
    let first = (&raw const here).with_addr(first).cast_mut();
    leave_out_of_dumps(first, length);
    // SAFETY: this is this thread's own stack, which was touched down to its end just now; locking changes none of
    // its bytes.
    unsafe { mlock(first.cast(), length) }.is_ok()
}

/// Asks that the whole pages in a block be in no dump.
pub(crate) fn leave_out_of_dumps(block: *mut u8, size: usize) {
    let first = block.addr().next_multiple_of(PAGE);
    let end = (block.addr() + size) & !(PAGE - 1);
    if first < end {
        // SAFETY: the pages are within the caller's own block, and this advice changes none of their bytes. What it
        // cannot do it leaves: there are no dumps in the first place.
        let _ = unsafe { madvise(block.with_addr(first).cast(), end - first, Advice::LinuxDontDump) };
    }
}
