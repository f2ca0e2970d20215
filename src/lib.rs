#![deny(missing_docs)]
//! breakglass
pub mod crypto;
pub mod threshold;
