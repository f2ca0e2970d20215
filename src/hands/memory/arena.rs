//! The arena: pieces of locked memory, and the blocks that are handed out of them.

use std::alloc::{GlobalAlloc as _, Layout, System};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, AtomicU8, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::granules::{GRANULE, Granules};
#[cfg(all(target_os = "linux", not(miri)))]
use super::linux;
use crate::value::public;

/// The bytes that a word of a piece's map stands for.
const WORD: usize = 64 * GRANULE;

/// The words of the first piece's map, and of every other's.
const FIRST_WORDS: usize = 1280;
const MORE_WORDS: usize = LARGE / WORD;

/// The bytes of the first piece: five megabytes.
pub(super) const FIRST: usize = FIRST_WORDS * WORD;

/// Blocks from here on are too large for the arena, and left out of dumps one by one. A payload has a megabyte at
/// most, and is smaller than this also in base64. Each piece has room for any smaller block.
const LARGE: usize = 3 << 19;

/// The most pieces by which the arena grows: 60 megabytes of them.
const MOST_MORE: usize = 40;

/// What ran out when the arena was full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortage {
    /// The system locks no more memory for this user.
    Limit,
    /// The arena has as many pieces as it can have.
    Arena,
}

/// A piece of the arena, of `WORDS` words' worth of granules.
struct Piece<const WORDS: usize> {
    /// Where it begins; null while there is none.
    base: AtomicPtr<u8>,
    granules: Mutex<Granules<WORDS>>,
}

impl<const WORDS: usize> Piece<WORDS> {
    const fn new() -> Self {
        Piece { base: AtomicPtr::new(std::ptr::null_mut()), granules: Mutex::new(Granules::new()) }
    }

    fn base(&self) -> Option<NonNull<u8>> {
        NonNull::new(self.base.load(Ordering::Acquire))
    }

    /// A block of so many bytes; `None` if the piece is full, or is not there.
    fn take(&self, bytes: usize) -> Option<*mut u8> {
        let base = self.base()?;
        let taken = self.granules.lock().unwrap_or_else(PoisonError::into_inner).take(bytes);
        Some(base.as_ptr().wrapping_add(taken?))
    }

    /// Whether the piece is there, or could be had of `another`.
    fn is_there_or(&self, another: fn(usize) -> Option<NonNull<u8>>) -> bool {
        // So that two threads do not map it twice.
        let _held = self.granules.lock().unwrap_or_else(PoisonError::into_inner);
        if self.base().is_some() {
            return true;
        }
        let had = another(WORDS * WORD);
        had.inspect(|base| self.base.store(base.as_ptr(), Ordering::Release)).is_some()
    }

    /// The place of a block in the piece; `None` if it is not of this piece.
    fn offset_of(&self, block: *mut u8) -> Option<usize> {
        let base = self.base()?;
        block.addr().checked_sub(base.as_ptr().addr()).filter(|offset| *offset < WORDS * WORD)
    }

    /// Gives a block back; whether it was of this piece.
    fn give_back(&self, block: *mut u8, bytes: usize) -> bool {
        let Some(offset) = self.offset_of(block) else { return false };
        self.granules.lock().unwrap_or_else(PoisonError::into_inner).give_back(offset, bytes);
        true
    }
}

/// What the allocator hands out while secrets are handled.
pub(super) struct Arena {
    first: Piece<FIRST_WORDS>,
    more: [Piece<MORE_WORDS>; MOST_MORE],
    /// Gives so many bytes of locked memory, or `None`. It allocates nothing.
    another: fn(usize) -> Option<NonNull<u8>>,
    /// Why a block that should have been in it was not: 0 while each was.
    shortage: AtomicU8,
}

/// Blocks from here on are tried by those who ask for them (scrypt's scratch, a whole file) and can say what they lack.
const TRIED: usize = 32 << 20;

