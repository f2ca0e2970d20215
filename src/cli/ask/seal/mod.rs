//! Sealing a vault, if flags do not say everything.

pub(crate) mod answers;
pub(crate) mod dialog;
mod holders;
mod password;
mod secrets;
