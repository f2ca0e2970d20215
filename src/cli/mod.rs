//! The commands: they read files, ask questions, call the ceremony, write files and answer.

pub mod args;
pub mod ask;
pub mod context;
pub(crate) mod files;
pub mod reach;
pub mod reveal;
pub mod run;
pub mod say;
pub(crate) mod verb;
