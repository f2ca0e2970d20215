//! Memory for secrets: locked, excluded from dumps, wiped when it is freed. And the allocator that ensures it.
//!
//! It cannot be known for each block that a library allocates whether a secret will be in it. So from [`protect`] on
//! every block comes from one piece of memory, the arena, but those of work that is marked as [`public`], and
//! those that are too large: scrypt's scratch has a quarter of a gigabyte, which no ordinary user may lock. Such
//! blocks are in no dump, and wiped like every other.
//!
//! The arena and the stack together stay below the eight megabytes that an ordinary user may lock.

use std::alloc::{GlobalAlloc, Layout, System};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::record::environment::Memory;
use crate::value::public;
use granules::{GRANULE, Granules};

mod granules;
#[cfg(target_os = "linux")]
mod linux;

/// The words of the arena's map.
const WORDS: usize = 1280;

/// The bytes of the arena: five megabytes.
pub(crate) const ARENA: usize = WORDS * 64 * GRANULE;

/// The bytes of the stack that are locked, and overwritten by [`wipe_stack`].
pub(crate) const STACK: usize = 1 << 20;

/// Blocks from here on are too large for the arena, and left out of dumps one by one. A payload has a megabyte at
/// most, and is smaller than this also in base64.
const LARGE: usize = 3 << 19;

/// What the allocator hands out while secrets are handled.
struct Arena {
    /// Where it begins; null until [`protect`].
    base: AtomicPtr<u8>,
    granules: Mutex<Granules<WORDS>>,
    /// Whether a block that should have been in it was not.
    has_overflowed: AtomicBool,
}

static THE_ARENA: Arena = Arena::new();

/// The result of [`protect`], as a number; see [`state`].
static STATE: AtomicU8 = AtomicU8::new(0);

impl Arena {
    const fn new() -> Arena {
        Arena {
            base: AtomicPtr::new(std::ptr::null_mut()),
            granules: Mutex::new(Granules::new()),
            has_overflowed: AtomicBool::new(false),
        }
    }

    /// A block of the arena; `None` if the arena is full, or not meant for such a block.
    fn take(&self, layout: Layout) -> Option<*mut u8> {
        let base = NonNull::new(self.base.load(Ordering::Acquire))?;
        if layout.size() >= LARGE || layout.align() > GRANULE || public::at_work() {
            return None;
        }
        let taken = self.granules.lock().unwrap_or_else(PoisonError::into_inner).take(layout.size());
        if taken.is_none() {
            self.has_overflowed.store(true, Ordering::Relaxed);
        }
        Some(base.as_ptr().wrapping_add(taken?))
    }

    /// The place of a block in the arena; `None` if the block is the system's.
    fn offset_of(&self, block: *mut u8) -> Option<usize> {
        let base = NonNull::new(self.base.load(Ordering::Acquire))?;
        block.addr().checked_sub(base.as_ptr().addr()).filter(|offset| *offset < ARENA)
    }

    fn give_back(&self, offset: usize, layout: Layout) {
        self.granules.lock().unwrap_or_else(PoisonError::into_inner).give_back(offset, layout.size());
    }

    /// A block, of the arena or of the system.
    ///
    /// # Safety
    /// As [`GlobalAlloc::alloc`].
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if let Some(block) = self.take(layout) {
            return block;
        }
        // SAFETY: the caller keeps `GlobalAlloc::alloc`'s contract, which is `System`'s.
        let block = unsafe { System.alloc(layout) };
        if layout.size() >= LARGE && !block.is_null() {
            leave_out_of_dumps(block, layout.size());
        }
        block
    }

    /// Wipes a block, and returns it to wherever it came from.
    ///
    /// # Safety
    /// As [`GlobalAlloc::dealloc`].
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller gives up `block`, which is valid for writes of `layout.size()` bytes.
        unsafe { wipe(block, layout.size()) };
        if let Some(offset) = self.offset_of(block) {
            return self.give_back(offset, layout);
        }
        // SAFETY: it is not from the arena, so it is `System`'s; the caller keeps `GlobalAlloc::dealloc`'s contract.
        unsafe { System.dealloc(block, layout) }
    }
}

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

