//! breakglass splits the credentials of a root account into Shamir shares, each encrypted to the age key of
//! one custodian, and writes every reconstruction into a signed, hash-chained log before it shows anything.
//!
//! ```text
//!  setup      card ─┐
//!             card ─┼─ init ──▶ log: genesis          (the escrow id is its digest)
//!             card ─┘
//!             credentials ─ seal ──▶ vault key ─ age ──▶ payload
//!                                       └─ shamir ─ age ──▶ one share for each custodian
//!             custodian ─ check ──▶ book ──▶ log: check
//!
//!  emergency  requester ─ request ──▶ log: request ──▶ request file
//!             custodian ─ approve ──▶ book ──▶ approval: the share, re-encrypted to the request's session
//!             approvals ─ release ──▶ vault key ──▶ log: release ──▶ Appended ──▶ payload opens
//!
//!  after      action, close ──▶ book ──▶ log          auditor ─ verify: log, head, books; no secret
//! ```
//!
//! # The house
//! Four floors; imports only go down, and `tests/architecture.rs` holds that.
//!
//! 1. Primitives: [`note`] (the one container), [`shamir`] (the guard round the crate), [`crypto`], [`totp`],
//!    [`words`], [`text`], [`names`], [`time`], [`threshold`], [`password`], [`painted`],
//!    [`spelling`], [`public`].
//! 2. Nouns: [`card`], [`escrow`], [`vault`], [`payload`], [`share`], [`quorum`], [`signer`], [`request`],
//!    [`statement`], [`policy`], [`environment`], [`approvers`], [`bundle`], [`finding`], [`log`](mod@log).
//! 3. Verbs, pure: [`ceremony`], [`audit`].
//! 4. Hands: [`cli`], [`hands`], and `main`: the only code that touches disk, terminal, clock and kernel.
//!
//! The auditor's rooms ([`ceremony::verify`], [`audit`], [`log`](mod@log), [`escrow`]) have no door to secrets.

#![deny(missing_docs)]
#![deny(unsafe_code)]

pub mod approvers;
pub mod audit;
pub mod bundle;
pub mod card;
pub mod ceremony;
pub mod cli;
pub mod crypto;
pub mod environment;
pub mod escrow;
pub mod finding;
pub mod hands;
pub mod log;
pub mod names;
pub mod note;
pub mod painted;
pub mod password;
pub mod payload;
pub mod policy;
pub mod public;
pub mod quorum;
pub mod request;
pub mod shamir;
pub mod share;
pub mod signer;
pub mod spelling;
pub mod statement;
#[cfg(test)]
mod testing;
pub mod text;
pub mod threshold;
pub mod time;
pub mod totp;
pub mod vault;
pub mod words;
