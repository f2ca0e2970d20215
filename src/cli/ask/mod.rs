//! Dialogues: what is asked, one question at a time.

pub mod credentials;
pub(crate) mod deviations;
pub(crate) mod guide;
pub(crate) mod prompt;
