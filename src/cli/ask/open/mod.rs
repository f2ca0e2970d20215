//! A vault is opened, guided from the first question to the last.

mod approvals;
pub(crate) mod dialog;
pub(crate) mod guided;
mod questions;
