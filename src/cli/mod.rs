//! The commands: they read files, ask questions, call the ceremony, write files and answer.
//!
//! Imports only go down here too; what stands on one line does not import each other.
//!
//! ```text
//!  8  args       every command in one table: what is parsed, and what is done with it
//!  7  verb       one file a command: flags, help, what it may open, what it does
//!  6  ask        dialogues: what is asked, one question at a time
//!  5  files      work on people's files that several commands share
//!  4  reveal     the reveal screen
//!  3  terminal   the terminal: lines, secrets and guided questions
//!  2  context    what every command is, works with and answers
//!  1  flags      groups of flags that several commands share        say  every word that is said, and how it looks
//! ```
//!
//! What two verbs share lies below both. The commands that are about the program itself (`man`, `completions` and
//! `demo`) get it through their context.

pub mod args;
pub(crate) mod ask;
pub mod context;
pub mod files;
pub mod flags;
pub(crate) mod reveal;
pub mod say;
pub(crate) mod terminal;
pub(crate) mod verb;
