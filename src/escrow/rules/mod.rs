//! The rules: one file for each kind of record. Each takes a record whose signatures and place were checked, changes
//! the escrow, and reports what is wrong; a record that breaks a rule changes nothing.

pub(super) mod admit;
pub(super) mod adopt;
mod agree;
mod confirm;
mod consent;
mod continuation;
mod custody;
mod decommission;
mod disavow;
mod end;
mod genesis;
mod grants;
mod join;
mod kept;
mod recovered;
mod release;
mod renewal;
mod request;
mod retire;
mod seal;
mod statements;
mod succeeded;

pub use continuation::MAX_SEQ;
