//! What each command found or did: one file a command, or a few that are alike.

pub(crate) mod compare;
pub(crate) mod copy;
pub(crate) mod doctor;
pub(crate) mod enroll;
pub(crate) mod head;
pub(crate) mod init;
pub(crate) mod keygen;
pub(crate) mod man;
pub(crate) mod seal;
pub(crate) mod status;
pub(crate) mod verify;
