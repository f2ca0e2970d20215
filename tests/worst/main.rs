//! The worst inputs, one named test each: what a hostile or unlucky hand can put before the real program. Each
//! test asserts the exit code, that whoever or whatever is at fault is named, and that nothing was left behind.
#![cfg(target_os = "linux")]

#[path = "../fixtures/disk/mod.rs"]
mod disk;
mod forge;
mod judged;
#[path = "../fixtures/laid.rs"]
mod laid;
mod ordered;
#[path = "../fixtures/terminal.rs"]
mod terminal;
#[path = "../fixtures/world/mod.rs"]
mod world;

mod approvals;
mod branches;
mod canaries;
mod cards;
mod clocks;
mod deviations;
mod envelopes;
mod faults;
mod keys;
mod large;
mod notes;
mod seals;
mod shares;
mod signatures;
mod tables;
mod tails;
mod texts;
