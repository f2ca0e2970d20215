//! The verbs: one file for each command.

pub mod check;
pub mod close;
pub mod completions;
pub mod copies;
pub mod demo;
pub mod doctor;
pub mod enroll;
pub mod init;
pub mod log;
pub mod man;
pub mod open;
pub mod release;
pub mod request;
pub mod retire;
pub mod seal;
pub mod status;
pub mod verify;
pub mod vote;
