//! Memory for secrets: locked, excluded from dumps, wiped when it is freed. And the allocator that ensures it.
//!
//! It cannot be known for each block that a library allocates whether a secret will be in it. So from [`protect`] on
//! every block comes from the arena, but those of work that is marked as [`public`](crate::value::public), and those
//! that are too large: scrypt's scratch has a quarter of a gigabyte, which no ordinary user may lock. Such blocks are in
//! no dump, and wiped like every other.
//!
//! The arena begins with one piece of memory. If that is full, the arena grows by another piece, which is locked too. The
//! first piece, one more and the stack together stay below the eight megabytes that an ordinary user may lock.

use std::alloc::{GlobalAlloc, Layout};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::record::environment::Memory;
use arena::Arena;

pub use arena::Shortage;

mod arena;
mod granules;
#[cfg(target_os = "linux")]
mod linux;

/// The bytes of the stack that are locked, and overwritten by [`wipe_stack`].
pub(crate) const STACK: usize = 1 << 20;

static THE_ARENA: Arena = Arena::new(another_piece);

/// The result of [`protect`], as a number; see [`state`].
static STATE: AtomicU8 = AtomicU8::new(UNLOCKED);
const UNLOCKED: u8 = 0;
const LOCKED: u8 = 1;
const SECRET: u8 = 2;

/// The allocator of the program: see the [module](self).
pub struct Allocator;

// SAFETY: a block comes either from `System`, with the caller's own arguments, and goes back there with the same
// ones; or from the arena: `ARENA` bytes that are mapped for as long as the process lives, of which `Granules`
// gives no byte to two blocks at a time, at a multiple of `GRANULE`, which is as much as `layout.align()` asks
// for at most, and `layout.size()` bytes of it at least. Which of both it was, its address says. Wiping touches
// only the block that the caller is giving back. `realloc` and `alloc_zeroed` are the trait's own, which go
// through these two. Nothing here allocates or panics.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps this very contract.
        unsafe { THE_ARENA.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps this very contract.
        unsafe { THE_ARENA.dealloc(block, layout) }
    }
}

/// Overwrites the stack below the caller's frame, `STACK` bytes of it: what a finished call left there.
#[inline(never)]
pub fn wipe_stack() {
    if !has_room() {
        return;
    }
    // Twice, with frames of other sizes: the few bytes that a frame keeps for itself lie elsewhere then.
    overwrite::<4096>(STACK);
    overwrite::<2800>(STACK - (64 << 10));
}

/// Whether the stack may grow to what is locked of it, and to what the program needs besides.
fn has_room() -> bool {
    #[cfg(target_os = "linux")]
    {
        linux::stack_limit().is_none_or(|bytes| bytes >= 3 * STACK as u64)
    }
    #[cfg(not(target_os = "linux"))]
    {
        true
    }
}

/// Overwrites `left` bytes of the stack or a little more, a frame of `FRAME` bytes at a time.
#[inline(never)]
fn overwrite<const FRAME: usize>(left: usize) {
    let mut frame = [0_u8; FRAME];
    // The compiler could leave out a plain array of zeros, since nothing reads it.
    zeroize::Zeroize::zeroize(&mut frame[..]);
    if let Some(left) = left.checked_sub(FRAME) {
        overwrite::<FRAME>(left);
    }
    // After the call, so that it does not become a loop in a single frame.
    std::hint::black_box(&mut frame);
}

/// How the memory is that secrets are in: what [`protect`] came to, unless more was needed than could be locked.
pub fn state() -> Memory {
    match STATE.load(Ordering::Acquire) {
        _ if shortage().is_some() => Memory::Unlocked,
        SECRET => Memory::Secret,
        LOCKED => Memory::Locked,
        _ => Memory::Unlocked,
    }
}

/// What ran out, if a secret may lie outside of the arena because something did.
pub fn shortage() -> Option<Shortage> {
    THE_ARENA.shortage()
}

/// Whether the system has so many bytes more for this program.
pub fn has_room_for(bytes: usize) -> bool {
    #[cfg(target_os = "linux")]
    {
        linux::has_room_for(bytes)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = bytes;
        true
    }
}

/// From here on `ends` is called where the system has no more memory: it says so without any, and ends the program.
pub fn when_exhausted(ends: fn()) {
    arena::when_exhausted(ends);
}

/// A piece of memory by which the arena grows; `None` if the system locks no more of it.
fn another_piece(size: usize) -> Option<NonNull<u8>> {
    #[cfg(target_os = "linux")]
    {
        // Where not even the first piece could be locked, no other needs to be tried.
        let before = STATE.load(Ordering::Acquire);
        let (base, memory) = if before == UNLOCKED { return None } else { linux::map(size) };
        match memory {
            Memory::Secret => {}
            Memory::Locked => STATE.store(LOCKED, Ordering::Release),
            Memory::Unlocked => {
                base.into_iter().for_each(|base| linux::unmap(base, size));
                return None;
            }
        }
        base
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = size;
        None
    }
}

/// From here on blocks come from memory for secrets. To be called once, before the first secret, while there is
/// one thread. What the kernel refuses is skipped: [`state`] tells the result.
pub fn protect() {
    #[cfg(target_os = "linux")]
    {
        let (base, memory) = linux::map(arena::FIRST);
        let is_locked = lock_stack() && memory != Memory::Unlocked;
        if let Some(base) = base {
            THE_ARENA.begin(base);
        }
        let state = match memory {
            Memory::Secret if is_locked => SECRET,
            Memory::Locked if is_locked => LOCKED,
            _ => UNLOCKED,
        };
        STATE.store(state, Ordering::Release);
    }
}

/// Locks the part of the stack that the program works on.
#[cfg(target_os = "linux")]
fn lock_stack() -> bool {
    if !has_room() {
        return false;
    }
    // So that there is as much stack: it grows as it is touched.
    wipe_stack();
    linux::lock_stack(STACK)
}
