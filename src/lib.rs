#![deny(missing_docs)]
//! breakglass
pub mod approvers;
pub mod audit;
pub mod bundle;
pub mod card;
pub mod ceremony;
pub mod crypto;
pub mod escrow;
pub mod finding;
pub mod log;
pub mod names;
pub mod note;
pub mod password;
pub mod payload;
pub mod policy;
pub mod quorum;
pub mod request;
pub mod shamir;
pub mod share;
pub mod signer;
pub mod statement;
#[cfg(test)]
mod testing;
pub mod text;
pub mod threshold;
pub mod time;
pub mod totp;
pub mod vault;
pub mod words;
