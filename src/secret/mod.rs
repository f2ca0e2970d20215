//! Secrets, and what holds them: payloads, shares and their quorum, people's signing keys, passwords and
//! one-time codes. No auditor's code imports anything of this.

pub mod canary;
pub mod password;
pub mod payload;
pub mod quorum;
pub mod share;
pub mod signer;
pub mod totp;
