//! The real program, run as people run it: exit codes, what it says, and what it leaves behind.
#![cfg(target_os = "linux")]

mod stage;

mod approve;
mod audit;
mod check;
mod csv;
mod files;
mod general;
mod init;
mod inputs;
mod next;
mod people;
mod release;
mod repairs;
mod request;
mod seal;
mod shell;
mod status;
mod story;