/// What is done where the system has no more memory.
static EXHAUSTED: OnceLock<fn()> = OnceLock::new();

pub(super) fn when_exhausted(ends: fn()) {
    // Set once: a second one would say the same.
    let _ = EXHAUSTED.set(ends);
}

const LIMIT: u8 = 1;
const ARENA: u8 = 2;

impl Arena {
    pub(super) const fn new(another: fn(usize) -> Option<NonNull<u8>>) -> Arena {
        Arena {
            first: Piece::new(),
            more: [const { Piece::new() }; MOST_MORE],
            another,
            shortage: AtomicU8::new(0),
        }
    }

    /// From here on blocks come from the arena. `base` is the first of [`FIRST`] bytes that are mapped for as long as the
    /// process lives, and nobody else's.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code))]
    pub(super) fn begin(&self, base: NonNull<u8>) {
        self.first.base.store(base.as_ptr(), Ordering::Release);
    }

    /// What ran out, if a block that should have been in the arena was not.
    pub(super) fn shortage(&self) -> Option<Shortage> {
        match self.shortage.load(Ordering::Relaxed) {
            LIMIT => Some(Shortage::Limit),
            ARENA => Some(Shortage::Arena),
            _ => None,
        }
    }

    /// A block of the arena; `None` if no more can be had, or the block is not meant for the arena.
    fn take(&self, layout: Layout) -> Option<*mut u8> {
        self.first.base()?;
        if layout.size() >= LARGE || layout.align() > GRANULE || public::at_work() {
            return None;
        }
        self.first.take(layout.size()).or_else(|| self.take_of_more(layout.size()))
    }

    fn take_of_more(&self, bytes: usize) -> Option<*mut u8> {
        for piece in &self.more {
            if piece.base().is_none() {
                // Once the limit was reached it is not tried again for each block.
                if self.shortage().is_some() || !piece.is_there_or(self.another) {
                    self.shortage.store(LIMIT, Ordering::Relaxed);
                    return None;
                }
            }
            if let Some(block) = piece.take(bytes) {
                return Some(block);
            }
        }
        self.shortage.store(ARENA, Ordering::Relaxed);
        None
    }

    /// A block, of the arena or of the system.
    ///
    /// # Safety
    /// As [`std::alloc::GlobalAlloc::alloc`].
    pub(super) unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if let Some(block) = self.take(layout) {
            return block;
        }
        // SAFETY: the caller keeps `GlobalAlloc::alloc`'s contract, which is `System`'s.
        let block = unsafe { System.alloc(layout) };
        if block.is_null() {
            // The library would abort, in the middle of a line, with a trace for programmers.
            if layout.size() < TRIED {
                EXHAUSTED.get().inspect(|ends| ends());
            }
        } else if layout.size() >= LARGE {
            leave_out_of_dumps(block, layout.size());
        }
        block
    }

    /// Wipes a block, and returns it to wherever it came from.
    ///
    /// # Safety
    /// As [`std::alloc::GlobalAlloc::dealloc`].
    pub(super) unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller gives up `block`, which is valid for writes of `layout.size()` bytes.
        unsafe { wipe(block, layout.size()) };
        let more = self.more.iter().take_while(|piece| piece.base().is_some());
        if self.first.give_back(block, layout.size())
            || more.into_iter().any(|piece| piece.give_back(block, layout.size()))
        {
            return;
        }
        // SAFETY: it is not from the arena, so it is `System`'s; the caller keeps `GlobalAlloc::dealloc`'s contract.
        unsafe { System.dealloc(block, layout) }
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

