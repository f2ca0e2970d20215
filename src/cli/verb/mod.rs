//! The verbs: one file for each command, with its flags, its help, what it may open, and what it does.

pub(crate) mod action;
pub(crate) mod adopt;
pub(crate) mod approve;
pub(crate) mod check;
pub(crate) mod close;
pub(crate) mod collect;
pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod copy;
pub(crate) mod demo;
pub(crate) mod deny;
pub(crate) mod doctor;
pub(crate) mod drill;
pub(crate) mod enroll;
pub(crate) mod head;
pub(crate) mod init;
pub(crate) mod keygen;
pub(crate) mod log;
pub(crate) mod man;
pub(crate) mod open;
pub(crate) mod release;
pub(crate) mod request;
pub(crate) mod retire;
pub(crate) mod seal;
pub(crate) mod status;
pub(crate) mod verify;
