//! Dialogues: what is asked, one question at a time.

pub(crate) mod closing;
pub(crate) mod credentials;
pub(crate) mod enroll;
pub(crate) mod init;
pub(crate) mod open;
pub(crate) mod seal;
pub(crate) mod words;