fn leave_out_of_dumps(block: *mut u8, size: usize) {
    #[cfg(all(target_os = "linux", not(miri)))]
    linux::leave_out_of_dumps(block, size);
    #[cfg(not(all(target_os = "linux", not(miri))))]
    let _ = (block, size);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An arena of its own over memory of the heap, which does not grow.
    fn arena(memory: &mut Vec<u8>) -> Arena {
        *memory = vec![0; FIRST + GRANULE];
        let arena = Arena::new(|_| None);
        arena.begin(aligned(memory));
        arena
    }

    fn aligned(memory: &mut [u8]) -> NonNull<u8> {
        let start = memory.as_mut_ptr();
        NonNull::new(start.wrapping_add(start.align_offset(GRANULE))).unwrap()
    }

    /// More memory of the heap, for as long as the tests run.
    fn leaked(bytes: usize) -> Option<NonNull<u8>> {
        Some(aligned(vec![0; bytes + GRANULE].leak()))
    }

    fn layout(size: usize) -> Layout {
        Layout::from_size_align(size, 8).unwrap()
    }

    #[test]
    fn a_block_is_of_the_arena_unless_it_is_public_or_too_large() {
        let mut memory = Vec::new();
        let arena = arena(&mut memory);
        let block = arena.take(layout(100)).unwrap();
        assert_eq!(arena.first.offset_of(block), Some(0));
        let next = arena.take(layout(1)).unwrap();
        assert_eq!(arena.first.offset_of(next), Some(128));
        assert!(arena.first.give_back(block, 100));
        assert_eq!(arena.take(layout(128)), Some(block));
        assert_eq!(public::work(|| arena.take(layout(1))), None);
        assert_eq!(arena.take(layout(LARGE)), None);
        assert_eq!(arena.take(Layout::from_size_align(128, 128).unwrap()), None);
        assert_eq!(arena.shortage(), None);
        let elsewhere = Box::into_raw(Box::new(0_u8));
        assert_eq!(arena.first.offset_of(elsewhere), None);
        assert!(!arena.first.give_back(block.wrapping_add(FIRST), 1));
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
            assert_eq!(arena.first.offset_of(block).is_some(), at < 4);
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
    fn a_full_arena_grows_and_takes_back_what_it_gave() {
        let mut memory = Vec::new();
        let arena = Arena { another: leaked, ..arena(&mut memory) };
        let fill = || (0..).map_while(|_| arena.take(layout(LARGE - 1)));
        let blocks: Vec<_> = fill().take(6).collect();
        let of_more = |block: &*mut u8| arena.more.iter().position(|piece| piece.offset_of(*block).is_some());
        let places: Vec<_> = blocks.iter().map(of_more).collect();
        assert_eq!(places, [None, None, None, Some(0), Some(1), Some(2)]);
        assert_eq!(arena.shortage(), None);
        // SAFETY: it was given for this layout, and is given back once.
        unsafe { arena.dealloc(blocks[4], layout(LARGE - 1)) };
        assert_eq!(arena.take(layout(LARGE - 1)), Some(blocks[4]));
    }

    #[test]
    fn what_ran_out_is_known() {
        let (mut memory, mut other) = (Vec::new(), Vec::new());
        let limited = arena(&mut memory);
        while limited.take(layout(LARGE - 1)).is_some() {}
        assert_eq!(limited.shortage(), Some(Shortage::Limit));
        let grows = Arena { another: leaked, ..arena(&mut other) };
        // Without this Miri would look at sixty megabytes.
        let pieces = if cfg!(miri) { 2 } else { 3 + MOST_MORE };
        for _ in 0..pieces {
            assert!(grows.take(layout(LARGE - 1)).is_some());
        }
        if !cfg!(miri) {
            assert_eq!(grows.shortage(), None);
            assert_eq!(grows.take(layout(LARGE - 1)), None);
            assert_eq!(grows.shortage(), Some(Shortage::Arena));
        }
    }

    #[test]
    fn without_an_arena_nothing_is_of_it() {
        let arena = Arena::new(leaked);
        assert_eq!((arena.take(layout(1)), arena.first.offset_of(std::ptr::dangling_mut())), (None, None));
        assert_eq!(arena.shortage(), None);
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
