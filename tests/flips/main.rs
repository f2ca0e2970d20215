//! Every bit flip of every file of a small escrow is rejected, and the file is named, and its record where it
//! has records. So is every truncation, but for one kind: a chain that is cut off between two records is a
//! whole chain, and without a head verify says that its completeness is not proven.
//!
//! Each judge is the library as a command meets the file. Where the library cannot know a file's name, `program`
//! sees to it that the command says it.
//!
//! By default a sample is tried, the same each time. With `BREAKGLASS_WHOLE=1` every bit and every length is:
//!
//! ```sh
//! BREAKGLASS_WHOLE=1 cargo test --release --test flips -- --nocapture
//! ```
#![cfg(target_os = "linux")]

mod attempts;
mod chains;
#[path = "../fixtures/disk/mod.rs"]
mod disk;
mod escrow;
mod files;
mod program;
#[path = "../fixtures/world/mod.rs"]
mod world;
