//! Work on people's files that several verbs share.

pub mod footing;
pub mod output;
pub mod people;
