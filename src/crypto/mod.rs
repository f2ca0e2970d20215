//! Cryptographic primitives, each behind one file that names the crate which implements it.

pub mod digest;
pub mod envelope;
pub mod recipient;
pub mod shamir;
pub mod sign;
pub mod stretch;
#[cfg(test)]
pub mod testing;
pub mod threshold;
pub mod work;
