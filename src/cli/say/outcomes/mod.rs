//! What each command found or did: one value a command, of which its text and its JSON are made.

pub(crate) mod action;
pub(crate) mod adopt;
pub(crate) mod agree;
pub(crate) mod approve;
pub(crate) mod check;
pub(crate) mod close;
pub(crate) mod collect;
pub(crate) mod compare;
pub(crate) mod confirm;
pub(crate) mod copy;
pub(crate) mod deny;
pub(crate) mod disavow;
pub(crate) mod doctor;
pub(crate) mod enroll;
pub(crate) mod head;
pub(crate) mod init;
pub(crate) mod keygen;
pub(crate) mod man;
pub(crate) mod release;
pub(crate) mod request;
pub(crate) mod retire;
pub(crate) mod seal;
pub(crate) mod statement;
pub(crate) mod status;
pub(crate) mod verify;
