//! The program on a terminal: every question, asked and answered, and nothing secret by a side door.

mod adopting;
mod beginning;
#[path = "../common/blocks.rs"]
mod blocks;
mod canary;
mod colour;
#[path = "../common/mod.rs"]
mod common;
mod decides;
#[path = "../fixtures/disk/mod.rs"]
mod disk;
mod enrolling;
mod guided;
mod many;
mod memory;
mod people;
mod prompts;
mod reveal;
mod scan;
mod scenes;
mod sealing;
mod sitting;
#[path = "../fixtures/terminal.rs"]
mod terminal;
#[path = "../common/timeless.rs"]
mod timeless;
mod wanted;
