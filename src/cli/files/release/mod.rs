//! Approvals become credentials.

pub(crate) mod releasing;
mod reveal;
mod shown;
pub(crate) mod withdraw;
