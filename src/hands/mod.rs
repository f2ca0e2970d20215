//! The hands: the only code that touches disk, clock and kernel.

pub mod clock;
pub mod console;
pub mod files;
#[expect(unsafe_code, reason = "an allocator is unsafe by its nature")]
pub mod harden;
pub mod store;
