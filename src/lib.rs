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
//! A room is a folder, and each has a floor. Imports only go down, rooms on one floor do not import each other, and
//! `tests/architecture.rs` holds that.
//!
//! ```text
//!  8  main       harden, parse, run, answer
//!  7  cli        the commands: verb, ask, files, terminal, reveal, say
//!  6  ceremony   what people do with an escrow: pure          hands   disk, terminal, clock and kernel
//!  5  ledger     logs and books that are appended to          audit   what auditors compare a log with
//!  4  escrow     what a log amounts to                        secret  payloads, shares, keys, passwords
//!  3  record     everything that is signed or written
//!  2  value      names, texts, times, fingerprints
//!  1  crypto     primitives, each behind one file
//! ```
//!
//! The auditor's rooms ([`record`], [`escrow`], [`ledger`], [`audit`]) have no door to secrets.

#![deny(missing_docs)]
#![deny(unsafe_code)]

pub mod audit;
pub mod ceremony;
pub mod cli;
pub mod crypto;
pub mod escrow;
pub mod hands;
pub mod ledger;
pub mod record;
pub mod secret;
pub mod value;