/// Overwrites bytes with zeros, whether or not anybody reads them afterwards.
///
/// # Safety
/// `block` is valid for writes of `size` bytes, and nobody else uses them.
unsafe fn wipe(block: *mut u8, size: usize) {
    // SAFETY: the caller's contract is the same. The C library promises that these writes are not left out.
    #[cfg(all(target_os = "linux", not(miri)))]
    unsafe {
        libc::explicit_bzero(block.cast(), size);
    }
    // SAFETY: the caller's contract; bytes of any value are valid.
    #[cfg(not(all(target_os = "linux", not(miri))))]
    unsafe {
        zeroize::Zeroize::zeroize(std::slice::from_raw_parts_mut(block, size));
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

/// How the memory is that secrets are in: what [`protect`] came to, unless more was needed than it got.
pub fn state() -> Memory {
    match STATE.load(Ordering::Acquire) {
        _ if THE_ARENA.has_overflowed.load(Ordering::Relaxed) => Memory::Unlocked,
        2 => Memory::Secret,
        1 => Memory::Locked,
        _ => Memory::Unlocked,
    }
}

/// From here on blocks come from memory for secrets. To be called once, before the first secret, while there is
/// one thread. What the kernel refuses is skipped: [`state`] tells the result.
pub fn protect() {
    #[cfg(target_os = "linux")]
    {
        let (base, memory) = linux::map(ARENA);
        let is_locked = lock_stack() && memory != Memory::Unlocked;
        if let Some(base) = base {
            THE_ARENA.base.store(base.as_ptr(), Ordering::Release);
        }
        let state = match memory {
            Memory::Secret if is_locked => 2,
            Memory::Locked if is_locked => 1,
            _ => 0,
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

fn leave_out_of_dumps(block: *mut u8, size: usize) {
    #[cfg(all(target_os = "linux", not(miri)))]
    linux::leave_out_of_dumps(block, size);
    #[cfg(not(all(target_os = "linux", not(miri))))]
    let _ = (block, size);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An arena of its own over memory of the heap.
    fn arena(memory: &mut Vec<u8>) -> Arena {
        *memory = vec![0; ARENA + GRANULE];
        let arena = Arena::new();
        let start = memory.as_mut_ptr();
        arena.base.store(start.wrapping_add(start.align_offset(GRANULE)), Ordering::Release);
        arena
    }

    fn layout(size: usize) -> Layout {
        Layout::from_size_align(size, 8).unwrap()
    }

    #[test]
    fn a_block_is_of_the_arena_unless_it_is_public_or_too_large() {
        let mut memory = Vec::new();
        let arena = arena(&mut memory);
        let block = arena.take(layout(100)).unwrap();
        assert_eq!(arena.offset_of(block), Some(0));
        let next = arena.take(layout(1)).unwrap();
        assert_eq!(arena.offset_of(next), Some(128));
        arena.give_back(0, layout(100));
        assert_eq!(arena.take(layout(128)), Some(block));
        assert_eq!(public::work(|| arena.take(layout(1))), None);
        assert_eq!(arena.take(layout(LARGE)), None);
        assert_eq!(arena.take(Layout::from_size_align(128, 128).unwrap()), None);
        assert!(!arena.has_overflowed.load(Ordering::Relaxed));
        let elsewhere = Box::into_raw(Box::new(0_u8));
        assert_eq!(arena.offset_of(elsewhere), None);
        assert_eq!(arena.offset_of(block.wrapping_add(ARENA)), None);
        // SAFETY: it came out of a box just now.
        drop(unsafe { Box::from_raw(elsewhere) });
    }

    #[test]
    fn blocks_are_the_callers_own_and_go_back_wiped_to_where_they_came_from() {
        let mut memory = Vec::new();
        let arena = arena(&mut memory);
        // A large one takes Miri minutes to look at.
        let layouts = if cfg!(miri) { &[1, 64, 100, 4096][..] } else { &[1, 64, 100, 4096, LARGE] };
        let layouts = layouts.iter().map(|size| layout(*size));
        // SAFETY: no layout is of no bytes.
        let blocks: Vec<_> = layouts.map(|layout| (layout, unsafe { arena.alloc(layout) })).collect();
        // SAFETY: as above.
        let public = (layout(100), public::work(|| unsafe { arena.alloc(layout(100)) }));
        let blocks = blocks.into_iter().chain([public]);
        for (at, (layout, block)) in blocks.clone().enumerate() {
            assert!(block.addr().is_multiple_of(layout.align()));
            assert_eq!(arena.offset_of(block).is_some(), at < 4);
            // SAFETY: the block has as many bytes, and is this test's own.
            unsafe { block.write_bytes(at as u8 + 1, layout.size()) };
        }
        for (at, (layout, block)) in blocks.enumerate() {
            // SAFETY: all of it was written above, and is given back once, with the layout that it was asked for with.
            let held = unsafe { std::slice::from_raw_parts(block, layout.size()) };
            assert!(held.iter().all(|byte| *byte == at as u8 + 1), "another block reaches into this one");
            // SAFETY: as above; `held` is not used any more.
            unsafe { arena.dealloc(block, layout) };
        }
        let looked_at = if cfg!(miri) { 2 * 4096 } else { memory.len() };
        assert!(memory[..looked_at].iter().all(|byte| *byte == 0), "something was left in the arena");
    }

    #[test]
    fn a_full_arena_is_noticed() {
        let mut memory = Vec::new();
        let arena = arena(&mut memory);
        while arena.take(layout(LARGE - 1)).is_some() {}
        assert!(arena.has_overflowed.load(Ordering::Relaxed));
    }

    #[test]
    fn without_an_arena_nothing_is_of_it() {
        let arena = Arena::new();
        assert_eq!((arena.take(layout(1)), arena.offset_of(std::ptr::dangling_mut())), (None, None));
    }

    #[test]
    fn what_is_given_back_is_wiped() {
        let mut bytes = [0xa5_u8; 200];
        // SAFETY: the bytes are this test's own.
        unsafe { wipe(bytes.as_mut_ptr().add(50), 100) };
        assert_eq!(bytes[..50], [0xa5; 50]);
        assert_eq!(bytes[50..150], [0; 100]);
        assert_eq!(bytes[150..], [0xa5; 50]);
    }
}
