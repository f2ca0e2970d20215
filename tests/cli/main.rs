//! The real program, run as people run it: exit codes, what it says, and what it leaves behind.
#![cfg(target_os = "linux")]

mod approve;
mod audit;
mod books;
mod branches;
mod check;
#[path = "../common/mod.rs"]
mod common;
mod counted;
mod csv;
#[path = "../fixtures/disk/mod.rs"]
mod disk;
mod files;
mod general;
mod given;
mod init;
mod inputs;
mod machine;
mod memory;
mod next;
mod particulars;
mod people;
mod refused;
mod release;
mod repairs;
mod request;
mod seal;
mod session;
mod shell;
mod status;
mod story;
