//! The real program where the machine fails it: killed at a system call, told that a disk is full or broken, cut
//! short, run beside itself, and given links and devices for files.
//!
//! `strace` counts the system calls of a run, and then ends or fails one of them. Each try is seen to have hit:
//! one that did not is a failure of the test.
#![cfg(target_os = "linux")]

#[path = "../fixtures/disk/mod.rs"]
mod disk;

#[path = "../common/mod.rs"]
mod common;

mod faults;
mod kills;
mod limits;
mod media;
mod places;
mod scenes;
mod together;
mod trace;
