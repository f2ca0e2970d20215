//! The terminal: what is asked on it, and how.

pub(crate) mod confirm;
pub(crate) mod decide;
pub(crate) mod guide;
pub(crate) mod prompt;
