//! `docs/json.md`: what every command answers with `--json`, key by key, with an example that is made here.
//!
//! `BREAKGLASS_BLESS=1 cargo test --test json` writes the examples into the page; its tables are written by hand.

#[path = "../common/blocks.rs"]
mod blocks;
#[path = "../fixtures/disk/mod.rs"]
mod disk;
mod page;
#[allow(dead_code, reason = "a sitting is all that is needed of it")]
#[path = "../pty/people.rs"]
mod people;
mod shape;
#[allow(dead_code, reason = "a sitting with cards is all that is needed of it")]
#[path = "../pty/sitting.rs"]
mod sitting;
mod story;
mod table;
#[path = "../fixtures/terminal.rs"]
mod terminal;
#[path = "../common/timeless.rs"]
mod timeless;
mod told;
