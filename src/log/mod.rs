//! The log and what people take home of it: entries, the chain they form, heads and books.

pub mod book;
pub mod chain;
pub mod entry;
pub mod head;
pub mod ledger;
pub mod repair;
