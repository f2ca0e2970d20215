//! Work on people's files that several verbs share.

pub(crate) mod books;
pub(crate) mod cards;
pub(crate) mod check;
pub(crate) mod consent;
pub(crate) mod copying;
pub(crate) mod decision;
pub(crate) mod disavowing;
pub(crate) mod finder;
pub(crate) mod genesis;
pub(crate) mod keys;
pub(crate) mod lodge;
pub(crate) mod logs;
pub(crate) mod media;
pub(crate) mod open_log;
pub(crate) mod output;
pub(crate) mod people;
pub(crate) mod release;
pub(crate) mod requests;
pub(crate) mod retiring;
pub(crate) mod sealed;
pub mod sealing;
pub(crate) mod signers;
pub(crate) mod statements;
pub(crate) mod subjects;
