//! What each command found or did: one value a command, of which its text and its JSON are made.

pub(crate) mod action;
pub(crate) mod adopt;
pub(crate) mod approve;
pub(crate) mod check;
pub(crate) mod close;
pub(crate) mod collect;
pub(crate) mod deny;
pub(crate) mod release;
pub(crate) mod request;
pub(crate) mod retire;
pub(crate) mod statement;
