//! A vault is sealed, where flags do not say all of it.

pub(crate) mod answers;
pub(crate) mod dialog;
mod holders;
mod password;
mod secrets;
