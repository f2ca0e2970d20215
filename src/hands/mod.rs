//! The hands: the only code that touches disk, clock and kernel.

pub mod clock;
pub mod console;
pub mod files;
pub mod harden;
mod lacking;
pub mod limits;
pub mod machine;
pub mod media;
#[expect(
    unsafe_code,
    reason = "an allocator is unsafe by its nature, and so is asking the kernel for its memory"
)]
pub mod memory;
pub(crate) mod places;
pub mod sandbox;
pub mod store;
