//! What the process asks of the kernel for itself, and the allocator that forgets.

use std::alloc::{GlobalAlloc, Layout, System};

use zeroize::Zeroize as _;

/// The system's allocator, which wipes every block before it gives it back. Libraries leave plaintext in
/// freed memory; here it does not stay.
pub struct WipingAllocator;

// SAFETY: every call goes to `System` with the caller's own arguments, so its guarantees are passed on. What
// is added touches only the block that the caller is giving back, for exactly its layout's size, before
// `System` takes it. `realloc` and `alloc_zeroed` are the trait's own, which go through these two.
unsafe impl GlobalAlloc for WipingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps `GlobalAlloc::alloc`'s contract, which is `System`'s.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller gives up `block`, which is valid for writes of `layout.size()` bytes; bytes of any
        // value are valid there.
        unsafe { std::slice::from_raw_parts_mut(block, layout.size()) }.zeroize();
        // SAFETY: the caller keeps `GlobalAlloc::dealloc`'s contract, which is `System`'s.
        unsafe { System.dealloc(block, layout) }
    }
}

/// Turns off core dumps, and being traced by other processes of the same user. What the kernel refuses is
/// left as it is: the process may have been started without the right to change it.
pub fn harden() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
        let none = Rlimit { current: Some(0), maximum: Some(0) };
        let _ = setrlimit(Resource::Core, none);
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}
