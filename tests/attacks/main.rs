//! Logs as somebody made them who means harm, or as bad luck leaves them: what is never refused is not, and what
//! must be told is.

#[path = "../fixtures/world/mod.rs"]
mod world;

mod apart;
mod branches;
mod clocks;
mod continuations;
mod excerpts;
mod generations;
mod resumed;
mod tellings;
