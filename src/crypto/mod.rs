//! Cryptographic primitives, each behind one file that names the crate which implements it.

pub mod digest;
pub mod envelope;
pub mod recipient;
pub mod sign;
